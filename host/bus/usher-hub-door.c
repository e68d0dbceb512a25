/* usher-hub-door.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-id.h"
#include "usher-link-private.h"
#include "usher-socket-private.h"

/* messages that are taken in before other things get their turn */
#define DRAIN 2048
/* live events that wait for a follower, who fetches what he missed */
#define LIVE_ROOM 1000

static const UsherHubLimits no_limits = { 0 };

static void
take_limits (UsherHubDoor *self, const UsherHubLimits *limits)
{
  self->max_members = limits->max_members != 0 ? limits->max_members : USHER_HUB_MAX_MEMBERS;
  self->all_credits.max = limits->max_queued != 0 ? limits->max_queued : USHER_HUB_MAX_QUEUED;
  self->all_credits.max_all =
      limits->max_queued_all != 0 ? limits->max_queued_all : USHER_HUB_MAX_QUEUED_ALL;
}

UsherHubDoor *
usher_hub_door_new (UsherClock *clock, UsherHubLog *log, const UsherHubLimits *limits)
{
  UsherHubDoor *self = g_new0 (UsherHubDoor, 1);

  take_limits (self, limits != NULL ? limits : &no_limits);
  self->clock = g_object_ref (clock);
  self->log = log;
  self->epoch = usher_uuid_new (clock);
  self->start_time = usher_clock_get_time (clock);
  self->started_at = g_get_monotonic_time ();
  self->entrances = g_ptr_array_new_with_free_func (usher_hub_door_free_entrance);
  self->members = g_hash_table_new_full (g_bytes_hash,
                                         g_bytes_equal,
                                         NULL,
                                         (GDestroyNotify) usher_hub_member_free);
  self->credits = g_hash_table_new_full (g_bytes_hash,
                                         g_bytes_equal,
                                         (GDestroyNotify) g_bytes_unref,
                                         (GDestroyNotify) usher_hub_credit_free);
  self->subscriptions = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->followers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->fetchers = g_ptr_array_new ();
  self->waits = g_ptr_array_new_with_free_func (usher_hub_door_free_wait);
  self->next_confirms = usher_hub_door_new_confirms ();
  self->written_confirms = usher_hub_door_new_confirms ();

  return self;
}

void
usher_hub_door_free (UsherHubDoor *self)
{
  g_ptr_array_unref (self->waits);
  g_ptr_array_unref (self->fetchers);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->credits);
  g_hash_table_unref (self->subscriptions);
  g_hash_table_unref (self->followers);
  g_ptr_array_unref (self->entrances);
  g_array_unref (self->next_confirms);
  g_array_unref (self->written_confirms);
  g_object_unref (self->clock);
  g_free (self->epoch);
  g_free (self);
}

void
usher_hub_door_open (UsherHubDoor *self)
{
  self->router = usher_socket_new (ZMQ_ROUTER);
  zsock_set_rcvhwm (self->router, 0);
  zsock_set_sndhwm (self->router, USHER_HUB_DOOR_ROOM);
  zsock_set_linger (self->router, 1000);
  zsock_set_router_mandatory (self->router, 1);
  usher_link_set_limits (self->router);
  self->live = usher_socket_new (ZMQ_PUB);
  zsock_set_sndhwm (self->live, LIVE_ROOM);
  zsock_set_linger (self->live, 1000);
}

/* Members look for the next hub at once. */
static void
say_good_bye (UsherHubDoor *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    usher_hub_door_send (self,
                         ((UsherHubMember *) value)->identity,
                         usher_frame_new (USHER_FRAME_AGAIN));
}

void
usher_hub_door_close (UsherHubDoor *self)
{
  usher_hub_door_serve_waits (self, TRUE);
  say_good_bye (self);
  g_hash_table_remove_all (self->members);
  g_clear_pointer (&self->guard, usher_guard_free);
  zsock_destroy (&self->router);
  zsock_destroy (&self->live);
}

void *
usher_hub_door_get_socket (UsherHubDoor *self)
{
  return zsock_resolve (self->router);
}

void
usher_hub_door_set_closing (UsherHubDoor *self)
{
  self->is_closing = TRUE;
}

void
usher_hub_door_set_guard (UsherHubDoor *self, UsherGuard *guard)
{
  self->guard = guard;
}

static void
answer_ping (UsherHubDoor *self, const UsherHubMember *member)
{
  GByteArray *pong = usher_frame_new (USHER_FRAME_PONG);
  UsherReach reach;

  usher_hub_log_get_reach (self->log, &reach);
  usher_frame_add_reach (pong, &reach);
  usher_hub_door_send (self, member->identity, pong);
}

