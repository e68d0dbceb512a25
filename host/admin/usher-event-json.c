/* usher-event-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-json-private.h"

#include "usher-clock.h"

/* What came over the bus may be no UTF-8: its reader judges. */
void
usher_event_json_set_payload (UsherJsonWriter *writer, UsherEvent *event)
{
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);
  g_autofree char *text = g_utf8_make_valid (payload, (gssize) length);

  usher_json_writer_set_string (writer, "payload", text);
}

/* all but the payload */
static void
write_head (UsherJsonWriter *writer, UsherEvent *event)
{
  g_autofree char *time = usher_time_format (usher_event_get_time (event));
  const char *correlation = usher_event_get_correlation (event);
  const char *causation = usher_event_get_causation (event);
  const char *traceparent = usher_event_get_traceparent (event);

  usher_json_writer_set_unsigned (writer, "sequence", usher_event_get_sequence (event));
  usher_json_writer_set_string (writer, "channel", usher_event_get_channel (event));
  usher_json_writer_set_string (writer, "id", usher_event_get_id (event));
  usher_json_writer_set_string (writer, "time", time);
  if (correlation != NULL)
    usher_json_writer_set_string (writer, "correlation", correlation);
  if (causation != NULL)
    usher_json_writer_set_string (writer, "causation", causation);
  if (traceparent != NULL)
    usher_json_writer_set_string (writer, "traceparent", traceparent);
}

char *
usher_event_json_print_head (UsherEvent *event)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  write_head (writer, event);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

char *
usher_event_json_print (UsherEvent *event)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  write_head (writer, event);
  usher_event_json_set_payload (writer, event);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
