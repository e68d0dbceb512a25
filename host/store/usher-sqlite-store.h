/* usher-sqlite-store.h: the embedded store, a SQLite file a service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-store.h"

G_BEGIN_DECLS

#define USHER_TYPE_SQLITE_STORE (usher_sqlite_store_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherSqliteStore, usher_sqlite_store, USHER, SQLITE_STORE, GObject)

USHER_API
UsherStore *usher_sqlite_store_new (const char *path,
                                    UsherClock *clock,
                                    const UsherStoreOptions *options,
                                    GError **error);

G_END_DECLS
