/* usher-sqlite-shelf.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-shelf-private.h"

/* how many rows of each kind are pruned in one flush: a few milliseconds */
#define PRUNE_ROWS 250

static const char find_request[] =
    "SELECT hash,owner,status,body,time FROM usher_requests WHERE key=?1";
static const char find_applied[] = "SELECT 1 FROM usher_inbox WHERE event=?1 AND subscriber=?2";
static const char list_timers[] = "SELECT name,key,due,payload,attempt,generation"
                                  " FROM usher_timers WHERE due<=?1 ORDER BY due LIMIT ?2";
static const char list_outbox[] =
    "SELECT number,id,channel,time,correlation,causation,traceparent,payload"
    " FROM usher_outbox WHERE number>?1 ORDER BY number LIMIT ?2";
static const char prune_inbox[] = "DELETE FROM usher_inbox WHERE (event,subscriber) IN"
                                  " (SELECT event,subscriber FROM usher_inbox"
                                  " WHERE time<?1 ORDER BY time LIMIT ?2)";
static const char prune_requests[] = "DELETE FROM usher_requests WHERE key IN"
                                     " (SELECT key FROM usher_requests"
                                     " WHERE time<?1 ORDER BY time LIMIT ?2)";
static const char find_due[] = "SELECT min(due) FROM usher_timers";

gboolean
usher_sqlite_shelf_find_request (UsherSqliteConnection *connection,
                                 const char *key,
                                 UsherRequestRecord **record,
                                 GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_request, error);
  int code;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, key);
  code = sqlite3_step (statement);
  if (code == SQLITE_DONE)
    return TRUE;
  if (code != SQLITE_ROW)
    return usher_sqlite_connection_fail (connection, code, error);

  *record = g_new0 (UsherRequestRecord, 1);
  (*record)->hash = g_strdup (usher_sqlite_statement_get_text (statement, 0));
  (*record)->owner = g_strdup (usher_sqlite_statement_get_text (statement, 1));
  (*record)->status = (guint) sqlite3_column_int64 (statement, 2);
  (*record)->body = g_strdup (usher_sqlite_statement_get_text (statement, 3));
  (*record)->time = sqlite3_column_int64 (statement, 4);

  return TRUE;
}

gboolean
usher_sqlite_shelf_was_applied (UsherSqliteConnection *connection,
                                const char *event_id,
                                const char *subscriber,
                                gboolean *applied,
                                GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_applied, error);
  gint64 found = 0;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, event_id);
  usher_sqlite_statement_bind_text (statement, 2, subscriber);
  if (!usher_sqlite_connection_get_integer (connection, statement, 0, &found, error))
    return FALSE;

  *applied = found != 0;
  return TRUE;
}

static UsherTimer *
read_timer (UsherSqliteStatement *statement)
{
  return usher_timer_new (usher_sqlite_statement_get_text (statement, 0),
                          usher_sqlite_statement_get_text (statement, 1),
                          sqlite3_column_int64 (statement, 2),
                          usher_sqlite_statement_get_text (statement, 3),
                          (guint) sqlite3_column_int64 (statement, 4),
                          sqlite3_column_int64 (statement, 5));
}

GPtrArray *
usher_sqlite_shelf_list_timers (UsherSqliteConnection *connection,
                                gint64 due,
                                guint limit,
                                GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list_timers, error);
  g_autoptr (GPtrArray) timers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_timer_unref);
  int code;

  if (statement == NULL)
    return NULL;

  sqlite3_bind_int64 (statement, 1, due);
  sqlite3_bind_int64 (statement, 2, limit);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (timers, read_timer (statement));
  if (code != SQLITE_DONE)
    {
      usher_sqlite_connection_fail (connection, code, error);
      return NULL;
    }

  return g_steal_pointer (&timers);
}

static UsherEvent *
read_event (UsherSqliteStatement *statement)
{
  return usher_event_new_full (usher_sqlite_statement_get_text (statement, 1),
                               usher_sqlite_statement_get_text (statement, 2),
                               0,
                               sqlite3_column_int64 (statement, 3),
                               usher_sqlite_statement_get_text (statement, 4),
                               usher_sqlite_statement_get_text (statement, 5),
                               usher_sqlite_statement_get_text (statement, 6),
                               usher_sqlite_statement_get_text (statement, 7),
                               sqlite3_column_bytes (statement, 7));
}

GPtrArray *
usher_sqlite_shelf_list_outbox (UsherSqliteConnection *connection,
                                gint64 after,
                                guint limit,
                                gint64 *last,
                                GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list_outbox, error);
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  int code;

  if (statement == NULL)
    return NULL;

  sqlite3_bind_int64 (statement, 1, after);
  sqlite3_bind_int64 (statement, 2, limit);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_ptr_array_add (events, read_event (statement));
      *last = sqlite3_column_int64 (statement, 0);
    }
  if (code != SQLITE_DONE)
    {
      usher_sqlite_connection_fail (connection, code, error);
      return NULL;
    }

  return g_steal_pointer (&events);
}

static gboolean
prune_piece (UsherSqliteConnection *connection,
             const char *sql,
             gint64 before,
             gboolean *has_more,
             GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, before);
  sqlite3_bind_int64 (statement, 2, PRUNE_ROWS);
  if (!usher_sqlite_connection_finish (connection, statement, error))
    return FALSE;

  *has_more |= sqlite3_changes (connection->db) >= PRUNE_ROWS;
  return TRUE;
}

gboolean
usher_sqlite_shelf_prune (UsherSqliteConnection *connection, gpointer user_data, GError **error)
{
  UsherSqlitePrune *prune = user_data;

  prune->has_more = FALSE;
  if (!usher_sqlite_connection_execute (connection, "BEGIN IMMEDIATE", error))
    return FALSE;

  if (prune_piece (connection, prune_inbox, prune->inbox_before, &prune->has_more, error) &&
      prune_piece (connection, prune_requests, prune->requests_before, &prune->has_more, error) &&
      usher_sqlite_connection_execute (connection, "COMMIT", error))
    return TRUE;

  if (sqlite3_get_autocommit (connection->db) == 0)
    usher_sqlite_connection_execute (connection, "ROLLBACK", NULL);
  return FALSE;
}

gboolean
usher_sqlite_shelf_get_next_due (UsherSqliteConnection *connection, gint64 *due, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_due, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (connection, statement, G_MAXINT64, due, error);
}
