/* test-gateway.c: which host a request goes to, and how it looks there
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "gateway-stage.h"
#include "usher-error.h"
#include "usher-router-private.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define POST(path, more) \
  "POST " path " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" more

static void
test_route (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A request goes to the host that has its service");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_add (stage, "two", "orders");
  gateway_stage_expect (stage, GET ("/tickets"), 200, "one");
  gateway_stage_expect (stage, GET ("/orders"), 200, "two");
  gateway_stage_expect (stage, GET ("/orders?a=b"), 200, "two");
  gateway_stage_expect (stage, POST ("/orders/echo", "Content-Length: 2\r\n\r\n{}"), 200, "{}");
}

static void
test_tcp (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = NULL;

  g_test_summary ("A host may listen on TCP too");

  copy = gateway_stage_add_tcp (stage, "one", "tickets");
  gateway_stage_add_tcp (stage, "two", "tickets");
  gateway_stage_expect (stage, GET ("/tickets"), 200, NULL);
  gateway_stage_kill (copy);
  for (guint i = 0; i < 4; i++)
    gateway_stage_expect (stage, GET ("/tickets"), 200, "two");
}

static void
test_unknown (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("What no host serves is answered as a host would");

  copy = gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, GET ("/nothing"), 404, "{\"errors\":[{\"message\":\"Not Found\"}]}");
  answer = gateway_stage_ask (stage, POST ("/tickets", "Content-Length: 2\r\n\r\n{}"));
  g_assert_cmpuint (answer->status, ==, 405);
  g_assert_nonnull (strstr (answer->head, "\r\nAllow: GET, HEAD, OPTIONS\r\n"));
  g_assert_cmpint (g_atomic_int_get (&copy->n_requests), ==, 0);
}

/* of a class */
typedef struct
{
  guint index;
  guint64 count;
} Answers;

static void
add_answers (const UsherRouteFigures *figures, gpointer user_data)
{
  Answers *answers = user_data;

  answers->count += figures->answers[answers->index];
}

static guint64
count_answers (GatewayStage *stage, guint class)
{
  Answers answers = { class - 1, 0 };

  usher_router_foreach_figures (usher_gateway_get_router (stage->gateway), add_answers, &answers);

  return answers.count;
}

static void
test_counts (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("What was answered is counted, whatever hosts came and went meanwhile");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, GET ("/tickets"), 200, NULL);
  gateway_stage_add (stage, "two", "orders");
  gateway_stage_expect (stage, GET ("/tickets"), 200, NULL);
  gateway_stage_expect (stage, GET ("/orders"), 200, NULL);
  gateway_stage_expect (stage, GET ("/nothing"), 404, NULL);
  gateway_stage_expect (stage, GET ("/orders/status/500"), 500, NULL);
  usher_test_until (count_answers (stage, 2) == 3 && count_answers (stage, 4) == 1 &&
                    count_answers (stage, 5) == 1);
}

static void
test_request_head (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A host gets the headers of the request, but those of the connection, and what "
                  "the gateway knows of the client");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (
      stage,
      "GET /tickets/headers HTTP/1.1\r\nHost: shop.example\r\nX-Mine: m\r\nCookie: a=b\r\n"
      "Traceparent: 00-1-2-00\r\nX-Request-Id: r1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: h\r\n"
      "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n",
      200,
      "X-Mine=m;Host=shop.example;Cookie=a=b;X-Forwarded-For=127.0.0.1;Traceparent=00-1-2-00;"
      "X-Request-Id=r1;X-Hop=-;X-Forwarded-Proto=http;address=127.0.0.1");
}

static void
test_proxy (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("What a trusted proxy says of the client reaches the host");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage,
                        "GET /tickets/headers HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n"
                        "X-Forwarded-Proto: https\r\nX-Request-Id: r2\r\n\r\n",
                        200,
                        "X-Mine=-;Host=a;Cookie=-;X-Forwarded-For=192.0.2.1;Traceparent=-;"
                        "X-Request-Id=r2;X-Hop=-;X-Forwarded-Proto=https;address=192.0.2.1");
}

