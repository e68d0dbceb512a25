/* usher-hub-loop.c: the hub's thread: all sockets, no locks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-pulse-private.h"

/* messages that are taken in before other things get their turn */
#define DRAIN        2048
#define MAX_SLEEP    1000 /* milliseconds */
#define MEMBER_LIMIT (6 * G_TIME_SPAN_SECOND)
#define HEAD_PAUSE   G_TIME_SPAN_SECOND
#define PROBE_PAUSE  (200 * G_TIME_SPAN_MILLISECOND)
/* how much of a channel is sent to who fetches, before others get their turn */
#define FETCH_FRAMES 32

/* Sends over the ROUTER; takes ownership of @frame. */
gboolean
usher_hub_send (UsherHub *self, GBytes *identity, GByteArray *frame)
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
usher_hub_reply (UsherHub *self,
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
  usher_hub_send (self, identity, frame);
}

GByteArray *
usher_hub_begin_reply (guint request)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_REPLY);

  usher_frame_add_u32 (frame, request);
  usher_frame_add_u8 (frame, 0);
  usher_frame_add_text (frame, NULL);
  usher_frame_add_u64 (frame, 0);

  return frame;
}

/* The position of a durable subscriber to live events moves over what is done without a gap. */
static void
answer_live (UsherSeat *seat, guint64 sequence)
{
  UsherGroup *group = seat->group;

  /* the limit of age may have dropped what was between */
  group->floor = MAX (group->floor, usher_hub_channel_get_first (seat->channel) - 1);
  if (sequence <= group->floor || sequence > usher_hub_channel_get_last (seat->channel))
    return;

  g_hash_table_add (group->done, g_memdup2 (&sequence, sizeof sequence));
  sequence = group->floor + 1;
  while (g_hash_table_remove (group->done, &sequence))
    {
      group->floor = sequence;
      sequence++;
    }
  group->cursor = group->floor + 1;
  group->changed = TRUE;
}

static void
handle_answers (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  guint count = usher_frame_read_u16 (reader);

  for (guint i = 0; i < count && !reader->failed; i++)
    {
      guint id = usher_frame_read_u32 (reader);
      guint64 sequence = usher_frame_read_u64 (reader);
      UsherAnswerKind kind = usher_frame_read_u8 (reader);
      gint64 delay = (gint64) usher_frame_read_u64 (reader);
      g_autofree char *reason = usher_frame_read_text (reader);
      UsherSeat *seat = g_hash_table_lookup (self->seats, GUINT_TO_POINTER (id));

      if (reader->failed || seat == NULL || seat->member != member || seat->group == NULL)
        continue;
      if (!seat->group->live)
        usher_hub_answer (self, seat, sequence, kind, MAX (0, delay), reason);
      else if (kind == USHER_ANSWER_ACK)
        answer_live (seat, sequence);
    }
}

/* Sends the frame with @from, if there is one; returns the sequence after it, 0 when it was the last. */
static guint64
send_fetched (UsherHub *self, UsherSeat *seat, guint64 from, gboolean is_last)
{
  const UsherJournalFrame *frame = NULL;
  GByteArray *answer = usher_frame_new (USHER_FRAME_FETCHED);
  guint64 next = 0;
  gsize size = 0;
  gconstpointer bytes = NULL;

  if (from <= usher_hub_channel_get_last (seat->channel))
    frame = usher_hub_channel_find (seat->channel,
                                    MAX (from, usher_hub_channel_get_first (seat->channel)));
  if (frame != NULL && !is_last &&
      frame->base + frame->count <= usher_hub_channel_get_last (seat->channel))
    next = frame->base + frame->count;
  usher_frame_add_u32 (answer, seat->id);
  usher_frame_add_u64 (answer, usher_hub_channel_get_last (seat->channel));
  usher_frame_add_u8 (answer, next != 0 ? 1 : 0);
  usher_frame_add_u64 (answer, frame != NULL ? frame->base : 0);
  usher_frame_add_u16 (answer, frame != NULL ? (guint16) frame->count : 0);
  if (frame != NULL)
    {
      bytes = g_bytes_get_data (frame->bytes, &size);
      g_byte_array_append (answer, bytes, (guint) size);
      self->out_events += frame->count;
    }
  usher_hub_send (self, seat->member->identity, answer);

  return next;
}

static void
handle_fetch (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  guint id = usher_frame_read_u32 (reader);
  guint64 from = usher_frame_read_u64 (reader);
  UsherSeat *seat = g_hash_table_lookup (self->seats, GUINT_TO_POINTER (id));

  if (reader->failed || seat == NULL || seat->member != member)
    return;

  for (guint i = 1; i == 1 || (from != 0 && i <= FETCH_FRAMES); i++)
    from = send_fetched (self, seat, from, i == FETCH_FRAMES);
}

