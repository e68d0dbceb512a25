/* test-front.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "http-peer.h"
#include "usher-error.h"

#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define LATER "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

static void
test_get (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, HELLO);

  g_test_summary ("A request is answered, with the headers that every answer has");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->body, ==, "\"hello\"");
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Type: application/json\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nX-Content-Type-Options: nosniff\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nCache-Control: no-store\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nX-Request-Id: "));
  g_assert_null (strstr (answer->head, "\r\nConnection: close"));
}

static void
test_head (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("HEAD is GET without the body");

  http_peer_send (socket, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  answer = http_peer_receive (socket, FALSE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Length: 7\r\n"));
  http_peer_send (socket, HELLO);
  http_peer_assert_next (socket, 200, "\"hello\"");
}

static void
test_keep_alive (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("A connection serves one request after another, errors among them");

  for (guint i = 0; i < 3; i++)
    {
      http_peer_send (socket, HELLO);
      http_peer_assert_next (socket, 200, "\"hello\"");
      http_peer_send (socket, POST "Content-Length: 2\r\n\r\n{}");
      http_peer_assert_next (socket, 200, "{}");
      http_peer_send (socket, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
      http_peer_assert_next (socket, 404, "{\"errors\":[{\"message\":\"Not Found\"}]}");
      http_peer_send (socket, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
      http_peer_assert_next (socket, 200, "null");
    }
}

static void
test_pipeline (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("Requests that come at once are answered in order");

  for (guint i = 0; i < 50; i++)
    g_string_append_printf (text, POST "Content-Length: %u\r\n\r\n%u", i < 10 ? 1U : 2U, i);
  http_peer_send (socket, text->str);

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *body = g_strdup_printf ("%u", i);

      http_peer_assert_next (socket, 200, body);
    }
}

static void
test_split (Fixture *fixture, gconstpointer data)
{
  static const char text[] = POST "Content-Length: 9\r\n\r\n{\"a\":123}";
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("A request may come byte by byte");

  for (gsize i = 0; i < sizeof text - 1; i++)
    {
      http_peer_send_bytes (socket, text + i, 1);
      g_thread_yield ();
    }
  http_peer_assert_next (socket, 200, "{\"a\":123}");
}

static void
test_chunked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("A body may come in chunks");

  http_peer_send (socket,
                  POST "Transfer-Encoding: chunked\r\n\r\n"
                       "4\r\n[1,2\r\n3\r\n,3]\r\n0\r\n\r\n");
  http_peer_assert_next (socket, 200, "[1,2,3]");
}

static void
test_expect (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) go_on = NULL;

  g_test_summary ("A client that asks before it sends is told to go on");

  http_peer_send (socket, POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  go_on = http_peer_receive (socket, FALSE);
  g_assert_cmpuint (go_on->status, ==, 100);
  http_peer_send (socket, "{}");
  http_peer_assert_next (socket, 200, "{}");
}

static void
test_expect_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("A client that asks before it sends is refused without its body");

  http_peer_send (socket, POST "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
  http_peer_assert_next (socket, 413, "{\"errors\":[{\"message\":\"Body too large\"}]}");
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_request_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) sane =
      http_peer_ask (fixture, "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-Id_1.2\r\n\r\n");
  g_autoptr (Answer) other =
      http_peer_ask (fixture, "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: <b>\r\n\r\n");

  g_test_summary ("A sane X-Request-Id is answered, any other is replaced");

  g_assert_nonnull (strstr (sane->head, "\r\nX-Request-Id: my-Id_1.2\r\n"));
  g_assert_nonnull (strstr (other->head, "\r\nX-Request-Id: "));
  g_assert_null (strstr (other->head, "<b>"));
}

static char *
make_cookie (Fixture *fixture, const char *forwarded)
{
  g_autofree char *text = g_strconcat ("POST /sign-in HTTP/1.1\r\nHost: a\r\n",
                                       forwarded,
                                       "Content-Length: 0\r\n\r\n",
                                       NULL);
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);
  const char *cookie = strstr (answer->head, "\r\nSet-Cookie: ");

  g_assert_nonnull (cookie);
  cookie += strlen ("\r\nSet-Cookie: ");

  return g_strndup (cookie, strcspn (cookie, "\r"));
}

static void
test_sign_in (Fixture *fixture, gconstpointer data)
{
  g_autofree char *cookie = make_cookie (fixture, "");
  g_autofree char *pair = g_strndup (cookie, strcspn (cookie, ";"));
  g_autofree char *text =
      g_strconcat ("GET /who HTTP/1.1\r\nHost: a\r\nCookie: ", pair, "\r\n\r\n", NULL);
  g_autoptr (Answer) answer = http_peer_ask (fixture, text);

  g_test_summary ("The cookie that a reply sets says who it was the next time");

  /* one second less when the clock ticks between session and answer */
  g_assert_true (
      g_regex_match_simple ("; Path=/; Max-Age=(60|59); HttpOnly; SameSite=Lax$", cookie, 0, 0));
  g_assert_null (strstr (cookie, "Secure"));
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->body, ==, "u1");
}

