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
#define MAX_ANSWERS  256

/* takes ownership of @frame */
void
usher_zmq_bus_send (UsherZmqBus *self, GByteArray *frame)
{
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
  usher_zmq_bus_send (self, frame);
}

/* The hub has no seat of the subscriber that leaves; the mutex is held. */
static void
end_leave (UsherZmqBus *self, UsherQuestion *question)
{
  gboolean forget = question->frame->data[question->frame->len - 1] != 0;

  /* its durable position is there still */
  question->code = forget ? 1 + USHER_ERROR_UNAVAILABLE : 0;
  question->text = forget ? g_strdup ("the hub was lost") : NULL;
  question->done = TRUE;
  g_cond_broadcast (&self->cond);
}

/* There is no hub any more to say good-bye to. */
static void
end_good_bye (UsherZmqBus *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherQuestion *question = value;

      if (question->frame == NULL || question->frame->data[0] != USHER_FRAME_BYE)
        continue;
      g_hash_table_iter_remove (&iter);
      question->done = TRUE;
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->mutex);
}

/* The hub has forgotten us, or is another one: begin anew. */
static void
lose_hub (UsherZmqBus *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  UsherPublish *publish = NULL;

  if (!self->greeted)
    return;

  self->greeted = FALSE;
  self->lost = g_get_monotonic_time ();
  self->session++;
  self->next_hello = 0;
  g_atomic_int_set (&self->connected, 0);
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  g_hash_table_remove_all (self->seats);
  g_ptr_array_set_size (self->early, 0);
  self->last_seat = 0;
  g_hash_table_remove_all (self->orphans);
  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ((UsherSubscriber *) value)->seat = 0;
      ((UsherSubscriber *) value)->fetching = FALSE;
    }
  while ((publish = g_queue_pop_tail (&self->sent)) != NULL)
    {
      publish->number = 0;
      g_queue_push_head (&self->unsent, publish);
    }
  self->last_number = 0;
  self->last_told = 0;
  if (self->leaving)
    end_good_bye (self);
}

static void
subscribe_anew (UsherZmqBus *self, UsherSubscriber *subscriber)
{
  usher_zmq_bus_send (self, usher_zmq_bus_make_wish (subscriber, subscriber->id));
  if (subscriber->group == NULL && self->live != NULL)
    {
      /* the NUL ends the topic, so that no channel is the beginning of another */
      zmq_setsockopt (zsock_resolve (self->live),
                      ZMQ_SUBSCRIBE,
                      subscriber->channel,
                      strlen (subscriber->channel) + 1);
    }
}

static void
ask_again (UsherZmqBus *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherQuestion *question = value;

      if (question->frame == NULL || question->subscriber != NULL)
        continue;
      /* who leaves was not seated again */
      if (question->frame->data[0] == USHER_FRAME_LEAVE)
        {
          g_hash_table_iter_remove (&iter);
          end_leave (self, question);
        }
      else
        usher_zmq_bus_send (self, g_byte_array_ref (question->frame));
    }
  g_mutex_unlock (&self->mutex);
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
  usher_zmq_bus_send (self, frame);
}

/* The hub's sockets for deliveries and channels. */
static gboolean
open_ways (UsherZmqBus *self, const char *push, const char *live)
{
  if (!usher_descriptors_are_left (self->wake))
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
  GHashTableIter iter;
  gpointer value = NULL;

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
  if (g_atomic_int_get (&self->paused))
    send_request (self, USHER_FRAME_PAUSE, NULL);
  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    subscribe_anew (self, value);
  ask_again (self);
}

/* The hub has given a subscriber its seat. */
static void
seat_subscriber (UsherZmqBus *self, guint id, const char *seat, guint64 next)
{
  UsherSubscriber *subscriber = g_hash_table_lookup (self->subscribers, GUINT_TO_POINTER (id));
  guint64 number = 0;

  if (subscriber == NULL && seat != NULL &&
      g_hash_table_remove (self->orphans, GUINT_TO_POINTER (id)))
    {
      guint orphan = (guint) g_ascii_strtoull (seat, NULL, 10);

      send_request (self, USHER_FRAME_LEAVE, &orphan);
      return;
    }
  if (subscriber == NULL || seat == NULL ||
      !g_ascii_string_to_unsigned (seat, 10, 1, G_MAXUINT, &number, NULL))
    return;

  subscriber->seat = (guint) number;
  subscriber->seen = subscriber->next;
  /* what a durable one answered may be lost: it gets all again that the hub does not know to be done */
  subscriber->next = subscriber->durable != NULL ? next : MAX (subscriber->next, next);
  g_hash_table_insert (self->seats, GUINT_TO_POINTER (subscriber->seat), subscriber);
  self->last_seat = MAX (self->last_seat, subscriber->seat);
  if (subscriber->group == NULL)
    usher_zmq_bus_fetch (self, subscriber);
  usher_zmq_bus_take_early (self);
}

