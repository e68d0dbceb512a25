/* usher-store-module-private.h: stores on MongoDB, by way of the module that has them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-transfer-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* The library of MongoDB brings many others, and whoever has files does not wait for them: the first of these loads it, for good.
 * UNAVAILABLE: it is not there. */
UsherStore *usher_store_module_open (const char *uri,
                                     UsherClock *clock,
                                     const UsherStoreOptions *options,
                                     GError **error);
UsherStoreTransfer *
usher_store_module_open_transfer (const char *uri, gboolean is_target, GError **error);
GPtrArray *usher_store_module_list_services (const char *uri, GError **error);

G_END_DECLS
