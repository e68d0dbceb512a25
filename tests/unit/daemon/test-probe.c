/* test-probe.c: what those see who look from outside, and how nothing secret gets onto a command line
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-program.h"

#define PROBE  " --probe " ANY
#define SAYS   "probes are answered on http://"
#define SECRET "swordfish"

/* (transfer full): where probes are answered, from what the host has said */
static char *
read_probe (UsherTestProgram *fixture)
{
  g_autofree char *line =
      usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host), SAYS);

  return usher_test_program_cut_word (line, SAYS);
}

static void
assert_status (const char *address, const char *method, const char *path, guint status)
{
  g_autofree char *answer = usher_test_program_ask (address, method, path);
  g_autofree char *pattern = g_strdup_printf ("HTTP/1.1 %u *", status);

  g_test_message ("%s %s: %s", method, path, answer);
  g_assert_true (g_pattern_match_simple (pattern, answer));
}

static void
assert_closed_to_all_else (const char *probe)
{
  assert_status (probe, "GET", "/", 404);
  assert_status (probe, "GET", "/plugins", 404);
  assert_status (probe, "GET", "/copies", 404);
  assert_status (probe, "GET", "/events?channel=a", 404);
  assert_status (probe, "POST", "/healthz", 404);
  assert_status (probe, "DELETE", "/parked/1", 404);
}

static void
test_run (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *probe = NULL;
  g_autoptr (GSocketConnection) slow = NULL;

  g_test_summary ("A host tells a probe that it is ready, and that it is not while it stops.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", PROBE);
  probe = read_probe (fixture);
  usher_test_program_assert_answer (probe, "/healthz", "HTTP/1.1 200 *\"alive\"*");
  usher_test_program_assert_answer (probe, "/readyz", "HTTP/1.1 200 *\"ready\"*");
  usher_test_program_assert_answer (
      probe,
      "/metrics",
      "HTTP/1.1 200 *\nusher_http_connections{listener=\"probe\"} *"
      "\nusher_http_refused_total{listener=\"probe\",reason=\"malformed\"} 0\n*");
  assert_closed_to_all_else (probe);

  slow = usher_test_program_send (fixture->public, "GET", "/good/slow");
  g_free (usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host),
                                         "this will take a while"));
  g_subprocess_send_signal (fixture->host, SIGTERM);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 503 *stopping*");
  usher_test_program_assert_answer (probe, "/healthz", "HTTP/1.1 200 *");
  usher_test_program_stop (fixture, SIGTERM);
}

