/* usher-sqlite-prune.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-prune-private.h"

/* how many rows of each kind are forgotten in one flush: a few milliseconds */
#define ROWS 250

static const char prune_inbox[] = "DELETE FROM usher_inbox WHERE (event,subscriber) IN"
                                  " (SELECT event,subscriber FROM usher_inbox"
                                  " WHERE time<?1 ORDER BY time LIMIT ?2)";
static const char prune_requests[] = "DELETE FROM usher_requests WHERE key IN"
                                     " (SELECT key FROM usher_requests"
                                     " WHERE time<?1 ORDER BY time LIMIT ?2)";

static gboolean
prune (UsherSqlitePrune *self,
       UsherSqliteConnection *connection,
       const char *sql,
       gint64 before,
       GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, before);
  usher_sqlite_statement_bind_integer (statement, 2, ROWS);
  if (!usher_sqlite_connection_finish (connection, statement, error))
    return FALSE;

  self->has_more |= usher_sqlite_connection_get_n_changes (connection) >= ROWS;
  return TRUE;
}

gboolean
usher_sqlite_prune_run (UsherSqlitePrune *self, UsherSqliteConnection *connection, GError **error)
{
  gboolean ok = FALSE;

  self->has_more = FALSE;
  if (!usher_sqlite_connection_begin (connection, error))
    return FALSE;

  ok = prune (self, connection, prune_inbox, self->inbox_before, error) &&
       prune (self, connection, prune_requests, self->requests_before, error);

  return usher_sqlite_connection_end (connection, ok, error);
}
