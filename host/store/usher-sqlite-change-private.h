/* usher-sqlite-change-private.h: what a commit changes, written to a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_SQLITE_WRITTEN, /* or was_applied: nothing to write */
  USHER_SQLITE_REFUSED, /* this commit alone fails; nothing of it is left in the transaction */
  USHER_SQLITE_BROKEN,  /* the transaction fails */
} UsherSqliteOutcome;

/* writes @commit within the transaction that is open on @connection */
UsherSqliteOutcome usher_sqlite_change_write (UsherSqliteConnection *connection,
                                              UsherSqliteTables *tables,
                                              UsherCommit *commit,
                                              GError **error);

G_END_DECLS
