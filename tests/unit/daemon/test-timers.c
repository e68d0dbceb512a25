/* test-timers.c: timers and requests of which processes die, and timers that cannot do what they are for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-metrics.h"
#include "usher-test-program.h"

#define NAME "behaves-wrongly"

static void
start (UsherTestProgram *fixture, const char *command, const char *more)
{
  g_autofree char *manifest =
      g_strdup_printf ("[Plugin]\nName=" NAME "\nVersion=1.0.0\nABI=1\nModule=%s/" NAME ".so\n",
                       g_getenv ("USHER_TEST_WRONG_DIR"));

  /* a signal ends a process as it does without sanitizers */
  usher_test_program_set_variable (fixture,
                                   "ASAN_OPTIONS",
                                   "handle_segv=0:verify_asan_link_order=0");
  usher_test_program_add_file (fixture->plugins, NAME ".plugin", manifest);
  usher_test_program_start (fixture, command, more);
}

static void
set_timer (UsherTestProgram *fixture, const char *timer)
{
  g_autofree char *path = g_strconcat ("/" NAME "/timers/", timer, NULL);
  g_autofree char *answer = usher_test_program_ask (fixture->public, "POST", path);

  /* it is due at once, so its process may die before the answer */
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 ") ||
                 g_str_has_prefix (answer, "HTTP/1.1 503 "));
}

/* (transfer full): “usher timers @words” */
static char *
make_command (UsherTestProgram *fixture, const char *words)
{
  return g_strdup_printf ("timers %s --admin %s", words, fixture->admin);
}

static void
assert_says (UsherTestProgram *fixture, const char *words, int status, const char *pattern)
{
  g_autofree char *command = make_command (fixture, words);

  usher_test_program_assert_says (fixture, command, status, pattern);
}

/* of all processes of the service together; 0: it cannot be asked */
static gint64
count_restarts (UsherTestProgram *fixture)
{
  g_autoptr (JsonNode) page = usher_test_program_read_page (fixture->admin, "/processes");
  gint64 n = 0;

  for (guint i = 0; i < usher_test_json_get_length (page, "items"); i++)
    {
      g_autofree char *path = g_strdup_printf ("items.%u.restarts", i);

      n += usher_test_json_get_integer (page, path);
    }

  return n;
}

/* whether a copy of the service tells of a timer so */
static gboolean
is_told (UsherTestProgram *fixture, const char *process, const char *pattern)
{
  g_autofree char *path = g_strdup_printf ("/processes/%s/timers", process);
  g_autofree char *answer = usher_test_program_ask (fixture->admin, "GET", path);

  return g_pattern_match_simple (pattern, answer);
}

#define PARKED "*\"id\":\"" NAME "/bomb/segv\"*\"state\":\"parked\"*\"deaths\":5,*"

static void
test_bomb (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *metrics = NULL;
  g_autofree char *status = NULL;
  gint64 n_restarts;

  g_test_summary (
      "A timer that kills its process is parked, and what is parked is retried and dropped");

  start (fixture, "up", "");
  set_timer (fixture, "bomb/segv");
  usher_test_until (is_told (fixture, NAME, PARKED));
  /* once as any other, unless the lease was late to come; once in a set, five times alone */
  n_restarts = count_restarts (fixture);
  g_assert_cmpint (n_restarts, >=, 6);
  g_assert_cmpint (n_restarts, <=, 7);
  set_timer (fixture, "ring/0");
  assert_says (fixture,
               "list",
               0,
               "*TIMER * STATE *\n" NAME "/bomb/segv * parked *5 * its process ended while*");
  metrics = usher_test_program_ask (fixture->admin, "GET", "/processes/" NAME "/metrics");
  usher_test_metrics_assert (metrics, "usher_store_timers_parked{service=\"" NAME "\"}", 1);
  status = g_strdup_printf ("status --admin %s", fixture->admin);
  usher_test_program_assert_says (fixture,
                                  status,
                                  0,
                                  "*Ready at *",
                                  "* TIMERS * PARKED * WAITING *\n" NAME " * " NAME
                                  " * 1 * its subscriptions*");

  assert_says (fixture, "retry " NAME "/bomb/segv", 0, "*");
  usher_test_until (count_restarts (fixture) == n_restarts + 1 && is_told (fixture, NAME, PARKED));
  assert_says (fixture, "drop " NAME "/bomb/segv", 0, "*");
  assert_says (fixture, "list", 0, "No timer is parked or fails.\n");
  assert_says (fixture, "drop " NAME "/bomb/segv", 1, "*no timer “" NAME "/bomb/segv” is parked*");
}

