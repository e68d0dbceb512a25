/* test-gateway-copies.c: a gateway before two real host processes that are killed, stopped and held up
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "http-peer.h"
#include "usher-test-base.h"
#include "usher-test-program.h"

#define N_COPIES  2
#define N_CLIENTS 4
#define SIGN_OUT  "POST /api/users/signout HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"

/* what clients send under load; who is not signed in has no use for a key, but the gateway goes by it */
static const char *const requests[] = {
  "GET /api/users/currentuser HTTP/1.1\r\nHost: a\r\n\r\n",
  SIGN_OUT "Idempotency-Key: k\r\n\r\n",
  SIGN_OUT "\r\n",
};

typedef enum
{
  KIND_GET,
  KIND_KEYED,
  KIND_PLAIN,
  N_KINDS,
} Kind;

/* Each copy has a database of its own: what they share is not what this is about. */
typedef struct
{
  UsherTestProgram gateway;
  UsherTestProgram copies[N_COPIES];
  char *uri; /* (owned): of the gateway */

  GThread *clients[N_CLIENTS];
  int must_end;          /* (atomic) */
  int n_sent;            /* (atomic) */
  int n_failed[N_KINDS]; /* (atomic): answered 503 with Retry-After */
  int n_broken;          /* (atomic): anything else but 200 */
} CopiesFixture;

static void
start_copy (CopiesFixture *fixture, guint i)
{
  UsherTestProgram *copy = &fixture->copies[i];
  g_autofree char *listen = g_strdup_printf ("unix:%s/copy%u.http", fixture->gateway.data, i);
  g_autofree char *arguments =
      g_strdup_printf ("run auth --data %s --run %s --name copy%u --listen %s --admin "
                       "unix:%s/copy%u.admin",
                       copy->data,
                       fixture->gateway.data,
                       i,
                       listen,
                       fixture->gateway.data,
                       i);

  usher_test_program_launch (copy, arguments, "admin on ");
  g_assert_cmpstr (copy->public, ==, listen);
}

static void
set_up_program (UsherTestProgram *program, gconstpointer data)
{
  usher_test_program_set_up (program, data);
  usher_test_program_set_variable (program,
                                   "USHER_PLUGIN_PATH",
                                   g_getenv ("USHER_TEST_PLUGIN_DIR"));
}

static void
set_up (CopiesFixture *fixture, gconstpointer setting)
{
  g_autofree char *arguments = NULL;

  set_up_program (&fixture->gateway, setting);
  arguments = g_strdup_printf ("gateway --data %s --run %s --listen " ANY " --admin none -s %s",
                               fixture->gateway.directory,
                               fixture->gateway.data,
                               (const char *) setting);
  for (guint i = 0; i < N_COPIES; i++)
    {
      set_up_program (&fixture->copies[i], setting);
      start_copy (fixture, i);
    }
  usher_test_program_launch (&fixture->gateway, arguments, "listening on ");
  fixture->uri = g_strconcat ("http://", fixture->gateway.public, NULL);
}

static void
tear_down (CopiesFixture *fixture, gconstpointer setting)
{
  g_assert_cmpint (usher_test_program_stop (&fixture->gateway, SIGTERM), ==, 0);
  for (guint i = 0; i < N_COPIES; i++)
    usher_test_program_tear_down (&fixture->copies[i], setting);
  usher_test_program_tear_down (&fixture->gateway, setting);
  g_free (fixture->uri);
}

static void
note (CopiesFixture *fixture, Kind kind, const Answer *answer)
{
  g_atomic_int_inc (&fixture->n_sent);
  if (answer->status == 503 && strstr (answer->head, "\r\nRetry-After: ") != NULL)
    g_atomic_int_inc (&fixture->n_failed[kind]);
  else if (answer->status != 200)
    {
      g_atomic_int_inc (&fixture->n_broken);
      g_test_message ("%u %s", answer->status, answer->body);
    }
}

static gpointer
run_client (gpointer data)
{
  CopiesFixture *fixture = data;
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);

  for (guint i = 0; !g_atomic_int_get (&fixture->must_end); i++)
    {
      g_autoptr (Answer) answer = NULL;

      http_peer_send (socket, requests[i % N_KINDS]);
      answer = http_peer_receive (socket, TRUE);
      note (fixture, i % N_KINDS, answer);
    }

  return NULL;
}

