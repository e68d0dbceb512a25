/* test-front-limits.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http-peer.h"

#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

static void
assert_status (Fixture *fixture, const char *text, guint status)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);

  g_test_message ("%.200s", text);
  g_assert_cmpuint (answer->status, ==, status);
}

static void
test_ambiguous (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint status;
  } requests[] = {
    { POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400 },
    { POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400 },
    { POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400 },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400 },
    { POST "Transfer-Encoding: gzip\r\n\r\n{}", 501 },
    { POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501 },
    { "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
    { "GET /hello HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400 },
    { POST "Content-Length: -1\r\n\r\n", 400 },
    { POST "Content-Length: 2x\r\n\r\n{}", 400 },
    { POST "Content-Length: 99999999999999999999\r\n\r\n", 400 },
    { POST "Content-Length : 2\r\n\r\n{}", 400 },
    { "GET /hello HTTP/1.1\r\n\r\n", 400 },
  };

  g_test_summary ("A request whose length or host can be read in two ways is refused, and its "
                  "connection closed");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    http_peer_assert_refused (fixture, requests[i].text, requests[i].status);
}

static void
test_nul (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A path with %00 is not cut short");

  assert_status (fixture, "GET /hello%00 HTTP/1.1\r\nHost: a\r\n\r\n", 404);
  assert_status (fixture, "GET /hello%00/more HTTP/1.1\r\nHost: a\r\n\r\n", 404);
}

static char *
make_post (gsize length)
{
  g_autofree char *body = g_strnfill (length, '1');

  return g_strdup_printf (POST "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", length, body);
}

static void
test_body (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fits = make_post (65536);
  g_autofree char *over = make_post (65537);

  g_test_summary ("64 KiB of body are read, a byte more is refused");

  assert_status (fixture, fits, 200);
  assert_status (fixture, over, 413);
}

static void
test_large_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autofree char *large = make_post (1024 * 1024);
  g_autoptr (Answer) refused = NULL;
  g_autoptr (Answer) next = NULL;

  g_test_summary ("1 MiB is read to its end, so the client sees the answer and may go on");

  http_peer_send (socket, large);
  refused = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (refused->status, ==, 413);
  http_peer_send (socket, HELLO);
  next = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (next->status, ==, 200);
}

static void
test_huge_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A body that is announced beyond all measure is answered before it comes");

  http_peer_send (socket, POST "Content-Length: 1000000000\r\n\r\n");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 413);
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_endless_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autofree char *fill = g_strnfill (0x10000, '1');
  guint n = 0;

  g_test_summary ("A body in chunks without end is cut");

  http_peer_send (socket, POST "Transfer-Encoding: chunked\r\n\r\n");
  for (; n < 1000 && g_socket_send (socket, "10000\r\n", 7, NULL, NULL) == 7; n++)
    {
      http_peer_send_bytes (socket, fill, 0x10000);
      http_peer_send (socket, "\r\n");
    }
  g_assert_cmpuint (n, <, 1000);
  assert_status (fixture, HELLO, 200);
}

static void
test_chunked_over (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fill = g_strnfill (0x10001, '1');
  g_autofree char *text =
      g_strconcat (POST "Transfer-Encoding: chunked\r\n\r\n10001\r\n", fill, "\r\n0\r\n\r\n", NULL);

  g_test_summary ("A body in chunks that is too large is refused");

  assert_status (fixture, text, 413);
}

static void
test_body_counted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *announced = make_post (65537);
  g_autofree char *fill = g_strnfill (0x10001, '1');
  g_autofree char *chunked =
      g_strconcat (POST "Transfer-Encoding: chunked\r\n\r\n10001\r\n", fill, "\r\n0\r\n\r\n", NULL);
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();
  g_autofree char *text = NULL;

  g_test_summary ("Bodies that are too large are counted, whichever way they come");

  assert_status (fixture, announced, 413);
  assert_status (fixture, chunked, 413);
  usher_front_add_metrics (fixture->front, metrics);
  text = usher_metrics_dup_text (metrics);
  g_assert_nonnull (
      strstr (text, "usher_http_refused_total{listener=\"http\",reason=\"body-size\"} 2\n"));
}

/* A request whose head has just so many bytes. */
static char *
make_head (gsize length)
{
  static const char begin[] = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Fill: ";
  g_autofree char *fill = g_strnfill (length - strlen (begin) - 4, 'a');

  return g_strconcat (begin, fill, "\r\n\r\n", NULL);
}

