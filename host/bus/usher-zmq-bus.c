/* usher-zmq-bus.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-zmq-bus.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "usher-descriptors-private.h"
#include "usher-error.h"
#include "usher-zmq-bus-private.h"

/* how long a hub may take to answer a good-bye; it finds out by itself that a member is gone */
#define FAREWELL (300 * G_TIME_SPAN_MILLISECOND)
/* how long a question may go without an answer */
#define PATIENCE (30 * G_TIME_SPAN_SECOND)
/* bytes that are told of why an event was not taken */
#define MAX_REASON 1024

/**
 * UsherZmqBus:
 *
 * A member of a hub, over ZeroMQ.
 *
 * It runs one thread, which owns its sockets and calls the subscribers. It comes up before its hub, and survives it:
 * it says hello until it is answered, subscribes anew and sends what was not confirmed again, in order.
 */
static void bus_iface_init (UsherBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherZmqBus,
                               usher_zmq_bus,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_BUS, bus_iface_init))

static void
clear_answer (gpointer data)
{
  g_clear_pointer (&((UsherAnswer *) data)->reason, g_free);
}

GArray *
usher_zmq_bus_new_answers (void)
{
  GArray *answers = g_array_new (FALSE, FALSE, sizeof (UsherAnswer));

  g_array_set_clear_func (answers, clear_answer);

  return answers;
}

void
usher_zmq_bus_free_subscriber (gpointer data)
{
  UsherSubscriber *subscriber = data;

  if (subscriber->destroy != NULL)
    subscriber->destroy (subscriber->user_data);
  g_free (subscriber->channel);
  g_free (subscriber->group);
  g_free (subscriber->durable);
  g_free (subscriber);
}

static void
usher_zmq_bus_finalize (GObject *object)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (object);

  g_array_unref (self->answers);
  g_hash_table_unref (self->asked);
  g_hash_table_unref (self->orphans);
  g_hash_table_unref (self->seats);
  g_ptr_array_unref (self->early);
  g_hash_table_unref (self->subscribers);
  g_clear_pointer (&self->link, usher_link_free);
  g_clear_object (&self->clock);
  g_free (self->endpoint);
  g_free (self->client);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  if (self->wake >= 0)
    close (self->wake);

  G_OBJECT_CLASS (usher_zmq_bus_parent_class)->finalize (object);
}

static gpointer
close_elsewhere (gpointer data)
{
  g_autoptr (UsherZmqBus) self = data;

  usher_bus_close (USHER_BUS (self), 0, NULL);

  return NULL;
}

static void
usher_zmq_bus_dispose (GObject *object)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (object);

  /* a delivery that was dropped on the bus's thread had the last reference: that thread cannot wait for itself */
  if (self->thread == g_thread_self ())
    g_thread_unref (g_thread_new ("usher-bus-close", close_elsewhere, g_object_ref (self)));
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
  self->wake = -1;
  self->instance = (guint64) g_random_int () << 32 | g_random_int ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->publishes);
  g_queue_init (&self->questions);
  g_queue_init (&self->sent);
  g_queue_init (&self->unsent);
  self->answers = usher_zmq_bus_new_answers ();
  self->asked = g_hash_table_new (NULL, NULL);
  self->seats = g_hash_table_new (NULL, NULL);
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->orphans = g_hash_table_new (NULL, NULL);
  self->subscribers = g_hash_table_new_full (NULL, NULL, NULL, usher_zmq_bus_free_subscriber);
}

/**
 * usher_zmq_bus_new:
 * @endpoint: as [method@Hub.bind] returned it
 * @client: a name for the monitoring, and for durable subscriptions without a group
 * @clock: the clock
 * @error: return location for a [error@Error]
 *
 * Makes a member. Returns at once; the member connects, and connects again, by itself.
 *
 * Returns: (transfer full): the bus, or `NULL`: `USHER_ERROR_FORBIDDEN` when @endpoint is beyond this machine, see
 *   [ctor@ZmqBus.new_with_keys], `USHER_ERROR_INVALID` when it is none, `USHER_ERROR_UNAVAILABLE`
 */