static void
handle_member (UsherHub *self, UsherMember *member, guint8 type, UsherFrameReader *reader)
{
  guint request = 0;

  switch (type)
    {
    case USHER_FRAME_PUBLISH:
      usher_hub_publish (self, member, reader);
      break;

    case USHER_FRAME_SUBSCRIBE:
      usher_hub_subscribe (self, member, reader);
      break;

    case USHER_FRAME_LEAVE:
      usher_hub_leave (self, member, reader);
      break;

    case USHER_FRAME_ANSWER:
      handle_answers (self, member, reader);
      break;

    case USHER_FRAME_FETCH:
      handle_fetch (self, member, reader);
      break;

    case USHER_FRAME_ASK:
      usher_hub_take_question (self, member, reader);
      break;

    case USHER_FRAME_PAUSE:
      member->paused = TRUE;
      usher_hub_reply (self, member->identity, usher_frame_read_u32 (reader), NULL, NULL, 0);
      break;

    case USHER_FRAME_PING:
      usher_hub_send (self, member->identity, usher_frame_new (USHER_FRAME_PONG));
      break;

    case USHER_FRAME_BYE:
      request = usher_frame_read_u32 (reader);
      usher_hub_reply (self, member->identity, request, NULL, NULL, 0);
      usher_hub_remove_member (self, member, FALSE);
      break;

    default:
      g_message ("member “%s” sent a frame of unknown type %u", member->client, type);
      break;
    }
}

/* The name of the key that who sent it came with, which is not what it says of itself; else the key. */
static const char *
find_key (zmq_msg_t *frame)
{
  const char *key = zmq_msg_gets (frame, "User-Id");
  const char *name = zmq_msg_gets (frame, "name");

  if (key == NULL || *key == '\0')
    return NULL;

  return name != NULL ? name : key;
}

static void
handle_message (UsherHub *self, GBytes *identity, zmq_msg_t *frame)
{
  UsherMember *member = g_hash_table_lookup (self->members, identity);
  UsherFrameReader reader;
  guint8 type = 0;

  usher_frame_reader_init (&reader, zmq_msg_data (frame), zmq_msg_size (frame));
  type = usher_frame_read_u8 (&reader);
  if (type == USHER_FRAME_HELLO)
    usher_hub_greet (self, identity, find_key (frame), &reader);
  else if (member == NULL)
    usher_hub_send (self, identity, usher_frame_new (USHER_FRAME_AGAIN));
  else
    {
      member->heard = g_get_monotonic_time ();
      handle_member (self, member, type, &reader);
    }
}

/* Takes one message of identity and frame; FALSE when there is none. */
static gboolean
receive (UsherHub *self)
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

static void
serve_calls (UsherHub *self)
{
  UsherHubCall *call = NULL;

  while ((call = g_async_queue_try_pop (self->requests)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (call->guard != NULL)
        self->guard = call->guard;
      else
        usher_hub_bind_entrance (self, call, &error);
      usher_latch_leave (&call->latch, error);
    }
}

/* A dead process closes its connections, a machine that is gone is silent. */
static gboolean
is_gone (UsherHub *self, const UsherMember *member, gint64 limit)
{
  return (member->is_remote && member->heard < limit) ||
         !usher_hub_send (self, member->identity, usher_frame_new (USHER_FRAME_PONG));
}

/* Gives what members that are gone have out to others. */
static void
bury_gone (UsherHub *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) gone = NULL;
  GHashTableIter iter;
  gpointer value = NULL;

  /* a good-bye may wait among what was not taken in */
  if (now < self->next_probe || !self->is_drained)
    return;

  self->next_probe = now + PROBE_PAUSE;
  gone = g_ptr_array_new ();

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_gone (self, value, now - MEMBER_LIMIT))
      g_ptr_array_add (gone, value);

  for (guint i = 0; i < gone->len; i++)
    {
      UsherMember *member = g_ptr_array_index (gone, i);

      g_message ("member “%s” is gone: its events go to others", member->client);
      usher_hub_remove_member (self, member, TRUE);
    }
}

/* Tells subscribers of live events how far their channels are, so that a lost last one is missed too. */
static void
send_heads (UsherHub *self)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  if (now < self->next_head)
    return;

  self->next_head = now + HEAD_PAUSE;
  g_hash_table_iter_init (&iter, self->followers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const UsherHubChannel *channel = key;
      GPtrArray *followers = value;
      g_autoptr (GByteArray) head = NULL;

      if (followers->len == 0)
        continue;
      usher_hub_tell_grown (self, followers, channel);
      head = g_byte_array_new ();
      g_byte_array_append (head,
                           (const guint8 *) usher_hub_channel_get_name (channel),
                           (guint) strlen (usher_hub_channel_get_name (channel)) + 1);
      usher_frame_add_u8 (head, USHER_FRAME_HEAD);
      usher_frame_add_u64 (head, usher_hub_channel_get_last (channel));
      zmq_send (zsock_resolve (self->live), head->data, head->len, ZMQ_DONTWAIT);
    }
}

/* Lets every group go on; returns when the next one has something due. */
static gint64
serve_groups (UsherHub *self)
{
  gint64 now = usher_hub_get_now (self);
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->groups->len; i++)
    next = MIN (next, usher_hub_serve_group (self, g_ptr_array_index (self->groups, i), now));

  return next;
}

