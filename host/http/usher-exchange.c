/* usher-exchange.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-exchange.h"

#include "usher-conditions-private.h"
#include "usher-error.h"
#include "usher-exchange-private.h"
#include "usher-log-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"

/* Who is told that the client has left. */
typedef struct
{
  UsherExchangeGoneFunc func; /* (nullable) */
  gpointer data;
  GDestroyNotify destroy; /* (nullable) */
} Gone;

/**
 * UsherExchange:
 *
 * A request on its way to its answer.
 *
 * It belongs to one party at a time. Who has it sets the reply and finishes it, once, on any thread. One that is
 * dropped without being finished answers 500, so no client waits for ever.
 */
struct _UsherExchange
{
  GObject parent_instance;

  UsherRequest *request; /* (owned) */
  UsherReply *reply;     /* (owned) */
  gconstpointer route;   /* (unowned) (nullable) */
  gint64 started;

  UsherExchangeDoneFunc done; /* (nullable): NULL once it was called */
  gpointer user_data;         /* (unowned) */

  GMutex mutex;
  int is_gone; /* (atomic) */
  Gone gone;   /* (owned) (mutex mutex) */
};

G_DEFINE_FINAL_TYPE (UsherExchange, usher_exchange, G_TYPE_OBJECT)

static void
clear_gone (Gone *gone)
{
  if (gone->destroy != NULL)
    gone->destroy (gone->data);
  *gone = (Gone){ NULL };
}

static void
usher_exchange_dispose (GObject *object)
{
  UsherExchange *self = USHER_EXCHANGE (object);

  if (self->done != NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                      USHER_ERROR_FAILED,
                                                      "the request was dropped without an answer");

      usher_exchange_fail (self, error);
    }

  G_OBJECT_CLASS (usher_exchange_parent_class)->dispose (object);
}

static void
usher_exchange_finalize (GObject *object)
{
  UsherExchange *self = USHER_EXCHANGE (object);

  g_clear_object (&self->request);
  g_clear_object (&self->reply);
  clear_gone (&self->gone);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_exchange_parent_class)->finalize (object);
}

static void
usher_exchange_class_init (UsherExchangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_exchange_dispose;
  object_class->finalize = usher_exchange_finalize;
}

static void
usher_exchange_init (UsherExchange *self)
{
  g_mutex_init (&self->mutex);
  self->reply = usher_reply_new ();
}

/**
 * usher_exchange_new:
 * @request: a request
 * @done: (scope async) (closure user_data): called once, on the thread that finishes
 * @user_data: data for @done
 *
 * Makes an exchange with an empty reply.
 *
 * Returns: (transfer full): the exchange
 */
UsherExchange *
usher_exchange_new (UsherRequest *request, UsherExchangeDoneFunc done, gpointer user_data)
{
  UsherExchange *self = NULL;

  g_return_val_if_fail (USHER_IS_REQUEST (request), NULL);
  g_return_val_if_fail (done != NULL, NULL);

  self = g_object_new (USHER_TYPE_EXCHANGE, NULL);
  self->request = g_object_ref (request);
  usher_exchange_begin (self, done, user_data, g_get_monotonic_time ());

  return self;
}

void
usher_exchange_begin (UsherExchange *self,
                      UsherExchangeDoneFunc done,
                      gpointer user_data,
                      gint64 started)
{
  if (self->request == NULL)
    self->request = g_object_new (USHER_TYPE_REQUEST, NULL);
  self->done = done;
  self->user_data = user_data;
  self->started = started;
}

static gboolean
is_ours (gpointer object)
{
  return g_atomic_int_get ((const int *) &G_OBJECT (object)->ref_count) == 1;
}

gboolean
usher_exchange_recycle (UsherExchange *self)
{
  if (!is_ours (self) || !is_ours (self->request) || !is_ours (self->reply))
    return FALSE;

  usher_request_clear (self->request);
  usher_reply_reset (self->reply);
  self->route = NULL;
  self->is_gone = FALSE;
  clear_gone (&self->gone);

  return TRUE;
}

/**
 * usher_exchange_get_request:
 * @self: an exchange
 *
 * Gets the request.
 *
 * Returns: (transfer none): the request
 */
UsherRequest *
usher_exchange_get_request (UsherExchange *self)
{
  g_return_val_if_fail (USHER_IS_EXCHANGE (self), NULL);

  return self->request;
}

/**
 * usher_exchange_get_reply:
 * @self: an exchange
 *
 * Gets the reply.
 *
 * Returns: (transfer none): the reply
 */
UsherReply *
usher_exchange_get_reply (UsherExchange *self)
{
  g_return_val_if_fail (USHER_IS_EXCHANGE (self), NULL);

  return self->reply;
}