static void
test_hub (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments = usher_test_program_make_arguments (fixture, "hub", PROBE);
  g_autofree char *probe = NULL;

  g_test_summary ("A hub answers probes too.");

  fixture->host = usher_test_program_spawn (fixture, arguments);
  probe = read_probe (fixture);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 200 *");
  usher_test_program_assert_answer (probe, "/metrics", "HTTP/1.1 200 *\nusher_bus_*");
  assert_closed_to_all_else (probe);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_up (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *probe = NULL;

  g_test_summary ("A supervisor tells a probe the numbers of all processes, and of its gateway.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", PROBE);
  probe = read_probe (fixture);
  usher_test_program_assert_answer (probe, "/readyz", "HTTP/1.1 200 *");
  usher_test_program_assert_answer (probe,
                                    "/metrics",
                                    "HTTP/1.1 200 *\nusher_http_connections{listener=\"http\"} 0\n*"
                                    "\nusher_process_ready{process=\"good\"} 1\n*");
  usher_test_program_assert_answer (probe,
                                    "/metrics",
                                    "*\nusher_gateway_requests_total{copy=\"good*\"} 0\n*");
  assert_closed_to_all_else (probe);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

/* (transfer full): a host on a path, which a gateway finds in the fixture's folder */
static GSubprocess *
start_registered (UsherTestProgram *fixture)
{
  g_autofree char *arguments = g_strdup_printf (
      "run --data %s --run %s --name good --listen unix:%s/good.sock --admin none --probe none",
      fixture->data,
      fixture->directory,
      fixture->directory);

  usher_test_program_add_plugin (fixture, "good", "");

  return usher_test_program_spawn (fixture, arguments);
}

static void
test_gateway_ready (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *more = g_strdup_printf (" --run %s" PROBE, fixture->directory);
  g_autofree char *away = g_strconcat (fixture->directory, ".away", NULL);
  g_autofree char *probe = NULL;
  g_autoptr (GSubprocess) host = NULL;

  g_test_summary ("A gateway is ready while it can find a host.");

  usher_test_program_start (fixture, "gateway", more);
  probe = read_probe (fixture);
  usher_test_program_assert_answer (probe, "/healthz", "HTTP/1.1 200 *");
  usher_test_program_assert_answer (probe, "/readyz", "HTTP/1.1 503 *no host is registered in *");
  host = start_registered (fixture);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 200 *");

  g_assert_cmpint (g_rename (fixture->directory, away), ==, 0);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 503 *cannot be read*");
  g_assert_cmpint (g_rename (away, fixture->directory), ==, 0);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 200 *");

  g_subprocess_send_signal (host, SIGTERM);
  usher_test_program_await_answer (probe, "/readyz", "HTTP/1.1 503 *no host is registered in *");
  g_subprocess_wait (host, NULL, NULL);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_gateway (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *more = g_strdup_printf (" --run %s" PROBE, fixture->directory);
  g_autofree char *probe = NULL;

  g_test_summary ("A gateway has numbers of its own, for operators and for probes.");

  usher_test_program_start (fixture, "gateway", more);
  probe = read_probe (fixture);
  usher_test_program_assert_answer (probe,
                                    "/metrics",
                                    "HTTP/1.1 200 *\n# TYPE process_resident_memory_bytes gauge\n*"
                                    "\nusher_http_connections{listener=\"admin\"} 0\n*");
  usher_test_program_assert_answer (
      fixture->admin, "/metrics", "HTTP/1.1 200 *\nusher_http_connections{listener=\"http\"} 0\n*");
  usher_test_program_assert_answer (fixture->admin,
                                    "/copies",
                                    "HTTP/1.1 200 *\r\n\r\n{\"items\":[]}");
  assert_closed_to_all_else (probe);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_wrong (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *busy = NULL;
  g_autofree char *checked = NULL;

  g_test_summary ("An address that is none or taken is told, and --probe none is none.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture, "run --probe nonsense", 2, "*--probe is “nonsense”*");
  usher_test_program_start (fixture, "run", " --probe none");
  busy = g_strdup_printf ("hub --data %s.hub --admin " ANY " --probe %s",
                          fixture->data,
                          fixture->admin);
  usher_test_program_assert_says (fixture, busy, 1, "*cannot listen on*");
  checked = g_strdup_printf ("check --data %s.new --listen " ANY " --admin none --probe %s",
                             fixture->data,
                             fixture->admin);
  usher_test_program_assert_says (fixture, checked, 1, "*cannot listen on*");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

/* The command line is refused, the ways that there are are told, and the secret is not. */
static void
assert_secret (UsherTestProgram *fixture,
               const char *command,
               const char *name,
               const char *variable)
{
  g_autofree char *arguments = g_strdup_printf ("%s -s %s=" SECRET, command, name);
  g_autofree char *pattern = g_strdup_printf (
      "*setting “%s” is secret*%s,*%s=file:PATH*credential:*", name, variable, name);
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
  g_autofree char *err = NULL;

  usher_test_program_assert_says (fixture, arguments, 2, pattern);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &err, NULL);
  g_assert_null (strstr (err, SECRET));
}

static void
test_secret (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const commands[] = { "run",   "up",       "hub",    "gateway",
                                          "check", "settings", "status", "events parked" };
  g_autofree char *path = g_build_filename (fixture->directory, "token", NULL);
  g_autofree char *by_file = g_strdup_printf ("settings -s admin.token=file:%s", path);

  g_test_summary ("A secret is taken from no command line, but where it is may be said there.");

  usher_test_program_add_plugin (fixture, "good", "");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    assert_secret (fixture, commands[i], "admin.token", "USHER_ADMIN__TOKEN");
  assert_secret (fixture, "settings", "good.api-key", "USHER_GOOD__API_KEY");
  usher_test_program_assert_says (fixture, "settings -s admin.token=", 0, "*\nadmin.token=\n*");

  usher_test_program_add_file (fixture->directory, "token", SECRET "\n");
  usher_test_program_assert_says (fixture, by_file, 0, "*\nadmin.token=********\n    from -s;*");
}

#define add(path, func) usher_test_program_add ("/probe/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("run", test_run);
  add ("hub", test_hub);
  add ("up", test_up);
  add ("gateway", test_gateway);
  add ("gateway/ready", test_gateway_ready);
  add ("wrong", test_wrong);
  add ("secret", test_secret);

  return g_test_run ();
}
