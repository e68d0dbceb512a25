/* usher-mongo-levels.c: how far the documents on a MongoDB server are upgraded
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-query-private.h"

#include "usher-mongo-index-private.h"
#include "usher-mongo-query-filter-private.h"

/* One list. */
typedef struct
{
  UsherMongoDatabase *database;
  UsherMongoTable *table;
  guint limit;
  GPtrArray *documents; /* (unowned) */
} Listing;

/* Those of a level that have an id behind @id (nullable), or (@is_above) of any between it and that of the schema. */
static gboolean
list_part (const Listing *self, guint level, gboolean is_above, const char *id, GError **error)
{
  guint end = usher_schema_get_level (usher_mongo_table_get_schema (self->table));
  const UsherMongoOrder order = {
    .path = is_above ? "_level" : NULL,
    .is_upward = TRUE,
    .limit = self->limit - self->documents->len,
    .index = USHER_MONGO_INDEX_LEVEL,
  };
  bson_value_t value = { .value_type = BSON_TYPE_INT32, .value.v_int32 = (gint32) level };
  UsherMongoFilter filter;
  gboolean ok;

  if (order.limit == 0 || level >= end)
    return TRUE;

  /* level 0 is none that is kept */
  if (level == 0 && !is_above)
    value.value_type = BSON_TYPE_NULL;
  usher_mongo_filter_begin (&filter);
  usher_mongo_filter_add (&filter, "_level", is_above ? "$gt" : "$eq", &value);
  value = (bson_value_t){ .value_type = BSON_TYPE_INT32, .value.v_int32 = (gint32) end };
  if (is_above)
    usher_mongo_filter_add (&filter, "_level", "$lt", &value);
  if (id != NULL)
    usher_mongo_filter_add_id (&filter, "$gt", id);
  ok = usher_mongo_filter_run (usher_mongo_filter_end (&filter),
                               &order,
                               self->database,
                               self->table,
                               self->documents,
                               error);
  usher_mongo_filter_clear (&filter);

  return ok;
}

GPtrArray *
usher_mongo_levels_list (UsherMongoDatabase *database,
                         UsherMongoTable *table,
                         UsherDocument *after,
                         guint limit,
                         GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  const Listing listing = { database, table, limit, documents };
  guint level = after != NULL ? usher_document_get_level (after) : 0;
  const char *id = after != NULL ? usher_document_get_id (after) : NULL;

  if (!list_part (&listing, level, FALSE, id, error) ||
      !list_part (&listing, level, TRUE, NULL, error))
    return NULL;

  return g_steal_pointer (&documents);
}
