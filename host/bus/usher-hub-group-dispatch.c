/* usher-hub-group-dispatch.c: which worker gets what, and when again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#define LOG_PAUSE G_TIME_SPAN_SECOND

static gboolean
has_room (const UsherHubSeat *seat)
{
  return !seat->worker->is_paused && seat->worker->trial == NULL &&
         seat->n_out < seat->max_in_flight;
}

/* The best worker: not paused, not on trial, with room, with least out; among equals the next in turn. */
static UsherHubSeat *
choose_seat (UsherHubGroup *self)
{
  UsherHubSeat *best = NULL;

  for (guint i = 0; i < self->seats->len; i++)
    {
      UsherHubSeat *seat =
          g_ptr_array_index (self->seats, (self->next_seat + i) % self->seats->len);

      if (!has_room (seat) || (best != NULL && seat->n_out >= best->n_out))
        continue;
      if (self->shared->funcs.is_ready (seat->worker->data, self->shared->user_data))
        best = seat;
      else
        self->is_blocked = TRUE;
    }
  if (best != NULL)
    self->next_seat++;

  return best;
}

/* FALSE: it cannot go now. */
static gboolean
send_slice (UsherHubGroup *self, UsherHubSeat *seat, const UsherHubSlice *slice)
{
  if (!self->shared->funcs.send (seat->data, slice, self->shared->user_data))
    return FALSE;

  seat->last_sent = slice->first + slice->count - 1;

  return TRUE;
}

static void
put_out (UsherHubGroup *self, UsherHubSeat *seat, UsherHubPending *pending)
{
  pending->seat = seat;
  pending->due = usher_hub_group_get_now (self) + self->ack_wait;
  seat->n_out++;
  seat->worker->n_out++;
  self->next_due = MIN (self->next_due, pending->due);
}

static gboolean
is_taken (UsherHubGroup *self, guint64 sequence)
{
  return usher_hub_group_is_done (self, sequence) ||
         usher_hub_group_find_pending (self, sequence) != NULL;
}

/* The limit of age has dropped @n events before they were done. */
static void
miss (UsherHubGroup *self, guint64 n)
{
  self->n_missed += n;
  if (n == 0 || self->told_missed)
    return;

  self->told_missed = TRUE;
  g_message ("group “%s” of channel “%s” goes on with event %" G_GUINT64_FORMAT
             ": bus.max-age has dropped %" G_GUINT64_FORMAT " before it that were not done",
             self->name,
             usher_hub_channel_get_name (self->channel),
             usher_hub_channel_get_first (self->channel),
             n);
}

static guint64
count_missed (UsherHubGroup *self, guint64 first)
{
  guint64 n = first - MIN (first, MAX (self->cursor, self->resumed));

  for (guint64 i = self->cursor; i < MIN (first, self->resumed); i++)
    n += is_taken (self, i) ? 0 : 1;

  return n;
}

/* Passes over what is not in the log any more, or is done already. */
static void
skip_done (UsherHubGroup *self)
{
  guint64 first = usher_hub_channel_get_first (self->channel);

  if (self->cursor < first)
    {
      miss (self, count_missed (self, first));
      self->cursor = first;
      self->floor = MAX (self->floor, self->cursor - 1);
      usher_hub_group_set_changed (self);
    }
  else if (self->cursor > usher_hub_channel_get_last (self->channel))
    self->told_missed = FALSE;
  if (self->cursor >= self->resumed)
    return;
  while (is_taken (self, self->cursor))
    self->cursor++;
}

/* How many from the cursor on can go in one message. */
static guint
count_fresh (UsherHubGroup *self, const UsherJournalFrame *frame, guint64 room)
{
  guint n = (guint) MIN (frame->base + frame->count - self->cursor, room);

  /* beyond what an earlier run had sent out nothing is taken */
  if (self->cursor >= self->resumed)
    return n;

  for (guint i = 0; i < n; i++)
    if (is_taken (self, self->cursor + i))
      return i;

  return n;
}

/* The last sequence that may go out: where nothing can be written the log need not know it ahead. */
static guint64
get_limit (const UsherHubGroup *self)
{
  guint64 last = usher_hub_channel_get_last (self->channel);

  return self->shared->moment.is_failing ? last : MIN (last, self->reserved);
}

/* Moves the cursor to what is next; NULL when there is nothing. */
static const UsherJournalFrame *
find_fresh (UsherHubGroup *self, guint64 limit)
{
  const UsherJournalFrame *frame = usher_hub_channel_find (self->channel, self->cursor);

  if (frame != NULL)
    self->cursor = MAX (self->cursor, frame->base);

  return self->cursor <= limit ? frame : NULL;
}

