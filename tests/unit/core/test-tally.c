/* test-tally.c: numbers that many threads add to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tally-private.h"

#define N_THREADS 8
#define N_ROUNDS  20000

typedef struct
{
  UsherTally *tally; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->tally = usher_tally_new (2 + USHER_TALLY_N_DURATION);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_tally_free (fixture->tally);
}

static gpointer
count (gpointer data)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      usher_tally_add (data, 0, 1);
      usher_tally_add (data, 1, 3);
    }

  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[N_THREADS] = { NULL };

  g_test_summary ("What threads add at the same time is all there");

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("count", count, fixture->tally);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (usher_tally_sum (fixture->tally, 0), ==, N_THREADS * N_ROUNDS);
  g_assert_cmpuint (usher_tally_sum (fixture->tally, 1), ==, 3 * N_THREADS * N_ROUNDS);
  g_assert_cmpuint (usher_tally_sum (fixture->tally, 2), ==, 0);
}

static void
test_durations (Fixture *fixture, gconstpointer data)
{
  guint64 counts[USHER_TALLY_N_BOUNDS + 1] = { 0 };
  double sum = 0;

  g_test_summary ("A duration is counted within the first bound that it does not pass");

  usher_tally_add_duration (fixture->tally, 2, -5);
  usher_tally_add_duration (fixture->tally, 2, 500);
  usher_tally_add_duration (fixture->tally, 2, 501);
  usher_tally_add_duration (fixture->tally, 2, 2500000);
  usher_tally_add_duration (fixture->tally, 2, 2500001);

  sum = usher_tally_sum_durations (fixture->tally, 2, counts);
  g_assert_cmpfloat_with_epsilon (sum, 5.001002, 1e-9);
  g_assert_cmpuint (counts[0], ==, 2);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (counts[USHER_TALLY_N_BOUNDS - 1], ==, 1);
  g_assert_cmpuint (counts[USHER_TALLY_N_BOUNDS], ==, 1);
  g_assert_cmpuint (usher_tally_sum (fixture->tally, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/tally/threads", Fixture, NULL, set_up, test_threads, tear_down);
  g_test_add ("/tally/durations", Fixture, NULL, set_up, test_durations, tear_down);

  return g_test_run ();
}
