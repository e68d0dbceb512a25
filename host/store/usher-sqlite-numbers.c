/* usher-sqlite-numbers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-numbers-private.h"

/* The number is the row's own: SQLite gives each row that is inserted the next one, whoever inserts it, an earlier version too,
 * and one process writes at a time. So rows lie in the order of their commits, and each index has the number behind its values. */
gboolean
usher_sqlite_numbers_make_table (UsherSqliteConnection *connection,
                                 const char *name,
                                 GPtrArray *columns,
                                 GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  /* the columns before the body: a condition on them does not walk over it */
  g_string_append_printf (sql,
                          "CREATE TABLE %s (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                          " version INTEGER NOT NULL, level INTEGER NOT NULL DEFAULT 0",
                          name);
  for (guint i = 0; i < columns->len; i++)
    g_string_append_printf (sql, ", %s", (const char *) g_ptr_array_index (columns, i));
  g_string_append (sql, ", body TEXT NOT NULL, private TEXT)");

  return usher_sqlite_connection_execute (connection, sql->str, error);
}

static gpointer
read_text (UsherSqliteStatement *statement, gpointer user_data)
{
  return g_strdup (usher_sqlite_statement_get_text (statement, 0));
}

/* (element-type utf8): @sql: asked once; ?1 is the collection */
static GPtrArray *
list (UsherSqliteConnection *connection, const char *sql, UsherSqliteTable *table, GError **error)
{
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);
  GPtrArray *texts = NULL;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, usher_schema_get_collection (table->schema));
  texts = usher_sqlite_connection_list (connection, statement, read_text, NULL, g_free, error);
  usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, sql);

  return texts;
}

static gboolean
make_like (UsherSqliteConnection *connection, const char *name, GPtrArray *columns, GError **error)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new ();

  for (guint i = 0; i < columns->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (columns, i), "\"f:"))
      g_ptr_array_add (own, g_ptr_array_index (columns, i));

  return usher_sqlite_numbers_make_table (connection, name, own, error);
}

static gboolean
move_rows (UsherSqliteConnection *connection,
           UsherSqliteTable *table,
           GPtrArray *columns,
           GError **error)
{
  static const char numbered[] = "usher_numbered";
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *sql = NULL;

  for (guint i = 0; i < columns->len; i++)
    g_string_append_printf (names,
                            "%s%s",
                            i > 0 ? "," : "",
                            (const char *) g_ptr_array_index (columns, i));
  sql = g_strdup_printf ("INSERT INTO %s (%s) SELECT %s FROM %s ORDER BY id;"
                         "DROP TABLE %s; ALTER TABLE %s RENAME TO %s",
                         numbered,
                         names->str,
                         names->str,
                         table->name,
                         table->name,
                         numbered,
                         table->name);

  return make_like (connection, numbered, columns, error) &&
         usher_sqlite_connection_execute (connection, sql, error);
}

/* Indexes go with their table, and are filled at once when they are made anew. */
static gboolean
number_rows (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             GPtrArray *columns,
             GError **error)
{
  static const char find[] = "SELECT sql FROM sqlite_schema"
                             " WHERE type='index' AND tbl_name='c:'||?1 AND sql IS NOT NULL";
  g_autoptr (GPtrArray) indexes = list (connection, find, table, error);
  gint64 start = g_get_monotonic_time ();

  if (indexes == NULL)
    return FALSE;

  g_message ("%s: collection “%s” is put in the order of commits, which is done once",
             usher_sqlite_connection_get_name (connection),
             usher_schema_get_collection (table->schema));
  if (!move_rows (connection, table, columns, error))
    return FALSE;

  for (guint i = 0; i < indexes->len; i++)
    if (!usher_sqlite_connection_execute (connection, g_ptr_array_index (indexes, i), error))
      return FALSE;

  g_info ("collection “%s” is in the order of commits, after %" G_GINT64_FORMAT " ms",
          usher_schema_get_collection (table->schema),
          (g_get_monotonic_time () - start) / 1000);

  return TRUE;
}

gboolean
usher_sqlite_numbers_add (UsherSqliteConnection *connection,
                          UsherSqliteTable *table,
                          GError **error)
{
  static const char find[] = "SELECT '\"'||replace(name,'\"','\"\"')||'\"'"
                             " FROM pragma_table_info('c:'||?1)";
  g_autoptr (GPtrArray) columns = list (connection, find, table, error);

  if (columns == NULL)
    return FALSE;

  return columns->len == 0 ||
         g_ptr_array_find_with_equal_func (columns, "\"number\"", g_str_equal, NULL) ||
         number_rows (connection, table, columns, error);
}
