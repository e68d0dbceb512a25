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

/* @path: the file, made when missing (its folder must exist); @unit_limit: how many documents a unit may hold, 0: any.
 * Errors name the path: UNAVAILABLE (not writable), FULL, CORRUPT (no database, or from a newer version, with both
 * versions). */
USHER_API
UsherStore *
usher_sqlite_store_new (const char *path, UsherClock *clock, guint unit_limit, GError **error);
/* for several processes of one machine, all of which open it so */
USHER_API
UsherStore *usher_sqlite_store_new_shared (const char *path,
                                           UsherClock *clock,
                                           guint unit_limit,
                                           GError **error);

G_END_DECLS