static void
take_reply (UsherZmqBus *self, UsherFrameReader *reader)
{
  guint id = usher_frame_read_u32 (reader);
  guint8 code = usher_frame_read_u8 (reader);
  g_autofree char *text = usher_frame_read_text (reader);
  guint64 number = usher_frame_read_u64 (reader);
  UsherQuestion *question = NULL;
  GQueue ended = G_QUEUE_INIT;

  if (reader->failed)
    return;

  if (code == 0)
    seat_subscriber (self, id, text, number);

  g_mutex_lock (&self->mutex);
  question = g_hash_table_lookup (self->asked, GUINT_TO_POINTER (id));
  if (question != NULL)
    {
      g_hash_table_remove (self->asked, GUINT_TO_POINTER (id));
      question->code = code;
      question->text = g_steal_pointer (&text);
      question->number = number;
      usher_zmq_bus_end_question (self, question, &ended);
    }
  g_mutex_unlock (&self->mutex);
  usher_zmq_bus_tell_ended (self, &ended);
}

/* The hub does not let us in: who waits is told, and we ask again now and then. */
static void
take_refusal (UsherZmqBus *self, UsherFrameReader *reader)
{
  g_autofree char *reason = usher_frame_read_text (reader);
  GQueue ended = G_QUEUE_INIT;
  GHashTableIter iter;
  gpointer value = NULL;

  if (reader->failed || reason == NULL)
    return;

  self->next_hello = g_get_monotonic_time () + REFUSED_PAUSE;
  if (!self->told)
    g_message ("the hub at “%s” refuses member “%s”: %s", self->endpoint, self->client, reason);
  self->told = TRUE;
  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherQuestion *question = value;

      g_hash_table_iter_remove (&iter);
      question->code = 1 + USHER_ERROR_BUSY;
      question->text = g_strdup (reason);
      usher_zmq_bus_end_question (self, question, &ended);
    }
  g_mutex_unlock (&self->mutex);
  usher_zmq_bus_tell_ended (self, &ended);
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
      usher_zmq_bus_send (self, usher_frame_new (USHER_FRAME_PING));
      break;

    case USHER_FRAME_CONFIRM:
      usher_zmq_bus_take_confirm (self, &reader);
      break;

    case USHER_FRAME_REPLY:
      take_reply (self, &reader);
      break;

    case USHER_FRAME_GROWN:
      usher_zmq_bus_take_grown (self, &reader);
      break;

    case USHER_FRAME_FETCHED:
      usher_zmq_bus_take_fetched (self, &reader);
      break;

    case USHER_FRAME_DELIVER:
      usher_zmq_bus_deliver (self, &reader);
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
  usher_zmq_bus_take_live (self, data, &reader);
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

static void
send_answers (UsherZmqBus *self, GArray *answers)
{
  for (guint from = 0; self->greeted && from < answers->len; from += MAX_ANSWERS)
    {
      guint count = MIN (MAX_ANSWERS, answers->len - from);
      GByteArray *frame = usher_frame_new (USHER_FRAME_ANSWER);

      usher_frame_add_u16 (frame, (guint16) count);
      for (guint i = from; i < from + count; i++)
        {
          const UsherAnswer *answer = &g_array_index (answers, UsherAnswer, i);
          const UsherSubscriber *subscriber =
              g_hash_table_lookup (self->subscribers, GUINT_TO_POINTER (answer->subscription));

          usher_frame_add_u32 (frame, subscriber != NULL ? subscriber->seat : 0);
          usher_frame_add_u64 (frame, answer->sequence);
          usher_frame_add_u8 (frame, (guint8) answer->kind);
          usher_frame_add_u64 (frame, (guint64) answer->delay);
          usher_frame_add_text (frame, answer->reason);
        }
      usher_zmq_bus_send (self, frame);
    }
}

/* Puts the hub's name of a subscription in place of ours, in a LEAVE frame. */
static void
translate_leave (UsherZmqBus *self, UsherQuestion *question, GQueue *left)
{
  const guint at = 1 + sizeof (guint32);
  guint32 id = 0;
  UsherSubscriber *subscriber = NULL;

  memcpy (&id, question->frame->data + at, sizeof id);
  subscriber = g_hash_table_lookup (self->subscribers, GUINT_TO_POINTER (GUINT32_FROM_LE (id)));
  id = GUINT32_TO_LE (subscriber != NULL ? subscriber->seat : 0);
  memcpy (question->frame->data + at, &id, sizeof id);
  if (subscriber == NULL)
    return;

  g_hash_table_remove (self->seats, GUINT_TO_POINTER (subscriber->seat));
  g_hash_table_steal (self->subscribers, GUINT_TO_POINTER (subscriber->id));
  g_queue_push_tail (left, subscriber);
}

/* Nobody waits for a subscriber any more. */
static void
forget (UsherZmqBus *self, UsherQuestion *question, GQueue *left)
{
  gpointer key = GUINT_TO_POINTER (question->forgotten);
  UsherSubscriber *subscriber = g_hash_table_lookup (self->subscribers, key);

  if (subscriber != NULL)
    {
      if (subscriber->seat != 0)
        send_request (self, USHER_FRAME_LEAVE, &subscriber->seat);
      else
        g_hash_table_add (self->orphans, key);
      g_hash_table_remove (self->seats, GUINT_TO_POINTER (subscriber->seat));
      g_hash_table_steal (self->subscribers, key);
      g_queue_push_tail (left, subscriber);
    }
  question->done = TRUE;
  g_cond_broadcast (&self->cond);
}

