/* usher-sqlite-reader-private.h: the connections of the threads that read a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-share-private.h"

G_BEGIN_DECLS

/* All readers of a store: one a thread that ever read. Reference counted, any thread. */
typedef struct _UsherSqliteReaders UsherSqliteReaders;

/* One thread's. Between enter and leave the thread has @connection for itself, in a read
 * transaction that sees every commit until now, of all processes when the file is shared, else of this one. */
typedef struct
{
  UsherSqliteReaders *readers;       /* (owned) */
  GMutex mutex;                      /* held between enter and leave, and to close it */
  UsherSqliteConnection *connection; /* (owned) (nullable) (mutex mutex): NULL once it is closed */
  GHashTable *shapes;                /* (owned) (mutex mutex): of usher_sqlite_query_run() */
  gpointer places;                   /* (owned) (mutex mutex): of usher_sqlite_lookup_run() */
  gboolean is_reading;               /* (mutex mutex): in a transaction */
  guint n_commits;                   /* (mutex mutex): how many commits the transaction sees */
} UsherSqliteReader;

/* @share: (nullable) */
UsherSqliteReaders *usher_sqlite_readers_new (const char *path, UsherSqliteShare *share);
UsherSqliteReaders *usher_sqlite_readers_ref (UsherSqliteReaders *self);
void usher_sqlite_readers_unref (UsherSqliteReaders *self);
const char *usher_sqlite_readers_get_path (UsherSqliteReaders *self);
/* the calling thread's reader; NULL (UNAVAILABLE) when the store is closed */
UsherSqliteReader *usher_sqlite_readers_enter (UsherSqliteReaders *self, GError **error);
void usher_sqlite_reader_leave (UsherSqliteReader *self);
/* a commit was made here, in the gate when there is one: transactions that began before are renewed at their next use */
void usher_sqlite_readers_renew (UsherSqliteReaders *self);
/* ends what transactions began before the last commit, so that the log can begin anew; nobody
 * misses them */
void usher_sqlite_readers_end_stale (UsherSqliteReaders *self);
/* ends the calling thread's transaction */
void usher_sqlite_readers_end (UsherSqliteReaders *self);
/* waits for reads under way and refuses others */
void usher_sqlite_readers_close (UsherSqliteReaders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteReaders, usher_sqlite_readers_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteReader, usher_sqlite_reader_leave)

G_END_DECLS
