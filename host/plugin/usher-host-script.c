/* usher-host-script.c: a host driven by a script or a test, without a socket between
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-class.h"

#include "usher-error.h"
#include "usher-event-job-private.h"
#include "usher-host-private.h"
#include "usher-host-view-private.h"
#include "usher-latch-private.h"
#include "usher-timer-job-private.h"

#define TIMERS_AT_ONCE 256

static void
on_exchange_done (UsherExchange *exchange, gpointer user_data)
{
  usher_latch_leave (user_data, NULL);
}

static void
on_job_done (const GError *error, gpointer user_data)
{
  usher_latch_leave (user_data, error);
}

/**
 * usher_host_serve:
 * @self: a host that has started
 * @exchange: a request on its way to its answer
 * @admin: whether it is for the routes of the admin listener
 *
 * Lets the host answer an exchange, as if a listener had brought it, and does not wait for that. What it is done with is
 * called on any thread, within this call or later, in [method@Host.stop] at the latest. On any thread but the host's own.
 */
void
usher_host_serve (UsherHost *self, UsherExchange *exchange, gboolean admin)
{
  UsherRouter *router = NULL;
  GBytes *body = NULL;

  g_return_if_fail (USHER_IS_HOST (self));
  g_return_if_fail (USHER_IS_EXCHANGE (exchange));
  g_return_if_fail (self->started);

  router = admin ? self->admin_router : self->router;
  body = usher_request_get_body (usher_exchange_get_request (exchange));
  if (usher_router_admit (router, exchange, body != NULL ? (gint64) g_bytes_get_size (body) : 0))
    usher_router_run (router, g_object_ref (exchange));
  else
    usher_exchange_finish (exchange);

  usher_tenants_end_reads (self->tenants);
}

/**
 * usher_host_call:
 * @self: a host that has started
 * @request: a request
 * @admin: whether it is for the routes of the admin listener
 *
 * Lets the host answer a request, as if a listener had brought it. Blocks until the answer is there; on
 * any thread but the host's own.
 *
 * Returns: (transfer full): the answer
 */
UsherReply *
usher_host_call (UsherHost *self, UsherRequest *request, gboolean admin)
{
  g_autoptr (UsherExchange) exchange = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  UsherLatch latch;

  g_return_val_if_fail (USHER_IS_HOST (self), NULL);
  g_return_val_if_fail (USHER_IS_REQUEST (request), NULL);
  g_return_val_if_fail (self->started, NULL);

  usher_latch_init (&latch, 1);
  exchange = usher_exchange_new (request, on_exchange_done, &latch);
  reply = g_object_ref (usher_exchange_get_reply (exchange));
  usher_host_serve (self, exchange, admin);
  error = usher_latch_wait (&latch);

  return g_steal_pointer (&reply);
}

/**
 * usher_host_feed:
 * @self: a host that has started
 * @service: the name of a service
 * @group: (nullable): the group of the listener, `NULL` for the default one
 * @event: an event
 * @error: return location for an error
 *
 * Gives an event to one listener, once, as the bus would, and waits for the commit. On any thread but the
 * host's own.
 *
 * Returns: whether the bus would have its acknowledgement; `USHER_ERROR_DEFER`: the listener
 *   wants it again later
 */
gboolean
usher_host_feed (UsherHost *self,
                 const char *service,
                 const char *group,
                 UsherEvent *event,
                 GError **error)
{
  UsherLane *lane = NULL;
  const UsherListener *listener = NULL;
  GError *failure = NULL;
  UsherLatch latch;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (service != NULL, FALSE);
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (self->started, FALSE);

  lane = usher_host_find_lane (self, service, error);
  if (lane == NULL)
    return FALSE;

  listener = usher_declarations_find_listener (usher_lane_get_declarations (lane),
                                               usher_event_get_channel (event),
                                               group);
  if (listener == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "service “%s” does not listen to “%s” in that group",
                   service,
                   usher_event_get_channel (event));
      return FALSE;
    }

  usher_latch_init (&latch, 1);
  usher_event_job_start (lane, listener, event, FALSE, on_job_done, &latch);
  usher_lane_end_reads (lane);
  failure = usher_latch_wait (&latch);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return failure == NULL;
}

/* Why the timers of a service rest, if they do. (transfer full) (nullable) */
static GError *
find_rest (UsherLane *lane)
{
  guint limit = 1;

  if (usher_timers_out_get_rest (usher_lane_get_timers_out (lane), &limit) == 0)
    return NULL;

  return g_error_new (USHER_ERROR,
                      USHER_ERROR_UNAVAILABLE,
                      "timers of service “%s” rest, as its store takes nothing",
                      usher_lane_get_name (lane));
}

/* Counts it when it ran here; else another thread has it, which is given some time. FALSE: the store does not take what became
 * of it, so it is as due as it was. */
static gboolean
run_timer (UsherLane *lane, UsherTimer *timer, int *n_run, GError **error)
{
  GError *trouble = NULL;
  UsherLatch latch;
  gboolean started = FALSE;

  usher_latch_init (&latch, 1);
  started = usher_timer_job_start (lane, timer, on_job_done, &latch);
  if (!started)
    usher_latch_leave (&latch, NULL);
  trouble = usher_latch_wait (&latch);
  if (started)
    (*n_run)++;
  else
    g_usleep (G_TIME_SPAN_MILLISECOND);

  if (trouble == NULL && !started)
    trouble = find_rest (lane);
  if (trouble != NULL)
    g_propagate_error (error, trouble);

  return trouble == NULL;
}