static void
test_sign_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, "POST /sign-out HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

  g_test_summary ("Signing out clears the cookie with the same attributes");

  g_assert_nonnull (
      strstr (answer->head,
              "\r\nSet-Cookie: session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\r\n"));
}

static void
test_anonymous (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, "GET /who HTTP/1.1\r\nHost: a\r\nCookie: session=x\r\n\r\n");

  g_test_summary ("Garbage in the cookie is nobody");

  g_assert_cmpuint (answer->status, ==, 401);
}

#define FORWARDED \
  "X-Forwarded-For: 198.51.100.9, 203.0.113.7, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n"

static void
test_proxy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *cookie = make_cookie (fixture, FORWARDED);
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, "GET /address HTTP/1.1\r\nHost: a\r\n" FORWARDED "\r\n");

  g_test_summary ("A trusted proxy is believed: the last address that is no proxy, and HTTPS");

  g_assert_cmpstr (answer->body, ==, "203.0.113.7 secure");
  g_assert_nonnull (strstr (cookie, "; Secure"));
}

static void
test_proxy_adds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture,
                     "GET /address HTTP/1.1\r\nHost: a\r\n"
                     "X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-Proto: http\r\n"
                     "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n");

  g_test_summary ("A header that the proxy adds behind the client's own counts, not the client's");

  g_assert_cmpstr (answer->body, ==, "203.0.113.7 secure");
}

static void
test_no_proxy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer =
      http_peer_ask (fixture, "GET /address HTTP/1.1\r\nHost: a\r\n" FORWARDED "\r\n");

  g_test_summary ("Anybody else is not believed");

  g_assert_cmpstr (answer->body, ==, "127.0.0.1 plain");
}

static void
finish_later (Fixture *fixture, const char *text)
{
  g_autoptr (UsherExchange) exchange = http_peer_pop_later (fixture);

  http_peer_finish (exchange, text);
}

static void
test_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("An exchange may be finished on another thread, and the connection goes on");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *body = g_strdup_printf ("%u", i);

      http_peer_send (socket,
                      i % 2 == 0 ? LATER
                                 : "POST /later HTTP/1.1\r\nHost: a\r\nContent-Type: "
                                   "application/json\r\nContent-Length: 2\r\n\r\n{}");
      finish_later (fixture, body);
      http_peer_assert_next (socket, 200, body);
    }
}

static void
test_later_others (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) waiting = http_peer_connect (fixture);

  g_test_summary ("A request that waits holds up nobody else");

  http_peer_send (waiting, LATER);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (Answer) answer = http_peer_ask (fixture, HELLO);

      g_assert_cmpuint (answer->status, ==, 200);
    }
  finish_later (fixture, "1");
  http_peer_assert_next (waiting, 200, "1");
}

static void
test_later_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("An exchange that is dropped is answered 500");

  http_peer_send (socket, LATER);
  g_object_unref (http_peer_pop_later (fixture));
  http_peer_assert_next (socket, 500, "{\"errors\":[{\"message\":\"Something went wrong\"}]}");
}

static void
test_later_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A client that does not wait for its answer does no harm");

  http_peer_send (socket, LATER);
  exchange = http_peer_pop_later (fixture);
  g_assert_true (g_socket_close (socket, NULL));
  usher_exchange_finish (exchange);
  answer = http_peer_ask (fixture, HELLO);
  g_assert_cmpuint (answer->status, ==, 200);
}

static void
test_gone_in_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);

  g_test_summary ("A client that leaves in the middle of its body is forgotten");

  http_peer_send (socket, POST "Content-Length: 10\r\n\r\n{");
  g_assert_true (g_socket_close (socket, NULL));
  usher_front_stop (fixture->front, 2 * G_USEC_PER_SEC);
  g_assert_null (g_async_queue_try_pop (fixture->later));
}

static void
test_idle_func (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, HELLO);
  g_autoptr (Answer) again = http_peer_ask (fixture, HELLO);

  g_test_summary ("After each batch the idle function is called");

  usher_front_stop (fixture->front, 0);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_idle), ==, 2);
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) waiting = http_peer_connect (fixture);
  g_autoptr (GSocket) idle = http_peer_connect (fixture);
  g_autoptr (UsherExchange) open = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A draining listener finishes what is open and closes after each answer");

  http_peer_send (idle, HELLO);
  http_peer_assert_next (idle, 200, "\"hello\"");
  http_peer_send (waiting, LATER);
  open = http_peer_pop_later (fixture);
  http_peer_send (idle, HELLO);
  http_peer_assert_next (idle, 200, "\"hello\"");

  usher_front_drain (fixture->front);
  usher_router_drain (fixture->router);
  http_peer_send (idle, HELLO);
  answer = http_peer_receive (idle, TRUE);
  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_true (http_peer_is_closed (idle));

  http_peer_finish (open, "1");
  http_peer_assert_next (waiting, 200, "1");
  g_assert_true (http_peer_is_closed (waiting));
}

