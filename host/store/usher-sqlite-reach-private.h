/* usher-sqlite-reach-private.h: how far the log of the bus is known to have come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reach.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* @reach: of no log when none is known */
gboolean
usher_sqlite_reach_find (UsherSqliteConnection *connection, UsherReach *reach, GError **error);
/* in a transaction; what says less than is known changes nothing */
gboolean usher_sqlite_reach_write (UsherSqliteConnection *connection,
                                   const UsherReach *reach,
                                   GError **error);

G_END_DECLS
