/* usher-hub-quarantine.c: events whose process died, and which of them killed it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

/* how many suspects are tried together */
#define SET 32
/* before an event is parked for deaths: a process that was only cut off comes back by then */
#define GRACE (2 * G_TIME_SPAN_SECOND)

/*
 * What was out when its process died is suspect. A suspect goes out in a trial: to a process that has nothing else, and
 * that gets nothing else until it has answered. The group's state says so before it is sent, so that the trial is known
 * when the hub dies with the process. Suspects are tried in sets; the events of a set that dies are tried alone; only
 * a death alone is an attempt. So no death of a process among other events parks one of them.
 */

void
usher_group_suspect (UsherGroup *group, UsherPending *pending, guint64 instance, gboolean alone)
{
  if (!pending->suspect)
    group->n_suspects++;
  pending->suspect = TRUE;
  pending->alone = pending->alone || alone;
  pending->instance = instance;
}

void
usher_group_acquit (UsherGroup *group, UsherPending *pending)
{
  if (!pending->suspect)
    return;

  group->n_suspects--;
  pending->suspect = FALSE;
  pending->alone = FALSE;
  pending->condemned = FALSE;
}

void
usher_group_count_death (UsherHub *self, UsherGroup *group, UsherPending *pending)
{
  pending->attempts++;
  pending->condemned = TRUE;
  usher_pending_add_reason (pending, "its process ended while it handled this event alone");
  pending->due =
      pending->attempts >= group->max_deliver ? usher_hub_get_now (self) + GRACE : pending->due;
  g_message ("event %" G_GUINT64_FORMAT " of “%s” was alone when its process ended: attempt %u of "
             "group “%s”",
             pending->sequence,
             usher_hub_channel_get_name (group->channel),
             pending->attempts,
             group->name);
}

void
usher_group_accuse (UsherHub *self, UsherGroup *group, UsherPending *pending, guint64 instance)
{
  gboolean tried = pending->on_trial;
  gboolean alone = tried && group->trial.size == 1;

  pending->due = 0;
  usher_group_suspect (group, pending, instance, tried);
  usher_group_leave_trial (self, group, pending);
  if (alone)
    usher_group_count_death (self, group, pending);
}

static void
acquit_all (UsherGroup *group, guint64 instance)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (!pending->suspect || pending->instance != instance || instance == 0)
        continue;
      if (pending->condemned)
        {
          pending->attempts--;
          g_ptr_array_remove_index (pending->reasons, pending->reasons->len - 1);
        }
      usher_group_acquit (group, pending);
      if (pending->seat == NULL)
        usher_group_wait_until (group, pending, 0);
    }
}

/* Those who were accused with a process that lives were not guilty. */
void
usher_hub_acquit (UsherHub *self, guint64 instance)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      UsherGroup *group = g_ptr_array_index (self->groups, i);

      if (group->n_suspects > 0)
        acquit_all (group, instance);
    }
}

void
usher_group_end_trial (UsherHub *self, UsherGroup *group)
{
  UsherMember *member = NULL;

  if (group->trial.state == USHER_TRIAL_NONE)
    return;

  for (guint i = 0; i < group->trial.sequences->len; i++)
    {
      UsherPending *pending =
          usher_group_find_pending (group, g_array_index (group->trial.sequences, guint64, i));

      if (pending != NULL)
        pending->on_trial = FALSE;
    }
  g_array_set_size (group->trial.sequences, 0);
  /* until the group's state says so the next death would count */
  if (group->durable && group->trial.state >= USHER_TRIAL_WRITING)
    {
      group->changed = TRUE;
      self->hurry = TRUE;
    }
  group->trial.state = USHER_TRIAL_NONE;
  group->trial.size = 0;
  member = g_steal_pointer (&group->trial.seat)->member;
  member->trial = NULL;
  for (guint i = 0; i < member->seats->len; i++)
    {
      UsherSeat *seat = g_ptr_array_index (member->seats, i);

      if (seat->group != NULL)
        usher_hub_feed (seat->group);
    }
}

void
usher_group_leave_trial (UsherHub *self, UsherGroup *group, UsherPending *pending)
{
  GArray *sequences = group->trial.sequences;

  if (!pending->on_trial)
    return;

  pending->on_trial = FALSE;
  for (guint i = 0; i < sequences->len; i++)
    if (g_array_index (sequences, guint64, i) == pending->sequence)
      {
        g_array_remove_index (sequences, i);
        break;
      }
  if (sequences->len == 0)
    usher_group_end_trial (self, group);
}

