/* usher-zmq-bus.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus-private.h"

#include "usher-bus-figures-private.h"
#include "usher-descriptors-private.h"
#include "usher-error.h"
#include "usher-socket-private.h"

/* how long a hub may take to answer a good-bye; it finds out by itself that a member is gone */
#define FAREWELL (300 * G_TIME_SPAN_MILLISECOND)
/* how long a question may go without an answer */
#define PATIENCE (30 * G_TIME_SPAN_SECOND)

/* A member of a hub, over ZeroMQ.
 *
 * It runs one thread, which owns its sockets and calls the subscribers. It comes up before its hub, and survives it: it says
 * hello until it is answered, subscribes anew and sends what was not confirmed again, in order. Here are its callers; the
 * thread's half is in usher-zmq-bus-loop.c. */
static void bus_iface_init (UsherBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherZmqBus,
                               usher_zmq_bus,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_BUS, bus_iface_init))

static void
usher_zmq_bus_finalize (GObject *object)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (object);

  g_clear_pointer (&self->publisher, usher_publisher_free);
  g_clear_pointer (&self->subscribers, usher_subscribers_free);
  g_clear_pointer (&self->answers, usher_answers_unref);
  g_clear_pointer (&self->questions, usher_questions_free);
  g_clear_pointer (&self->line, usher_line_free);
  g_clear_pointer (&self->wake, usher_wake_unref);
  g_free (self->refusal);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_zmq_bus_parent_class)->finalize (object);
}

static void
usher_zmq_bus_dispose (GObject *object)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (object);

  /* a function that the thread called had the last reference */
  if (self->thread == g_thread_self () && !self->is_orphan)
    usher_zmq_bus_abandon (self);
  else
    usher_bus_close (USHER_BUS (self), 0, NULL);

  G_OBJECT_CLASS (usher_zmq_bus_parent_class)->dispose (object);
}

static void
usher_zmq_bus_class_init (UsherZmqBusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = usher_zmq_bus_dispose;
  G_OBJECT_CLASS (klass)->finalize = usher_zmq_bus_finalize;
}

static void
usher_zmq_bus_init (UsherZmqBus *self)
{
  g_mutex_init (&self->mutex);
}

UsherBus *
usher_zmq_bus_new (const char *endpoint,
                   const char *client,
                   UsherClock *clock,
                   const char *keys,
                   GError **error)
{
  g_autoptr (UsherZmqBus) self = NULL;
  g_autoptr (GError) cause = NULL;

  usher_socket_begin ();

  self = g_object_new (USHER_TYPE_ZMQ_BUS, NULL);
  self->wake = usher_wake_new ();
  if (self->wake == NULL || !usher_descriptors_are_left ())
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no file descriptors are left for a member of the bus");
      return NULL;
    }

  self->line = usher_line_new (endpoint, client, keys, self->wake, error);
  if (self->line == NULL)
    return NULL;

  self->publisher = usher_publisher_new (self->wake, usher_line_send, self->line);
  self->subscribers = usher_subscribers_new (usher_line_send, self->line);
  self->answers = usher_answers_new (self->wake);
  self->questions = usher_questions_new (self->wake, endpoint);
  /* the socket moves to the thread, which starts behind a full fence */
  self->thread = g_thread_try_new ("usher-bus", usher_zmq_bus_run, self, &cause);
  if (self->thread == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no thread is left for a member of the bus: %s",
                   cause->message);
      return NULL;
    }

  return USHER_BUS (g_steal_pointer (&self));
}

static void
usher_zmq_bus_publish (UsherBus *bus,
                       UsherEvent *event,
                       UsherPublishedFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  usher_publisher_post (USHER_ZMQ_BUS (bus)->publisher, event, func, user_data, destroy);
}

/* Asks the hub and waits; the answer is in @question, which is to be cleared. */
static gboolean
ask (UsherZmqBus *self, UsherQuestion *question, gint64 patience, GError **error)
{
  if (self->thread != NULL)
    return usher_questions_ask (self->questions, question, patience, error);

  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus is closed");

  return FALSE;
}

/* Waits until the thread does not know @subscriber any more, and frees it. */
static void
forget_subscriber (UsherZmqBus *self, UsherSubscriber *subscriber)
{
  UsherQuestion question = { .forgotten = subscriber->id };

  /* a thread that ends forgets them all */
  if (subscriber->taken)
    usher_questions_ask_thread (self->questions, &question);
  else
    usher_subscriber_free (subscriber);
}

static gboolean
check_wish (const UsherSubscription *wish, GError **error)
{
  if (usher_frame_is_name (wish->channel) &&
      (wish->group == NULL || usher_frame_is_name (wish->group)) &&
      (wish->durable == NULL || usher_frame_is_name (wish->durable)))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the names of a subscription are lines of text, from 1 to 255 bytes");

  return FALSE;
}

