/* usher-mongo-query-filter-private.h: the documents that MongoDB is asked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-query.h"

G_BEGIN_DECLS

/* All of its tests hold at once; on a stack. What was removed is never found. */
typedef struct
{
  bson_t bson;
  bson_t tests;
  guint n_tests;
} UsherMongoFilter;

void usher_mongo_filter_begin (UsherMongoFilter *self);
/* @operator: such as “$gte” */
void usher_mongo_filter_add (UsherMongoFilter *self,
                             const char *path,
                             const char *
                             operator,
                             const bson_value_t * value);
/* ids behind one, in a direction */
void usher_mongo_filter_add_id (UsherMongoFilter *self, const char *operator, const char * id);
/* all conditions of a query; INVALID: a value is none of its field */
gboolean usher_mongo_filter_add_conditions (UsherMongoFilter *self,
                                            UsherQuery *query,
                                            UsherMongoTable *table,
                                            GError **error);
/* the filter is complete, and to be cleared */
const bson_t *usher_mongo_filter_end (UsherMongoFilter *self);
void usher_mongo_filter_clear (UsherMongoFilter *self);

/* the value of a field as documents have it; it borrows from @text; INVALID: it is none */
gboolean usher_mongo_filter_read_value (const UsherField *field,
                                        const char *text,
                                        bson_value_t *value,
                                        GError **error);

/* How what is found is given. */
typedef struct
{
  const char *path; /* (nullable): what it is in the order of, before the id */
  gboolean is_upward;
  guint limit;       /* not 0 */
  const char *index; /* (nullable): the name of the one to go along */
} UsherMongoOrder;

/* Appends to @documents what @filter finds. @order: (nullable): NULL: it is one at most */
gboolean usher_mongo_filter_run (const bson_t *filter,
                                 const UsherMongoOrder *order,
                                 UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 GPtrArray *documents,
                                 GError **error);

G_END_DECLS
