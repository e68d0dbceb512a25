/* fake-bus.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fake-bus.h"

#include "usher-error.h"

#define PATIENCE (30 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherEvent *event; /* (owned) */
  UsherPublishedFunc func;
  gpointer user_data;
} Publication;

typedef struct
{
  char *channel; /* (owned) */
  UsherDeliveryFunc func;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
} Subscription;

typedef struct
{
  UsherEventsFunc func;
  gpointer user_data;
} Question;

/* Confirmations come from a thread of its own, as with any bus. */
struct _FakeBus
{
  GObject parent_instance;

  GThreadPool *thread; /* (owned) */
  GAsyncQueue *answers;
  GMutex mutex;
  GCond cond;
  GPtrArray *published;     /* (element-type UsherEvent) (mutex mutex) */
  GPtrArray *open;          /* (element-type Publication) (mutex mutex) */
  GPtrArray *subscriptions; /* (element-type Subscription) (mutex mutex) */
  GPtrArray *kept;          /* (element-type UsherEvent) (mutex mutex) */
  GQueue pages;             /* (element-type UsherBusEvents) (mutex mutex) */
  GQueue waiting;           /* (element-type Question) (mutex mutex) */
  GAsyncQueue *questions;   /* (element-type utf8): the cursors of those that wait */
  gboolean holds;
  gboolean holds_deliveries;
  gboolean refuses;
  int connected;    /* (atomic) */
  UsherReach reach; /* (mutex mutex) */
};

static void bus_iface_init (UsherBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeBus,
                               fake_bus,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_BUS, bus_iface_init))

void
fake_answer_free (FakeAnswer *self)
{
  g_free (self->reason);
  g_free (self);
}

static void
free_publication (gpointer data)
{
  Publication *publication = data;

  usher_event_unref (publication->event);
  g_free (publication);
}

static void
free_subscription (gpointer data)
{
  Subscription *subscription = data;

  if (subscription->destroy != NULL)
    subscription->destroy (subscription->user_data);
  g_free (subscription->channel);
  g_free (subscription);
}

static void
confirm (Publication *publication, const GError *error)
{
  publication->func (publication->event, error, publication->user_data);
  free_publication (publication);
}

static void
confirm_on_thread (gpointer data, gpointer user_data)
{
  confirm (data, NULL);
}

static void
fake_bus_publish (UsherBus *bus,
                  UsherEvent *event,
                  UsherPublishedFunc func,
                  gpointer user_data,
                  GDestroyNotify destroy)
{
  FakeBus *self = FAKE_BUS (bus);
  Publication *publication = g_new0 (Publication, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  publication->event = usher_event_ref (event);
  publication->func = func;
  publication->user_data = user_data;
  g_ptr_array_add (self->published, usher_event_ref (event));
  if (self->holds)
    g_ptr_array_add (self->open, publication);
  else
    g_thread_pool_push (self->thread, publication, NULL);
  g_cond_broadcast (&self->cond);
}

static void
on_answer (UsherEvent *event,
           UsherAnswerKind kind,
           gint64 delay,
           const char *reason,
           gpointer user_data)
{
  FakeBus *self = user_data;
  FakeAnswer *answer = g_new0 (FakeAnswer, 1);

  answer->kind = kind;
  answer->sequence = usher_event_get_sequence (event);
  answer->delay = delay;
  answer->reason = g_strdup (reason);
  g_async_queue_push (self->answers, answer);
}

/* (transfer full) */
static UsherDelivery *
make_delivery (FakeBus *self, UsherEvent *event, guint attempt, gboolean redelivered)
{
  return usher_delivery_new (
      event, attempt, redelivered, on_answer, g_object_ref (self), g_object_unref);
}

static gboolean
find_subscription (FakeBus *self, const char *channel, Subscription *found)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->subscriptions->len; i++)
    {
      Subscription *subscription = g_ptr_array_index (self->subscriptions, i);

      if (g_str_equal (subscription->channel, channel))
        {
          *found = *subscription;
          return TRUE;
        }
    }

  return FALSE;
}

static void
bring (FakeBus *self, const Subscription *subscription, UsherEvent *event)
{
  subscription->func (make_delivery (self, event, 1, FALSE), subscription->user_data);
}

static guint
fake_bus_subscribe (UsherBus *bus,
                    const UsherSubscription *asked,
                    UsherDeliveryFunc func,
                    gpointer user_data,
                    GDestroyNotify destroy,
                    GError **error)
{
  FakeBus *self = FAKE_BUS (bus);
  Subscription *subscription = NULL;

  if (self->refuses)
    {
      if (destroy != NULL)
        destroy (user_data);
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "no seat is free");
      return 0;
    }

  subscription = g_new0 (Subscription, 1);
  subscription->channel = g_strdup (asked->channel);
  subscription->func = func;
  subscription->user_data = user_data;
  subscription->destroy = destroy;
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->subscriptions, subscription);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; !self->holds_deliveries && i < self->kept->len; i++)
    if (g_str_equal (usher_event_get_channel (g_ptr_array_index (self->kept, i)), asked->channel))
      bring (self, subscription, g_ptr_array_index (self->kept, i));

  return self->subscriptions->len;
}

