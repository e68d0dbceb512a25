/* usher-mongo-query-filter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-query-filter-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-mongo-document-private.h"
#include "usher-mongo-value-private.h"
#include "usher-query-private.h"

#define ID_LENGTH 24

void
usher_mongo_filter_begin (UsherMongoFilter *self)
{
  const bson_value_t yes = { .value_type = BSON_TYPE_BOOL, .value.v_bool = TRUE };

  self->n_tests = 0;
  bson_init (&self->bson);
  bson_append_array_begin (&self->bson, "$and", -1, &self->tests);
  usher_mongo_filter_add (self, "version", "$exists", &yes);
}

void
usher_mongo_filter_add (UsherMongoFilter *self,
                        const char *path,
                        const char *
                        operator,
                        const bson_value_t * value)
{
  char buffer[16];
  const char *index = NULL;
  bson_t test;
  bson_t operation;

  bson_uint32_to_string (self->n_tests++, &index, buffer, sizeof buffer);
  bson_append_document_begin (&self->tests, index, -1, &test);
  bson_append_document_begin (&test, path, -1, &operation);
  bson_append_value (&operation, operator, - 1, value);
  bson_append_document_end (&test, &operation);
  bson_append_document_end (&self->tests, &test);
}

void
usher_mongo_filter_add_id (UsherMongoFilter *self, const char *operator, const char * id)
{
  bson_value_t value = { .value_type = BSON_TYPE_OID };

  bson_oid_init_from_string (&value.value.v_oid, id);
  usher_mongo_filter_add (self, "_id", operator, & value);
}

const bson_t *
usher_mongo_filter_end (UsherMongoFilter *self)
{
  bson_append_array_end (&self->bson, &self->tests);

  return &self->bson;
}

void
usher_mongo_filter_clear (UsherMongoFilter *self)
{
  bson_destroy (&self->bson);
}

/* @text: borrowed */
static void
set_text (bson_value_t *value, const char *text)
{
  value->value_type = BSON_TYPE_UTF8;
  value->value.v_utf8.str = (char *) text;
  value->value.v_utf8.len = (guint32) strlen (text);
}

gboolean
usher_mongo_filter_read_value (const UsherField *field,
                               const char *text,
                               bson_value_t *value,
                               GError **error)
{
  gint64 number = 0;

  *value = (bson_value_t){ 0 };
  if (field->type == USHER_FIELD_ID && usher_id_is_valid (text))
    {
      value->value_type = BSON_TYPE_OID;
      bson_oid_init_from_string (&value->value.v_oid, text);
      return TRUE;
    }
  if (usher_query_is_text (field))
    {
      set_text (value, text);
      return TRUE;
    }
  if (!usher_query_read_number (field, text, &number, error))
    return FALSE;

  value->value_type = BSON_TYPE_INT64;
  value->value.v_int64 = number;
  if (field->type == USHER_FIELD_BOOLEAN)
    {
      value->value_type = BSON_TYPE_BOOL;
      value->value.v_bool = number != 0;
    }
  if (field->type == USHER_FIELD_TIME)
    {
      value->value_type = BSON_TYPE_DATE_TIME;
      /* what no document can have stands for what is next to it */
      value->value.v_datetime = CLAMP (usher_mongo_get_milliseconds (number),
                                       USHER_MONGO_LEAST_DATE,
                                       USHER_MONGO_GREATEST_DATE);
    }

  return TRUE;
}

/* The first text that does not begin so, by code points, which is by bytes. (transfer full) (nullable): NULL: there is none */
static char *
dup_end (const char *prefix)
{
  g_autoptr (GString) end = g_string_new (prefix);

  while (end->len > 0)
    {
      const char *last = g_utf8_find_prev_char (end->str, end->str + end->len);
      gunichar next = last != NULL ? g_utf8_get_char (last) + 1 : 0x110000;

      g_string_truncate (end, last != NULL ? (gsize) (last - end->str) : 0);
      /* halves of pairs are no characters */
      if (next == 0xd800)
        next = 0xe000;
      if (next < 0x110000)
        {
          g_string_append_unichar (end, next);
          return g_string_free (g_steal_pointer (&end), FALSE);
        }
    }

  return NULL;
}

static void
add_text_prefix (UsherMongoFilter *self, const char *path, const char *prefix)
{
  g_autofree char *end = dup_end (prefix);
  bson_value_t value;

  set_text (&value, prefix);
  usher_mongo_filter_add (self, path, "$gte", &value);
  if (end == NULL)
    return;
  set_text (&value, end);
  usher_mongo_filter_add (self, path, "$lt", &value);
}

/* Ids are no text there: all of those between the least and the greatest that begin so. */
static void
add_id_prefix (UsherMongoFilter *self, const char *path, const char *prefix)
{
  static const char fill[] = { '0', 'f' };
  static const char *const operators[] = { "$gte", "$lte" };
  gsize length = strlen (prefix);

  for (guint i = 0; i < G_N_ELEMENTS (fill); i++)
    {
      bson_value_t value = { .value_type = BSON_TYPE_OID };
      char id[ID_LENGTH + 1] = { 0 };

      memset (id, fill[i], ID_LENGTH);
      memcpy (id, prefix, MIN (length, ID_LENGTH));
      if (length > ID_LENGTH || !usher_id_is_valid (id))
        {
          add_text_prefix (self, path, prefix);
          return;
        }
      bson_oid_init_from_string (&value.value.v_oid, id);
      usher_mongo_filter_add (self, path, operators[i], &value);
    }
}

