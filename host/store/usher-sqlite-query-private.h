/* usher-sqlite-query-private.h: a query as SQL
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"
#include "usher-sqlite-reader-private.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* what a reader keeps for its queries */
GHashTable *usher_sqlite_query_new_shapes (void);
/* (element-type UsherDocument) */
GPtrArray *usher_sqlite_query_run (UsherQuery *query,
                                   UsherSqliteReader *reader,
                                   UsherSqliteTable *table,
                                   GError **error);

G_END_DECLS
