/* usher-request-job.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-job-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-job-private.h"
#include "usher-outcome-private.h"
#include "usher-request-key-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"
#include "usher-unit-run-private.h"

/* Who looks again and waits on was woken for nothing. After so many times it is left alone for this long, then twice that, up to a
 * quarter of a second. */
#define FREE_WAKES  4
#define FIRST_PAUSE (4 * G_TIME_SPAN_MILLISECOND)
#define MOST_PAUSE  (250 * G_TIME_SPAN_MILLISECOND)
/* what the standard wants to be passed on */
#define MAX_TRACESTATE 512

typedef struct
{
  UsherJob job;
  const UsherEndpoint *endpoint; /* (unowned) */
  UsherExchange *exchange;       /* (owned) (nullable) */
  UsherRequestKey *key;          /* (owned) (nullable): marked as running */
  gboolean has_kept_key;         /* the store knows that it runs */
  GError *failure;               /* (owned) (nullable): the answer, while the key is given up */
  UsherWait wait;
  UsherQuery *awaited; /* (owned) (nullable): the wait's */
  guint n_wakes;       /* how often it looked again */
  guint64 seen;        /* the commit counter before the handler read */
  gint64 started;      /* the request, or the step; monotonic */
  gboolean has_waited;
} RequestJob;

static UsherRequest *
get_request (RequestJob *self)
{
  return usher_exchange_get_request (self->exchange);
}

static void
drop_key (RequestJob *self)
{
  if (self->key != NULL)
    usher_request_key_release (self->key, usher_lane_get_running (self->job.lane));
  g_clear_pointer (&self->key, usher_request_key_free);
}

/* FALSE: the request was answered. */
static gboolean
check_key (RequestJob *self)
{
  UsherStore *store = usher_lane_get_store (self->job.lane);
  UsherReply *reply = usher_exchange_get_reply (self->exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) told = NULL;

  switch (usher_request_key_check (self->key, store, reply, &error))
    {
    case USHER_KEY_ANSWERED:
      usher_lane_count (self->job.lane, USHER_COUNT_REPEATED);
      usher_job_finish (&self->job, NULL);
      return FALSE;
    case USHER_KEY_REFUSED:
      told = usher_outcome_translate (error, TRUE);
      usher_job_finish (&self->job, told != NULL ? told : error);
      return FALSE;
    case USHER_KEY_ORPHANED:
    case USHER_KEY_FRESH:
    default:
      return TRUE;
    }
}

static gboolean
take_key (RequestJob *self, GError **error)
{
  g_autoptr (UsherRequestKey) key = NULL;

  if (usher_endpoint_is_unkeyed (self->endpoint))
    return TRUE;
  if (!usher_request_key_read (get_request (self), &key, error))
    return FALSE;
  if (key != NULL && !usher_request_key_take (key, usher_lane_get_running (self->job.lane), error))
    return FALSE;

  self->key = g_steal_pointer (&key);

  return TRUE;
}

static gboolean
begin_request (UsherJob *job, gboolean is_again)
{
  RequestJob *self = (RequestJob *) job;
  g_autoptr (GError) error = NULL;

  if (!is_again && !take_key (self, &error))
    {
      usher_job_finish (job, error);
      return FALSE;
    }

  return self->key == NULL || check_key (self);
}

static void
fill_unit (UsherJob *job, UsherUnit *unit, gboolean is_first)
{
  RequestJob *self = (RequestJob *) job;
  UsherRequest *request = get_request (self);

  self->seen = usher_waiters_get_seen (usher_lane_get_waiters (job->lane));
  usher_unit_set_has_waited (unit, self->has_waited);
  usher_unit_forbid_defer (unit);
  usher_unit_set_origin (unit,
                         usher_request_get_id (request),
                         NULL,
                         usher_trace_get_traceparent (&job->trace));
  if (self->key != NULL)
    usher_request_key_fill (self->key,
                            usher_lane_get_store (job->lane),
                            usher_unit_get_commit (unit));
}

static UsherReply *
reset_reply (UsherJob *job)
{
  UsherReply *reply = usher_exchange_get_reply (((RequestJob *) job)->exchange);

  usher_reply_reset (reply);

  return reply;
}

