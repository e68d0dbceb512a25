/* test-latch.c: a thread that waits until others have done something
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-latch-private.h"

#include "usher-error.h"

#define N_THREADS 8

typedef struct
{
  UsherLatch latch;
  int n_done;    /* (atomic) */
  GError *error; /* (owned) (nullable): that all of them leave */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  usher_latch_init (&fixture->latch, N_THREADS);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_error (&fixture->error);
}

static gpointer
leave (gpointer data)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_done);
  usher_latch_leave (&fixture->latch, fixture->error);

  return NULL;
}

/* Returns what the latch says when all threads have left it. */
static GError *
wait_for_all (Fixture *fixture)
{
  GThread *threads[N_THREADS] = { NULL };
  GError *error = NULL;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("leave", leave, fixture);
  error = usher_latch_wait (&fixture->latch);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_done), ==, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  return error;
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who waits goes on when the last one has left, not before");

  g_assert_null (wait_for_all (fixture));
}

static void
test_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An error that is left in a latch is told to who waits");

  fixture->error = g_error_new (USHER_ERROR, USHER_ERROR_BUSY, "too much");
  error = wait_for_all (fixture);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/latch/all", Fixture, NULL, set_up, test_all, tear_down);
  g_test_add ("/latch/error", Fixture, NULL, set_up, test_error, tear_down);

  return g_test_run ();
}
