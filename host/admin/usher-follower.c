/* usher-follower.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-follower-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-json-writer.h"
#include "usher-query-number-private.h"

#define MEDIA_TYPE "text/event-stream"
#define MAX_LIMIT  100
/* of what is written to a stream at once: an event may be larger than its room */
#define PIECE (16 * 1024)

/* The quality that a list of media types gives to one, by name; -1: it is not there. */
static double
find_quality (const char *accept, const char *media_type)
{
  g_auto (GStrv) ranges = g_strsplit (accept, ",", -1);

  for (guint i = 0; ranges[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (ranges[i], ";", -1);
      double quality = 1;

      if (words[0] == NULL || g_ascii_strcasecmp (g_strstrip (words[0]), media_type) != 0)
        continue;
      for (guint j = 1; words[j] != NULL; j++)
        if (g_ascii_strncasecmp (g_strstrip (words[j]), "q=", 2) == 0)
          quality = g_ascii_strtod (words[j] + 2, NULL);

      return quality;
    }

  return -1;
}

static gboolean
accepts_stream (UsherRequest *request)
{
  const char *accept = usher_request_get_header (request, "Accept");
  double quality = accept != NULL ? find_quality (accept, MEDIA_TYPE) : -1;

  return quality > 0 && quality >= find_quality (accept, "application/json");
}

/* A reader that comes again says by itself where it was. */
static char *
dup_start (UsherRequest *request, gboolean is_stream)
{
  const char *cursor = is_stream ? usher_request_get_header (request, "Last-Event-ID") : NULL;

  if (cursor == NULL || *cursor == '\0')
    cursor = usher_request_get_query (request, "cursor");

  return g_strdup (cursor);
}

UsherFollower *
usher_follower_new (UsherExchange *exchange, gint64 wait)
{
  UsherFollower *self = g_atomic_rc_box_new0 (UsherFollower);
  UsherRequest *request = usher_exchange_get_request (exchange);

  self->exchange = exchange;
  self->wants_stream = accepts_stream (request);
  self->start = dup_start (request, self->wants_stream);
  self->after = usher_query_number_read (request, "after", G_MAXINT64, -1);
  self->channel = g_strdup (usher_request_get_query (request, "channel"));
  self->limit = (guint) CLAMP (usher_query_number_read (request, "limit", G_MAXINT64, MAX_LIMIT),
                               1,
                               MAX_LIMIT);
  self->deadline = g_get_monotonic_time () + wait;

  return self;
}

UsherFollower *
usher_follower_ref (UsherFollower *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  UsherFollower *self = data;

  g_clear_object (&self->exchange);
  g_clear_object (&self->stream);
  g_free (self->start);
  g_free (self->channel);
  g_clear_pointer (&self->cursor, g_ref_string_release);
  g_clear_pointer (&self->rest, g_ref_string_release);
}

void
usher_follower_unref (UsherFollower *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

void
usher_follower_make_query (const UsherFollower *self, UsherEventsQuery *query)
{
  query->channel = self->channel;
  query->cursor = self->cursor != NULL ? self->cursor : self->start;
  query->after = self->after;
  query->limit = self->cursor != NULL ? MAX_LIMIT : self->limit;
}

static void
close_stream (UsherFollower *self)
{
  self->state = USHER_FOLLOWER_OVER;
  if (self->stream != NULL)
    usher_stream_end (self->stream);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->rest, g_ref_string_release);
}

gboolean
usher_follower_flush (UsherFollower *self)
{
  gsize length = self->rest != NULL ? g_ref_string_length (self->rest) : 0;
  g_autoptr (GError) error = NULL;

  while (self->rest_at < length)
    {
      gsize n = MIN (PIECE, length - self->rest_at);

      if (!usher_stream_write (self->stream, self->rest + self->rest_at, (gssize) n, &error))
        break;
      self->rest_at += n;
    }

  if (error == NULL)
    {
      g_clear_pointer (&self->rest, g_ref_string_release);
      self->rest_at = 0;
    }
  else if (g_error_matches (error, USHER_ERROR, USHER_ERROR_BUSY))
    self->state = USHER_FOLLOWER_FULL;
  else
    close_stream (self);

  return error == NULL;
}

/* takes ownership of @text; FALSE when the stream takes nothing more now */
static gboolean
write_text (UsherFollower *self, char *text)
{
  g_autofree char *owned = text;

  self->rest = g_ref_string_new (owned);

  return usher_follower_flush (self);
}

void
usher_follower_open_stream (UsherFollower *self,
                            UsherStreamFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&self->exchange);
  UsherReply *reply = usher_exchange_get_reply (exchange);

  self->stream = usher_reply_stream (reply, MEDIA_TYPE);
  usher_stream_set_func (self->stream, func, user_data, destroy);
  usher_reply_set_header (reply, "Cache-Control", "no-store");
  usher_exchange_finish (exchange);
  write_text (self, g_strdup ("retry: 1000\n\n"));
}

