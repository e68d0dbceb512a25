/* usher-job.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-job-private.h"

#include "usher-error.h"
#include "usher-log.h"
#include "usher-router-private.h"
#include "usher-unit-private.h"
#include "usher-waiters-private.h"
#include "usher-workers-private.h"

/* how often a handler is run again because its documents had changed */
#define MAX_CONFLICTS 16
/* how often a deferred event is tried again here before it goes back to the bus */
#define MAX_LOCAL_DEFERS  3
#define TIMER_BACKOFF     (100 * G_TIME_SPAN_MILLISECOND)
#define TIMER_BACKOFF_MAX G_TIME_SPAN_MINUTE

/*
 * The life of a job: run the handler with a fresh unit; commit the unit; then answer, acknowledge,
 * or go on with the next step. A lost race runs it again on fresh documents. One thread has
 * the job at a time: the caller's, a worker's, or the store's between commit and end.
 */
struct _UsherJob
{
  UsherContext *context; /* (unowned): the host waits for all jobs before it frees a service */

  const UsherEndpoint *endpoint; /* (unowned) (nullable): a request */
  UsherExchange *exchange;       /* (owned) (nullable) */
  char *request_key;             /* (owned) (nullable): marked as running */
  char *request_hash;            /* (owned) (nullable) */

  const UsherListener *listener; /* (unowned) (nullable): an event */
  UsherEvent *event;             /* (owned) (nullable) */
  UsherJobDoneFunc done;
  gpointer done_data;
  guint n_local_defers;

  const UsherAlarm *alarm; /* (unowned) (nullable): a timer */
  UsherTimer *timer;       /* (owned) (nullable) */

  UsherStepFunc step; /* (nullable): what runs now is a step */
  gpointer step_data;
  GDestroyNotify step_destroy;

  UsherUnit *unit; /* (owned) (nullable) */
  guint n_conflicts;
  guint64 seen; /* the commit counter before the handler read */
  gint64 started;
  gboolean has_waited;
};

static UsherJob *
job_new (UsherContext *context)
{
  UsherJob *self = g_new0 (UsherJob, 1);

  usher_running_enter (context->running);
  self->context = context;
  self->started = usher_clock_get_time (context->clock);

  return self;
}

static void
clear_step (UsherJob *self)
{
  if (self->step_destroy != NULL)
    self->step_destroy (self->step_data);
  self->step = NULL;
  self->step_data = NULL;
  self->step_destroy = NULL;
}

static void
job_free (UsherJob *self)
{
  UsherRunning *running = self->context->running;

  clear_step (self);
  g_clear_object (&self->unit);
  g_clear_object (&self->exchange);
  g_clear_pointer (&self->event, usher_event_unref);
  g_clear_pointer (&self->timer, usher_timer_unref);
  g_free (self->request_key);
  g_free (self->request_hash);
  g_free (self);
  usher_running_leave (running);
}

static UsherRequest *
get_request (UsherJob *self)
{
  return self->exchange != NULL ? usher_exchange_get_request (self->exchange) : NULL;
}

/* Commits a unit that sets the timer anew, with growing delay. */
static void on_timer_postponed (UsherUnit *unit, const GError *error, gpointer user_data);

static void
finish_timer (UsherJob *self, const GError *error)
{
  UsherContext *context = self->context;
  guint attempt = usher_timer_get_attempt (self->timer);
  gint64 delay = MIN (TIMER_BACKOFF << MIN (attempt, 16), TIMER_BACKOFF_MAX);
  g_autoptr (UsherUnit) unit = NULL;

  usher_tally_add (context->tally, error == NULL ? USHER_COUNT_FIRED : USHER_COUNT_MISFIRED, 1);
  if (error == NULL)
    {
      on_timer_postponed (NULL, NULL, self);
      return;
    }

  g_message ("timer “%s” for “%s” is tried again in %" G_GINT64_FORMAT " ms: %s",
             usher_timer_get_name (self->timer),
             usher_timer_get_key (self->timer),
             delay / G_TIME_SPAN_MILLISECOND,
             error->message);

  unit = usher_unit_new (context->store, context->clock);
  unit->fired = usher_timer_ref (self->timer);
  usher_unit_schedule (unit,
                       usher_timer_get_name (self->timer),
                       usher_timer_get_key (self->timer),
                       usher_clock_get_time (context->clock) + delay,
                       usher_timer_get_payload (self->timer));
  g_array_index (unit->timers, UsherTimerChange, 0).attempt = attempt + 1;
  g_set_object (&self->unit, unit);
  usher_store_commit (context->store, self->unit, on_timer_postponed, self);
}

