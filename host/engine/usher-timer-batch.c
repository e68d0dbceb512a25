/* usher-timer-batch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-batch-private.h"

#include "usher-latch-private.h"

struct _UsherTimerBatch
{
  UsherLane *lane;    /* (unowned) */
  GPtrArray *commits; /* (owned) (element-type UsherCommit) */
};

UsherTimerBatch *
usher_timer_batch_new (UsherLane *lane)
{
  UsherTimerBatch *self = g_new0 (UsherTimerBatch, 1);

  self->lane = lane;
  self->commits = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_commit_unref);

  return self;
}

void
usher_timer_batch_free (UsherTimerBatch *self)
{
  g_ptr_array_unref (self->commits);
  g_free (self);
}

void
usher_timer_batch_add (UsherTimerBatch *self,
                       UsherTimer *timer,
                       gint64 due,
                       UsherTimerHistory *history)
{
  UsherCommit *commit = usher_commit_new (usher_clock_get_time (usher_lane_get_clock (self->lane)));

  usher_commit_set_anew (commit, timer, due, usher_timer_get_attempt (timer), history);
  g_ptr_array_add (self->commits, commit);
  usher_timer_history_free (history);
}

guint
usher_timer_batch_get_n (UsherTimerBatch *self)
{
  return self->commits->len;
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  usher_latch_leave (user_data, error);
}

gboolean
usher_timer_batch_commit (UsherTimerBatch *self, GError **error)
{
  UsherStore *store = usher_lane_get_store (self->lane);
  UsherLatch latch;
  GError *trouble = NULL;

  usher_latch_init (&latch, self->commits->len);
  for (guint i = 0; i < self->commits->len; i++)
    usher_store_commit (store, g_ptr_array_index (self->commits, i), on_committed, &latch);
  trouble = usher_latch_wait (&latch);
  if (trouble == NULL)
    return TRUE;

  g_propagate_error (error, trouble);
  return FALSE;
}
