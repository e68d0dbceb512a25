/* test-gateway-copies.c: a gateway before two real host processes that are killed, stopped and held up
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "http-peer.h"
#include "usher-test.h"

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
  char *directory;               /* (owned) */
  char *run;                     /* (owned) */
  char *uri;                     /* (owned): of the gateway */
  GSubprocess *gateway;          /* (owned) */
  GSubprocess *copies[N_COPIES]; /* (owned) (nullable) */

  GThread *clients[N_CLIENTS];
  int must_end;          /* (atomic) */
  int n_sent;            /* (atomic) */
  int n_failed[N_KINDS]; /* (atomic): answered 503 with Retry-After */
  int n_broken;          /* (atomic): anything else but 200 */
} CopiesFixture;

/* a test that aborts takes its hosts with it */
static void
on_child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* @lines: of standard output, after which it is ready; (transfer full): the address in the first */
static char *
spawn (GSubprocess **process, char **arguments, guint lines)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  char *address = NULL;

  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "fatal-criticals", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, on_child_setup, NULL, NULL);
  *process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);

  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (*process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (output), FALSE);
  for (guint i = 0; i < lines; i++)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (line);
      if (i == 0)
        address = g_strdup (strstr (line, " on ") + 4);
    }

  return address;
}

static void
start_copy (CopiesFixture *fixture, guint i)
{
  g_autofree char *name = g_strdup_printf ("copy%u", i);
  g_autofree char *data = g_build_filename (fixture->directory, name, NULL);
  g_autofree char *listen = g_strdup_printf ("unix:%s/%s.http", fixture->run, name);
  g_autofree char *admin = g_strdup_printf ("unix:%s/%s.admin", fixture->run, name);
  g_autofree char *address = NULL;
  const char *arguments[] = { g_getenv ("USHER_TEST_PROGRAM"),
                              "run",
                              "auth",
                              "--plugins",
                              g_getenv ("USHER_TEST_PLUGIN_DIR"),
                              "--data",
                              data,
                              "--run",
                              fixture->run,
                              "--name",
                              name,
                              "--listen",
                              listen,
                              "--admin",
                              admin,
                              NULL };

  g_clear_object (&fixture->copies[i]);
  address = spawn (&fixture->copies[i], (char **) arguments, 2);
  g_assert_cmpstr (address, ==, listen);
}

static void
set_up (CopiesFixture *fixture, gconstpointer setting)
{
  g_autoptr (GError) error = NULL;
  const char *arguments[] = { g_getenv ("USHER_TEST_PROGRAM"),
                              "gateway",
                              "--plugins",
                              g_getenv ("USHER_TEST_PLUGIN_DIR"),
                              "--data",
                              NULL,
                              "--run",
                              NULL,
                              "--listen",
                              "127.0.0.1:0",
                              "--admin",
                              "none",
                              "-s",
                              setting,
                              NULL };

  fixture->directory = g_dir_make_tmp ("usher-copies-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->run = g_build_filename (fixture->directory, "run", NULL);
  arguments[5] = fixture->directory;
  arguments[7] = fixture->run;
  for (guint i = 0; i < N_COPIES; i++)
    start_copy (fixture, i);
  fixture->uri = spawn (&fixture->gateway, (char **) arguments, 1);
}

static void
kill_process (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
tear_down (CopiesFixture *fixture, gconstpointer setting)
{
  g_subprocess_send_signal (fixture->gateway, SIGTERM);
  g_subprocess_wait (fixture->gateway, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (fixture->gateway));
  g_assert_cmpint (g_subprocess_get_exit_status (fixture->gateway), ==, 0);
  for (guint i = 0; i < N_COPIES; i++)
    {
      kill_process (fixture->copies[i]);
      g_object_unref (fixture->copies[i]);
    }
  g_object_unref (fixture->gateway);
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->run);
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
      kill_process (fixture->copies[round % N_COPIES]);
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
      GSubprocess *copy = fixture->copies[round % N_COPIES];

      g_subprocess_send_signal (copy, SIGTERM);
      g_subprocess_wait (copy, NULL, NULL);
      g_assert_true (g_subprocess_get_if_exited (copy));
      g_assert_cmpint (g_subprocess_get_exit_status (copy), ==, 0);
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
    kill_process (fixture->copies[i]);
  g_assert_cmpuint (ask (fixture), ==, 503);

  start_copy (fixture, 0);
  usher_test_until (ask (fixture) == 200);
}

static void
test_held (CopiesFixture *fixture, gconstpointer data)
{
  g_test_summary ("A copy that hangs costs what it was given, and no more until it goes on");

  start_load (fixture);
  g_subprocess_send_signal (fixture->copies[0], SIGSTOP);
  await_requests (fixture, 1000);
  g_assert_cmpint (fixture->n_broken, ==, 0);
  g_assert_cmpint (fixture->n_failed[KIND_GET] + fixture->n_failed[KIND_KEYED] +
                       fixture->n_failed[KIND_PLAIN],
                   <=,
                   2 * N_CLIENTS);

  g_subprocess_send_signal (fixture->copies[0], SIGCONT);
  end_load (fixture);
  kill_process (fixture->copies[1]);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (ask (fixture), ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add (
      "/gateway/copies/kill", CopiesFixture, "http.threads=2", set_up, test_kill, tear_down);
  g_test_add (
      "/gateway/copies/stop", CopiesFixture, "http.threads=2", set_up, test_stop, tear_down);
  g_test_add ("/gateway/copies/all-killed",
              CopiesFixture,
              "http.threads=2",
              set_up,
              test_all_killed,
              tear_down);
  g_test_add ("/gateway/copies/held",
              CopiesFixture,
              "http.forward-timeout=2000",
              set_up,
              test_held,
              tear_down);

  return g_test_run ();
}
