/* usher-sqlite-transfer-rows.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-transfer-rows-private.h"

#include "usher-sqlite-inbox-private.h"
#include "usher-sqlite-outbox-private.h"
#include "usher-sqlite-requests-private.h"
#include "usher-sqlite-timers-private.h"

static const char list_applied[] =
    "SELECT event,subscriber,time FROM usher_inbox ORDER BY event,subscriber";
static const char list_requests[] =
    "SELECT key,hash,owner,status,body,time FROM usher_requests ORDER BY key";
static const char list_events[] =
    "SELECT id,channel,time,correlation,causation,traceparent,payload FROM usher_outbox"
    " WHERE number>0 ORDER BY number";

/* in the order of UsherTransferPart; documents have a table of their own */
static const char *const counts[] = {
  NULL,
  "SELECT count(*) FROM usher_outbox WHERE number>0",
  "SELECT count(*) FROM usher_inbox",
  "SELECT count(*) FROM usher_requests",
  "SELECT count(*) FROM usher_timers",
};

gboolean
usher_sqlite_transfer_rows_count (UsherSqliteConnection *connection,
                                  UsherTransferPart part,
                                  UsherSqliteTable *table,
                                  gint64 *n_rows,
                                  GError **error)
{
  g_autofree char *own = table != NULL ? g_strdup_printf ("SELECT count(*) FROM %s", table->name)
                                       : g_strdup (counts[part]);
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, own, error);
  gboolean ok = statement != NULL &&
                usher_sqlite_connection_get_integer (connection, statement, 0, n_rows, error);

  if (statement != NULL)
    usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, own);

  return ok;
}

typedef gboolean (*ReadFunc) (UsherSqliteStatement *statement,
                              UsherSqliteTable *table,
                              UsherTransferFunc func,
                              gpointer user_data,
                              GError **error);

static gboolean
read_document (UsherSqliteStatement *statement,
               UsherSqliteTable *table,
               UsherTransferFunc func,
               gpointer user_data,
               GError **error)
{
  const char *id = usher_sqlite_statement_get_text (statement, 4);
  g_autoptr (UsherDocument) document = usher_sqlite_table_read (table, statement, id, NULL);
  const UsherTransferRow row = { USHER_TRANSFER_DOCUMENTS, .document = document };

  return func (&row, user_data, error);
}

static gboolean
read_event (UsherSqliteStatement *statement,
            UsherSqliteTable *table,
            UsherTransferFunc func,
            gpointer user_data,
            GError **error)
{
  g_autoptr (UsherEvent) event =
      usher_event_new_full (usher_sqlite_statement_get_text (statement, 0),
                            usher_sqlite_statement_get_text (statement, 1),
                            0,
                            usher_sqlite_statement_get_integer (statement, 2),
                            usher_sqlite_statement_get_text (statement, 3),
                            usher_sqlite_statement_get_text (statement, 4),
                            usher_sqlite_statement_get_text (statement, 5),
                            usher_sqlite_statement_get_text (statement, 6),
                            -1);
  const UsherTransferRow row = { USHER_TRANSFER_EVENTS, .event = event };

  return func (&row, user_data, error);
}

static gboolean
read_applied (UsherSqliteStatement *statement,
              UsherSqliteTable *table,
              UsherTransferFunc func,
              gpointer user_data,
              GError **error)
{
  const UsherTransferRow row = {
    USHER_TRANSFER_APPLIED,
    .applied = usher_sqlite_statement_get_text (statement, 0),
    .subscriber = usher_sqlite_statement_get_text (statement, 1),
    .time = usher_sqlite_statement_get_integer (statement, 2),
  };

  return func (&row, user_data, error);
}

static gboolean
read_request (UsherSqliteStatement *statement,
              UsherSqliteTable *table,
              UsherTransferFunc func,
              gpointer user_data,
              GError **error)
{
  g_autoptr (UsherRequestRecord) request =
      usher_request_record_new (usher_sqlite_statement_get_text (statement, 0),
                                usher_sqlite_statement_get_text (statement, 1),
                                usher_sqlite_statement_get_text (statement, 2));
  const UsherTransferRow row = { USHER_TRANSFER_REQUESTS, .request = request };

  request->status = (guint) usher_sqlite_statement_get_integer (statement, 3);
  request->body = g_strdup (usher_sqlite_statement_get_text (statement, 4));
  request->time = usher_sqlite_statement_get_integer (statement, 5);

  return func (&row, user_data, error);
}

static gboolean
read_timer (UsherSqliteStatement *statement,
            UsherSqliteTable *table,
            UsherTransferFunc func,
            gpointer user_data,
            GError **error)
{
  g_autoptr (UsherTimer) timer = usher_sqlite_timers_read (statement);
  const UsherTransferRow row = { USHER_TRANSFER_TIMERS, .timer = timer };

  return func (&row, user_data, error);
}

/* in the order of UsherTransferPart */
static const struct
{
  const char *sql;
  ReadFunc read;
} reads[] = {
  { NULL, read_document },
  { list_events, read_event },
  { list_applied, read_applied },
  { list_requests, read_request },
  { usher_sqlite_timers_all, read_timer },
};

gboolean
usher_sqlite_transfer_rows_read (UsherSqliteConnection *connection,
                                 UsherTransferPart part,
                                 UsherSqliteTable *table,
                                 UsherTransferFunc func,
                                 gpointer user_data,
                                 GError **error)
{
  g_autofree char *sql = table != NULL
                             ? g_strdup_printf ("SELECT version,body,private,level,id FROM %s"
                                                " ORDER BY number",
                                                table->name)
                             : g_strdup (reads[part].sql);
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);
  gboolean has_row = TRUE;
  gboolean ok = statement != NULL;

  while (ok && has_row)
    {
      ok = usher_sqlite_connection_step (connection, statement, &has_row, error);
      if (ok && has_row)
        ok = reads[part].read (statement, table, func, user_data, error);
    }

  if (statement != NULL)
    usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, sql);

  return ok;
}

static gboolean
write_document (UsherSqliteConnection *connection,
                UsherSqliteTable *table,
                UsherDocument *document,
                GError **error)
{
  g_autofree char *private_text = usher_document_dup_private_text (document);
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, table->insert, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_table_bind (table, statement, document, NULL, private_text);

  return usher_sqlite_connection_finish (connection, statement, error);
}

gboolean
usher_sqlite_transfer_rows_write (UsherSqliteConnection *connection,
                                  UsherSqliteTable *table,
                                  const UsherTransferRow *row,
                                  GError **error)
{
  switch (row->part)
    {
    case USHER_TRANSFER_DOCUMENTS:
      return write_document (connection, table, row->document, error);

    case USHER_TRANSFER_EVENTS:
      return usher_sqlite_outbox_add (connection, row->event, error);

    case USHER_TRANSFER_APPLIED:
      return usher_sqlite_inbox_add (connection, row->applied, row->subscriber, row->time, error);

    case USHER_TRANSFER_REQUESTS:
      return usher_sqlite_requests_set (connection, row->request, error);

    case USHER_TRANSFER_TIMERS:
      return usher_sqlite_timers_add (connection, row->timer, error);

    case USHER_TRANSFER_N_PARTS:
    default:
      return TRUE;
    }
}
