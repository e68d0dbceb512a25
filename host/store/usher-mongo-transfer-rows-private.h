/* usher-mongo-transfer-rows-private.h: the rows of a database of MongoDB, wherever in it they are
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

/* @table: (nullable): of the documents that are meant; @tables: all of them, for other parts */
gboolean usher_mongo_transfer_rows_read (UsherMongoDatabase *database,
                                         UsherTransferPart part,
                                         UsherMongoTable *table,
                                         UsherMongoTables *tables,
                                         UsherTransferFunc func,
                                         gpointer user_data,
                                         GError **error);

G_END_DECLS
