/* usher-mongo-module.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-module-private.h"

#include "usher-mongo-store-private.h"
#include "usher-mongo-transfer-private.h"

USHER_API const UsherMongoModule usher_mongo_module;

const UsherMongoModule usher_mongo_module = {
  usher_mongo_store_new,
  usher_mongo_transfer_new,
  usher_mongo_transfer_list_services,
};
