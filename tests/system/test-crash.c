/* test-crash.c: kill -9 while people buy
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-children.h"
#include "usher-test-client.h"
#include "usher-test-market.h"

/* USHER_TEST_SEEDS says how many seeds, USHER_TEST_SEED which one alone */
#define N_SEEDS   20
#define MIN_KILLS 2
#define MAX_KILLS 4
/* what people are answered between two kills */
#define MIN_LIFE 20
#define MAX_LIFE 200
/* one kill of so many is the supervisor's */
#define SUPERVISOR_KILLS 5
/* one of so many is that of the server of databases, where there is one; half of these take the host along */
#define SERVER_KILLS 3
/* how long it is away then, in microseconds */
#define MAX_AWAY 500000

/* One copy, or two at once, of whoever the dice say. Who is dead already is left alone. */
static void
kill_children (UsherTestProcess *process, GRand *dice)
{
  static const char *const roles[] = {
    USHER_TEST_HUB, USHER_TEST_HUB, "auth",       "tickets", "orders",
    "orders",       "payments",     "expiration", "witness",
  };
  gint32 n_victims = g_rand_int_range (dice, 1, 3);

  for (gint32 i = 0; i < n_victims; i++)
    {
      const char *role = roles[g_rand_int_range (dice, 0, G_N_ELEMENTS (roles))];
      guint copy = (guint) g_rand_int_range (dice, 0, 2);
      GPid pid = usher_test_children_signal (process, role, copy, SIGKILL);

      g_test_message ("killed %s, copy %u, process %d", role, copy, (int) pid);
    }
}

static void
kill_all (UsherTestProcess *process)
{
  usher_test_process_kill (process);
  usher_test_process_start (process);
}

static void
kill_server (UsherTestProcess *process, GRand *dice)
{
  UsherTestMongodb *server = usher_test_process_get_server (process);
  gboolean with_host = g_rand_boolean (dice);

  g_test_message ("killed the server%s", with_host ? " and the host" : "");
  usher_test_mongodb_kill (server);
  if (with_host)
    usher_test_process_kill (process);
  usher_test_let_pass (dice, MAX_AWAY);
  usher_test_mongodb_start (server);
  if (with_host)
    usher_test_process_start (process);
}

/* In one process all die at once; under a supervisor that is the rarer thing. */
static void
kill_some (UsherTestProcess *process, GRand *dice)
{
  gboolean all = g_rand_int_range (dice, 0, SUPERVISOR_KILLS) == 0;
  gboolean has_server = usher_test_process_get_server (process) != NULL;

  if (has_server && g_rand_int_range (dice, 0, SERVER_KILLS) == 0)
    kill_server (process, dice);
  else if (all || usher_test_process_get_placement (process) == USHER_TEST_ONE)
    kill_all (process);
  else
    kill_children (process, dice);
}

/* The people trade while processes die and come back. */
static void
trade (UsherTestProcess *process, UsherTestChecker *checker, guint32 seed)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (seed);
  gint32 n_kills = g_rand_int_range (dice, MIN_KILLS, MAX_KILLS + 1);
  g_autoptr (UsherTestMarket) market = usher_test_market_new (process, checker, seed);

  for (gint32 i = 0; i < n_kills; i++)
    {
      usher_test_market_await_answers (market, (guint) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
      kill_some (process, dice);
    }
  usher_test_market_await_answers (market, MIN_LIFE);
  usher_test_market_close (market);
}

/* before it runs: a test that fails ends the program */
static void
print_replay (guint seed)
{
  const char *placement = usher_test_placement_get_name (usher_test_placement_get_default ());
  const char *store = g_getenv ("USHER_TEST_STORE");

  g_test_message ("to replay: USHER_TEST_STORE=%s USHER_TEST_SEED=%u ./develop crash %s",
                  store != NULL ? store : "sqlite",
                  seed,
                  placement);
}

static void
assert_made_once (UsherTestChecker *checker)
{
  static const char twice[] = "SELECT count (*) - count (DISTINCT title) FROM ticket";

  g_assert_cmpint (usher_test_checker_query (checker, twice), ==, 0);
}

/* the time of each order is over, so that nothing begins any more; the last round over a seller's tickets changes none */
static gboolean
is_over (UsherTestClient *client, gpointer user_data)
{
  return usher_test_checker_query (user_data,
                                   "SELECT count (*) FROM timer WHERE name <> 'seller'") == 0;
}

static void
await_end (UsherTestProcess *process, UsherTestChecker *checker)
{
  g_autoptr (UsherTestClient) admin = usher_test_client_new_admin (process);

  usher_test_client_until (admin, is_over, checker);
  usher_test_checker_await_settled (checker);
}

static void
test_seed (gconstpointer data)
{
  guint32 seed = GPOINTER_TO_UINT (data);
  g_autofree char *fault = NULL;
  /* below the two seconds of tok_slow a charge meets an attempt that was settled already */
  g_autofree char *settle = g_strdup_printf ("payments.settle-seconds=%u", 1 + seed % 3);
  const char *const settings[] = { "orders.hold-seconds=1", settle, NULL };
  g_autoptr (UsherTestProcess) process = usher_test_process_new (settings);
  g_autoptr (UsherTestChecker) checker = usher_test_checker_new (process);

  g_test_summary ("Nothing that was confirmed is lost or done twice, whoever is killed, whenever");

  print_replay (seed);
  usher_test_process_add_plugins (process, g_getenv ("USHER_TEST_WITNESS_DIR"));
  if (g_getenv ("USHER_TEST_PYTHON_DIR") != NULL)
    usher_test_process_put_plugins (process, g_getenv ("USHER_TEST_PYTHON_DIR"));
  usher_test_process_start (process);

  trade (process, checker, seed);
  await_end (process, checker);
  g_assert_cmpint (usher_test_process_stop (process), ==, 0);
  fault = usher_test_checker_find_fault (checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);
  assert_made_once (checker);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add_seeds ("/crash", N_SEEDS, test_seed);

  return g_test_run ();
}
