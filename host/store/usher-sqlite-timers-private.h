/* usher-sqlite-timers-private.h: durable timers, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* earliest first; (element-type UsherTimer) */
GPtrArray *usher_sqlite_timers_list (UsherSqliteConnection *connection,
                                     gint64 due,
                                     guint limit,
                                     GError **error);
/* G_MAXINT64: there is no timer */
gboolean
usher_sqlite_timers_get_next_due (UsherSqliteConnection *connection, gint64 *due, GError **error);
/* whether it is stored at another generation, or not at all */
gboolean usher_sqlite_timers_is_past (UsherSqliteConnection *connection,
                                      UsherTimer *timer,
                                      gboolean *is_past,
                                      GError **error);
/* drops the one that fired, and sets and drops the others */
gboolean
usher_sqlite_timers_write (UsherSqliteConnection *connection, UsherCommit *commit, GError **error);

G_END_DECLS
