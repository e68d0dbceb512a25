/* usher-sqlite-layout.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-layout-private.h"

#include "usher-error.h"

#define LAYOUT 1
/* "USHR" */
#define APPLICATION_ID 0x55534852

/* a row “layout”, and a row a collection with one line a column: name, type, index */
static const char layout[] = "CREATE TABLE usher_schema ("
                             " name TEXT NOT NULL PRIMARY KEY,"
                             " value TEXT NOT NULL"
                             ") WITHOUT ROWID;"
                             "CREATE TABLE usher_outbox ("
                             " number INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " id TEXT NOT NULL,"
                             " channel TEXT NOT NULL,"
                             " time INTEGER NOT NULL,"
                             " correlation TEXT,"
                             " causation TEXT,"
                             " traceparent TEXT,"
                             " payload TEXT NOT NULL"
                             ");"
                             "CREATE TABLE usher_inbox ("
                             " event TEXT NOT NULL,"
                             " subscriber TEXT NOT NULL,"
                             " time INTEGER NOT NULL,"
                             " PRIMARY KEY (event, subscriber)"
                             ") WITHOUT ROWID;"
                             "CREATE INDEX usher_inbox_time ON usher_inbox (time);"
                             "CREATE TABLE usher_requests ("
                             " key TEXT NOT NULL PRIMARY KEY,"
                             " hash TEXT NOT NULL,"
                             " owner TEXT,"
                             " status INTEGER NOT NULL,"
                             " body TEXT,"
                             " time INTEGER NOT NULL"
                             ") WITHOUT ROWID;"
                             "CREATE INDEX usher_requests_time ON usher_requests (time);"
                             "CREATE TABLE usher_timers ("
                             " name TEXT NOT NULL,"
                             " key TEXT NOT NULL,"
                             " due INTEGER NOT NULL,"
                             " payload TEXT,"
                             " attempt INTEGER NOT NULL,"
                             " generation INTEGER NOT NULL,"
                             " PRIMARY KEY (name, key)"
                             ") WITHOUT ROWID;"
                             "CREATE INDEX usher_timers_due ON usher_timers (due);";

static const char get_application[] = "PRAGMA application_id";
static const char count_tables[] = "SELECT count(*) FROM sqlite_schema";
static const char find_value[] = "SELECT value FROM usher_schema WHERE name=?1";
static const char set_value[] = "INSERT OR REPLACE INTO usher_schema (name,value) VALUES (?1,?2)";

static gboolean
get_integer (UsherSqliteConnection *connection, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (connection, statement, 0, value, error);
}

static gboolean
get_value (UsherSqliteConnection *connection, const char *name, char **value, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_value, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  if (!usher_sqlite_connection_step (connection, statement, &has_row, error))
    return FALSE;
  if (has_row)
    *value = g_strdup (usher_sqlite_statement_get_text (statement, 0));

  return TRUE;
}

static gboolean
put_value (UsherSqliteConnection *connection, const char *name, const char *value, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, set_value, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_text (statement, 2, value);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
make_layout (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id=%d", APPLICATION_ID);
  g_autofree char *version = g_strdup_printf ("%d", LAYOUT);

  return usher_sqlite_connection_execute (connection, layout, error) &&
         put_value (connection, "layout", version, error) &&
         usher_sqlite_connection_execute (connection, mark, error);
}

static gboolean
check_layout (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *version = NULL;
  gint64 number;

  if (!get_value (connection, "layout", &version, error))
    return FALSE;

  number = version != NULL ? g_ascii_strtoll (version, NULL, 10) : 0;
  if (number == LAYOUT)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s has layout %" G_GINT64_FORMAT ", this program knows layout %d",
               usher_sqlite_connection_get_name (connection),
               number,
               LAYOUT);
  return FALSE;
}