static gboolean
call_handler (UsherJob *job, UsherUnit *unit, GError **error)
{
  RequestJob *self = (RequestJob *) job;
  UsherRequest *request = get_request (self);
  gint64 began = g_get_monotonic_time ();
  gboolean ok = FALSE;

  usher_request_reset (request);
  ok = usher_endpoint_run (
      self->endpoint, request, unit, usher_exchange_get_reply (self->exchange), error);
  if (!job->blocks && (job->is_tried || !usher_lane_waits (job->lane)))
    usher_endpoint_note_time (self->endpoint, g_get_monotonic_time () - began);

  return ok;
}

/* (nullable): what is longer than others have to take is left out */
static const char *
find_tracestate (UsherRequest *request)
{
  const char *tracestate = usher_request_get_header (request, "tracestate");

  return tracestate != NULL && strnlen (tracestate, MAX_TRACESTATE + 1) <= MAX_TRACESTATE
             ? tracestate
             : NULL;
}

static void
describe_request (UsherJob *job, UsherLogScope *scope)
{
  UsherRequest *request = get_request ((RequestJob *) job);

  scope->request = usher_request_get_id (request);
  if (usher_trace_goes_on (&job->trace))
    scope->tracestate = find_tracestate (request);
}

static char *
dup_handler (UsherJob *job)
{
  const UsherRoute *route = usher_endpoint_get_route (((RequestJob *) job)->endpoint);

  return g_strdup_printf ("route “%s %s”",
                          usher_route_get_method (route),
                          usher_route_get_pattern (route));
}

static void
on_wait_end (UsherWait *wait, UsherWaitEnd how)
{
  RequestJob *self = (RequestJob *) ((char *) wait - G_STRUCT_OFFSET (RequestJob, wait));
  g_autoptr (GError) error = NULL;

  if (how != USHER_WAIT_OVER)
    {
      self->has_waited = how == USHER_WAIT_EXPIRED;
      self->n_wakes++;
      usher_job_go_on (&self->job, USHER_THREAD_WAKER);
      return;
    }

  if (self->job.looks)
    {
      usher_job_finish (&self->job, NULL);
      return;
    }

  error = g_error_new_literal (USHER_ERROR,
                               USHER_ERROR_UNAVAILABLE,
                               "The service is stopping, try again later");
  /* nothing is committed, so another copy may be asked */
  if (self->job.step == NULL)
    usher_reply_set_header (usher_exchange_get_reply (self->exchange), USHER_DRAINING, "1");
  usher_job_finish (&self->job, error);
}

/* monotonic */
static gint64
get_earliest (RequestJob *self)
{
  guint n = self->n_wakes > FREE_WAKES ? MIN (self->n_wakes - FREE_WAKES - 1, 16) : 0;
  gint64 now = usher_clock_get_monotonic (usher_lane_get_clock (self->job.lane));

  return self->n_wakes > FREE_WAKES ? now + MIN (FIRST_PAUSE << n, MOST_PAUSE) : 0;
}

static gboolean
wait_for_document (UsherJob *job, UsherUnit *unit)
{
  RequestJob *self = (RequestJob *) job;
  g_autoptr (UsherUnit) kept = g_object_ref (unit);
  const char *collection = NULL;
  const char *id = NULL;

  if (self->has_waited || !usher_unit_get_wait (unit, &collection, &id))
    return FALSE;

  g_clear_pointer (&self->awaited, usher_query_free);
  self->awaited = usher_unit_take_wait_query (unit);
  self->wait.exchange = self->exchange;
  self->wait.query = self->awaited;
  self->wait.earliest = get_earliest (self);
  self->wait.has_news = FALSE;
  self->wait.deadline = self->started + usher_unit_get_patience (unit);
  self->wait.end = on_wait_end;
  usher_waiters_add (usher_lane_get_waiters (job->lane), &self->wait, collection, id, self->seen);

  return TRUE;
}

