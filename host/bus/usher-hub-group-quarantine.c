/* usher-hub-group-quarantine.c: which event kills its process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

/* how many suspects are tried together */
#define SET 32

/*
 * What was out when its process died is suspect. A suspect goes out in a trial: to a process that has nothing else, and
 * that gets nothing else until it has answered. The group's state says so before it is sent, so that the trial is known
 * when the hub dies with the process. Suspects are tried in sets; the events of a set that dies are tried alone; only
 * a death alone is an attempt. So no death of a process among other events parks one of them.
 */

/* The process with the least to finish before it has time for a trial. */
static UsherHubSeat *
choose_seat (UsherHubGroup *self)
{
  UsherHubSeat *best = NULL;

  for (guint i = 0; i < self->seats->len; i++)
    {
      UsherHubSeat *seat = g_ptr_array_index (self->seats, i);
      const UsherHubWorker *worker = seat->worker;

      if (worker->is_paused || worker->trial != NULL ||
          (best != NULL && worker->n_out >= best->worker->n_out))
        continue;
      if (self->shared->funcs.is_ready (worker->data, self->shared->user_data))
        best = seat;
      else
        self->is_blocked = TRUE;
    }

  return best;
}

/* Those that may go out now, oldest first. */
static GPtrArray *
list_suspects (UsherHubGroup *self)
{
  gint64 now = usher_hub_group_get_now (self);
  GPtrArray *suspects = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const UsherHubPending *pending = value;

      if (pending->is_suspect && pending->seat == NULL && pending->due <= now &&
          pending->attempts < self->max_deliver)
        g_ptr_array_add (suspects, value);
    }
  g_ptr_array_sort (suspects, usher_hub_pending_compare);

  return suspects;
}

/* Chooses who goes together; FALSE when nobody may go now. */
static gboolean
choose_suspects (UsherHubGroup *self)
{
  g_autoptr (GPtrArray) suspects = list_suspects (self);
  gboolean is_alone = FALSE;
  guint limit = 0;

  if (suspects->len == 0)
    return FALSE;

  is_alone = ((UsherHubPending *) g_ptr_array_index (suspects, 0))->is_alone;
  limit = is_alone ? 1 : MIN (SET, self->trial.seat->max_in_flight);
  for (guint i = 0; i < suspects->len && self->trial.sequences->len < limit; i++)
    {
      UsherHubPending *pending = g_ptr_array_index (suspects, i);

      if (pending->is_alone && !is_alone)
        continue;
      pending->is_on_trial = TRUE;
      g_array_append_val (self->trial.sequences, pending->sequence);
    }
  self->trial.size = self->trial.sequences->len;

  return TRUE;
}

static void
send_trial (UsherHubGroup *self)
{
  UsherHubSeat *seat = self->trial.seat;
  g_autoptr (GArray) sequences = g_array_copy (self->trial.sequences);

  self->trial.state = USHER_TRIAL_OUT;
  for (guint i = 0; i < sequences->len; i++)
    {
      guint64 sequence = g_array_index (sequences, guint64, i);
      UsherHubPending *pending = usher_hub_group_find_pending (self, sequence);

      if (!seat->worker->is_paused)
        usher_hub_group_send_again (self, seat, pending);
      /* what is not in the log any more is done by that */
      pending = usher_hub_group_find_pending (self, sequence);
      if (pending != NULL && pending->seat != seat)
        usher_hub_group_leave_trial (self, pending);
    }
}

/* Finds a process and lets it finish what it has. */
static void
open_trial (UsherHubGroup *self)
{
  UsherHubSeat *seat = choose_seat (self);
  g_autoptr (GPtrArray) suspects = NULL;

  if (seat == NULL)
    return;
  suspects = list_suspects (self);
  if (suspects->len == 0)
    return;

  self->trial.seat = seat;
  self->trial.state = USHER_TRIAL_WAITING;
  seat->worker->trial = self;
}

/* Once the process has finished what it had. */
static void
begin_trial (UsherHubGroup *self)
{
  const UsherHubWorker *worker = self->trial.seat->worker;

  if (!worker->is_paused && worker->n_out > 0)
    return;
  if (worker->is_paused || !choose_suspects (self))
    {
      usher_hub_group_end_trial (self);
      return;
    }

  self->trial.state = usher_hub_group_is_durable (self) ? USHER_TRIAL_CHOSEN : USHER_TRIAL_WRITTEN;
  if (usher_hub_group_is_durable (self))
    {
      self->has_changed = TRUE;
      self->shared->is_urgent = TRUE;
    }
}

void
usher_hub_group_try_suspects (UsherHubGroup *self)
{
  const UsherHubMoment *moment = &self->shared->moment;

  /* a trial that cannot be written would not count */
  if (self->trial.state == USHER_TRIAL_NONE && self->n_suspects > 0 && !moment->is_failing &&
      !moment->is_closing)
    open_trial (self);
  if (self->trial.state == USHER_TRIAL_WAITING)
    begin_trial (self);
  if (self->trial.state == USHER_TRIAL_WRITTEN)
    send_trial (self);
}
