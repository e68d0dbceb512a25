/* usher-mongo-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-query-private.h"

#include "usher-id.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-query-filter-private.h"
#include "usher-mongo-sort-private.h"
#include "usher-query-private.h"

/* From when a document gets its id to when its commit is there, or given up; with the clocks of several machines. */
#define COMMIT_LASTS (30 * G_TIME_SPAN_SECOND)

/* Who follows a collection does not get what others, slower ones, may come before. */
static void
add_withheld (UsherMongoFilter *filter, gint64 now)
{
  gint64 second = MAX (now - COMMIT_LASTS, 0) / G_USEC_PER_SEC;
  g_autofree char *first = g_strdup_printf ("%08x0000000000000000", (guint32) second);

  usher_mongo_filter_add_id (filter, "$lt", first);
}

static gboolean
add_all (UsherMongoFilter *filter,
         UsherQuery *query,
         UsherMongoTable *table,
         gint64 now,
         GError **error)
{
  gboolean is_upward = usher_query_is_oldest_first (query);
  const char *after = usher_query_get_after (query);

  if (!usher_mongo_filter_add_conditions (filter, query, table, error))
    return FALSE;
  if (after != NULL)
    usher_mongo_filter_add_id (filter, is_upward ? "$gt" : "$lt", after);
  if (is_upward)
    add_withheld (filter, now);

  return TRUE;
}

/* the conditions on values, or (@is_unset) on fields that are not set; @first: (out) */
static guint
count_conditions (UsherQuery *query, gboolean is_unset, const char **first)
{
  guint n = 0;

  for (guint i = usher_query_get_n_conditions (query); i > 0; i--)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i - 1);

      if ((condition->value == NULL) != is_unset)
        continue;
      *first = condition->field;
      n++;
    }

  return n;
}

/* (transfer full) (nullable): the index to go along. Of several the server knows better which finds fewest, and is asked. */
static char *
find_index (UsherQuery *query, UsherMongoTable *table)
{
  const char *first = NULL;
  guint n = count_conditions (query, FALSE, &first);
  const UsherField *field = NULL;

  if (n == 0)
    n = count_conditions (query, TRUE, &first);
  if (n == 0)
    return g_strdup (USHER_MONGO_INDEX_ID);
  field =
      n == 1 ? usher_query_find_column (usher_mongo_table_get_schema (table), first, NULL) : NULL;

  return field != NULL ? usher_mongo_index_dup_name (table, field, NULL) : NULL;
}

static gboolean
run_by_id (UsherMongoDatabase *database,
           UsherMongoTable *table,
           UsherQuery *query,
           gint64 now,
           GPtrArray *documents,
           GError **error)
{
  g_autofree char *index = find_index (query, table);
  const UsherMongoOrder order = {
    .is_upward = usher_query_is_oldest_first (query),
    .limit = usher_query_get_limit (query),
    .index = index,
  };
  UsherMongoFilter filter;
  gboolean ok;
  const bson_t *complete;

  usher_mongo_filter_begin (&filter);
  ok = add_all (&filter, query, table, now, error);
  complete = usher_mongo_filter_end (&filter);
  ok = ok && usher_mongo_filter_run (complete, &order, database, table, documents, error);
  usher_mongo_filter_clear (&filter);

  return ok;
}

GPtrArray *
usher_mongo_query_run (UsherMongoDatabase *database,
                       UsherMongoTable *table,
                       UsherQuery *query,
                       gint64 now,
                       GError **error)
{
  guint limit = usher_query_get_limit (query);
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_full (limit, (GDestroyNotify) usher_document_unref);
  const char *after = usher_query_get_after (query);
  gboolean ok;

  if (after != NULL && !usher_id_is_valid (after))
    {
      usher_query_refuse_after (query, error);
      return NULL;
    }
  /* to MongoDB that would be no limit */
  if (limit == 0)
    return g_steal_pointer (&documents);

  ok = usher_query_get_order (query) != NULL
           ? usher_mongo_sort_run (database, table, query, documents, error)
           : run_by_id (database, table, query, now, documents, error);

  return ok ? g_steal_pointer (&documents) : NULL;
}
