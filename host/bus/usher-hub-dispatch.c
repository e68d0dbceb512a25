/* usher-hub-dispatch.c: which member of a queue group gets what, and when again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

#define LOG_PAUSE     G_TIME_SPAN_SECOND
#define BLOCKED_PAUSE (10 * G_TIME_SPAN_MILLISECOND)

/* The best member: not paused, not on trial, with room, with least out; among equals the next in turn. */
static UsherSeat *
choose_seat (UsherGroup *group)
{
  UsherSeat *best = NULL;

  for (guint i = 0; i < group->seats->len; i++)
    {
      UsherSeat *seat =
          g_ptr_array_index (group->seats, (group->next_seat + i) % group->seats->len);

      if (seat->member->paused || seat->member->trial != NULL || seat->n_out >= seat->max_in_flight)
        continue;
      if (best != NULL && seat->n_out >= best->n_out)
        continue;
      if (usher_hub_can_deliver (seat->member))
        best = seat;
      else
        group->blocked = TRUE;
    }
  if (best != NULL)
    group->next_seat++;

  return best;
}

/* Sends @count events of a frame from @from on; FALSE when the member's pipe is full. */
static gboolean
send_slice (UsherHub *self,
            UsherSeat *seat,
            const UsherJournalFrame *frame,
            guint64 from,
            guint count,
            const UsherPending *pending)
{
  gboolean redelivered = pending != NULL ? pending->redelivered : from < seat->group->resumed;
  GByteArray *message = usher_frame_new (USHER_FRAME_DELIVER);
  UsherFrameReader reader;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  usher_frame_add_u32 (message, seat->id);
  usher_frame_add_u64 (message, from);
  usher_frame_add_u16 (message, (guint16) count);
  usher_frame_add_u32 (message, pending != NULL ? pending->attempts + 1 : 1);
  usher_frame_add_u8 (message, redelivered ? 1 : 0);

  usher_frame_reader_init (&reader,
                           g_bytes_get_data (frame->bytes, NULL),
                           g_bytes_get_size (frame->bytes));
  if (count == frame->count)
    g_byte_array_append (message, reader.at, (guint) (reader.end - reader.at));
  else
    for (guint64 sequence = frame->base;
         sequence < from + count && usher_frame_skip_event (&reader, &bytes, &size, &id);
         sequence++)
      if (sequence >= from)
        g_byte_array_append (message, bytes, (guint) size);

  size = message->len;
  if (!usher_hub_deliver (self, seat->member, message))
    return FALSE;

  self->out_events += count;
  self->out_bytes += size;
  seat->last_sent = from + count - 1;

  return TRUE;
}

static void
put_out (UsherHub *self, UsherGroup *group, UsherSeat *seat, UsherPending *pending)
{
  pending->seat = seat;
  pending->due = usher_hub_get_now (self) + group->ack_wait;
  seat->n_out++;
  seat->member->n_out++;
  group->next_due = MIN (group->next_due, pending->due);
}

/* Passes over what is not in the log any more, or is done already. */
static void
skip_done (UsherGroup *group)
{
  if (group->cursor < usher_hub_channel_get_first (group->channel))
    {
      group->cursor = usher_hub_channel_get_first (group->channel);
      group->floor = MAX (group->floor, group->cursor - 1);
    }
  if (group->cursor >= group->resumed)
    return;
  while (usher_group_is_taken (group, group->cursor))
    group->cursor++;
}

/* How many from the cursor on can go in one message. */
static guint
count_fresh (UsherGroup *group, const UsherJournalFrame *frame, guint room)
{
  guint64 end = frame->base + frame->count;
  guint n = (guint) MIN (end - group->cursor, room);

  /* beyond what an earlier run had sent out nothing is taken */
  if (group->cursor >= group->resumed)
    return n;

  for (guint i = 0; i < n; i++)
    if (usher_group_is_taken (group, group->cursor + i))
      return i;

  return n;
}