UsherBus *
usher_zmq_bus_new (const char *endpoint, const char *client, UsherClock *clock, GError **error)
{
  return usher_zmq_bus_new_with_keys (endpoint, client, clock, NULL, error);
}

/**
 * usher_zmq_bus_new_with_keys:
 * @endpoint: as [method@Hub.bind] returned it
 * @client: a name for the monitoring, and for durable subscriptions without a group
 * @clock: the clock
 * @keys: (nullable): a directory with the keys for tcp, as [func@keys_make] makes them
 * @error: return location for a [error@Error]
 *
 * Makes a member, as [ctor@ZmqBus.new] does, whose connection over tcp is encrypted, and which only a hub with the right
 * key may be at the other end of. A hub that does not let it in is told of in the log, once, and asked again.
 *
 * Returns: (transfer full): the bus, or `NULL`: `USHER_ERROR_FORBIDDEN` when @endpoint is beyond this machine and there
 *   are no keys, or others can read them; `USHER_ERROR_NOT_FOUND`, `USHER_ERROR_CORRUPT` when a key is missing or is none;
 *   `USHER_ERROR_UNAVAILABLE`
 */
UsherBus *
usher_zmq_bus_new_with_keys (const char *endpoint,
                             const char *client,
                             UsherClock *clock,
                             const char *keys,
                             GError **error)
{
  g_autoptr (UsherZmqBus) self = NULL;

  g_return_val_if_fail (endpoint != NULL, NULL);
  g_return_val_if_fail (client != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  /* the first socket would take SIGINT and SIGTERM */
  zsys_init ();
  zsys_handler_set (NULL);

  self = g_object_new (USHER_TYPE_ZMQ_BUS, NULL);
  self->endpoint = g_strdup (endpoint);
  self->client = g_strdup (client);
  self->clock = g_object_ref (clock);
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake < 0 || !usher_descriptors_are_left (self->wake))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no file descriptors are left for a member of the bus");
      return NULL;
    }

  self->link = usher_link_new (endpoint, keys, error);
  if (self->link == NULL)
    return NULL;
  /* the socket moves to the thread, which starts behind a full fence */
  self->thread = g_thread_new ("usher-bus", usher_zmq_bus_run, self);

  return USHER_BUS (g_steal_pointer (&self));
}

/* The mutex is held. */
void
usher_zmq_bus_wake_locked (UsherZmqBus *self)
{
  guint64 one = 1;

  if (self->waked)
    return;

  self->waked = TRUE;
  if (write (self->wake, &one, sizeof one) < 0)
    g_message ("the bus cannot be waked: %s", g_strerror (errno));
}

void
usher_zmq_bus_free_publish (UsherPublish *publish)
{
  if (publish->destroy != NULL)
    publish->destroy (publish->user_data);
  usher_event_unref (publish->event);
  g_free (publish);
}

void
usher_zmq_bus_end_publish (UsherZmqBus *self, UsherPublish *publish, const GError *error)
{
  publish->func (publish->event, error, publish->user_data);
  usher_zmq_bus_free_publish (publish);

  g_mutex_lock (&self->mutex);
  self->n_open--;
  if (self->n_open == 0)
    g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
usher_zmq_bus_publish (UsherBus *bus,
                       UsherEvent *event,
                       UsherPublishedFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherPublish *publish = g_new0 (UsherPublish, 1);
  gboolean taken = FALSE;

  publish->event = usher_event_ref (event);
  publish->func = func;
  publish->user_data = user_data;
  publish->destroy = destroy;

  g_mutex_lock (&self->mutex);
  taken = !self->closing;
  if (taken)
    {
      self->n_open++;
      g_queue_push_tail (&self->publishes, publish);
      usher_zmq_bus_wake_locked (self);
    }
  g_mutex_unlock (&self->mutex);

  /* a closed bus says nothing more: the event stays in its outbox */
  if (!taken)
    usher_zmq_bus_free_publish (publish);
}

/* What comes of an error message may be of any length. */
static char *
shorten (const char *reason)
{
  if (reason == NULL || strlen (reason) <= MAX_REASON)
    return g_strdup (reason);

  return g_strndup (reason, (gsize) (g_utf8_find_prev_char (reason, reason + MAX_REASON) - reason));
}

void
usher_zmq_bus_answer (UsherBus *bus,
                      guint subscription,
                      guint64 sequence,
                      UsherAnswerKind kind,
                      gint64 delay,
                      const char *reason)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherAnswer answer = { subscription, sequence, kind, delay, shorten (reason) };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_array_append_val (self->answers, answer);
  usher_zmq_bus_wake_locked (self);
}

