/* usher-sqlite-layout-private.h: the tables of a SQLite file and their versions
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* the row of usher_schema that says that the file is a copy which is not finished */
#define USHER_SQLITE_LAYOUT_COPYING "copying"

/* whether the file at @path is of a service */
gboolean usher_sqlite_layout_probe (const char *path, gboolean *is_layout, GError **error);
/* FALSE: with an error that says so when a copy was not finished */
gboolean usher_sqlite_layout_check_copy (UsherSqliteConnection *connection, GError **error);
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
