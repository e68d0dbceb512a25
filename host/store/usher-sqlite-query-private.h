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
/* ?1 limit, ?2 after, from ?3 on the values; @unset: what stands before a column that is unset, a plus to keep SQLite from its
 * index */
char *usher_sqlite_query_make_sql (UsherQuery *query,
                                   UsherSqliteTable *table,
                                   const char *unset,
                                   GError **error);

G_END_DECLS
