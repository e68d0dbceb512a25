/* usher-job.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-job-private.h"

#include "usher-error.h"
#include "usher-fault-private.h"
#include "usher-outcome-private.h"
#include "usher-unit-run-private.h"

/* how often a handler is run again because its documents had changed, or other keys were taken */
#define MAX_CONFLICTS 16

/*
 * The life of a job: run the handler with a fresh unit; commit the unit; then answer, acknowledge,
 * or go on with the next step. A lost race runs it again on fresh documents. One thread has
 * the job at a time: the one that brought it, a worker's, or the store's between commit and end.
 */
gpointer
usher_job_new (const UsherJobClass *klass, UsherLane *lane)
{
  UsherJob *self = g_malloc0 (klass->size);

  usher_running_enter (usher_lane_get_running (lane));
  self->klass = klass;
  self->lane = lane;

  return self;
}

static void
clear_step (UsherJob *self)
{
  if (self->step_destroy != NULL)
    self->step_destroy (self->step_data);
  self->step = NULL;
  self->looks = FALSE;
  self->step_data = NULL;
  self->step_destroy = NULL;
}

void
usher_job_free (UsherJob *self)
{
  UsherRunning *running = usher_lane_get_running (self->lane);

  clear_step (self);
  g_clear_object (&self->unit);
  g_free (self->taken);
  self->klass->clear (self);
  g_free (self);
  usher_running_leave (running);
}

void
usher_job_finish (UsherJob *self, const GError *error)
{
  self->klass->end (self, error);
}

static void
run_on_worker (UsherWork *work)
{
  UsherLane *lane = ((UsherJob *) work)->lane;

  usher_job_go_on ((UsherJob *) work, USHER_THREAD_WORKER);
  usher_lane_end_reads (lane);
}

static void
run_on_pool (UsherWork *work)
{
  UsherLane *lane = ((UsherJob *) work)->lane;

  usher_job_go_on ((UsherJob *) work, USHER_THREAD_POOL);
  usher_lane_end_reads (lane);
}

static void
push (UsherJob *self, UsherPlace place)
{
  self->work.run = place == USHER_PLACE_POOL ? run_on_pool : run_on_worker;
  usher_lane_push (self->lane, place, &self->work);
}

static void
take_step (UsherJob *self, gboolean was_kept)
{
  if (self->klass->advance != NULL)
    self->klass->advance (self, self->unit, was_kept);
  clear_step (self);
  self->looks = usher_unit_has_answer (self->unit);
  self->step = usher_unit_take_step (self->unit, &self->step_data, &self->step_destroy);
  self->n_conflicts = 0;
  g_clear_pointer (&self->taken, g_free);
}

/* (transfer full): what is told of a fault of the program. Who answers a request, and who sets a timer anew, logs why; the bus
 * tells nobody before it parks the event. */
static GError *
make_fault (UsherJob *self, const char *reason)
{
  g_autofree char *handler = self->klass->dup_handler (self);
  GError *fault = g_error_new (USHER_ERROR,
                               USHER_ERROR_FAILED,
                               "service “%s”, %s%s: %s",
                               usher_lane_get_name (self->lane),
                               self->step != NULL ? "a step of " : "",
                               handler,
                               reason);

  if (self->klass->is_event)
    g_message ("%s", fault->message);

  return fault;
}

/* Whether the handler has seen who has the key, and insists on it. */
static gboolean
is_taken_again (UsherJob *self, UsherCommit *commit, const GError *error)
{
  g_autofree char *before = g_steal_pointer (&self->taken);

  if (g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN) &&
      usher_commit_get_taken_field (commit) != NULL)
    self->taken = usher_commit_dup_taken_values (commit);

  return self->taken != NULL && g_strcmp0 (self->taken, before) == 0;
}

/* (transfer full) (nullable): what is told instead of an error that ends the job */
static GError *
make_end (UsherJob *self, UsherCommit *commit, const GError *error)
{
  g_autofree char *message = NULL;

  if (usher_outcome_is_fault (error))
    return make_fault (self, error->message);
  if (!g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN) ||
      usher_commit_get_taken_field (commit) == NULL)
    return usher_outcome_translate (error, self->klass->is_request);

  message = usher_commit_dup_taken_message (commit);
  if (self->klass->is_request)
    return g_error_new_literal (USHER_ERROR, USHER_ERROR_TAKEN, message);

  /* nothing that passes: it counts */
  return g_error_new (USHER_ERROR, USHER_ERROR_FAILED, "%s: %s", message, error->message);
}

