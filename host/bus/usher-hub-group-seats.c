/* usher-hub-group-seats.c: who works for a group
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

UsherHubWorker *
usher_hub_worker_new (guint64 instance, gpointer data)
{
  UsherHubWorker *self = g_new0 (UsherHubWorker, 1);

  self->instance = instance;
  self->data = data;
  self->seats = g_ptr_array_new ();

  return self;
}

void
usher_hub_worker_free (UsherHubWorker *self)
{
  g_ptr_array_unref (self->seats);
  g_free (self);
}

void
usher_hub_worker_pause (UsherHubWorker *self)
{
  self->is_paused = TRUE;
}

UsherHubSeat *
usher_hub_seat_new (UsherHubGroup *group,
                    UsherHubWorker *worker,
                    guint max_in_flight,
                    gpointer data)
{
  UsherHubSeat *self = g_new0 (UsherHubSeat, 1);

  self->group = group;
  self->worker = worker;
  self->max_in_flight = max_in_flight;
  self->data = data;
  g_ptr_array_add (group->seats, self);
  g_ptr_array_add (worker->seats, self);
  usher_hub_group_feed (group);

  return self;
}

gpointer
usher_hub_seat_get_data (const UsherHubSeat *self)
{
  return self->data;
}

UsherHubGroup *
usher_hub_seat_get_group (const UsherHubSeat *self)
{
  return self->group;
}

static void
take_over (UsherHubSeat *self, UsherHubPending *pending, gboolean has_died)
{
  UsherHubGroup *group = self->group;

  usher_hub_group_take_back (group, pending);
  pending->due = 0;
  if (has_died)
    usher_hub_group_accuse (group, pending, self->worker->instance);
  else
    {
      usher_hub_group_leave_trial (group, pending);
      usher_hub_group_acquit (group, pending);
    }
  usher_hub_group_put_off (group, pending, pending->due);
}

void
usher_hub_seat_vacate (UsherHubSeat *self, gboolean has_died)
{
  UsherHubGroup *group = self->group;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((UsherHubPending *) value)->seat == self)
      take_over (self, value, has_died);
  if (group->trial.seat == self)
    usher_hub_group_end_trial (group);
  g_ptr_array_remove (self->worker->seats, self);
  g_ptr_array_remove (group->seats, self);
}
