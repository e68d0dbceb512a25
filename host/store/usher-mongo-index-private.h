/* usher-mongo-index-private.h: the indexes of a collection on a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* names of those that each collection has, and that of the carriers */
#define USHER_MONGO_INDEX_OUTBOX  "usher-outbox-first" /* `_outbox.0.id`, sparse */
#define USHER_MONGO_INDEX_DUE     "usher-due"          /* `_timers.due`, sparse */
#define USHER_MONGO_INDEX_TIMERS  "usher-timers"  /* `_timers.u`, unique, of those that have it */
#define USHER_MONGO_INDEX_REQUEST "usher-request" /* `_request.u`, likewise */
#define USHER_MONGO_INDEX_APPLIED "usher-applied" /* `_applied.k`, likewise */
/* where each key is, which the unique ones cannot tell of an array; sparse */
#define USHER_MONGO_INDEX_TIMER_KEYS   "usher-timer-keys"   /* `_timers.k` */
#define USHER_MONGO_INDEX_REQUEST_KEYS "usher-request-keys" /* `_request.k` */
/* what is in trouble, and what is to be pruned; sparse */
#define USHER_MONGO_INDEX_TIMER_STATES  "usher-timer-states"  /* `_timers.state` */
#define USHER_MONGO_INDEX_REQUEST_TIMES "usher-request-times" /* `_request.at` */
#define USHER_MONGO_INDEX_APPLIED_TIMES "usher-applied-times" /* `_applied.at` */
#define USHER_MONGO_INDEX_REMOVED       "usher-removed"       /* `_removed` */
/* that which every collection has by itself */
#define USHER_MONGO_INDEX_ID "_id_"
/* of a collection whose documents are upgraded: `_level`, then `_id` */
#define USHER_MONGO_INDEX_LEVEL "usher-level"

/* the collection of what has no document */
#define USHER_MONGO_CARRIERS "_carriers"
/* the collection in which a database says what it is */
#define USHER_MONGO_META "_usher"

/* An index; its name tells all of it. */
typedef struct
{
  char *name;
  char **paths;       /* of members, in their order */
  gboolean is_unique; /* among documents that have all of them */
  gboolean is_sparse; /* instead of a filter for that */
  char **fields;      /* (nullable): of a unique one, as the schema has them */
} UsherMongoIndex;

/* (transfer full) (element-type UsherMongoIndex): those that the store needs of every collection */
GArray *usher_mongo_index_list_own (void);
/* (transfer full) (element-type UsherMongoIndex): all that @table wants */
GArray *usher_mongo_index_list (UsherMongoTable *table);
/* (transfer full): of the one that queries of a field go along, or (@key, nullable) of a key up to that field */
char *usher_mongo_index_dup_name (UsherMongoTable *table,
                                  const UsherField *field,
                                  const char *const *key);
/* appends what createIndexes wants */
void usher_mongo_index_append (const UsherMongoIndex *self, bson_t *specification);

G_END_DECLS
