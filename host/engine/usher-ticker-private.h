/* usher-ticker-private.h: a thread that does something when it is due
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"

G_BEGIN_DECLS

typedef struct _UsherTicker UsherTicker;

/* On the ticker's thread, at @now or later; returns when to call it again, at the latest. It is called once a second, whatever it
 * says. All times are monotonic ones of the clock, so that nobody sets them. */
typedef gint64 (*UsherTickFunc) (gint64 now, gpointer user_data);

/* @name: what it does, for the operator */
UsherTicker *usher_ticker_new (const char *name, UsherClock *clock);
/* It waits for a server: whoever watches the process does not mind how long. Before the start. */
void usher_ticker_set_patient (UsherTicker *self);
/* FALSE: there is no thread to be had */
gboolean usher_ticker_start (UsherTicker *self,
                             UsherTickFunc func,
                             gpointer user_data,
                             GDestroyNotify destroy,
                             GError **error);
void usher_ticker_free (UsherTicker *self);
/* ends the thread, and with it @user_data; who still has something to do may go on to give notice */
void usher_ticker_stop (UsherTicker *self);
/* something is due at @time, perhaps before all that is known; any thread, before the start too */
void usher_ticker_notice (UsherTicker *self, gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTicker, usher_ticker_free)

G_END_DECLS
