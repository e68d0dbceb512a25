/* usher-sqlite-meta.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-meta-private.h"

static const char find_value[] = "SELECT value FROM usher_schema WHERE name=?1";
static const char set_value[] = "INSERT OR REPLACE INTO usher_schema (name,value) VALUES (?1,?2)";

gboolean
usher_sqlite_meta_get (UsherSqliteConnection *connection,
                       const char *name,
                       char **value,
                       GError **error)
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

gboolean
usher_sqlite_meta_put (UsherSqliteConnection *connection,
                       const char *name,
                       const char *value,
                       GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, set_value, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_text (statement, 2, value);

  return usher_sqlite_connection_finish (connection, statement, error);
}
