/* usher-sqlite-inbox-private.h: which events were applied, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

gboolean usher_sqlite_inbox_find (UsherSqliteConnection *connection,
                                  const char *event_id,
                                  const char *subscriber,
                                  gboolean *is_known,
                                  GError **error);
gboolean usher_sqlite_inbox_add (UsherSqliteConnection *connection,
                                 const char *event_id,
                                 const char *subscriber,
                                 gint64 time,
                                 GError **error);

G_END_DECLS
