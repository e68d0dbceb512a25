/* usher-sqlite-watch-private.h: the thread that hears of other processes' commits
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-reader-private.h"
#include "usher-sqlite-share-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* Reference counted. */
typedef struct _UsherSqliteWatch UsherSqliteWatch;

/* @func is called on the thread of the watch, with @store (unowned) */
UsherSqliteWatch *usher_sqlite_watch_new (UsherSqliteShare *share,
                                          UsherSqliteReaders *readers,
                                          UsherStore *store,
                                          UsherStoreWatchFunc func,
                                          gpointer user_data,
                                          GError **error);
/* ends the thread and waits for it, unless it is the one that calls */
void usher_sqlite_watch_stop (UsherSqliteWatch *self);
void usher_sqlite_watch_unref (UsherSqliteWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSqliteWatch, usher_sqlite_watch_unref)

G_END_DECLS
