/* usher-test-log-reader.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-log-reader.h"

#include "usher-test-client.h"
#include "usher-test-traffic.h"

/* the sequence of the last event of the last answer */
static gint64
get_last (UsherTestClient *client)
{
  JsonObject *page = json_node_get_object (usher_test_client_get_json (client));
  JsonArray *items = json_object_get_array_member (page, "items");
  guint n_items = json_array_get_length (items);

  g_assert_cmpuint (n_items, >, 0);

  return json_object_get_int_member (json_array_get_object_element (items, n_items - 1),
                                     "sequence");
}

static void
read_channel (UsherTestClient *client, const char *channel, gint64 first, gint64 last)
{
  for (gint64 after = first - 1; after < last; after = get_last (client))
    {
      g_autofree char *path =
          g_strdup_printf ("/events?channel=%s&after=%" G_GINT64_FORMAT, channel, after);

      g_assert_cmpuint (usher_test_client_send (client, "GET", path, NULL), ==, 200);
    }
}

void
usher_test_note_events (UsherTestProcess *process)
{
  g_autoptr (UsherTestClient) client = NULL;
  g_autoptr (JsonNode) page = NULL;
  JsonArray *channels = NULL;

  if (!usher_test_traffic_is_noted ())
    return;

  client = usher_test_client_new_admin (process);
  g_assert_cmpuint (usher_test_client_send (client, "GET", "/streaming/channelsz?subs=1", NULL),
                    ==,
                    200);
  page = json_node_ref (usher_test_client_get_json (client));
  channels = json_object_get_array_member (json_node_get_object (page), "channels");
  for (guint i = 0; i < json_array_get_length (channels); i++)
    {
      JsonObject *channel = json_array_get_object_element (channels, i);
      gint64 last = json_object_get_int_member (channel, "last_seq");

      if (json_object_get_int_member (channel, "msgs") > 0)
        read_channel (client,
                      json_object_get_string_member (channel, "name"),
                      json_object_get_int_member (channel, "first_seq"),
                      last);
    }
}
