/* usher-mongo-hello-private.h: what a server says of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-address-private.h"

G_BEGIN_DECLS

/* Asks the server that takes writes. @is_replica_set: (out) (nullable): or of a cluster, with the same abilities. FALSE: it does not
 * answer */
gboolean
usher_mongo_hello_ask (mongoc_client_t *handle, gboolean *takes_writes, gboolean *is_replica_set);
/* Whether there is a server that a store can use: UNAVAILABLE: it does not answer; INVALID: it is too old, or refuses the
 * credentials */
gboolean
usher_mongo_hello_check (UsherMongoAddress *address, gboolean *is_replica_set, GError **error);

G_END_DECLS
