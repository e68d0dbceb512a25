/* usher-sqlite-rows.c: the rows that a statement of a connection has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-sqlite-connection-private.h"
#include "usher-sqlite-failure-private.h"

/**
 * usher_sqlite_connection_step: (skip)
 * @self: a connection
 * @statement: one of its statements, bound
 * @has_row: (out): whether there is a row; else the statement is at its end
 * @error: return location for an error
 *
 * Goes to the next row of a statement.
 *
 * Returns: whether that worked
 */
gboolean
usher_sqlite_connection_step (UsherSqliteConnection *self,
                              UsherSqliteStatement *statement,
                              gboolean *has_row,
                              GError **error)
{
  int code = sqlite3_step ((sqlite3_stmt *) statement);

  *has_row = code == SQLITE_ROW;

  return code == SQLITE_ROW || code == SQLITE_DONE ||
         usher_sqlite_failure_set (usher_sqlite_connection_get_name (self),
                                   usher_sqlite_connection_get_db (self),
                                   code,
                                   error);
}

/**
 * usher_sqlite_connection_list: (skip)
 * @self: a connection
 * @statement: one of its statements, bound
 * @make: makes an item of a row
 * @user_data: data for @make
 * @destroy: frees an item
 * @error: return location for an error
 *
 * Reads all rows of a statement.
 *
 * Returns: (transfer full): the items, `NULL` on error
 */
GPtrArray *
usher_sqlite_connection_list (UsherSqliteConnection *self,
                              UsherSqliteStatement *statement,
                              UsherSqliteRowFunc make,
                              gpointer user_data,
                              GDestroyNotify destroy,
                              GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (destroy);
  gboolean has_row;
  gboolean ok;

  while ((ok = usher_sqlite_connection_step (self, statement, &has_row, error)) && has_row)
    g_ptr_array_add (items, make (statement, user_data));

  return ok ? g_steal_pointer (&items) : NULL;
}

/**
 * usher_sqlite_connection_finish: (skip)
 * @self: a connection
 * @statement: one of its statements, bound
 * @error: return location for an error
 *
 * Does a statement to its end. Rows are passed over.
 *
 * Returns: whether it was done
 */
gboolean
usher_sqlite_connection_finish (UsherSqliteConnection *self,
                                UsherSqliteStatement *statement,
                                GError **error)
{
  int code;

  do
    code = sqlite3_step ((sqlite3_stmt *) statement);
  while (code == SQLITE_ROW);

  return code == SQLITE_DONE || usher_sqlite_failure_set (usher_sqlite_connection_get_name (self),
                                                          usher_sqlite_connection_get_db (self),
                                                          code,
                                                          error);
}

/**
 * usher_sqlite_connection_get_integer: (skip)
 * @self: a connection
 * @statement: one of its statements, bound
 * @fallback: the value where there is no row, or NULL in it
 * @value: (out): the number in its first row
 * @error: return location for an error
 *
 * Reads one number.
 *
 * Returns: whether it could be read
 */
gboolean
usher_sqlite_connection_get_integer (UsherSqliteConnection *self,
                                     UsherSqliteStatement *statement,
                                     gint64 fallback,
                                     gint64 *value,
                                     GError **error)
{
  sqlite3_stmt *own = (sqlite3_stmt *) statement;
  gboolean has_row;

  if (!usher_sqlite_connection_step (self, statement, &has_row, error))
    return FALSE;

  if (has_row && sqlite3_column_type (own, 0) != SQLITE_NULL)
    *value = sqlite3_column_int64 (own, 0);
  else
    *value = fallback;

  return TRUE;
}
