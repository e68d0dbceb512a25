/* usher-sqlite-columns.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-columns-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-keys-private.h"
#include "usher-sqlite-meta-private.h"

static char *
make_name (UsherSqliteTable *table)
{
  return g_strconcat ("collection ", usher_schema_get_collection (table->schema), NULL);
}

gboolean
usher_sqlite_columns_read (UsherSqliteConnection *connection,
                           UsherSqliteTable *table,
                           char **columns,
                           GError **error)
{
  g_autofree char *name = make_name (table);

  return usher_sqlite_meta_get (connection, name, columns, error);
}

/* (nullable): the line of @columns for a field; it ends where the line does */
static const char *
find_line (const char *columns, const char *field)
{
  gsize length = strlen (field);

  for (const char *line = columns; line != NULL && *line != '\0';)
    {
      if (strncmp (line, field, length) == 0 && line[length] == ' ')
        return line;
      line = strchr (line, '\n');
      line = line != NULL ? line + 1 : NULL;
    }

  return NULL;
}

gboolean
usher_sqlite_columns_has (const char *columns, const char *field)
{
  return find_line (columns, field) != NULL;
}

/* What of a field its column depends on; a change of it makes the column anew. */
static char *
describe_column (const UsherField *field)
{
  return g_strdup_printf ("%s %d %s",
                          field->name,
                          (int) field->type,
                          (field->flags & USHER_FIELD_UNIQUE) != 0 ? "unique" : "index");
}

static gboolean
make_index (UsherSqliteConnection *connection,
            UsherSqliteTable *table,
            const UsherField *field,
            GError **error)
{
  g_autofree char *column = usher_sqlite_table_dup_column (field);
  g_autofree char *name = usher_sqlite_table_dup_index (table, field);
  g_autofree char *sql =
      g_strdup_printf ("CREATE %s %s ON %s (%s)",
                       (field->flags & USHER_FIELD_UNIQUE) != 0 ? "UNIQUE INDEX" : "INDEX",
                       name,
                       table->name,
                       column);
  g_autoptr (GError) trouble = NULL;

  if (usher_sqlite_connection_execute (connection, sql, &trouble))
    return TRUE;
  if (!g_error_matches (trouble, USHER_ERROR, USHER_ERROR_TAKEN))
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }

  usher_sqlite_keys_refuse (connection, table, (const char *const[]){ field->name, NULL }, error);

  return FALSE;
}

/* @rows: the documents, @update: ?1 the column, ?2 the id */
static gboolean
fill_rows (UsherSqliteConnection *connection,
           UsherSqliteTable *table,
           const UsherField *field,
           UsherSqliteStatement *rows,
           UsherSqliteStatement *update,
           GError **error)
{
  gboolean has_row;
  gboolean ok;

  while ((ok = usher_sqlite_connection_step (connection, rows, &has_row, error)) && has_row)
    {
      g_autofree char *id = g_strdup (usher_sqlite_statement_get_text (rows, 4));
      g_autoptr (UsherDocument) document = usher_sqlite_table_read (table, rows, id, NULL);

      /* what has no value there has none in the new column */
      if (!usher_document_has (document, field->name))
        continue;

      usher_sqlite_table_bind_field (update, 1, document, field);
      usher_sqlite_statement_bind_text (update, 2, id);
      ok = usher_sqlite_connection_finish (connection, update, error);
      usher_sqlite_statement_reset (update);
      if (!ok)
        break;
    }
  usher_sqlite_statement_reset (rows);

  return ok;
}

static gboolean
fill_column (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             const UsherField *field,
             GError **error)
{
  g_autofree char *column = usher_sqlite_table_dup_column (field);
  g_autofree char *list =
      g_strdup_printf ("SELECT version,body,private,level,id FROM %s", table->name);
  g_autofree char *set = g_strdup_printf ("UPDATE %s SET %s=?1 WHERE id=?2", table->name, column);
  UsherSqliteStatement *rows = usher_sqlite_connection_get (connection, list, error);
  UsherSqliteStatement *update =
      rows != NULL ? usher_sqlite_connection_get (connection, set, error) : NULL;
  gboolean ok = update != NULL && fill_rows (connection, table, field, rows, update, error);

  usher_sqlite_connection_forget (connection, list);
  usher_sqlite_connection_forget (connection, set);

  return ok;
}

