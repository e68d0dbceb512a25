/* usher-event-job.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-job-private.h"

#include "usher-error.h"
#include "usher-outcome-private.h"
#include "usher-unit-run-private.h"

/* how often a deferred event is tried again here before it goes back to the bus */
#define MAX_LOCAL_DEFERS 3

typedef struct
{
  UsherJob job;
  const UsherListener *listener; /* (unowned) */
  UsherEvent *event;             /* (owned) */
  gboolean is_known;
  gboolean was_applied;
  guint n_local_defers;
  UsherJobDoneFunc done;
  gpointer done_data;
} EventJob;

/* When it cannot be known the commit finds out. */
static gboolean
begin_event (UsherJob *job, gboolean is_again)
{
  EventJob *self = (EventJob *) job;

  if (is_again || !self->is_known)
    return TRUE;

  usher_store_was_applied (usher_lane_get_store (job->lane),
                           usher_event_get_id (self->event),
                           usher_listener_get_group (self->listener),
                           &self->was_applied,
                           NULL);
  if (!self->was_applied)
    return TRUE;

  usher_job_finish (job, NULL); /* and frees it */
  return FALSE;
}

static void
fill_unit (UsherJob *job, UsherUnit *unit, gboolean is_first)
{
  EventJob *self = (EventJob *) job;
  const char *id = usher_event_get_id (self->event);
  const char *correlation = usher_event_get_correlation (self->event);

  usher_unit_set_origin (unit,
                         correlation != NULL ? correlation : id,
                         id,
                         usher_trace_get_traceparent (&job->trace));
  if (is_first)
    usher_commit_set_inbox (usher_unit_get_commit (unit),
                            id,
                            usher_listener_get_group (self->listener));
}

static gboolean
call_handler (UsherJob *job, UsherUnit *unit, GError **error)
{
  EventJob *self = (EventJob *) job;

  return usher_listener_run (self->listener, self->event, unit, error);
}

static void
describe_event (UsherJob *job, UsherLogScope *scope)
{
  EventJob *self = (EventJob *) job;

  scope->event = usher_event_get_id (self->event);
  scope->channel = usher_event_get_channel (self->event);
  scope->correlation = usher_event_get_correlation (self->event);
}

static char *
dup_handler (UsherJob *job)
{
  const UsherListener *listener = ((EventJob *) job)->listener;

  return g_strdup_printf ("listener to “%s” in group “%s”",
                          usher_listener_get_channel (listener),
                          usher_listener_get_group (listener));
}

static void
on_released (UsherWork *work)
{
  usher_job_go_on ((UsherJob *) work, USHER_THREAD_WAKER);
}

static gboolean
defer_locally (UsherJob *job, UsherUnit *unit)
{
  EventJob *self = (EventJob *) job;

  if (self->n_local_defers >= MAX_LOCAL_DEFERS)
    return FALSE;

  self->n_local_defers++;
  job->work.run = on_released;

  return usher_deferrals_add (usher_lane_get_deferrals (job->lane), &job->work);
}

static void
count_event (EventJob *self, const GError *error)
{
  UsherEventCount count = USHER_COUNT_HANDLED;

  if (error != NULL)
    count = usher_outcome_is_deferral (error) ? USHER_COUNT_DEFERRED : USHER_COUNT_FAILED;
  else if (self->was_applied || usher_job_was_applied (&self->job))
    count = USHER_COUNT_KNOWN;

  usher_listener_count (self->listener, count);
}

static void
end_trace (EventJob *self, const GError *error)
{
  UsherSpan *span = usher_trace_get_span (&self->job.trace);
  const char *channel = usher_event_get_channel (self->event);

  if (span == NULL)
    return;

  g_free (span->name);
  span->name = g_strconcat ("process ", channel, NULL);
  span->kind = USHER_SPAN_CONSUMER;
  usher_span_set_text (span, "messaging.system", "usher");
  usher_span_set_text (span, "messaging.operation.name", "process");
  usher_span_set_text (span, "messaging.operation.type", "process");
  usher_span_set_text (span, "messaging.destination.name", channel);
  usher_span_set_text (span,
                       "messaging.consumer.group.name",
                       usher_listener_get_group (self->listener));
  usher_span_set_text (span, "messaging.message.id", usher_event_get_id (self->event));
  usher_span_set_text (span,
                       "messaging.message.conversation_id",
                       usher_event_get_correlation (self->event));
  usher_span_set_number (span,
                         "usher.event.sequence",
                         (gint64) usher_event_get_sequence (self->event));
  usher_trace_end (&self->job.trace, error);
}

static void
end_event (UsherJob *job, const GError *error)
{
  EventJob *self = (EventJob *) job;

  usher_solitude_leave (usher_lane_get_solitude (job->lane));
  count_event (self, error);
  end_trace (self, error);
  self->done (error, self->done_data);
  usher_job_free (job);
}

static void
clear_event (UsherJob *job)
{
  usher_event_unref (((EventJob *) job)->event);
}

static const UsherJobClass event_job_class = {
  .size = sizeof (EventJob),
  .is_event = TRUE,
  .begin = begin_event,
  .fill = fill_unit,
  .call = call_handler,
  .describe = describe_event,
  .dup_handler = dup_handler,
  .defer = defer_locally,
  .end = end_event,
  .clear = clear_event,
};

/* Something that may end the process runs alone, and shall not be blamed on the event, nor the other way round. */
static void
put_off (const UsherListener *listener, UsherJobDoneFunc done, gpointer user_data)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                  USHER_ERROR_DEFER,
                                                  "a timer that may end the process runs alone");

  usher_listener_count (listener, USHER_COUNT_DEFERRED);
  done (error, user_data);
}

void
usher_event_job_start (UsherLane *lane,
                       const UsherListener *listener,
                       UsherEvent *event,
                       gboolean is_known,
                       UsherJobDoneFunc done,
                       gpointer user_data)
{
  EventJob *self = NULL;

  if (!usher_solitude_enter (usher_lane_get_solitude (lane)))
    {
      put_off (listener, done, user_data);
      return;
    }

  self = usher_job_new (&event_job_class, lane);
  self->listener = listener;
  self->event = usher_event_ref (event);
  self->is_known = is_known;
  self->done = done;
  self->done_data = user_data;
  usher_trace_begin (&self->job.trace,
                     usher_lane_get_tracer (lane),
                     usher_lane_get_name (lane),
                     usher_event_get_traceparent (event));
  usher_job_go_on (&self->job, USHER_THREAD_INTAKE);
}