static void
on_timer_postponed (UsherUnit *unit, const GError *error, gpointer user_data)
{
  UsherJob *self = user_data;
  UsherContext *context = self->context;
  g_autofree char *key = g_strconcat (usher_timer_get_name (self->timer),
                                      "\n",
                                      usher_timer_get_key (self->timer),
                                      NULL);

  if (error != NULL)
    g_message ("timer “%s” was not postponed: %s",
               usher_timer_get_name (self->timer),
               error->message);

  /* whoever has just read which timers are due has read this one, perhaps, and shall not run it again */
  g_mutex_lock (&context->mutex);
  g_hash_table_insert (context->alarms_out, g_steal_pointer (&key), GINT_TO_POINTER (TRUE));
  g_mutex_unlock (&context->mutex);

  usher_ticker_notice (context->ticker, usher_clock_get_time (context->clock));

  if (self->done != NULL)
    self->done (error, self->done_data);
  job_free (self);
}

static void
finish_request (UsherJob *self, const GError *error)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&self->exchange);

  if (self->request_key != NULL)
    usher_running_remove (self->context->running, self->request_key);

  if (error == NULL)
    usher_exchange_finish (exchange);
  else if (g_error_matches (error, USHER_ERROR, USHER_ERROR_CONFLICT) ||
           g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN))
    {
      g_autoptr (GError) busy =
          g_error_new_literal (USHER_ERROR,
                               USHER_ERROR_BUSY,
                               "Somebody else changed this at the same time, try again");

      usher_exchange_fail (exchange, busy);
    }
  else
    usher_exchange_fail (exchange, error);

  job_free (self);
}

gboolean
usher_job_is_deferral (const GError *error)
{
  return error->domain == USHER_ERROR &&
         (error->code == USHER_ERROR_DEFER || error->code == USHER_ERROR_CONFLICT ||
          error->code == USHER_ERROR_TAKEN || error->code == USHER_ERROR_FULL ||
          error->code == USHER_ERROR_UNAVAILABLE);
}

static void
count_event (UsherJob *self, const GError *error)
{
  UsherEventCount count = USHER_COUNT_HANDLED;

  if (error != NULL)
    count = usher_job_is_deferral (error) ? USHER_COUNT_DEFERRED : USHER_COUNT_FAILED;
  else if (self->unit != NULL && self->unit->was_applied)
    count = USHER_COUNT_KNOWN;

  usher_tally_add (self->listener->tally, count, 1);
}

/* The job is over; consumes it. */
static void
finish (UsherJob *self, const GError *error)
{
  if (self->exchange != NULL)
    {
      finish_request (self, error);
      return;
    }

  if (self->timer != NULL)
    {
      finish_timer (self, error);
      return;
    }

  count_event (self, error);
  self->done (error, self->done_data);
  job_free (self);
}

/* Gives the job to a thread that may wait. */
static void
push (UsherJob *self, gboolean blocks)
{
  UsherContext *context = self->context;

  usher_workers_push (blocks ? context->pool : context->workers, self);
}

static gboolean
is_blocking (UsherJob *self)
{
  return self->step != NULL ||
         (self->endpoint != NULL &&
          (usher_route_get_flags (self->endpoint->route) & USHER_ROUTE_BLOCKING) != 0);
}

void
usher_job_retry_deferred (UsherContext *context)
{
  GQueue ready = G_QUEUE_INIT;
  UsherJob *job = NULL;

  g_mutex_lock (&context->mutex);
  while ((job = g_queue_pop_head (&context->deferred)) != NULL)
    g_queue_push_tail (&ready, job);
  g_mutex_unlock (&context->mutex);

  while ((job = g_queue_pop_head (&ready)) != NULL)
    push (job, FALSE);
}

/* Events that were deferred here may find now what they waited for. */
static void
leave_commit (UsherContext *context)
{
  g_mutex_lock (&context->mutex);
  context->events_in_flight--;
  g_mutex_unlock (&context->mutex);

  usher_job_retry_deferred (context);
}

/* TRUE when the job waits here for another event's commit. */
static gboolean
defer_locally (UsherJob *self)
{
  UsherContext *context = self->context;
  g_autoptr (GMutexLocker) locker = NULL;

  if (self->event == NULL || self->n_local_defers >= MAX_LOCAL_DEFERS)
    return FALSE;

  locker = g_mutex_locker_new (&context->mutex);
  if (context->events_in_flight == 0)
    return FALSE;

  self->n_local_defers++;
  g_queue_push_tail (&context->deferred, self);

  return TRUE;
}

