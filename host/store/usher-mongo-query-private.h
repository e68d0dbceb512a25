/* usher-mongo-query-private.h: what a MongoDB store reads of its collections
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-lookup-private.h"
#include "usher-mongo-table-private.h"
#include "usher-query.h"

G_BEGIN_DECLS

/* (transfer full) (element-type UsherDocument). @now: by the clock of the host: who asks for the oldest first does not get what is
 * younger than a commit may last */
GPtrArray *usher_mongo_query_run (UsherMongoDatabase *database,
                                  UsherMongoTable *table,
                                  UsherQuery *query,
                                  gint64 now,
                                  GError **error);
/* (transfer full) (element-type UsherDocument): below the level of the schema, behind @after (nullable), in the order of levels,
 * then ids */
GPtrArray *usher_mongo_levels_list (UsherMongoDatabase *database,
                                    UsherMongoTable *table,
                                    UsherDocument *after,
                                    guint limit,
                                    GError **error);

G_END_DECLS
