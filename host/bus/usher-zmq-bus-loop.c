/* usher-zmq-bus-loop.c: a member's thread
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-pulse-private.h"

#define MAX_ANSWERS 256

/* There is no hub any more to say good-bye to; the lock is held. */
static void
end_good_bye (UsherQuestion *question, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  if (question->frame != NULL && question->frame->data[0] == USHER_FRAME_BYE)
    usher_questions_end (self->questions, question, 0, NULL);
}

static void
set_reach (UsherZmqBus *self, const UsherReach *reach)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->reach = *reach;
}

/* @refusal: (nullable) */
static void
set_refusal (UsherZmqBus *self, const char *refusal)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_free (self->refusal);
  self->refusal = g_strdup (refusal);
}

static void
on_lost (gpointer user_data)
{
  UsherZmqBus *self = user_data;

  /* this thread alone writes it */
  if (g_atomic_int_get (&self->insists))
    usher_line_set_known (self->line, &self->reach);
  g_atomic_int_set (&self->connected, 0);
  usher_subscribers_begin_anew (self->subscribers);
  usher_publisher_begin_anew (self->publisher);
  if (self->leaving)
    usher_questions_foreach (self->questions, end_good_bye, self);
}

static void
subscribe_anew (UsherSubscriber *subscriber, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  usher_line_send (usher_subscriber_make_wish (subscriber), self->line);
  if (subscriber->group == NULL)
    usher_line_follow (self->line, subscriber->channel);
}

/* The hub that was asked has no seat of the subscriber that leaves; the lock is held. */
static void
end_leave (UsherZmqBus *self, UsherQuestion *question)
{
  gboolean forget = question->frame->data[question->frame->len - 1] != 0;

  /* its durable position is there still */
  if (forget)
    usher_questions_end (self->questions,
                         question,
                         1 + USHER_ERROR_UNAVAILABLE,
                         "the hub was lost");
  else
    usher_questions_end (self->questions, question, 0, NULL);
}

/* the lock is held */
static void
ask_again (UsherQuestion *question, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  if (question->frame == NULL)
    return;

  /* who leaves was not seated again */
  if (question->frame->data[0] == USHER_FRAME_LEAVE)
    end_leave (self, question);
  else
    usher_line_send (g_byte_array_ref (question->frame), self->line);
}

/* Sends a frame whose answer nobody waits for; @seat: (nullable): to leave */
static void
send_request (UsherZmqBus *self, UsherFrameType type, const guint *seat)
{
  GByteArray *frame = usher_frame_new (type);

  usher_frame_add_u32 (frame, 0);
  if (seat != NULL)
    {
      usher_frame_add_u32 (frame, *seat);
      usher_frame_add_u8 (frame, 0);
    }
  usher_line_send (frame, self->line);
}

static void
on_up (const UsherReach *reach, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  /* what is known of the places in another log says nothing of those in this one */
  if (usher_reach_is_known (&self->reach) && !g_str_equal (self->reach.log, reach->log))
    usher_subscribers_forget_places (self->subscribers);
  set_reach (self, reach);
  set_refusal (self, NULL);
  g_atomic_int_set (&self->connected, 1);
  /* before it has a seat; nobody asked for the answer */
  if (usher_subscribers_is_paused (self->subscribers))
    send_request (self, USHER_FRAME_PAUSE, NULL);
  usher_subscribers_foreach (self->subscribers, subscribe_anew, self);
  usher_questions_foreach (self->questions, ask_again, self);
}

typedef struct
{
  UsherZmqBus *self;
  const GError *error;
} Refusal;

/* the lock is held */
static void
refuse (UsherQuestion *question, gpointer user_data)
{
  const Refusal *refusal = user_data;

  usher_questions_end (refusal->self->questions,
                       question,
                       (guint8) (1 + refusal->error->code),
                       refusal->error->message);
}

/* Who waits is told. */
static void
on_refused (const GError *error, gpointer user_data)
{
  UsherZmqBus *self = user_data;
  Refusal refusal = { self, error };

  set_refusal (self, error->message);
  usher_questions_foreach (self->questions, refuse, &refusal);
}

static void
on_trouble (const char *trouble, gpointer user_data)
{
  usher_questions_set_trouble (((UsherZmqBus *) user_data)->questions, trouble);
}

