/* usher-sqlite-outbox-private.h: events that the bus has not got yet, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* events are numbered in the order of commits; a mark is the number of the event before it */
gint64 usher_sqlite_outbox_get_number (const UsherMark *mark);

/* (element-type UsherEvent): after number @after; @marks: (element-type UsherMark): gets theirs */
GPtrArray *usher_sqlite_outbox_list (UsherSqliteConnection *connection,
                                     gint64 after,
                                     guint limit,
                                     GArray *marks,
                                     GError **error);
/* FALSE: with an event that is too large to be ever published */
gboolean usher_sqlite_outbox_check (UsherCommit *commit, GError **error);
/* adds the events of @commit and gives them their marks */
gboolean
usher_sqlite_outbox_write (UsherSqliteConnection *connection, UsherCommit *commit, GError **error);
/* at the end */
gboolean
usher_sqlite_outbox_add (UsherSqliteConnection *connection, UsherEvent *event, GError **error);
gboolean usher_sqlite_outbox_drop (UsherSqliteConnection *connection, gint64 upto, GError **error);

G_END_DECLS