static guint
usher_zmq_bus_subscribe (UsherBus *bus,
                         const UsherSubscription *subscription,
                         UsherDeliveryFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy,
                         GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherSubscriber *subscriber = NULL;
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;
  guint id = 0;

  if (!check_wish (subscription, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return 0;
    }

  usher_questions_init_question (self->questions, &question, USHER_FRAME_SUBSCRIBE);
  id = question.id;
  subscriber = usher_subscriber_new (id, subscription, self->answers, func, user_data, destroy);
  /* the thread makes the frame, for each hub anew */
  g_clear_pointer (&question.frame, g_byte_array_unref);
  question.subscriber = subscriber;
  ok = ask (self, &question, PATIENCE, error);
  usher_question_clear (&question);
  if (ok)
    return id;

  g_prefix_error (error, "channel “%s”: ", subscription->channel);
  forget_subscriber (self, subscriber);

  return 0;
}

static gboolean
usher_zmq_bus_unsubscribe (UsherBus *bus, guint subscription_id, gboolean forget, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  usher_questions_init_question (self->questions, &question, USHER_FRAME_LEAVE);
  /* the thread puts the hub's name for it in place of ours */
  usher_frame_add_u32 (question.frame, subscription_id);
  usher_frame_add_u8 (question.frame, forget ? 1 : 0);
  ok = ask (self, &question, PATIENCE, error);
  usher_question_clear (&question);

  return ok;
}

static void
usher_zmq_bus_set_idle_func (UsherBus *bus, UsherBusIdleFunc func, gpointer user_data)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->idle = func;
  self->idle_data = user_data;
}

static gboolean
usher_zmq_bus_is_connected (UsherBus *bus)
{
  return g_atomic_int_get (&USHER_ZMQ_BUS (bus)->connected) != 0;
}

static char *
usher_zmq_bus_dup_refusal (UsherBus *bus)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->refusal);
}

static gboolean
usher_zmq_bus_pause (UsherBus *bus, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  usher_subscribers_pause (self->subscribers);
  usher_questions_init_question (self->questions, &question, USHER_FRAME_PAUSE);
  ok = ask (self, &question, G_TIME_SPAN_SECOND, error);
  usher_question_clear (&question);

  return ok;
}

/* Asks what the hub answers by itself; @question: to be cleared */
static void
init_ask (UsherZmqBus *self, UsherQuestion *question, UsherAskKind kind)
{
  usher_questions_init_question (self->questions, question, USHER_FRAME_ASK);
  usher_frame_add_u8 (question->frame, (guint8) kind);
}

static gboolean
usher_zmq_bus_get_last_sequence (UsherBus *bus,
                                 const char *channel,
                                 guint64 *sequence,
                                 GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  init_ask (self, &question, USHER_ASK_LAST_SEQUENCE);
  usher_frame_add_text (question.frame, channel);
  ok = ask (self, &question, PATIENCE, error);
  *sequence = question.number;
  usher_question_clear (&question);

  return ok;
}

static gboolean
usher_zmq_bus_check_log (UsherBus *bus, const UsherReach *known, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  init_ask (self, &question, USHER_ASK_CHECK);
  usher_frame_add_reach (question.frame, known);
  ok = ask (self, &question, PATIENCE, error);
  usher_question_clear (&question);
  if (ok)
    g_atomic_int_set (&self->insists, 1);

  return ok;
}

static gboolean
usher_zmq_bus_get_reach (UsherBus *bus, UsherReach *reach)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *reach = self->reach;

  return usher_reach_is_known (reach);
}

/* Whether all of an answer was read, and it was sound. */
static gboolean
check_body (UsherFrameReader *reader, GError **error)
{
  if (!reader->failed && reader->at == reader->end)
    return TRUE;

  g_set_error (error, USHER_ERROR, USHER_ERROR_CORRUPT, "the hub's answer is malformed");

  return FALSE;
}

static UsherBusFigures *
usher_zmq_bus_get_figures (UsherBus *bus, UsherBusParts parts, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  UsherFrameReader reader;
  g_autoptr (UsherBusFigures) figures = NULL;

  init_ask (self, &question, USHER_ASK_FIGURES);
  usher_frame_add_u32 (question.frame, parts);
  if (ask (self, &question, PATIENCE, error))
    {
      usher_question_read (&question, &reader);
      figures = usher_record_read (&usher_bus_figures_type, &reader);
      if (!check_body (&reader, error))
        g_clear_pointer (&figures, usher_bus_figures_free);
    }
  usher_question_clear (&question);

  return g_steal_pointer (&figures);
}

static GPtrArray *
usher_zmq_bus_list_parked (UsherBus *bus,
                           const char *channel,
                           guint offset,
                           guint limit,
                           GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  UsherFrameReader reader;
  g_autoptr (GPtrArray) list = NULL;

  init_ask (self, &question, USHER_ASK_PARKED);
  usher_frame_add_text (question.frame, channel);
  usher_frame_add_u32 (question.frame, offset);
  usher_frame_add_u32 (question.frame, limit);
  if (ask (self, &question, PATIENCE, error))
    {
      usher_question_read (&question, &reader);
      list = usher_record_read_list (&usher_parked_event_type, &reader);
      if (!check_body (&reader, error))
        g_clear_pointer (&list, g_ptr_array_unref);
    }
  usher_question_clear (&question);

  return g_steal_pointer (&list);
}

