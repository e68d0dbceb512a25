/* usher-sqlite-log.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-log-private.h"

#include "usher-sqlite-connection-private.h"

/* how long the log may grow before it is copied into the database, in pages */
#define MOST_PAGES 1000
/* how long a copy that failed is put off */
#define COPY_PAUSE G_TIME_SPAN_SECOND

static int
on_grown (gpointer user_data, sqlite3 *db, const char *name, int n_pages)
{
  UsherSqliteLog *self = user_data;

  self->n_pages = n_pages;

  return SQLITE_OK;
}

void
usher_sqlite_log_watch (UsherSqliteLog *self, UsherSqliteConnection *connection)
{
  sqlite3_wal_hook (usher_sqlite_connection_get_db (connection), on_grown, self);
}

gboolean
usher_sqlite_log_is_long (UsherSqliteLog *self)
{
  return self->n_pages >= MOST_PAGES && g_get_monotonic_time () >= self->copy_time;
}

void
usher_sqlite_log_copy (UsherSqliteLog *self, UsherSqliteConnection *connection)
{
  int code = sqlite3_wal_checkpoint_v2 (usher_sqlite_connection_get_db (connection),
                                        "main",
                                        SQLITE_CHECKPOINT_PASSIVE,
                                        &self->n_pages,
                                        NULL);

  /* a disk that does not take it now is not asked at each commit */
  if (code != SQLITE_OK)
    self->copy_time = g_get_monotonic_time () + COPY_PAUSE;
}

gboolean
usher_sqlite_log_empty (UsherSqliteConnection *connection, GError **error)
{
  usher_sqlite_connection_set_patience (connection, 0);

  return usher_sqlite_connection_execute (connection, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}
