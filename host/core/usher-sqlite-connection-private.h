/* usher-sqlite-connection-private.h: what the host alone asks of SQLite
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sqlite3.h>

#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* For what nobody else wants: hooks and checkpoints. (transfer none) */
sqlite3 *usher_sqlite_connection_get_db (UsherSqliteConnection *self);
/* Asks others for room very often, until the monotonic time @deadline: for who needs one moment, between two commits. */
void usher_sqlite_connection_set_deadline (UsherSqliteConnection *self, gint64 deadline);
/* Closing copies nothing from the log into the file. */
void usher_sqlite_connection_leave_log (UsherSqliteConnection *self);
/* @statement fails after about @n_steps of SQLite's machine; 0: any statement may take what it takes */
void usher_sqlite_connection_limit_steps (UsherSqliteConnection *self,
                                          UsherSqliteStatement *statement,
                                          int n_steps);
/* whether the last failure was that another connection has the file */
gboolean usher_sqlite_connection_is_busy (UsherSqliteConnection *self);
/* all that @self sees in its transaction, into an empty file */
gboolean usher_sqlite_connection_copy (UsherSqliteConnection *self,
                                       UsherSqliteConnection *target,
                                       GError **error);

G_END_DECLS
