/* usher-clerk-private.h: a thread that does one thing after the other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* It sleeps while there is nothing to do. Counted, so that who comes late finds it; any thread, unless it says otherwise. */
typedef struct _UsherClerk UsherClerk;

typedef void (*UsherClerkFunc) (gpointer user_data);

/* @tick: called on its thread at the time that was set */
UsherClerk *usher_clerk_new (const char *name, UsherClerkFunc tick, gpointer user_data);
UsherClerk *usher_clerk_ref (UsherClerk *self);
void usher_clerk_unref (UsherClerk *self);
/* whether it works now; UNAVAILABLE: there is no thread to be had */
gboolean usher_clerk_start (UsherClerk *self, GError **error);
gboolean usher_clerk_has_started (UsherClerk *self);
/* does it in turn, and calls @destroy then, or at once when it is closed */
void usher_clerk_post (UsherClerk *self,
                       UsherClerkFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy);
/* on its thread: monotonic, unless the tick comes before; it comes once */
void usher_clerk_tick_at (UsherClerk *self, gint64 time);
/* finishes what was posted until now */
void usher_clerk_stop (UsherClerk *self);
/* after the stop: nothing is taken any more */
void usher_clerk_close (UsherClerk *self);

G_END_DECLS
