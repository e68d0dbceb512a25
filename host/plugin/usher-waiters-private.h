/* usher-waiters-private.h: requests that wait for a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-context-private.h"

G_BEGIN_DECLS

/* Takes @job until the document changes or its deadline comes; @seen: the commit counter from before it read. It is
 * run at once when a commit came since, or when too many wait already (as at the deadline). */
void usher_waiters_add (UsherContext *context,
                        UsherJob *job,
                        const char *collection,
                        const char *id,
                        guint64 seen);
guint64 usher_waiters_get_seen (UsherContext *context);
/* for the store's observer */
void usher_waiters_wake (UsherContext *context, UsherUnit *unit);
/* for the store's watch: nobody knows what others changed, so all look again */
void usher_waiters_wake_all (UsherContext *context);
/* wakes what is past its deadline, or (all, when the host stops) ends them all; returns the earliest deadline left, by
 * the clock */
gint64 usher_waiters_expire (UsherContext *context, gboolean all);

G_END_DECLS