/* @was_kept: there was something to commit */
static void
settle (UsherJob *self, UsherCommit *commit, gboolean was_kept, const GError *error)
{
  g_autoptr (GError) told = NULL;

  if (error != NULL && !is_taken_again (self, commit, error) &&
      usher_outcome_is_lost_race (error) && self->n_conflicts++ < MAX_CONFLICTS)
    {
      usher_lane_count (self->lane, USHER_COUNT_CONFLICTS);
      usher_job_go_on (self, USHER_THREAD_WAKER);
      return;
    }

  if (error == NULL && usher_unit_has_step (self->unit) && !usher_commit_was_applied (commit))
    {
      take_step (self, was_kept);
      usher_job_go_on (self, USHER_THREAD_WAKER);
      return;
    }

  if (error != NULL)
    told = make_end (self, commit, error);
  usher_job_finish (self, told != NULL ? told : error);
}

/* On the store's thread. */
static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  UsherJob *self = user_data;
  UsherDeferrals *deferrals = self->klass->is_event ? usher_lane_get_deferrals (self->lane) : NULL;

  usher_trace_close (&self->trace, g_steal_pointer (&self->write), error);
  settle (self, commit, TRUE, error);
  if (deferrals != NULL)
    usher_deferrals_leave (deferrals);
}

static gboolean
has_effects (UsherCommit *commit)
{
  return usher_commit_get_fired (commit) != NULL || usher_commit_get_n_changes (commit) > 0 ||
         usher_commit_get_n_events (commit) > 0 || usher_commit_get_n_timers (commit) > 0;
}

/* (transfer full) (nullable) */
static UsherSpan *
open_write (UsherJob *self, UsherCommit *commit)
{
  UsherSpan *span = usher_trace_open (&self->trace, "commit");

  if (span == NULL)
    return NULL;

  usher_span_set_number (span, "usher.commit.documents", usher_commit_get_n_changes (commit));
  usher_span_set_number (span, "usher.commit.events", usher_commit_get_n_events (commit));
  usher_span_set_number (span, "usher.commit.timers", usher_commit_get_n_timers (commit));

  return span;
}

static void
commit_unit (UsherJob *self)
{
  UsherCommit *commit = usher_unit_get_commit (self->unit);
  gboolean effects = has_effects (commit);

  if (self->klass->seal != NULL)
    effects = self->klass->seal (self, self->unit, self->step != NULL) || effects;

  if (!effects && !usher_unit_has_step (self->unit))
    {
      usher_job_finish (self, NULL);
      return;
    }

  if (!effects)
    {
      settle (self, commit, FALSE, NULL);
      return;
    }

  if (self->klass->is_event)
    usher_deferrals_enter (usher_lane_get_deferrals (self->lane));
  self->write = open_write (self, commit);
  usher_store_commit (usher_lane_get_store (self->lane), commit, on_committed, self);
}

static void
prepare_unit (UsherJob *self)
{
  UsherDeclarations *declarations = usher_lane_get_declarations (self->lane);

  g_clear_object (&self->unit);
  self->unit =
      usher_unit_new (usher_lane_get_store (self->lane), usher_lane_get_clock (self->lane));
  usher_unit_set_timers (self->unit, usher_declarations_get_timers (declarations));
  usher_unit_set_events (self->unit, usher_declarations_get_event_table (declarations));
  if (self->is_tried)
    usher_unit_forbid_reads (self->unit);
  self->klass->fill (self, self->unit, self->step == NULL);
}

static gboolean
call_handler (UsherJob *self, GError **error)
{
  UsherReply *reply = NULL;

  if (!self->looks && self->klass->reset_reply != NULL)
    reply = self->klass->reset_reply (self);
  if (self->step != NULL)
    return self->step (self->unit, reply, self->step_data, error);

  return self->klass->call (self, self->unit, error);
}