static gboolean
dispatch_fresh (UsherHub *self, UsherGroup *group)
{
  UsherSeat *seat = NULL;
  const UsherJournalFrame *frame = NULL;
  guint64 limit = 0;
  guint n = 0;

  skip_done (group);
  limit = MIN (usher_hub_channel_get_last (group->channel),
               usher_hub_log_is_failing (self->log) ? G_MAXUINT64 : group->reserved);
  if (group->cursor > limit)
    return FALSE;
  seat = choose_seat (group);
  if (seat == NULL)
    return FALSE;

  frame = usher_hub_channel_find (group->channel, group->cursor);
  if (frame == NULL)
    return FALSE;
  group->cursor = MAX (group->cursor, frame->base);
  if (group->cursor > limit)
    return FALSE;
  n = (guint) MIN (seat->max_in_flight - seat->n_out, limit - group->cursor + 1);
  n = count_fresh (group, frame, n);
  if (n == 0 || !send_slice (self, seat, frame, group->cursor, n, NULL))
    return FALSE;

  for (guint i = 0; i < n; i++)
    put_out (self, group, seat, usher_group_add_pending (group, group->cursor + i));
  group->cursor += n;
  usher_group_mark_changed (group);

  return TRUE;
}

/* Lets the group have what is durable, as far as its members have room. */
void
usher_hub_dispatch (UsherHub *self, UsherGroup *group)
{
  if (group->live)
    return;

  while (dispatch_fresh (self, group))
    continue;
}

gboolean
usher_group_send_again (UsherHub *self, UsherGroup *group, UsherSeat *seat, UsherPending *pending)
{
  const UsherJournalFrame *frame = NULL;

  /* the limit of age has dropped it from the log */
  if (pending->sequence < usher_hub_channel_get_first (group->channel))
    {
      usher_group_set_done (self, group, pending);
      return TRUE;
    }

  frame = usher_hub_channel_find (group->channel, pending->sequence);
  /* the log cannot be read now */
  if (frame == NULL || frame->base > pending->sequence)
    {
      usher_group_wait_until (group, pending, usher_hub_get_now (self) + LOG_PAUSE);
      return TRUE;
    }
  if (!send_slice (self, seat, frame, pending->sequence, 1, pending))
    return FALSE;

  put_out (self, group, seat, pending);
  group->n_redelivered++;

  return TRUE;
}

/* FALSE when nobody has room. */
static gboolean
send_due (UsherHub *self, UsherGroup *group, UsherPending *pending)
{
  UsherSeat *seat = choose_seat (group);

  return seat != NULL && usher_group_send_again (self, group, seat, pending);
}

/* Whether it waits to be tried, or to be parked. */
static gboolean
is_held (const UsherGroup *group, const UsherPending *pending)
{
  return pending->suspect && pending->seat == NULL &&
         (pending->attempts < group->max_deliver || !group->was_joined);
}

/* Sends what waits and is due, and takes back what was not answered in time. */
void
usher_hub_expire (UsherHub *self, UsherGroup *group, gint64 now)
{
  g_autoptr (GPtrArray) due = NULL;
  GHashTableIter iter;
  gpointer value = NULL;
  gboolean room = TRUE;

  if (now < group->next_due && !group->blocked)
    return;

  due = g_ptr_array_new ();
  group->next_due = G_MAXINT64;
  group->starved = FALSE;
  group->blocked = FALSE;
  g_hash_table_iter_init (&iter, group->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherPending *pending = value;

      if (pending->due <= now && is_held (group, pending))
        continue;
      if (pending->due <= now)
        g_ptr_array_add (due, pending);
      else
        group->next_due = MIN (group->next_due, pending->due);
    }
  g_ptr_array_sort (due, usher_pending_compare);

  for (guint i = 0; i < due->len; i++)
    {
      UsherPending *pending = g_ptr_array_index (due, i);

      if (pending->seat != NULL)
        {
          usher_group_count_attempt (self, group, pending, 0, "no answer in time");
          /* there is room now */
          group->next_due = MIN (group->next_due, now);
        }
      else if (pending->suspect)
        usher_group_park (self, group, pending, FALSE);
      else if (room)
        room = send_due (self, group, pending);
    }
  group->starved = !room;
}

gint64
usher_hub_serve_group (UsherHub *self, UsherGroup *group, gint64 now)
{
  usher_hub_expire (self, group, now);
  /* before what is new: a process that is to be alone gets no more */
  usher_group_try_suspects (self, group, now);
  usher_hub_dispatch (self, group);
  usher_hub_reserve (self, group);

  /* who is coming up is looked for soon */
  return group->blocked ? MIN (group->next_due, now + BLOCKED_PAUSE) : group->next_due;
}