static gboolean
fake_bus_unsubscribe (UsherBus *bus, guint subscription_id, gboolean forget, GError **error)
{
  return TRUE;
}

static void
fake_bus_set_idle_func (UsherBus *bus, UsherBusIdleFunc func, gpointer user_data)
{
}

static gboolean
fake_bus_is_connected (UsherBus *bus)
{
  return g_atomic_int_get (&FAKE_BUS (bus)->connected);
}

static gboolean
fake_bus_get_reach (UsherBus *bus, UsherReach *reach)
{
  FakeBus *self = FAKE_BUS (bus);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *reach = self->reach;

  return usher_reach_is_known (reach);
}

static gboolean
fake_bus_check_log (UsherBus *bus, const UsherReach *known, GError **error)
{
  UsherReach reach;

  fake_bus_get_reach (bus, &reach);
  if (!usher_reach_is_known (known) || !usher_reach_is_behind (&reach, known))
    return TRUE;

  g_set_error (error, USHER_ERROR, USHER_ERROR_CONFLICT, "it is another log");

  return FALSE;
}

static gboolean
fake_bus_pause (UsherBus *bus, GError **error)
{
  return TRUE;
}

static gboolean
fake_bus_close (UsherBus *bus, gint64 timeout, GError **error)
{
  FakeBus *self = FAKE_BUS (bus);
  g_autoptr (GError) closed =
      g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the bus is closed");

  while (self->open->len > 0)
    fake_bus_confirm (self, closed);

  return TRUE;
}

static gboolean
fake_bus_get_last_sequence (UsherBus *bus, const char *channel, guint64 *sequence, GError **error)
{
  FakeBus *self = FAKE_BUS (bus);

  *sequence = 0;
  for (guint i = 0; i < self->kept->len; i++)
    if (g_str_equal (usher_event_get_channel (g_ptr_array_index (self->kept, i)), channel))
      *sequence = usher_event_get_sequence (g_ptr_array_index (self->kept, i));

  return TRUE;
}

static UsherBusFigures *
fake_bus_get_figures (UsherBus *bus, UsherBusParts parts, GError **error)
{
  UsherBusFigures *figures = usher_bus_figures_new ();

  figures->id = g_strdup ("fake");

  return figures;
}

static GPtrArray *
fake_bus_list_parked (UsherBus *bus, const char *channel, guint offset, guint limit, GError **error)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_event_free);
}

static void
fake_bus_read_events (UsherBus *bus,
                      const UsherEventsQuery *query,
                      UsherEventsFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy)
{
  FakeBus *self = FAKE_BUS (bus);
  UsherBusEvents *page = NULL;
  Question *question = NULL;

  g_mutex_lock (&self->mutex);
  if (query->wait > 0)
    {
      question = g_new0 (Question, 1);
      question->func = func;
      question->user_data = user_data;
      g_queue_push_tail (&self->waiting, question);
      g_async_queue_push (self->questions, g_strdup (query->cursor));
    }
  else if (g_queue_get_length (&self->pages) > 1)
    page = g_queue_pop_head (&self->pages);
  else
    page = usher_bus_events_copy (g_queue_peek_head (&self->pages));
  g_mutex_unlock (&self->mutex);

  if (page != NULL)
    func (page, NULL, user_data);
}

static UsherParkedEvent *
fake_bus_find_parked (UsherBus *bus, const char *id, GError **error)
{
  g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return NULL;
}

static gboolean
fake_bus_change_parked (UsherBus *bus, const char *id, GError **error)
{
  return TRUE;
}

static void
bus_iface_init (UsherBusInterface *iface)
{
  iface->publish = fake_bus_publish;
  iface->subscribe = fake_bus_subscribe;
  iface->unsubscribe = fake_bus_unsubscribe;
  iface->set_idle_func = fake_bus_set_idle_func;
  iface->is_connected = fake_bus_is_connected;
  iface->check_log = fake_bus_check_log;
  iface->get_reach = fake_bus_get_reach;
  iface->pause = fake_bus_pause;
  iface->close = fake_bus_close;
  iface->get_last_sequence = fake_bus_get_last_sequence;
  iface->get_figures = fake_bus_get_figures;
  iface->read_events = fake_bus_read_events;
  iface->list_parked = fake_bus_list_parked;
  iface->find_parked = fake_bus_find_parked;
  iface->replay_parked = fake_bus_change_parked;
  iface->drop_parked = fake_bus_change_parked;
}

