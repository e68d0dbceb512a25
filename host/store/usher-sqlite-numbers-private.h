/* usher-sqlite-numbers-private.h: the order of the documents of a table
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* makes a table whose rows are numbered as they are inserted; @columns: (element-type utf8): beside those that all have, quoted */
gboolean usher_sqlite_numbers_make_table (UsherSqliteConnection *connection,
                                          const char *name,
                                          GPtrArray *columns,
                                          GError **error);
/* numbers the documents of a table that an earlier version made, in the order of ids; in a transaction */
gboolean usher_sqlite_numbers_add (UsherSqliteConnection *connection,
                                   UsherSqliteTable *table,
                                   GError **error);

G_END_DECLS
