/* usher-sqlite-share-private.h: what the processes that write one SQLite file have in common beside it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A page of memory in the file “NAME.db-shared”: the gate that one writer at a time goes through, a counter of commits
 * that can be waited for, and a lease. A process that dies leaves nothing locked. Reference counted, any
 * thread. */
typedef struct _UsherSqliteShare UsherSqliteShare;

/* @path: of the database */
UsherSqliteShare *usher_sqlite_share_new (const char *path, GError **error);
UsherSqliteShare *usher_sqlite_share_ref (UsherSqliteShare *self);
void usher_sqlite_share_unref (UsherSqliteShare *self);
/* the store is not open any more; the counter may be read still */
void usher_sqlite_share_close (UsherSqliteShare *self);

/* names this process's store; unique */
const char *usher_sqlite_share_get_id (UsherSqliteShare *self);
/* whether the store that @id named is open still, in whatever process */
gboolean usher_sqlite_share_is_open (UsherSqliteShare *self, const char *id);

/* whether no other store, of this process or another, has the database open */
gboolean usher_sqlite_share_is_alone (UsherSqliteShare *self);

/* Waits for the writers before; UNAVAILABLE names the process that does not leave. The thread that entered leaves. */
gboolean usher_sqlite_share_enter (UsherSqliteShare *self, gint64 timeout, GError **error);
void usher_sqlite_share_leave (UsherSqliteShare *self);
/* when nobody is in the gate: whether one died there is found out and told */
void usher_sqlite_share_inspect (UsherSqliteShare *self);

/* this process committed; to be said in the gate */
void usher_sqlite_share_announce (UsherSqliteShare *self);
/* makes all processes look again */
void usher_sqlite_share_nudge (UsherSqliteShare *self);
guint usher_sqlite_share_get_n_commits (UsherSqliteShare *self);
/* those of other processes; for a moment it may be less than it was */
guint usher_sqlite_share_get_n_foreign (UsherSqliteShare *self);
/* waits until there are not @n_commits any more; FALSE: in vain */
gboolean usher_sqlite_share_wait (UsherSqliteShare *self, guint n_commits, gint64 timeout);

/* takes the lease when it is free, or shows that its holder lives; FALSE: it is another's */
gboolean usher_sqlite_share_hold_lease (UsherSqliteShare *self);
/* exact in the gate: nobody takes the lease then */
gboolean usher_sqlite_share_has_lease (UsherSqliteShare *self);
gboolean usher_sqlite_share_is_lease_free (UsherSqliteShare *self);
void usher_sqlite_share_release_lease (UsherSqliteShare *self);
/* adds what usher_store_describe() tells of the lease */
void usher_sqlite_share_describe (UsherSqliteShare *self, GVariantBuilder *builder);

/* when something was pruned last, by any process; wall time */
gint64 usher_sqlite_share_get_last_prune (UsherSqliteShare *self);
void usher_sqlite_share_set_last_prune (UsherSqliteShare *self, gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteShare, usher_sqlite_share_unref)

G_END_DECLS
