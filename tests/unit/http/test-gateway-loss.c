/* test-gateway-loss.c: hosts that are lost, and what clients see of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "gateway-stage.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST                                                                                     \
  "POST /tickets/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " \
  "2\r\n"
#define KEYED_POST POST "Idempotency-Key: k1\r\n\r\n{}"
#define PLAIN_POST POST "\r\n{}"

static void
test_refused (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *dead = NULL;
  guint n = 20;

  g_test_summary ("A host that was killed costs no request, whatever its method");

  dead = gateway_stage_add (stage, "dead", "tickets");
  gateway_stage_add (stage, "alive", "tickets");
  gateway_stage_kill (dead);
  while (n-- > 0)
    {
      gateway_stage_expect (stage, GET ("/tickets"), 200, "alive");
      gateway_stage_expect (stage, PLAIN_POST, 200, "{}");
    }
}

/* a request that is lost with its host is answered by the next */
static void
check_lost (GatewayStage *stage, const char *text, const char *body)
{
  g_autoptr (GatewayImpostor) impostor = NULL;

  gateway_stage_add (stage, "alive", "tickets");
  impostor = gateway_stage_add_impostor (stage, "lost", "tickets", NULL, FALSE);
  for (guint i = 0; i < 100 && g_atomic_int_get (&impostor->n_requests) == 0; i++)
    gateway_stage_expect (stage, text, 200, body);
  g_assert_cmpint (g_atomic_int_get (&impostor->n_requests), >, 0);
}

static void
test_lost_get (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A GET whose host is lost is answered by the next");

  check_lost (stage, GET ("/tickets"), "alive");
}

static void
test_lost_key (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A POST with a key whose host is lost is answered by the next");

  check_lost (stage, KEYED_POST, "{}");
}

static void
test_lost_post (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GatewayImpostor) impostor = NULL;
  g_autoptr (Answer) answer = NULL;
  GatewayCopy *copy = NULL;
  guint n_fine = 0;

  g_test_summary ("A POST without a key whose host is lost is never sent a second time");

  impostor = gateway_stage_add_impostor (stage, "lost", "tickets", NULL, FALSE);
  copy = gateway_stage_add (stage, "alive", "tickets");
  do
    {
      g_clear_pointer (&answer, http_peer_answer_free);
      answer = gateway_stage_ask (stage, PLAIN_POST);
      n_fine += answer->status == 200;
    }
  while (answer->status == 200 && n_fine < 100);

  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_nonnull (strstr (answer->head, "\r\nRetry-After: "));
  g_assert_cmpint (g_atomic_int_get (&impostor->n_requests), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&copy->n_requests), ==, (int) n_fine);
}

static void
test_always_lost (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GatewayImpostor) impostor = NULL;

  g_test_summary ("A request over which hosts are lost again and again is given up");

  impostor = gateway_stage_add_impostor (stage, "lost", "tickets", NULL, FALSE);
  gateway_stage_expect (stage, GET ("/tickets"), 503, NULL);
  g_assert_cmpint (g_atomic_int_get (&impostor->n_requests), ==, 2);
}

/* what kills whoever gets it goes to two of many, and not to one of them twice */
static void
check_deadly (GatewayStage *stage, const char *text)
{
  static const char *const names[] = { "one", "two", "three", "four" };
  GatewayImpostor *impostors[G_N_ELEMENTS (names)];
  int n_requests = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    impostors[i] = gateway_stage_add_impostor (stage, names[i], "tickets", NULL, FALSE);
  gateway_stage_expect (stage, text, 503, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (g_atomic_int_get (&impostors[i]->n_requests), <=, 1);
      n_requests += g_atomic_int_get (&impostors[i]->n_requests);
      gateway_impostor_free (impostors[i]);
    }
  g_assert_cmpint (n_requests, ==, 2);
}

static void
test_deadly_get (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A GET that kills its host kills one more, not every copy in turn");

  check_deadly (stage, GET ("/tickets"));
}

static void
test_deadly_key (GatewayStage *stage, gconstpointer data)
{
  g_test_summary ("A POST with a key that kills its host kills one more, not every copy in turn");

  check_deadly (stage, KEYED_POST);
}

static void
test_bad_answer (GatewayStage *stage, gconstpointer data)
{
  static const char *const answers[] = {
    "nonsense\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n b\r\n\r\nhi",
    "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno colon\r\n\r\nhi",
    "HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 2\r\n\r\n",
  };

  g_test_summary ("What is no answer is never passed on");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *name = g_strdup_printf ("bad%u", i);
      g_autoptr (GatewayImpostor) impostor =
          gateway_stage_add_impostor (stage, name, "tickets", answers[i], FALSE);

      g_test_message ("%s", answers[i]);
      gateway_stage_expect (stage, PLAIN_POST, 503, NULL);
      gateway_stage_unregister (stage, name);
    }
}

