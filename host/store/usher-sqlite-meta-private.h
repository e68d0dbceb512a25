/* usher-sqlite-meta-private.h: what a SQLite file says of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* @value: (out) (nullable): NULL when nothing was said */
gboolean usher_sqlite_meta_get (UsherSqliteConnection *connection,
                                const char *name,
                                char **value,
                                GError **error);
gboolean usher_sqlite_meta_put (UsherSqliteConnection *connection,
                                const char *name,
                                const char *value,
                                GError **error);

G_END_DECLS