/* Asks the hub and waits. */
static gboolean
ask (UsherZmqBus *self, UsherQuestion *question, gint64 patience, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + patience;

  g_mutex_lock (&self->mutex);
  if (self->stopping || self->thread == NULL)
    {
      g_mutex_unlock (&self->mutex);
      g_clear_pointer (&question->frame, g_byte_array_unref);
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus is closed");
      return FALSE;
    }
  g_queue_push_tail (&self->questions, question);
  usher_zmq_bus_wake_locked (self);
  while (!question->done && !self->stopping &&
         g_cond_wait_until (&self->cond, &self->mutex, deadline))
    continue;
  /* the thread must not meet it any more */
  if (!question->done)
    {
      g_queue_remove (&self->questions, question);
      g_hash_table_remove (self->asked, GUINT_TO_POINTER (question->id));
    }
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&question->frame, g_byte_array_unref);

  return usher_zmq_bus_check (self, question, error);
}

static void
init_question (UsherZmqBus *self, UsherQuestion *question, UsherFrameType type)
{
  g_mutex_lock (&self->mutex);
  question->id = ++self->last_id;
  g_mutex_unlock (&self->mutex);
  question->frame = usher_frame_new (type);
  usher_frame_add_u32 (question->frame, question->id);
}

GByteArray *
usher_zmq_bus_make_wish (UsherSubscriber *subscriber, guint request)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_SUBSCRIBE);
  const UsherSubscription *wish = &subscriber->wish;
  /* who has been there goes on where he was */
  gboolean resumes = subscriber->next > 0 && subscriber->group == NULL;

  usher_frame_add_u32 (frame, request);
  usher_frame_add_text (frame, subscriber->channel);
  usher_frame_add_text (frame, subscriber->group);
  usher_frame_add_text (frame, subscriber->durable);
  usher_frame_add_u8 (frame, (guint8) (resumes ? USHER_START_SEQUENCE : wish->start));
  usher_frame_add_u64 (frame, resumes ? subscriber->next : wish->start_sequence);
  usher_frame_add_u64 (frame, (guint64) wish->start_time);
  usher_frame_add_u32 (frame, wish->max_in_flight);
  usher_frame_add_u64 (frame, (guint64) wish->ack_wait);
  usher_frame_add_u32 (frame, wish->max_deliver);
  usher_frame_add_u64 (frame, (guint64) wish->defer_limit);

  return frame;
}

