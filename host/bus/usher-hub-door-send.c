/* usher-hub-door-send.c: what goes out of the door
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include <errno.h>
#include <string.h>

#include "usher-error.h"

#define HEAD_PAUSE G_TIME_SPAN_SECOND
#define MAX_LIVE   (32 * 1024)
/* how long a connection that took no more is left alone */
#define FULL_PAUSE (100 * G_TIME_SPAN_MILLISECOND)

/* It does not read: what is for anybody goes to others meanwhile. */
static void
note_full (UsherHubDoor *self, GBytes *identity)
{
  UsherHubMember *member = g_hash_table_lookup (self->members, identity);

  if (member != NULL)
    member->full_until = g_get_monotonic_time () + FULL_PAUSE;
}

/* Takes ownership of @frame; returns 0, or why ZeroMQ did not take it: EAGAIN: who reads what is there? */
static int
send_frame (UsherHubDoor *self, GBytes *identity, GByteArray *frame)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (identity, &size);
  void *socket = zsock_resolve (self->router);
  int error = 0;

  if (zmq_send (socket, data, size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
    zmq_send (socket, frame->data, frame->len, ZMQ_DONTWAIT);
  else
    error = zmq_errno ();
  g_byte_array_unref (frame);
  if (error == EAGAIN)
    note_full (self, identity);
  /* who is gone is told again when he asks, and what he had goes to others at once */
  else if (error != 0)
    self->next_probe = 0;

  return error;
}

gboolean
usher_hub_door_try_send (UsherHubDoor *self, GBytes *identity, GByteArray *frame)
{
  return send_frame (self, identity, frame) == 0;
}

gboolean
usher_hub_door_send (UsherHubDoor *self, GBytes *identity, GByteArray *frame)
{
  gboolean is_due = frame->data[0] == USHER_FRAME_CONFIRM || frame->data[0] == USHER_FRAME_REPLY;
  int error = send_frame (self, identity, frame);
  UsherHubMember *member =
      error == EAGAIN && is_due ? g_hash_table_lookup (self->members, identity) : NULL;

  if (member != NULL)
    {
      member->is_deaf = TRUE;
      self->next_probe = 0;
    }

  return error == 0 || error == EAGAIN;
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
  usher_frame_add_words (frame, error != NULL ? error->message : text);
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

/* Whether an answer of so many bytes may go to the member. */
static gboolean
check_answer (UsherHubDoor *self, UsherHubMember *member, guint size, GError **error)
{
  /* it would end the connection */
  if (size > USHER_FRAME_MAX_SIZE)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_TOO_LARGE,
                 "the answer has %u bytes, and a message at most %d: ask for less",
                 size,
                 USHER_FRAME_MAX_SIZE);
  else if (!usher_hub_door_may_send (self, member))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_BUSY,
                 "the member has not read what it was sent before");
  else
    return TRUE;

  return FALSE;
}

void
usher_hub_door_send_reply (UsherHubDoor *self,
                           UsherHubMember *member,
                           guint request,
                           GByteArray *frame)
{
  g_autoptr (GByteArray) owned = frame;
  g_autoptr (GError) error = NULL;
  gsize size = frame->len;

  if (!check_answer (self, member, frame->len, &error))
    {
      usher_hub_door_reply (self, member->identity, request, error, NULL, 0);
      return;
    }

  usher_hub_door_send (self, member->identity, g_steal_pointer (&owned));
  usher_hub_door_spend (self, member, size);
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
      usher_hub_door_try_send (self, subscription->member->identity, frame);
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

/* How far the channel is. */
static void
send_head (UsherHubDoor *self, const UsherHubChannel *channel)
{
  g_autoptr (GByteArray) head = begin_live (channel, USHER_FRAME_HEAD);

  usher_frame_add_u64 (head, usher_hub_channel_get_last (channel));
  send_live (self, head);
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

  self->out_events += frame->count;
  tell_grown (self, followers, channel);
  bytes = g_bytes_get_data (frame->bytes, &size);
  /* nobody knows how much a follower has not read: what is large is fetched */
  if (size > MAX_LIVE)
    {
      send_head (self, channel);
      return;
    }

  message = begin_live (channel, USHER_FRAME_LIVE);
  usher_frame_add_u64 (message, frame->base);
  usher_frame_add_u16 (message, (guint16) frame->count);
  g_byte_array_append (message, bytes, (guint) size);
  send_live (self, message);
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
      if (((GPtrArray *) followers)->len == 0)
        continue;
      tell_grown (self, followers, channel);
      send_head (self, channel);
    }
}
