/* usher-sqlite-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-query-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-query-private.h"
#include "usher-sqlite-connection-private.h"
#include "usher-sqlite-sort-private.h"

/* shapes of queries are few; who makes more of them loses the kept ones */
#define MOST_SHAPES 64
/* what a scan may cost, in steps of SQLite's machine: about a thousand documents passed over */
#define SCAN_STEPS       4000
#define SCAN_STEPS_A_ROW 16
/* how often a query goes by the index after a scan was given up */
#define INDEX_TURNS 256

/* How queries of one shape are run.
 *
 * Documents that lack a field are mostly many (tickets that are not reserved), and then a scan in
 * the order of numbers, which passes over a few, takes half the time of the way over the index and
 * back to the table. Where they are rare the scan would not end: it is given up after so many
 * steps. */
typedef struct
{
  char *sql;       /* (owned): by index */
  char *scan;      /* (owned) (nullable): by number; worth a try */
  guint n_indexed; /* how many runs go by the index before the next try */
} Shape;

static void
free_shape (gpointer data)
{
  Shape *shape = data;

  g_free (shape->sql);
  g_free (shape->scan);
  g_free (shape);
}

GHashTable *
usher_sqlite_query_new_shapes (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_shape);
}

/* What decides over the text of the statement: collection, fields, which conditions. */
static char *
name_shape (UsherQuery *query)
{
  static const char tests[] = { '=', '{', '}', '~' };
  g_autoptr (GString) name = g_string_new (usher_query_get_collection (query));

  if (usher_query_get_order (query) != NULL)
    g_string_append_printf (name, "^%s", usher_query_get_order (query));
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i);

      g_string_append_c (name, condition->value != NULL ? tests[condition->test] : '!');
      g_string_append (name, condition->field);
    }
  if (usher_query_get_after (query) != NULL)
    g_string_append_c (name, usher_query_get_after_value (query) != NULL ? '@' : '>');
  if (usher_query_is_oldest_first (query))
    g_string_append_c (name, '<');

  return g_string_free (g_steal_pointer (&name), FALSE);
}

static gboolean
has_value (UsherQuery *query)
{
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    if (usher_query_get_condition (query, i)->value != NULL)
      return TRUE;

  return FALSE;
}

char *
usher_sqlite_query_make_sql (UsherQuery *query,
                             UsherSqliteTable *table,
                             const char *unset,
                             GError **error)
{
  gboolean is_oldest_first = usher_query_is_oldest_first (query);
  g_autoptr (GString) sql = g_string_new (NULL);
  int index = 3;

  g_string_append_printf (sql, "SELECT version,body,private,level,id FROM %s WHERE 1", table->name);
  if (usher_query_get_after (query) != NULL)
    g_string_append_printf (sql,
                            " AND number%c(SELECT number FROM %s WHERE id=?2)",
                            is_oldest_first ? '>' : '<',
                            table->name);

  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i);
      const UsherField *field = usher_query_find_column (table->schema, condition->field, error);
      g_autofree char *column = NULL;

      if (field == NULL)
        return NULL;

      column = usher_sqlite_table_dup_column (field);
      if (condition->value != NULL)
        g_string_append_printf (sql, " AND %s=?%d", column, index++);
      else
        g_string_append_printf (sql, " AND %s%s IS NULL", unset, column);
    }
  g_string_append_printf (sql, " ORDER BY number%s LIMIT ?1", is_oldest_first ? "" : " DESC");

  return g_string_free (g_steal_pointer (&sql), FALSE);
}

/* An index over a value is worth more than one over what is unset. */
static Shape *
make_shape (UsherQuery *query, UsherSqliteTable *table, GError **error)
{
  gboolean is_sorted = usher_query_get_order (query) != NULL;
  gboolean by_value = is_sorted || has_value (query);
  char *sql = is_sorted ? usher_sqlite_sort_make_sql (query, table, error)
                        : usher_sqlite_query_make_sql (query, table, by_value ? "+" : "", error);
  Shape *shape;

  if (sql == NULL)
    return NULL;

  shape = g_new0 (Shape, 1);
  shape->sql = sql;
  if (!by_value && usher_query_get_n_conditions (query) > 0)
    shape->scan = usher_sqlite_query_make_sql (query, table, "+", NULL);

  return shape;
}