static gboolean
add_number (UsherMongoFilter *self,
            const char *path,
            const UsherField *field,
            const UsherQueryCondition *condition,
            GError **error)
{
  const char *operator= condition->test == USHER_QUERY_EQUAL ? "$eq"
  : condition->test == USHER_QUERY_AT_LEAST                  ? "$gte"
                                                             : "$lt";
  gint64 number = 0;
  bson_value_t value;

  if (!usher_mongo_filter_read_value (field, condition->value, &value, error))
    return FALSE;

  /* a time has milliseconds, and begins where they do */
  if (field->type == USHER_FIELD_TIME && condition->test != USHER_QUERY_EQUAL &&
      usher_query_read_number (field, condition->value, &number, NULL) && number % 1000 != 0)
    value.value.v_datetime++;
  usher_mongo_filter_add (self, path, operator, & value);

  return TRUE;
}

static gboolean
add_condition (UsherMongoFilter *self,
               UsherMongoTable *table,
               const UsherQueryCondition *condition,
               GError **error)
{
  static const bson_value_t unset = { .value_type = BSON_TYPE_NULL };
  const UsherField *field =
      usher_query_find_column (usher_mongo_table_get_schema (table), condition->field, error);
  g_autofree char *path = field != NULL ? usher_mongo_table_dup_path (table, field) : NULL;

  if (field == NULL)
    return FALSE;
  if (condition->value == NULL)
    usher_mongo_filter_add (self, path, "$eq", &unset);
  else if (condition->test != USHER_QUERY_PREFIX)
    return add_number (self, path, field, condition, error);
  else if (field->type == USHER_FIELD_ID)
    add_id_prefix (self, path, condition->value);
  else
    add_text_prefix (self, path, condition->value);

  return TRUE;
}

gboolean
usher_mongo_filter_add_conditions (UsherMongoFilter *self,
                                   UsherQuery *query,
                                   UsherMongoTable *table,
                                   GError **error)
{
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    if (!add_condition (self, table, usher_query_get_condition (query, i), error))
      return FALSE;

  return TRUE;
}

/* what only the store reads */
static void
append_projection (bson_t *options)
{
  static const char *const own[] = { "_outbox", "_applied", "_timers", "_request", "_commit" };
  bson_t projection;

  bson_append_document_begin (options, "projection", -1, &projection);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    bson_append_int32 (&projection, own[i], -1, 0);
  bson_append_document_end (options, &projection);
}

static void
append_order (bson_t *options, const UsherMongoOrder *order)
{
  gint32 direction = order->is_upward ? 1 : -1;
  bson_t sort;

  bson_append_document_begin (options, "sort", -1, &sort);
  if (order->path != NULL)
    bson_append_int32 (&sort, order->path, -1, direction);
  bson_append_int32 (&sort, "_id", -1, direction);
  bson_append_document_end (options, &sort);
  bson_append_int64 (options, "limit", -1, order->limit);
  /* in one answer, as far as it may be so large */
  bson_append_int64 (options, "batchSize", -1, (gint64) order->limit + 1);
  if (order->index != NULL)
    bson_append_utf8 (options, "hint", -1, order->index, -1);
}

typedef struct
{
  UsherMongoReader *reader; /* (unowned) */
  const char *collection;
  GPtrArray *documents; /* (unowned) */
} Finding;

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  const Finding *self = user_data;
  GError *trouble = NULL;
  UsherDocument *document = usher_mongo_reader_read (self->reader, row, &trouble);

  if (document != NULL)
    g_ptr_array_add (self->documents, document);
  if (trouble != NULL)
    g_propagate_error (error, trouble);

  return trouble == NULL;
}

static gboolean
run (const bson_t *filter,
     const UsherMongoOrder *order,
     UsherMongoDatabase *database,
     Finding *finding,
     GError **error)
{
  g_auto (bson_t) options = BSON_INITIALIZER;

  append_projection (&options);
  if (order != NULL)
    append_order (&options, order);

  return usher_mongo_database_find (
      database, finding->collection, filter, &options, on_row, finding, error);
}

/* An index that somebody took away meanwhile makes it slower, until it is made again. */
static gboolean
is_lost (const UsherMongoOrder *order, const GError *trouble)
{
  return order != NULL && order->index != NULL &&
         (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_UNAVAILABLE) ||
          g_error_matches (trouble, USHER_ERROR, USHER_ERROR_FAILED) ||
          g_error_matches (trouble, USHER_ERROR, USHER_ERROR_INVALID));
}

gboolean
usher_mongo_filter_run (const bson_t *filter,
                        const UsherMongoOrder *order,
                        UsherMongoDatabase *database,
                        UsherMongoTable *table,
                        GPtrArray *documents,
                        GError **error)
{
  g_autoptr (UsherMongoReader) reader = usher_mongo_reader_new (table, order != NULL);
  Finding finding = { reader, usher_mongo_table_get_name (table), documents };
  UsherMongoOrder unguided = order != NULL ? *order : (UsherMongoOrder){ 0 };
  guint n_before = documents->len;
  GError *trouble = NULL;

  if (run (filter, order, database, &finding, &trouble))
    return TRUE;

  if (usher_mongo_database_is_away (database) || !is_lost (order, trouble) ||
      documents->len > n_before)
    {
      g_propagate_error (error, trouble);
      return FALSE;
    }

  g_error_free (trouble);
  unguided.index = NULL;

  return run (filter, &unguided, database, &finding, error);
}
