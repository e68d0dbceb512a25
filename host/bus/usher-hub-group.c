/* usher-hub-group.c: queue groups: a cursor on the log and what is out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

static void
free_pending (gpointer data)
{
  UsherPending *pending = data;

  g_clear_pointer (&pending->reasons, g_ptr_array_unref);
  g_free (pending);
}

void
usher_hub_free_group (gpointer data)
{
  UsherGroup *group = data;

  g_hash_table_unref (group->done);
  g_hash_table_unref (group->pending);
  g_ptr_array_unref (group->seats);
  g_array_unref (group->trial.sequences);
  g_free (group->name);
  g_free (group);
}

UsherGroup *
usher_hub_find_group (UsherHub *self, const UsherHubChannel *channel, const char *name)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      UsherGroup *group = g_ptr_array_index (self->groups, i);

      if (group->channel == channel && g_str_equal (group->name, name))
        return group;
    }

  return NULL;
}

UsherGroup *
usher_hub_add_group (UsherHub *self,
                     UsherHubChannel *channel,
                     const char *name,
                     gboolean durable,
                     guint64 cursor)
{
  UsherGroup *group = g_new0 (UsherGroup, 1);

  group->channel = channel;
  group->name = g_strdup (name);
  group->durable = durable;
  group->cursor = cursor;
  group->floor = cursor - 1;
  group->done = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  group->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_pending);
  group->seats = g_ptr_array_new ();
  group->trial.sequences = g_array_new (FALSE, FALSE, sizeof (guint64));
  group->next_due = G_MAXINT64;
  group->ack_wait = 30 * G_TIME_SPAN_SECOND;
  group->max_deliver = 5;
  group->defer_limit = 15 * G_TIME_SPAN_MINUTE;
  group->changed = durable;
  /* what has no name goes with the hub */
  group->reserved = group->reserving = durable ? 0 : G_MAXUINT64;
  g_ptr_array_add (self->groups, group);

  return group;
}

UsherPending *
usher_group_find_pending (UsherGroup *group, guint64 sequence)
{
  return g_hash_table_lookup (group->pending, &sequence);
}

UsherPending *
usher_group_add_pending (UsherGroup *group, guint64 sequence)
{
  UsherPending *pending = g_new0 (UsherPending, 1);

  pending->sequence = sequence;
  g_hash_table_insert (group->pending, &pending->sequence, pending);

  return pending;
}

gboolean
usher_group_is_taken (UsherGroup *group, guint64 sequence)
{
  return g_hash_table_contains (group->done, &sequence) ||
         usher_group_find_pending (group, sequence) != NULL;
}

gboolean
usher_group_is_notable (const UsherGroup *group, const UsherPending *pending)
{
  return pending->attempts > 0 || pending->deferred_since != 0 || pending->replayed ||
         pending->alone || pending->sequence <= group->floor;
}

void
usher_group_mark_changed (UsherGroup *group)
{
  group->changed = group->durable;
}

void
usher_group_raise_floor (UsherGroup *group)
{
  while (group->floor + 1 < group->cursor)
    {
      guint64 sequence = group->floor + 1;
      const UsherPending *pending = usher_group_find_pending (group, sequence);

      if (pending != NULL ? !usher_group_is_notable (group, pending)
                          : !g_hash_table_remove (group->done, &sequence))
        break;
      group->floor = sequence;
    }
}

void
usher_group_set_done (UsherHub *self, UsherGroup *group, UsherPending *pending)
{
  guint64 sequence = pending->sequence;

  usher_group_leave_trial (self, group, pending);
  usher_group_acquit (group, pending);
  g_hash_table_remove (group->pending, &sequence);
  if (sequence > group->floor)
    g_hash_table_add (group->done, g_memdup2 (&sequence, sizeof sequence));
  usher_group_raise_floor (group);
  usher_group_mark_changed (group);
}

void
usher_hub_feed (UsherGroup *group)
{
  if (group->starved)
    group->next_due = 0;
}

void
usher_group_take_back (UsherPending *pending)
{
  if (pending->seat == NULL)
    return;

  pending->seat->n_out--;
  pending->seat->member->n_out--;
  usher_hub_feed (pending->seat->group);
  pending->seat = NULL;
}

void
usher_group_wait_until (UsherGroup *group, UsherPending *pending, gint64 due)
{
  usher_group_take_back (pending);
  pending->due = due;
  pending->redelivered = TRUE;
  group->next_due = MIN (group->next_due, due);
  usher_group_mark_changed (group);
}

int
usher_pending_compare (gconstpointer a, gconstpointer b)
{
  const UsherPending *first = *(UsherPending *const *) a;
  const UsherPending *second = *(UsherPending *const *) b;

  return first->sequence < second->sequence ? -1 : first->sequence > second->sequence;
}

void
usher_hub_vacate (UsherHub *self, UsherSeat *seat, gboolean died)
{
  UsherGroup *group = seat->group;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (pending->seat != seat)
        continue;
      usher_group_take_back (pending);
      if (died)
        usher_group_accuse (self, group, pending, seat->member->instance);
      else
        {
          pending->due = 0;
          usher_group_leave_trial (self, group, pending);
          usher_group_acquit (group, pending);
        }
      usher_group_wait_until (group, pending, pending->due);
    }
  if (group->trial.seat == seat)
    usher_group_end_trial (self, group);
  g_ptr_array_remove (group->seats, seat);
}

void
usher_hub_forget_group (UsherHub *self, UsherGroup *group)
{
  if (group->durable)
    usher_hub_log_set_group (self->log, group->channel, group->name, NULL);
  g_ptr_array_remove (self->groups, group);
}
