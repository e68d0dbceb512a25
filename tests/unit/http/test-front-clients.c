/* test-front-clients.c: clients that leave, that are slow, and that want too much
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "http-peer.h"

#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define LATER "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

/* skips an interim answer, which a client that has shut its half is sent */
static void
assert_final (GSocket *socket, guint status, const char *body)
{
  g_autoptr (Answer) answer = http_peer_receive (socket, TRUE);

  if (answer->status == 100)
    {
      http_peer_assert_next (socket, status, body);
      return;
    }
  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (answer->body, ==, body);
}

static void
test_half_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) quick = http_peer_connect (fixture);
  g_autoptr (GSocket) slow = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;

  g_test_summary ("A client that has ended its half is answered all that it asked, then closed");

  http_peer_send (quick, HELLO POST "Content-Length: 2\r\n\r\n{}");
  g_assert_true (g_socket_shutdown (quick, FALSE, TRUE, NULL));
  http_peer_assert_next (quick, 200, "\"hello\"");
  http_peer_assert_next (quick, 200, "{}");
  http_peer_assert_next (quick, 0, NULL);

  http_peer_send (slow, LATER HELLO);
  exchange = http_peer_pop_later (fixture);
  g_assert_true (g_socket_shutdown (slow, FALSE, TRUE, NULL));
  http_peer_finish (exchange, "1");
  assert_final (slow, 200, "1");
  http_peer_assert_next (slow, 200, "\"hello\"");
  http_peer_assert_next (slow, 0, NULL);
}

static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

/* Asks, leaves by @reset or in peace, and waits until that is told. */
static void
leave (Fixture *fixture, gboolean reset)
{
  const struct linger none = { .l_onoff = 1, .l_linger = 0 };
  GSocket *socket = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;
  int n_gone = 0;

  http_peer_send (socket, LATER);
  exchange = http_peer_pop_later (fixture);
  g_assert_true (usher_exchange_set_gone_func (exchange, on_gone, &n_gone, NULL));
  if (reset)
    g_assert_cmpint (
        setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &none, sizeof none), ==, 0);
  g_object_unref (socket);
  usher_test_until (g_atomic_int_get (&n_gone) != 0);
  g_assert_false (usher_exchange_set_gone_func (exchange, on_gone, &n_gone, NULL));
  g_assert_true (usher_exchange_is_gone (exchange));
  usher_exchange_finish (exchange);
  g_assert_cmpint (g_atomic_int_get (&n_gone), ==, 1);
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A client that leaves ends the wait for its answer, in peace or by a reset");

  for (guint i = 0; i < 10; i++)
    leave (fixture, i % 2 == 1);
}

static void
test_gone_path (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "socket", NULL);
  g_autofree char *listen = g_strconcat ("unix:", path, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("So does one that came by a path");

  http_peer_restart (fixture, listen, &error);
  g_assert_no_error (error);
  leave (fixture, FALSE);
  leave (fixture, FALSE);
  usher_front_stop (fixture->front, 0);
}

static void
test_gone_never (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;
  int n_gone = 0;

  g_test_summary ("Who gets his answer has not left");

  http_peer_send (socket, LATER);
  exchange = http_peer_pop_later (fixture);
  g_assert_true (usher_exchange_set_gone_func (exchange, on_gone, &n_gone, NULL));
  g_assert_false (usher_exchange_is_gone (exchange));
  http_peer_finish (exchange, "1");
  http_peer_assert_next (socket, 200, "1");
  g_clear_object (&fixture->front);
  g_assert_cmpint (g_atomic_int_get (&n_gone), ==, 0);
}

/* Sends, then nothing: not before the deadline comes an answer, then the end. */
static void
assert_cut (Fixture *fixture, const char *text, guint status)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  gint64 began = g_get_monotonic_time ();

  g_test_message ("%s", text);
  http_peer_send (socket, text);
  http_peer_assert_next (socket, status, NULL);
  g_assert_true (http_peer_is_closed (socket));
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 150 * G_TIME_SPAN_MILLISECOND);
}

