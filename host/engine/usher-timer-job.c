/* usher-timer-job.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-job-private.h"

#include <string.h>

#include "usher-id.h"
#include "usher-unit-run-private.h"

#define BACKOFF     (100 * G_TIME_SPAN_MILLISECOND)
#define BACKOFF_MAX G_TIME_SPAN_MINUTE

typedef struct
{
  UsherJob job;
  const UsherAlarm *alarm; /* (unowned) */
  UsherTimer *timer;       /* (owned) */
  gboolean is_alone;       /* who has started it sees to that */
  UsherJobDoneFunc done;   /* (nullable) */
  gpointer done_data;
} TimerJob;

/* how long a causation may be, which goes over the bus: a key may be of any length */
#define MAX_CAUSATION 512

/* (nullable): the event that a timer goes back to straight, or by way of other timers */
static const char *
find_event (const UsherOrigin *origin)
{
  const char *cause = origin != NULL ? origin->causation : NULL;
  const char *space = cause != NULL ? strrchr (cause, ' ') : NULL;

  if (space != NULL && g_str_has_prefix (cause, USHER_CAUSATION_TIMER))
    cause = space + 1;

  return usher_uuid_is_valid (cause) ? cause : NULL;
}

/* (transfer full): which timer it is, and the event */
static char *
make_causation (TimerJob *self, const UsherOrigin *origin)
{
  const char *event = find_event (origin);
  g_autofree char *timer = g_strdup_printf (USHER_CAUSATION_TIMER "%s/%s/%s",
                                            usher_lane_get_name (self->job.lane),
                                            usher_timer_get_name (self->timer),
                                            usher_timer_get_key (self->timer));

  if (strlen (timer) > MAX_CAUSATION)
    *g_utf8_find_prev_char (timer, timer + MAX_CAUSATION) = '\0';

  return event != NULL ? g_strconcat (timer, " ", event, NULL) : g_steal_pointer (&timer);
}

/* What the handler does goes back to what the handler did that has set the timer. */
static void
set_origin (TimerJob *self, UsherUnit *unit)
{
  const UsherOrigin *origin = usher_timer_get_origin (self->timer);
  g_autofree char *causation = make_causation (self, origin);

  usher_unit_set_origin (unit,
                         origin != NULL ? origin->correlation : NULL,
                         causation,
                         usher_trace_get_traceparent (&self->job.trace));
}

static void
fill_unit (UsherJob *job, UsherUnit *unit, gboolean is_first)
{
  TimerJob *self = (TimerJob *) job;

  set_origin (self, unit);
  if (is_first)
    usher_commit_set_fired (usher_unit_get_commit (unit), self->timer);
}

static gboolean
call_handler (UsherJob *job, UsherUnit *unit, GError **error)
{
  TimerJob *self = (TimerJob *) job;

  return usher_alarm_run (self->alarm, self->timer, unit, error);
}

static void
describe_timer (UsherJob *job, UsherLogScope *scope)
{
  UsherTimer *timer = ((TimerJob *) job)->timer;
  const UsherOrigin *origin = usher_timer_get_origin (timer);

  scope->document = usher_timer_get_key (timer);
  scope->correlation = origin != NULL ? origin->correlation : NULL;
}

static char *
dup_handler (UsherJob *job)
{
  return g_strdup_printf ("timer “%s”", usher_alarm_get_name (((TimerJob *) job)->alarm));
}

static void
leave (TimerJob *self, const GError *error)
{
  UsherLane *lane = self->job.lane;

  usher_timers_out_end (usher_lane_get_timers_out (lane), self->timer);
  if (!self->is_alone)
    usher_solitude_leave (usher_lane_get_solitude (lane));
  usher_ticker_notice (usher_lane_get_ticker (lane),
                       usher_clock_get_monotonic (usher_lane_get_clock (lane)));

  if (self->done != NULL)
    self->done (error, self->done_data);
  usher_job_free (&self->job);
}

/* The store has taken what became of the timer. */
static void
leave_taken (TimerJob *self, const GError *error)
{
  UsherLane *lane = self->job.lane;

  if (usher_timers_out_recover (usher_lane_get_timers_out (lane)))
    g_message ("timers of service “%s” fire again", usher_lane_get_name (lane));
  leave (self, error);
}

/* Nothing of it is written, so the timer is as due as it was; the others would fare alike. */
static void
refuse (TimerJob *self, const GError *error)
{
  UsherLane *lane = self->job.lane;

  if (usher_timers_out_refuse (usher_lane_get_timers_out (lane),
                               self->timer,
                               usher_lane_is_away (lane)))
    g_message ("timers of service “%s” rest, as its store does not even take that they shall fire "
               "later: %s",
               usher_lane_get_name (lane),
               error->message);
  leave (self, error);
}

static void
on_postponed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  TimerJob *self = user_data;

  if (error == NULL)
    leave_taken (self, NULL);
  else
    refuse (self, error);
}

static gint64
get_delay (UsherTimer *timer)
{
  return MIN (BACKOFF << MIN (usher_timer_get_attempt (timer), 16), BACKOFF_MAX);
}

/* Commits a unit that sets the timer anew, with growing delay and without limit: what it promised must be kept, and its handler
 * tells why it cannot now. */
