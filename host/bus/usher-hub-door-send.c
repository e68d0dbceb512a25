/* usher-hub-door-send.c: what goes out of the door
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include <string.h>

#include "usher-error.h"

#define HEAD_PAUSE G_TIME_SPAN_SECOND

gboolean
usher_hub_door_send (UsherHubDoor *self, GBytes *identity, GByteArray *frame)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (identity, &size);
  void *socket = zsock_resolve (self->router);
  gboolean is_there = zmq_send (socket, data, size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;

  /* who is gone is told again when he asks, and what he had goes to others at once */
  if (is_there)
    zmq_send (socket, frame->data, frame->len, ZMQ_DONTWAIT);
  else
    self->next_probe = 0;
  g_byte_array_unref (frame);

  return is_there;
}

void
usher_hub_door_reply (UsherHubDoor *self,
                      GBytes *identity,
                      guint request,
                      const GError *error,
                      const char *text,
                      guint64 number)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_REPLY);
  int code = error != NULL && error->domain == USHER_ERROR ? error->code : USHER_ERROR_FAILED;

  usher_frame_add_u32 (frame, request);
  usher_frame_add_u8 (frame, error != NULL ? (guint8) (1 + code) : 0);
  usher_frame_add_text (frame, error != NULL ? error->message : text);
  usher_frame_add_u64 (frame, number);
  usher_hub_door_send (self, identity, frame);
}

GByteArray *
usher_hub_door_begin_reply (guint request)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_REPLY);

  usher_frame_add_u32 (frame, request);
  usher_frame_add_u8 (frame, 0);
  usher_frame_add_text (frame, NULL);
  usher_frame_add_u64 (frame, 0);

  return frame;
}

void
usher_hub_door_send_reply (UsherHubDoor *self, GBytes *identity, guint request, GByteArray *frame)
{
  g_autoptr (GByteArray) owned = frame;
  g_autoptr (GError) error = NULL;

  if (owned->len <= USHER_FRAME_MAX_SIZE)
    {
      usher_hub_door_send (self, identity, g_steal_pointer (&owned));
      return;
    }

  /* it would end the connection */
  g_set_error (&error,
               USHER_ERROR,
               USHER_ERROR_TOO_LARGE,
               "the answer has %u bytes, and a message at most %d: ask for less",
               owned->len,
               USHER_FRAME_MAX_SIZE);
  usher_hub_door_reply (self, identity, request, error, NULL, 0);
}

/* Tells those who follow the channel, and have no other way to know, how far it is. */
static void
tell_grown (UsherHubDoor *self, GPtrArray *followers, const UsherHubChannel *channel)
{
  for (guint i = 0; i < followers->len; i++)
    {
      const UsherHubSubscription *subscription = g_ptr_array_index (followers, i);
      GByteArray *frame = NULL;

      if (subscription->member->push != NULL)
        continue;
      /* it fetches as much as it can take, so nothing piles up here */
      frame = usher_frame_new (USHER_FRAME_GROWN);
      usher_frame_add_text (frame, usher_hub_channel_get_name (channel));
      usher_frame_add_u64 (frame, usher_hub_channel_get_last (channel));
      usher_hub_door_send (self, subscription->member->identity, frame);
    }
}

/* (transfer full): a message to all who follow the channel */
static GByteArray *
begin_live (const UsherHubChannel *channel, UsherFrameType type)
{
  const char *name = usher_hub_channel_get_name (channel);
  GByteArray *message = g_byte_array_new ();

  g_byte_array_append (message, (const guint8 *) name, (guint) strlen (name) + 1);
  usher_frame_add_u8 (message, (guint8) type);

  return message;
}

/* What a follower's pipe has no room for it finds missing and fetches. */
static void
send_live (UsherHubDoor *self, const GByteArray *message)
{
  zmq_send (zsock_resolve (self->live), message->data, message->len, ZMQ_DONTWAIT);
}

void
usher_hub_door_publish_live (UsherHubDoor *self,
                             UsherHubChannel *channel,
                             const UsherJournalFrame *frame)
{
  GPtrArray *followers = g_hash_table_lookup (self->followers, channel);
  g_autoptr (GByteArray) message = NULL;
  gsize size = 0;
  gconstpointer bytes = NULL;

  if (followers == NULL || followers->len == 0)
    return;

  message = begin_live (channel, USHER_FRAME_LIVE);
  bytes = g_bytes_get_data (frame->bytes, &size);
  usher_frame_add_u64 (message, frame->base);
  usher_frame_add_u16 (message, (guint16) frame->count);
  g_byte_array_append (message, bytes, (guint) size);
  send_live (self, message);
  tell_grown (self, followers, channel);
  self->out_events += frame->count;
}

void
usher_hub_door_send_heads (UsherHubDoor *self)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer channel = NULL;
  gpointer followers = NULL;

  if (now < self->next_head)
    return;

  self->next_head = now + HEAD_PAUSE;
  g_hash_table_iter_init (&iter, self->followers);
  while (g_hash_table_iter_next (&iter, &channel, &followers))
    {
      g_autoptr (GByteArray) head = NULL;

      if (((GPtrArray *) followers)->len == 0)
        continue;
      tell_grown (self, followers, channel);
      head = begin_live (channel, USHER_FRAME_HEAD);
      usher_frame_add_u64 (head, usher_hub_channel_get_last (channel));
      send_live (self, head);
    }
}
