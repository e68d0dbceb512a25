/* usher-sqlite-shelf-private.h: events, timers and marks of past units, read from a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

gboolean usher_sqlite_shelf_find_request (UsherSqliteConnection *connection,
                                          const char *key,
                                          UsherRequestRecord **record,
                                          GError **error);
gboolean usher_sqlite_shelf_was_applied (UsherSqliteConnection *connection,
                                         const char *event_id,
                                         const char *subscriber,
                                         gboolean *applied,
                                         GError **error);
GPtrArray *usher_sqlite_shelf_list_timers (UsherSqliteConnection *connection,
                                           gint64 due,
                                           guint limit,
                                           GError **error);
GPtrArray *usher_sqlite_shelf_list_outbox (UsherSqliteConnection *connection,
                                           gint64 after,
                                           guint limit,
                                           gint64 *last,
                                           GError **error);

/* G_MAXINT64: there is no timer */
gboolean
usher_sqlite_shelf_get_next_due (UsherSqliteConnection *connection, gint64 *due, GError **error);

typedef struct
{
  gint64 inbox_before;
  gint64 requests_before;
  gboolean has_more; /* set by each piece: another is needed */
} UsherSqlitePrune;

/* a job of the writer: one piece of a prune; @user_data: a UsherSqlitePrune */
gboolean
usher_sqlite_shelf_prune (UsherSqliteConnection *connection, gpointer user_data, GError **error);

G_END_DECLS