static void
forget_shapes (UsherSqliteReader *reader)
{
  GHashTableIter iter;
  gpointer data;

  g_hash_table_iter_init (&iter, reader->shapes);
  while (g_hash_table_iter_next (&iter, NULL, &data))
    {
      Shape *shape = data;

      usher_sqlite_connection_forget (reader->connection, shape->sql);
      if (shape->scan != NULL)
        usher_sqlite_connection_forget (reader->connection, shape->scan);
      g_hash_table_iter_remove (&iter);
    }
}

static Shape *
get_shape (UsherQuery *query, UsherSqliteReader *reader, UsherSqliteTable *table, GError **error)
{
  g_autofree char *name = name_shape (query);
  Shape *shape = g_hash_table_lookup (reader->shapes, name);

  if (shape != NULL)
    return shape;

  shape = make_shape (query, table, error);
  if (shape == NULL)
    return NULL;

  if (g_hash_table_size (reader->shapes) >= MOST_SHAPES)
    forget_shapes (reader);
  g_hash_table_insert (reader->shapes, g_steal_pointer (&name), shape);

  return shape;
}

static gboolean
bind_value (UsherSqliteStatement *statement,
            int index,
            const UsherField *field,
            const char *value,
            GError **error)
{
  gint64 number = 0;

  if (usher_query_is_text (field))
    {
      usher_sqlite_statement_bind_text (statement, index, value);
      return TRUE;
    }
  if (!usher_query_read_number (field, value, &number, error))
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, index, number);
  return TRUE;
}

/* @ends: gets the first text that does not begin so, by bytes; it lives as long as the statement needs it */
static void
bind_prefix (UsherSqliteStatement *statement, int index, const char *prefix, GPtrArray **ends)
{
  gsize length = strlen (prefix);
  char *end = length > 0 ? g_strdup (prefix) : g_strdup ("\xff");

  /* no byte of UTF-8 is the last there is */
  if (length > 0)
    end[length - 1]++;
  if (*ends == NULL)
    *ends = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*ends, end);
  usher_sqlite_statement_bind_text (statement, index, prefix);
  usher_sqlite_statement_bind_text (statement, index + 1, end);
}

/* A place comes from outside: one that cannot be is one that is gone. */
static gboolean
bind_place (UsherQuery *query,
            UsherSqliteTable *table,
            UsherSqliteStatement *statement,
            int index,
            GError **error)
{
  const char *value = usher_query_get_after_value (query);
  const UsherField *field = NULL;
  g_autoptr (GError) trouble = NULL;

  if (value == NULL || usher_query_get_order (query) == NULL)
    return TRUE;

  field = usher_query_find_column (table->schema, usher_query_get_order (query), error);
  if (field == NULL || bind_value (statement, index, field, value, &trouble))
    return field != NULL;

  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, trouble->message);
  return FALSE;
}

static gboolean
bind (UsherQuery *query,
      UsherSqliteTable *table,
      UsherSqliteStatement *statement,
      GPtrArray **ends,
      GError **error)
{
  int index = 3;

  usher_sqlite_statement_bind_integer (statement, 1, usher_query_get_limit (query));
  if (usher_query_get_after (query) != NULL)
    usher_sqlite_statement_bind_text (statement, 2, usher_query_get_after (query));

  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const UsherQueryCondition *condition = usher_query_get_condition (query, i);
      const UsherField *field = usher_query_find_column (table->schema, condition->field, error);

      if (field == NULL)
        return FALSE;
      if (condition->test == USHER_QUERY_PREFIX)
        {
          bind_prefix (statement, index, condition->value, ends);
          index += 2;
        }
      else if (condition->value != NULL &&
               !bind_value (statement, index++, field, condition->value, error))
        return FALSE;
    }

  return bind_place (query, table, statement, index, error);
}

