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

/* Reference counted, any thread. Its connection is its thread's alone. */
typedef struct _UsherSqliteWriter UsherSqliteWriter;

/* @readers and @tables: shared with the store */
UsherSqliteWriter *usher_sqlite_writer_new (const char *path,
                                            UsherSqliteReaders *readers,
                                            UsherSqliteTables *tables,
                                            guint unit_limit,
                                            GError **error);
UsherSqliteWriter *usher_sqlite_writer_ref (UsherSqliteWriter *self);
void usher_sqlite_writer_unref (UsherSqliteWriter *self);
void usher_sqlite_writer_set_observer (UsherSqliteWriter *self,
                                       UsherStoreObserver observer,
                                       gpointer user_data);
void usher_sqlite_writer_commit (UsherSqliteWriter *self,
                                 UsherUnit *unit,
                                 UsherCommittedFunc func,
                                 gpointer user_data);
/* waits; not on the writer's thread */
gboolean usher_sqlite_writer_run (UsherSqliteWriter *self,
                                  UsherSqliteJob job,
                                  gpointer user_data,
                                  GError **error);
gint64 usher_sqlite_writer_get_next_due (UsherSqliteWriter *self);
void usher_sqlite_writer_trim (UsherSqliteWriter *self, gint64 upto);
/* what usher_sqlite_writer_trim() was last called with */
gint64 usher_sqlite_writer_get_trimmed (UsherSqliteWriter *self);
/* refuses what comes; waits for what is queued, unless on the writer's thread; closes the readers */
gboolean usher_sqlite_writer_close (UsherSqliteWriter *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteWriter, usher_sqlite_writer_unref)

G_END_DECLS
