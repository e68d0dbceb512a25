/* usher-hub-group.c: a cursor in a channel, and what is out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#define BLOCKED_PAUSE (10 * G_TIME_SPAN_MILLISECOND)

UsherHubGroup *
usher_hub_group_new (UsherHubGroupsShared *shared,
                     UsherHubChannel *channel,
                     const char *name,
                     UsherHubGroupKind kind,
                     guint64 start)
{
  UsherHubGroup *self = g_new0 (UsherHubGroup, 1);

  self->shared = shared;
  self->channel = channel;
  self->name = g_strdup (name);
  self->kind = kind;
  self->cursor = start;
  self->floor = start - 1;
  self->done = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->pending = g_hash_table_new_full (g_int64_hash,
                                         g_int64_equal,
                                         NULL,
                                         (GDestroyNotify) usher_hub_pending_free);
  self->seats = g_ptr_array_new_with_free_func (g_free);
  self->trial.sequences = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->next_due = G_MAXINT64;
  self->ack_wait = 30 * G_TIME_SPAN_SECOND;
  self->max_deliver = 5;
  self->defer_limit = 15 * G_TIME_SPAN_MINUTE;
  usher_hub_group_set_changed (self);
  /* what has no name goes with the hub */
  self->reserved = self->reserving = usher_hub_group_is_durable (self) ? 0 : G_MAXUINT64;

  return self;
}

void
usher_hub_group_free (UsherHubGroup *self)
{
  g_hash_table_unref (self->done);
  g_hash_table_unref (self->pending);
  g_ptr_array_unref (self->seats);
  g_array_unref (self->trial.sequences);
  g_free (self->name);
  g_free (self);
}

UsherHubChannel *
usher_hub_group_get_channel (const UsherHubGroup *self)
{
  return self->channel;
}

const char *
usher_hub_group_get_name (const UsherHubGroup *self)
{
  return self->name;
}

gint64
usher_hub_group_get_now (const UsherHubGroup *self)
{
  return self->shared->moment.now;
}

gboolean
usher_hub_group_is_durable (const UsherHubGroup *self)
{
  return self->kind != USHER_HUB_GROUP_PASSING;
}

gboolean
usher_hub_group_is_position (const UsherHubGroup *self)
{
  return self->kind == USHER_HUB_GROUP_POSITION;
}

guint64
usher_hub_group_get_next (const UsherHubGroup *self)
{
  return self->floor + 1;
}

GPtrArray *
usher_hub_group_peek_seats (const UsherHubGroup *self)
{
  return self->seats;
}

void
usher_hub_group_set_limits (UsherHubGroup *self,
                            gint64 ack_wait,
                            guint max_deliver,
                            gint64 defer_limit)
{
  if (ack_wait > 0)
    self->ack_wait = MIN (ack_wait, USHER_HUB_MAX_DELAY);
  if (max_deliver > 0)
    self->max_deliver = max_deliver;
  if (defer_limit > 0)
    self->defer_limit = defer_limit;
  self->was_joined = TRUE;
  /* what has used up its attempts by now */
  self->next_due = 0;
}

void
usher_hub_group_set_changed (UsherHubGroup *self)
{
  self->has_changed = usher_hub_group_is_durable (self);
}

UsherHubPending *
usher_hub_group_find_pending (UsherHubGroup *self, guint64 sequence)
{
  return g_hash_table_lookup (self->pending, &sequence);
}

void
usher_hub_group_insert_pending (UsherHubGroup *self, UsherHubPending *pending)
{
  g_hash_table_replace (self->pending, &pending->sequence, pending);
}

gboolean
usher_hub_group_is_done (UsherHubGroup *self, guint64 sequence)
{
  return g_hash_table_contains (self->done, &sequence);
}

void
usher_hub_group_add_done (UsherHubGroup *self, guint64 sequence)
{
  g_hash_table_add (self->done, g_memdup2 (&sequence, sizeof sequence));
}

gboolean
usher_hub_group_is_notable (const UsherHubGroup *self, const UsherHubPending *pending)
{
  return pending->attempts > 0 || pending->deferred_since != 0 || pending->is_replayed ||
         pending->is_alone || pending->sequence <= self->floor;
}

void
usher_hub_group_raise_floor (UsherHubGroup *self)
{
  while (self->floor + 1 < self->cursor)
    {
      guint64 sequence = self->floor + 1;
      const UsherHubPending *pending = usher_hub_group_find_pending (self, sequence);

      if (pending != NULL ? !usher_hub_group_is_notable (self, pending)
                          : !g_hash_table_remove (self->done, &sequence))
        break;
      self->floor = sequence;
    }
}

gint64
usher_hub_group_get_next_due (const UsherHubGroup *self)
{
  /* who is coming up is looked for soon */
  return self->is_blocked ? MIN (self->next_due, usher_hub_group_get_now (self) + BLOCKED_PAUSE)
                          : self->next_due;
}

void
usher_hub_group_feed (UsherHubGroup *self)
{
  if (self->is_starved)
    self->next_due = 0;
}

void
usher_hub_group_take_back (UsherHubGroup *self, UsherHubPending *pending)
{
  if (pending->seat == NULL)
    return;

  pending->seat->n_out--;
  pending->seat->worker->n_out--;
  pending->seat = NULL;
  usher_hub_group_feed (self);
}

void
usher_hub_group_put_off (UsherHubGroup *self, UsherHubPending *pending, gint64 due)
{
  usher_hub_group_take_back (self, pending);
  pending->due = due;
  pending->is_redelivered = TRUE;
  self->next_due = MIN (self->next_due, due);
  usher_hub_group_set_changed (self);
}
