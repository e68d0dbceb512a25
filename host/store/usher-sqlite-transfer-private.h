/* usher-sqlite-transfer-private.h: a SQLite file that is copied, or copied to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

#define USHER_TYPE_SQLITE_TRANSFER (usher_sqlite_transfer_get_type ())

G_DECLARE_FINAL_TYPE (UsherSqliteTransfer, usher_sqlite_transfer, USHER, SQLITE_TRANSFER, GObject)

/* Nobody else has the file open, or gets it, until this ends. @uri: sqlite:PATH */
UsherStoreTransfer *usher_sqlite_transfer_new (const char *uri, gboolean is_target, GError **error);
/* (transfer full) (element-type utf8) (nullable): those that have a file beside that of @uri */
GPtrArray *usher_sqlite_transfer_list_services (const char *uri, GError **error);

G_END_DECLS