static char *
make_target (gsize length)
{
  g_autofree char *fill = g_strnfill (length - strlen ("/hello?"), 'a');

  return g_strconcat ("GET /hello?", fill, " HTTP/1.1\r\nHost: a\r\n\r\n", NULL);
}

static char *
make_fields (guint n)
{
  GString *text = g_string_new ("GET /hello HTTP/1.1\r\nHost: a\r\n");

  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, "X-%u: %u\r\n", i, i);
  g_string_append (text, "\r\n");

  return g_string_free (text, FALSE);
}

/* What fits is read, what is over is refused, and the next request is served. (transfer full): all */
static void
check_limit (Fixture *fixture, char *fits, char *over, char *huge, guint status)
{
  assert_status (fixture, fits, 200);
  assert_status (fixture, over, status);
  if (huge != NULL)
    assert_status (fixture, huge, status);
  assert_status (fixture, HELLO, 200);
  g_free (fits);
  g_free (over);
  g_free (huge);
}

static void
test_head_size (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A head of max-head bytes is read, one of a byte more is refused");

  check_limit (fixture, make_head (16384), make_head (16385), make_head (100000), 431);
}

static void
test_target_size (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A target of max-target bytes is read, one of a byte more is refused");

  check_limit (fixture, make_target (8192), make_target (8193), make_target (100000), 414);
}

static void
test_fields (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("max-fields headers are read, one more is refused");

  check_limit (fixture, make_fields (200), make_fields (201), NULL, 431);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "\r\n\r\n\r\n",       "GET\r\n\r\n",
                                       "\x16\x03\x01\x02",   "GET / HTTP/9.9\r\n\r\n",
                                       "GET /hello\r\n\r\n", "\xff\xff\xff\r\n\r\n" };

  g_test_summary ("Garbage does no harm");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GSocket) socket = http_peer_connect (fixture);

      http_peer_send (socket, texts[i]);
      assert_status (fixture, HELLO, 200);
    }
}

static gboolean
has_enough (GSocket *socket)
{
  char buffer[512];
  g_autoptr (GError) error = NULL;
  gssize n = 0;

  http_peer_send_bytes (socket, "a", 1);
  n = g_socket_receive (socket, buffer, sizeof buffer, NULL, &error);

  return n >= 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Sends a byte now and then until the other side has had enough, which is not before the deadline. */
static void
trickle (Fixture *fixture, const char *start)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  gint64 began = g_get_monotonic_time ();

  http_peer_send (socket, start);
  g_socket_set_blocking (socket, FALSE);
  usher_test_until (has_enough (socket));
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 150 * G_TIME_SPAN_MILLISECOND);
}

static void
test_trickle (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A sender that trickles is cut at the deadline, in the line, the head and the body");

  trickle (fixture, "GET /");
  trickle (fixture, "GET /hello HTTP/1.1\r\nX-Fill: ");
  trickle (fixture, POST "Content-Length: 50000\r\n\r\n");
}

static void
test_timeout_told (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who is too slow is told so");

  assert_status (fixture, POST "Content-Length: 1000\r\n\r\n{", 408);
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A connection without requests is closed in silence");

  http_peer_send (socket, HELLO);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_idle_thousand (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  struct rlimit limit;

  g_test_summary ("A thousand idle connections, half of them in the middle of a head, do no harm");

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  if (limit.rlim_cur < 4096)
    {
      g_test_skip ("not enough descriptors");
      return;
    }

  for (guint i = 0; i < 1000; i++)
    {
      GSocket *socket = http_peer_connect (fixture);

      g_ptr_array_add (sockets, socket);
      if (i % 2 == 0)
        http_peer_send (socket, "GET /hello HTTP/1.1\r\nHo");
    }
  for (guint i = 0; i < 100; i++)
    assert_status (fixture, HELLO, 200);

  http_peer_send (g_ptr_array_index (sockets, 0), "st: a\r\n\r\n");
  {
    g_autoptr (Answer) answer = http_peer_receive (g_ptr_array_index (sockets, 0), TRUE);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

static gboolean
is_served (Fixture *fixture)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, HELLO);

  return answer->status == 200;
}

static void
test_per_address (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocket) over = NULL;
  g_autoptr (Answer) refused = NULL;

  g_test_summary ("Who has too many connections gets 503 for the next, until one is closed");

  for (guint i = 0; i < 3; i++)
    {
      GSocket *socket = http_peer_connect (fixture);
      g_autoptr (Answer) answer = NULL;

      g_ptr_array_add (sockets, socket);
      http_peer_send (socket, HELLO);
      answer = http_peer_receive (socket, TRUE);
      g_assert_cmpuint (answer->status, ==, 200);
    }

  over = http_peer_connect (fixture);
  refused = http_peer_receive (over, TRUE);
  g_assert_cmpuint (refused->status, ==, 503);
  g_assert_nonnull (strstr (refused->head, "\r\nRetry-After: "));
  g_assert_true (http_peer_is_closed (over));

  g_ptr_array_set_size (sockets, 2);
  usher_test_until (is_served (fixture));
}

