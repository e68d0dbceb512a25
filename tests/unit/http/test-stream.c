/* test-stream.c: answers that come piece by piece, through a front
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "http-peer.h"
#include "http-stream.h"
#include "usher-error.h"

#define STREAM        "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
#define HELLO         "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define N_IDLE        2000
#define MAX_IDLE      6144
#define N_CONNECTIONS 1800

typedef struct
{
  Fixture peer;
  HttpStreams streams;
} StreamFixture;

static void
on_stream (UsherExchange *exchange, gpointer user_data)
{
  http_streams_take (user_data, exchange);
}

static void
set_up (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  http_streams_init (&fixture->streams);
  http_peer_set_up (&fixture->peer, data);
  usher_router_add (fixture->peer.router,
                    "GET",
                    "/stream",
                    USHER_ROUTE_NONE,
                    on_stream,
                    &fixture->streams,
                    NULL,
                    &error);
  g_assert_no_error (error);
}

static void
tear_down (StreamFixture *fixture, gconstpointer data)
{
  http_peer_tear_down (&fixture->peer, data);
  http_streams_clear (&fixture->streams);
}

/* Asks, and reads the head. */
static GSocket *
begin (StreamFixture *fixture, const char *text, UsherStream **stream)
{
  GSocket *socket = http_peer_connect (&fixture->peer);
  g_autoptr (Answer) answer = NULL;

  http_peer_send (socket, text);
  *stream = http_streams_pop (&fixture->streams);
  answer = http_peer_receive (socket, FALSE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Type: text/plain\r\n"));
  g_assert_null (strstr (answer->head, "Content-Length"));
  g_assert_cmpint (strstr (answer->head, "\r\nTransfer-Encoding: chunked\r\n") != NULL,
                   ==,
                   strstr (text, "HTTP/1.1") != NULL);

  return socket;
}

typedef struct
{
  UsherStream *stream; /* (unowned) */
  char name;
} Writer;

#define N_WRITERS 4
#define N_PIECES  5000

static gpointer
run_writer (gpointer data)
{
  Writer *writer = data;

  for (guint i = 0; i < N_PIECES; i++)
    {
      g_autofree char *piece = g_strdup_printf ("%c%u\n", writer->name, i);

      http_stream_write_patiently (writer->stream, piece);
    }

  return NULL;
}

static void
test_order (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  Writer writers[N_WRITERS];
  GThread *threads[N_WRITERS];
  guint next[N_WRITERS] = { 0 };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("Pieces of several threads come whole, those of each in order");

  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i].stream = stream;
      writers[i].name = (char) ('A' + i);
      threads[i] = g_thread_new ("writer", run_writer, &writers[i]);
    }
  text = http_stream_read (socket, N_WRITERS * N_PIECES);
  for (guint i = 0; i < N_WRITERS; i++)
    g_thread_join (threads[i]);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; *lines[i] != '\0'; i++)
    g_assert_cmpuint (g_ascii_strtoull (lines[i] + 1, NULL, 10), ==, next[*lines[i] - 'A']++);
  for (guint i = 0; i < N_WRITERS; i++)
    g_assert_cmpuint (next[i], ==, N_PIECES);
}

static void
test_end (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  g_autoptr (Answer) next = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary (
      "A stream that ends leaves the connection for the next request; nothing can be written "
      "then");

  g_assert_true (usher_stream_write (stream, "one ", -1, NULL));
  g_assert_true (usher_stream_write (stream, "", 0, NULL));
  g_assert_true (usher_stream_write (stream, "two", 3, NULL));
  usher_stream_end (stream);
  usher_stream_end (stream);
  g_assert_false (usher_stream_write (stream, "three", -1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);

  text = http_stream_read_to_end (socket);
  g_assert_cmpstr (text, ==, "one two");
  http_peer_send (socket, HELLO);
  next = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (next->body, ==, "\"hello\"");
}

static void
test_abort (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  g_autofree char *text = NULL;

  g_test_summary ("A stream that is aborted has no end, so the reader knows that it is not whole");

  g_assert_true (usher_stream_write (stream, "one", -1, NULL));
  usher_stream_abort (stream);
  text = http_stream_read_to_end (socket);
  g_assert_null (text);
}

static void
test_old (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, "GET /stream HTTP/1.0\r\n\r\n", &stream);
  char buffer[16] = { 0 };

  g_test_summary ("HTTP/1.0 gets the pieces as they are, and the connection's end as theirs");

  g_assert_true (usher_stream_write (stream, "one", -1, NULL));
  g_assert_cmpint (g_socket_receive (socket, buffer, 15, NULL, NULL), ==, 3);
  g_assert_cmpstr (buffer, ==, "one");
  usher_stream_end (stream);
  g_assert_cmpint (g_socket_receive (socket, buffer, 15, NULL, NULL), ==, 0);
}