/* Waits until the thread does not know @subscriber any more, and frees it. */
static void
forget_subscriber (UsherZmqBus *self, UsherSubscriber *subscriber)
{
  UsherQuestion question = { .forgotten = subscriber->id };
  gboolean taken = FALSE;

  g_mutex_lock (&self->mutex);
  taken = subscriber->taken;
  /* a thread that ends forgets them all */
  if (taken && !self->stopping)
    {
      g_queue_push_tail (&self->questions, &question);
      usher_zmq_bus_wake_locked (self);
      while (!question.done)
        g_cond_wait (&self->cond, &self->mutex);
    }
  g_mutex_unlock (&self->mutex);

  if (!taken)
    usher_zmq_bus_free_subscriber (subscriber);
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

  subscriber = g_new0 (UsherSubscriber, 1);
  subscriber->channel = g_strdup (subscription->channel);
  subscriber->group = g_strdup (subscription->group);
  subscriber->durable = g_strdup (subscription->durable);
  subscriber->wish = *subscription;
  subscriber->func = func;
  subscriber->user_data = user_data;
  subscriber->destroy = destroy;

  init_question (self, &question, USHER_FRAME_SUBSCRIBE);
  id = subscriber->id = question.id;
  g_clear_pointer (&question.frame, g_byte_array_unref);
  question.subscriber = subscriber;
  ok = ask (self, &question, PATIENCE, error);
  g_free (question.text);
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

  init_question (self, &question, USHER_FRAME_LEAVE);
  /* the thread puts the hub's name for it in place of ours */
  usher_frame_add_u32 (question.frame, subscription_id);
  usher_frame_add_u8 (question.frame, forget ? 1 : 0);
  ok = ask (self, &question, PATIENCE, error);
  g_free (question.text);

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

static gboolean
usher_zmq_bus_pause (UsherBus *bus, GError **error)
{
  UsherZmqBus *self = USHER_ZMQ_BUS (bus);
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  g_atomic_int_set (&self->paused, 1);
  init_question (self, &question, USHER_FRAME_PAUSE);
  ok = ask (self, &question, G_TIME_SPAN_SECOND, error);
  g_free (question.text);

  return ok;
}

static gboolean
ask_text (UsherZmqBus *self, const char *what, char **text, GError **error)
{
  UsherQuestion question = { 0 };
  gboolean ok = FALSE;

  init_question (self, &question, USHER_FRAME_ASK);
  usher_frame_add_text (question.frame, what);
  ok = ask (self, &question, PATIENCE, error);
  if (ok && text != NULL)
    *text = g_steal_pointer (&question.text);
  g_free (question.text);

  return ok;
}

static char *
usher_zmq_bus_describe (UsherBus *bus, const char *what, GError **error)
{
  char *text = NULL;

  ask_text (USHER_ZMQ_BUS (bus), what, &text, error);

  return text;
}

static gboolean
usher_zmq_bus_replay_parked (UsherBus *bus, const char *id, GError **error)
{
  g_autofree char *what = g_strconcat ("replay ", id, NULL);

  return ask_text (USHER_ZMQ_BUS (bus), what, NULL, error);
}

static gboolean
usher_zmq_bus_drop_parked (UsherBus *bus, const char *id, GError **error)
{
  g_autofree char *what = g_strconcat ("drop ", id, NULL);

  return ask_text (USHER_ZMQ_BUS (bus), what, NULL, error);
}

/* Waits until all is confirmed; returns whether it is. */
static gboolean
wait_for_confirms (UsherZmqBus *self, gint64 deadline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->closing = TRUE;
  while (self->n_open > 0 && g_get_monotonic_time () < deadline)
    g_cond_wait_until (&self->cond, &self->mutex, deadline);

  return self->n_open == 0;
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

  flushed = wait_for_confirms (self, deadline);
  if (usher_zmq_bus_is_connected (bus))
    {
      g_atomic_int_set (&self->paused, 1);
      init_question (self, &question, USHER_FRAME_BYE);
      ask (self, &question, FAREWELL, NULL);
      g_free (question.text);
    }

  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->cond);
  usher_zmq_bus_wake_locked (self);
  g_mutex_unlock (&self->mutex);
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
  iface->pause = usher_zmq_bus_pause;
  iface->close = usher_zmq_bus_close;
  iface->describe = usher_zmq_bus_describe;
  iface->describe_async = usher_zmq_bus_describe_async;
  iface->replay_parked = usher_zmq_bus_replay_parked;
  iface->drop_parked = usher_zmq_bus_drop_parked;
}
