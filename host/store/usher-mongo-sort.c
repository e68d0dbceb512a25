/* usher-mongo-sort.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-sort-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-lookup-private.h"
#include "usher-mongo-query-filter-private.h"
#include "usher-mongo-value-private.h"
#include "usher-query-private.h"

/* One run. */
typedef struct
{
  UsherMongoDatabase *database;
  UsherMongoTable *table;
  UsherQuery *query;
  const UsherField *field; /* of the order */
  char *path;              /* (owned) */
  char *index;             /* (owned): its name */
  gboolean is_upward;
  GPtrArray *documents; /* (unowned) */
} Run;

/* Documents that lack the field are not found; this is where those with a value begin. */
static bson_value_t
get_least (const UsherField *field)
{
  static const bson_value_t none = { .value_type = BSON_TYPE_UTF8,
                                     .value.v_utf8 = { (char *) "", 0 } };
  bson_value_t least = none;

  switch (field->type)
    {
    case USHER_FIELD_ID:
      least = (bson_value_t){ .value_type = BSON_TYPE_OID };
      break;

    case USHER_FIELD_BOOLEAN:
      least = (bson_value_t){ .value_type = BSON_TYPE_BOOL };
      break;

    case USHER_FIELD_TIME:
      least = (bson_value_t){ .value_type = BSON_TYPE_DATE_TIME,
                              .value.v_datetime = USHER_MONGO_LEAST_DATE };
      break;

    case USHER_FIELD_INTEGER:
    case USHER_FIELD_MONEY:
      least = (bson_value_t){ .value_type = BSON_TYPE_INT64, .value.v_int64 = G_MININT64 };
      break;

    case USHER_FIELD_STRING:
    case USHER_FIELD_JSON:
    default:
      break;
    }

  return least;
}

/* @value: of the order's field, @operator: how it compares; @id: (nullable): from it on, among those of one value */
static gboolean
run_part (const Run *self,
          const char *
          operator,
          const bson_value_t * value,
          const char *id,
          GError **error)
{
  const UsherMongoOrder order = {
    .path = id == NULL ? self->path : NULL,
    .is_upward = self->is_upward,
    .limit = usher_query_get_limit (self->query) - self->documents->len,
    .index = self->index,
  };
  UsherMongoFilter filter;
  const bson_t *complete;
  gboolean ok;

  if (order.limit == 0)
    return TRUE;

  usher_mongo_filter_begin (&filter);
  ok = usher_mongo_filter_add_conditions (&filter, self->query, self->table, error);
  usher_mongo_filter_add (&filter, self->path, operator, value);
  if (id != NULL)
    usher_mongo_filter_add_id (&filter, self->is_upward ? "$gt" : "$lt", id);
  complete = usher_mongo_filter_end (&filter);
  ok = ok && usher_mongo_filter_run (
                 complete, &order, self->database, self->table, self->documents, error);
  usher_mongo_filter_clear (&filter);

  return ok;
}

/* (transfer full) (nullable): the value that the last document of the page before had, or has */
static char *
dup_place (const Run *self, GError **error)
{
  const char *value = usher_query_get_after_value (self->query);
  g_autoptr (UsherDocument) document = NULL;
  char *place = NULL;

  if (value != NULL)
    return g_strdup (value);

  if (!usher_mongo_lookup_run (
          self->database, self->table, usher_query_get_after (self->query), &document, error))
    return NULL;
  if (document != NULL)
    place = usher_query_dup_place (self->query, document);
  if (place == NULL)
    usher_query_refuse_after (self->query, error);

  return place;
}

/* The rest of those of the value where the last page ended, and then the others: each part begins where it is asked for, whichever
 * page that is. */
static gboolean
run_after (const Run *self, GError **error)
{
  g_autofree char *place = dup_place (self, error);
  g_autoptr (GError) trouble = NULL;
  bson_value_t value;

  if (place == NULL)
    return FALSE;
  /* a place comes from outside: one that cannot be is one that is gone */
  if (!usher_mongo_filter_read_value (self->field, place, &value, &trouble))
    return usher_refuse (error, USHER_ERROR_NOT_FOUND, "%s", trouble->message);

  return run_part (self, "$eq", &value, usher_query_get_after (self->query), error) &&
         run_part (self, self->is_upward ? "$gt" : "$lt", &value, NULL, error);
}

gboolean
usher_mongo_sort_run (UsherMongoDatabase *database,
                      UsherMongoTable *table,
                      UsherQuery *query,
                      GPtrArray *documents,
                      GError **error)
{
  const char *const *key = NULL;
  const UsherField *field =
      usher_query_check_order (query, usher_mongo_table_get_schema (table), &key, error);
  g_autofree char *path = field != NULL ? usher_mongo_table_dup_path (table, field) : NULL;
  g_autofree char *index = field != NULL ? usher_mongo_index_dup_name (table, field, key) : NULL;
  const Run run = {
    database, table, query, field, path, index, usher_query_is_oldest_first (query), documents,
  };
  bson_value_t least;

  if (field == NULL)
    return FALSE;
  if (usher_query_get_after (query) != NULL)
    return run_after (&run, error);

  least = get_least (field);

  return run_part (&run, "$gte", &least, NULL, error);
}