static void
test_origin (GatewayStage *stage, gconstpointer data)
{
  static const char text[] = POST ("/tickets/echo",
                                   "Content-Length: 2\r\nX-Forwarded-Host: shop.example\r\n"
                                   "X-Forwarded-Proto: https\r\nOrigin: https://%s\r\n\r\n{}");
  g_autofree char *own = g_strdup_printf (text, "shop.example");
  g_autofree char *foreign = g_strdup_printf (text, "evil.example");
  static const char fetched[] = POST ("/tickets/echo",
                                      "Content-Length: 2\r\nOrigin: https://shop.example\r\n"
                                      "Sec-Fetch-Site: %s\r\n\r\n{}");
  g_autofree char *same = g_strdup_printf (fetched, "same-origin");
  g_autofree char *cross = g_strdup_printf (fetched, "cross-site");

  g_test_summary (
      "An origin is judged by the name that the proxy was asked for, and by the browser's word");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, own, 200, "{}");
  gateway_stage_expect (stage, foreign, 403, NULL);
  gateway_stage_expect (stage, same, 200, "{}");
  gateway_stage_expect (stage, cross, 403, NULL);
}

static void
test_answer_head (GatewayStage *stage, gconstpointer data)
{
  static const char text[] = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\n"
                             "Set-Cookie: b=2\r\nLink: <x>\r\nContent-Type: text/plain\r\n"
                             "Keep-Alive: timeout=1\r\nConnection: close\r\n\r\nhi";
  g_autoptr (GatewayImpostor) impostor = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A client gets the headers of the answer, each cookie too, but those of the "
                  "connection");

  impostor = gateway_stage_add_impostor (stage, "one", "tickets", text, FALSE);
  answer = gateway_stage_ask (stage, GET ("/tickets"));
  g_assert_cmpuint (answer->status, ==, 201);
  g_assert_cmpstr (answer->body, ==, "hi");
  g_assert_nonnull (strstr (answer->head, "\r\nSet-Cookie: a=1\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nSet-Cookie: b=2\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nLink: <x>\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Type: text/plain\r\n"));
  g_assert_null (strstr (answer->head, "Keep-Alive"));
  g_assert_null (strstr (answer->head, "Connection"));
}

static void
test_head (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("HEAD has the length of the body and no body");

  gateway_stage_add (stage, "one", "tickets");
  answer = gateway_stage_ask (stage, "HEAD /tickets HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Length: 3\r\n"));
}

static void
test_no_body (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  static const guint statuses[] = { 204, 304, 404, 200 };

  g_test_summary ("Answers without a body leave the connection for the next");

  gateway_stage_add (stage, "one", "tickets");
  socket = http_peer_connect_uri (usher_gateway_get_uri (stage->gateway));
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("GET /tickets/status/%u HTTP/1.1\r\nHost: a\r\n\r\n", statuses[i]);
      g_autoptr (Answer) answer = NULL;

      http_peer_send (socket, text);
      answer = http_peer_receive (socket, TRUE);
      g_assert_cmpuint (answer->status, ==, statuses[i]);
      g_assert_nonnull (strstr (answer->head, "\r\nX-Mine: kept\r\n"));
    }
}

static void
test_large (GatewayStage *stage, gconstpointer data)
{
  g_autofree char *body = g_strnfill (65536, '1');
  g_autofree char *fits =
      g_strconcat (POST ("/tickets/echo", "Content-Length: 65536\r\n\r\n"), body, NULL);
  g_autofree char *over =
      g_strconcat (POST ("/tickets/echo", "Content-Length: 65537\r\n\r\n"), body, "1", NULL);
  GatewayCopy *copy = NULL;

  g_test_summary ("The largest body goes both ways, a larger one stops at the gateway");

  copy = gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, fits, 200, body);
  gateway_stage_expect (stage, over, 413, NULL);
  gateway_stage_expect (stage,
                        POST ("/tickets/echo",
                              "Transfer-Encoding: chunked\r\n\r\n2\r\n12\r\n1\r\n3\r\n0\r\n\r\n"),
                        200,
                        "123");
  gateway_stage_expect (stage,
                        POST ("/tickets/echo", "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
                        400,
                        NULL);
  g_assert_cmpint (g_atomic_int_get (&copy->n_requests), ==, 2);
}

