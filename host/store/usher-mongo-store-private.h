/* usher-mongo-store-private.h: a store that is a database of a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store.h"

G_BEGIN_DECLS

#define USHER_TYPE_MONGO_STORE (usher_mongo_store_get_type ())

G_DECLARE_FINAL_TYPE (UsherMongoStore, usher_mongo_store, USHER, MONGO_STORE, GObject)

/* @uri: `mongodb://…/DATABASE` or `mongodb+srv://…/DATABASE`; see usher_store_open(). INVALID too: the server is too old, or refuses
 * the credentials, which no error shows. */
UsherStore *usher_mongo_store_new (const char *uri,
                                   UsherClock *clock,
                                   const UsherStoreOptions *options,
                                   GError **error);

G_END_DECLS
