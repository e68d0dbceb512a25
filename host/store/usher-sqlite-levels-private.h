/* usher-sqlite-levels-private.h: how far the documents in a SQLite file are upgraded
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* A table of an earlier version gets its column. The index is of those alone that are behind, so that it costs nothing once all
 * are upgraded; each generation has its own. @is_alone: nobody else has the file open, so those of others go. */
gboolean usher_sqlite_levels_add (UsherSqliteConnection *connection,
                                  UsherSqliteTable *table,
                                  gboolean is_alone,
                                  GError **error);
/* (element-type UsherDocument): below the level of the schema, behind @after (nullable), in the order of levels, then ids */
GPtrArray *usher_sqlite_levels_list (UsherSqliteConnection *connection,
                                     UsherSqliteTable *table,
                                     UsherDocument *after,
                                     guint limit,
                                     GError **error);

G_END_DECLS
