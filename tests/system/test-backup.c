/* test-backup.c: a backup while people buy, and what it is worth
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-market.h"
#include "usher-test-program.h"

/* USHER_TEST_SEEDS says how many seeds, USHER_TEST_SEED which one alone */
#define N_SEEDS 4
/* what people are answered before the backup, and while it is made at least */
#define MIN_LIFE 40
#define MAX_LIFE 400

static void
test_seed (gconstpointer data)
{
  guint32 seed = GPOINTER_TO_UINT (data);
  g_autoptr (GRand) dice = g_rand_new_with_seed (seed);
  /* a payment that the backup caught between its steps is settled soon */
  const char *const settings[] = { "orders.hold-seconds=1", "payments.settle-seconds=2", NULL };
  g_autoptr (UsherTestProcess) process = usher_test_process_new (settings);
  g_autoptr (UsherTestProcess) other = usher_test_process_new (settings);
  g_autoptr (UsherTestChecker) checker = usher_test_checker_new (process);
  /* of what was answered before the backup began */
  g_autoptr (UsherTestChecker) restored = usher_test_checker_new (other);
  g_autoptr (UsherTestMarket) market = NULL;
  const char *folder = usher_test_process_get_directory (process);
  g_autofree char *backup = g_strconcat (folder, ".backup", NULL);

  g_test_summary ("A backup under load has all that was answered before it, and nothing by half");
  g_test_message ("replay with USHER_TEST_SEED=%u", seed);

  usher_test_process_start (process);
  market = usher_test_market_new (process, checker, seed);
  usher_test_market_set_early (market, restored);
  usher_test_market_await_answers (market, (guint) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
  usher_test_market_set_early (market, NULL);
  usher_test_program_run ("backup", backup, "--data", folder, NULL);
  usher_test_market_await_answers (market, MIN_LIFE);
  usher_test_market_close (market);

  /* the keys of a bus over tcp are there already */
  folder = usher_test_process_get_directory (other);
  usher_test_program_run ("restore", backup, "--data", folder, "--force", NULL);
  usher_test_process_start (other);
  g_test_message ("%u orders and %u payments were answered before",
                  usher_test_checker_count (restored, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (restored, USHER_TEST_SAID_PAYMENT));

  usher_test_checker_await_settled (restored);
  usher_test_checker_await_settled (checker);
  g_assert_cmpint (usher_test_process_stop (other), ==, 0);
  g_assert_cmpint (usher_test_process_stop (process), ==, 0);
  usher_test_remove_tree (backup);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add_seeds ("/backup", N_SEEDS, test_seed);

  return g_test_run ();
}
