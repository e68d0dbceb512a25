/* usher-hub-group-answer.c: what workers say of their events, and what becomes of these
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#define DEFER_FIRST (20 * G_TIME_SPAN_MILLISECOND)
#define DEFER_LAST  G_TIME_SPAN_SECOND

void
usher_hub_group_set_done (UsherHubGroup *self, UsherHubPending *pending)
{
  guint64 sequence = pending->sequence;

  usher_hub_group_leave_trial (self, pending);
  usher_hub_group_acquit (self, pending);
  g_hash_table_remove (self->pending, &sequence);
  if (sequence > self->floor)
    usher_hub_group_add_done (self, sequence);
  usher_hub_group_raise_floor (self);
  usher_hub_group_set_changed (self);
}

/* Parks the event and counts it as done, in one commit. */
void
usher_hub_group_park (UsherHubGroup *self, UsherHubPending *pending, gboolean is_deferred)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->channel = g_strdup (usher_hub_channel_get_name (self->channel));
  parked->group = g_strdup (self->name);
  parked->sequence = pending->sequence;
  parked->time = self->shared->moment.wall;
  parked->attempts = pending->attempts;
  parked->deferred = is_deferred;
  parked->reasons = usher_hub_pending_list_reasons (pending);
  g_message ("event %" G_GUINT64_FORMAT " of “%s” is parked for group “%s”: %s",
             parked->sequence,
             parked->channel,
             parked->group,
             parked->reasons);
  self->shared->funcs.park (parked, self->shared->user_data);
  usher_hub_group_take_back (self, pending);
  usher_hub_group_set_done (self, pending);
}

void
usher_hub_group_count_attempt (UsherHubGroup *self,
                               UsherHubPending *pending,
                               gint64 delay,
                               const char *reason)
{
  gint64 due = usher_hub_group_get_now (self) + MIN (delay, USHER_HUB_MAX_DELAY);

  usher_hub_group_leave_trial (self, pending);
  pending->attempts++;
  pending->n_defers = 0;
  usher_hub_pending_add_reason (pending, reason);
  if (pending->attempts < self->max_deliver)
    usher_hub_group_put_off (self, pending, due);
  else
    usher_hub_group_park (self, pending, FALSE);
}

static void
defer (UsherHubGroup *self, UsherHubPending *pending, const char *reason)
{
  gint64 now = usher_hub_group_get_now (self);
  gint64 delay = MIN (DEFER_FIRST << MIN (pending->n_defers, 6), DEFER_LAST);

  if (pending->deferred_since == 0)
    pending->deferred_since = now;
  usher_hub_pending_add_reason (pending, reason);
  if (now - pending->deferred_since >= self->defer_limit)
    {
      usher_hub_group_park (self, pending, TRUE);
      return;
    }

  usher_hub_group_put_off (self, pending, now + delay);
  pending->n_defers++;
}

static gboolean
acknowledge (UsherHubGroup *self, UsherHubPending *pending)
{
  gboolean was_parked = pending->is_replayed;

  usher_hub_group_take_back (self, pending);
  usher_hub_group_set_done (self, pending);

  return was_parked;
}

/* A position moves over what is done without a gap. */
static void
move_position (UsherHubGroup *self, guint64 sequence)
{
  /* the limit of age may have dropped what was between */
  self->floor = MAX (self->floor, usher_hub_channel_get_first (self->channel) - 1);
  if (sequence <= self->floor || sequence > usher_hub_channel_get_last (self->channel))
    return;

  usher_hub_group_add_done (self, sequence);
  sequence = self->floor + 1;
  while (g_hash_table_remove (self->done, &sequence))
    {
      self->floor = sequence;
      sequence++;
    }
  self->cursor = self->floor + 1;
  self->has_changed = TRUE;
}

static gboolean
answer (UsherHubGroup *self,
        UsherHubPending *pending,
        UsherAnswerKind kind,
        gint64 delay,
        const char *reason)
{
  if (kind == USHER_ANSWER_ACK)
    return acknowledge (self, pending);

  /* its process has survived it */
  usher_hub_group_leave_trial (self, pending);
  usher_hub_group_acquit (self, pending);
  if (kind == USHER_ANSWER_NAK)
    usher_hub_group_count_attempt (self, pending, delay, reason);
  else if (kind == USHER_ANSWER_DEFER)
    defer (self, pending, reason);
  else
    usher_hub_group_put_off (self, pending, 0);

  return FALSE;
}

gboolean
usher_hub_seat_answer (UsherHubSeat *self,
                       guint64 sequence,
                       UsherAnswerKind kind,
                       gint64 delay,
                       const char *reason)
{
  UsherHubGroup *group = self->group;
  UsherHubPending *pending = NULL;

  if (usher_hub_group_is_position (group))
    {
      if (kind == USHER_ANSWER_ACK)
        move_position (group, sequence);
      return FALSE;
    }

  pending = usher_hub_group_find_pending (group, sequence);
  /* a second answer, or one for an event that is done meanwhile */
  if (pending == NULL)
    return FALSE;
  /* only an acknowledgement counts of a worker that has lost the event to another */
  if (pending->seat != self && kind != USHER_ANSWER_ACK)
    return FALSE;

  return answer (group, pending, kind, delay, reason);
}

void
usher_hub_group_replay (UsherHubGroup *self, guint64 sequence)
{
  UsherHubPending *pending = usher_hub_group_find_pending (self, sequence);

  /* it was never out, whatever the log says: it will be */
  if (sequence >= MAX (self->cursor, self->resumed))
    return;

  if (pending == NULL)
    {
      g_hash_table_remove (self->done, &sequence);
      pending = usher_hub_pending_new (sequence);
      usher_hub_group_insert_pending (self, pending);
    }
  pending->is_replayed = TRUE;
  usher_hub_group_put_off (self, pending, 0);
  usher_hub_group_raise_floor (self);
}
