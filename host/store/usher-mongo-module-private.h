/* usher-mongo-module-private.h: the part of the library that speaks to MongoDB, which is loaded when it is needed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-transfer-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* what the module has, under USHER_MONGO_MODULE_SYMBOL; the library's own file beside it is of the same build */
typedef struct
{
  UsherStore *(*open) (const char *uri,
                       UsherClock *clock,
                       const UsherStoreOptions *options,
                       GError **error);
  UsherStoreTransfer *(*open_transfer) (const char *uri, gboolean is_target, GError **error);
  GPtrArray *(*list_services) (const char *uri, GError **error);
} UsherMongoModule;

#define USHER_MONGO_MODULE_SYMBOL "usher_mongo_module"

G_END_DECLS
