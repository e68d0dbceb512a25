/* usher-hub-events.c: the events themselves, for whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>

#include "usher-error.h"

#define MAX_EVENTS 100
#define MAX_BYTES  (256 * 1024) /* of payloads */

/* One channel that is read along. */
typedef struct
{
  UsherChannel *channel; /* (unowned) */
  guint64 position;      /* the last sequence that was told */
  guint64 last;          /* the last one that @reader has */
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
open_frame (UsherHub *self, Trail *trail)
{
  guint64 sequence = MAX (trail->position + 1, trail->channel->first);
  UsherJournalFrame *frame = usher_hub_find_frame (self, trail->channel, sequence);

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
look_ahead (UsherHub *self, Trail *trail)
{
  if (trail->next != NULL || trail->position >= trail->channel->committed)
    return;

  if (trail->position >= trail->last && !open_frame (self, trail))
    return;

  trail->next = usher_frame_read_event (&trail->reader, trail->channel->name, trail->position + 1);
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

static int
compare_trails (gconstpointer a, gconstpointer b)
{
  const Trail *first = *(const Trail *const *) a;
  const Trail *second = *(const Trail *const *) b;

  return strcmp (first->channel->name, second->channel->name);
}

/* (transfer full) (element-type Trail): by name */
static GPtrArray *
list_trails (UsherHub *self, const UsherEventsQuery *query)
{
  const char *cursor = query->cursor;
  g_auto (GStrv) places = g_strsplit (cursor != NULL ? cursor : "", ",", -1);
  GPtrArray *trails = g_ptr_array_new_with_free_func (trail_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherChannel *each = value;
      Trail *trail = NULL;

      if (query->channel != NULL && !g_str_equal (each->name, query->channel))
        continue;

      trail = g_new0 (Trail, 1);
      trail->channel = each;
      if (cursor != NULL)
        trail->position = find_position (places, each->name);
      else
        trail->position = query->after >= 0 ? (guint64) query->after : each->committed;
      /* one that is ahead is from another log */
      trail->position = MIN (trail->position, each->committed);
      g_ptr_array_add (trails, trail);
    }
  g_ptr_array_sort (trails, compare_trails);

  return trails;
}

/* The trail whose next event is the oldest. */
static Trail *
find_oldest (UsherHub *self, GPtrArray *trails)
{
  Trail *oldest = NULL;

  for (guint i = 0; i < trails->len; i++)
    {
      Trail *trail = g_ptr_array_index (trails, i);

      look_ahead (self, trail);
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
      g_string_append_uri_escaped (cursor, trail->channel->name, NULL, FALSE);
      g_string_append_printf (cursor, ":%" G_GUINT64_FORMAT, trail->position);
    }

  return g_string_free (cursor, FALSE);
}

UsherBusEvents *
usher_hub_read_events (UsherHub *self, const UsherEventsQuery *query, GError **error)
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
         (trail = find_oldest (self, trails)) != NULL)
    {
      gsize length = 0;

      usher_event_get_payload (trail->next, &length);
      n_bytes += length;
      g_ptr_array_add (page->events, g_steal_pointer (&trail->next));
      trail->position++;
    }
  page->cursor = make_cursor (query->channel, trails);

  return page;
}
