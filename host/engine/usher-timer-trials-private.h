/* usher-timer-trials-private.h: which timer kills its process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"

G_BEGIN_DECLS

/* Of the ticker's thread. */
typedef struct _UsherTimerTrials UsherTimerTrials;

UsherTimerTrials *usher_timer_trials_new (UsherLane *lane);
/* what is under way is no death of this process */
void usher_timer_trials_free (UsherTimerTrials *self);
/* this process fires from now on: what is due at @time may be what the one before it has died of */
void usher_timer_trials_begin (UsherTimerTrials *self, gint64 time);
/* before each look at what is due: who was alone may have ended */
void usher_timer_trials_tend (UsherTimerTrials *self);
/* Starts what may start of @timers, which are due, earliest first. Returns how many did; @again: (out): look again at once */
guint usher_timer_trials_start (UsherTimerTrials *self, GPtrArray *timers, gboolean *again);

G_END_DECLS