static void
move (UsherFollower *self, char *cursor)
{
  char *merged = NULL;

  if (self->cursor == cursor)
    return;

  merged = self->cursor != NULL ? usher_cursor_merge (self->cursor, cursor)
                                : g_ref_string_acquire (cursor);
  g_clear_pointer (&self->cursor, g_ref_string_release);
  self->cursor = merged;
}

/* Whether the event is for it, and it does not have it yet. */
static gboolean
wants (const UsherFollower *self, const UsherPageEvent *event)
{
  return (self->channel == NULL || g_str_equal (self->channel, event->channel)) &&
         (self->cursor == NULL ||
          event->sequence > usher_cursor_find (self->cursor, event->channel));
}

static void
give_stream (UsherFollower *self, const UsherEventPage *page)
{
  gboolean has_room = TRUE;
  gboolean is_first = self->cursor == NULL;

  for (guint i = 0; has_room && i < page->events->len; i++)
    {
      const UsherPageEvent *event = g_ptr_array_index (page->events, i);

      if (!wants (self, event))
        continue;
      move (self, event->cursor);
      has_room =
          write_text (self, g_strdup_printf ("id: %s\ndata: %s\n\n", self->cursor, event->json));
    }
  if (!has_room)
    return;

  move (self, page->cursor);
  /* so that one that is cut off before the first event goes on here */
  if (is_first && page->events->len == 0)
    write_text (self, g_strdup_printf ("id: %s\n\n", self->cursor));
}

static UsherJsonWriter *
begin_page (void)
{
  UsherJsonWriter *writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);

  return writer;
}

/* @writer: within the page's items */
static void
answer (UsherFollower *self, UsherJsonWriter *writer)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&self->exchange);

  usher_json_writer_end_array (writer);
  usher_json_writer_set_string (writer, "cursor", self->cursor);
  usher_json_writer_end_object (writer);
  self->state = USHER_FOLLOWER_OVER;
  usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
}

static void
give_page (UsherFollower *self, const UsherEventPage *page)
{
  g_autoptr (UsherJsonWriter) writer = begin_page ();
  guint n = 0;

  for (guint i = 0; n < self->limit && i < page->events->len; i++)
    {
      UsherPageEvent *event = g_ptr_array_index (page->events, i);

      if (!wants (self, event))
        continue;
      usher_json_writer_add_text (writer, event->json);
      n++;
      if (n == self->limit)
        move (self, event->cursor);
    }
  if (n < self->limit)
    move (self, page->cursor);
  if (n > 0 || self->deadline <= g_get_monotonic_time ())
    answer (self, writer);
}

void
usher_follower_give (UsherFollower *self, const UsherEventPage *page)
{
  if (self->stream != NULL)
    give_stream (self, page);
  else
    give_page (self, page);
}

void
usher_follower_beat (UsherFollower *self)
{
  if (self->stream != NULL && self->rest == NULL && self->state == USHER_FOLLOWER_LIVE)
    write_text (self, g_strdup (":\n\n"));
}

void
usher_follower_end (UsherFollower *self, const GError *error)
{
  g_autoptr (UsherExchange) exchange = NULL;

  if (self->exchange == NULL)
    close_stream (self);
  else if (self->cursor != NULL && error == NULL)
    {
      g_autoptr (UsherJsonWriter) writer = begin_page ();

      answer (self, writer);
    }
  else
    {
      g_autoptr (GError) stopping =
          g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "The host is stopping");

      exchange = g_steal_pointer (&self->exchange);
      self->state = USHER_FOLLOWER_OVER;
      usher_exchange_fail (exchange, error != NULL ? error : stopping);
    }
}