/* The hub has given somebody a seat. */
static void
seat_subscriber (UsherZmqBus *self, guint id, const char *text, guint64 next)
{
  guint64 number = 0;
  guint seat = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &number, NULL))
    return;

  seat = (guint) number;
  if (!usher_subscribers_seat (self->subscribers, id, seat, next))
    send_request (self, USHER_FRAME_LEAVE, &seat);
}

static void
take_reply (UsherZmqBus *self, UsherFrameReader *reader)
{
  guint id = usher_frame_read_u32 (reader);
  guint8 code = usher_frame_read_u8 (reader);
  g_autofree char *text = usher_frame_read_text (reader);
  guint64 number = usher_frame_read_u64 (reader);

  if (reader->failed)
    return;

  if (code == 0)
    seat_subscriber (self, id, text, number);
  usher_questions_take_reply (self->questions, id, code, text, number, reader);
}

static void
take_reach (UsherZmqBus *self, UsherFrameReader *reader)
{
  UsherReach reach;

  usher_frame_read_reach (reader, &reach);
  if (!reader->failed)
    set_reach (self, &reach);
}

/* What was said of an earlier session means other events. */
static void
take_confirm (UsherZmqBus *self, UsherFrameReader *reader)
{
  if (usher_frame_read_u32 (reader) != usher_line_get_session (self->line))
    return;

  /* before the publishers hear of it */
  take_reach (self, reader);
  usher_publisher_take_confirm (self->publisher, reader);
}

static void
on_frame (UsherFrameType type, UsherFrameReader *reader, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  if (type == USHER_FRAME_DELIVER)
    usher_subscribers_take_deliver (self->subscribers, reader);
  else if (type == USHER_FRAME_CONFIRM)
    take_confirm (self, reader);
  else if (type == USHER_FRAME_PONG)
    take_reach (self, reader);
  else if (type == USHER_FRAME_REPLY)
    take_reply (self, reader);
  else if (type == USHER_FRAME_GROWN)
    usher_subscribers_take_grown (self->subscribers, reader);
  else if (type == USHER_FRAME_FETCHED)
    usher_subscribers_take_fetched (self->subscribers, reader);
}

static void
on_live (const char *channel, UsherFrameReader *reader, gpointer user_data)
{
  usher_subscribers_take_live (((UsherZmqBus *) user_data)->subscribers, channel, reader);
}

/* Sends the answers that are there. */
static void
send_answers (UsherZmqBus *self)
{
  g_autoptr (GArray) answers = usher_answers_take (self->answers);

  if (answers == NULL)
    return;

  for (guint from = 0; usher_line_is_up (self->line) && from < answers->len; from += MAX_ANSWERS)
    {
      guint count = MIN (MAX_ANSWERS, answers->len - from);
      GByteArray *frame = usher_frame_new (USHER_FRAME_ANSWER);

      usher_frame_add_u16 (frame, (guint16) count);
      for (guint i = from; i < from + count; i++)
        {
          const UsherAnswer *answer = &g_array_index (answers, UsherAnswer, i);

          usher_frame_add_u32 (frame,
                               usher_subscribers_get_seat (self->subscribers,
                                                           answer->subscription));
          usher_frame_add_u64 (frame, answer->sequence);
          usher_frame_add_u8 (frame, (guint8) answer->kind);
          usher_frame_add_u64 (frame, (guint64) answer->delay);
          usher_frame_add_text (frame, answer->reason);
        }
      usher_line_send (frame, self->line);
    }
}

/* What other threads have left, on its way to whom it is for. */
typedef struct
{
  UsherZmqBus *self;
  GQueue left; /* (element-type UsherSubscriber): to be freed without the lock */
} Orders;

/* Puts the hub's name of a subscription in place of ours, in a LEAVE frame. */
static void
translate_leave (Orders *orders, UsherQuestion *question)
{
  UsherSubscribers *subscribers = orders->self->subscribers;
  const guint at = 1 + sizeof (guint32);
  guint32 id = 0;
  guint32 seat = 0;
  UsherSubscriber *subscriber = NULL;

  memcpy (&id, question->frame->data + at, sizeof id);
  id = GUINT32_FROM_LE (id);
  seat = GUINT32_TO_LE (usher_subscribers_get_seat (subscribers, id));
  memcpy (question->frame->data + at, &seat, sizeof seat);
  subscriber = usher_subscribers_steal (subscribers, id, FALSE);
  if (subscriber != NULL)
    g_queue_push_tail (&orders->left, subscriber);
}

