/* usher-mongo-address-private.h: an address of MongoDB, and what may be said of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

/* immutable once it is made; any thread */
typedef struct _UsherMongoAddress UsherMongoAddress;

/* INVALID: @uri is malformed, names no database, or has an option that the library does not know */
UsherMongoAddress *usher_mongo_address_new (const char *uri, GError **error);
/* the same, for who waits for answers as long as they take */
UsherMongoAddress *usher_mongo_address_new_patient (UsherMongoAddress *self);
void usher_mongo_address_free (UsherMongoAddress *self);

/* with bounds for all waits, for who connects */
const mongoc_uri_t *usher_mongo_address_get_uri (UsherMongoAddress *self);
/* the name of the database */
const char *usher_mongo_address_get_name (UsherMongoAddress *self);
/* for people: servers and database, without credentials */
const char *usher_mongo_address_get_place (UsherMongoAddress *self);
/* (transfer full): @message of the library or the server, unless the password is in it */
char *usher_mongo_address_mask (UsherMongoAddress *self, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoAddress, usher_mongo_address_free)

G_END_DECLS