/* Runs the timers of a service that are due now. Returns how many were due, those that another thread
 * runs included; -1 on error. */
static int
run_due (UsherHost *self, UsherLane *lane, int *n_run, GError **error)
{
  gint64 now = usher_clock_get_time (self->clock);
  g_autoptr (GPtrArray) timers = NULL;
  int n_due = 0;

  usher_timers_out_forget_done (usher_lane_get_timers_out (lane));
  /* timers are another process's, or none is due */
  if (!usher_lane_hold_lease (lane) || usher_lane_get_next_due (lane) > now)
    return 0;

  timers = usher_lane_list_due (lane, now, TIMERS_AT_ONCE, error);
  if (timers == NULL)
    return -1;

  for (guint i = 0; i < timers->len; i++)
    {
      UsherTimer *timer = g_ptr_array_index (timers, i);

      n_due++;
      if (!run_timer (lane, timer, n_run, error))
        return -1;
    }

  return n_due;
}

/**
 * usher_host_run_timers:
 * @self: a host that has started
 * @error: return location for a [error@Error]
 *
 * Runs the timers that are due by the clock, and those that fall due by that, and waits for them. One whose
 * handler fails is set to a later time, as always. One that the host has begun to run by itself is waited
 * for, too.
 *
 * Returns: how many ran on behalf of this call, -1 on error: that timers cannot be read, or that the store takes nothing, so that
 *   they stay due
 */
int
usher_host_run_timers (UsherHost *self, GError **error)
{
  int n_run = 0;

  g_return_val_if_fail (USHER_IS_HOST (self), -1);
  g_return_val_if_fail (self->started, -1);

  for (guint i = 0; i < usher_host_get_n_lanes (self); i++)
    {
      int n_due = 0;

      do
        {
          n_due = run_due (self, usher_host_get_lane (self, i), &n_run, error);
          if (n_due < 0)
            return -1;
        }
      while (n_due > 0);
    }

  return n_run;
}

/**
 * usher_host_list_outbox:
 * @self: a host that has started
 * @service: the name of a service
 * @error: return location for a [error@Error]
 *
 * Lists what a service has published and the bus has not yet: without a bus all that it ever published.
 *
 * Returns: (transfer container) (element-type UsherEvent): the events, oldest first, or `NULL`
 */
GPtrArray *
usher_host_list_outbox (UsherHost *self, const char *service, GError **error)
{
  UsherLane *lane = NULL;
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  const UsherMark begin = { 0 };
  GPtrArray *events = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), NULL);
  g_return_val_if_fail (service != NULL, NULL);

  lane = usher_host_find_lane (self, service, error);
  if (lane == NULL)
    return NULL;

  events = usher_store_list_outbox (usher_lane_get_store (lane), &begin, G_MAXINT32, marks, error);
  usher_lane_end_reads (lane);

  return events;
}

/**
 * usher_host_dup_document:
 * @self: a host that has started
 * @service: the name of a service
 * @collection: one of its collections
 * @id: the id of a document
 * @error: return location for a [error@Error]
 *
 * Reads a document of a service as JSON text, without its private fields.
 *
 * Returns: (transfer full) (nullable): the text, `NULL` when there is none or on error
 */
char *
usher_host_dup_document (UsherHost *self,
                         const char *service,
                         const char *collection,
                         const char *id,
                         GError **error)
{
  UsherLane *lane = NULL;
  g_autoptr (UsherDocument) document = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), NULL);
  g_return_val_if_fail (service != NULL, NULL);
  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  lane = usher_host_find_lane (self, service, error);
  if (lane == NULL ||
      !usher_store_lookup (usher_lane_get_store (lane), collection, id, &document, error))
    return NULL;

  usher_lane_end_reads (lane);

  return document != NULL ? g_strdup (usher_document_get_text (document, NULL)) : NULL;
}

/**
 * usher_host_make_session_token:
 * @self: a host
 * @session: a session, such as one that [method@Reply.get_session] has begun
 * @error: return location for a [error@Error]
 *
 * Makes the token of a session, which a listener would put into the cookie `session` of the answer.
 *
 * Returns: (transfer full): the token, or `NULL`
 */
char *
usher_host_make_session_token (UsherHost *self, UsherSession *session, GError **error)
{
  g_return_val_if_fail (USHER_IS_HOST (self), NULL);
  g_return_val_if_fail (session != NULL, NULL);

  return usher_sessions_make_token (self->sessions, session, error);
}

/**
 * usher_host_make_token:
 * @self: a host
 * @user_id: the user's id
 * @email: the user's e-mail address
 * @error: return location for a [error@Error]
 *
 * Makes a session token as the host itself would, for scripts and tests.
 *
 * Returns: (transfer full): the token, or `NULL`
 */
char *
usher_host_make_token (UsherHost *self, const char *user_id, const char *email, GError **error)
{
  g_autoptr (UsherSession) session = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  g_return_val_if_fail (email != NULL, NULL);

  session = usher_sessions_begin (self->sessions, user_id, email);

  return usher_sessions_make_token (self->sessions, session, error);
}
