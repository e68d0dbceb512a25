/* usher-sqlite-layout.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-layout-private.h"

#include "usher-error.h"
#include "usher-sqlite-columns-private.h"
#include "usher-sqlite-fields-private.h"
#include "usher-sqlite-keys-private.h"
#include "usher-sqlite-levels-private.h"
#include "usher-sqlite-meta-private.h"
#include "usher-sqlite-numbers-private.h"
#include "usher-sqlite-timers-private.h"
#include "usher-store-copy-mark-private.h"

#define LAYOUT 1
/* "USHR" */
#define APPLICATION_ID 0x55534852

/* In usher_schema: a row “layout”, and a row a collection with one line a column: name, type, index. Row 0 of the outbox is no event:
 * it says how far the log of the bus had come. */
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
                             " since INTEGER,"
                             " deaths INTEGER,"
                             " trial INTEGER,"
                             " trier TEXT,"
                             " parked INTEGER,"
                             " reasons TEXT,"
                             " correlation TEXT,"
                             " causation TEXT,"
                             " traceparent TEXT,"
                             " PRIMARY KEY (name, key)"
                             ") WITHOUT ROWID;"
                             "CREATE INDEX usher_timers_due ON usher_timers (due);"
                             "CREATE INDEX usher_timers_trouble ON usher_timers (name, key)"
                             " WHERE reasons IS NOT NULL;";

static const char get_application[] = "PRAGMA application_id";
static const char count_tables[] = "SELECT count(*) FROM sqlite_schema";

static gboolean
get_integer (UsherSqliteConnection *connection, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (connection, statement, 0, value, error);
}

static gboolean
make_layout (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id=%d", APPLICATION_ID);
  g_autofree char *version = g_strdup_printf ("%d", LAYOUT);

  return usher_sqlite_connection_execute (connection, layout, error) &&
         usher_sqlite_meta_put (connection, "layout", version, error) &&
         usher_sqlite_connection_execute (connection, mark, error);
}

static gboolean
check_layout (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *version = NULL;
  gint64 number;

  if (!usher_sqlite_meta_get (connection, "layout", &version, error))
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
    return check_layout (connection, error) && usher_sqlite_timers_lay_out (connection, error);
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
usher_sqlite_layout_probe (const char *path, gboolean *is_layout, GError **error)
{
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, error);
  gint64 application = 0;

  if (connection == NULL || !get_integer (connection, get_application, &application, error))
    return FALSE;

  *is_layout = application == APPLICATION_ID;
  return TRUE;
}

gboolean
usher_sqlite_layout_check_copy (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *mark = NULL;

  if (!usher_sqlite_meta_get (connection, USHER_SQLITE_LAYOUT_COPYING, &mark, error))
    return FALSE;

  return mark == NULL ||
         usher_store_copy_mark_refuse (usher_sqlite_connection_get_name (connection), mark, error);
}

gboolean
usher_sqlite_layout_open (UsherSqliteConnection *connection, GError **error)
{
  return usher_sqlite_connection_use_log (connection, error) &&
         usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection, make_or_check (connection, error), error);
}

static gboolean
make_table (UsherSqliteConnection *connection, UsherSqliteTable *table, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < table->columns->len; i++)
    g_ptr_array_add (columns,
                     usher_sqlite_table_dup_column (g_ptr_array_index (table->columns, i)));

  return usher_sqlite_numbers_make_table (connection, table->name, columns, error);
}

static gboolean
bring_in_line (UsherSqliteConnection *connection,
               UsherSqliteTable *table,
               gboolean is_alone,
               GError **error)
{
  g_autofree char *before = NULL;

  if (!usher_sqlite_columns_read (connection, table, &before, error) ||
      !usher_sqlite_fields_add (connection, table, before != NULL, error) ||
      (before == NULL && !make_table (connection, table, error)))
    return FALSE;

  return usher_sqlite_levels_add (connection, table, is_alone, error) &&
         usher_sqlite_columns_change (connection, table, before, is_alone, error) &&
         usher_sqlite_keys_change (connection, table, is_alone, error) &&
         usher_sqlite_fields_look (connection, table, error);
}

gboolean
usher_sqlite_layout_add (UsherSqliteConnection *connection,
                         UsherSqliteTable *table,
                         gboolean is_alone,
                         GError **error)
{
  return usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection,
                                      usher_sqlite_numbers_add (connection, table, error) &&
                                          bring_in_line (connection, table, is_alone, error),
                                      error);
}

static gboolean
read_lowest (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             guint *level,
             GError **error)
{
  g_autoptr (GPtrArray) lowest = usher_sqlite_levels_list (connection, table, NULL, 1, error);

  if (lowest == NULL)
    return FALSE;

  *level = lowest->len > 0 ? usher_document_get_level (g_ptr_array_index (lowest, 0))
                           : usher_schema_get_level (table->schema);

  return TRUE;
}

gboolean
usher_sqlite_layout_check (UsherSqliteConnection *connection,
                           UsherSqliteTable *table,
                           gboolean is_alone,
                           guint *level,
                           GError **error)
{
  gboolean ok;

  if (!usher_sqlite_connection_begin (connection, error))
    return FALSE;

  ok = bring_in_line (connection, table, is_alone, error) &&
       read_lowest (connection, table, level, error);
  usher_sqlite_connection_end (connection, FALSE, NULL);
  usher_sqlite_connection_forget (connection, table->list_outdated);

  return ok;
}