static gboolean
is_lost_race (const GError *error)
{
  return g_error_matches (error, USHER_ERROR, USHER_ERROR_CONFLICT) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

static void
on_committed (UsherUnit *unit, const GError *error, gpointer user_data)
{
  UsherJob *self = user_data;
  gboolean was_event = self->event != NULL;
  UsherContext *context = self->context;

  if (error != NULL && is_lost_race (error) && self->n_conflicts++ < MAX_CONFLICTS)
    {
      usher_tally_add (context->tally, USHER_COUNT_CONFLICTS, 1);
      push (self, is_blocking (self));
    }
  else if (error != NULL && g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID))
    {
      /* a unit that cannot be committed is the service's bug, not the person's */
      g_autoptr (GError) failed =
          g_error_new (USHER_ERROR, USHER_ERROR_FAILED, "unit refused: %s", error->message);

      finish (self, failed);
    }
  else if (error != NULL && self->exchange != NULL &&
           g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    {
      /* the store has told the operator, with paths that are nobody else's business */
      g_autoptr (GError) away =
          g_error_new_literal (USHER_ERROR,
                               USHER_ERROR_UNAVAILABLE,
                               "Nothing can be changed at the moment, try again later");

      finish (self, away);
    }
  else if (error == NULL && unit->next != NULL && !unit->was_applied)
    {
      clear_step (self);
      self->step = unit->next;
      self->step_data = g_steal_pointer (&unit->next_data);
      self->step_destroy = unit->next_destroy;
      unit->next = NULL;
      unit->next_destroy = NULL;
      self->n_conflicts = 0;
      push (self, TRUE);
    }
  else
    finish (self, error);

  if (was_event)
    leave_commit (context);
}

static gboolean
has_effects (UsherJob *self)
{
  const UsherUnit *unit = self->unit;

  /* a step's answer is kept under the key of its request, whatever else the step wants */
  if (self->step != NULL && self->request_key != NULL)
    return TRUE;

  return unit->fired != NULL || (unit->changes != NULL && unit->changes->len > 0) ||
         (unit->events != NULL && unit->events->len > 0) ||
         (unit->timers != NULL && unit->timers->len > 0);
}

/* The answer of a request with an idempotency key is kept with the document. */
static void
keep_answer (UsherJob *self)
{
  UsherReply *reply = usher_exchange_get_reply (self->exchange);
  GBytes *body = usher_reply_get_body (reply);
  UsherUnit *unit = self->unit;

  if (unit->next != NULL)
    return;

  unit->answer_status = usher_reply_get_status (reply);
  g_clear_pointer (&unit->answer_body, g_free);
  if (body != NULL)
    unit->answer_body = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
commit (UsherJob *self)
{
  UsherContext *context = self->context;
  gboolean effects = has_effects (self);

  if (!effects && self->unit->next == NULL)
    {
      finish (self, NULL);
      return;
    }

  if (self->request_key != NULL)
    keep_answer (self);

  if (self->event != NULL)
    {
      g_mutex_lock (&context->mutex);
      context->events_in_flight++;
      g_mutex_unlock (&context->mutex);
    }

  if (effects)
    usher_store_commit (context->store, self->unit, on_committed, self);
  else
    on_committed (self->unit, NULL, self);
}

static void
wait_for_document (UsherJob *self)
{
  g_autofree char *collection = g_strdup (self->unit->wait_collection);
  g_autofree char *id = g_strdup (self->unit->wait_id);

  usher_waiters_add (self->context, self, collection, id, self->seen);
}

static void
prepare_unit (UsherJob *self)
{
  UsherContext *context = self->context;
  UsherRequest *request = get_request (self);
  UsherUnit *unit = usher_unit_new (context->store, context->clock);

  g_clear_object (&self->unit);
  self->unit = unit;
  unit->has_waited = self->has_waited;

  if (request != NULL)
    {
      unit->correlation = g_strdup (usher_request_get_id (request));
      unit->traceparent = g_strdup (usher_request_get_header (request, "traceparent"));
      unit->request_key = g_strdup (self->request_key);
      unit->request_hash = g_strdup (self->request_hash);
      if (self->request_key != NULL)
        unit->request_owner = g_strdup (usher_store_get_owner (context->store));
    }
  else if (self->event != NULL)
    {
      const char *correlation = usher_event_get_correlation (self->event);

      unit->correlation =
          g_strdup (correlation != NULL ? correlation : usher_event_get_id (self->event));
      unit->causation = g_strdup (usher_event_get_id (self->event));
      unit->traceparent = g_strdup (usher_event_get_traceparent (self->event));
    }

  if (self->step == NULL && self->event != NULL)
    {
      unit->event_id = g_strdup (usher_event_get_id (self->event));
      unit->subscriber = g_strdup (self->listener->group);
    }
  if (self->step == NULL && self->timer != NULL)
    unit->fired = usher_timer_ref (self->timer);
}

static gboolean
call_handler (UsherJob *self, GError **error)
{
  if (self->step != NULL)
    {
      UsherReply *reply = self->exchange != NULL ? usher_exchange_get_reply (self->exchange) : NULL;

      if (reply != NULL)
        usher_reply_reset (reply);
      return self->step (self->unit, G_OBJECT (reply), self->step_data, error);
    }

  if (self->exchange != NULL)
    {
      UsherReply *reply = usher_exchange_get_reply (self->exchange);

      usher_reply_reset (reply);
      usher_request_reset (get_request (self));
      return self->endpoint->handler (
          get_request (self), self->unit, reply, self->endpoint->user_data, error);
    }

  if (self->event != NULL)
    return self->listener->handler (self->event, self->unit, self->listener->user_data, error);

  return self->alarm->handler (self->timer, self->unit, self->alarm->user_data, error);
}

static gboolean
call_in_scope (UsherJob *self, GError **error)
{
  UsherLogScope scope = { .service = self->context->name };
  gboolean ok = FALSE;

  if (self->exchange != NULL)
    scope.request = usher_request_get_id (get_request (self));
  if (self->event != NULL)
    {
      scope.event = usher_event_get_id (self->event);
      scope.channel = usher_event_get_channel (self->event);
      scope.correlation = usher_event_get_correlation (self->event);
    }
  if (self->timer != NULL)
    scope.document = usher_timer_get_key (self->timer);

  usher_log_push_scope (&scope);
  ok = call_handler (self, error);
  usher_log_pop_scope (&scope);

  if (!ok && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "a handler failed without an error");

  return ok;
}

/* Its process lives, so it goes on there. */
static gboolean
is_with_another (UsherContext *context, const UsherRequestRecord *record)
{
  return g_strcmp0 (record->owner, usher_store_get_owner (context->store)) != 0 &&
         usher_store_is_owner_alive (context->store, record->owner);
}

static void
set_running_error (GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "A request with this Idempotency-Key is still running");
}

/* What is known of the key; @error: the request cannot be run. FALSE: it was answered by now. */
static gboolean
read_record (UsherJob *self, GError **error)
{
  UsherContext *context = self->context;
  UsherReply *reply = usher_exchange_get_reply (self->exchange);
  g_autoptr (UsherRequestRecord) record = NULL;

  if (!usher_store_find_request (context->store, self->request_key, &record, error))
    g_prefix_error (error, "idempotency key: ");
  else if (record != NULL && g_strcmp0 (record->hash, self->request_hash) != 0)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_BUSY,
                 "This Idempotency-Key was used for another request");
  else if (record != NULL && record->status != 0)
    {
      usher_reply_reset (reply);
      usher_reply_set_status (reply, record->status);
      if (record->body != NULL)
        usher_reply_take_json (reply, g_steal_pointer (&record->body));
      usher_tally_add (context->tally, USHER_COUNT_REPEATED, 1);
      return FALSE;
    }
  else if (record != NULL && is_with_another (context, record))
    set_running_error (error);
  else if (record != NULL)
    {
      /* a process that died between two steps left the key unanswered: the documents say what is true now */
      usher_running_remove (context->running, self->request_key);
      g_clear_pointer (&self->request_key, g_free);
    }

  return TRUE;
}

