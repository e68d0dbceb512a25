/* usher-tally-private.h: numbers that many threads add to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any thread, without a lock: each processor adds to cells of its own, and who reads sums them up. */
typedef struct _UsherTally UsherTally;

/* @n: how many numbers */
UsherTally *usher_tally_new (guint n);
void usher_tally_free (UsherTally *self);
void usher_tally_add (UsherTally *self, guint index, guint64 amount);
guint64 usher_tally_sum (UsherTally *self, guint index);

/* How long something took, as a histogram: its numbers begin at @first in a tally. */
#define USHER_TALLY_N_BOUNDS   9
#define USHER_TALLY_N_DURATION (USHER_TALLY_N_BOUNDS + 2)

/* in seconds */
extern const double usher_tally_bounds[USHER_TALLY_N_BOUNDS];

/* @duration: microseconds */
void usher_tally_add_duration (UsherTally *self, guint first, gint64 duration);
/* @counts: one a bound and one for what is beyond, not summed up; returns the sum in seconds */
double
usher_tally_sum_durations (UsherTally *self, guint first, guint64 counts[USHER_TALLY_N_BOUNDS + 1]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTally, usher_tally_free)

G_END_DECLS
