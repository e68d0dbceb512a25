/* usher-mongo-prune-private.h: what a MongoDB database forgets, a piece at a time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-owners-private.h"
#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

typedef struct
{
  UsherMongoDatabase *database;
  UsherMongoTables *tables;
  UsherMongoOwners *owners;
  gint64 inbox_before; /* wall time: what was written before is forgotten */
  gint64 requests_before;
  gboolean has_more; /* set by each run: another is needed */
} UsherMongoPrune;

/* One piece: some hundred documents of each collection. @now: is kept as the time of the last one when there is no more */
gboolean usher_mongo_prune_run (UsherMongoPrune *self, gint64 now, GError **error);
/* when anybody pruned last, 0: nobody did */
gboolean usher_mongo_prune_get_last (UsherMongoDatabase *database, gint64 *time, GError **error);

/* appends what is true of a carrier, or of what is left of a removed document, that carries nothing any more */
void usher_mongo_prune_append_empty (bson_t *filter);

G_END_DECLS