/**
 * usher_exchange_get_started:
 * @self: an exchange
 *
 * Gets when the request came.
 *
 * Returns: monotonic microseconds
 */
gint64
usher_exchange_get_started (UsherExchange *self)
{
  g_return_val_if_fail (USHER_IS_EXCHANGE (self), 0);

  return self->started;
}

void
usher_exchange_set_route (UsherExchange *self, gconstpointer route)
{
  self->route = route;
}

gconstpointer
usher_exchange_get_route (UsherExchange *self)
{
  return self->route;
}

/**
 * usher_exchange_set_gone_func:
 * @self: an exchange that is not finished
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): called when the client leaves
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what is called, once, when the client leaves while it waits, on a listener's thread. The exchange may just be finished
 * by somebody else: @func looks whether its party still has it, and finishes it then. It must not block.
 *
 * Returns: `FALSE` when the client has left already; @func is not called then
 */
gboolean
usher_exchange_set_gone_func (UsherExchange *self,
                              UsherExchangeGoneFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy)
{
  Gone old = { func, user_data, destroy };
  gboolean is_there = FALSE;

  g_return_val_if_fail (USHER_IS_EXCHANGE (self), FALSE);

  g_mutex_lock (&self->mutex);
  is_there = !g_atomic_int_get (&self->is_gone);
  if (is_there)
    {
      old = self->gone;
      self->gone = (Gone){ func, user_data, destroy };
    }
  g_mutex_unlock (&self->mutex);
  clear_gone (&old);

  return is_there;
}

/**
 * usher_exchange_is_gone:
 * @self: an exchange
 *
 * Tells whether the client has left, so that nobody waits for the answer. Any thread.
 *
 * Returns: whether it has
 */
gboolean
usher_exchange_is_gone (UsherExchange *self)
{
  g_return_val_if_fail (USHER_IS_EXCHANGE (self), FALSE);

  return g_atomic_int_get (&self->is_gone);
}

void
usher_exchange_leave (UsherExchange *self)
{
  Gone gone = { NULL };

  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->is_gone, TRUE);
  gone = self->gone;
  self->gone = (Gone){ NULL };
  g_mutex_unlock (&self->mutex);

  if (gone.func != NULL)
    gone.func (self, gone.data);
  clear_gone (&gone);
}

/**
 * usher_exchange_finish:
 * @self: an exchange that is not finished
 *
 * Sends the reply on its way. The request and the reply are not to be touched any more.
 */
void
usher_exchange_finish (UsherExchange *self)
{
  UsherExchangeDoneFunc done = NULL;

  g_return_if_fail (USHER_IS_EXCHANGE (self));
  g_return_if_fail (self->done != NULL);

  usher_conditions_apply (self->request, self->reply);
  /* who has left was not answered */
  if (self->route != NULL && !g_atomic_int_get (&self->is_gone))
    usher_router_count (self->route,
                        usher_reply_get_status (self->reply),
                        g_get_monotonic_time () - self->started);
  done = g_steal_pointer (&self->done);
  done (self, self->user_data);
}

/**
 * usher_exchange_answer_json:
 * @self: an exchange that is not finished
 * @json: (transfer full): the body of the answer
 *
 * Answers with JSON, and status 200 unless the reply has another.
 */
void
usher_exchange_answer_json (UsherExchange *self, char *json)
{
  g_return_if_fail (USHER_IS_EXCHANGE (self));
  g_return_if_fail (json != NULL);

  usher_reply_take_json (self->reply, json);
  usher_exchange_finish (self);
}

/* What nobody foresaw is told to nobody but the log, once. */
static void
log_failure (UsherExchange *self, const GError *error)
{
  UsherLogScope scope = { .request = usher_request_get_id (self->request) };

  usher_log_push_scope (&scope);
  g_message ("%s %s failed: %s",
             usher_request_get_method (self->request),
             usher_request_get_path (self->request),
             error->message);
  usher_log_pop_scope (&scope);
}

/**
 * usher_exchange_fail:
 * @self: an exchange that is not finished
 * @error: why there is no better answer
 *
 * Answers with an error, and with all problems of the request when the error is `USHER_ERROR_INVALID`. An
 * error that is nobody's fault but ours is logged.
 */
void
usher_exchange_fail (UsherExchange *self, const GError *error)
{
  UsherProblems *problems = NULL;

  g_return_if_fail (USHER_IS_EXCHANGE (self));
  g_return_if_fail (self->done != NULL);
  g_return_if_fail (error != NULL);

  if (g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID))
    problems = usher_request_get_problems (self->request);
  usher_reply_set_error (self->reply, error, problems);
  if (usher_error_get_status (error) == 500)
    log_failure (self, error);

  usher_exchange_finish (self);
}
