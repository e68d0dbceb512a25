/* usher-sqlite-transfer-rows-private.h: the rows of a SQLite file, out of it and into it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"
#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

/* @table: (nullable): of the documents that are meant */
gboolean usher_sqlite_transfer_rows_count (UsherSqliteConnection *connection,
                                           UsherTransferPart part,
                                           UsherSqliteTable *table,
                                           gint64 *n_rows,
                                           GError **error);
gboolean usher_sqlite_transfer_rows_read (UsherSqliteConnection *connection,
                                          UsherTransferPart part,
                                          UsherSqliteTable *table,
                                          UsherTransferFunc func,
                                          gpointer user_data,
                                          GError **error);
gboolean usher_sqlite_transfer_rows_write (UsherSqliteConnection *connection,
                                           UsherSqliteTable *table,
                                           const UsherTransferRow *row,
                                           GError **error);

G_END_DECLS