/* waits for @n more requests under load */
static void
await_requests (CopiesFixture *fixture, int n)
{
  int until = g_atomic_int_get (&fixture->n_sent) + n;

  usher_test_until (g_atomic_int_get (&fixture->n_sent) >= until);
}

static void
start_load (CopiesFixture *fixture)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    fixture->clients[i] = g_thread_new ("client", run_client, fixture);
  await_requests (fixture, 200);
}

static void
end_load (CopiesFixture *fixture)
{
  await_requests (fixture, 200);
  g_atomic_int_set (&fixture->must_end, TRUE);
  for (guint i = 0; i < N_CLIENTS; i++)
    g_thread_join (fixture->clients[i]);
}

static guint
ask (CopiesFixture *fixture)
{
  g_autoptr (GSocket) socket = http_peer_connect_uri (fixture->uri);
  g_autoptr (Answer) answer = NULL;

  http_peer_send (socket, requests[KIND_GET]);
  answer = http_peer_receive (socket, TRUE);

  return answer->status;
}

static void
test_kill (CopiesFixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy that is killed under load costs no GET and nothing that has a key, of "
                  "the rest at most what it worked on");

  start_load (fixture);
  for (guint round = 0; round < 6; round++)
    {
      usher_test_program_stop (&fixture->copies[round % N_COPIES], SIGKILL);
      await_requests (fixture, 100);
      start_copy (fixture, round % N_COPIES);
      await_requests (fixture, 100);
    }
  end_load (fixture);

  g_assert_cmpint (fixture->n_broken, ==, 0);
  g_assert_cmpint (fixture->n_failed[KIND_GET], ==, 0);
  g_assert_cmpint (fixture->n_failed[KIND_KEYED], ==, 0);
  g_assert_cmpint (fixture->n_failed[KIND_PLAIN], <=, 6 * N_CLIENTS);
}

static void
test_stop (CopiesFixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy that is stopped under load costs no request");

  start_load (fixture);
  for (guint round = 0; round < 4; round++)
    {
      UsherTestProgram *copy = &fixture->copies[round % N_COPIES];

      g_assert_cmpint (usher_test_program_stop (copy, SIGTERM), ==, 0);
      start_copy (fixture, round % N_COPIES);
    }
  end_load (fixture);

  g_assert_cmpint (fixture->n_broken, ==, 0);
  for (guint kind = 0; kind < N_KINDS; kind++)
    g_assert_cmpint (fixture->n_failed[kind], ==, 0);
}

static void
test_all_killed (CopiesFixture *fixture, gconstpointer data)
{
  g_test_summary ("When all copies are killed 503 comes, and the first that is back is used");

  for (guint i = 0; i < N_COPIES; i++)
    usher_test_program_stop (&fixture->copies[i], SIGKILL);
  g_assert_cmpuint (ask (fixture), ==, 503);

  start_copy (fixture, 0);
  usher_test_until (ask (fixture) == 200);
}

static void
test_held (CopiesFixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy that hangs costs what it was given, and no more until it goes on");

  start_load (fixture);
  g_subprocess_send_signal (fixture->copies[0].host, SIGSTOP);
  await_requests (fixture, 1000);
  g_assert_cmpint (fixture->n_broken, ==, 0);
  g_assert_cmpint (fixture->n_failed[KIND_GET] + fixture->n_failed[KIND_KEYED] +
                       fixture->n_failed[KIND_PLAIN],
                   <=,
                   2 * N_CLIENTS);

  g_subprocess_send_signal (fixture->copies[0].host, SIGCONT);
  end_load (fixture);
  usher_test_program_stop (&fixture->copies[1], SIGKILL);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (ask (fixture), ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, setting, func) \
  g_test_add ("/gateway/copies/" path, CopiesFixture, setting, set_up, func, tear_down)
  add ("kill", "http.threads=2", test_kill);
  add ("stop", "http.threads=2", test_stop);
  add ("all-killed", "http.threads=2", test_all_killed);
  add ("held", "http.forward-timeout=2000", test_held);
#undef add

  return g_test_run ();
}