static gboolean
add_column (UsherSqliteConnection *connection,
            UsherSqliteTable *table,
            const UsherField *field,
            GError **error)
{
  g_autofree char *column = usher_sqlite_table_dup_column (field);
  g_autofree char *sql = g_strdup_printf ("ALTER TABLE %s ADD COLUMN %s", table->name, column);

  return usher_sqlite_connection_execute (connection, sql, error) &&
         fill_column (connection, table, field, error) &&
         make_index (connection, table, field, error);
}

static gboolean
drop_column (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             const char *description,
             GError **error)
{
  g_auto (GStrv) parts = g_strsplit (description, " ", 2);
  UsherField field = { .name = parts[0] };
  g_autofree char *column = usher_sqlite_table_dup_column (&field);
  g_autofree char *sql = g_strdup_printf ("ALTER TABLE %s DROP COLUMN %s", table->name, column);

  return usher_sqlite_keys_drop (connection, table, field.name, error) &&
         usher_sqlite_connection_execute (connection, sql, error);
}

/* (nullable): the field that a line is for, if it is declared */
static const UsherField *
find_declared (UsherSqliteTable *table, const char *line)
{
  gsize length = strcspn (line, " ");

  for (guint i = 0; i < table->columns->len; i++)
    {
      const UsherField *field = g_ptr_array_index (table->columns, i);

      if (strncmp (field->name, line, length) == 0 && field->name[length] == '\0')
        return field;
    }

  return NULL;
}

/* Whether a column is left as it is. Others that have the file open, of another generation, may need what this one does
 * not: a column that it does not declare, and values that are unique. */
static gboolean
is_kept (const UsherField *field, const char *line, gboolean is_alone)
{
  g_autofree char *wanted = field != NULL ? describe_column (field) : NULL;
  g_autofree char *unique = NULL;

  if (field == NULL)
    return !is_alone;
  if (strcmp (wanted, line) == 0)
    return TRUE;

  unique = g_strdup_printf ("%s %d unique", field->name, (int) field->type);

  return !is_alone && strcmp (unique, line) == 0;
}

/* @after: gets the lines of those that stay */
static gboolean
drop_columns (UsherSqliteConnection *connection,
              UsherSqliteTable *table,
              const char *before,
              gboolean is_alone,
              GString *after,
              GError **error)
{
  g_auto (GStrv) lines = g_strsplit (before != NULL ? before : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '\0')
        continue;
      if (is_kept (find_declared (table, lines[i]), lines[i], is_alone))
        g_string_append_printf (after, "%s\n", lines[i]);
      else if (!drop_column (connection, table, lines[i], error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_columns (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             gboolean is_new,
             GString *after,
             GError **error)
{
  for (guint i = 0; i < table->columns->len; i++)
    {
      const UsherField *field = g_ptr_array_index (table->columns, i);
      g_autofree char *line = describe_column (field);

      if (usher_sqlite_columns_has (after->str, field->name))
        continue;
      /* a new table has the column, and nothing in it */
      if (is_new ? !make_index (connection, table, field, error)
                 : !add_column (connection, table, field, error))
        return FALSE;
      g_string_append_printf (after, "%s\n", line);
    }

  return TRUE;
}

gboolean
usher_sqlite_columns_change (UsherSqliteConnection *connection,
                             UsherSqliteTable *table,
                             const char *before,
                             gboolean is_alone,
                             GError **error)
{
  g_autoptr (GString) after = g_string_new (NULL);
  g_autofree char *name = make_name (table);

  if (!drop_columns (connection, table, before, is_alone, after, error) ||
      !add_columns (connection, table, before == NULL, after, error))
    return FALSE;

  return g_strcmp0 (before, after->str) == 0 ||
         usher_sqlite_meta_put (connection, name, after->str, error);
}
