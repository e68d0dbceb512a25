/* usher-parked-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-parked-page-private.h"

#include "usher-clock.h"
#include "usher-event-json-private.h"

/* All but the payload, which may be large. */
static void
write_head (UsherJsonWriter *writer, const UsherParkedEvent *parked)
{
  g_autofree char *time = usher_time_format (parked->time);

  usher_json_writer_set_string (writer, "id", parked->id);
  usher_json_writer_set_string (writer, "channel", parked->channel);
  usher_json_writer_set_string (writer, "group", parked->group);
  usher_json_writer_set_unsigned (writer, "sequence", parked->sequence);
  usher_json_writer_set_string (writer,
                                "eventId",
                                parked->event_id != NULL ? parked->event_id : "");
  usher_json_writer_set_string (writer, "time", time);
  usher_json_writer_set_unsigned (writer, "attempts", parked->attempts);
  usher_json_writer_set_string (writer, "kind", parked->is_deferred ? "deferred" : "failed");
  usher_json_writer_add_member (writer, "reasons");
  usher_json_writer_begin_array (writer);
  for (char **reason = parked->reasons; reason != NULL && *reason != NULL; reason++)
    usher_json_writer_add_string (writer, *reason);
  usher_json_writer_end_array (writer);
  if (parked->event_id != NULL)
    usher_json_writer_set_unsigned (writer, "bytes", parked->n_bytes);
}

char *
usher_parked_page_make (UsherBus *bus, const UsherBusPageQuery *query, GError **error)
{
  g_autoptr (GPtrArray) list =
      usher_bus_list_parked (bus, query->channel, query->offset, query->limit, error);
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (list == NULL)
    return NULL;

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < list->len; i++)
    {
      usher_json_writer_begin_object (writer);
      write_head (writer, g_ptr_array_index (list, i));
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);
  /* a page may be cut short by its bytes, so only an empty one is the last */
  if (list->len > 0)
    usher_json_writer_set_unsigned (writer, "next", (guint64) query->offset + list->len);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

char *
usher_parked_page_make_one (UsherBus *bus, const char *id, GError **error)
{
  g_autoptr (UsherParkedEvent) parked = usher_bus_find_parked (bus, id, error);
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (parked == NULL)
    return NULL;

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  write_head (writer, parked);
  if (parked->event != NULL)
    usher_event_json_set_payload (writer, parked->event);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
