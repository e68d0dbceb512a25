/* test-place.c: which thread goes on with a job
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-place-private.h"

static const struct
{
  gboolean store_blocks;
  UsherWorkKind kind;
  UsherThread here;
  UsherPlace place;
} cases[] = {
  /* a store that does not block: short work stays where it is, and leaves the threads of others */
  { FALSE, USHER_WORK_SHORT, USHER_THREAD_INTAKE, USHER_PLACE_HERE },
  { FALSE, USHER_WORK_SHORT, USHER_THREAD_WAKER, USHER_PLACE_WORKERS },
  { FALSE, USHER_WORK_SHORT, USHER_THREAD_TICKER, USHER_PLACE_POOL },
  { FALSE, USHER_WORK_SHORT, USHER_THREAD_WORKER, USHER_PLACE_HERE },
  { FALSE, USHER_WORK_SHORT, USHER_THREAD_POOL, USHER_PLACE_HERE },
  /* what waits does so on the service's own threads */
  { FALSE, USHER_WORK_WAITS, USHER_THREAD_INTAKE, USHER_PLACE_POOL },
  { FALSE, USHER_WORK_WAITS, USHER_THREAD_WAKER, USHER_PLACE_POOL },
  { FALSE, USHER_WORK_WAITS, USHER_THREAD_TICKER, USHER_PLACE_POOL },
  { FALSE, USHER_WORK_WAITS, USHER_THREAD_WORKER, USHER_PLACE_POOL },
  { FALSE, USHER_WORK_WAITS, USHER_THREAD_POOL, USHER_PLACE_HERE },
  /* a store that blocks: all that reads it waits */
  { TRUE, USHER_WORK_SHORT, USHER_THREAD_INTAKE, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_SHORT, USHER_THREAD_WAKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_SHORT, USHER_THREAD_TICKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_SHORT, USHER_THREAD_WORKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_SHORT, USHER_THREAD_POOL, USHER_PLACE_HERE },
  { TRUE, USHER_WORK_WAITS, USHER_THREAD_INTAKE, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_WAITS, USHER_THREAD_WAKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_WAITS, USHER_THREAD_TICKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_WAITS, USHER_THREAD_WORKER, USHER_PLACE_POOL },
  { TRUE, USHER_WORK_WAITS, USHER_THREAD_POOL, USHER_PLACE_HERE },
};

static void
test_choose (void)
{
  g_test_summary ("Store, work and thread together decide who goes on");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      g_assert_cmpint (usher_place_choose (cases[i].store_blocks, cases[i].kind, cases[i].here),
                       ==,
                       cases[i].place);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/place/choose", test_choose);

  return g_test_run ();
}