/* What a handler with a fault says does not count. */
static gboolean
call_watched (UsherJob *self, GError **error)
{
  UsherFaultScope faults = { 0 };
  g_autofree char *reason = NULL;
  gboolean ok = FALSE;

  usher_fault_push_scope (&faults);
  ok = call_handler (self, error);
  if (ok)
    usher_unit_end_events (self->unit);
  reason = usher_fault_pop_scope (&faults);
  if (reason == NULL)
    return ok;

  g_clear_error (error);
  *error = make_fault (self, reason);

  return FALSE;
}

static gboolean
call_in_scope (UsherJob *self, GError **error)
{
  UsherLogScope scope = { .service = usher_lane_get_name (self->lane) };
  UsherSpan *span = usher_trace_open (&self->trace, self->step != NULL ? "step" : "handler");
  gboolean ok = FALSE;

  scope.traceparent = usher_trace_get_traceparent (&self->trace);
  self->klass->describe (self, &scope);
  usher_log_push_scope (&scope);
  ok = call_watched (self, error);
  usher_log_pop_scope (&scope);

  if (!ok && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "a handler failed without an error");
  usher_trace_close (&self->trace, span, *error);

  return ok;
}

/* It will run again. */
static gboolean
was_deferred (UsherJob *self, const GError *error)
{
  return g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER) && self->klass->defer != NULL &&
         self->klass->defer (self, self->unit);
}

/* The answer is decided, whatever was found. */
static void
end_look (UsherJob *self, const GError *error)
{
  if (error != NULL && !g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER))
    g_message ("an answer is held no longer: %s", error->message);
  usher_job_finish (self, NULL);
}

/* Whether it wanted to read where it must not: then it has done nothing, and runs again where it may. */
static gboolean
must_move (UsherJob *self)
{
  gboolean was_tried = self->is_tried;

  self->is_tried = FALSE;

  return was_tried && usher_unit_has_read (self->unit);
}

/* Runs the handler, or the step that is next, on this thread. */
static void
run (UsherJob *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  prepare_unit (self);
  ok = call_in_scope (self, &error);
  if (self->step == NULL && self->klass->note != NULL)
    self->klass->note (self, self->unit, ok);
  if (must_move (self))
    {
      if (self->klass->move (self))
        push (self, USHER_PLACE_POOL);
      return;
    }
  if (!ok && was_deferred (self, error))
    return;

  if (self->looks)
    end_look (self, error);
  else if (ok)
    commit_unit (self);
  else
    usher_job_finish (self, error);
}

/* Reads what it must know of the input. FALSE: the job is over. */
static gboolean
begin (UsherJob *self)
{
  gboolean is_again = self->has_begun;

  self->has_begun = TRUE;
  /* the race may have been for what was read, against another process */
  if (self->klass->begin == NULL || self->step != NULL || (is_again && self->n_conflicts == 0))
    return TRUE;

  return self->klass->begin (self, is_again);
}

/* Goes to the thread that may do what is next. FALSE: it is this one. */
static gboolean
go_elsewhere (UsherJob *self, UsherWorkKind kind, UsherThread here)
{
  UsherPlace place = self->is_tried ? USHER_PLACE_HERE : usher_lane_choose (self->lane, kind, here);

  if (place == USHER_PLACE_HERE)
    return FALSE;

  push (self, place);

  return TRUE;
}

void
usher_job_go_on (UsherJob *self, UsherThread here)
{
  gboolean waits = self->step != NULL ? !self->looks : self->blocks;
  UsherWorkKind kind = waits ? USHER_WORK_WAITS : USHER_WORK_SHORT;

  /* what is asked of the store first is short, whatever the handler is */
  if (!self->has_begun)
    {
      if (go_elsewhere (self, USHER_WORK_SHORT, here) || !begin (self) ||
          go_elsewhere (self, kind, here))
        return;
    }
  else if (go_elsewhere (self, kind, here) || !begin (self))
    return;

  run (self);
}

gboolean
usher_job_was_applied (UsherJob *self)
{
  return self->unit != NULL && usher_commit_was_applied (usher_unit_get_commit (self->unit));
}
