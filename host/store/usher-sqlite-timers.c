/* usher-sqlite-timers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-timers-private.h"

/* What is parked is due never, so that the next one is found by the index alone. */
#define NEVER G_MAXINT64
#define COLUMNS                                                                      \
  "name,key,due,payload,attempt,generation,since,deaths,trial,trier,parked,reasons," \
  "correlation,causation,traceparent"

static const char count_columns[] =
    "SELECT count(*) FROM pragma_table_info('usher_timers') WHERE name='reasons'";
static const char count_origins[] =
    "SELECT count(*) FROM pragma_table_info('usher_timers') WHERE name='traceparent'";
/* a file that an earlier version made has none of these */
static const char add_columns[] = "ALTER TABLE usher_timers ADD COLUMN since INTEGER;"
                                  "ALTER TABLE usher_timers ADD COLUMN deaths INTEGER;"
                                  "ALTER TABLE usher_timers ADD COLUMN trial INTEGER;"
                                  "ALTER TABLE usher_timers ADD COLUMN trier TEXT;"
                                  "ALTER TABLE usher_timers ADD COLUMN parked INTEGER;"
                                  "ALTER TABLE usher_timers ADD COLUMN reasons TEXT;"
                                  "CREATE INDEX usher_timers_trouble ON usher_timers (name, key)"
                                  " WHERE reasons IS NOT NULL;";
static const char add_origin[] = "ALTER TABLE usher_timers ADD COLUMN correlation TEXT;"
                                 "ALTER TABLE usher_timers ADD COLUMN causation TEXT;"
                                 "ALTER TABLE usher_timers ADD COLUMN traceparent TEXT;";
const char usher_sqlite_timers_all[] = "SELECT " COLUMNS " FROM usher_timers ORDER BY name, key";
static const char list[] = "SELECT " COLUMNS " FROM usher_timers"
                           " WHERE due<=?1 AND ifnull(parked,0)=0 ORDER BY due LIMIT ?2";
static const char list_since[] = "SELECT " COLUMNS " FROM usher_timers"
                                 " WHERE since>?1 AND ifnull(parked,0)=0 LIMIT ?2";
static const char list_troubled[] = "SELECT " COLUMNS " FROM usher_timers"
                                    " WHERE reasons IS NOT NULL"
                                    " ORDER BY ifnull(parked,0)=0, name, key LIMIT ?1 OFFSET ?2";
static const char list_of[] = "SELECT " COLUMNS " FROM usher_timers"
                              " WHERE correlation=?1 ORDER BY since, name, key LIMIT ?2";
static const char find[] = "SELECT " COLUMNS " FROM usher_timers WHERE name=?1 AND key=?2";
static const char count_parked[] =
    "SELECT count(*) FROM usher_timers WHERE reasons IS NOT NULL AND parked>0";
static const char count_failing[] =
    "SELECT count(*) FROM usher_timers WHERE reasons IS NOT NULL AND ifnull(parked,0)=0";
static const char find_due[] = "SELECT min(due) FROM usher_timers";
static const char find_generation[] =
    "SELECT generation FROM usher_timers WHERE name=?1 AND key=?2";
static const char set[] = "INSERT OR REPLACE INTO usher_timers (name,key,due,payload,attempt,since,"
                          "deaths,trial,trier,parked,reasons,correlation,causation,"
                          "traceparent,generation)"
                          " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,random())";
static const char drop[] = "DELETE FROM usher_timers WHERE name=?1 AND key=?2";

static gboolean
count (UsherSqliteConnection *connection, const char *sql, gint64 *n, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (connection, statement, 0, n, error);
}

gboolean
usher_sqlite_timers_lay_out (UsherSqliteConnection *connection, GError **error)
{
  gint64 n = 0;

  return count (connection, count_columns, &n, error) &&
         (n > 0 || usher_sqlite_connection_execute (connection, add_columns, error)) &&
         count (connection, count_origins, &n, error) &&
         (n > 0 || usher_sqlite_connection_execute (connection, add_origin, error));
}

/* (transfer full) (nullable): of a row; NULL where nothing went wrong */
static UsherTimerHistory *
read_history (UsherSqliteStatement *statement)
{
  UsherTimerHistory *history = NULL;
  const char *reasons = usher_sqlite_statement_get_text (statement, 11);
  gint64 trial = usher_sqlite_statement_get_integer (statement, 8);

  if (reasons == NULL && trial == 0)
    return NULL;

  history = usher_timer_history_new ();
  history->n_deaths = (guint) usher_sqlite_statement_get_integer (statement, 7);
  history->trial = (guint) trial;
  history->trier = g_strdup (usher_sqlite_statement_get_text (statement, 9));
  history->parked = usher_sqlite_statement_get_integer (statement, 10);
  if (reasons != NULL)
    history->reasons = g_strsplit (reasons, "\n", -1);

  return history;
}

/* (transfer full) (nullable): of a row */
static UsherOrigin *
read_origin (UsherSqliteStatement *statement)
{
  const char *correlation = usher_sqlite_statement_get_text (statement, 12);
  const char *causation = usher_sqlite_statement_get_text (statement, 13);
  const char *traceparent = usher_sqlite_statement_get_text (statement, 14);

  return correlation != NULL || causation != NULL || traceparent != NULL
             ? usher_origin_new (correlation, causation, traceparent)
             : NULL;
}