static gboolean
read_rows (UsherSqliteReader *reader,
           UsherSqliteTable *table,
           UsherSqliteStatement *statement,
           GPtrArray *documents,
           GError **error)
{
  g_autoptr (UsherDocumentBlock) block = usher_document_block_new ();
  gboolean has_row;
  gboolean ok;

  while ((ok = usher_sqlite_connection_step (reader->connection, statement, &has_row, error)) &&
         has_row)
    {
      const char *id = usher_sqlite_statement_get_text (statement, 4);

      g_ptr_array_add (documents, usher_sqlite_table_read (table, statement, id, block));
    }

  return ok;
}

/* FALSE without an error: the scan took too long */
static gboolean
scan (UsherQuery *query,
      UsherSqliteReader *reader,
      UsherSqliteTable *table,
      Shape *shape,
      GPtrArray *documents)
{
  g_autoptr (GPtrArray) ends = NULL;
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (reader->connection, shape->scan, NULL);
  int n_steps = SCAN_STEPS + SCAN_STEPS_A_ROW * (int) usher_query_get_limit (query);
  gboolean ok;

  if (statement == NULL || !bind (query, table, statement, &ends, NULL))
    return FALSE;

  usher_sqlite_connection_limit_steps (reader->connection, statement, n_steps);
  ok = read_rows (reader, table, statement, documents, NULL);
  usher_sqlite_connection_limit_steps (reader->connection, statement, 0);

  return ok;
}

static GPtrArray *
run_shape (UsherQuery *query,
           UsherSqliteReader *reader,
           UsherSqliteTable *table,
           Shape *shape,
           GError **error)
{
  g_autoptr (GPtrArray) ends = NULL;
  g_autoptr (UsherSqliteStatement) statement = NULL;
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_full (usher_query_get_limit (query), (GDestroyNotify) usher_document_unref);

  if (shape->n_indexed > 0)
    shape->n_indexed--;
  else if (shape->scan != NULL && scan (query, reader, table, shape, documents))
    return g_steal_pointer (&documents);
  else
    shape->n_indexed = INDEX_TURNS;

  g_ptr_array_set_size (documents, 0);
  statement = usher_sqlite_connection_get (reader->connection, shape->sql, error);
  if (statement == NULL || !bind (query, table, statement, &ends, error))
    return NULL;

  return read_rows (reader, table, statement, documents, error) ? g_steal_pointer (&documents)
                                                                : NULL;
}

/* Whether the row of a document, from which a page goes on, has a value in the order's field. */
static gboolean
has_place (UsherQuery *query, UsherSqliteTable *table, UsherSqliteStatement *row, const char *id)
{
  const char *order = usher_query_get_order (query);
  g_autoptr (UsherDocument) document = NULL;

  if (order == NULL || usher_query_get_after_value (query) != NULL)
    return TRUE;
  document = usher_sqlite_table_read (table, row, id, NULL);

  return usher_document_has (document, order);
}

/* A page behind a document that is gone is empty too, which would pass for the end of the list. */
static gboolean
check_after (UsherQuery *query, UsherSqliteReader *reader, UsherSqliteTable *table, GError **error)
{
  const char *id = usher_query_get_after (query);
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (reader->connection, table->find, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  usher_sqlite_statement_bind_text (statement, 1, id);
  if (!usher_sqlite_connection_step (reader->connection, statement, &has_row, error))
    return FALSE;
  if (has_row && has_place (query, table, statement, id))
    return TRUE;

  return usher_query_refuse_after (query, error);
}

GPtrArray *
usher_sqlite_query_run (UsherQuery *query,
                        UsherSqliteReader *reader,
                        UsherSqliteTable *table,
                        GError **error)
{
  Shape *shape = get_shape (query, reader, table, error);
  g_autoptr (GPtrArray) documents =
      shape != NULL ? run_shape (query, reader, table, shape, error) : NULL;

  if (documents != NULL && documents->len == 0 && usher_query_get_after (query) != NULL &&
      !check_after (query, reader, table, error))
    return NULL;

  return g_steal_pointer (&documents);
}
