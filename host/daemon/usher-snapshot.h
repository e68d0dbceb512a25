/* usher-snapshot.h: the files of a data directory, its databases as they are at one moment
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* where a backup has the files of settings, and a restore puts them for who looks for them */
#define USHER_SNAPSHOT_SETTINGS "host/settings"

/* For a moment nobody can write to any of the databases; in that moment a reading of each begins, and it sees that
 * moment until it ends. So documents, outboxes, inboxes and the log of the bus agree, as if all processes had been
 * killed then. One thread. */
typedef struct _UsherSnapshot UsherSnapshot;

/* Works beside hosts that run. BUSY: the writers did not make room in time; UNAVAILABLE, CORRUPT: a file cannot be
 * read. */
UsherSnapshot *usher_snapshot_new (const char *directory, GError **error);
void usher_snapshot_free (UsherSnapshot *self);

/* (element-type utf8): paths below the directory, sorted */
const GPtrArray *usher_snapshot_get_databases (UsherSnapshot *self);
const GPtrArray *usher_snapshot_get_files (UsherSnapshot *self);
/* microseconds of real time: the moment; and for how long writers had to wait */
gint64 usher_snapshot_get_time (UsherSnapshot *self);
gint64 usher_snapshot_get_pause (UsherSnapshot *self);

/* a database of the list, into a file that is not there */
gboolean usher_snapshot_copy (UsherSnapshot *self, guint index, const char *target, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSnapshot, usher_snapshot_free)

G_END_DECLS
