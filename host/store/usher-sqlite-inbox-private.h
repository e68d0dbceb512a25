/* usher-sqlite-inbox-private.h: which events were applied, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection-private.h"

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
/* at most @limit rows; TRUE @has_more: there may be more */
gboolean usher_sqlite_inbox_prune (UsherSqliteConnection *connection,
                                   gint64 before,
                                   guint limit,
                                   gboolean *has_more,
                                   GError **error);

G_END_DECLS
