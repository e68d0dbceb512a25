/* test-front-protocol.c: what HTTP/1.1 promises beside requests and answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "http-peer.h"

#define HELLO     "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define OLD_HELLO "GET /hello HTTP/1.0\r\n"
#define HOP       "GET /hop HTTP/1.1\r\nHost: a\r\n"
#define JSON      "Content-Type: application/json\r\n"
#define POST      "POST /echo HTTP/1.1\r\nHost: a\r\n" JSON
#define EXPECT    "Expect: 100-continue\r\n"

static void
assert_asked (Fixture *fixture, const char *text, guint status, const char *body)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);

  g_test_message ("%.200s", text);
  g_assert_cmpuint (answer->status, ==, status);
  if (body != NULL)
    g_assert_cmpstr (answer->body, ==, body);
}

static void
test_expect_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint status;
  } requests[] = {
    { "POST /none HTTP/1.1\r\nHost: a\r\n" JSON EXPECT "Content-Length: 2\r\n\r\n", 404 },
    { "POST /hello HTTP/1.1\r\nHost: a\r\n" JSON EXPECT "Content-Length: 2\r\n\r\n", 405 },
    { "POST /secret HTTP/1.1\r\nHost: a\r\n" JSON EXPECT "Content-Length: 2\r\n\r\n", 401 },
    { "POST /echo HTTP/1.1\r\nHost: a\r\n" EXPECT "Content-Length: 2\r\n\r\n", 415 },
    { POST "Origin: http://evil.example\r\n" EXPECT "Content-Length: 2\r\n\r\n", 403 },
    { POST EXPECT "Content-Length: 65537\r\n\r\n", 413 },
    { POST "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n", 417 },
    { POST "Expect: 100-continue, more\r\nContent-Length: 2\r\n\r\n", 417 },
  };

  g_test_summary ("Who asks before he sends is told what the head is refused for, and no body");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    http_peer_assert_refused (fixture, requests[i].text, requests[i].status);
}

static void
test_expect_rate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("Who asks too often is told so before he sends");

  http_peer_send (socket, HELLO);
  http_peer_assert_next (socket, 200, NULL);
  http_peer_send (socket, POST EXPECT "Content-Length: 2\r\n\r\n");
  http_peer_assert_next (socket, 429, NULL);
}

static void
test_expect_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) go_on = NULL;

  g_test_summary ("A client is told once to go on, and not when its body has come");

  http_peer_send (socket, POST EXPECT "Content-Length: 2\r\n\r\n");
  go_on = http_peer_receive (socket, FALSE);
  g_assert_cmpuint (go_on->status, ==, 100);
  http_peer_send (socket, "{");
  http_peer_send (socket, "}");
  http_peer_assert_next (socket, 200, "{}");

  http_peer_send (socket, POST EXPECT "Content-Length: 2\r\n\r\n{}");
  http_peer_assert_next (socket, 200, "{}");
  http_peer_send (socket, POST EXPECT "Content-Length: 0\r\n\r\n");
  http_peer_assert_next (socket, 200, "null");
}

static void
test_connection_named (Fixture *fixture, gconstpointer data)
{
  static const char *const refused[] = {
    "Cookie", "cookie", "Idempotency-Key", "Content-Type",    "Authorization",
    "Host",   "Origin", "x, Cookie",       "X-Forwarded-For", "close, Content-Length",
  };

  g_test_summary ("A header that Connection names is seen by nobody; one that counts is refused");

  assert_asked (fixture, HOP "X-Hop: h\r\n\r\n", 200, "h");
  assert_asked (fixture, HOP "X-Hop: h\r\nConnection: X-Hop\r\n\r\n", 200, "-");
  assert_asked (fixture, HOP "X-Hop: h\r\nConnection: keep-alive, x-hop\r\n\r\n", 200, "-");
  assert_asked (fixture,
                HOP "Connection: keep-alive\r\nX-Hop: h\r\nX-Hop: i\r\nConnection: X-Hop\r\n\r\n",
                200,
                "-");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *text = g_strdup_printf (HOP "Connection: %s\r\n\r\n", refused[i]);

      assert_asked (fixture, text, 400, NULL);
    }
}

static void
test_cookies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  const char *cookie = strstr (answer->head, "\r\nSet-Cookie: ");
  g_autofree char *pair = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("All Cookie fields count");

  g_assert_nonnull (cookie);
  cookie += strlen ("\r\nSet-Cookie: ");
  pair = g_strndup (cookie, strcspn (cookie, ";"));
  text = g_strconcat ("GET /who HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nCookie: c=d; ",
                      pair,
                      "\r\n\r\n",
                      NULL);
  assert_asked (fixture, text, 200, "u1");
}

static void
test_absolute (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *target;
    const char *origin;
    guint status;
  } requests[] = {
    { "/echo", "http://a", 200 },
    { "http://b.example/echo", "http://b.example", 200 },
    { "HTTP://b:80/echo?a=b", "http://b", 200 },
    { "http://b.example/echo", "http://a", 403 },
    { "http:///echo", "http://a", 400 },
    { "http://a@b/echo", "http://b", 400 },
  };

  g_test_summary ("The authority of an absolute form counts in place of Host");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *text = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: a\r\n" JSON
                                               "Origin: %s\r\nContent-Length: 2\r\n\r\n{}",
                                               requests[i].target,
                                               requests[i].origin);

      assert_asked (fixture, text, requests[i].status, NULL);
    }
  assert_asked (fixture, "GET http://b/hello HTTP/1.1\r\n\r\n", 400, NULL);
}

static void
test_options (Fixture *fixture, gconstpointer data)
{
  static const char *const targets[] = { "*", "/echo" };

  g_test_summary ("OPTIONS is 204 for the server and for a path, which says its methods");

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("OPTIONS %s HTTP/1.1\r\nHost: a\r\n\r\n" HELLO, targets[i]);
      g_autoptr (GSocket) socket = http_peer_connect (fixture);
      g_autoptr (Answer) answer = NULL;

      http_peer_send (socket, text);
      answer = http_peer_receive (socket, TRUE);
      g_assert_cmpuint (answer->status, ==, 204);
      g_assert_null (strstr (answer->head, "Content-Length"));
      if (i == 1)
        g_assert_nonnull (strstr (answer->head, "\r\nAllow: POST, OPTIONS\r\n"));
      http_peer_assert_next (socket, 200, "\"hello\"");
    }
  assert_asked (fixture, "OPTIONS /none HTTP/1.1\r\nHost: a\r\n\r\n", 404, NULL);
}

static void
test_old (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) kept = NULL;
  g_autoptr (Answer) last = NULL;

  g_test_summary ("HTTP/1.0 closes, unless it is asked to keep the connection, which it confirms");

  http_peer_send (socket, OLD_HELLO "Connection: keep-alive\r\n\r\n");
  kept = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (kept->status, ==, 200);
  g_assert_nonnull (strstr (kept->head, "\r\nConnection: keep-alive\r\n"));
  http_peer_send (socket, OLD_HELLO "\r\n");
  last = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (last->body, ==, "\"hello\"");
  g_assert_nonnull (strstr (last->head, "\r\nConnection: close\r\n"));
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("Who asks for the end gets it, and what stands behind is not answered");

  http_peer_send (socket, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n" HELLO);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->head, "\r\nConnection: close\r\n"));
  http_peer_assert_next (socket, 0, NULL);
}

static void
test_max_requests (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) last = NULL;

  g_test_summary ("A connection is closed with the answer to its last request");

  http_peer_send (socket, HELLO HELLO HELLO HELLO);
  http_peer_assert_next (socket, 200, NULL);
  http_peer_assert_next (socket, 200, NULL);
  last = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (last->status, ==, 200);
  g_assert_nonnull (strstr (last->head, "\r\nConnection: close\r\n"));
  http_peer_assert_next (socket, 0, NULL);
}

static void
test_date (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { HELLO, "nonsense\r\n\r\n", "FOO / HTTP/1.1\r\n\r\n" };

  g_test_summary ("Every answer has a date, refusals too");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Answer) answer = http_peer_ask (fixture, texts[i]);

      g_assert_true (g_regex_match_simple ("\r\nDate: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} "
                                           "\\d\\d:\\d\\d:\\d\\d GMT\r\n",
                                           answer->head,
                                           0,
                                           0));
    }
}

static void
test_body_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("The body of a request that is refused is read, and the connection goes on");

  for (guint i = 0; i < 3; i++)
    {
      http_peer_send (socket, "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /");
      http_peer_assert_next (socket, 404, NULL);
      http_peer_send (socket,
                      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "5\r\nGET /\r\n0\r\n\r\n");
      http_peer_assert_next (socket, 415, NULL);
      http_peer_send (socket, HELLO);
      http_peer_assert_next (socket, 200, "\"hello\"");
    }
}

static const char *const three_requests[] = { "http.max-requests=3", NULL };
static const char *const rate[] = { "http.rate=1", NULL };

#define test(path, settings, func) \
  g_test_add (path, Fixture, settings, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/front/expect/refused", NULL, test_expect_refused);
  test ("/front/expect/rate", rate, test_expect_rate);
  test ("/front/expect/once", NULL, test_expect_once);
  test ("/front/connection/named", NULL, test_connection_named);
  test ("/front/connection/old", NULL, test_old);
  test ("/front/connection/close", NULL, test_close);
  test ("/front/connection/max-requests", three_requests, test_max_requests);
  test ("/front/cookies", NULL, test_cookies);
  test ("/front/absolute", NULL, test_absolute);
  test ("/front/options", NULL, test_options);
  test ("/front/date", NULL, test_date);
  test ("/front/body-dropped", NULL, test_body_dropped);

  return g_test_run ();
}