/* The process with the least to finish before it has time for a trial. */
static UsherSeat *
choose_seat (UsherGroup *group)
{
  UsherSeat *best = NULL;

  for (guint i = 0; i < group->seats->len; i++)
    {
      UsherSeat *seat = g_ptr_array_index (group->seats, i);

      if (seat->member->paused || seat->member->trial != NULL ||
          (best != NULL && seat->member->n_out >= best->member->n_out))
        continue;
      if (usher_hub_can_deliver (seat->member))
        best = seat;
      else
        group->blocked = TRUE;
    }

  return best;
}

/* Those that may go out now, oldest first. */
static GPtrArray *
list_suspects (UsherGroup *group, gint64 now)
{
  GPtrArray *suspects = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (pending->suspect && pending->seat == NULL && pending->due <= now &&
          pending->attempts < group->max_deliver)
        g_ptr_array_add (suspects, pending);
    }
  g_ptr_array_sort (suspects, usher_pending_compare);

  return suspects;
}

/* Chooses who goes together; FALSE when nobody may go now. */
static gboolean
choose_suspects (UsherGroup *group, gint64 now)
{
  g_autoptr (GPtrArray) suspects = list_suspects (group, now);
  gboolean alone = FALSE;
  guint limit = 0;

  if (suspects->len == 0)
    return FALSE;

  alone = ((UsherPending *) g_ptr_array_index (suspects, 0))->alone;
  limit = alone ? 1 : MIN (SET, group->trial.seat->max_in_flight);
  for (guint i = 0; i < suspects->len && group->trial.sequences->len < limit; i++)
    {
      UsherPending *pending = g_ptr_array_index (suspects, i);

      if (pending->alone && !alone)
        continue;
      pending->on_trial = TRUE;
      g_array_append_val (group->trial.sequences, pending->sequence);
    }
  group->trial.size = group->trial.sequences->len;

  return TRUE;
}

static void
send_trial (UsherHub *self, UsherGroup *group)
{
  UsherSeat *seat = group->trial.seat;
  g_autoptr (GArray) sequences = g_array_copy (group->trial.sequences);

  group->trial.state = USHER_TRIAL_OUT;
  for (guint i = 0; i < sequences->len; i++)
    {
      guint64 sequence = g_array_index (sequences, guint64, i);
      UsherPending *pending = usher_group_find_pending (group, sequence);

      if (!seat->member->paused)
        usher_group_send_again (self, group, seat, pending);
      /* what is not in the log any more is done by that */
      pending = usher_group_find_pending (group, sequence);
      if (pending != NULL && pending->seat != seat)
        usher_group_leave_trial (self, group, pending);
    }
}

/* Finds a process and asks it to finish what it has; FALSE when there is none. */
static gboolean
open_trial (UsherGroup *group, gint64 now)
{
  g_autoptr (GPtrArray) suspects = NULL;
  UsherSeat *seat = choose_seat (group);

  if (seat == NULL)
    return FALSE;
  suspects = list_suspects (group, now);
  if (suspects->len == 0)
    return FALSE;

  group->trial.seat = seat;
  group->trial.state = USHER_TRIAL_WAITING;
  seat->member->trial = group;

  return TRUE;
}

void
usher_group_try_suspects (UsherHub *self, UsherGroup *group, gint64 now)
{
  /* a trial that cannot be written would not count */
  if (group->trial.state == USHER_TRIAL_NONE &&
      (group->n_suspects == 0 || usher_hub_log_is_failing (self->log) || self->is_closing ||
       !open_trial (group, now)))
    return;

  if (group->trial.state == USHER_TRIAL_WAITING)
    {
      if (group->trial.seat->member->paused)
        usher_group_end_trial (self, group);
      else if (group->trial.seat->member->n_out == 0 && choose_suspects (group, now))
        {
          group->trial.state = group->durable ? USHER_TRIAL_CHOSEN : USHER_TRIAL_WRITTEN;
          group->changed = group->durable;
          self->hurry = self->hurry || group->durable;
        }
      else if (group->trial.seat->member->n_out == 0)
        usher_group_end_trial (self, group);
    }
  if (group->trial.state == USHER_TRIAL_WRITTEN)
    send_trial (self, group);
}
