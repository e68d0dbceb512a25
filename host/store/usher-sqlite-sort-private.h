/* usher-sqlite-sort-private.h: a query in the order of values, as SQL
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* Along the one index that serves order and conditions, from where the last page ended; INVALID: there is none. ?1 limit, ?2 after,
 * from ?3 on the values, two of a prefix, and that of the place at last. */
char *usher_sqlite_sort_make_sql (UsherQuery *query, UsherSqliteTable *table, GError **error);

G_END_DECLS
