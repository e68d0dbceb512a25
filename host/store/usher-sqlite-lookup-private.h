/* usher-sqlite-lookup-private.h: a document by its id
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-reader-private.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* (transfer full): what a reader remembers for its lookups; freed by g_free() */
gpointer usher_sqlite_lookup_new_places (void);
/* @document: (out) (nullable) */
gboolean usher_sqlite_lookup_run (UsherSqliteReader *reader,
                                  UsherSqliteTable *table,
                                  const char *id,
                                  UsherDocument **document,
                                  GError **error);

G_END_DECLS
