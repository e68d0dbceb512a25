/* http-stream.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-stream.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-test-base.h"

#define PIECE 16384
/* what a listener that has room takes to say so; where it takes longer the writer goes on later */
#define FULL (50 * G_TIME_SPAN_MILLISECOND)

void
http_streams_init (HttpStreams *self)
{
  self->made = g_async_queue_new_full (g_object_unref);
}

void
http_streams_clear (HttpStreams *self)
{
  g_async_queue_unref (self->made);
}

static void
on_told (UsherStream *stream, gpointer user_data)
{
  HttpStreams *self = user_data;

  if (usher_stream_is_gone (stream))
    g_atomic_int_inc (&self->n_gone);
  else
    g_atomic_int_inc (usher_stream_is_draining (stream) ? &self->n_draining : &self->n_room);
}

void
http_streams_take (HttpStreams *self, UsherExchange *exchange)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherStream *stream = usher_reply_stream (usher_exchange_get_reply (owned), "text/plain");

  usher_stream_set_func (stream, on_told, self, NULL);
  usher_exchange_finish (owned);
  g_async_queue_push (self->made, stream);
}

UsherStream *
http_streams_pop (HttpStreams *self)
{
  return usher_test_pop (self->made);
}

void
http_streams_await (const int *counter, int value)
{
  usher_test_until (g_atomic_int_get (counter) >= value);
  g_assert_cmpint (g_atomic_int_get (counter), ==, value);
}

/* A writer that is refused asks to be told. */
static gboolean
write_piece (UsherStream *stream, const char *piece)
{
  g_autoptr (GError) error = NULL;

  if (usher_stream_write (stream, piece, -1, &error))
    return TRUE;
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);

  return FALSE;
}

void
http_stream_write_patiently (UsherStream *stream, const char *piece)
{
  usher_test_until (write_piece (stream, piece));
}

static gboolean
is_told_soon (HttpStreams *self, int n_room)
{
  gint64 end = g_get_monotonic_time () + FULL;
  gint64 deadline = 0;

  while (g_atomic_int_get (&self->n_room) == n_room)
    if (g_get_monotonic_time () >= end || !usher_test_wait (&deadline))
      return FALSE;

  return TRUE;
}

/* The listener sends what there is in the meantime. */
gsize
http_streams_fill (HttpStreams *self, UsherStream *stream, int *n_room)
{
  g_autofree char *piece = g_strnfill (PIECE, 'x');
  gsize n = 0;

  do
    for (*n_room = g_atomic_int_get (&self->n_room); write_piece (stream, piece);
         *n_room = g_atomic_int_get (&self->n_room))
      n += PIECE;
  while (is_told_soon (self, *n_room));

  return n;
}

static gboolean
read_exactly (GSocket *socket, char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = g_socket_receive (socket, data, length, NULL, NULL);

      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }

  return TRUE;
}

/* Returns -1 when it is cut, 0 at the end. */
static gssize
read_chunk (GSocket *socket, GString *text)
{
  g_autofree char *data = NULL;
  char line[16] = { 0 };
  gsize n = 0;

  while (n < sizeof line - 1 && (n < 2 || line[n - 1] != '\n'))
    if (!read_exactly (socket, &line[n++], 1))
      return -1;

  n = (gsize) g_ascii_strtoull (line, NULL, 16);
  data = g_malloc (n + 2);
  if (!read_exactly (socket, data, n + 2))
    return -1;
  g_assert_cmpmem (data + n, 2, "\r\n", 2);
  g_string_append_len (text, data, (gssize) n);

  return (gssize) n;
}

static guint
count_lines (const char *text, gsize length)
{
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    n += text[i] == '\n';

  return n;
}

char *
http_stream_read (GSocket *socket, guint n_lines)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  while (n < n_lines)
    {
      gssize length = read_chunk (socket, text);

      g_assert_cmpint (length, >, 0);
      n += count_lines (text->str + text->len - length, (gsize) length);
    }

  return g_string_free (text, FALSE);
}

char *
http_stream_read_bytes (GSocket *socket, gsize n)
{
  GString *text = g_string_new (NULL);

  while (text->len < n)
    g_assert_cmpint (read_chunk (socket, text), >, 0);

  return g_string_free (text, FALSE);
}

char *
http_stream_read_to_end (GSocket *socket)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gssize n = 0;

  do
    n = read_chunk (socket, text);
  while (n > 0);

  return n == 0 ? g_strdup (text->str) : NULL;
}

GArray *
http_streams_open_many (Fixture *peer, const char *text, guint n)
{
  GArray *sockets = g_array_sized_new (FALSE, FALSE, sizeof (int), n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GSocket) socket = http_peer_connect (peer);
      int fd = dup (g_socket_get_fd (socket));

      g_assert_cmpint (fd, >=, 0);
      http_peer_send (socket, text);
      g_array_append_val (sockets, fd);
    }

  return sockets;
}

void
http_streams_close_many (GArray *sockets, const char *text)
{
  g_autofree char *chunk = g_strdup_printf ("%zx\r\n%s\r\n", strlen (text), text);

  for (guint i = 0; i < sockets->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = g_socket_new_from_fd (g_array_index (sockets, int, i), &error);
      g_autoptr (Answer) answer = NULL;
      char buffer[64] = { 0 };

      g_assert_no_error (error);
      g_socket_set_timeout (socket, USHER_TEST_PATIENCE / G_TIME_SPAN_SECOND);
      answer = http_peer_receive (socket, FALSE);
      g_assert_cmpuint (answer->status, ==, 200);
      g_assert_true (read_exactly (socket, buffer, strlen (chunk)));
      g_assert_cmpstr (buffer, ==, chunk);
    }
}
