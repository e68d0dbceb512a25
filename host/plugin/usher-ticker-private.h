/* usher-ticker-private.h: fires what is due, in all services of a host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"

G_BEGIN_DECLS

typedef struct _UsherTicker UsherTicker;

/* @contexts: (element-type UsherContext): not changed while the ticker lives. @fires: run the timers too; else only
 * deadlines of waiting requests, what the bus refused and the pruning. */
UsherTicker *usher_ticker_new (UsherClock *clock, GPtrArray *contexts, gboolean fires);
void usher_ticker_free (UsherTicker *self);
/* ends the thread; who still has something to do may go on to give notice */
void usher_ticker_stop (UsherTicker *self);
/* no timer fires any more; the rest goes on */
void usher_ticker_rest (UsherTicker *self);
/* something is due at @time, perhaps before all that is known; any thread; @self: (nullable) */
void usher_ticker_notice (UsherTicker *self, gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTicker, usher_ticker_free)

G_END_DECLS
