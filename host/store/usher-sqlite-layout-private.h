/* usher-sqlite-layout-private.h: the tables of a SQLite file and their versions
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* on the writer's connection: lays out a new file, checks one that exists */
gboolean usher_sqlite_layout_open (UsherSqliteConnection *connection, GError **error);
/* makes the table of a collection, or brings its columns and indexes in line with the schema; @is_alone: nobody else has the
 * file open */
gboolean usher_sqlite_layout_add (UsherSqliteConnection *connection,
                                  UsherSqliteTable *table,
                                  gboolean is_alone,
                                  GError **error);
/* whether that would do, in a transaction that is rolled back; @level: (out): the lowest of a document */
gboolean usher_sqlite_layout_check (UsherSqliteConnection *connection,
                                    UsherSqliteTable *table,
                                    gboolean is_alone,
                                    guint *level,
                                    GError **error);

G_END_DECLS