static void
test_copies (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary (
      "With several copies on one store they die no more often, each way of dying alike");

  start (fixture, "up", " --profile pairs");
  set_timer (fixture, "bomb/abort");
  usher_test_until (is_told (fixture, NAME ".1", "*/bomb/abort\"*\"state\":\"parked\"*"));
  /* the one who died last may not be back yet */
  usher_test_until (count_restarts (fixture) == 7);
  usher_test_until (is_told (fixture, NAME ".2", "*/bomb/abort\"*\"state\":\"parked\"*"));
  assert_says (fixture, "list", 0, "*/bomb/abort * parked *");

  set_timer (fixture, "bomb/exit");
  usher_test_until (is_told (fixture, NAME ".1", "*/bomb/exit\"*\"state\":\"parked\"*"));
  usher_test_until (count_restarts (fixture) == 14);
  assert_says (fixture, "drop " NAME "/bomb/abort " NAME "/bomb/exit", 0, "*");
  assert_says (fixture, "list", 0, "No timer is parked or fails.\n");
}

static void
test_failing (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *metrics = NULL;

  g_test_summary ("A timer that fails is tried for ever, and told of, until it is dropped");

  start (fixture, "run", "");
  set_timer (fixture, "debt/x%2Fy");
  usher_test_program_await_answer (
      fixture->admin,
      "/timers",
      "*{\"id\":\"" NAME
      "/debt/x/y\",*\"state\":\"failing\",*\"due\":\"*\"reasons\":[\"nothing left "
      "to pay with\"*");
  usher_test_program_assert_answer (fixture->admin,
                                    "/timers/" NAME "/debt/x%2Fy",
                                    "HTTP/1.1 200 *\"payload\":\"{\\\"of\\\":1}\"*");
  usher_test_program_assert_answer (fixture->admin, "/timers/" NAME "/debt/z", "HTTP/1.1 404 *");
  usher_test_program_assert_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  metrics = usher_test_program_ask (fixture->admin, "GET", "/metrics");
  usher_test_metrics_assert (metrics, "usher_store_timers_failing{service=\"" NAME "\"}", 1);
  usher_test_metrics_assert (metrics, "usher_store_timers_parked{service=\"" NAME "\"}", 0);

  assert_says (fixture, "list", 0, "*\n" NAME "/debt/x/y * failing * nothing left to pay with\n");
  assert_says (fixture,
               "list --json",
               0,
               "{\"items\":[{\"id\":\"" NAME "/debt/x/y\",*\"reasons\":[*");
  assert_says (fixture,
               "retry " NAME "/debt/x/y",
               1,
               "*is not parked, it is tried again by itself*");
  assert_says (fixture, "drop " NAME "/debt/x/y", 0, "*");
  assert_says (fixture, "list", 0, "No timer is parked or fails.\n");
}

static void
set_clock (const char *path, const char *seconds)
{
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);

  g_assert_true (g_file_set_contents (temporary, seconds, -1, NULL));
  g_assert_cmpint (g_rename (temporary, path), ==, 0);
}

static double
count_fired (UsherTestProgram *fixture)
{
  g_autofree char *metrics = usher_test_program_ask (fixture->admin, "GET", "/metrics");

  return usher_test_metrics_get (metrics, "usher_timers_fired_total{service=\"" NAME "\"}");
}

static void
test_clock (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "clock", NULL);

  g_test_summary ("A timer that was set while the clock was a day ahead does not wait for a day");

  set_clock (path, "86400");
  usher_test_program_set_variable (fixture, "LD_PRELOAD", g_getenv ("USHER_TEST_CLOCK_LIBRARY"));
  usher_test_program_set_variable (fixture, "USHER_TEST_CLOCK", path);
  start (fixture, "run", "");
  set_timer (fixture, "ring/0?in=2");
  set_clock (path, "0");
  usher_test_until (count_fired (fixture) >= 1);
}

static void
test_words (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("Words that are no order are refused with those that are");

  usher_test_program_assert_says (fixture, "timers", 2, "*one of list, retry and drop is missing*");
  usher_test_program_assert_says (fixture,
                                  "timers stop",
                                  2,
                                  "*“stop” is not known here, but list, retry and drop*");
  usher_test_program_assert_says (fixture, "timers drop", 2, "*“usher timers drop” wants TIMER…*");
  usher_test_program_assert_says (fixture,
                                  "timers list --admin 127.0.0.1:1",
                                  3,
                                  "*nobody answers at 127.0.0.1:1*");
}

static void
test_deadly_request (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *answer = NULL;

  g_test_summary ("A GET that kills its process is given to one other copy, then it is 503");

  start (fixture, "up", " --profile x -s profile-x.processes=" NAME "*4");
  answer = usher_test_program_ask (fixture->public, "GET", "/" NAME "/deaths/segv");
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503 "));
  g_assert_nonnull (strstr (answer, "\r\nRetry-After: "));
  usher_test_until (count_restarts (fixture) == 2);
  usher_test_program_await_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  g_assert_cmpint (count_restarts (fixture), ==, 2);
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/timers/", path, NULL);

  usher_test_program_add (full, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("bomb", test_bomb);
  add ("copies", test_copies);
  add ("failing", test_failing);
  add ("clock", test_clock);
  add ("words", test_words);
  add ("deadly-request", test_deadly_request);

  return g_test_run ();
}
