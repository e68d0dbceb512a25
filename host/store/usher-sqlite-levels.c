/* usher-sqlite-levels.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-levels-private.h"

#include <string.h>

/* (transfer full): without quotes; @level: as text */
static char *
make_index_name (UsherSqliteTable *table, const char *level)
{
  return g_strdup_printf ("l:%s:%s", usher_schema_get_collection (table->schema), level);
}

static gboolean
count (UsherSqliteConnection *connection, const char *sql, gint64 *n, GError **error)
{
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);
  gboolean ok =
      statement != NULL && usher_sqlite_connection_get_integer (connection, statement, 0, n, error);

  if (statement != NULL)
    usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, sql);

  return ok;
}

static gboolean
add_column (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  g_autofree char *find =
      g_strdup_printf ("SELECT count(*) FROM pragma_table_info('c:%s') WHERE name='level'",
                       usher_schema_get_collection (table->schema));
  g_autofree char *add =
      g_strdup_printf ("ALTER TABLE %s ADD COLUMN level INTEGER NOT NULL DEFAULT 0", table->name);
  gint64 n = 0;

  return count (connection, find, &n, error) &&
         (n > 0 || usher_sqlite_connection_execute (connection, add, error));
}

/* (transfer full) (element-type utf8) (nullable): the indexes of generations, without quotes */
static GPtrArray *
list_indexes (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  static const char list[] =
      "SELECT name FROM sqlite_schema WHERE type='index' AND name GLOB ?1 || '*'";
  g_autofree char *start = make_index_name (table, "");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list, error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, start);
  while ((ok = usher_sqlite_connection_step (connection, statement, &has_row, error)) && has_row)
    g_ptr_array_add (names, g_strdup (usher_sqlite_statement_get_text (statement, 0)));

  return ok ? g_steal_pointer (&names) : NULL;
}

static gboolean
drop_others (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             const char *own,
             GError **error)
{
  g_autoptr (GPtrArray) names = list_indexes (connection, table, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *sql = g_strdup_printf ("DROP INDEX \"%s\"", name);

      if (strcmp (name, own) != 0 && !usher_sqlite_connection_execute (connection, sql, error))
        return FALSE;
    }

  return names != NULL;
}

gboolean
usher_sqlite_levels_add (UsherSqliteConnection *connection,
                         UsherSqliteTable *table,
                         gboolean is_alone,
                         GError **error)
{
  g_autofree char *level = g_strdup_printf ("%u", usher_schema_get_level (table->schema));
  g_autofree char *start = make_index_name (table, level);
  /* that of an earlier version has no id, and its name ends here */
  g_autofree char *own = g_strconcat (start, ":id", NULL);
  g_autofree char *make = g_strdup_printf (
      "CREATE INDEX IF NOT EXISTS \"%s\" ON %s (level,id) WHERE level<%s", own, table->name, level);

  if (!add_column (connection, table, error) ||
      (is_alone && !drop_others (connection, table, own, error)))
    return FALSE;

  return usher_schema_get_level (table->schema) == 0 ||
         usher_sqlite_connection_execute (connection, make, error);
}

GPtrArray *
usher_sqlite_levels_list (UsherSqliteConnection *connection,
                          UsherSqliteTable *table,
                          UsherDocument *after,
                          guint limit,
                          GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, table->list_outdated, error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_integer (statement,
                                       1,
                                       after != NULL ? (gint64) usher_document_get_level (after)
                                                     : -1);
  usher_sqlite_statement_bind_text (statement,
                                    2,
                                    after != NULL ? usher_document_get_id (after) : "");
  usher_sqlite_statement_bind_integer (statement, 3, limit);
  while ((ok = usher_sqlite_connection_step (connection, statement, &has_row, error)) && has_row)
    {
      const char *id = usher_sqlite_statement_get_text (statement, 4);

      g_ptr_array_add (documents, usher_sqlite_table_read (table, statement, id, NULL));
    }

  return ok ? g_steal_pointer (&documents) : NULL;
}