static void
test_drain_port (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherFront) other = NULL;
  g_autoptr (GError) error = NULL;
  const char *address = strstr (usher_front_get_uri (fixture->front), "127");

  g_test_summary ("A port is busy until the listener drains");

  other = usher_front_new (fixture->router, fixture->sessions, fixture->settings, fixture->clock);
  g_assert_false (usher_front_start (other, address, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, address));
  g_clear_error (&error);
  g_clear_object (&other);

  usher_front_drain (fixture->front);
  other = usher_front_new (fixture->router, fixture->sessions, fixture->settings, fixture->clock);
  usher_front_start (other, address, &error);
  g_assert_no_error (error);
}

typedef struct
{
  UsherExchange *exchange; /* (owned) */
  char *uri;               /* (owned): of its front */
} Open;

/* Finishes once the front takes nobody any more: then the stop waits already. */
static gpointer
finish_when_stopping (gpointer data)
{
  Open *open = data;

  usher_test_until (!http_peer_can_connect (open->uri));
  usher_exchange_finish (open->exchange);
  g_object_unref (open->exchange);
  g_free (open->uri);

  return NULL;
}

static void
test_stop_waits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  Open open = { .uri = g_strdup (usher_front_get_uri (fixture->front)) };
  GThread *thread = NULL;

  g_test_summary ("Stopping waits for what is open");

  http_peer_send (socket, LATER);
  open.exchange = http_peer_pop_later (fixture);
  thread = g_thread_new ("finisher", finish_when_stopping, &open);
  usher_front_stop (fixture->front, USHER_TEST_PATIENCE);
  g_thread_join (thread);
  http_peer_assert_next (socket, 200, NULL);
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_stop_suspended (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (UsherExchange) exchange = NULL;

  g_test_summary ("Stopping in time closes what is still open; finishing it later does no harm");

  http_peer_send (socket, LATER);
  exchange = http_peer_pop_later (fixture);
  usher_front_stop (fixture->front, 10000);
  g_assert_true (http_peer_is_closed (socket));
  g_assert_finalize_object (g_steal_pointer (&fixture->front));
  usher_exchange_finish (exchange);
}

static void
test_bad_address (Fixture *fixture, gconstpointer data)
{
  static const char *const addresses[] = { "",       "3000",           "127.0.0.1",
                                           ":3000",  "127.0.0.1:x",    "127.0.0.1:70000",
                                           "[::1]x", "nowhere.test:1", "127.0.0.1:-1" };

  g_test_summary ("What is no address is INVALID");

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (UsherFront) other =
          usher_front_new (fixture->router, fixture->sessions, fixture->settings, fixture->clock);
      g_autoptr (GError) error = NULL;

      g_assert_false (usher_front_start (other, addresses[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static const char *const proxies[] = { "http.trusted-proxies=127.0.0.1;10.0.0.0/8", NULL };
static const char *const one_thread[] = { "http.threads=1", NULL };

#define test(path, settings, func) \
  g_test_add (path, Fixture, settings, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/front/get", NULL, test_get);
  test ("/front/head", NULL, test_head);
  test ("/front/keep-alive", NULL, test_keep_alive);
  test ("/front/pipeline", NULL, test_pipeline);
  test ("/front/split", NULL, test_split);
  test ("/front/chunked", NULL, test_chunked);
  test ("/front/expect", NULL, test_expect);
  test ("/front/expect/refused", NULL, test_expect_refused);
  test ("/front/request-id", NULL, test_request_id);
  test ("/front/session/sign-in", NULL, test_sign_in);
  test ("/front/session/sign-out", NULL, test_sign_out);
  test ("/front/session/anonymous", NULL, test_anonymous);
  test ("/front/proxy/trusted", proxies, test_proxy);
  test ("/front/proxy/adds", proxies, test_proxy_adds);
  test ("/front/proxy/untrusted", NULL, test_no_proxy);
  test ("/front/later", NULL, test_later);
  test ("/front/later/others", one_thread, test_later_others);
  test ("/front/later/dropped", NULL, test_later_dropped);
  test ("/front/later/gone", NULL, test_later_gone);
  test ("/front/gone-in-body", NULL, test_gone_in_body);
  test ("/front/idle-func", one_thread, test_idle_func);
  test ("/front/drain", NULL, test_drain);
  test ("/front/drain/port", NULL, test_drain_port);
  test ("/front/stop/waits", NULL, test_stop_waits);
  test ("/front/stop/suspended", NULL, test_stop_suspended);
  test ("/front/start/bad-address", NULL, test_bad_address);

  return g_test_run ();
}