/* TRUE when the handler shall run; else the exchange was answered. */
static gboolean
check_record (UsherJob *self)
{
  g_autoptr (GError) error = NULL;

  if (read_record (self, &error) && error == NULL)
    return TRUE;

  finish (self, error);

  return FALSE;
}

/* Runs the handler, or the step that is next, on this thread. */
static void
run_job (UsherJob *self)
{
  UsherContext *context = self->context;
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  /* the race may have been for the key, against another process */
  if (self->n_conflicts > 0 && self->step == NULL && self->request_key != NULL &&
      !check_record (self))
    return;

  self->seen = usher_waiters_get_seen (context);
  prepare_unit (self);
  ok = call_in_scope (self, &error);

  if (ok)
    commit (self);
  else if (g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER) && self->exchange != NULL &&
           self->unit->wait_collection != NULL && !self->has_waited)
    wait_for_document (self);
  else if (g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER) && defer_locally (self))
    return;
  else
    finish (self, error);
}

void
usher_job_run_on_worker (UsherJob *self)
{
  UsherStore *store = self->context->store;

  run_job (self);
  usher_store_end_reads (store);
}

/* TRUE when the handler shall run; else the exchange was answered. */
static gboolean
check_request_key (UsherJob *self)
{
  g_autoptr (GError) error = NULL;

  if (usher_running_add (self->context->running, self->request_key))
    return check_record (self);

  g_clear_pointer (&self->request_key, g_free);
  set_running_error (&error);
  finish (self, error);

  return FALSE;
}

