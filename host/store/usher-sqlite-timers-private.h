/* usher-sqlite-timers-private.h: durable timers, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* in a transaction: what a file of an earlier version does not have */
gboolean usher_sqlite_timers_lay_out (UsherSqliteConnection *connection, GError **error);
/* SQL: all of them, by name and key, as usher_sqlite_timers_read() wants them */
extern const char usher_sqlite_timers_all[];
/* (transfer full): of a row */
UsherTimer *usher_sqlite_timers_read (UsherSqliteStatement *statement);
/* earliest first; (element-type UsherTimer) */
GPtrArray *usher_sqlite_timers_list (UsherSqliteConnection *connection,
                                     gint64 due,
                                     guint limit,
                                     GError **error);
/* likewise, those that are not parked and were set after @since, in any order; reads them all */
GPtrArray *usher_sqlite_timers_list_since (UsherSqliteConnection *connection,
                                           gint64 since,
                                           guint limit,
                                           GError **error);
/* likewise, those with reasons, parked ones first */
GPtrArray *usher_sqlite_timers_list_troubled (UsherSqliteConnection *connection,
                                              guint offset,
                                              guint limit,
                                              GError **error);
/* likewise, those that go back to @correlation, in the order in which they were set; reads them all */
GPtrArray *usher_sqlite_timers_list_of (UsherSqliteConnection *connection,
                                        const char *correlation,
                                        guint limit,
                                        GError **error);
/* @timer: (out) (transfer full) (nullable) */
gboolean usher_sqlite_timers_find (UsherSqliteConnection *connection,
                                   const char *name,
                                   const char *key,
                                   UsherTimer **timer,
                                   GError **error);
/* those with reasons */
gboolean usher_sqlite_timers_count (UsherSqliteConnection *connection,
                                    gint64 *n_parked,
                                    gint64 *n_failing,
                                    GError **error);
/* G_MAXINT64: there is no timer that fires by itself */
gboolean
usher_sqlite_timers_get_next_due (UsherSqliteConnection *connection, gint64 *due, GError **error);
/* whether it is stored at another generation, or not at all */
gboolean usher_sqlite_timers_is_past (UsherSqliteConnection *connection,
                                      UsherTimer *timer,
                                      gboolean *is_past,
                                      GError **error);
/* one that is set, as it is but for its generation */
gboolean
usher_sqlite_timers_add (UsherSqliteConnection *connection, UsherTimer *timer, GError **error);
/* drops the one that fired, and sets and drops the others */
gboolean
usher_sqlite_timers_write (UsherSqliteConnection *connection, UsherCommit *commit, GError **error);

G_END_DECLS
