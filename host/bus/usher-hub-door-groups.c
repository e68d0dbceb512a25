/* usher-hub-door-groups.c: what groups know of the world, and do in it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

void
usher_hub_door_set_groups (UsherHubDoor *self, UsherHubGroups *groups)
{
  self->groups = groups;
}

gint64
usher_hub_door_get_now (UsherHubDoor *self)
{
  return USHER_IS_REAL_CLOCK (self->clock) ? g_get_monotonic_time ()
                                           : usher_clock_get_time (self->clock);
}

void
usher_hub_door_set_moment (UsherHubDoor *self)
{
  const UsherHubMoment moment = { .now = usher_hub_door_get_now (self),
                                  .wall = usher_clock_get_time (self->clock),
                                  .is_failing = usher_hub_log_is_failing (self->log),
                                  .is_closing = self->is_closing };

  usher_hub_groups_set_moment (self->groups, &moment);
}

static gboolean
is_ready (gpointer worker_data, gpointer user_data)
{
  return usher_hub_door_may_deliver (user_data, worker_data);
}

/* Adds those of the frame's events that are to go. */
static void
add_events (GByteArray *message, const UsherHubSlice *slice)
{
  const UsherJournalFrame *frame = slice->frame;
  gsize size = 0;
  const guint8 *bytes = g_bytes_get_data (frame->bytes, &size);
  const guint8 *id = NULL;
  UsherFrameReader reader;

  if (slice->count == frame->count)
    {
      g_byte_array_append (message, bytes, (guint) size);
      return;
    }

  usher_frame_reader_init (&reader, bytes, size);
  for (guint64 sequence = frame->base; sequence < slice->first + slice->count &&
                                       usher_frame_skip_event (&reader, &bytes, &size, &id);
       sequence++)
    if (sequence >= slice->first)
      g_byte_array_append (message, bytes, (guint) size);
}

/* Takes ownership of @message; FALSE when it has no way. */
static gboolean
deliver (UsherHubDoor *self, UsherHubMember *member, GByteArray *message)
{
  gboolean sent = FALSE;

  if (member->push == NULL)
    return usher_hub_door_try_send (self, member->identity, message);

  sent = zmq_send (zsock_resolve (member->push), message->data, message->len, ZMQ_DONTWAIT) >= 0;
  g_byte_array_unref (message);

  return sent;
}

static gboolean
send_slice (gpointer seat_data, const UsherHubSlice *slice, gpointer user_data)
{
  UsherHubDoor *self = user_data;
  const UsherHubSubscription *subscription = seat_data;
  GByteArray *message = usher_frame_new (USHER_FRAME_DELIVER);
  gsize size = 0;

  usher_frame_add_u32 (message, subscription->id);
  usher_frame_add_u64 (message, slice->first);
  usher_frame_add_u16 (message, (guint16) slice->count);
  usher_frame_add_u32 (message, slice->attempt);
  usher_frame_add_u8 (message, slice->is_redelivered ? 1 : 0);
  add_events (message, slice);
  size = message->len;
  if (!deliver (self, subscription->member, message))
    return FALSE;

  usher_hub_door_spend_delivery (self, subscription->member, size);
  self->out_events += slice->count;
  self->out_bytes += size;

  return TRUE;
}

static void
park (UsherParked *parked, gpointer user_data)
{
  usher_hub_log_park (((UsherHubDoor *) user_data)->log, parked);
}

static void
save (const UsherHubChannel *channel, const char *name, GBytes *state, gpointer user_data)
{
  usher_hub_log_set_group (((UsherHubDoor *) user_data)->log, channel, name, state);
}

const UsherHubGroupsFuncs usher_hub_door_groups_funcs = { is_ready, send_slice, park, save };

gboolean
usher_hub_door_replay (UsherHubDoor *self, const UsherParked *parked, GError **error)
{
  const UsherHubChannel *channel = usher_hub_log_get_channel (self->log, parked->channel);

  if (parked->sequence < usher_hub_channel_get_first (channel))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "event %" G_GUINT64_FORMAT " of channel “%s” is kept no more: bus.max-age has "
                   "dropped it",
                   parked->sequence,
                   parked->channel);
      return FALSE;
    }
  if (!usher_hub_groups_replay (self->groups, channel, parked, error))
    return FALSE;

  usher_hub_log_unpark (self->log, parked->id);

  return TRUE;
}