/* Takes the client's Idempotency-Key, when the request is one that may have it. */
static void
read_request_key (UsherJob *self)
{
  UsherRequest *request = get_request (self);
  UsherSession *session = usher_request_get_session (request);
  const char *key = usher_request_get_header (request, "Idempotency-Key");
  GBytes *body = usher_request_get_body (request);
  g_autoptr (GChecksum) checksum = NULL;

  if (key == NULL || session == NULL || !g_str_equal (usher_request_get_method (request), "POST"))
    return;

  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) usher_request_get_path (request), -1);
  g_checksum_update (checksum, (const guchar *) "\n", 1);
  if (body != NULL)
    g_checksum_update (checksum, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));

  self->request_key = g_strconcat (usher_session_get_user_id (session), ":", key, NULL);
  self->request_hash = g_strdup (g_checksum_get_string (checksum));
}

void
usher_job_start_request (const UsherEndpoint *endpoint, UsherExchange *exchange)
{
  UsherContext *context = endpoint->context;
  UsherJob *self = job_new (context);

  self->endpoint = endpoint;
  self->exchange = exchange;

  if ((usher_route_get_flags (endpoint->route) & USHER_ROUTE_BLOCKING) != 0 &&
      usher_workers_get_n_waiting (context->pool) >= context->pool_queue)
    {
      g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                      USHER_ERROR_UNAVAILABLE,
                                                      "Too many requests wait, try again later");

      usher_tally_add (context->tally, USHER_COUNT_REFUSED, 1);
      finish (self, error);
      return;
    }

  read_request_key (self);
  if (self->request_key != NULL && !check_request_key (self))
    return;

  if (is_blocking (self))
    push (self, TRUE);
  else
    run_job (self);
}

void
usher_job_start_event (UsherContext *context,
                       const UsherListener *listener,
                       UsherEvent *event,
                       UsherJobDoneFunc done,
                       gpointer user_data)
{
  UsherJob *self = job_new (context);

  self->listener = listener;
  self->event = usher_event_ref (event);
  self->done = done;
  self->done_data = user_data;
  run_job (self);
}

gboolean
usher_job_start_timer (UsherContext *context,
                       UsherTimer *timer,
                       UsherJobDoneFunc done,
                       gpointer user_data)
{
  const UsherAlarm *alarm = usher_context_find_alarm (context, usher_timer_get_name (timer));
  g_autofree char *key =
      g_strconcat (usher_timer_get_name (timer), "\n", usher_timer_get_key (timer), NULL);
  gboolean fresh = FALSE;
  UsherJob *self = NULL;

  /* a timer of a service that has forgotten it stays: a later version may know it again */
  if (alarm == NULL)
    return FALSE;

  g_mutex_lock (&context->mutex);
  fresh = !g_hash_table_contains (context->alarms_out, key);
  if (fresh)
    g_hash_table_insert (context->alarms_out, g_steal_pointer (&key), GINT_TO_POINTER (FALSE));
  g_mutex_unlock (&context->mutex);
  if (!fresh)
    return FALSE;

  self = job_new (context);
  self->alarm = alarm;
  self->timer = usher_timer_ref (timer);
  self->done = done;
  self->done_data = user_data;
  push (self, TRUE);

  return TRUE;
}

/* for the waiters */
UsherExchange *
usher_job_get_exchange (UsherJob *self)
{
  return self->exchange;
}

gint64
usher_job_get_started (UsherJob *self)
{
  return self->started;
}

gint64
usher_job_get_wait (UsherJob *self)
{
  return self->unit->wait;
}

void
usher_job_give_up (UsherJob *self)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                  USHER_ERROR_UNAVAILABLE,
                                                  "The service is stopping, try again later");

  /* nothing is committed, so another copy may be asked */
  if (self->exchange != NULL && self->step == NULL)
    usher_reply_set_header (usher_exchange_get_reply (self->exchange), USHER_DRAINING, "1");
  finish (self, error);
}

void
usher_job_resume (UsherJob *self, gboolean has_waited)
{
  self->has_waited = has_waited;
  push (self, is_blocking (self));
}
