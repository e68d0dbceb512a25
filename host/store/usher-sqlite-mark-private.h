/* usher-sqlite-mark-private.h: events, timers and marks of a unit, written to a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection-private.h"
#include "usher-unit-private.h"

G_BEGIN_DECLS

/* Each within the transaction that is open on @connection. FALSE with an error: the transaction fails. */

/* whether the inbox has the event, or the timer had fired */
gboolean usher_sqlite_mark_check (UsherSqliteConnection *connection,
                                  UsherUnit *unit,
                                  gboolean *was_applied,
                                  GError **error);
/* whether the key of the request is new, or waits for this unit's answer */
gboolean usher_sqlite_mark_check_request (UsherSqliteConnection *connection,
                                          UsherUnit *unit,
                                          gboolean *is_free,
                                          GError **error);
gboolean
usher_sqlite_mark_write (UsherSqliteConnection *connection, UsherUnit *unit, GError **error);

G_END_DECLS
