/* usher-ending-blocks-private.h: many ended sessions in a file, in few rows
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-ending-set-private.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* New endings are rows of their own, older ones blocks of some thousand, which are read in no time at a start. A block goes when the last
 * of it is over. */
extern const char usher_ending_blocks_layout[];

/* in a transaction */
gboolean usher_ending_blocks_add (UsherSqliteConnection *connection,
                                  const char *id,
                                  gint64 expires,
                                  GError **error);
/* in a transaction: drops what is over at @now, and makes a block of the rows when they are many */
gboolean usher_ending_blocks_tidy (UsherSqliteConnection *connection, gint64 now, GError **error);

/* (transfer full) (nullable) (element-type UsherEnding): some that are over at @now may be among them */
GArray *usher_ending_blocks_read (UsherSqliteConnection *connection, gint64 now, GError **error);

G_END_DECLS