/* Nobody waits for a subscriber any more. */
static void
forget (Orders *orders, UsherQuestion *question)
{
  UsherZmqBus *self = orders->self;
  guint seat = usher_subscribers_get_seat (self->subscribers, question->forgotten);
  UsherSubscriber *subscriber =
      usher_subscribers_steal (self->subscribers, question->forgotten, TRUE);

  if (seat != 0)
    send_request (self, USHER_FRAME_LEAVE, &seat);
  if (subscriber != NULL)
    g_queue_push_tail (&orders->left, subscriber);
  usher_questions_end (self->questions, question, 0, NULL);
}

/* Takes up a question; the lock is held. */
static void
take_question (UsherQuestion *question, gpointer user_data)
{
  Orders *orders = user_data;
  UsherZmqBus *self = orders->self;
  guint8 type = question->frame != NULL ? question->frame->data[0] : 0;

  /* what was answered before it was asked is told before */
  send_answers (self);
  if (question->forgotten != 0)
    {
      forget (orders, question);
      return;
    }
  if (question->subscriber != NULL)
    {
      usher_subscribers_add (self->subscribers, question->subscriber);
      if (usher_line_is_up (self->line))
        subscribe_anew (question->subscriber, self);
      return;
    }

  if (type == USHER_FRAME_LEAVE)
    translate_leave (orders, question);
  if (type == USHER_FRAME_BYE)
    {
      self->leaving = TRUE;
      usher_line_leave (self->line);
    }
  if (usher_line_is_up (self->line))
    usher_line_send (g_byte_array_ref (question->frame), self->line);
  /* the hub went a moment before */
  else if (type == USHER_FRAME_BYE)
    usher_questions_end (self->questions, question, 0, NULL);
}

/* Takes over what other threads have left; FALSE when it is time to stop. */
static gboolean
take_orders (UsherZmqBus *self)
{
  Orders orders = { self, G_QUEUE_INIT };
  gboolean stopping = FALSE;

  usher_wake_take (self->wake);
  stopping = g_atomic_int_get (&self->stopping);
  usher_publisher_take_posted (self->publisher);
  send_answers (self);
  usher_questions_take (self->questions, take_question, &orders);
  g_queue_clear_full (&orders.left, usher_subscriber_free);

  return !stopping;
}

void
usher_zmq_bus_abandon (UsherZmqBus *self)
{
  self->is_orphan = TRUE;
  g_object_ref (self);
  usher_subscribers_pause (self->subscribers);
  usher_publisher_close (self->publisher, 0);
  usher_questions_stop (self->questions);
  send_answers (self);
  if (usher_line_is_up (self->line))
    send_request (self, USHER_FRAME_BYE, NULL);
  usher_line_leave (self->line);
  g_atomic_int_set (&self->stopping, TRUE);
}

static void
run_idle (UsherZmqBus *self)
{
  UsherBusIdleFunc idle = NULL;
  gpointer idle_data = NULL;

  if (!usher_subscribers_got_some (self->subscribers))
    return;

  g_mutex_lock (&self->mutex);
  idle = self->idle;
  idle_data = self->idle_data;
  g_mutex_unlock (&self->mutex);
  if (idle != NULL)
    idle (idle_data);
}

/* All is over: whoever waits is told. */
static void
end (UsherZmqBus *self)
{
  run_idle (self);
  usher_publisher_end (self->publisher);
  usher_questions_expire (self->questions, G_MAXINT64);
  g_atomic_int_set (&self->connected, 0);
  g_clear_pointer (&self->line, usher_line_free);
  if (!self->is_orphan)
    return;

  g_thread_unref (g_steal_pointer (&self->thread));
  g_object_unref (self);
}

gpointer
usher_zmq_bus_run (gpointer data)
{
  static const UsherLineFuncs funcs = { on_up, on_lost, on_refused, on_trouble, on_frame, on_live };
  UsherZmqBus *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the bus");

  usher_line_set_funcs (self->line, &funcs, self);
  while (take_orders (self))
    {
      gint64 now = g_get_monotonic_time ();

      usher_line_tend (self->line, now);
      usher_questions_expire (self->questions, now);
      if (usher_line_is_up (self->line))
        usher_publisher_send (self->publisher);
      run_idle (self);

      usher_pulse_end (pulse);
      usher_line_wait (self->line);
      usher_pulse_begin (pulse);
      usher_line_drain (self->line);
    }
  end (self);

  return NULL;
}
