/* usher-sqlite-failure-private.h: what an error of SQLite means
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Always FALSE. Sets the error of the last call on @db, which gave @code; @name: of the file; @db: (nullable) */
gboolean usher_sqlite_failure_set (const char *name, sqlite3 *db, int code, GError **error);

G_END_DECLS