static void
test_deadlines (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A client that is silent is cut in whatever it does, and told where it asked");

  assert_cut (fixture, "", 0);
  assert_cut (fixture, "\r\n", 408);
  assert_cut (fixture, "GET /he", 408);
  assert_cut (fixture, "GET /hello HTTP/1.1\r\nHost: a\r\n", 408);
  assert_cut (fixture, POST "Content-Length: 2\r\n\r\n{", 408);
  assert_cut (fixture, POST "Transfer-Encoding: chunked\r\n\r\n2\r\n{", 408);
  assert_cut (fixture, POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX", 408);
  assert_cut (fixture, "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{", 404);
}

static void
test_never_reads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autofree char *body = g_strnfill (60000, '1');
  g_autofree char *text = g_strdup_printf (POST "Content-Length: 60000\r\n\r\n%s", body);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client that asks and asks and takes no answer is cut");

  while (g_socket_send (socket, text, strlen (text), NULL, &error) > 0)
    continue;
  g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
}

typedef struct
{
  GSocket *socket; /* (unowned) */
  int stopping;    /* (atomic) */
} Flood;

static gpointer
run_flood (gpointer data)
{
  Flood *flood = data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, HELLO);
  while (!g_atomic_int_get (&flood->stopping) &&
         g_socket_send (flood->socket, text->str, text->len, NULL, NULL) > 0)
    continue;

  return NULL;
}

static gpointer
run_reader (gpointer data)
{
  Flood *flood = data;
  char buffer[65536];

  while (g_socket_receive (flood->socket, buffer, sizeof buffer, NULL, NULL) > 0)
    continue;

  return NULL;
}

static void
test_fair (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) flooding = http_peer_connect (fixture);
  g_autoptr (GSocket) polite = http_peer_connect (fixture);
  Flood flood = { .socket = flooding };
  GThread *writer = g_thread_new ("flood", run_flood, &flood);
  GThread *reader = g_thread_new ("reader", run_reader, &flood);

  g_test_summary ("A flood of requests on one connection holds up no other of its thread");

  /* the flood ends behind them, so one that has to wait for its end waits for ever */
  for (guint i = 0; i < 200; i++)
    {
      http_peer_send (polite, HELLO);
      http_peer_assert_next (polite, 200, "\"hello\"");
    }
  g_atomic_int_set (&flood.stopping, 1);
  g_socket_shutdown (flooding, TRUE, TRUE, NULL);
  g_thread_join (writer);
  g_thread_join (reader);
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary (
      "What a drained listener still has to answer it answers, and says that it closes");

  http_peer_send (socket, LATER HELLO);
  exchange = http_peer_pop_later (fixture);
  usher_front_drain (fixture->front);
  http_peer_finish (exchange, "1");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (answer->body, ==, "1");
  g_assert_nonnull (strstr (answer->head, "\r\nConnection: close\r\n"));
  http_peer_assert_next (socket, 0, NULL);
}

static void
assert_rated (Fixture *fixture, const char *address, guint status)
{
  g_autofree char *text =
      g_strdup_printf ("GET /hello HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %s\r\n\r\n", address);
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);

  g_test_message ("%s", address);
  g_assert_cmpuint (answer->status, ==, status);
}

static void
test_rate (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who has a network of IPv6 has one rate, as who has an address of IPv4");

  assert_rated (fixture, "2001:db8:0:1::1", 200);
  assert_rated (fixture, "2001:db8:0:1::2", 200);
  assert_rated (fixture, "2001:db8:0:1:ffff:ffff:ffff:ffff", 429);
  assert_rated (fixture, "2001:db8:0:2::1", 200);
  assert_rated (fixture, "192.0.2.1", 200);
  assert_rated (fixture, "192.0.2.1", 200);
  assert_rated (fixture, "192.0.2.1:1234", 429);
  assert_rated (fixture, "192.0.2.2", 200);
}

#define test(path, settings, func) \
  g_test_add (path, Fixture, settings, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  static const char *const quick[] = {
    "http.head-timeout=200", "http.body-timeout=200", "http.idle-timeout=200", NULL
  };
  static const char *const one_thread[] = { "http.threads=1", NULL };
  static const char *const rate[] = { "http.rate=2", "http.trusted-proxies=127.0.0.1", NULL };

  g_test_init (&argc, &argv, NULL);

  test ("/front/half-closed", NULL, test_half_closed);
  test ("/front/gone", NULL, test_gone);
  test ("/front/gone/path", NULL, test_gone_path);
  test ("/front/gone/never", NULL, test_gone_never);
  test ("/front/deadlines", quick, test_deadlines);
  test ("/front/never-reads", quick, test_never_reads);
  test ("/front/fair", one_thread, test_fair);
  test ("/front/drain/under-way", NULL, test_drain);
  test ("/front/rate/networks", rate, test_rate);

  return g_test_run ();
}