static void
test_huge (GatewayStage *stage, gconstpointer data)
{
  g_autofree char *body = g_strnfill (9 * 1024 * 1024, '1');
  g_autofree char *text =
      g_strconcat (POST ("/tickets/echo", "Content-Length: 9437184\r\n\r\n"), body, NULL);

  g_test_summary ("What does not go in one piece goes in many, both ways");

  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_add_tcp (stage, "two", "tickets");
  gateway_stage_expect (stage, text, 200, body);
  gateway_stage_expect (stage, text, 200, body);
}

static void
test_balance (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copies[2] = { NULL };

  g_test_summary ("Copies that have nothing to do take turns");

  copies[0] = gateway_stage_add (stage, "one", "tickets");
  copies[1] = gateway_stage_add (stage, "two", "tickets");
  for (guint i = 0; i < 10; i++)
    gateway_stage_expect (stage, GET ("/tickets"), 200, NULL);
  g_assert_cmpint (g_atomic_int_get (&copies[0]->n_requests), ==, 5);
  g_assert_cmpint (g_atomic_int_get (&copies[1]->n_requests), ==, 5);
}

static void
test_busy (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (Answer) answer = NULL;
  GatewayCopy *slow = NULL;

  g_test_summary ("Who has something to do is asked after those who have not");

  slow = gateway_stage_add (stage, "slow", "tickets");
  socket = gateway_stage_ask_later (stage, slow, &exchange);

  gateway_stage_add (stage, "idle", "tickets");
  for (guint i = 0; i < 10; i++)
    gateway_stage_expect (stage, GET ("/tickets"), 200, "idle");

  usher_exchange_finish (exchange);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
}

static void
test_client_gone (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (UsherExchange) exchange = NULL;
  GSocket *socket = NULL;
  GatewayCopy *copy = NULL;

  g_test_summary ("A client that goes before its answer disturbs nobody");

  copy = gateway_stage_add (stage, "one", "tickets");
  socket = gateway_stage_ask_later (stage, copy, &exchange);
  g_object_unref (socket);
  usher_exchange_finish (exchange);
  gateway_stage_expect (stage, GET ("/tickets"), 200, "one");
}

static void
test_list (GatewayStage *stage, gconstpointer data)
{
  static const char *const some[] = { "tickets", NULL };
  static const char *const more[] = { "tickets", "orders", NULL };
  g_autoptr (GPtrArray) copies = NULL;
  UsherGatewayCopy *info = NULL;
  GatewayCopy *copy = NULL;

  g_test_summary ("The gateway tells of the hosts that it knows");

  g_assert_false (usher_gateway_has_services (stage->gateway, some));
  copy = gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, GET ("/tickets"), 200, NULL);
  copies = usher_gateway_list (stage->gateway);
  g_assert_cmpuint (copies->len, ==, 1);
  info = g_ptr_array_index (copies, 0);
  g_assert_cmpstr (info->name, ==, "one");
  g_assert_cmpint (info->pid, ==, 1);
  g_assert_cmpstr (info->listen, ==, copy->listen);
  g_assert_cmpstr (info->services[0], ==, "tickets");
  g_assert_cmpuint (info->n_requests, ==, 1);
  g_assert_cmpuint (info->n_in_flight, ==, 0);
  g_assert_true (usher_gateway_has_services (stage->gateway, some));
  g_assert_false (usher_gateway_has_services (stage->gateway, more));

  gateway_stage_kill (copy);
  gateway_stage_await_state (stage, "one", "away");
  g_assert_false (usher_gateway_has_services (stage->gateway, some));
}

