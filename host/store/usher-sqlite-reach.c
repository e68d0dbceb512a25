/* usher-sqlite-reach.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-reach-private.h"

#include "usher-error.h"

/* Row 0 of the outbox, before the first event: who drops events writes its page anyway, and no page more for this. */
static const char find[] = "SELECT payload FROM usher_outbox WHERE number=0";
static const char keep[] = "INSERT INTO usher_outbox (number,id,channel,time,payload)"
                           " VALUES (0,?1,'',?2,?3) ON CONFLICT (number) DO"
                           " UPDATE SET id=?1,time=?2,payload=?3 WHERE id<>?1 OR time<?2";

gboolean
usher_sqlite_reach_find (UsherSqliteConnection *connection, UsherReach *reach, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find, error);
  gboolean has_row = FALSE;

  *reach = (UsherReach){ 0 };
  if (statement == NULL || !usher_sqlite_connection_step (connection, statement, &has_row, error))
    return FALSE;
  if (!has_row || usher_reach_parse (reach, usher_sqlite_statement_get_text (statement, 0)))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is damaged: “%s” names no log of a bus",
               usher_sqlite_connection_get_name (connection),
               usher_sqlite_statement_get_text (statement, 0));

  return FALSE;
}

gboolean
usher_sqlite_reach_write (UsherSqliteConnection *connection,
                          const UsherReach *reach,
                          GError **error)
{
  g_autofree char *text = usher_reach_to_text (reach);
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, keep, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, reach->log);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) reach->position);
  usher_sqlite_statement_bind_text (statement, 3, text);

  return usher_sqlite_connection_finish (connection, statement, error);
}
