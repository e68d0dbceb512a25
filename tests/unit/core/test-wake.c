/* test-wake.c: threads that wake one that polls
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-wake-private.h"

#include <poll.h>

#define N_THREADS 4
#define N_ROUNDS  20000

typedef struct
{
  UsherWake *wake; /* (owned) */
  int n_given;     /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->wake = usher_wake_new ();
  g_assert_nonnull (fixture->wake);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_wake_unref (fixture->wake);
}

static gboolean
is_readable (Fixture *fixture)
{
  struct pollfd fd = { .fd = usher_wake_get_fd (fixture->wake), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

static void
test_take (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("However often a thread is waked, it has to look once");

  g_assert_false (is_readable (fixture));
  g_assert_false (usher_wake_take (fixture->wake));

  usher_wake_signal (fixture->wake);
  usher_wake_signal (fixture->wake);
  g_assert_true (is_readable (fixture));
  g_assert_true (usher_wake_take (fixture->wake));
  g_assert_false (is_readable (fixture));
  g_assert_false (usher_wake_take (fixture->wake));
}

static gpointer
give (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_atomic_int_inc (&fixture->n_given);
      usher_wake_signal (fixture->wake);
    }

  return NULL;
}

static void
test_race (Fixture *fixture, gconstpointer data)
{
  GThread *threads[N_THREADS] = { NULL };
  struct pollfd fd = { .fd = usher_wake_get_fd (fixture->wake), .events = POLLIN };

  g_test_summary ("No wake is lost, whenever it comes");

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("give", give, fixture);
  /* one that is lost is waited for until the test's time is over */
  while (g_atomic_int_get (&fixture->n_given) < N_THREADS * N_ROUNDS)
    {
      g_assert_cmpint (poll (&fd, 1, -1), ==, 1);
      usher_wake_take (fixture->wake);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  usher_wake_take (fixture->wake);
  g_assert_false (is_readable (fixture));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/wake/take", Fixture, NULL, set_up, test_take, tear_down);
  g_test_add ("/wake/race", Fixture, NULL, set_up, test_race, tear_down);

  return g_test_run ();
}