static void
postpone (TimerJob *self, const GError *error)
{
  UsherLane *lane = self->job.lane;
  gint64 now = usher_clock_get_time (usher_lane_get_clock (lane));
  gint64 delay = get_delay (self->timer);
  g_autoptr (UsherCommit) commit = usher_commit_new (now);
  g_autoptr (UsherTimerHistory) history =
      usher_timer_history_copy (usher_timer_get_history (self->timer));

  if (usher_lane_takes_changes (lane))
    g_message ("timer “%s” for “%s” of service “%s” is tried again in %" G_GINT64_FORMAT " ms: %s",
               usher_timer_get_name (self->timer),
               usher_timer_get_key (self->timer),
               usher_lane_get_name (lane),
               delay / G_TIME_SPAN_MILLISECOND,
               error->message);

  /* the process has survived it */
  history->n_deaths = 0;
  history->trial = 0;
  g_clear_pointer (&history->trier, g_free);
  usher_timer_history_add_reason (history, error->message);
  usher_commit_set_anew (
      commit, self->timer, now + delay, usher_timer_get_attempt (self->timer) + 1, history);
  usher_store_commit (usher_lane_get_store (lane), commit, on_postponed, self);
}

/* (nullable): the trace that the timer goes on with. What a timer set begins anew: one that sets itself would never leave its trace. */
static const char *
find_traceparent (UsherTimer *timer)
{
  const UsherOrigin *origin = usher_timer_get_origin (timer);

  if (origin == NULL ||
      (origin->causation != NULL && g_str_has_prefix (origin->causation, USHER_CAUSATION_TIMER)))
    return NULL;

  return origin->traceparent;
}

static void
end_trace (TimerJob *self, const GError *error)
{
  UsherSpan *span = usher_trace_get_span (&self->job.trace);

  if (span == NULL)
    return;

  g_free (span->name);
  span->name = g_strconcat ("timer ", usher_timer_get_name (self->timer), NULL);
  usher_span_set_text (span, "usher.timer.name", usher_timer_get_name (self->timer));
  usher_span_set_text (span, "usher.timer.key", usher_timer_get_key (self->timer));
  usher_span_set_number (span, "usher.timer.attempt", usher_timer_get_attempt (self->timer));
  usher_trace_end (&self->job.trace, error);
}

static void
end_timer (UsherJob *job, const GError *error)
{
  TimerJob *self = (TimerJob *) job;

  end_trace (self, error);
  usher_lane_count (job->lane, error == NULL ? USHER_COUNT_FIRED : USHER_COUNT_MISFIRED);
  if (error == NULL)
    leave_taken (self, NULL);
  else
    postpone (self, error);
}

static void
clear_timer (UsherJob *job)
{
  usher_timer_unref (((TimerJob *) job)->timer);
}

static const UsherJobClass timer_job_class = {
  .size = sizeof (TimerJob),
  .fill = fill_unit,
  .call = call_handler,
  .describe = describe_timer,
  .dup_handler = dup_handler,
  .end = end_timer,
  .clear = clear_timer,
};

gboolean
usher_timer_job_is_tried (UsherLane *lane, UsherTimer *timer)
{
  const UsherTimerHistory *history = usher_timer_get_history (timer);

  return history != NULL && history->trial != 0 &&
         g_strcmp0 (history->trier, usher_store_get_owner (usher_lane_get_store (lane))) == 0;
}

/* FALSE: it cannot be now */
static gboolean
enter (UsherLane *lane, UsherTimer *timer, gboolean is_alone)
{
  UsherSolitude *solitude = usher_lane_get_solitude (lane);

  if (!is_alone && !usher_solitude_enter (solitude))
    return FALSE;
  if (usher_timers_out_begin (usher_lane_get_timers_out (lane), timer))
    return TRUE;
  if (!is_alone)
    usher_solitude_leave (solitude);

  return FALSE;
}

gboolean
usher_timer_job_start (UsherLane *lane,
                       UsherTimer *timer,
                       UsherJobDoneFunc done,
                       gpointer user_data)
{
  const UsherAlarm *alarm = usher_declarations_find_alarm (usher_lane_get_declarations (lane),
                                                           usher_timer_get_name (timer));
  const UsherTimerHistory *history = usher_timer_get_history (timer);
  gboolean is_suspect = history != NULL && history->trial != 0;
  gboolean is_alone = is_suspect && history->trial == 1;
  TimerJob *self = NULL;

  /* a timer of a service that has forgotten it stays: a later version may know it again */
  if (alarm == NULL || (is_suspect && !usher_timer_job_is_tried (lane, timer)) ||
      !enter (lane, timer, is_alone))
    return FALSE;

  self = usher_job_new (&timer_job_class, lane);
  self->alarm = alarm;
  self->timer = usher_timer_ref (timer);
  self->is_alone = is_alone;
  self->done = done;
  self->done_data = user_data;
  usher_trace_begin (&self->job.trace,
                     usher_lane_get_tracer (lane),
                     usher_lane_get_name (lane),
                     find_traceparent (timer));
  usher_job_go_on (&self->job, USHER_THREAD_TICKER);

  return TRUE;
}