static void
fake_bus_finalize (GObject *object)
{
  FakeBus *self = FAKE_BUS (object);

  g_thread_pool_free (self->thread, FALSE, TRUE);
  g_async_queue_unref (self->answers);
  g_ptr_array_unref (self->published);
  g_ptr_array_unref (self->open);
  g_ptr_array_unref (self->subscriptions);
  g_ptr_array_unref (self->kept);
  g_queue_clear_full (&self->pages, (GDestroyNotify) usher_bus_events_free);
  g_queue_clear_full (&self->waiting, g_free);
  g_async_queue_unref (self->questions);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (fake_bus_parent_class)->finalize (object);
}

static void
fake_bus_class_init (FakeBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_bus_finalize;
}

static void
fake_bus_init (FakeBus *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_pool_new (confirm_on_thread, self, 1, FALSE, NULL);
  self->answers = g_async_queue_new_full ((GDestroyNotify) fake_answer_free);
  self->published = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  self->open = g_ptr_array_new_with_free_func (free_publication);
  self->subscriptions = g_ptr_array_new_with_free_func (free_subscription);
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  g_queue_init (&self->pages);
  g_queue_init (&self->waiting);
  self->questions = g_async_queue_new_full (g_free);
  self->connected = TRUE;
}

FakeBus *
fake_bus_new (void)
{
  return g_object_new (FAKE_TYPE_BUS, NULL);
}

void
fake_bus_hold (FakeBus *self)
{
  self->holds = TRUE;
}

void
fake_bus_confirm_at (FakeBus *self, guint index, const GError *error)
{
  Publication *publication = NULL;

  g_mutex_lock (&self->mutex);
  g_assert_cmpuint (self->open->len, >, index);
  publication = g_ptr_array_steal_index (self->open, index);
  g_mutex_unlock (&self->mutex);

  confirm (publication, error);
}

void
fake_bus_confirm (FakeBus *self, const GError *error)
{
  fake_bus_confirm_at (self, 0, error);
}

void
fake_bus_await_published (FakeBus *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (self->published->len < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
}

guint
fake_bus_get_n_published (FakeBus *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->published->len;
}

const char *
fake_bus_get_payload (FakeBus *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert_cmpuint (index, <, self->published->len);

  return usher_event_get_payload (g_ptr_array_index (self->published, index), NULL);
}

void
fake_bus_keep (FakeBus *self, UsherEvent *event)
{
  g_ptr_array_add (self->kept, usher_event_ref (event));
}

void
fake_bus_hold_deliveries (FakeBus *self)
{
  self->holds_deliveries = TRUE;
}

void
fake_bus_await_subscriptions (FakeBus *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (self->subscriptions->len < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
}

void
fake_bus_release (FakeBus *self)
{
  for (guint i = 0; i < self->kept->len; i++)
    fake_bus_deliver (self, g_ptr_array_index (self->kept, i), 1, FALSE);
}

void
fake_bus_deliver (FakeBus *self, UsherEvent *event, guint attempt, gboolean redelivered)
{
  Subscription subscription = { NULL };

  g_assert_true (find_subscription (self, usher_event_get_channel (event), &subscription));
  subscription.func (make_delivery (self, event, attempt, redelivered), subscription.user_data);
}

FakeAnswer *
fake_bus_await_answer (FakeBus *self)
{
  FakeAnswer *answer = g_async_queue_timeout_pop (self->answers, PATIENCE);

  g_assert_nonnull (answer);

  return answer;
}

guint
fake_bus_get_n_answers (FakeBus *self)
{
  return (guint) MAX (0, g_async_queue_length (self->answers));
}

void
fake_bus_set_reach (FakeBus *self, const char *log, guint64 position)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->reach = (UsherReach){ .position = position };
  usher_reach_set_log (&self->reach, log);
}

void
fake_bus_set_connected (FakeBus *self, gboolean connected)
{
  g_atomic_int_set (&self->connected, connected);
}

void
fake_bus_refuse_subscriptions (FakeBus *self)
{
  self->refuses = TRUE;
}

void
fake_bus_take_page (FakeBus *self, UsherBusEvents *page)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_queue_push_tail (&self->pages, page);
}

char *
fake_bus_await_question (FakeBus *self)
{
  char *question = g_async_queue_timeout_pop (self->questions, PATIENCE);

  g_assert_nonnull (question);

  return question;
}

void
fake_bus_answer_question (FakeBus *self, UsherBusEvents *page)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "no hub");
  g_autofree Question *question = NULL;

  g_mutex_lock (&self->mutex);
  question = g_queue_pop_head (&self->waiting);
  g_mutex_unlock (&self->mutex);

  g_assert_nonnull (question);
  question->func (page, page != NULL ? NULL : error, question->user_data);
}

guint
fake_bus_get_n_waiting (FakeBus *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_queue_get_length (&self->waiting);
}
