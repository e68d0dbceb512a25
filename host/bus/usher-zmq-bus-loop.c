/* usher-zmq-bus-loop.c: a member's thread
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

#include <string.h>
#include <unistd.h>

#include "usher-descriptors-private.h"
#include "usher-error.h"
#include "usher-pulse-private.h"

/* messages that are taken in before other things get their turn */
#define DRAIN         1024
#define HELLO_PAUSE   (100 * G_TIME_SPAN_MILLISECOND)
#define REFUSED_PAUSE (300 * G_TIME_SPAN_MILLISECOND)
#define PING_PAUSE    G_TIME_SPAN_SECOND
/* how long the hub may be away before the log is told */
#define HUB_PATIENCE G_TIME_SPAN_SECOND
#define MAX_PINGS    5 /* without an answer */
/* milliseconds that the thread sleeps at most, with a hub and without */
#define POLL_PAUSE       500
#define HELLO_POLL_PAUSE 50
#define MAX_ANSWERS      256

void
usher_zmq_bus_send (GByteArray *frame, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  zmq_send (zsock_resolve (self->link->dealer), frame->data, frame->len, ZMQ_DONTWAIT);
  g_byte_array_unref (frame);
}

static void
say_hello (UsherZmqBus *self, gint64 now)
{
  GByteArray *frame = NULL;

  if (self->greeted || now < self->next_hello)
    return;

  self->next_hello = now + HELLO_PAUSE;
  frame = usher_frame_new (USHER_FRAME_HELLO);
  usher_frame_add_text (frame, self->client);
  usher_frame_add_text (frame, self->endpoint);
  usher_frame_add_u32 (frame, self->session);
  usher_frame_add_u64 (frame, self->instance);
  usher_zmq_bus_send (frame, self);
}

/* There is no hub any more to say good-bye to; the lock is held. */
static void
end_good_bye (UsherQuestion *question, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  if (question->frame != NULL && question->frame->data[0] == USHER_FRAME_BYE)
    usher_questions_end (self->questions, question, 0, NULL);
}

/* The hub has forgotten us, or is another one: begin anew. */
static void
lose_hub (UsherZmqBus *self)
{
  if (!self->greeted)
    return;

  self->greeted = FALSE;
  self->lost = g_get_monotonic_time ();
  self->session++;
  self->next_hello = 0;
  g_atomic_int_set (&self->connected, 0);
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  usher_subscribers_begin_anew (self->subscribers);
  usher_publisher_begin_anew (self->publisher);
  if (self->leaving)
    usher_questions_foreach (self->questions, end_good_bye, self);
}

static void
subscribe_anew (UsherSubscriber *subscriber, gpointer user_data)
{
  UsherZmqBus *self = user_data;

  usher_zmq_bus_send (usher_subscriber_make_wish (subscriber), self);
  /* the NUL ends the topic, so that no channel is the beginning of another */
  if (subscriber->group == NULL && self->live != NULL)
    zmq_setsockopt (zsock_resolve (self->live),
                    ZMQ_SUBSCRIBE,
                    subscriber->channel,
                    strlen (subscriber->channel) + 1);
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
    usher_zmq_bus_send (g_byte_array_ref (question->frame), self);
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
  usher_zmq_bus_send (frame, self);
}

/* The hub's sockets for deliveries and channels. */
static gboolean
open_ways (UsherZmqBus *self, const char *push, const char *live)
{
  if (!usher_descriptors_are_left (usher_wake_get_fd (self->wake)))
    {
      g_message ("no file descriptors are left for a member of the bus");
      return FALSE;
    }

  self->pull = zsock_new (ZMQ_PULL);
  self->live = zsock_new (ZMQ_SUB);
  zsock_set_rcvhwm (self->pull, 0);
  zsock_set_rcvhwm (self->live, 10000);
  if (zsock_connect (self->pull, "%s", push) == 0 && zsock_connect (self->live, "%s", live) == 0)
    return TRUE;

  g_message ("the hub's endpoints cannot be reached: %s", zmq_strerror (zmq_errno ()));
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);

  return FALSE;
}

