/* usher-sqlite-sort.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-sort-private.h"

#include <string.h>

#include "usher-query-private.h"
#include "usher-sqlite-keys-private.h"

/* Rows without a value lie before all others; this is where those with one begin. */
#define LEAST_NUMBER "-9223372036854775808"

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
  const char *const *key = NULL;
  const UsherField *order = usher_query_check_order (query, table->schema, &key, error);
  g_autofree char *index = NULL;
  gboolean is_upward = usher_query_is_oldest_first (query);
  gboolean has_after = usher_query_get_after (query) != NULL;
  const char *direction = is_upward ? "" : " DESC";
  g_autoptr (GString) sql = NULL;
  g_autofree char *column = NULL;

  if (order == NULL)
    return NULL;

  index = key != NULL ? usher_sqlite_keys_dup_index (table, key)
                      : usher_sqlite_table_dup_index (table, order);
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
                            usher_query_is_text (order) ? "''" : LEAST_NUMBER);
  if (has_after)
    append_place (sql, query, table, column, is_upward);
  g_string_append_printf (sql, " ORDER BY %s%s,number%s LIMIT ?1", column, direction, direction);

  return g_string_free (g_steal_pointer (&sql), FALSE);
}