/* What a step waits for counts from here. An answer that is only held is given to who repeats the request. */
static void
advance (UsherJob *job, UsherUnit *unit, gboolean was_kept)
{
  RequestJob *self = (RequestJob *) job;

  self->has_kept_key = self->key != NULL && (was_kept || self->has_kept_key);
  self->started = usher_clock_get_monotonic (usher_lane_get_clock (job->lane));
  self->has_waited = FALSE;
  self->n_wakes = 0;
  if (usher_unit_has_answer (unit))
    drop_key (self);
}

/* The answer of a request with an idempotency key is kept with the document, and by itself that of a step. */
static gboolean
keep_answer (UsherJob *job, UsherUnit *unit, gboolean is_step)
{
  RequestJob *self = (RequestJob *) job;

  if (self->key == NULL)
    return FALSE;

  if (usher_unit_has_answer (unit))
    usher_request_key_keep_answer (self->key,
                                   usher_lane_get_store (job->lane),
                                   usher_exchange_get_reply (self->exchange),
                                   is_step,
                                   usher_unit_get_commit (unit));

  return is_step;
}

/* (transfer full) (nullable): what the client is told of a store that was away, or of a lost race: of a key that is taken as of
 * any input that does not fit */
static GError *
make_refusal (RequestJob *self, const GError *error)
{
  UsherCommit *commit = NULL;
  const char *field = NULL;

  if (self->job.unit != NULL && usher_unit_has_lost_store (self->job.unit))
    return usher_outcome_translate (error, TRUE);
  if (!usher_outcome_is_lost_race (error))
    return NULL;

  if (self->job.unit != NULL)
    commit = usher_unit_get_commit (self->job.unit);
  if (commit != NULL)
    field = usher_commit_get_taken_field (commit);
  if (field == NULL || !g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN))
    return g_error_new_literal (USHER_ERROR,
                                USHER_ERROR_BUSY,
                                "Somebody else changed this at the same time, try again");

  usher_problems_add (usher_request_get_problems (get_request (self)), field, error->message);

  return g_error_new_literal (USHER_ERROR, USHER_ERROR_INVALID, error->message);
}

/* @error: (nullable): what is answered instead of the reply. Names and values are those of OpenTelemetry's conventions, which call it
 * an error where the server is to blame. */
static void
end_trace (RequestJob *self, const GError *error)
{
  UsherSpan *span = usher_trace_get_span (&self->job.trace);
  const UsherRoute *route = usher_endpoint_get_route (self->endpoint);
  const char *method = usher_route_get_method (route);
  const char *pattern = usher_route_get_pattern (route);
  UsherRequest *request = NULL;
  guint status = 0;

  if (span == NULL)
    return;

  request = get_request (self);
  status = error != NULL ? usher_error_get_status (error)
                         : usher_reply_get_status (usher_exchange_get_reply (self->exchange));
  g_free (span->name);
  span->name = g_strconcat (method, " ", pattern, NULL);
  span->kind = USHER_SPAN_SERVER;
  usher_span_set_text (span, "http.request.method", usher_request_get_method (request));
  usher_span_set_text (span, "http.route", pattern);
  usher_span_set_text (span, "url.path", usher_request_get_path (request));
  usher_span_set_text (span, "url.scheme", usher_request_is_secure (request) ? "https" : "http");
  usher_span_set_number (span, "http.response.status_code", status);
  usher_span_set_text (span, "usher.request.id", usher_request_get_id (request));
  usher_trace_end (&self->job.trace, status >= 500 ? error : NULL);
}

static void
answer (RequestJob *self, const GError *error)
{
  g_autoptr (GError) refusal = error != NULL ? make_refusal (self, error) : NULL;
  g_autoptr (UsherExchange) exchange = NULL;

  end_trace (self, refusal != NULL ? refusal : error);
  exchange = g_steal_pointer (&self->exchange);
  drop_key (self);
  if (error == NULL)
    usher_exchange_finish (exchange);
  else
    usher_exchange_fail (exchange, refusal != NULL ? refusal : error);

  usher_job_free (&self->job);
}

/* On the store's thread. A key that cannot be given up is not free for the other copies before this one ends. */
static void
on_given_up (UsherCommit *commit, const GError *error, gpointer user_data)
{
  RequestJob *self = user_data;

  answer (self, self->failure);
}

