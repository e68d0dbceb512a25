/* usher-sqlite-mark.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-mark-private.h"

#include "usher-error.h"

static const char find_applied[] = "SELECT 1 FROM usher_inbox WHERE event=?1 AND subscriber=?2";
static const char add_applied[] =
    "INSERT INTO usher_inbox (event,subscriber,time) VALUES (?1,?2,?3)";
static const char find_generation[] =
    "SELECT generation FROM usher_timers WHERE name=?1 AND key=?2";
static const char set_timer[] =
    "INSERT OR REPLACE INTO usher_timers (name,key,due,payload,attempt,generation)"
    " VALUES (?1,?2,?3,?4,?5,random())";
static const char drop_timer[] = "DELETE FROM usher_timers WHERE name=?1 AND key=?2";
static const char find_request[] =
    "SELECT status IS NOT 0 OR owner IS NOT ?2 OR hash IS NOT ?3 FROM usher_requests WHERE key=?1";
static const char set_request[] =
    "INSERT INTO usher_requests (key,hash,owner,status,body,time) VALUES (?1,?2,?3,?4,?5,?6)"
    " ON CONFLICT DO UPDATE SET status=excluded.status,body=excluded.body";
static const char add_event[] =
    "INSERT INTO usher_outbox (id,channel,time,correlation,causation,traceparent,payload)"
    " VALUES (?1,?2,?3,?4,?5,?6,?7)";

static gboolean
find_two (UsherSqliteConnection *connection,
          const char *sql,
          const char *first,
          const char *second,
          gint64 fallback,
          gint64 *value,
          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, first);
  usher_sqlite_statement_bind_text (statement, 2, second);

  return usher_sqlite_connection_get_integer (connection, statement, fallback, value, error);
}

gboolean
usher_sqlite_mark_check (UsherSqliteConnection *connection,
                         UsherUnit *unit,
                         gboolean *was_applied,
                         GError **error)
{
  gint64 found = 0;
  gint64 generation;

  if (unit->event_id != NULL &&
      !find_two (connection, find_applied, unit->event_id, unit->subscriber, 0, &found, error))
    return FALSE;

  if (found == 0 && unit->fired != NULL)
    {
      gint64 fired = usher_timer_get_generation (unit->fired);

      if (!find_two (connection,
                     find_generation,
                     usher_timer_get_name (unit->fired),
                     usher_timer_get_key (unit->fired),
                     ~fired,
                     &generation,
                     error))
        return FALSE;
      found = generation != fired;
    }

  *was_applied = found != 0;
  return TRUE;
}

gboolean
usher_sqlite_mark_check_request (UsherSqliteConnection *connection,
                                 UsherUnit *unit,
                                 gboolean *is_free,
                                 GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;
  gint64 found = 0;

  *is_free = TRUE;
  if (unit->request_key == NULL)
    return TRUE;

  statement = usher_sqlite_connection_get (connection, find_request, error);
  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, unit->request_key);
  usher_sqlite_statement_bind_text (statement, 2, unit->request_owner);
  usher_sqlite_statement_bind_text (statement, 3, unit->request_hash);
  if (!usher_sqlite_connection_get_integer (connection, statement, 0, &found, error))
    return FALSE;

  *is_free = found == 0;
  return TRUE;
}

static gboolean
write_request (UsherSqliteConnection *connection, UsherUnit *unit, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, set_request, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, unit->request_key);
  usher_sqlite_statement_bind_text (statement,
                                    2,
                                    unit->request_hash != NULL ? unit->request_hash : "");
  usher_sqlite_statement_bind_text (statement, 3, unit->request_owner);
  sqlite3_bind_int64 (statement, 4, unit->answer_status);
  usher_sqlite_statement_bind_text (statement, 5, unit->answer_body);
  sqlite3_bind_int64 (statement, 6, unit->time);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
write_applied (UsherSqliteConnection *connection, UsherUnit *unit, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, add_applied, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, unit->event_id);
  usher_sqlite_statement_bind_text (statement, 2, unit->subscriber);
  sqlite3_bind_int64 (statement, 3, unit->time);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
write_unset (UsherSqliteConnection *connection, const char *name, const char *key, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, drop_timer, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_text (statement, 2, key);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
write_set (UsherSqliteConnection *connection, UsherTimerChange *change, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, set_timer, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, change->name);
  usher_sqlite_statement_bind_text (statement, 2, change->key);
  sqlite3_bind_int64 (statement, 3, change->due);
  usher_sqlite_statement_bind_text (statement, 4, change->payload);
  sqlite3_bind_int64 (statement, 5, change->attempt);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
write_timers (UsherSqliteConnection *connection, UsherUnit *unit, GError **error)
{
  /* first, so that a unit may set its own timer anew */
  if (unit->fired != NULL && !write_unset (connection,
                                           usher_timer_get_name (unit->fired),
                                           usher_timer_get_key (unit->fired),
                                           error))
    return FALSE;

  for (guint i = 0; unit->timers != NULL && i < unit->timers->len; i++)
    {
      UsherTimerChange *change = &g_array_index (unit->timers, UsherTimerChange, i);

      if (change->set ? !write_set (connection, change, error)
                      : !write_unset (connection, change->name, change->key, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_event (UsherSqliteConnection *connection, UsherEvent *event, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);

  /* no bus would ever take it, nor what is behind it */
  if (length > USHER_EVENT_MAX_PAYLOAD)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_TOO_LARGE,
                   "an event of channel “%s” is over %d bytes",
                   usher_event_get_channel (event),
                   USHER_EVENT_MAX_PAYLOAD);
      return FALSE;
    }

  statement = usher_sqlite_connection_get (connection, add_event, error);
  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, usher_event_get_id (event));
  usher_sqlite_statement_bind_text (statement, 2, usher_event_get_channel (event));
  sqlite3_bind_int64 (statement, 3, usher_event_get_time (event));
  usher_sqlite_statement_bind_text (statement, 4, usher_event_get_correlation (event));
  usher_sqlite_statement_bind_text (statement, 5, usher_event_get_causation (event));
  usher_sqlite_statement_bind_text (statement, 6, usher_event_get_traceparent (event));
  sqlite3_bind_text64 (statement, 7, payload, length, SQLITE_STATIC, SQLITE_UTF8);

  return usher_sqlite_connection_finish (connection, statement, error);
}

gboolean
usher_sqlite_mark_write (UsherSqliteConnection *connection, UsherUnit *unit, GError **error)
{
  if (unit->event_id != NULL && !write_applied (connection, unit, error))
    return FALSE;
  if (unit->request_key != NULL && !write_request (connection, unit, error))
    return FALSE;
  if (!write_timers (connection, unit, error))
    return FALSE;

  for (guint i = 0; unit->events != NULL && i < unit->events->len; i++)
    {
      if (!write_event (connection, g_ptr_array_index (unit->events, i), error))
        return FALSE;
      unit->outbox_last = sqlite3_last_insert_rowid (connection->db);
    }

  return TRUE;
}
