/* usher-sqlite-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-query-private.h"

#include "usher-error.h"
#include "usher-query-private.h"

/* shapes of queries are few; who makes more of them loses the kept ones */
#define MOST_SHAPES 64

/* What decides over the text of the statement: collection, fields, which conditions. */
static char *
make_shape (UsherQuery *query)
{
  g_autoptr (GString) shape = g_string_new (query->collection);

  for (guint i = 0; i < query->conditions->len; i++)
    {
      UsherQueryCondition *condition = &g_array_index (query->conditions, UsherQueryCondition, i);

      g_string_append_c (shape, condition->value != NULL ? '=' : '!');
      g_string_append (shape, condition->field);
    }
  if (query->after != NULL)
    g_string_append_c (shape, '>');

  return g_string_free (g_steal_pointer (&shape), FALSE);
}

/* ?1 limit, ?2 after, from ?3 on the values */
static char *
make_sql (UsherQuery *query, UsherSqliteTable *table, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  int index = 3;

  g_string_append_printf (sql, "SELECT version,body,private,id FROM %s WHERE 1", table->name);
  if (query->after != NULL)
    g_string_append (sql, " AND id>?2");

  for (guint i = 0; i < query->conditions->len; i++)
    {
      UsherQueryCondition *condition = &g_array_index (query->conditions, UsherQueryCondition, i);
      const UsherField *field = usher_sqlite_table_find_column (table, condition->field, error);
      g_autofree char *column = NULL;

      if (field == NULL)
        return NULL;

      column = usher_sqlite_table_dup_column (field);
      if (condition->value != NULL)
        g_string_append_printf (sql, " AND %s=?%d", column, index++);
      else
        g_string_append_printf (sql, " AND %s IS NULL", column);
    }
  g_string_append (sql, " ORDER BY id LIMIT ?1");

  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static void
forget_shapes (UsherSqliteReader *reader)
{
  GHashTableIter iter;
  gpointer sql;

  g_hash_table_iter_init (&iter, reader->queries);
  while (g_hash_table_iter_next (&iter, NULL, &sql))
    {
      g_hash_table_remove (reader->connection->statements, sql);
      g_hash_table_iter_remove (&iter);
    }
}

static UsherSqliteStatement *
get_statement (UsherQuery *query,
               UsherSqliteReader *reader,
               UsherSqliteTable *table,
               GError **error)
{
  g_autofree char *shape = make_shape (query);
  char *sql = g_hash_table_lookup (reader->queries, shape);

  if (sql == NULL)
    {
      sql = make_sql (query, table, error);
      if (sql == NULL)
        return NULL;
      if (g_hash_table_size (reader->queries) >= MOST_SHAPES)
        forget_shapes (reader);
      g_hash_table_insert (reader->queries, g_steal_pointer (&shape), sql);
    }

  return usher_sqlite_connection_get (reader->connection, sql, error);
}

static gboolean
bind_value (UsherSqliteStatement *statement,
            int index,
            const UsherField *field,
            const char *value,
            GError **error)
{
  gint64 number = 0;

  if (usher_sqlite_table_is_text (field))
    {
      usher_sqlite_statement_bind_text (statement, index, value);
      return TRUE;
    }

  if (field->type == USHER_FIELD_BOOLEAN && g_str_equal (value, "true"))
    number = 1;
  else if (!(field->type == USHER_FIELD_BOOLEAN && g_str_equal (value, "false")) &&
           !g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL))
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no value of “%s”", value, field->name);
      return FALSE;
    }

  sqlite3_bind_int64 (statement, index, number);
  return TRUE;
}

static gboolean
bind (UsherQuery *query, UsherSqliteTable *table, UsherSqliteStatement *statement, GError **error)
{
  int index = 3;

  sqlite3_bind_int64 (statement, 1, query->limit);
  if (query->after != NULL)
    usher_sqlite_statement_bind_text (statement, 2, query->after);

  for (guint i = 0; i < query->conditions->len; i++)
    {
      UsherQueryCondition *condition = &g_array_index (query->conditions, UsherQueryCondition, i);
      const UsherField *field = usher_sqlite_table_find_column (table, condition->field, error);

      if (field == NULL)
        return FALSE;
      if (condition->value != NULL &&
          !bind_value (statement, index++, field, condition->value, error))
        return FALSE;
    }

  return TRUE;
}

GPtrArray *
usher_sqlite_query_run (UsherQuery *query,
                        UsherSqliteReader *reader,
                        UsherSqliteTable *table,
                        GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = get_statement (query, reader, table, error);
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  int code;

  if (statement == NULL || !bind (query, table, statement, error))
    return NULL;

  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (documents,
                     usher_sqlite_table_read (table,
                                              statement,
                                              usher_sqlite_statement_get_text (statement, 3)));
  if (code != SQLITE_DONE)
    {
      usher_sqlite_connection_fail (reader->connection, code, error);
      return NULL;
    }

  return g_steal_pointer (&documents);
}
