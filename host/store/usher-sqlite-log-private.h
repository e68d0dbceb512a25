/* usher-sqlite-log-private.h: the log of a SQLite file, and when it is copied into the file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* The writer's thread. All zeros when it begins. */
typedef struct
{
  int n_pages;      /* how long the log is */
  gint64 copy_time; /* when it may be copied, monotonic */
} UsherSqliteLog;

/* from now on @self knows how long the log of @connection is, which ends first */
void usher_sqlite_log_watch (UsherSqliteLog *self, UsherSqliteConnection *connection);
/* it is time to copy */
gboolean usher_sqlite_log_is_long (UsherSqliteLog *self);
/* What somebody still reads stays. A disk that does not take it is asked again later. */
void usher_sqlite_log_copy (UsherSqliteLog *self, UsherSqliteConnection *connection);
/* copies all that nobody reads, and waits for nobody: before the file is closed */
gboolean usher_sqlite_log_empty (UsherSqliteConnection *connection, GError **error);

G_END_DECLS