/* Takes up a question; the mutex is held. @left: whom to free without it. */
static void
take_question (UsherZmqBus *self, UsherQuestion *question, GQueue *left)
{
  guint8 type = question->frame != NULL ? question->frame->data[0] : 0;

  if (question->forgotten != 0)
    {
      forget (self, question, left);
      return;
    }

  g_hash_table_insert (self->asked, GUINT_TO_POINTER (question->id), question);
  if (question->subscriber != NULL)
    {
      question->subscriber->taken = TRUE;
      g_hash_table_insert (self->subscribers,
                           GUINT_TO_POINTER (question->subscriber->id),
                           question->subscriber);
      if (self->greeted)
        subscribe_anew (self, question->subscriber);
      return;
    }

  if (type == USHER_FRAME_LEAVE)
    translate_leave (self, question, left);
  if (type == USHER_FRAME_BYE)
    {
      self->leaving = TRUE;
      /* the hub went a moment before */
      if (!self->greeted)
        {
          g_hash_table_remove (self->asked, GUINT_TO_POINTER (question->id));
          question->done = TRUE;
          g_cond_broadcast (&self->cond);
        }
    }
  if (self->greeted)
    usher_zmq_bus_send (self, g_byte_array_ref (question->frame));
}

/* Sends the answers that are there; returns with the mutex held and none left, so that a farewell finds all that was
 * answered before it sent. */
static void
flush_answers_and_lock (UsherZmqBus *self)
{
  g_mutex_lock (&self->mutex);
  while (self->answers->len > 0)
    {
      g_autoptr (GArray) answers = self->answers;

      self->answers = usher_zmq_bus_new_answers ();
      g_mutex_unlock (&self->mutex);
      send_answers (self, answers);
      g_mutex_lock (&self->mutex);
    }
}

/* Takes over what other threads have left; FALSE when it is time to stop. */
static gboolean
take_orders (UsherZmqBus *self)
{
  GQueue left = G_QUEUE_INIT;
  gpointer item = NULL;
  gboolean stopping = FALSE;

  g_mutex_lock (&self->mutex);
  self->waked = FALSE;
  stopping = self->stopping;
  g_mutex_unlock (&self->mutex);

  usher_zmq_bus_take_published (self);
  flush_answers_and_lock (self);
  while ((item = g_queue_pop_head (&self->questions)) != NULL)
    take_question (self, item, &left);
  g_mutex_unlock (&self->mutex);
  g_queue_clear_full (&left, usher_zmq_bus_free_subscriber);

  return !stopping;
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
  usher_zmq_bus_send (self, usher_frame_new (USHER_FRAME_PING));
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
  gboolean is_news = FALSE;

  g_mutex_lock (&self->mutex);
  is_news = self->trouble != trouble;
  self->trouble = trouble;
  g_mutex_unlock (&self->mutex);
  if (is_news && trouble != NULL)
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
  if (!self->got_some)
    return;

  self->got_some = FALSE;
  if (self->idle != NULL)
    self->idle (self->idle_data);
}

gpointer
usher_zmq_bus_run (gpointer data)
{
  UsherZmqBus *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the bus");

  self->lost = g_get_monotonic_time ();
  while (take_orders (self))
    {
      zmq_pollitem_t items[5] = {
        { NULL, self->wake, ZMQ_POLLIN, 0 },
        { zsock_resolve (self->link->dealer), 0, ZMQ_POLLIN, 0 },
      };
      int n = 2;
      guint64 ignored = 0;

      keep_alive (self, g_get_monotonic_time ());
      usher_zmq_bus_end_questions (self, g_get_monotonic_time ());
      usher_zmq_bus_send_publishes (self);
      run_idle (self);
      if (self->link->monitor != NULL)
        items[n++] = (zmq_pollitem_t){ zsock_resolve (self->link->monitor), 0, ZMQ_POLLIN, 0 };
      if (self->pull != NULL)
        {
          items[n++] = (zmq_pollitem_t){ zsock_resolve (self->pull), 0, ZMQ_POLLIN, 0 };
          items[n++] = (zmq_pollitem_t){ zsock_resolve (self->live), 0, ZMQ_POLLIN, 0 };
        }

      usher_pulse_end (pulse);
      zmq_poll (items, n, self->greeted ? 500 : 50);
      usher_pulse_begin (pulse);
      if ((items[0].revents & ZMQ_POLLIN) != 0 && read (self->wake, &ignored, sizeof ignored) < 0)
        g_debug ("nobody had waked the bus");
      watch_link (self, g_get_monotonic_time ());
      drain (self, &self->link->dealer);
      drain (self, &self->pull);
      drain (self, &self->live);
    }

  run_idle (self);
  usher_zmq_bus_end_publishes (self);
  usher_zmq_bus_end_questions (self, G_MAXINT64);
  g_atomic_int_set (&self->connected, 0);
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  g_clear_pointer (&self->link, usher_link_free);

  return NULL;
}
