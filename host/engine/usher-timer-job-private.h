/* usher-timer-job-private.h: a timer that fires
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-job-private.h"

G_BEGIN_DECLS

/* whether the store says that this process tries it, as it is suspect */
gboolean usher_timer_job_is_tried (UsherLane *lane, UsherTimer *timer);
/* on the service's pool; FALSE: it runs already, nobody knows its name, it is suspect and not tried yet, or another one is alone;
 * @done: (nullable) */
gboolean usher_timer_job_start (UsherLane *lane,
                                UsherTimer *timer,
                                UsherJobDoneFunc done,
                                gpointer user_data);

G_END_DECLS
