/* usher-sqlite-outbox.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-outbox-private.h"

#include "usher-error.h"

static const char list[] = "SELECT number,id,channel,time,correlation,causation,traceparent,payload"
                           " FROM usher_outbox WHERE number>?1 ORDER BY number LIMIT ?2";
static const char add[] =
    "INSERT INTO usher_outbox (id,channel,time,correlation,causation,traceparent,payload)"
    " VALUES (?1,?2,?3,?4,?5,?6,?7)";
static const char drop[] = "DELETE FROM usher_outbox WHERE number>0 AND number<=?1";

gint64
usher_sqlite_outbox_get_number (const UsherMark *mark)
{
  return (gint64) mark->words[0];
}

static UsherMark
make_mark (gint64 number)
{
  return (UsherMark){ { (guint64) number, 0 } };
}

/* its mark goes to the others in @user_data */
static gpointer
read_event (UsherSqliteStatement *statement, gpointer user_data)
{
  UsherMark mark = make_mark (usher_sqlite_statement_get_integer (statement, 0));

  g_array_append_val ((GArray *) user_data, mark);

  return usher_event_new_full (usher_sqlite_statement_get_text (statement, 1),
                               usher_sqlite_statement_get_text (statement, 2),
                               0,
                               usher_sqlite_statement_get_integer (statement, 3),
                               usher_sqlite_statement_get_text (statement, 4),
                               usher_sqlite_statement_get_text (statement, 5),
                               usher_sqlite_statement_get_text (statement, 6),
                               usher_sqlite_statement_get_text (statement, 7),
                               -1);
}

GPtrArray *
usher_sqlite_outbox_list (UsherSqliteConnection *connection,
                          gint64 after,
                          guint limit,
                          GArray *marks,
                          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list, error);

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_integer (statement, 1, after);
  usher_sqlite_statement_bind_integer (statement, 2, limit);

  return usher_sqlite_connection_list (
      connection, statement, read_event, marks, (GDestroyNotify) usher_event_unref, error);
}

gboolean
usher_sqlite_outbox_add (UsherSqliteConnection *connection, UsherEvent *event, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = NULL;
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);

  statement = usher_sqlite_connection_get (connection, add, error);
  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, usher_event_get_id (event));
  usher_sqlite_statement_bind_text (statement, 2, usher_event_get_channel (event));
  usher_sqlite_statement_bind_integer (statement, 3, usher_event_get_time (event));
  usher_sqlite_statement_bind_text (statement, 4, usher_event_get_correlation (event));
  usher_sqlite_statement_bind_text (statement, 5, usher_event_get_causation (event));
  usher_sqlite_statement_bind_text (statement, 6, usher_event_get_traceparent (event));
  usher_sqlite_statement_bind_text_sized (statement, 7, payload, length);

  return usher_sqlite_connection_finish (connection, statement, error);
}

/* no bus would ever take it, nor what is behind it */
gboolean
usher_sqlite_outbox_check (UsherCommit *commit, GError **error)
{
  for (guint i = 0; i < usher_commit_get_n_events (commit); i++)
    {
      UsherEvent *event = usher_commit_get_event (commit, i);
      gsize length = 0;

      usher_event_get_payload (event, &length);
      if (length <= USHER_EVENT_MAX_PAYLOAD)
        continue;

      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_TOO_LARGE,
                   "an event of channel “%s” is over %d bytes",
                   usher_event_get_channel (event),
                   USHER_EVENT_MAX_PAYLOAD);
      return FALSE;
    }

  return TRUE;
}

gboolean
usher_sqlite_outbox_write (UsherSqliteConnection *connection, UsherCommit *commit, GError **error)
{
  for (guint i = 0; i < usher_commit_get_n_events (commit); i++)
    {
      UsherMark mark;
      UsherMark before;

      if (!usher_sqlite_outbox_add (connection, usher_commit_get_event (commit, i), error))
        return FALSE;

      mark = make_mark (usher_sqlite_connection_get_last_id (connection));
      usher_commit_set_mark (commit, i, &mark);
      if (i > 0)
        continue;

      /* nobody else writes in between, and no number is given twice */
      before = make_mark (usher_sqlite_outbox_get_number (&mark) - 1);
      usher_commit_set_before (commit, &before);
    }

  return TRUE;
}

gboolean
usher_sqlite_outbox_drop (UsherSqliteConnection *connection, gint64 upto, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, drop, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, upto);

  return usher_sqlite_connection_finish (connection, statement, error);
}
