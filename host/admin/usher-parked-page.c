/* usher-parked-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-parked-page-private.h"

#include "usher-clock.h"
#include "usher-error.h"
#include "usher-event-json-private.h"

/* of one question, and how many the bus is asked for at once by who seeks one */
#define MAX_ROWS 100
#define STRIDE   16

/* All but the payload, which may be large. */
static void
write_head (UsherJsonWriter *writer, const UsherParkedEvent *parked)
{
  UsherEvent *event = parked->event;
  g_autofree char *time = usher_time_format (parked->time);
  gsize length = 0;

  usher_json_writer_set_string (writer, "id", parked->id);
  usher_json_writer_set_string (writer, "channel", parked->channel);
  usher_json_writer_set_string (writer, "group", parked->group);
  usher_json_writer_set_unsigned (writer, "sequence", parked->sequence);
  usher_json_writer_set_string (writer, "eventId", event != NULL ? usher_event_get_id (event) : "");
  usher_json_writer_set_string (writer, "time", time);
  usher_json_writer_set_unsigned (writer, "attempts", parked->attempts);
  usher_json_writer_set_string (writer, "kind", parked->is_deferred ? "deferred" : "failed");
  usher_json_writer_add_member (writer, "reasons");
  usher_json_writer_begin_array (writer);
  for (char **reason = parked->reasons; reason != NULL && *reason != NULL; reason++)
    usher_json_writer_add_string (writer, *reason);
  usher_json_writer_end_array (writer);
  if (event == NULL)
    return;

  usher_event_get_payload (event, &length);
  usher_json_writer_set_unsigned (writer, "bytes", length);
}

char *
usher_parked_page_make (UsherBus *bus, const UsherBusPageQuery *query, GError **error)
{
  g_autoptr (GPtrArray) list = usher_bus_list_parked (
      bus, query->channel, query->offset, MIN (query->limit, MAX_ROWS), error);
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
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

/* (transfer full) (nullable): of that id */
static UsherParkedEvent *
steal_event (GPtrArray *list, const char *id)
{
  for (guint i = 0; i < list->len; i++)
    {
      const UsherParkedEvent *parked = g_ptr_array_index (list, i);

      if (g_str_equal (parked->id, id))
        return g_ptr_array_steal_index (list, i);
    }

  return NULL;
}

/* (transfer full) (nullable) */
static UsherParkedEvent *
find (UsherBus *bus, const char *id, GError **error)
{
  UsherParkedEvent *parked = NULL;
  guint n_rows = STRIDE;

  for (guint offset = 0; parked == NULL && n_rows == STRIDE; offset += n_rows)
    {
      g_autoptr (GPtrArray) list = usher_bus_list_parked (bus, NULL, offset, STRIDE, error);

      if (list == NULL)
        return NULL;
      n_rows = list->len;
      parked = steal_event (list, id);
    }
  if (parked == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return parked;
}

char *
usher_parked_page_make_one (UsherBus *bus, const char *id, GError **error)
{
  g_autoptr (UsherParkedEvent) parked = find (bus, id, error);
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
