/* test-send-queue.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usher-send-queue-private.h"

#define LARGE 1000000

typedef struct
{
  UsherBuffers *buffers; /* (owned) */
  UsherSendQueue queue;
  int fds[2];
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->buffers = usher_buffers_new ();
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fixture->fds), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_send_queue_clear (&fixture->queue, fixture->buffers);
  usher_buffers_free (fixture->buffers);
  close (fixture->fds[0]);
  if (fixture->fds[1] >= 0)
    close (fixture->fds[1]);
}

static void
append (Fixture *fixture, const char *text)
{
  g_string_append (usher_send_queue_open (&fixture->queue, fixture->buffers), text);
}

static void
append_bytes (Fixture *fixture, gsize length, char fill)
{
  g_autofree char *text = g_strnfill (length, fill);
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  usher_send_queue_append_bytes (&fixture->queue, fixture->buffers, bytes);
}

static UsherSendResult
flush (Fixture *fixture, gsize *n_sent)
{
  return usher_send_queue_flush (&fixture->queue, fixture->fds[0], fixture->buffers, n_sent);
}

static void
take (Fixture *fixture, GString *into)
{
  char buffer[65536];
  gssize n = recv (fixture->fds[1], buffer, sizeof buffer, MSG_DONTWAIT);

  if (n > 0)
    g_string_append_len (into, buffer, n);
}

static void
test_small (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) got = g_string_new (NULL);
  gsize n_sent = 0;

  g_test_summary ("What was appended goes out in order, at once");

  g_assert_true (usher_send_queue_is_empty (&fixture->queue));
  append (fixture, "one ");
  append_bytes (fixture, 3, 'x');
  append (fixture, " two");
  g_assert_cmpuint (usher_send_queue_get_length (&fixture->queue), ==, 11);
  g_assert_false (usher_send_queue_is_empty (&fixture->queue));
  g_assert_cmpint (flush (fixture, &n_sent), ==, USHER_SEND_DONE);
  g_assert_cmpuint (n_sent, ==, 11);
  g_assert_true (usher_send_queue_is_empty (&fixture->queue));
  take (fixture, got);
  g_assert_cmpstr (got->str, ==, "one xxx two");
}

static void
test_blocked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) got = g_string_new (NULL);
  UsherSendResult result = USHER_SEND_BLOCKED;
  gsize total = 0;
  guint n_blocked = 0;

  g_test_summary ("A socket that is full keeps the rest, long bytes too, to the last one");

  append (fixture, "head ");
  append_bytes (fixture, LARGE, 'x');
  while (result == USHER_SEND_BLOCKED)
    {
      gsize n_sent = 0;

      result = flush (fixture, &n_sent);
      total += n_sent;
      g_assert_cmpuint (usher_send_queue_get_length (&fixture->queue), ==, LARGE + 5 - total);
      n_blocked += result == USHER_SEND_BLOCKED;
      take (fixture, got);
    }
  while (got->len < LARGE + 5)
    take (fixture, got);

  g_assert_cmpint (result, ==, USHER_SEND_DONE);
  g_assert_cmpuint (n_blocked, >, 0);
  g_assert_cmpuint (total, ==, LARGE + 5);
  g_assert_true (g_str_has_prefix (got->str, "head xxx"));
  g_assert_cmpuint (strspn (got->str + 5, "x"), ==, LARGE);
}

static void
test_not_copied (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (LARGE, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, LARGE);

  g_test_summary ("Long bytes are kept as they are, and let go with the rest");

  usher_send_queue_append_bytes (&fixture->queue, fixture->buffers, bytes);
  g_assert_true (fixture->queue.bytes == bytes);
  g_assert_null (fixture->queue.text);
  usher_send_queue_clear (&fixture->queue, fixture->buffers);
  g_assert_true (usher_send_queue_is_empty (&fixture->queue));
  g_assert_cmpuint (usher_send_queue_get_length (&fixture->queue), ==, 0);
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  gsize n_sent = 0;

  g_test_summary ("A socket that nobody reads any more fails, without a signal");

  close (fixture->fds[1]);
  fixture->fds[1] = -1;
  append (fixture, "one");
  g_assert_cmpint (flush (fixture, &n_sent), ==, USHER_SEND_FAILED);
  g_assert_cmpuint (n_sent, ==, 0);
}

static void
test_buffers (Fixture *fixture, gconstpointer data)
{
  GString *first = usher_buffers_take (fixture->buffers);
  GString *again = NULL;
  GString *many[40];

  g_test_summary ("Buffers come back empty, and neither many nor large ones are kept");

  g_string_append (first, "one");
  usher_buffers_give (fixture->buffers, first);
  usher_buffers_give (fixture->buffers, NULL);
  again = usher_buffers_take (fixture->buffers);
  g_assert_true (again == first);
  g_assert_cmpuint (again->len, ==, 0);
  g_string_set_size (again, LARGE);
  usher_buffers_give (fixture->buffers, again);

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      many[i] = usher_buffers_take (fixture->buffers);
      g_assert_cmpuint (many[i]->allocated_len, <, LARGE);
    }
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    usher_buffers_give (fixture->buffers, many[i]);
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/send-queue/small", test_small);
  test ("/send-queue/blocked", test_blocked);
  test ("/send-queue/not-copied", test_not_copied);
  test ("/send-queue/failed", test_failed);
  test ("/send-queue/buffers", test_buffers);

  return g_test_run ();
}
