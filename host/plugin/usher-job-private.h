/* usher-job-private.h: one run of a handler, from its input to its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-context-private.h"

G_BEGIN_DECLS

/* @error: NULL: committed. DEFER: come again. On any thread; must not block. */
typedef void (*UsherJobDoneFunc) (const GError *error, gpointer user_data);

/* Each takes its input and runs to its end by itself, on this thread first. */
void usher_job_start_request (const UsherEndpoint *endpoint, UsherExchange *exchange);
void usher_job_start_event (UsherContext *context,
                            const UsherListener *listener,
                            UsherEvent *event,
                            UsherJobDoneFunc done,
                            gpointer user_data);
/* on the service's pool; FALSE when it runs already; @done: (nullable) */
gboolean usher_job_start_timer (UsherContext *context,
                                UsherTimer *timer,
                                UsherJobDoneFunc done,
                                gpointer user_data);

/* whether the event that failed with @error is not to blame: it comes again and counts no attempt */
gboolean usher_job_is_deferral (const GError *error);
/* for the store's watch: events that wait here for a commit may find it in another process's */
void usher_job_retry_deferred (UsherContext *context);

/* for the workers */
void usher_job_run_on_worker (UsherJob *self);

/* for the waiters: whose answer it is, when the input came, how long it may wait, and its next run */
UsherExchange *usher_job_get_exchange (UsherJob *self);
gint64 usher_job_get_started (UsherJob *self);
gint64 usher_job_get_wait (UsherJob *self);
void usher_job_resume (UsherJob *self, gboolean has_waited);
/* ends it unanswered: 503 */
void usher_job_give_up (UsherJob *self);

G_END_DECLS
