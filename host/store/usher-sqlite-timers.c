/* usher-sqlite-timers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-timers-private.h"

static const char list[] = "SELECT name,key,due,payload,attempt,generation"
                           " FROM usher_timers WHERE due<=?1 ORDER BY due LIMIT ?2";
static const char find_due[] = "SELECT min(due) FROM usher_timers";
static const char find_generation[] =
    "SELECT generation FROM usher_timers WHERE name=?1 AND key=?2";
static const char set[] =
    "INSERT OR REPLACE INTO usher_timers (name,key,due,payload,attempt,generation)"
    " VALUES (?1,?2,?3,?4,?5,random())";
static const char drop[] = "DELETE FROM usher_timers WHERE name=?1 AND key=?2";

static gpointer
read_timer (UsherSqliteStatement *statement, gpointer user_data)
{
  return usher_timer_new (usher_sqlite_statement_get_text (statement, 0),
                          usher_sqlite_statement_get_text (statement, 1),
                          usher_sqlite_statement_get_integer (statement, 2),
                          usher_sqlite_statement_get_text (statement, 3),
                          (guint) usher_sqlite_statement_get_integer (statement, 4),
                          usher_sqlite_statement_get_integer (statement, 5));
}

GPtrArray *
usher_sqlite_timers_list (UsherSqliteConnection *connection,
                          gint64 due,
                          guint limit,
                          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list, error);

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_integer (statement, 1, due);
  usher_sqlite_statement_bind_integer (statement, 2, limit);

  return usher_sqlite_connection_list (
      connection, statement, read_timer, NULL, (GDestroyNotify) usher_timer_unref, error);
}

gboolean
usher_sqlite_timers_get_next_due (UsherSqliteConnection *connection, gint64 *due, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_due, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (connection, statement, G_MAXINT64, due, error);
}

gboolean
usher_sqlite_timers_is_past (UsherSqliteConnection *connection,
                             UsherTimer *timer,
                             gboolean *is_past,
                             GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find_generation, error);
  gint64 expected = usher_timer_get_generation (timer);
  gint64 found = 0;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, usher_timer_get_name (timer));
  usher_sqlite_statement_bind_text (statement, 2, usher_timer_get_key (timer));
  if (!usher_sqlite_connection_get_integer (connection, statement, ~expected, &found, error))
    return FALSE;

  *is_past = found != expected;
  return TRUE;
}

static gboolean
drop_timer (UsherSqliteConnection *connection, const char *name, const char *key, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, drop, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_text (statement, 2, key);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
set_timer (UsherSqliteConnection *connection, const UsherTimerChange *change, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, set, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, change->name);
  usher_sqlite_statement_bind_text (statement, 2, change->key);
  usher_sqlite_statement_bind_integer (statement, 3, change->due);
  usher_sqlite_statement_bind_text (statement, 4, change->payload);
  usher_sqlite_statement_bind_integer (statement, 5, change->attempt);

  return usher_sqlite_connection_finish (connection, statement, error);
}

gboolean
usher_sqlite_timers_write (UsherSqliteConnection *connection, UsherCommit *commit, GError **error)
{
  UsherTimer *fired = usher_commit_get_fired (commit);

  /* first, so that a handler may set its own timer anew */
  if (fired != NULL &&
      !drop_timer (connection, usher_timer_get_name (fired), usher_timer_get_key (fired), error))
    return FALSE;

  for (guint i = 0; i < usher_commit_get_n_timers (commit); i++)
    {
      const UsherTimerChange *change = usher_commit_get_timer (commit, i);

      if (change->set ? !set_timer (connection, change, error)
                      : !drop_timer (connection, change->name, change->key, error))
        return FALSE;
    }

  return TRUE;
}
