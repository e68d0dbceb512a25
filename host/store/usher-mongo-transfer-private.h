/* usher-mongo-transfer-private.h: a database of MongoDB that is copied, or copied to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"
#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

#define USHER_TYPE_MONGO_TRANSFER (usher_mongo_transfer_get_type ())

G_DECLARE_FINAL_TYPE (UsherMongoTransfer, usher_mongo_transfer, USHER, MONGO_TRANSFER, GObject)

/* @uri: as usher_store_open() takes it */
UsherStoreTransfer *usher_mongo_transfer_new (const char *uri, gboolean is_target, GError **error);
/* (transfer full) (element-type utf8) (nullable): those that have a database of that server with the same prefix as @uri */
GPtrArray *usher_mongo_transfer_list_services (const char *uri, GError **error);
/* (transfer full) (element-type UsherSchema) (nullable): of all collections */
GPtrArray *usher_mongo_transfer_read_schemas (UsherMongoDatabase *database, GError **error);

G_END_DECLS
