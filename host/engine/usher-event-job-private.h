/* usher-event-job-private.h: an event on its way through a service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-job-private.h"

G_BEGIN_DECLS

/* On the thread that has the event, which is not held up. @is_known: it may have been applied before, so that the inbox is
 * asked first. */
void usher_event_job_start (UsherLane *lane,
                            const UsherListener *listener,
                            UsherEvent *event,
                            gboolean is_known,
                            UsherJobDoneFunc done,
                            gpointer user_data);

G_END_DECLS