static void
publish_live (UsherHubChannel *channel, const UsherJournalFrame *frame, gpointer user_data)
{
  UsherHub *self = user_data;
  GPtrArray *followers = g_hash_table_lookup (self->followers, channel);
  const char *name = usher_hub_channel_get_name (channel);
  g_autoptr (GByteArray) message = NULL;
  gsize size = 0;
  gconstpointer bytes = NULL;

  if (followers == NULL || followers->len == 0)
    return;

  message = g_byte_array_new ();
  bytes = g_bytes_get_data (frame->bytes, &size);
  g_byte_array_append (message, (const guint8 *) name, (guint) strlen (name) + 1);
  usher_frame_add_u8 (message, USHER_FRAME_LIVE);
  usher_frame_add_u64 (message, frame->base);
  usher_frame_add_u16 (message, (guint16) frame->count);
  g_byte_array_append (message, bytes, (guint) size);
  /* what a subscriber's pipe has no room for it finds missing and fetches */
  zmq_send (zsock_resolve (self->live), message->data, message->len, ZMQ_DONTWAIT);
  usher_hub_tell_grown (self, followers, channel);
  self->out_events += frame->count;
}

static void
take_written (const GError *error, gpointer user_data)
{
  UsherHub *self = user_data;

  usher_hub_take_states (self, error == NULL);
  usher_hub_confirm (self, error);
}

const UsherHubLogFuncs usher_hub_log_funcs = { publish_live, take_written };

/* Gives what has gathered to the journal, when that is free. */
static void
submit (UsherHub *self)
{
  gint64 now = usher_hub_get_now (self);
  gboolean urgent = usher_hub_log_is_urgent (self->log) || self->hurry || self->is_closing;

  if (!usher_hub_log_may_submit (self->log, now) ||
      (self->is_closing && usher_hub_log_is_failing (self->log)))
    return;

  /* nothing to write, only that it was written already */
  if (!urgent)
    usher_hub_send_confirms (self, self->next_confirms, 0);
  if (!urgent && !usher_hub_log_is_overdue (self->log, now))
    return;

  usher_hub_add_states (self);
  self->hurry = FALSE;
  if (usher_hub_log_submit (self->log, now))
    {
      GArray *empty = self->written_confirms;

      self->written_confirms = self->next_confirms;
      self->next_confirms = empty;
    }
}

static long
get_sleep (UsherHub *self, gint64 next_due)
{
  gint64 now = usher_hub_get_now (self);
  gint64 delay = MAX_SLEEP;

  if (next_due != G_MAXINT64)
    delay = MIN (delay, (next_due - now + 999) / 1000);
  if (usher_hub_log_is_failing (self->log))
    delay = MIN (delay, (usher_hub_log_get_retry (self->log) - now + 999) / 1000);
  /* lazy writes */
  delay = MIN (delay, 100);

  return (long) MAX (0, delay);
}

static void
open_sockets (UsherHub *self)
{
  self->router = zsock_new (ZMQ_ROUTER);
  zsock_set_rcvhwm (self->router, 0);
  zsock_set_sndhwm (self->router, 0);
  zsock_set_linger (self->router, 1000);
  zsock_set_router_mandatory (self->router, 1);
  usher_link_set_limits (self->router);
  self->live = zsock_new (ZMQ_PUB);
  zsock_set_sndhwm (self->live, 10000);
  zsock_set_linger (self->live, 1000);
}

static gboolean
is_finished (UsherHub *self)
{
  return self->is_closing && usher_hub_log_is_quiet (self->log);
}

/* Members look for the next hub at once. */
static void
say_good_bye (UsherHub *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    usher_hub_send (self, ((UsherMember *) value)->identity, usher_frame_new (USHER_FRAME_AGAIN));
}

gpointer
usher_hub_run (gpointer data)
{
  UsherHub *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the hub");
  gint64 next_due = G_MAXINT64;

  open_sockets (self);
  do
    {
      zmq_pollitem_t items[] = {
        { zsock_resolve (self->router), 0, ZMQ_POLLIN, 0 },
        { NULL, usher_wake_get_fd (self->wake), ZMQ_POLLIN, 0 },
      };
      guint n = 0;

      usher_pulse_end (pulse);
      zmq_poll (items, G_N_ELEMENTS (items), get_sleep (self, next_due));
      usher_pulse_begin (pulse);
      usher_wake_take (self->wake);

      while (n < DRAIN && receive (self))
        n++;
      self->is_drained = n < DRAIN;
      serve_calls (self);
      usher_hub_log_take_written (self->log, usher_hub_get_now (self));
      usher_hub_serve_waits (self, FALSE);
      send_heads (self);
      bury_gone (self);
      if (self->guard != NULL)
        usher_guard_watch (self->guard);
      usher_hub_log_drop_old (self->log, usher_hub_get_now (self));
      next_due = serve_groups (self);
      self->is_closing = g_atomic_int_get (&self->stopping) != 0;
      submit (self);
    }
  while (!is_finished (self));

  usher_hub_serve_waits (self, TRUE);
  say_good_bye (self);
  g_hash_table_remove_all (self->members);
  g_clear_pointer (&self->guard, usher_guard_free);
  zsock_destroy (&self->router);
  zsock_destroy (&self->live);

  return NULL;
}