static void
test_head (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n", &stream);
  g_autoptr (Answer) next = NULL;

  g_test_summary ("HEAD has no reader, which the writer is told");

  http_streams_await (&fixture->streams.n_gone, 1);
  g_assert_false (usher_stream_write (stream, "one", -1, NULL));
  http_peer_send (socket, HELLO);
  next = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (next->body, ==, "\"hello\"");
}

static void
test_busy (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  g_autofree char *large = g_strnfill (65537, 'x');
  g_autoptr (GError) error = NULL;
  int n_room = 0;
  gsize n = 0;
  g_autofree char *text = NULL;

  g_test_summary ("A writer is told when there is no room, and when there is again");

  g_assert_false (usher_stream_write (stream, large, 65537, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
  n = http_streams_fill (&fixture->streams, stream, &n_room);
  g_assert_cmpint (g_atomic_int_get (&fixture->streams.n_gone), ==, 0);

  text = http_stream_read_bytes (socket, n);
  http_streams_await (&fixture->streams.n_room, n_room + 1);
  g_assert_true (usher_stream_write (stream, large, 65536, NULL));
  g_assert_cmpuint (strspn (text, "x"), ==, n);
}

/* Writes if there is room; TRUE once there will be none again. */
static gboolean
is_refused_for_good (UsherStream *stream)
{
  g_autoptr (GError) error = NULL;

  return !usher_stream_write (stream, "x", 1, &error) &&
         g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

static void
test_slow (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  int n_room = 0;

  g_test_summary ("A reader that takes nothing is dropped, and the writer told once");

  http_streams_fill (&fixture->streams, stream, &n_room);
  usher_test_until (is_refused_for_good (stream));
  http_streams_await (&fixture->streams.n_gone, 1);
  g_assert_true (usher_stream_is_gone (stream));
}

static void
test_idle (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);
  gint64 until = g_get_monotonic_time () + 500 * G_TIME_SPAN_MILLISECOND;
  gint64 deadline = 0;
  g_autofree char *text = NULL;

  g_test_summary ("A stream on which nothing is written for long goes on");

  while (g_get_monotonic_time () < until && usher_test_wait (&deadline))
    g_assert_false (usher_stream_is_gone (stream));
  g_assert_true (usher_stream_write (stream, "one", -1, NULL));
  usher_stream_end (stream);
  text = http_stream_read_to_end (socket);
  g_assert_cmpstr (text, ==, "one");
}

static void
test_gone (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  GSocket *socket = begin (fixture, STREAM, &stream);

  g_test_summary ("A writer whose reader has left is told so, once");

  g_object_unref (socket);
  usher_test_until (is_refused_for_good (stream));
  http_streams_await (&fixture->streams.n_gone, 1);
  g_clear_object (&fixture->peer.front);
  g_assert_cmpint (g_atomic_int_get (&fixture->streams.n_gone), ==, 1);
}

static void
test_stop (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (fixture, STREAM, &stream);

  g_test_summary ("A stop in time takes the reader from the writer");

  usher_front_stop (fixture->peer.front, 10000);
  g_assert_cmpint (g_atomic_int_get (&fixture->streams.n_gone), ==, 1);
  g_assert_false (usher_stream_write (stream, "x", 1, NULL));
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_drain (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStream) ended = NULL;
  g_autoptr (UsherStream) silent = NULL;
  g_autoptr (GSocket) reader = begin (fixture, STREAM, &ended);
  g_autoptr (GSocket) other = begin (fixture, STREAM, &silent);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary (
      "A stop lets writers say the last word, and waits a moment for those who do not end");

  usher_front_drain (fixture->peer.front);
  http_streams_await (&fixture->streams.n_draining, 2);
  g_assert_true (usher_stream_is_draining (ended));
  g_assert_true (usher_stream_write (ended, "bye", -1, &error));
  g_assert_no_error (error);
  usher_stream_end (ended);
  text = http_stream_read_to_end (reader);
  g_assert_cmpstr (text, ==, "bye");

  /* less than an hour is enough, or the test does not end */
  usher_front_stop (fixture->peer.front, G_TIME_SPAN_HOUR);
  g_assert_true (usher_stream_is_gone (silent));
  g_assert_null (http_stream_read_to_end (other));
}

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

/* bytes that are resident */
static gsize
get_memory (void)
{
  g_autofree char *text = NULL;
  char *end = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_ascii_strtoull (text, &end, 10);

  return g_ascii_strtoull (end, NULL, 10) * (gsize) sysconf (_SC_PAGESIZE);
}

static gboolean
has_sanitizer (void)
{
#ifdef __SANITIZE_ADDRESS__
  return TRUE;
#else
  return FALSE;
#endif
}

static void
test_many (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) sockets = NULL;
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_threads = count_threads ();
  gsize before = get_memory ();
  gsize after = 0;

  g_test_summary ("Idle streams cost little memory and no thread");

  sockets = http_streams_open_many (&fixture->peer, STREAM, N_IDLE);
  for (guint i = 0; i < N_IDLE; i++)
    g_ptr_array_add (streams, http_streams_pop (&fixture->streams));
  after = get_memory ();
  g_test_message ("%" G_GSIZE_FORMAT " bytes a stream", (after - before) / N_IDLE);
  g_assert_cmpuint (count_threads (), ==, n_threads);
  if (!has_sanitizer ())
    g_assert_cmpuint ((after - before) / N_IDLE, <, MAX_IDLE);

  for (guint i = 0; i < N_IDLE; i++)
    g_assert_true (usher_stream_write (g_ptr_array_index (streams, i), "one", -1, NULL));
  http_streams_close_many (sockets, "one");
}

/* Connections that have been answered. */
static GArray *
open_answered (StreamFixture *fixture, guint n)
{
  GArray *sockets = http_streams_open_many (&fixture->peer, HELLO, n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GSocket) socket = g_socket_new_from_fd (g_array_index (sockets, int, i), NULL);
      g_autoptr (Answer) answer = http_peer_receive (socket, TRUE);

      g_assert_cmpuint (answer->status, ==, 200);
      g_array_index (sockets, int, i) = dup (g_socket_get_fd (socket));
    }

  return sockets;
}