static void
handle_member (UsherHubDoor *self, UsherHubMember *member, guint8 type, UsherFrameReader *reader)
{
  guint request = 0;

  switch (type)
    {
    case USHER_FRAME_PUBLISH:
      usher_hub_door_publish (self, member, reader);
      break;

    case USHER_FRAME_SUBSCRIBE:
      usher_hub_door_subscribe (self, member, reader);
      break;

    case USHER_FRAME_LEAVE:
      usher_hub_door_leave (self, member, reader);
      break;

    case USHER_FRAME_ANSWER:
      usher_hub_door_take_answers (self, member, reader);
      break;

    case USHER_FRAME_FETCH:
      usher_hub_door_fetch (self, member, reader);
      break;

    case USHER_FRAME_ASK:
      usher_hub_door_take_question (self, member, reader);
      break;

    case USHER_FRAME_PAUSE:
      usher_hub_worker_pause (member->worker);
      usher_hub_door_reply (self, member->identity, usher_frame_read_u32 (reader), NULL, NULL, 0);
      break;

    case USHER_FRAME_PING:
      answer_ping (self, member);
      break;

    case USHER_FRAME_BYE:
      request = usher_frame_read_u32 (reader);
      usher_hub_door_reply (self, member->identity, request, NULL, NULL, 0);
      usher_hub_door_remove_member (self, member, FALSE);
      break;

    default:
      usher_hub_door_cut_off (self, member, type);
      break;
    }
}

/* (nullable): the key that a frame came with */
static const char *
read_user (zmq_msg_t *frame)
{
  const char *user = zmq_msg_gets (frame, "User-Id");

  return user != NULL && *user != '\0' ? user : NULL;
}

static UsherHubKey
read_key (zmq_msg_t *frame)
{
  const char *user = read_user (frame);
  const char *name = user != NULL ? zmq_msg_gets (frame, "name") : NULL;

  return (UsherHubKey){ user, name != NULL ? name : user };
}

/* A connection may take the name of one that has just gone, but not its key. */
static gboolean
is_of (const UsherHubDoor *self, const UsherHubMember *member, zmq_msg_t *frame)
{
  return self->guard == NULL || g_strcmp0 (member->user, read_user (frame)) == 0;
}

static void
handle_message (UsherHubDoor *self, GBytes *identity, zmq_msg_t *frame)
{
  UsherHubMember *member = g_hash_table_lookup (self->members, identity);
  UsherFrameReader reader;
  guint8 type = 0;

  if (member != NULL && !is_of (self, member, frame))
    {
      usher_hub_door_remove_member (self, member, TRUE);
      member = NULL;
    }
  usher_frame_reader_init (&reader, zmq_msg_data (frame), zmq_msg_size (frame));
  type = usher_frame_read_u8 (&reader);
  if (member != NULL && member->is_cut_off)
    member->heard = g_get_monotonic_time ();
  else if (type == USHER_FRAME_MARK)
    usher_hub_door_take_mark (self, identity, &reader);
  else if (type == USHER_FRAME_HELLO)
    {
      const UsherHubKey key = read_key (frame);

      usher_hub_door_greet (self, identity, &key, &reader);
    }
  else if (member == NULL)
    usher_hub_door_send (self, identity, usher_frame_new (USHER_FRAME_AGAIN));
  else
    {
      member->heard = g_get_monotonic_time ();
      handle_member (self, member, type, &reader);
    }
}

/* Takes one message of identity and frame; FALSE when there is none. */
static gboolean
receive (UsherHubDoor *self)
{
  void *socket = zsock_resolve (self->router);
  zmq_msg_t name;
  zmq_msg_t frame;
  gboolean got = FALSE;
  gboolean more = FALSE;

  zmq_msg_init (&name);
  zmq_msg_init (&frame);
  got = zmq_msg_recv (&name, socket, ZMQ_DONTWAIT) >= 0;
  more = got && zmq_msg_more (&name);
  if (more && zmq_msg_recv (&frame, socket, ZMQ_DONTWAIT) >= 0)
    {
      more = zmq_msg_more (&frame);
      if (!more)
        {
          g_autoptr (GBytes) identity = g_bytes_new (zmq_msg_data (&name), zmq_msg_size (&name));

          handle_message (self, identity, &frame);
        }
    }
  /* what has more parts than two is no message of ours */
  while (more && zmq_msg_recv (&frame, socket, ZMQ_DONTWAIT) >= 0)
    more = zmq_msg_more (&frame);
  zmq_msg_close (&name);
  zmq_msg_close (&frame);

  return got;
}

void
usher_hub_door_receive (UsherHubDoor *self)
{
  guint n = 0;

  while (n < DRAIN && receive (self))
    n++;
  self->is_drained = n < DRAIN;
}

void
usher_hub_door_serve (UsherHubDoor *self)
{
  usher_hub_door_serve_waits (self, FALSE);
  usher_hub_door_serve_fetchers (self);
  usher_hub_door_send_heads (self);
  usher_hub_door_bury_gone (self);
  usher_hub_door_drop_credits (self);
  if (self->guard != NULL)
    usher_guard_watch (self->guard);
}
