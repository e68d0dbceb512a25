/* usher-event-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-page-private.h"

#include <string.h>

#include "usher-event-json-private.h"

/* The end of the name of a place, and its sequence. */
static gsize
read_place (const char *place, guint64 *sequence)
{
  gsize length = strcspn (place, ":,");

  *sequence = place[length] == ':' ? g_ascii_strtoull (place + length + 1, NULL, 10) : 0;

  return length;
}

static const char *
next_place (const char *place)
{
  place += strcspn (place, ",");

  return *place == ',' ? place + 1 : place;
}

/* The sequence of the name that begins at @name; FALSE when the cursor has none. */
static gboolean
find_place (const char *cursor, const char *name, gsize length, guint64 *sequence)
{
  for (; *cursor != '\0'; cursor = next_place (cursor))
    if (read_place (cursor, sequence) == length && strncmp (cursor, name, length) == 0)
      return TRUE;

  *sequence = 0;

  return FALSE;
}

guint64
usher_cursor_find (const char *cursor, const char *channel)
{
  g_autofree char *name = g_uri_escape_string (channel, NULL, FALSE);
  guint64 sequence = 0;

  find_place (cursor, name, strlen (name), &sequence);

  return sequence;
}

gboolean
usher_cursor_is_behind (const char *cursor, const char *other, const char *channel)
{
  if (cursor == other)
    return FALSE;
  if (channel != NULL)
    return usher_cursor_find (cursor, channel) < usher_cursor_find (other, channel);

  for (; *other != '\0'; other = next_place (other))
    {
      guint64 theirs = 0;
      guint64 ours = 0;
      gsize length = read_place (other, &theirs);

      find_place (cursor, other, length, &ours);
      if (ours < theirs)
        return TRUE;
    }

  return FALSE;
}

static void
append_place (GString *cursor, const char *name, gsize length, guint64 sequence)
{
  g_string_append_printf (cursor,
                          "%s%.*s:%" G_GUINT64_FORMAT,
                          cursor->len > 0 ? "," : "",
                          (int) length,
                          name,
                          sequence);
}

char *
usher_cursor_merge (char *cursor, char *other)
{
  g_autoptr (GString) merged = NULL;
  guint64 theirs = 0;
  guint64 ours = 0;

  if (!usher_cursor_is_behind (other, cursor, NULL))
    return g_ref_string_acquire (other);

  merged = g_string_new (NULL);
  for (const char *place = other; *place != '\0'; place = next_place (place))
    {
      gsize length = read_place (place, &theirs);

      find_place (cursor, place, length, &ours);
      append_place (merged, place, length, MAX (ours, theirs));
    }
  for (const char *place = cursor; *place != '\0'; place = next_place (place))
    {
      gsize length = read_place (place, &ours);

      if (!find_place (other, place, length, &theirs))
        append_place (merged, place, length, ours);
    }

  return g_ref_string_new_len (merged->str, (gssize) merged->len);
}

/* (transfer full): a GRefString: the cursor with another sequence for one channel */
static char *
set_place (const char *cursor, const char *channel, guint64 sequence)
{
  g_autofree char *name = g_uri_escape_string (channel, NULL, FALSE);
  g_autoptr (GString) changed = g_string_new (NULL);
  guint64 place_sequence = 0;

  for (; *cursor != '\0'; cursor = next_place (cursor))
    {
      gsize length = read_place (cursor, &place_sequence);
      gboolean is_it = length == strlen (name) && strncmp (cursor, name, length) == 0;

      append_place (changed, cursor, length, is_it ? sequence : place_sequence);
    }

  return g_ref_string_new_len (changed->str, (gssize) changed->len);
}

static void
free_event (gpointer data)
{
  UsherPageEvent *event = data;

  g_free (event->channel);
  g_free (event->json);
  g_clear_pointer (&event->cursor, g_ref_string_release);
  g_free (event);
}

static UsherPageEvent *
read_event (UsherEvent *event)
{
  UsherPageEvent *self = g_new0 (UsherPageEvent, 1);

  self->channel = g_strdup (usher_event_get_channel (event));
  self->sequence = usher_event_get_sequence (event);
  self->json = usher_event_json_print (event);

  return self;
}

/* The page says where it ends; back from there each event says where the one before did. */
static void
set_cursors (UsherEventPage *self)
{
  g_autofree char *cursor = g_strdup (self->cursor);

  for (guint i = self->events->len; i > 0; i--)
    {
      UsherPageEvent *event = g_ptr_array_index (self->events, i - 1);
      char *before = set_place (cursor, event->channel, event->sequence - 1);

      event->cursor =
          i == self->events->len ? g_ref_string_acquire (self->cursor) : g_ref_string_new (cursor);
      g_free (cursor);
      cursor = g_strdup (before);
      g_ref_string_release (before);
    }
}

UsherEventPage *
usher_event_page_new (const UsherBusEvents *events)
{
  UsherEventPage *self = g_new0 (UsherEventPage, 1);

  self->events = g_ptr_array_new_with_free_func (free_event);
  for (guint i = 0; i < events->events->len; i++)
    g_ptr_array_add (self->events, read_event (g_ptr_array_index (events->events, i)));
  self->cursor = g_ref_string_new (events->cursor);
  set_cursors (self);

  return self;
}

void
usher_event_page_free (UsherEventPage *self)
{
  g_ptr_array_unref (self->events);
  g_clear_pointer (&self->cursor, g_ref_string_release);
  g_free (self);
}