static void
test_connections (StreamFixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) first = open_answered (fixture, 100);
  gsize before = get_memory ();
  g_autoptr (GArray) sockets = open_answered (fixture, N_CONNECTIONS);
  gsize after = get_memory ();

  g_test_summary ("A connection that has been answered and is idle costs at most 1 KiB");

  g_test_message ("%" G_GSIZE_FORMAT " bytes a connection", (after - before) / N_CONNECTIONS);
  if (!has_sanitizer ())
    g_assert_cmpuint ((after - before) / N_CONNECTIONS, <=, 1024);

  g_array_append_vals (sockets, first->data, first->len);
  for (guint i = 0; i < sockets->len; i++)
    close (g_array_index (sockets, int, i));
}

#define test(path, settings, func) \
  g_test_add (path, StreamFixture, settings, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const char *const hasty[] = { "http.idle-timeout=200", NULL };
  static const char *const one_thread[] = { "http.threads=1", NULL };

  g_test_init (&argc, &argv, NULL);

  test ("/stream/order", NULL, test_order);
  test ("/stream/end", NULL, test_end);
  test ("/stream/abort", NULL, test_abort);
  test ("/stream/drain", NULL, test_drain);
  test ("/stream/old", NULL, test_old);
  test ("/stream/head", NULL, test_head);
  test ("/stream/busy", NULL, test_busy);
  test ("/stream/slow", hasty, test_slow);
  test ("/stream/idle", hasty, test_idle);
  test ("/stream/gone", NULL, test_gone);
  test ("/stream/stop", NULL, test_stop);
  test ("/stream/many", one_thread, test_many);
  test ("/front/idle/memory", one_thread, test_connections);

  return g_test_run ();
}
