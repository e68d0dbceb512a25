/* usher-sqlite-queue-private.h: what waits for the thread that writes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* on the writer's thread, outside a transaction */
typedef gboolean (*UsherSqliteJob) (UsherSqliteConnection *connection,
                                    gpointer user_data,
                                    GError **error);

/* something to commit, or a job; @func is called with no commit after a job */
typedef struct
{
  UsherCommit *commit; /* (owned) (nullable) */
  UsherCommittedFunc func;
  gpointer user_data;
  UsherSqliteJob job;
  gint64 timeout; /* of a job: how long it may wait for other processes */
  GError *error;  /* (owned) (nullable) */
} UsherSqliteEntry;

void usher_sqlite_entry_free (UsherSqliteEntry *self);

/* Any thread puts in, the writer's takes out. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  GQueue entries;     /* (owned) (mutex mutex) (element-type UsherSqliteEntry) */
  gboolean is_closed; /* (mutex mutex) */
  gint64 trimmed;     /* (mutex mutex): the outbox shall be trimmed up to here */
  gint64 dropped;     /* (mutex mutex): it is, up to here */
  gint64 trim_time;   /* (mutex mutex): when it is trimmed without a commit, monotonic */
  UsherReach reach;   /* (mutex mutex): how far the log of the bus has come */
  gboolean has_reach; /* (mutex mutex): that is to be written */
  gint64 probe_time;  /* (mutex mutex): when a disk that refused is tried without one, 0: never */
} UsherSqliteQueue;

void usher_sqlite_queue_init (UsherSqliteQueue *self);
void usher_sqlite_queue_clear (UsherSqliteQueue *self);
/* takes ownership of @entry; FALSE, and it is the caller's still, when the queue is closed */
gboolean usher_sqlite_queue_push (UsherSqliteQueue *self, UsherSqliteEntry *entry);
/* Waits for work and puts it into @group: commits, or one job, or nothing when only the outbox is to be
 * trimmed up to @trimmed or the disk to be tried. FALSE when the queue is closed and empty. */
gboolean usher_sqlite_queue_take (UsherSqliteQueue *self, GPtrArray *group, gint64 *trimmed);
/* no entry is put in after this */
void usher_sqlite_queue_close (UsherSqliteQueue *self);

void usher_sqlite_queue_trim (UsherSqliteQueue *self, gint64 upto);
gint64 usher_sqlite_queue_get_trimmed (UsherSqliteQueue *self);
gint64 usher_sqlite_queue_get_dropped (UsherSqliteQueue *self);
void usher_sqlite_queue_set_dropped (UsherSqliteQueue *self, gint64 upto);
/* goes with the next group */
void usher_sqlite_queue_keep_reach (UsherSqliteQueue *self, const UsherReach *reach);
/* what is to be written with a group that was taken before; FALSE: nothing new */
gboolean usher_sqlite_queue_take_reach (UsherSqliteQueue *self, UsherReach *reach);
/* the group failed: trimming is done later, or by the next run when the queue is closed */
void usher_sqlite_queue_put_trim_off (UsherSqliteQueue *self);
/* whether the disk refused the last commit and is to be tried again soon */
void usher_sqlite_queue_set_probing (UsherSqliteQueue *self, gboolean is_probing);

G_END_DECLS
