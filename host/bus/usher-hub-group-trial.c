/* usher-hub-group-trial.c: events whose worker died
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

/* before an event is parked for deaths: a process that was only cut off comes back by then */
#define GRACE (2 * G_TIME_SPAN_SECOND)

void
usher_hub_group_suspect (UsherHubGroup *self,
                         UsherHubPending *pending,
                         guint64 instance,
                         gboolean is_alone)
{
  if (!pending->is_suspect)
    self->n_suspects++;
  pending->is_suspect = TRUE;
  pending->is_alone = pending->is_alone || is_alone;
  pending->instance = instance;
}

void
usher_hub_group_acquit (UsherHubGroup *self, UsherHubPending *pending)
{
  if (!pending->is_suspect)
    return;

  self->n_suspects--;
  pending->is_suspect = FALSE;
  pending->is_alone = FALSE;
  pending->is_condemned = FALSE;
}

void
usher_hub_group_count_death (UsherHubGroup *self, UsherHubPending *pending)
{
  pending->attempts++;
  pending->n_defers = 0;
  pending->is_condemned = TRUE;
  usher_hub_pending_add_reason (pending, "its process ended while it handled this event alone");
  if (pending->attempts >= self->max_deliver)
    pending->due = usher_hub_group_get_now (self) + GRACE;
  g_message ("event %" G_GUINT64_FORMAT " of “%s” was alone when its process ended: attempt %u of "
             "group “%s”",
             pending->sequence,
             usher_hub_channel_get_name (self->channel),
             pending->attempts,
             self->name);
}

void
usher_hub_group_accuse (UsherHubGroup *self, UsherHubPending *pending, guint64 instance)
{
  gboolean was_tried = pending->is_on_trial;
  gboolean was_alone = was_tried && self->trial.size == 1;

  pending->due = 0;
  usher_hub_group_suspect (self, pending, instance, was_tried);
  usher_hub_group_leave_trial (self, pending);
  if (was_alone)
    usher_hub_group_count_death (self, pending);
}

/* Its process lives: it has not killed it. */
static void
clear_of_death (UsherHubGroup *self, UsherHubPending *pending)
{
  if (pending->is_condemned)
    {
      pending->attempts--;
      usher_hub_pending_drop_reason (pending);
    }
  usher_hub_group_acquit (self, pending);
  if (pending->seat == NULL)
    usher_hub_group_put_off (self, pending, 0);
}

void
usher_hub_group_acquit_all (UsherHubGroup *self, guint64 instance)
{
  GHashTableIter iter;
  gpointer value = NULL;

  if (self->n_suspects == 0 || instance == 0)
    return;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherHubPending *pending = value;

      if (pending->is_suspect && pending->instance == instance)
        clear_of_death (self, pending);
    }
}

/* It may get other events again, of any group. */
static void
release_worker (UsherHubWorker *worker)
{
  worker->trial = NULL;
  for (guint i = 0; i < worker->seats->len; i++)
    usher_hub_group_feed (((UsherHubSeat *) g_ptr_array_index (worker->seats, i))->group);
}

void
usher_hub_group_end_trial (UsherHubGroup *self)
{
  UsherTrial *trial = &self->trial;

  if (trial->state == USHER_TRIAL_NONE)
    return;

  for (guint i = 0; i < trial->sequences->len; i++)
    {
      UsherHubPending *pending =
          usher_hub_group_find_pending (self, g_array_index (trial->sequences, guint64, i));

      if (pending != NULL)
        pending->is_on_trial = FALSE;
    }
  g_array_set_size (trial->sequences, 0);
  /* until the group's state says so the next death would count */
  if (usher_hub_group_is_durable (self) && trial->state >= USHER_TRIAL_WRITING)
    {
      self->has_changed = TRUE;
      self->shared->is_urgent = TRUE;
    }
  trial->state = USHER_TRIAL_NONE;
  trial->size = 0;
  release_worker (g_steal_pointer (&trial->seat)->worker);
}

void
usher_hub_group_leave_trial (UsherHubGroup *self, UsherHubPending *pending)
{
  GArray *sequences = self->trial.sequences;

  if (!pending->is_on_trial)
    return;

  pending->is_on_trial = FALSE;
  for (guint i = 0; i < sequences->len; i++)
    if (g_array_index (sequences, guint64, i) == pending->sequence)
      {
        g_array_remove_index (sequences, i);
        break;
      }
  if (sequences->len == 0)
    usher_hub_group_end_trial (self);
}