static gboolean
send_fresh (UsherHubGroup *self)
{
  UsherHubSlice slice = { .attempt = 1 };
  UsherHubSeat *seat = NULL;
  guint64 limit = get_limit (self);

  skip_done (self);
  if (self->cursor > limit)
    return FALSE;
  seat = choose_seat (self);
  if (seat == NULL)
    return FALSE;
  slice.frame = find_fresh (self, limit);
  if (slice.frame == NULL)
    return FALSE;

  slice.first = self->cursor;
  slice.count = count_fresh (self,
                             slice.frame,
                             MIN (seat->max_in_flight - seat->n_out, limit - self->cursor + 1));
  slice.is_redelivered = self->cursor < self->resumed;
  if (slice.count == 0 || !send_slice (self, seat, &slice))
    return FALSE;

  for (guint i = 0; i < slice.count; i++)
    {
      UsherHubPending *pending = usher_hub_pending_new (self->cursor + i);

      usher_hub_group_insert_pending (self, pending);
      put_out (self, seat, pending);
    }
  self->cursor += slice.count;
  usher_hub_group_set_changed (self);

  return TRUE;
}

void
usher_hub_group_dispatch (UsherHubGroup *self)
{
  if (usher_hub_group_is_position (self))
    return;

  while (send_fresh (self))
    continue;
}

gboolean
usher_hub_group_send_again (UsherHubGroup *self, UsherHubSeat *seat, UsherHubPending *pending)
{
  UsherHubSlice slice = { .first = pending->sequence,
                          .count = 1,
                          .attempt = pending->attempts + 1,
                          .is_redelivered = pending->is_redelivered };

  if (pending->sequence < usher_hub_channel_get_first (self->channel))
    {
      miss (self, 1);
      usher_hub_group_set_done (self, pending);
      return TRUE;
    }

  slice.frame = usher_hub_channel_find (self->channel, pending->sequence);
  /* the log cannot be read now */
  if (slice.frame == NULL || slice.frame->base > pending->sequence)
    {
      usher_hub_group_put_off (self, pending, usher_hub_group_get_now (self) + LOG_PAUSE);
      return TRUE;
    }
  if (!send_slice (self, seat, &slice))
    return FALSE;

  put_out (self, seat, pending);
  self->n_redelivered++;

  return TRUE;
}

/* FALSE when nobody has room. */
static gboolean
send_due (UsherHubGroup *self, UsherHubPending *pending)
{
  UsherHubSeat *seat = choose_seat (self);

  return seat != NULL && usher_hub_group_send_again (self, seat, pending);
}

/* Whether it waits to be tried, or to be parked. */
static gboolean
is_held (const UsherHubGroup *self, const UsherHubPending *pending)
{
  return pending->is_suspect && pending->seat == NULL &&
         (pending->attempts < self->max_deliver || !self->was_joined);
}

/* (transfer full) (element-type UsherHubPending): what is due, oldest first; finds out when the others are */
static GPtrArray *
list_due (UsherHubGroup *self)
{
  gint64 now = usher_hub_group_get_now (self);
  GPtrArray *due = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  self->next_due = G_MAXINT64;
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherHubPending *pending = value;

      if (pending->due > now)
        self->next_due = MIN (self->next_due, pending->due);
      else if (!is_held (self, pending))
        g_ptr_array_add (due, pending);
    }
  g_ptr_array_sort (due, usher_hub_pending_compare);

  return due;
}

void
usher_hub_group_expire (UsherHubGroup *self)
{
  gint64 now = usher_hub_group_get_now (self);
  g_autoptr (GPtrArray) due = NULL;
  gboolean is_room_left = TRUE;

  if (now < self->next_due && !self->is_blocked)
    return;

  self->is_starved = FALSE;
  self->is_blocked = FALSE;
  due = list_due (self);
  for (guint i = 0; i < due->len; i++)
    {
      UsherHubPending *pending = g_ptr_array_index (due, i);

      if (pending->seat != NULL)
        {
          usher_hub_group_count_attempt (self, pending, 0, "no answer in time");
          /* there is room now */
          self->next_due = MIN (self->next_due, now);
        }
      else if (pending->is_suspect)
        usher_hub_group_park (self, pending, FALSE);
      else if (is_room_left)
        is_room_left = send_due (self, pending);
    }
  self->is_starved = !is_room_left;
}
