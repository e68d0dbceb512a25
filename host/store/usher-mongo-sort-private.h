/* usher-mongo-sort-private.h: a query in the order of values, for MongoDB
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-query.h"

G_BEGIN_DECLS

/* Along the one index that serves order and conditions, from where the last page ended; INVALID: there is none. Appends to
 * @documents. */
gboolean usher_mongo_sort_run (UsherMongoDatabase *database,
                               UsherMongoTable *table,
                               UsherQuery *query,
                               GPtrArray *documents,
                               GError **error);

G_END_DECLS