/* A step failed, and who was answered so may try again, wherever that comes. */
static void
give_up_key (RequestJob *self, const GError *error)
{
  UsherLane *lane = self->job.lane;
  UsherStore *store = usher_lane_get_store (lane);
  gint64 now = usher_clock_get_time (usher_lane_get_clock (lane));
  g_autoptr (UsherCommit) commit = usher_request_key_give_up (self->key, store, now);

  self->failure = g_error_copy (error);
  usher_store_commit (store, commit, on_given_up, self);
}

static void
end_request (UsherJob *job, const GError *error)
{
  RequestJob *self = (RequestJob *) job;

  if (error != NULL && self->key != NULL && self->has_kept_key)
    give_up_key (self, error);
  else
    answer (self, error);
}

static void
clear_request (UsherJob *job)
{
  g_clear_object (&((RequestJob *) job)->exchange);
  g_clear_pointer (&((RequestJob *) job)->awaited, usher_query_free);
  g_clear_error (&((RequestJob *) job)->failure);
}

static void
note_run (UsherJob *job, UsherUnit *unit, gboolean ok)
{
  gboolean has_read = usher_unit_has_read (unit);

  /* one that is refused may have had no reason yet */
  if (ok || has_read)
    usher_endpoint_note_reads (((RequestJob *) job)->endpoint, has_read);
}

/* Consumes the job. */
static void
refuse (UsherJob *job)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                  USHER_ERROR_UNAVAILABLE,
                                                  "Too many requests wait, try again later");

  usher_lane_count (job->lane, USHER_COUNT_REFUSED);
  usher_job_finish (job, error);
}

static gboolean
move_request (UsherJob *job)
{
  if (!usher_lane_is_full (job->lane))
    return TRUE;

  refuse (job);

  return FALSE;
}

static const UsherJobClass request_job_class = {
  .size = sizeof (RequestJob),
  .is_request = TRUE,
  .begin = begin_request,
  .fill = fill_unit,
  .call = call_handler,
  .reset_reply = reset_reply,
  .describe = describe_request,
  .dup_handler = dup_handler,
  .defer = wait_for_document,
  .note = note_run,
  .move = move_request,
  .advance = advance,
  .seal = keep_answer,
  .end = end_request,
  .clear = clear_request,
};

/* Where the store blocks, what does without it must not wait for those that do not. */
static gboolean
needs_no_store (RequestJob *self)
{
  return usher_lane_waits (self->job.lane) && !self->job.blocks &&
         usher_endpoint_reads_nothing (self->endpoint) &&
         usher_request_get_header (get_request (self), "Idempotency-Key") == NULL;
}

/* It would wait for a thread, and more wait already than may. */
static gboolean
is_refused (UsherJob *job)
{
  UsherWorkKind kind = job->blocks ? USHER_WORK_WAITS : USHER_WORK_SHORT;

  return !job->is_tried &&
         usher_lane_choose (job->lane, kind, USHER_THREAD_INTAKE) == USHER_PLACE_POOL &&
         usher_lane_is_full (job->lane);
}

/* (nullable): one that came twice says nothing */
static const char *
find_traceparent (RequestJob *self)
{
  UsherRequest *request = get_request (self);

  return usher_request_has_twice (request, USHER_HEADER_TRACEPARENT)
             ? NULL
             : usher_request_peek_header (request, USHER_HEADER_TRACEPARENT);
}

void
usher_request_job_start (UsherLane *lane, const UsherEndpoint *endpoint, UsherExchange *exchange)
{
  RequestJob *self = usher_job_new (&request_job_class, lane);

  self->endpoint = endpoint;
  self->exchange = exchange;
  self->started = usher_clock_get_monotonic (usher_lane_get_clock (lane));
  self->job.blocks = usher_endpoint_is_blocking (endpoint);
  self->job.is_tried = needs_no_store (self);
  usher_trace_begin (&self->job.trace,
                     usher_lane_get_tracer (lane),
                     usher_lane_get_name (lane),
                     find_traceparent (self));

  if (is_refused (&self->job))
    refuse (&self->job);
  else
    usher_job_go_on (&self->job, USHER_THREAD_INTAKE);
}
