/* usher-sqlite-inbox.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-inbox-private.h"

static const char find[] = "SELECT 1 FROM usher_inbox WHERE event=?1 AND subscriber=?2";
static const char add[] = "INSERT INTO usher_inbox (event,subscriber,time) VALUES (?1,?2,?3)";

gboolean
usher_sqlite_inbox_find (UsherSqliteConnection *connection,
                         const char *event_id,
                         const char *subscriber,
                         gboolean *is_known,
                         GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find, error);
  gint64 found = 0;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, event_id);
  usher_sqlite_statement_bind_text (statement, 2, subscriber);
  if (!usher_sqlite_connection_get_integer (connection, statement, 0, &found, error))
    return FALSE;

  *is_known = found != 0;
  return TRUE;
}

gboolean
usher_sqlite_inbox_add (UsherSqliteConnection *connection,
                        const char *event_id,
                        const char *subscriber,
                        gint64 time,
                        GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, add, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, event_id);
  usher_sqlite_statement_bind_text (statement, 2, subscriber);
  usher_sqlite_statement_bind_integer (statement, 3, time);

  return usher_sqlite_connection_finish (connection, statement, error);
}
