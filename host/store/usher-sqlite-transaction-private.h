/* usher-sqlite-transaction-private.h: a group of commits, written as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-queue-private.h"
#include "usher-sqlite-share-private.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

typedef struct
{
  UsherSqliteConnection *connection; /* (unowned) */
  UsherSqliteShare *share;           /* (unowned) (nullable): its gate is held */
  UsherSqliteTables *tables;         /* (unowned) */
  guint unit_limit;
  GPtrArray *group;        /* (unowned) (element-type UsherSqliteEntry) */
  gint64 trim;             /* the outbox is trimmed up to here; 0: it is not */
  const UsherReach *reach; /* (unowned) (nullable): of the log of the bus, to be kept */
  gboolean must_test;      /* the disk refused the last one: a page is written in any case */

  gboolean has_timers; /* set by the run: some changed */
  gint64 next_due;     /* set with it */
} UsherSqliteTransaction;

/* FALSE: nothing of it was written. A commit that was refused alone has its error in its entry. */
gboolean usher_sqlite_transaction_run (UsherSqliteTransaction *self, GError **error);

G_END_DECLS
