/* usher-trace-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-page.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-event-json-private.h"
#include "usher-id.h"
#include "usher-json-writer.h"
#include "usher-origin.h"

/* events of one answer of the hub, which has others to serve, and of one page */
#define EVENTS    100
#define MAX_ITEMS 100
/* what a page may take */
#define MAX_TIME G_TIME_SPAN_SECOND
#define PATIENCE (10 * G_TIME_SPAN_SECOND)
/* so many are read rather than that the first of them is looked for */
#define FEW_EVENTS 1000

/* a question to the bus that somebody waits for */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean is_done;       /* (mutex mutex) */
  UsherBusEvents *events; /* (owned) (nullable) (mutex mutex) */
  GError *error;          /* (owned) (nullable) (mutex mutex) */
} Answer;

/* on the bus's thread */
static void
on_events (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  Answer *answer = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&answer->mutex);

  answer->events = events;
  answer->error = error != NULL ? g_error_copy (error) : NULL;
  answer->is_done = TRUE;
  g_cond_signal (&answer->cond);
}

static UsherBusEvents *
ask (UsherBus *bus, const UsherEventsQuery *query, GError **error)
{
  Answer answer = { .is_done = FALSE };

  g_mutex_init (&answer.mutex);
  g_cond_init (&answer.cond);
  usher_bus_read_events (bus, query, on_events, &answer, NULL);

  g_mutex_lock (&answer.mutex);
  while (!answer.is_done)
    g_cond_wait (&answer.cond, &answer.mutex);
  g_mutex_unlock (&answer.mutex);
  g_cond_clear (&answer.cond);
  g_mutex_clear (&answer.mutex);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);

  return answer.events;
}

/* Whether the first event behind @sequence is of @time or later, or there is none. FALSE with an error where nobody knows. */
static gboolean
is_late (UsherBus *bus, const char *channel, guint64 sequence, gint64 time, GError **error)
{
  const UsherEventsQuery query = {
    .channel = channel, .after = (gint64) sequence, .limit = 1, .patience = PATIENCE
  };
  g_autoptr (UsherBusEvents) events = ask (bus, &query, error);

  if (events == NULL)
    return FALSE;

  return events->events->len == 0 ||
         usher_event_get_time (g_ptr_array_index (events->events, 0)) >= time;
}

/* The sequence behind which events of a channel are of @time or later: their times rise, but for what clocks and relays are late. At
 * @deadline an earlier one will do. */
static gboolean
find_begin (UsherBus *bus,
            const UsherChannelFigures *channel,
            gint64 time,
            gint64 deadline,
            guint64 *begin,
            GError **error)
{
  guint64 low = channel->first > 0 ? channel->first - 1 : 0;
  guint64 high = channel->last;
  g_autoptr (GError) trouble = NULL;

  while (time > 0 && high > low + FEW_EVENTS && g_get_monotonic_time () < deadline)
    {
      guint64 middle = low + (high - low) / 2;

      if (is_late (bus, channel->name, middle, time, &trouble))
        high = middle;
      else if (trouble == NULL)
        low = middle + 1;
      else
        {
          g_propagate_error (error, g_steal_pointer (&trouble));
          return FALSE;
        }
    }
  *begin = low;

  return TRUE;
}

/* (transfer full) (nullable): a cursor to what was published at @time or later */
static char *
make_cursor (UsherBus *bus, gint64 time, gint64 deadline, GError **error)
{
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (bus, USHER_BUS_PART_CHANNELS, error);
  g_autoptr (GString) cursor = g_string_new (NULL);

  if (figures == NULL)
    return NULL;

  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);
      guint64 begin = 0;

      if (!find_begin (bus, channel, time, deadline, &begin, error))
        return NULL;
      g_string_append (cursor, i > 0 ? "," : "");
      g_string_append_uri_escaped (cursor, channel->name, NULL, FALSE);
      g_string_append_printf (cursor, ":%" G_GUINT64_FORMAT, begin);
    }
  if (cursor->len == 0)
    g_string_append (cursor, ":0");

  return g_string_free (g_steal_pointer (&cursor), FALSE);
}

/* whether that is what led to an event, straight or by a timer */
static gboolean
is_cause (const char *causation, const char *id)
{
  const char *space = NULL;

  if (causation == NULL || !g_str_has_prefix (causation, USHER_CAUSATION_TIMER))
    return g_strcmp0 (causation, id) == 0;

  space = strrchr (causation, ' ');

  return space != NULL && g_str_equal (space + 1, id);
}

/* whether it is the event, or goes back to it */
static gboolean
is_of (UsherEvent *event, const char *id)
{
  return g_str_equal (usher_event_get_id (event), id) ||
         g_strcmp0 (usher_event_get_correlation (event), id) == 0 ||
         is_cause (usher_event_get_causation (event), id);
}

/* FALSE: all is read that was asked for */
static gboolean
take_events (UsherJsonWriter *writer,
             const UsherBusEvents *events,
             const UsherTraceQuery *query,
             guint *n_items)
{
  gboolean is_over = events->events->len == 0;

  for (guint i = 0; i < events->events->len; i++)
    {
      UsherEvent *event = g_ptr_array_index (events->events, i);
      g_autofree char *text = NULL;

      is_over = is_over || usher_event_get_time (event) > query->until;
      /* a channel is read from a bit before on */
      if (usher_event_get_time (event) < query->since || !is_of (event, query->id))
        continue;

      text = usher_event_json_print_head (event);
      usher_json_writer_add_text (writer, text);
      ++*n_items;
    }

  return !is_over;
}

char *
usher_trace_page_make (UsherBus *bus, const UsherTraceQuery *query, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + MAX_TIME;
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *cursor = NULL;
  gboolean has_more = TRUE;
  guint n_items = 0;
  guint n_read = 0;

  cursor = query->cursor != NULL ? g_strdup (query->cursor)
                                 : make_cursor (bus, query->since, deadline, error);
  if (cursor == NULL)
    return NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  while (has_more && n_items < MAX_ITEMS && g_get_monotonic_time () < deadline)
    {
      const UsherEventsQuery next = { .cursor = cursor, .limit = EVENTS, .patience = PATIENCE };
      g_autoptr (UsherBusEvents) events = ask (bus, &next, error);

      if (events == NULL)
        return NULL;

      has_more = take_events (writer, events, query, &n_items);
      n_read += events->events->len;
      g_free (cursor);
      cursor = g_strdup (events->cursor);
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_set_string (writer, "cursor", cursor);
  usher_json_writer_set_unsigned (writer, "read", n_read);
  usher_json_writer_set_boolean (writer, "more", has_more);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

gint64
usher_trace_page_get_time (const char *id)
{
  gint64 milliseconds = 0;

  if (!usher_uuid_is_valid (id) || id[14] != '7')
    return 0;

  for (guint i = 0; i < 13; i++)
    if (id[i] != '-')
      milliseconds = milliseconds * 16 + g_ascii_xdigit_value (id[i]);

  return milliseconds * 1000;
}
