/* usher-sqlite-keys.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-keys-private.h"

#include <string.h>

#include "usher-error.h"

/* of a value that is shown as an example */
#define MOST_SHOWN 40

static gpointer
read_text (UsherSqliteStatement *statement, gpointer user_data)
{
  return g_strdup (usher_sqlite_statement_get_text (statement, 0));
}

/* (element-type utf8): the names of indexes; @sql: asked once; ?1 is the table, ?2 @parameter (nullable) */
static GPtrArray *
list (UsherSqliteConnection *connection,
      UsherSqliteTable *table,
      const char *sql,
      const char *parameter,
      GError **error)
{
  g_autofree char *name = g_strconcat ("c:", usher_schema_get_collection (table->schema), NULL);
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);
  GPtrArray *names = NULL;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, name);
  if (parameter != NULL)
    usher_sqlite_statement_bind_text (statement, 2, parameter);
  names = usher_sqlite_connection_list (connection, statement, read_text, NULL, g_free, error);
  usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, sql);

  return names;
}

static gboolean
drop (UsherSqliteConnection *connection, const char *name, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DROP INDEX \"%s\"", name);

  return usher_sqlite_connection_execute (connection, sql, error);
}

gboolean
usher_sqlite_keys_drop (UsherSqliteConnection *connection,
                        UsherSqliteTable *table,
                        const char *field,
                        GError **error)
{
  static const char find[] = "SELECT indexes.name FROM pragma_index_list(?1) AS indexes,"
                             " pragma_index_info(indexes.name) AS columns"
                             " WHERE columns.name='f:'||?2";
  g_autoptr (GPtrArray) names = list (connection, table, find, field, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!drop (connection, g_ptr_array_index (names, i), error))
      return FALSE;

  return TRUE;
}

static char *
make_name (UsherSqliteTable *table, const char *const *fields)
{
  g_autofree char *names = g_strjoinv (",", (char **) fields);

  return g_strconcat ("k:", usher_schema_get_collection (table->schema), ":", names, NULL);
}

char *
usher_sqlite_keys_dup_index (UsherSqliteTable *table, const char *const *fields)
{
  g_autofree char *name = make_name (table, fields);

  return g_strdup_printf ("\"%s\"", name);
}

static gboolean
is_declared (UsherSqliteTable *table, const char *name)
{
  for (guint i = 0; i < usher_schema_get_n_keys (table->schema); i++)
    {
      g_autofree char *declared = make_name (table, usher_schema_get_key (table->schema, i));

      if (strcmp (declared, name) == 0)
        return TRUE;
    }

  return FALSE;
}

/* the columns, quoted, with @between between them */
static char *
join_columns (const char *const *fields, const char *between)
{
  g_autoptr (GString) columns = g_string_new (NULL);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      const UsherField field = { .name = fields[i] };
      g_autofree char *column = usher_sqlite_table_dup_column (&field);

      g_string_append_printf (columns, "%s%s", i > 0 ? between : "", column);
    }

  return g_string_free (g_steal_pointer (&columns), FALSE);
}

static gboolean
is_private (UsherSqliteTable *table, const char *name)
{
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (table->schema, &n_fields);
  int index = usher_schema_find_field (table->schema, name);

  return index >= 0 && (fields[index].flags & USHER_FIELD_PRIVATE) != 0;
}

/* “author” “ann”, “ticket” “7”; @row: the values from column 2 on */
static char *
describe_values (UsherSqliteTable *table, UsherSqliteStatement *row, const char *const *fields)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      const char *value = usher_sqlite_statement_get_text (row, 2 + (int) i);
      g_autofree char *shown =
          g_utf8_strlen (value, -1) > MOST_SHOWN ? g_utf8_substring (value, 0, MOST_SHOWN) : NULL;

      g_string_append_printf (text, "%s“%s”", i > 0 ? ", " : "", fields[i]);
      if (!is_private (table, fields[i]))
        g_string_append_printf (text,
                                " “%s%s”",
                                shown != NULL ? shown : value,
                                shown != NULL ? "…" : "");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* (transfer full) (nullable): two documents and what they share, for the middle of a sentence */
