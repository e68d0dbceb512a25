/* usher-sqlite-change-private.h: what a unit changes, written to a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection-private.h"
#include "usher-sqlite-table-private.h"
#include "usher-unit-private.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_SQLITE_WRITTEN, /* or was_applied: nothing to write */
  USHER_SQLITE_REFUSED, /* this unit alone fails; nothing of it is left in the transaction */
  USHER_SQLITE_BROKEN,  /* the transaction fails */
} UsherSqliteOutcome;

/* writes @unit within the transaction that is open on @connection */
UsherSqliteOutcome usher_sqlite_change_write (UsherSqliteConnection *connection,
                                              UsherSqliteTables *tables,
                                              UsherUnit *unit,
                                              GError **error);

G_END_DECLS
