/* usher-sqlite-keys-private.h: the unique indexes over several columns of a collection's table
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* The indexes are their own record: each is called “k:”, the collection, and its fields. */

/* Drops what is not declared any more, if @is_alone has the file, and makes what is new; the columns are there. */
gboolean usher_sqlite_keys_change (UsherSqliteConnection *connection,
                                   UsherSqliteTable *table,
                                   gboolean is_alone,
                                   GError **error);
/* drops all indexes that a column is in, before it goes */
gboolean usher_sqlite_keys_drop (UsherSqliteConnection *connection,
                                 UsherSqliteTable *table,
                                 const char *field,
                                 GError **error);
/* (transfer full): quoted */
char *usher_sqlite_keys_dup_index (UsherSqliteTable *table, const char *const *fields);
/* Refuses what documents share that shall be unique, with an example; @fields: of the key. */
void usher_sqlite_keys_refuse (UsherSqliteConnection *connection,
                               UsherSqliteTable *table,
                               const char *const *fields,
                               GError **error);

G_END_DECLS
