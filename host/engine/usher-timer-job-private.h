/* usher-timer-job-private.h: a timer that fires
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-job-private.h"

G_BEGIN_DECLS

/* on the service's pool; FALSE: it runs already, or nobody knows its name; @done: (nullable) */
gboolean usher_timer_job_start (UsherLane *lane,
                                UsherTimer *timer,
                                UsherJobDoneFunc done,
                                gpointer user_data);

G_END_DECLS
