/* usher-timer-batch-private.h: timers that are set anew together
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"

G_BEGIN_DECLS

/* Each is a commit of its own, so that one which its service has set meanwhile stays as that was. Of one thread, that may wait. */
typedef struct _UsherTimerBatch UsherTimerBatch;

UsherTimerBatch *usher_timer_batch_new (UsherLane *lane);
void usher_timer_batch_free (UsherTimerBatch *self);
/* @history: (transfer full) */
void usher_timer_batch_add (UsherTimerBatch *self,
                            UsherTimer *timer,
                            gint64 due,
                            UsherTimerHistory *history);
guint usher_timer_batch_get_n (UsherTimerBatch *self);
/* once; FALSE: the store does not take all of it */
gboolean usher_timer_batch_commit (UsherTimerBatch *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTimerBatch, usher_timer_batch_free)

G_END_DECLS