static void
test_early (GatewayStage *stage, gconstpointer data)
{
  static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n"
                             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  g_autoptr (GatewayImpostor) impostor = NULL;

  g_test_summary ("An interim answer is skipped");

  impostor = gateway_stage_add_impostor (stage, "one", "tickets", text, FALSE);
  gateway_stage_expect (stage, PLAIN_POST, 200, "hi");
}

static void
test_draining (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *stopping = NULL;

  g_test_summary ("What a host that stops has not run goes to the next, whatever its method");

  stopping = gateway_stage_add (stage, "stopping", "tickets");
  gateway_stage_add (stage, "alive", "tickets");
  usher_router_drain (stopping->router);
  for (guint i = 0; i < 10; i++)
    gateway_stage_expect (stage, PLAIN_POST, 200, "{}");
  g_assert_cmpint (g_atomic_int_get (&stopping->n_requests), ==, 0);
}

static void
test_nobody (GatewayStage *stage, gconstpointer data)
{
  gint64 begin = 0;

  g_test_summary ("Where no host is left a request waits a little and is told to come again");

  gateway_stage_kill (gateway_stage_add (stage, "one", "tickets"));
  begin = g_get_monotonic_time ();
  gateway_stage_expect (stage, GET ("/tickets"), 503, NULL);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 700 * G_TIME_SPAN_MILLISECOND);

  gateway_stage_unregister (stage, "one");
  gateway_stage_expect (stage, GET ("/tickets"), 503, NULL);
}

static void
test_comes_back (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A request that waits is answered by the host that comes in time");

  gateway_stage_kill (gateway_stage_add (stage, "one", "tickets"));
  socket = http_peer_connect_uri (usher_gateway_get_uri (stage->gateway));
  http_peer_send (socket, PLAIN_POST);
  gateway_stage_await_state (stage, "one", "away");
  gateway_stage_add (stage, "two", "tickets");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
}

static void
test_hangs (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GatewayImpostor) impostor = NULL;
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A host that does not answer in time is given up, and asked after others then");

  impostor = gateway_stage_add_impostor (stage, "hangs", "tickets", NULL, TRUE);
  answer = gateway_stage_ask (stage, GET ("/tickets"));
  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_nonnull (strstr (answer->head, "\r\nRetry-After: "));
  gateway_stage_await_state (stage, "hangs", "doubtful");

  gateway_stage_add (stage, "alive", "tickets");
  for (guint i = 0; i < 10; i++)
    gateway_stage_expect (stage, GET ("/tickets"), 200, "alive");
  g_assert_cmpint (g_atomic_int_get (&impostor->n_requests), ==, 1);
}

static void
test_replaced (GatewayStage *stage, gconstpointer data)
{
  g_autofree char *path = NULL;

  g_test_summary ("A host of the same name that comes after one that was killed takes its place");

  path = g_strdup_printf ("%s/one.http", stage->directory);
  gateway_stage_kill (gateway_stage_add (stage, "one", "tickets"));
  gateway_stage_await_state (stage, "one", "away");
  gateway_stage_add (stage, "one", "tickets");
  gateway_stage_expect (stage, PLAIN_POST, 200, "{}");
}

int
main (int argc, char **argv)
{
  static const char *const hasty[] = { "http.forward-timeout=200", NULL };

  g_test_init (&argc, &argv, NULL);

  gateway_stage_add_test ("/gateway/refused", NULL, test_refused);
  gateway_stage_add_test ("/gateway/lost/get", NULL, test_lost_get);
  gateway_stage_add_test ("/gateway/lost/key", NULL, test_lost_key);
  gateway_stage_add_test ("/gateway/lost/post", NULL, test_lost_post);
  gateway_stage_add_test ("/gateway/lost/always", NULL, test_always_lost);
  gateway_stage_add_test ("/gateway/lost/deadly/get", NULL, test_deadly_get);
  gateway_stage_add_test ("/gateway/lost/deadly/key", NULL, test_deadly_key);
  gateway_stage_add_test ("/gateway/answer/bad", NULL, test_bad_answer);
  gateway_stage_add_test ("/gateway/answer/interim", NULL, test_early);
  gateway_stage_add_test ("/gateway/draining", NULL, test_draining);
  gateway_stage_add_test ("/gateway/nobody/told", NULL, test_nobody);
  gateway_stage_add_test ("/gateway/nobody/comes-back", NULL, test_comes_back);
  gateway_stage_add_test ("/gateway/hangs", hasty, test_hangs);
  gateway_stage_add_test ("/gateway/replaced", NULL, test_replaced);

  return g_test_run ();
}
