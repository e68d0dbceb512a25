/* usher-ends.h: how the processes of a slot have ended
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsherEnds UsherEnds;

UsherEnds *usher_ends_new (void);
void usher_ends_free (UsherEnds *self);

/* how a process has ended, for a person */
void usher_ends_note (UsherEnds *self, const char *how);
/* one more that nobody asked for. Returns: how many there were within the last @window seconds */
guint usher_ends_count (UsherEnds *self, guint window);
/* counts from here */
void usher_ends_forget (UsherEnds *self);

/* (nullable): how the last one has ended, NULL: none has */
const char *usher_ends_get_last (UsherEnds *self);
/* wall time in microseconds */
gint64 usher_ends_get_last_time (UsherEnds *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEnds, usher_ends_free)

G_END_DECLS