/* in a transaction, so that two processes do not lay out one file */
static gboolean
make_or_check (UsherSqliteConnection *connection, GError **error)
{
  gint64 application = 0;
  gint64 n_tables = 0;

  if (!get_integer (connection, get_application, &application, error) ||
      !get_integer (connection, count_tables, &n_tables, error))
    return FALSE;

  if (application == APPLICATION_ID)
    return check_layout (connection, error);
  if (application == 0 && n_tables == 0)
    return make_layout (connection, error);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s was made by another program",
               usher_sqlite_connection_get_name (connection));
  return FALSE;
}

gboolean
usher_sqlite_layout_open (UsherSqliteConnection *connection, GError **error)
{
  return usher_sqlite_connection_use_log (connection, error) &&
         usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection, make_or_check (connection, error), error);
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

static char *
describe_columns (UsherSqliteTable *table)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < table->columns->len; i++)
    {
      g_autofree char *line = describe_column (g_ptr_array_index (table->columns, i));

      g_string_append_printf (text, "%s\n", line);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
make_table (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  /* the columns before the body: a condition on them does not walk over it */
  g_string_append_printf (sql,
                          "CREATE TABLE %s (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL",
                          table->name);
  for (guint i = 0; i < table->columns->len; i++)
    {
      g_autofree char *column =
          usher_sqlite_table_dup_column (g_ptr_array_index (table->columns, i));

      g_string_append_printf (sql, ", %s", column);
    }
  g_string_append (sql, ", body TEXT NOT NULL, private TEXT) WITHOUT ROWID");

  return usher_sqlite_connection_execute (connection, sql->str, error);
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

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_TAKEN,
               "%s: documents of collection “%s” share a “%s”, which cannot be unique",
               usher_sqlite_connection_get_name (connection),
               usher_schema_get_collection (table->schema),
               field->name);
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
      g_autofree char *id = g_strdup (usher_sqlite_statement_get_text (rows, 3));
      g_autoptr (UsherDocument) document = usher_sqlite_table_read (table, rows, id, NULL);

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
  g_autofree char *list = g_strdup_printf ("SELECT version,body,private,id FROM %s", table->name);
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
  g_autofree char *name = usher_sqlite_table_dup_index (table, &field);
  g_autofree char *sql =
      g_strdup_printf ("DROP INDEX %s; ALTER TABLE %s DROP COLUMN %s", name, table->name, column);

  return usher_sqlite_connection_execute (connection, sql, error);
}

static gboolean
change_columns (UsherSqliteConnection *connection,
                UsherSqliteTable *table,
                const char *before,
                const char *after,
                GError **error)
{
  g_auto (GStrv) old = g_strsplit (before, "\n", -1);
  g_auto (GStrv) new = g_strsplit (after, "\n", -1);

  for (guint i = 0; old[i] != NULL; i++)
    if (old[i][0] != '\0' && !g_strv_contains ((const char *const *) new, old[i]) &&
        !drop_column (connection, table, old[i], error))
      return FALSE;

  for (guint i = 0; i < table->columns->len; i++)
    if (!g_strv_contains ((const char *const *) old, new[i]) &&
        !add_column (connection, table, g_ptr_array_index (table->columns, i), error))
      return FALSE;

  return TRUE;
}

static gboolean
make_table_and_indexes (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  if (!make_table (connection, table, error))
    return FALSE;

  for (guint i = 0; i < table->columns->len; i++)
    if (!make_index (connection, table, g_ptr_array_index (table->columns, i), error))
      return FALSE;

  return TRUE;
}

static gboolean
bring_in_line (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  g_autofree char *name =
      g_strconcat ("collection ", usher_schema_get_collection (table->schema), NULL);
  g_autofree char *after = describe_columns (table);
  g_autofree char *before = NULL;

  if (!get_value (connection, name, &before, error))
    return FALSE;
  if (g_strcmp0 (before, after) == 0)
    return TRUE;
  if (before == NULL && !make_table_and_indexes (connection, table, error))
    return FALSE;
  if (before != NULL && !change_columns (connection, table, before, after, error))
    return FALSE;

  return put_value (connection, name, after, error);
}

gboolean
usher_sqlite_layout_add (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  return usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection, bring_in_line (connection, table, error), error);
}
