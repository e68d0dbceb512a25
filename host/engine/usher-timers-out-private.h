/* usher-timers-out-private.h: which timers of a service run
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-timer.h"

G_BEGIN_DECLS

/* Any thread. */
typedef struct _UsherTimersOut UsherTimersOut;

UsherTimersOut *usher_timers_out_new (void);
void usher_timers_out_free (UsherTimersOut *self);
/* FALSE: it runs already, or has just run */
gboolean usher_timers_out_begin (UsherTimersOut *self, UsherTimer *timer);
/* whether it runs */
gboolean usher_timers_out_has (UsherTimersOut *self, UsherTimer *timer);
/* whoever has just read which timers are due has read this one, perhaps, and shall not run it again */
void usher_timers_out_end (UsherTimersOut *self, UsherTimer *timer);
/* likewise of one that the store takes no word of, neither that it fired nor that it shall fire later: all of them rest for a
 * while, and longer the more often that happens. @is_known: it is said already why. Returns: whether it is to be said */
gboolean usher_timers_out_refuse (UsherTimersOut *self, UsherTimer *timer, gboolean is_known);
/* the store has taken one. Returns: whether it was said that they rest */
gboolean usher_timers_out_recover (UsherTimersOut *self);
/* microseconds until the next may be tried, 0: at once. @limit: how many at most */
gint64 usher_timers_out_get_rest (UsherTimersOut *self, guint *limit);
/* those that are done may run again; to be said before it is read what is due */
void usher_timers_out_forget_done (UsherTimersOut *self);

G_END_DECLS
