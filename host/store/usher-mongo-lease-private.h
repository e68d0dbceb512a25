/* usher-mongo-lease-private.h: which of those that share a database of MongoDB relays, fires and prunes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-owners-private.h"
#include "usher-reach.h"

G_BEGIN_DECLS

/* One document, which its holder writes each 250 ms under a number that nobody had before: its token. Who sees it unchanged for a second
 * of his own time takes it, as long as it is still as he saw it; the former holder has let go by then, as it counts the second from
 * before it wrote. How far the log of the bus has come is written in that document only, so under the token. Reference counted, any
 * thread. */
typedef struct _UsherMongoLease UsherMongoLease;

UsherMongoLease *usher_mongo_lease_new (UsherMongoDatabase *database, UsherMongoOwners *owners);
UsherMongoLease *usher_mongo_lease_ref (UsherMongoLease *self);
void usher_mongo_lease_unref (UsherMongoLease *self);

/* Takes the lease when it is free, or shows now and then that its holder lives; FALSE: it is another's, or nobody knows. May wait for
 * the server. */
gboolean usher_mongo_lease_hold (UsherMongoLease *self);
/* whether it was ours a moment ago; never waits */
gboolean usher_mongo_lease_is_held (UsherMongoLease *self);
/* never waits: as of the last look */
gboolean usher_mongo_lease_is_free (UsherMongoLease *self);
/* writes what is to be kept, and gives it back */
void usher_mongo_lease_release (UsherMongoLease *self);

/* a look: @row: (nullable): the document of the lease, NULL: there is none */
void usher_mongo_lease_take_row (UsherMongoLease *self, const bson_t *row);

/* never waits: it is written with the next sign of life of this holder */
void usher_mongo_lease_keep_reach (UsherMongoLease *self, const UsherReach *reach);
/* Writes it now, if there is anything to write. FALSE: the lease is another's, or it cannot be written: no event may leave the outbox. */
gboolean usher_mongo_lease_flush (UsherMongoLease *self);
gboolean usher_mongo_lease_lookup_reach (UsherMongoLease *self, UsherReach *reach, GError **error);

/* adds what usher_store_describe() tells of the lease */
void usher_mongo_lease_describe (UsherMongoLease *self, GVariantBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoLease, usher_mongo_lease_unref)

G_END_DECLS
