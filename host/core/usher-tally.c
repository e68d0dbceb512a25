/* usher-tally.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* for sched_getcpu() */
#define _GNU_SOURCE

#include "config.h"

#include "usher-tally-private.h"

#include <sched.h>

#define LINE       64
#define MAX_SHARES 16

struct _UsherTally
{
  guint mask;     /* of the number of a processor */
  guint stride;   /* numbers from one share to the next, whole cache lines */
  guint64 *cells; /* (owned) (atomic) */
};

/* from a read in memory to somebody who waits for a document */
const double usher_tally_bounds[USHER_TALLY_N_BOUNDS] = { 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                          0.025,  0.1,   0.5,    2.5 };

/* The system's number of processors is read from a file, which counts for the hundreds of tallies of a start. */
static guint
get_n_shares (void)
{
  static gsize known = 0;

  if (g_once_init_enter (&known))
    {
      guint n_processors = MIN (g_get_num_processors (), MAX_SHARES);
      gsize n = 1;

      while (n < n_processors)
        n *= 2;
      g_once_init_leave (&known, n);
    }

  return (guint) known;
}

UsherTally *
usher_tally_new (guint n)
{
  UsherTally *self = g_new0 (UsherTally, 1);
  guint n_shares = get_n_shares ();

  self->mask = n_shares - 1;
  self->stride = (n * (guint) sizeof *self->cells + LINE - 1) / LINE * LINE;
  self->stride /= (guint) sizeof *self->cells;
  self->cells = g_aligned_alloc0 ((gsize) self->stride * n_shares, sizeof *self->cells, LINE);

  return self;
}

void
usher_tally_free (UsherTally *self)
{
  g_aligned_free (self->cells);
  g_free (self);
}

void
usher_tally_add (UsherTally *self, guint index, guint64 amount)
{
  guint share = (guint) sched_getcpu () & self->mask;

  __atomic_fetch_add (&self->cells[share * self->stride + index], amount, __ATOMIC_RELAXED);
}

guint64
usher_tally_sum (UsherTally *self, guint index)
{
  guint64 sum = 0;

  for (guint share = 0; share <= self->mask; share++)
    sum += __atomic_load_n (&self->cells[share * self->stride + index], __ATOMIC_RELAXED);

  return sum;
}

void
usher_tally_add_duration (UsherTally *self, guint first, gint64 duration)
{
  double seconds = (double) MAX (0, duration) / G_USEC_PER_SEC;
  guint bound = 0;

  while (bound < USHER_TALLY_N_BOUNDS && seconds > usher_tally_bounds[bound])
    bound++;
  usher_tally_add (self, first + bound, 1);
  usher_tally_add (self, first + USHER_TALLY_N_BOUNDS + 1, (guint64) MAX (0, duration));
}

double
usher_tally_sum_durations (UsherTally *self, guint first, guint64 counts[USHER_TALLY_N_BOUNDS + 1])
{
  for (guint i = 0; i <= USHER_TALLY_N_BOUNDS; i++)
    counts[i] = usher_tally_sum (self, first + i);

  return (double) usher_tally_sum (self, first + USHER_TALLY_N_BOUNDS + 1) / G_USEC_PER_SEC;
}