/* Who asked for events. */
typedef struct
{
  UsherEventsFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Asker;

static void
free_asker (gpointer data)
{
  Asker *asker = data;

  if (asker->destroy != NULL)
    asker->destroy (asker->user_data);
  g_free (asker);
}

static void
on_events (const UsherQuestion *question, const GError *error, gpointer user_data)
{
  const Asker *asker = user_data;
  UsherFrameReader reader;
  g_autoptr (UsherBusEvents) events = NULL;
  g_autoptr (GError) malformed = NULL;

  if (error == NULL)
    {
      usher_question_read (question, &reader);
      events = usher_record_read (&usher_bus_events_type, &reader);
      if (!check_body (&reader, &malformed))
        g_clear_pointer (&events, usher_bus_events_free);
    }

  asker->func (g_steal_pointer (&events), error != NULL ? error : malformed, asker->user_data);
}

static void
usher_zmq_bus_read_events (UsherBus *bus,
                           const UsherEventsQuery *query,
                           UsherEventsFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion *question = g_new0 (UsherQuestion, 1);
  Asker *asker = g_new0 (Asker, 1);

  asker->func = func;
  asker->user_data = user_data;
  asker->destroy = destroy;
  init_ask (self, question, USHER_ASK_EVENTS);
  usher_frame_add_text (question->frame, query->channel);
  usher_frame_add_text (question->frame, query->cursor);
  usher_frame_add_u64 (question->frame, (guint64) query->after);
  usher_frame_add_u32 (question->frame, query->limit);
  usher_frame_add_u64 (question->frame, (guint64) query->wait);
  question->func = on_events;
  question->user_data = asker;
  question->destroy = free_asker;
  usher_questions_ask_async (self->questions, question, query->patience);
}

static UsherParkedEvent *
usher_zmq_bus_find_parked (UsherBus *bus, const char *id, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  UsherFrameReader reader;
  g_autoptr (UsherParkedEvent) parked = NULL;

  init_ask (self, &question, USHER_ASK_FIND);
  usher_frame_add_text (question.frame, id);
  if (ask (self, &question, PATIENCE, error))
    {
      usher_question_read (&question, &reader);
      parked = usher_record_read (&usher_parked_event_type, &reader);
      if (!check_body (&reader, error))
        g_clear_pointer (&parked, usher_parked_event_free);
    }
  usher_question_clear (&question);

  return g_steal_pointer (&parked);
}

static gboolean
treat_parked (UsherBus *bus, UsherAskKind kind, const char *id, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  init_ask (self, &question, kind);
  usher_frame_add_text (question.frame, id);
  ok = ask (self, &question, PATIENCE, error);
  usher_question_clear (&question);

  return ok;
}

static gboolean
usher_zmq_bus_replay_parked (UsherBus *bus, const char *id, GError **error)
{
  return treat_parked (bus, USHER_ASK_REPLAY, id, error);
}

static gboolean
usher_zmq_bus_drop_parked (UsherBus *bus, const char *id, GError **error)
{
  return treat_parked (bus, USHER_ASK_DROP, id, error);
}

static gboolean
usher_zmq_bus_close (UsherBus *bus, gint64 timeout, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  gint64 deadline = g_get_monotonic_time () + timeout;
  UsherQuestion question = { 0 };
  gboolean flushed = FALSE;

  if (self->thread == NULL)
    return TRUE;

  flushed = usher_publisher_close (self->publisher, deadline);
  if (usher_zmq_bus_is_connected (bus))
    {
      usher_subscribers_pause (self->subscribers);
      usher_questions_init_question (self->questions, &question, USHER_FRAME_BYE);
      ask (self, &question, FAREWELL, NULL);
      usher_question_clear (&question);
    }

  usher_questions_stop (self->questions);
  g_atomic_int_set (&self->stopping, TRUE);
  usher_wake_signal (self->wake);
  g_thread_join (self->thread);
  self->thread = NULL;

  if (!flushed)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "the hub did not confirm all events in time");

  return flushed;
}

static void
bus_iface_init (UsherBusInterface *iface)
{
  iface->publish = usher_zmq_bus_publish;
  iface->subscribe = usher_zmq_bus_subscribe;
  iface->unsubscribe = usher_zmq_bus_unsubscribe;
  iface->set_idle_func = usher_zmq_bus_set_idle_func;
  iface->is_connected = usher_zmq_bus_is_connected;
  iface->dup_refusal = usher_zmq_bus_dup_refusal;
  iface->check_log = usher_zmq_bus_check_log;
  iface->get_reach = usher_zmq_bus_get_reach;
  iface->pause = usher_zmq_bus_pause;
  iface->close = usher_zmq_bus_close;
  iface->get_last_sequence = usher_zmq_bus_get_last_sequence;
  iface->get_figures = usher_zmq_bus_get_figures;
  iface->read_events = usher_zmq_bus_read_events;
  iface->list_parked = usher_zmq_bus_list_parked;
  iface->find_parked = usher_zmq_bus_find_parked;
  iface->replay_parked = usher_zmq_bus_replay_parked;
  iface->drop_parked = usher_zmq_bus_drop_parked;
}
