/* usher-sqlite-fields-private.h: what the documents in a SQLite file may have, whoever wrote them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sqlite-connection.h"
#include "usher-sqlite-table-private.h"

G_BEGIN_DECLS

/* refuses a schema whose fields documents have with another type; records them */
gboolean usher_sqlite_fields_add (UsherSqliteConnection *connection,
                                  UsherSqliteTable *table,
                                  gboolean has_documents,
                                  GError **error);
/* looks which columns of others a table has, so that they are written too; on the thread that writes */
gboolean usher_sqlite_fields_look (UsherSqliteConnection *connection,
                                   UsherSqliteTable *table,
                                   GError **error);

G_END_DECLS
