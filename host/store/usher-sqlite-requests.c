/* usher-sqlite-requests.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-requests-private.h"

static const char find[] = "SELECT hash,owner,status,body,time FROM usher_requests WHERE key=?1";
static const char find_other[] =
    "SELECT status IS NOT 0 OR hash IS NOT ?3 OR (owner IS NOT ?2 AND owner IS NOT ?4)"
    " FROM usher_requests WHERE key=?1";
static const char set[] =
    "INSERT INTO usher_requests (key,hash,owner,status,body,time) VALUES (?1,?2,?3,?4,?5,?6)"
    " ON CONFLICT DO UPDATE"
    " SET owner=excluded.owner,status=excluded.status,body=excluded.body";

gboolean
usher_sqlite_requests_find (UsherSqliteConnection *connection,
                            const char *key,
                            UsherRequestRecord **record,
                            GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find, error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, key);
  if (!usher_sqlite_connection_step (connection, statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;

  *record = usher_request_record_new (key,
                                      usher_sqlite_statement_get_text (statement, 0),
                                      usher_sqlite_statement_get_text (statement, 1));
  (*record)->status = (guint) usher_sqlite_statement_get_integer (statement, 2);
  (*record)->body = g_strdup (usher_sqlite_statement_get_text (statement, 3));
  (*record)->time = usher_sqlite_statement_get_integer (statement, 4);

  return TRUE;
}

gboolean
usher_sqlite_requests_is_free (UsherSqliteConnection *connection,
                               const UsherRequestRecord *record,
                               gboolean *is_free,
                               GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_other, error);
  gint64 found = 0;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, record->key);
  usher_sqlite_statement_bind_text (statement, 2, record->owner);
  usher_sqlite_statement_bind_text (statement, 3, record->hash);
  usher_sqlite_statement_bind_text (statement, 4, record->former);
  if (!usher_sqlite_connection_get_integer (connection, statement, 0, &found, error))
    return FALSE;

  *is_free = found == 0;
  return TRUE;
}

gboolean
usher_sqlite_requests_set (UsherSqliteConnection *connection,
                           const UsherRequestRecord *record,
                           GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, set, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, record->key);
  usher_sqlite_statement_bind_text (statement, 2, record->hash != NULL ? record->hash : "");
  usher_sqlite_statement_bind_text (statement, 3, record->owner);
  usher_sqlite_statement_bind_integer (statement, 4, record->status);
  usher_sqlite_statement_bind_text (statement, 5, record->body);
  usher_sqlite_statement_bind_integer (statement, 6, record->time);

  return usher_sqlite_connection_finish (connection, statement, error);
}
