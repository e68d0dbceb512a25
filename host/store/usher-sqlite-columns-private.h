/* usher-sqlite-columns-private.h: the columns of a collection's table in a SQLite file, and their indexes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* @columns: (out) (nullable): a line a column, name, type, index; NULL: there is no table */
gboolean usher_sqlite_columns_read (UsherSqliteConnection *connection,
                                    UsherSqliteTable *table,
                                    char **columns,
                                    GError **error);
gboolean usher_sqlite_columns_has (const char *columns, const char *field);
/* Makes, fills and drops columns and indexes as the schema wants them. @before: (nullable): as they are, NULL: the table is
 * new. @is_alone: nobody else has the file open, so what is not declared goes. */
gboolean usher_sqlite_columns_change (UsherSqliteConnection *connection,
                                      UsherSqliteTable *table,
                                      const char *before,
                                      gboolean is_alone,
                                      GError **error);

G_END_DECLS