static void
take_welcome (UsherZmqBus *self, UsherFrameReader *reader)
{
  g_autofree char *epoch = usher_frame_read_text (reader);
  g_autofree char *push = usher_frame_read_text (reader);
  g_autofree char *live = usher_frame_read_text (reader);
  guint session = usher_frame_read_u32 (reader);

  if (reader->failed || self->greeted || session != self->session)
    return;

  if (push != NULL && live != NULL && !open_ways (self, push, live))
    return;

  if (self->told)
    g_message ("the hub at “%s” is there", self->endpoint);
  self->greeted = TRUE;
  self->told = FALSE;
  self->link->trouble = NULL;
  g_atomic_int_set (&self->connected, 1);
  /* before it has a seat; nobody asked for the answer */
  if (usher_subscribers_is_paused (self->subscribers))
    send_request (self, USHER_FRAME_PAUSE, NULL);
  usher_subscribers_foreach (self->subscribers, subscribe_anew, self);
  usher_questions_foreach (self->questions, ask_again, self);
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

typedef struct
{
  UsherZmqBus *self;
  const char *reason;
} Refusal;

/* the lock is held */
static void
refuse (UsherQuestion *question, gpointer user_data)
{
  const Refusal *refusal = user_data;

  usher_questions_end (refusal->self->questions, question, 1 + USHER_ERROR_BUSY, refusal->reason);
}

/* The hub does not let us in: who waits is told, and we ask again now and then. */
static void
take_refusal (UsherZmqBus *self, UsherFrameReader *reader)
{
  g_autofree char *reason = usher_frame_read_text (reader);
  Refusal refusal = { self, reason };

  if (reader->failed || reason == NULL)
    return;

  self->next_hello = g_get_monotonic_time () + REFUSED_PAUSE;
  if (!self->told)
    g_message ("the hub at “%s” refuses member “%s”: %s", self->endpoint, self->client, reason);
  self->told = TRUE;
  usher_questions_foreach (self->questions, refuse, &refusal);
}

/* What was said of an earlier session means other events. */
static void
take_confirm (UsherZmqBus *self, UsherFrameReader *reader)
{
  if (usher_frame_read_u32 (reader) == self->session)
    usher_publisher_take_confirm (self->publisher, reader);
}

static void
take_frame (UsherZmqBus *self, gconstpointer data, gsize size)
{
  UsherFrameReader reader;
  guint8 type = 0;

  self->n_unanswered = 0;
  usher_frame_reader_init (&reader, data, size);
  type = usher_frame_read_u8 (&reader);
  /* what else may still come is of an earlier session */
  if (!self->greeted && type != USHER_FRAME_WELCOME && type != USHER_FRAME_REFUSED)
    return;

  switch (type)
    {
    case USHER_FRAME_WELCOME:
      take_welcome (self, &reader);
      break;

    case USHER_FRAME_AGAIN:
      lose_hub (self);
      break;

    case USHER_FRAME_REFUSED:
      take_refusal (self, &reader);
      break;

    case USHER_FRAME_PING:
      usher_zmq_bus_send (usher_frame_new (USHER_FRAME_PING), self);
      break;

    case USHER_FRAME_CONFIRM:
      take_confirm (self, &reader);
      break;

    case USHER_FRAME_REPLY:
      take_reply (self, &reader);
      break;

    case USHER_FRAME_GROWN:
      usher_subscribers_take_grown (self->subscribers, &reader);
      break;

    case USHER_FRAME_FETCHED:
      usher_subscribers_take_fetched (self->subscribers, &reader);
      break;

    case USHER_FRAME_DELIVER:
      usher_subscribers_take_deliver (self->subscribers, &reader);
      break;

    case USHER_FRAME_PONG:
    default:
      break;
    }
}

/* behind the channel's name and its NUL */
static void
take_topic (UsherZmqBus *self, const char *data, gsize size)
{
  const char *end = memchr (data, '\0', size);
  UsherFrameReader reader;

  if (end == NULL)
    return;

  usher_frame_reader_init (&reader, end + 1, size - (gsize) (end + 1 - data));
  usher_subscribers_take_live (self->subscribers, data, &reader);
}

/* Takes in what a socket has; the socket may go meanwhile, with its hub. */
static void
drain (UsherZmqBus *self, zsock_t **socket)
{
  for (guint i = 0; i < DRAIN && *socket != NULL; i++)
    {
      zmq_msg_t message;

      zmq_msg_init (&message);
      if (zmq_msg_recv (&message, zsock_resolve (*socket), ZMQ_DONTWAIT) < 0)
        {
          zmq_msg_close (&message);
          return;
        }
      if (socket == &self->live)
        take_topic (self, zmq_msg_data (&message), zmq_msg_size (&message));
      else
        take_frame (self, zmq_msg_data (&message), zmq_msg_size (&message));
      zmq_msg_close (&message);
    }
}

/* Sends the answers that are there. */
static void
send_answers (UsherZmqBus *self)
{
  g_autoptr (GArray) answers = usher_answers_take (self->answers);

  if (answers == NULL)
    return;

  for (guint from = 0; self->greeted && from < answers->len; from += MAX_ANSWERS)
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
      usher_zmq_bus_send (frame, self);
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
      if (self->greeted)
        subscribe_anew (question->subscriber, self);
      return;
    }

  if (type == USHER_FRAME_LEAVE)
    translate_leave (orders, question);
  if (type == USHER_FRAME_BYE)
    self->leaving = TRUE;
  if (self->greeted)
    usher_zmq_bus_send (g_byte_array_ref (question->frame), self);
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
  if (self->greeted)
    send_request (self, USHER_FRAME_BYE, NULL);
  self->leaving = TRUE;
  g_atomic_int_set (&self->stopping, TRUE);
}

