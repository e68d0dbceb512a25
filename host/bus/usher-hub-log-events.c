/* usher-hub-log-events.c: the events themselves, for whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-log-private.h"

#include <string.h>

#include "usher-error.h"

#define MAX_EVENTS 100
/* a page with the largest event last is no message that is too large */
#define MAX_BYTES USHER_FRAME_MAX_BYTES

/* One channel that is read along. */
typedef struct
{
  UsherHubChannel *channel; /* (unowned) */
  guint64 position;         /* the last sequence that was told */
  guint64 last;             /* the last one that @reader has */
  UsherFrameReader reader;
  UsherEvent *next; /* (owned) (nullable) */
} Trail;

static void
trail_free (gpointer data)
{
  Trail *trail = data;

  g_clear_pointer (&trail->next, usher_event_unref);
  g_free (trail);
}

/* The frame of the next sequence that is kept; FALSE when there is none. */
static gboolean
open_frame (Trail *trail)
{
  guint64 sequence = MAX (trail->position + 1, usher_hub_channel_get_first (trail->channel));
  const UsherJournalFrame *frame = usher_hub_channel_find (trail->channel, sequence);

  if (frame == NULL)
    return FALSE;

  sequence = MAX (sequence, frame->base);
  trail->position = sequence - 1;
  trail->last = frame->base + frame->count - 1;
  usher_frame_reader_init (&trail->reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  for (guint64 i = frame->base; i < sequence; i++)
    {
      const guint8 *bytes = NULL;
      const guint8 *id = NULL;
      gsize size = 0;

      if (!usher_frame_skip_event (&trail->reader, &bytes, &size, &id))
        return FALSE;
    }

  return TRUE;
}

/* Reads the next event of the channel, when there is one. */
static void
look_ahead (Trail *trail)
{
  if (trail->next != NULL || trail->position >= usher_hub_channel_get_last (trail->channel))
    return;

  if (trail->position >= trail->last && !open_frame (trail))
    return;

  trail->next = usher_frame_read_event (&trail->reader,
                                        usher_hub_channel_get_name (trail->channel),
                                        trail->position + 1);
}

/* The position of a channel in a cursor, NAME:SEQUENCE,… with the names escaped; 0 when it is not in there. */
static guint64
find_position (char **places, const char *channel)
{
  g_autofree char *name = g_uri_escape_string (channel, NULL, FALSE);
  gsize length = strlen (name);

  for (guint i = 0; places[i] != NULL; i++)
    if (strncmp (places[i], name, length) == 0 && places[i][length] == ':')
      return g_ascii_strtoull (places[i] + length + 1, NULL, 10);

  return 0;
}

/* Where the question wants the channel to be read from. */
static guint64
find_begin (const UsherEventsQuery *query, char **places, const UsherHubChannel *channel)
{
  guint64 last = usher_hub_channel_get_last (channel);
  guint64 position = last;

  if (query->cursor != NULL)
    position = find_position (places, usher_hub_channel_get_name (channel));
  else if (query->after >= 0)
    position = (guint64) query->after;

  /* one that is ahead is from another log */
  return MIN (position, last);
}

static void
add_trail (GPtrArray *trails, const UsherEventsQuery *query, UsherHubChannel *channel)
{
  g_auto (GStrv) places = g_strsplit (query->cursor != NULL ? query->cursor : "", ",", -1);
  Trail *trail = g_new0 (Trail, 1);

  trail->channel = channel;
  trail->position = find_begin (query, places, channel);
  g_ptr_array_add (trails, trail);
}

/* (transfer full) (element-type Trail): by name */
static GPtrArray *
list_trails (UsherHubLog *self, const UsherEventsQuery *query)
{
  UsherHubChannel *channel =
      query->channel != NULL ? usher_hub_log_find_channel (self, query->channel) : NULL;
  GPtrArray *trails = g_ptr_array_new_with_free_func (trail_free);
  g_autoptr (GPtrArray) channels = NULL;

  if (channel != NULL)
    add_trail (trails, query, channel);
  if (query->channel != NULL)
    return trails;

  channels = usher_hub_log_list_channels (self);
  for (guint i = 0; i < channels->len; i++)
    add_trail (trails, query, g_ptr_array_index (channels, i));

  return trails;
}

/* The trail whose next event is the oldest. */
static Trail *
find_oldest (GPtrArray *trails)
{
  Trail *oldest = NULL;

  for (guint i = 0; i < trails->len; i++)
    {
      Trail *trail = g_ptr_array_index (trails, i);

      look_ahead (trail);
      if (trail->next != NULL && (oldest == NULL || usher_event_get_time (trail->next) <
                                                        usher_event_get_time (oldest->next)))
        oldest = trail;
    }

  return oldest;
}

/* NAME:SEQUENCE,… */
static gboolean
is_cursor (const char *text)
{
  g_auto (GStrv) places = g_strsplit (text, ",", -1);

  for (guint i = 0; places[i] != NULL; i++)
    {
      const char *colon = strrchr (places[i], ':');

      if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXINT64, NULL, NULL))
        return FALSE;
    }

  return TRUE;
}

/* (transfer full): a channel that is not there yet is at its beginning: a cursor that says nothing would be none to a reader who
 * comes again */
static char *
make_cursor (const char *channel, GPtrArray *trails)
{
  GString *cursor = g_string_new (NULL);

  if (trails->len == 0)
    {
      g_string_append_uri_escaped (cursor, channel != NULL ? channel : "", NULL, FALSE);
      g_string_append (cursor, ":0");
    }

  for (guint i = 0; i < trails->len; i++)
    {
      const Trail *trail = g_ptr_array_index (trails, i);

      g_string_append (cursor, i > 0 ? "," : "");
      g_string_append_uri_escaped (cursor,
                                   usher_hub_channel_get_name (trail->channel),
                                   NULL,
                                   FALSE);
      g_string_append_printf (cursor, ":%" G_GUINT64_FORMAT, trail->position);
    }

  return g_string_free (cursor, FALSE);
}

/* The bytes of an event that its maker gave it. */
static gsize
measure (UsherEvent *event)
{
  const char *texts[] = {
    usher_event_get_correlation (event),
    usher_event_get_causation (event),
    usher_event_get_traceparent (event),
  };
  gsize size = 0;

  usher_event_get_payload (event, &size);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    size += texts[i] != NULL ? strlen (texts[i]) : 0;

  return size;
}

UsherBusEvents *
usher_hub_log_read_events (UsherHubLog *self, const UsherEventsQuery *query, GError **error)
{
  g_autoptr (GPtrArray) trails = NULL;
  UsherBusEvents *page = NULL;
  Trail *trail = NULL;
  gsize n_bytes = 0;

  if (query->cursor != NULL && !is_cursor (query->cursor))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no cursor", query->cursor);
      return NULL;
    }

  trails = list_trails (self, query);
  page = usher_bus_events_new ();
  while (page->events->len < MIN (query->limit, MAX_EVENTS) && n_bytes < MAX_BYTES &&
         (trail = find_oldest (trails)) != NULL)
    {
      n_bytes += measure (trail->next);
      g_ptr_array_add (page->events, g_steal_pointer (&trail->next));
      trail->position++;
    }
  page->cursor = make_cursor (query->channel, trails);

  return page;
}