static void
on_trouble (GObject *object, GParamSpec *spec, gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

static gboolean
has_trouble (GatewayStage *stage, const char *pattern)
{
  g_autofree char *trouble = NULL;

  g_object_get (stage->gateway, "trouble", &trouble, NULL);

  return g_pattern_match_simple (pattern, trouble != NULL ? trouble : "none");
}

static void
test_trouble (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (UsherGateway) other =
      usher_gateway_new (stage->directory, stage->settings, stage->clock);
  g_autofree char *trouble = usher_gateway_dup_trouble (other);
  g_autofree char *path = g_build_filename (stage->directory, "one.json", NULL);
  g_autofree char *away = g_strconcat (stage->directory, ".away", NULL);
  int n_changes = 0;

  g_test_summary ("A gateway says why it serves nobody, and that this has changed");

  g_assert_cmpstr (trouble, ==, "the gateway has not started");
  g_signal_connect (stage->gateway, "notify::trouble", G_CALLBACK (on_trouble), &n_changes);
  usher_test_until (has_trouble (stage, "no host is registered in “*”"));
  gateway_stage_add (stage, "one", "tickets");
  usher_test_until (has_trouble (stage, "none"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  usher_test_until (has_trouble (stage, "no host is registered in “*”"));

  g_assert_cmpint (g_rename (stage->directory, away), ==, 0);
  usher_test_until (has_trouble (stage, "run directory “*” cannot be read: *"));
  g_assert_cmpint (g_rename (away, stage->directory), ==, 0);
  usher_test_until (has_trouble (stage, "no host is registered in “*”"));

  usher_gateway_stop (stage->gateway, G_TIME_SPAN_SECOND);
  usher_test_until (has_trouble (stage, "the gateway is stopping"));
  /* each is told after it is so */
  usher_test_until (g_atomic_int_get (&n_changes) >= 5);
}

static void
test_collision (GatewayStage *stage, gconstpointer data)
{
  static const char text[] =
      "{\"name\":\"two\",\"pid\":1,\"services\":[\"orders\"],\"listen\":\"unix:/nowhere\","
      "\"admin\":null,\"routes\":[{\"service\":\"orders\",\"method\":\"GET\","
      "\"pattern\":\"/tickets/status/:other\"}]}";
  g_autofree char *path = g_build_filename (stage->directory, "two.json", NULL);

  g_test_summary ("A gateway names two services of which one has a route of the other");

  gateway_stage_add (stage, "one", "tickets");
  usher_test_until (has_trouble (stage, "none"));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  usher_test_until (has_trouble (
      stage,
      "route “GET /tickets/status/:other” of service “orders” is taken by service “tickets”"));
  gateway_stage_unregister (stage, "two");
  usher_test_until (has_trouble (stage, "none"));
}

static void
test_files (GatewayStage *stage, gconstpointer data)
{
  static const char *const names[] = { ".json",   ".hidden.json", "a b.json", "other.json",
                                       "no-json", "broken.json",  "dir.json" };
  g_autofree char *other = g_build_filename (stage->directory, "other.json", NULL);
  g_autofree char *broken = g_build_filename (stage->directory, "broken.json", NULL);
  g_autofree char *link = g_build_filename (stage->directory, "link.json", NULL);
  g_autofree char *folder = g_build_filename (stage->directory, "dir.json", NULL);
  g_autoptr (GPtrArray) copies = NULL;

  g_test_summary ("Files that tell of no host, or of another than their name says, are left alone");

  for (guint i = 0; i < G_N_ELEMENTS (names) - 1; i++)
    {
      g_autofree char *path = g_build_filename (stage->directory, names[i], NULL);

      g_assert_true (g_file_set_contents (path,
                                          "{\"name\":\"../../etc/x\",\"pid\":1,\"services\":[],"
                                          "\"listen\":null,\"admin\":null,\"routes\":[]}",
                                          -1,
                                          NULL));
    }
  g_assert_true (g_file_set_contents (broken, "{\"name\":\"broken\"", -1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (other, link), ==, 0);

  /* what comes later is seen, so those were looked at */
  gateway_stage_add (stage, "zzz", "tickets");
  copies = usher_gateway_list (stage->gateway);
  g_assert_cmpuint (copies->len, ==, 1);
  gateway_stage_expect (stage, GET ("/tickets"), 200, "zzz");
  g_rmdir (folder);
}

static void
test_same_route (GatewayStage *stage, gconstpointer data)
{
  g_autofree char *path = g_build_filename (stage->directory, "thief.json", NULL);

  g_test_summary ("A route belongs to the service that has it, until that is gone");

  gateway_stage_add (stage, "one", "tickets");
  g_assert_true (g_file_set_contents (
      path,
      "{\"name\":\"thief\",\"pid\":1,\"services\":[\"thief\"],\"listen\":\"unix:/"
      "nowhere\",\"admin\":"
      "null,\"routes\":[{\"service\":\"thief\",\"method\":\"GET\",\"pattern\":\"/tickets\"}]}",
      -1,
      NULL));
  gateway_stage_await_state (stage, "thief", "away");
  for (guint i = 0; i < 4; i++)
    gateway_stage_expect (stage, GET ("/tickets"), 200, "one");
}

static gpointer
run_stop (gpointer data)
{
  GatewayStage *stage = data;

  usher_gateway_stop (stage->gateway, 5 * G_TIME_SPAN_SECOND);

  return NULL;
}

static void
test_stop (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (Answer) answer = NULL;
  GatewayCopy *copy = NULL;
  GThread *thread = NULL;

  g_test_summary ("A stop waits for what is under way");

  copy = gateway_stage_add (stage, "one", "tickets");
  socket = gateway_stage_ask_later (stage, copy, &exchange);
  thread = g_thread_new ("stop", run_stop, stage);
  usher_exchange_finish (exchange);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_thread_join (thread);
}

static void
test_stop_at_once (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (UsherExchange) exchange = NULL;
  GatewayCopy *copy = NULL;

  g_test_summary ("A gateway that goes at once leaves nothing behind");

  copy = gateway_stage_add (stage, "one", "tickets");
  socket = gateway_stage_ask_later (stage, copy, &exchange);
  g_assert_finalize_object (stage->gateway);
  stage->gateway = NULL;
  usher_exchange_finish (exchange);
  g_assert_true (http_peer_is_closed (socket));
}

static void
test_busy_address (GatewayStage *stage, gconstpointer data)
{
  const char *listen = usher_gateway_get_uri (stage->gateway) + strlen ("http://");
  g_autoptr (UsherGateway) second =
      usher_gateway_new (stage->directory, stage->settings, stage->clock);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An address in use is named");

  g_assert_false (usher_gateway_start (second, listen, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, listen));
}

int
main (int argc, char **argv)
{
  static const char *const generous[] = { "http.max-body=16777216", NULL };
  static const char *const trusting[] = { "http.trusted-proxies=127.0.0.1", NULL };

  g_test_init (&argc, &argv, NULL);

  gateway_stage_add_test ("/gateway/route/service", NULL, test_route);
  gateway_stage_add_test ("/gateway/route/tcp", NULL, test_tcp);
  gateway_stage_add_test ("/gateway/route/unknown", NULL, test_unknown);
  gateway_stage_add_test ("/gateway/route/same", NULL, test_same_route);
  gateway_stage_add_test ("/gateway/route/counts", NULL, test_counts);
  gateway_stage_add_test ("/gateway/request/head", NULL, test_request_head);
  gateway_stage_add_test ("/gateway/request/proxy", trusting, test_proxy);
  gateway_stage_add_test ("/gateway/request/origin", trusting, test_origin);
  gateway_stage_add_test ("/gateway/request/large", NULL, test_large);
  gateway_stage_add_test ("/gateway/request/huge", generous, test_huge);
  gateway_stage_add_test ("/gateway/request/client-gone", NULL, test_client_gone);
  gateway_stage_add_test ("/gateway/answer/head", NULL, test_answer_head);
  gateway_stage_add_test ("/gateway/answer/of-head", NULL, test_head);
  gateway_stage_add_test ("/gateway/answer/no-body", NULL, test_no_body);
  gateway_stage_add_test ("/gateway/choice/turns", NULL, test_balance);
  gateway_stage_add_test ("/gateway/choice/busy", NULL, test_busy);
  gateway_stage_add_test ("/gateway/list", NULL, test_list);
  gateway_stage_add_test ("/gateway/registry/files", NULL, test_files);
  gateway_stage_add_test ("/gateway/registry/trouble", NULL, test_trouble);
  gateway_stage_add_test ("/gateway/registry/collision", NULL, test_collision);
  gateway_stage_add_test ("/gateway/start/busy", NULL, test_busy_address);
  gateway_stage_add_test ("/gateway/stop/under-way", NULL, test_stop);
  gateway_stage_add_test ("/gateway/stop/at-once", NULL, test_stop_at_once);

  return g_test_run ();
}