static void
keep_alive (UsherZmqBus *self, gint64 now)
{
  if (self->leaving)
    return;
  say_hello (self, now);
  if (!self->greeted && !self->told && now - self->lost > HUB_PATIENCE)
    {
      g_message ("the hub at “%s” is not there: member “%s” waits for it",
                 self->endpoint,
                 self->client);
      self->told = TRUE;
    }
  if (!self->greeted || now < self->next_ping)
    return;

  self->next_ping = now + PING_PAUSE;
  usher_zmq_bus_send (usher_frame_new (USHER_FRAME_PING), self);
  /* a count: time may have passed in a subscriber */
  if (++self->n_unanswered > MAX_PINGS)
    {
      g_message ("the hub at “%s” is silent", self->endpoint);
      lose_hub (self);
      usher_link_give_up (self->link, now);
    }
}

/* Tells why there is no hub, once, and whoever waits for it. */
static void
tell_trouble (UsherZmqBus *self)
{
  const char *trouble = self->link->trouble;

  if (usher_questions_set_trouble (self->questions, trouble) && trouble != NULL)
    g_message ("the hub at “%s” cannot be joined: %s", self->endpoint, trouble);
}

static void
watch_link (UsherZmqBus *self, gint64 now)
{
  if (usher_link_watch (self->link, now))
    {
      lose_hub (self);
      self->next_hello = 0;
    }
  /* what was said before fell on deaf ears */
  if (self->link->came_up && !self->greeted)
    self->next_hello = 0;
  self->link->came_up = FALSE;
  tell_trouble (self);
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

/* Waits until there is something to do. */
static void
await_news (UsherZmqBus *self)
{
  zmq_pollitem_t items[5] = {
    { NULL, usher_wake_get_fd (self->wake), ZMQ_POLLIN, 0 },
    { zsock_resolve (self->link->dealer), 0, ZMQ_POLLIN, 0 },
  };
  int n = 2;

  if (self->link->monitor != NULL)
    items[n++] = (zmq_pollitem_t){ zsock_resolve (self->link->monitor), 0, ZMQ_POLLIN, 0 };
  if (self->pull != NULL)
    {
      items[n++] = (zmq_pollitem_t){ zsock_resolve (self->pull), 0, ZMQ_POLLIN, 0 };
      items[n++] = (zmq_pollitem_t){ zsock_resolve (self->live), 0, ZMQ_POLLIN, 0 };
    }
  zmq_poll (items, n, self->greeted ? POLL_PAUSE : HELLO_POLL_PAUSE);
}

/* All is over: whoever waits is told. */
static void
end (UsherZmqBus *self)
{
  run_idle (self);
  usher_publisher_end (self->publisher);
  usher_questions_expire (self->questions, G_MAXINT64);
  g_atomic_int_set (&self->connected, 0);
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  g_clear_pointer (&self->link, usher_link_free);
  if (!self->is_orphan)
    return;

  g_thread_unref (g_steal_pointer (&self->thread));
  g_object_unref (self);
}

gpointer
usher_zmq_bus_run (gpointer data)
{
  UsherZmqBus *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the bus");

  self->lost = g_get_monotonic_time ();
  while (take_orders (self))
    {
      keep_alive (self, g_get_monotonic_time ());
      usher_questions_expire (self->questions, g_get_monotonic_time ());
      if (self->greeted)
        usher_publisher_send (self->publisher);
      run_idle (self);

      usher_pulse_end (pulse);
      await_news (self);
      usher_pulse_begin (pulse);
      watch_link (self, g_get_monotonic_time ());
      drain (self, &self->link->dealer);
      drain (self, &self->pull);
      drain (self, &self->live);
    }
  end (self);

  return NULL;
}
