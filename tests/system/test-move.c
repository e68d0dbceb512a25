/* test-move.c: a marketplace that goes on with another store, and comes back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-market.h"
#include "usher-test-mongodb.h"
#include "usher-test-program.h"

/* USHER_TEST_SEEDS says how many seeds, USHER_TEST_SEED which one alone */
#define N_SEEDS 2
/* what people are answered before each kill */
#define MIN_LIFE 40
#define MAX_LIFE 200
/* copies that are killed before one comes to its end, and for how long they may run */
#define N_KILLS  3
#define MAX_COPY (G_TIME_SPAN_SECOND / 4)

static GSubprocess *
start_copy (const char *from, const char *to)
{
  g_autoptr (GSubprocessLauncher) launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  GSubprocess *copy = g_subprocess_launcher_spawn (
      launcher, &error, g_getenv ("USHER_TEST_PROGRAM"), "store", "copy", from, to, NULL);

  g_assert_no_error (error);

  return copy;
}

static void
assert_refused (const char *from, const char *to)
{
  g_autoptr (GSubprocess) copy = start_copy (from, to);
  g_autofree char *complaint =
      usher_test_program_await_line (g_subprocess_get_stderr_pipe (copy), "no store was copied");

  g_assert_cmpint (usher_test_subprocess_await_end (copy), ==, 1);
  g_assert_nonnull (strstr (complaint, "in use"));
}

static void
move (GRand *dice, const char *from, const char *to)
{
  for (guint i = 0; i < N_KILLS; i++)
    {
      g_autoptr (GSubprocess) copy = start_copy (from, to);
      int status = 0;

      usher_test_let_pass (dice, MAX_COPY);
      status = usher_test_subprocess_end (copy, SIGKILL);
      if (status == 0)
        return;
      g_assert_cmpint (status, ==, 128 + SIGKILL);
    }

  usher_test_program_run ("store", "copy", from, to, NULL);
}

static void
set_store (UsherTestProcess *process, const char *uri)
{
  g_autofree char *setting = g_strconcat ("store.uri=", uri, NULL);

  usher_test_process_add_setting (process, setting);
}

/* What was there before it moved is no way back any more. */
static void
remove_databases (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (strstr (name, ".db") != NULL)
        g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
test_seed (gconstpointer data)
{
  guint32 seed = GPOINTER_TO_UINT (data);
  g_autoptr (GRand) dice = g_rand_new_with_seed (seed);
  const char *const settings[] = { "orders.hold-seconds=1", "payments.settle-seconds=2", NULL };
  g_autoptr (UsherTestMongodb) server = usher_test_mongodb_new (
      seed % 2 == 0 ? USHER_TEST_MONGODB_STANDALONE : USHER_TEST_MONGODB_REPLICA_SET);
  g_autofree char *name = usher_test_mongodb_make_name (server);
  g_autofree char *uri = usher_test_mongodb_make_uri (server, name);
  g_autoptr (UsherTestProcess) process = usher_test_process_new (settings);
  const char *folder = usher_test_process_get_directory (process);
  g_autofree char *files = g_strconcat ("sqlite:", folder, NULL);
  g_autoptr (UsherTestChecker) checker = usher_test_checker_new (process);
  g_autoptr (UsherTestMarket) market = NULL;

  g_test_summary ("Killed in the midst of a market, the services go on with another store, and "
                  "with the first one then");
  g_test_message ("replay with USHER_TEST_SEED=%u", seed);

  usher_test_process_start (process);
  market = usher_test_market_new (process, checker, seed);
  usher_test_market_await_answers (market, (guint) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
  assert_refused (files, uri);
  usher_test_process_kill (process);
  move (dice, files, uri);

  set_store (process, uri);
  usher_test_process_start (process);
  usher_test_market_await_answers (market, (guint) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
  usher_test_process_kill (process);
  remove_databases (folder);
  move (dice, uri, files);

  set_store (process, files);
  usher_test_process_start (process);
  usher_test_market_await_answers (market, MIN_LIFE);
  usher_test_market_close (market);
  g_test_message ("%u orders and %u payments were answered",
                  usher_test_checker_count (checker, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (checker, USHER_TEST_SAID_PAYMENT));
  usher_test_checker_await_settled (checker);
  g_assert_cmpint (usher_test_process_stop (process), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add_seeds ("/move", N_SEEDS, test_seed);

  return g_test_run ();
}
