/* usher-sqlite-snapshot-private.h: a SQLite file as it is at one moment
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-snapshot.h"

G_BEGIN_DECLS

#define USHER_TYPE_SQLITE_SNAPSHOT (usher_sqlite_snapshot_get_type ())

G_DECLARE_FINAL_TYPE (UsherSqliteSnapshot, usher_sqlite_snapshot, USHER, SQLITE_SNAPSHOT, GObject)

/* of any SQLite file in WAL mode, a store's or not */
UsherStoreSnapshot *usher_sqlite_snapshot_new (const char *path, gint64 deadline, GError **error);
/* @path: where a copy lies already */
gboolean usher_sqlite_snapshot_restore (const char *path, gint64 time, GError **error);

G_END_DECLS