static char *
find_example (UsherSqliteConnection *connection, UsherSqliteTable *table, const char *const *fields)
{
  g_autofree char *columns = join_columns (fields, ",");
  g_autofree char *held = join_columns (fields, " IS NOT NULL AND ");
  g_autofree char *sql = g_strdup_printf ("SELECT min(id),max(id),%s FROM %s WHERE %s IS NOT NULL"
                                          " GROUP BY %s HAVING count(*)>1 LIMIT 1",
                                          columns,
                                          table->name,
                                          held,
                                          columns);
  UsherSqliteStatement *row = usher_sqlite_connection_get (connection, sql, NULL);
  gboolean has_row = FALSE;
  char *example = NULL;

  if (row == NULL)
    return NULL;

  if (usher_sqlite_connection_step (connection, row, &has_row, NULL) && has_row)
    {
      g_autofree char *values = describe_values (table, row, fields);

      example = g_strdup_printf ("“%s” and “%s” share %s",
                                 usher_sqlite_statement_get_text (row, 0),
                                 usher_sqlite_statement_get_text (row, 1),
                                 values);
    }
  usher_sqlite_statement_reset (row);
  usher_sqlite_connection_forget (connection, sql);

  return example;
}

void
usher_sqlite_keys_refuse (UsherSqliteConnection *connection,
                          UsherSqliteTable *table,
                          const char *const *fields,
                          GError **error)
{
  g_autofree char *names = g_strjoinv ("”, “", (char **) fields);
  g_autofree char *example = find_example (connection, table, fields);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_TAKEN,
               "%s: collection “%s” wants “%s” unique, but documents %s: change or remove all but "
               "one of them with the version before (docs/evolution.md)",
               usher_sqlite_connection_get_name (connection),
               usher_schema_get_collection (table->schema),
               names,
               example != NULL ? example : "share values");
}

static gboolean
make (UsherSqliteConnection *connection,
      UsherSqliteTable *table,
      const char *const *fields,
      GError **error)
{
  g_autofree char *name = usher_sqlite_keys_dup_index (table, fields);
  g_autofree char *columns = join_columns (fields, ",");
  g_autofree char *sql = g_strdup_printf ("CREATE UNIQUE INDEX IF NOT EXISTS %s ON %s (%s)",
                                          name,
                                          table->name,
                                          columns);
  g_autoptr (GError) trouble = NULL;

  if (usher_sqlite_connection_execute (connection, sql, &trouble))
    return TRUE;

  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_TAKEN))
    usher_sqlite_keys_refuse (connection, table, fields, error);
  else
    g_propagate_error (error, g_steal_pointer (&trouble));

  return FALSE;
}

/* Others that have the file open may still hold to a key that this one does not declare. */
static gboolean
drop_undeclared (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  static const char find[] = "SELECT name FROM pragma_index_list(?1) WHERE name GLOB 'k:*'";
  g_autoptr (GPtrArray) names = list (connection, table, find, NULL, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!is_declared (table, g_ptr_array_index (names, i)) &&
        !drop (connection, g_ptr_array_index (names, i), error))
      return FALSE;

  return TRUE;
}

gboolean
usher_sqlite_keys_change (UsherSqliteConnection *connection,
                          UsherSqliteTable *table,
                          gboolean is_alone,
                          GError **error)
{
  if (is_alone && !drop_undeclared (connection, table, error))
    return FALSE;

  for (guint i = 0; i < usher_schema_get_n_keys (table->schema); i++)
    {
      const char *const *fields = usher_schema_get_key (table->schema, i);

      /* one field has a unique index already */
      if (fields[1] != NULL && !make (connection, table, fields, error))
        return FALSE;
    }

  return TRUE;
}