UsherTimer *
usher_sqlite_timers_read (UsherSqliteStatement *statement)
{
  UsherTimer *timer = usher_timer_new (usher_sqlite_statement_get_text (statement, 0),
                                       usher_sqlite_statement_get_text (statement, 1),
                                       usher_sqlite_statement_get_integer (statement, 2),
                                       usher_sqlite_statement_get_text (statement, 3),
                                       (guint) usher_sqlite_statement_get_integer (statement, 4),
                                       usher_sqlite_statement_get_integer (statement, 5));

  usher_timer_set_past (timer,
                        usher_sqlite_statement_get_integer (statement, 6),
                        read_history (statement));
  usher_timer_take_origin (timer, read_origin (statement));

  return timer;
}

static gpointer
read_timer (UsherSqliteStatement *statement, gpointer user_data)
{
  return usher_sqlite_timers_read (statement);
}

static GPtrArray *
read_all (UsherSqliteConnection *connection,
          const char *sql,
          gint64 first,
          gint64 second,
          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_integer (statement, 1, first);
  usher_sqlite_statement_bind_integer (statement, 2, second);

  return usher_sqlite_connection_list (
      connection, statement, read_timer, NULL, (GDestroyNotify) usher_timer_unref, error);
}

GPtrArray *
usher_sqlite_timers_list (UsherSqliteConnection *connection,
                          gint64 due,
                          guint limit,
                          GError **error)
{
  return read_all (connection, list, due, limit, error);
}

GPtrArray *
usher_sqlite_timers_list_since (UsherSqliteConnection *connection,
                                gint64 since,
                                guint limit,
                                GError **error)
{
  return read_all (connection, list_since, since, limit, error);
}

GPtrArray *
usher_sqlite_timers_list_troubled (UsherSqliteConnection *connection,
                                   guint offset,
                                   guint limit,
                                   GError **error)
{
  return read_all (connection, list_troubled, limit, offset, error);
}

GPtrArray *
usher_sqlite_timers_list_of (UsherSqliteConnection *connection,
                             const char *correlation,
                             guint limit,
                             GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list_of, error);

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, correlation);
  usher_sqlite_statement_bind_integer (statement, 2, limit);

  return usher_sqlite_connection_list (
      connection, statement, read_timer, NULL, (GDestroyNotify) usher_timer_unref, error);
}

gboolean
usher_sqlite_timers_find (UsherSqliteConnection *connection,
                          const char *name,
                          const char *key,
                          UsherTimer **timer,
                          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, find, error);
  g_autoptr (GPtrArray) timers = NULL;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_text (statement, 2, key);
  timers = usher_sqlite_connection_list (
      connection, statement, read_timer, NULL, (GDestroyNotify) usher_timer_unref, error);
  if (timers == NULL)
    return FALSE;

  *timer = timers->len > 0 ? usher_timer_ref (g_ptr_array_index (timers, 0)) : NULL;
  return TRUE;
}

gboolean
usher_sqlite_timers_count (UsherSqliteConnection *connection,
                           gint64 *n_parked,
                           gint64 *n_failing,
                           GError **error)
{
  return count (connection, count_parked, n_parked, error) &&
         count (connection, count_failing, n_failing, error);
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

/* texts stay the caller's until the statement has run */
static void
bind_history (UsherSqliteStatement *statement,
              const UsherTimerHistory *history,
              const char *reasons)
{
  usher_sqlite_statement_bind_integer (statement, 7, history->n_deaths);
  usher_sqlite_statement_bind_integer (statement, 8, history->trial);
  usher_sqlite_statement_bind_text (statement, 9, history->trier);
  usher_sqlite_statement_bind_integer (statement, 10, history->parked);
  usher_sqlite_statement_bind_text (statement, 11, reasons);
}

/* likewise */
static void
bind_origin (UsherSqliteStatement *statement, const UsherOrigin *origin)
{
  usher_sqlite_statement_bind_text (statement, 12, origin != NULL ? origin->correlation : NULL);
  usher_sqlite_statement_bind_text (statement, 13, origin != NULL ? origin->causation : NULL);
  usher_sqlite_statement_bind_text (statement, 14, origin != NULL ? origin->traceparent : NULL);
}

static gboolean
set_timer (UsherSqliteConnection *connection,
           const UsherTimerChange *change,
           gint64 since,
           GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, set, error);
  static const UsherTimerHistory none = { 0 };
  const UsherTimerHistory *history = change->history != NULL ? change->history : &none;
  g_autofree char *reasons = history->reasons != NULL ? g_strjoinv ("\n", history->reasons) : NULL;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, change->name);
  usher_sqlite_statement_bind_text (statement, 2, change->key);
  usher_sqlite_statement_bind_integer (statement, 3, history->parked != 0 ? NEVER : change->due);
  usher_sqlite_statement_bind_text (statement, 4, change->payload);
  usher_sqlite_statement_bind_integer (statement, 5, change->attempt);
  usher_sqlite_statement_bind_integer (statement, 6, since);
  bind_history (statement, history, reasons);
  bind_origin (statement, change->origin);

  return usher_sqlite_connection_finish (connection, statement, error);
}

gboolean
usher_sqlite_timers_add (UsherSqliteConnection *connection, UsherTimer *timer, GError **error)
{
  const UsherTimerChange change = {
    .name = (char *) usher_timer_get_name (timer),
    .key = (char *) usher_timer_get_key (timer),
    .set = TRUE,
    .due = usher_timer_get_due (timer),
    .payload = (char *) usher_timer_get_payload (timer),
    .attempt = usher_timer_get_attempt (timer),
    .history = (UsherTimerHistory *) usher_timer_get_history (timer),
    .origin = (UsherOrigin *) usher_timer_get_origin (timer),
  };

  return set_timer (connection, &change, usher_timer_get_since (timer), error);
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

      if (change->set ? !set_timer (connection, change, usher_commit_get_time (commit), error)
                      : !drop_timer (connection, change->name, change->key, error))
        return FALSE;
    }

  return TRUE;
}
