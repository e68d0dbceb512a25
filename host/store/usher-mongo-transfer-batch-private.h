/* usher-mongo-transfer-batch-private.h: new documents for a database of MongoDB, many in one command
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"
#include "usher-store-transfer-private.h"

G_BEGIN_DECLS

typedef struct _UsherMongoTransferBatch UsherMongoTransferBatch;

UsherMongoTransferBatch *usher_mongo_transfer_batch_new (UsherMongoDatabase *database);
void usher_mongo_transfer_batch_free (UsherMongoTransferBatch *self);
/* @document: (transfer full): of @collection, which is the caller's for as long as the batch */
gboolean usher_mongo_transfer_batch_add (UsherMongoTransferBatch *self,
                                         const char *collection,
                                         bson_t *document,
                                         GError **error);
/* a row that names no document; events go into the same carriers in their order */
gboolean usher_mongo_transfer_batch_carry (UsherMongoTransferBatch *self,
                                           const UsherTransferRow *row,
                                           GError **error);
/* writes what is left */
gboolean usher_mongo_transfer_batch_flush (UsherMongoTransferBatch *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTransferBatch, usher_mongo_transfer_batch_free)

G_END_DECLS