/* No descriptor is left below what the process may have now. */
static void
use_up_descriptors (struct rlimit *old)
{
  struct rlimit limit;
  int next = dup (STDERR_FILENO);

  g_assert_cmpint (next, >=, 0);
  g_assert_cmpint (close (next), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, old), ==, 0);
  limit = *old;
  limit.rlim_cur = (rlim_t) next;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
test_no_descriptors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  const char *preload = g_getenv ("LD_PRELOAD");
  struct rlimit old;

  g_test_summary ("With no descriptor left the next are answered 503, and it gets better again");

  if (preload != NULL && strstr (preload, "vgpreload") != NULL)
    {
      g_test_skip ("valgrind closes what is over a lowered limit");
      return;
    }

  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (sockets, http_peer_make_socket ());

  use_up_descriptors (&old);
  for (guint i = 0; i < sockets->len; i++)
    {
      g_autoptr (Answer) answer = NULL;

      http_peer_connect_socket (fixture, g_ptr_array_index (sockets, i));
      answer = http_peer_receive (g_ptr_array_index (sockets, i), TRUE);
      g_assert_cmpuint (answer->status, ==, 503);
    }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &old), ==, 0);

  assert_status (fixture, HELLO, 200);
}

static void
test_rate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) limited = NULL;

  g_test_summary ("Who asks too often is told when to come again");

  for (guint i = 0; i < 3; i++)
    assert_status (fixture, HELLO, 200);
  limited = http_peer_ask (fixture, HELLO);
  g_assert_cmpuint (limited->status, ==, 429);
  g_assert_nonnull (strstr (limited->head, "\r\nRetry-After: 1\r\n"));
}

static void
test_rate_changed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) fresh = usher_settings_new ();

  g_test_summary ("The rate changes while the front runs");

  for (guint i = 0; i < 3; i++)
    assert_status (fixture, HELLO, 200);
  assert_status (fixture, HELLO, 429);

  usher_settings_declare_like (fresh, fixture->settings);
  usher_settings_adopt (fixture->settings, fresh, "http", "rate");
  assert_status (fixture, HELLO, 200);
  assert_status (fixture, HELLO, 200);
}

static const char *const quick[] = { "http.head-timeout=200",
                                     "http.body-timeout=200",
                                     "http.idle-timeout=200",
                                     NULL };
static const char *const three[] = { "http.max-connections-per-address=3", NULL };
static const char *const three_in_all[] = { "http.max-connections=3", NULL };
static const char *const rate[] = { "http.rate=3", NULL };

#define test(path, settings, func) \
  g_test_add (path, Fixture, settings, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/front/ambiguous", NULL, test_ambiguous);
  test ("/front/nul", NULL, test_nul);
  test ("/front/body", NULL, test_body);
  test ("/front/body/large", NULL, test_large_body);
  test ("/front/body/huge", NULL, test_huge_body);
  test ("/front/body/endless", NULL, test_endless_body);
  test ("/front/body/chunked", NULL, test_chunked_over);
  test ("/front/body/chunked/counted", NULL, test_body_counted);
  test ("/front/head-size", NULL, test_head_size);
  test ("/front/target-size", NULL, test_target_size);
  test ("/front/fields", NULL, test_fields);
  test ("/front/garbage", NULL, test_garbage);
  test ("/front/trickle", quick, test_trickle);
  test ("/front/timeout-told", quick, test_timeout_told);
  test ("/front/idle", quick, test_idle);
  test ("/front/idle/thousand", NULL, test_idle_thousand);
  test ("/front/connections/address", three, test_per_address);
  test ("/front/connections/all", three_in_all, test_per_address);
  test ("/front/connections/no-descriptors", NULL, test_no_descriptors);
  test ("/front/rate", rate, test_rate);
  test ("/front/rate/changed", rate, test_rate_changed);

  return g_test_run ();
}
