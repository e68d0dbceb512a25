/* usher-sqlite-sort.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-sort-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-keys-private.h"

/* Rows without a value lie before all others; this is where those with one begin. */
#define LEAST_NUMBER "-9223372036854775808"

static gboolean
refuse (UsherSqliteTable *table, const char *field, const char *reason, GError **error)
{
  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "a query of collection “%s” %s “%s”",
                       usher_schema_get_collection (table->schema),
                       reason,
                       field);
}

static gboolean
check_condition (const UsherQueryCondition *condition,
                 const char *order,
                 UsherSqliteTable *table,
                 GError **error)
{
  const UsherField *field = usher_sqlite_table_find_column (table, condition->field, error);
  gboolean is_text = field != NULL && usher_sqlite_table_is_text (field);

  if (field == NULL)
    return FALSE;
  if (condition->value == NULL)
    return refuse (table, field->name, "in the order of values cannot ask who lacks", error);
  if (condition->test == USHER_QUERY_EQUAL)
    return TRUE;
  if (strcmp (field->name, order) != 0)
    return refuse (table, field->name, "has another order than that of the range of", error);
  if (condition->test == USHER_QUERY_PREFIX && !is_text)
    return refuse (table, field->name, "asks how a number begins, in", error);
  if (condition->test != USHER_QUERY_PREFIX && (is_text || field->type == USHER_FIELD_BOOLEAN))
    return refuse (table, field->name, "asks for a range of numbers in", error);

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

/* (transfer full) (nullable): the index that is gone along */
static char *
find_index (UsherQuery *query, UsherSqliteTable *table, const UsherField *order, GError **error)
{
  guint n_equal = count_equal (query, order->name, NULL);

  if (n_equal == 0)
    return usher_sqlite_table_dup_index (table, order);

  for (guint i = 0; i < usher_schema_get_n_keys (table->schema); i++)
    {
      const char *const *key = usher_schema_get_key (table->schema, i);

      if (serves (key, query, order->name, n_equal))
        return usher_sqlite_keys_dup_index (table, key);
    }

  refuse (table, order->name, "asks for values of fields of which no key goes on with", error);
  return NULL;
}

/* (nullable): the field of the order, if all is as it can be */
static const UsherField *
check (UsherQuery *query, UsherSqliteTable *table, GError **error)
{
  const char *order = usher_query_get_order (query);
  const UsherField *field = usher_sqlite_table_find_column (table, order, error);

  if (field == NULL)
    return NULL;
  if ((field->flags & USHER_FIELD_PRIVATE) != 0)
    {
      refuse (table, order, "would show the order of what is private, in", error);
      return NULL;
    }
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    if (!check_condition (usher_query_get_condition (query, i), order, table, error))
      return NULL;

  return field;
}

/* An index is entered at one end by one condition. Behind a page that is the place where the page ended, and a condition of the
 * same end is looked at row by row: a plus says so. */
static void
append_conditions (GString *sql, UsherQuery *query, gboolean is_upward, gboolean has_after)
{
  const char *low = has_after && is_upward ? "+" : "";
  const char *high = has_after && !is_upward ? "+" : "";
  int index = 3;

  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i);
      const UsherField field = { .name = condition->field };
      g_autofree char *column = usher_sqlite_table_dup_column (&field);

      if (condition->test == USHER_QUERY_EQUAL)
        g_string_append_printf (sql, " AND %s=?%d", column, index);
      if (condition->test == USHER_QUERY_AT_LEAST || condition->test == USHER_QUERY_PREFIX)
        g_string_append_printf (sql, " AND %s%s>=?%d", low, column, index);
      if (condition->test == USHER_QUERY_PREFIX)
        index++;
      if (condition->test == USHER_QUERY_BELOW || condition->test == USHER_QUERY_PREFIX)
        g_string_append_printf (sql, " AND %s%s<?%d", high, column, index);
      index++;
    }
}

/* the index of the parameter behind those of the conditions */
static int
count_parameters (UsherQuery *query)
{
  int index = 3;

  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    index += usher_query_get_condition (query, i)->test == USHER_QUERY_PREFIX ? 2 : 1;

  return index;
}

static void
append_place (GString *sql,
              UsherQuery *query,
              UsherSqliteTable *table,
              const char *column,
              gboolean is_upward)
{
  g_autofree char *value = usher_query_get_after_value (query) != NULL
                               ? g_strdup_printf ("?%d", count_parameters (query))
                               : g_strdup (column);

  /* of a document that is gone both are null: nothing lies behind that, not even what has another value */
  g_string_append_printf (
      sql,
      " AND (%s,number)%c((SELECT %s FROM %s WHERE id=?2),(SELECT number FROM %s WHERE id=?2))",
      column,
      is_upward ? '>' : '<',
      value,
      table->name,
      table->name);
}

static gboolean
has_least (UsherQuery *query, const char *order)
{
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i);

      if (strcmp (condition->field, order) == 0 && condition->test != USHER_QUERY_BELOW)
        return TRUE;
    }

  return FALSE;
}

char *
usher_sqlite_sort_make_sql (UsherQuery *query, UsherSqliteTable *table, GError **error)
{
  const UsherField *order = check (query, table, error);
  g_autofree char *index = order != NULL ? find_index (query, table, order, error) : NULL;
  gboolean is_upward = usher_query_is_oldest_first (query);
  gboolean has_after = usher_query_get_after (query) != NULL;
  const char *direction = is_upward ? "" : " DESC";
  g_autoptr (GString) sql = NULL;
  g_autofree char *column = NULL;

  if (index == NULL)
    return NULL;

  sql = g_string_new (NULL);
  column = usher_sqlite_table_dup_column (order);
  g_string_append_printf (sql,
                          "SELECT version,body,private,level,id FROM %s INDEXED BY %s WHERE 1",
                          table->name,
                          index);
  append_conditions (sql, query, is_upward, has_after);
  if (!has_least (query, order->name) && !(has_after && is_upward))
    g_string_append_printf (sql,
                            " AND %s>=%s",
                            column,
                            usher_sqlite_table_is_text (order) ? "''" : LEAST_NUMBER);
  if (has_after)
    append_place (sql, query, table, column, is_upward);
  g_string_append_printf (sql, " ORDER BY %s%s,number%s LIMIT ?1", column, direction, direction);

  return g_string_free (g_steal_pointer (&sql), FALSE);
}
