/* usher-sqlite-prune-private.h: what a SQLite file forgets, a piece at a time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 inbox_before; /* wall time: what was written before is forgotten */
  gint64 requests_before;
  gboolean has_more; /* set by each run: another is needed */
} UsherSqlitePrune;

/* One piece, in a transaction of its own: so many rows that a commit can wait for it. On the writer's thread. */
gboolean
usher_sqlite_prune_run (UsherSqlitePrune *self, UsherSqliteConnection *connection, GError **error);

G_END_DECLS
