/* usher-query-order.c: what may be asked of a store: nothing is sorted, and no collection gone through
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-query-private.h"

#include <string.h>

#include "usher-error.h"

gboolean
usher_query_is_text (const UsherField *field)
{
  return field->type == USHER_FIELD_STRING || field->type == USHER_FIELD_ID;
}

const UsherField *
usher_query_find_column (UsherSchema *schema, const char *field, GError **error)
{
  int index = usher_schema_find_field (schema, field);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  if (index >= 0 && (fields[index].flags & (USHER_FIELD_INDEXED | USHER_FIELD_UNIQUE)) != 0)
    return &fields[index];

  usher_refuse (error,
                USHER_ERROR_INVALID,
                "collection “%s” has no index on “%s”",
                usher_schema_get_collection (schema),
                field);
  return NULL;
}

gboolean
usher_query_read_number (const UsherField *field, const char *value, gint64 *number, GError **error)
{
  if (field->type == USHER_FIELD_BOOLEAN &&
      (g_str_equal (value, "true") || g_str_equal (value, "false")))
    {
      *number = *value == 't';
      return TRUE;
    }
  if (g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, number, NULL))
    return TRUE;

  return usher_refuse (error, USHER_ERROR_INVALID, "“%s” is no value of “%s”", value, field->name);
}

gboolean
usher_query_refuse_after (UsherQuery *query, GError **error)
{
  return usher_refuse (error,
                       USHER_ERROR_NOT_FOUND,
                       "collection “%s” has no document “%s” to go on from",
                       usher_query_get_collection (query),
                       usher_query_get_after (query));
}

static gboolean
refuse (UsherSchema *schema, const char *field, const char *reason, GError **error)
{
  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "a query of collection “%s” %s “%s”",
                       usher_schema_get_collection (schema),
                       reason,
                       field);
}

static gboolean
check_condition (const UsherQueryCondition *condition,
                 const char *order,
                 UsherSchema *schema,
                 GError **error)
{
  const UsherField *field = usher_query_find_column (schema, condition->field, error);
  gboolean is_text = field != NULL && usher_query_is_text (field);

  if (field == NULL)
    return FALSE;
  if (condition->value == NULL)
    return refuse (schema, field->name, "in the order of values cannot ask who lacks", error);
  if (condition->test == USHER_QUERY_EQUAL)
    return TRUE;
  if (strcmp (field->name, order) != 0)
    return refuse (schema, field->name, "has another order than that of the range of", error);
  if (condition->test == USHER_QUERY_PREFIX && !is_text)
    return refuse (schema, field->name, "asks how a number begins, in", error);
  if (condition->test != USHER_QUERY_PREFIX && (is_text || field->type == USHER_FIELD_BOOLEAN))
    return refuse (schema, field->name, "asks for a range of numbers in", error);

  return TRUE;
}

/* the fields besides the order's that are asked for */
static guint
count_equal (UsherQuery *query, const char *order, const char *key)
{
  guint n = 0;

  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const char *field = usher_query_get_condition (query, i)->field;

      if (strcmp (field, order) != 0 && (key == NULL || strcmp (field, key) == 0))
        n++;
    }

  return n;
}

/* Whether the first fields of a key are those that are asked for, and the next is the order's. */
static gboolean
serves (const char *const *key, UsherQuery *query, const char *order, guint n_equal)
{
  guint n = 0;

  while (key[n] != NULL && n < n_equal && count_equal (query, order, key[n]) == 1)
    n++;

  return n == n_equal && key[n] != NULL && strcmp (key[n], order) == 0;
}

static gboolean
find_key (UsherQuery *query,
          UsherSchema *schema,
          const char *order,
          const char *const **key,
          GError **error)
{
  guint n_equal = count_equal (query, order, NULL);

  *key = NULL;
  if (n_equal == 0)
    return TRUE;

  for (guint i = 0; i < usher_schema_get_n_keys (schema); i++)
    {
      *key = usher_schema_get_key (schema, i);
      if (serves (*key, query, order, n_equal))
        return TRUE;
    }

  return refuse (schema, order, "asks for values of fields of which no key goes on with", error);
}

const UsherField *
usher_query_check_order (UsherQuery *query,
                         UsherSchema *schema,
                         const char *const **key,
                         GError **error)
{
  const char *order = usher_query_get_order (query);
  const UsherField *field = usher_query_find_column (schema, order, error);

  if (field == NULL)
    return NULL;
  if ((field->flags & USHER_FIELD_PRIVATE) != 0)
    {
      refuse (schema, order, "would show the order of what is private, in", error);
      return NULL;
    }
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    if (!check_condition (usher_query_get_condition (query, i), order, schema, error))
      return NULL;

  return find_key (query, schema, order, key, error) ? field : NULL;
}
