/* usher-sqlite-writer-private.h: the thread that writes a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-queue-private.h"
#include "usher-sqlite-reader-private.h"
#include "usher-sqlite-table-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* how long another process may be in the gate: with a group, and to bring a collection in line */
#define USHER_SQLITE_TIMEOUT      (5 * G_TIME_SPAN_SECOND)
#define USHER_SQLITE_OPEN_TIMEOUT (30 * G_TIME_SPAN_SECOND)

/* Reference counted, any thread. Its connection is its thread's alone. */
typedef struct _UsherSqliteWriter UsherSqliteWriter;

/* @share: (nullable); @readers and @tables: shared with the store */
UsherSqliteWriter *usher_sqlite_writer_new (const char *path,
                                            UsherSqliteShare *share,
                                            UsherSqliteReaders *readers,
                                            UsherSqliteTables *tables,
                                            guint unit_limit,
                                            GError **error);
UsherSqliteWriter *usher_sqlite_writer_ref (UsherSqliteWriter *self);
void usher_sqlite_writer_unref (UsherSqliteWriter *self);
/* @store: (unowned): who is told of */
void usher_sqlite_writer_set_observer (UsherSqliteWriter *self,
                                       UsherStore *store,
                                       UsherStoreObserver observer,
                                       gpointer user_data);
void usher_sqlite_writer_commit (UsherSqliteWriter *self,
                                 UsherCommit *commit,
                                 UsherCommittedFunc func,
                                 gpointer user_data);
/* waits; not on the writer's thread; @timeout: how long for other processes */
gboolean usher_sqlite_writer_run (UsherSqliteWriter *self,
                                  UsherSqliteJob job,
                                  gint64 timeout,
                                  gpointer user_data,
                                  GError **error);
/* as of the last commit of this process */
gint64 usher_sqlite_writer_get_next_due (UsherSqliteWriter *self);
/* the disk refused the last commit; it is tried again now and then until it takes one */
gboolean usher_sqlite_writer_is_read_only (UsherSqliteWriter *self);
/* is written with the next group, in front of what usher_sqlite_writer_trim() is told after this */
void usher_sqlite_writer_keep_reach (UsherSqliteWriter *self, const UsherReach *reach);
void usher_sqlite_writer_trim (UsherSqliteWriter *self, gint64 upto);
/* what usher_sqlite_writer_trim() was last called with */
gint64 usher_sqlite_writer_get_trimmed (UsherSqliteWriter *self);
/* refuses what comes; waits for what is queued, unless on the writer's thread; closes the readers */
gboolean usher_sqlite_writer_close (UsherSqliteWriter *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteWriter, usher_sqlite_writer_unref)

G_END_DECLS
