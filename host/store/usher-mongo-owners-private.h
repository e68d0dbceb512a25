/* usher-mongo-owners-private.h: who has a database of MongoDB open
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"

G_BEGIN_DECLS

/* Each opening of a database has a document in it, which is written anew each second and goes when the store is closed in order.
 * No clock of another machine counts: times are the server's, and what may be a death has to last by this process's own. One that
 * was killed on this machine is known at once. Reference counted, any thread. */
typedef struct _UsherMongoOwners UsherMongoOwners;

/* @error: it could not be written that the database is open */
UsherMongoOwners *usher_mongo_owners_new (UsherMongoDatabase *database, GError **error);
UsherMongoOwners *usher_mongo_owners_ref (UsherMongoOwners *self);
void usher_mongo_owners_unref (UsherMongoOwners *self);
/* the store is closed */
void usher_mongo_owners_end (UsherMongoOwners *self);

/* names this opening; unique */
const char *usher_mongo_owners_get_name (UsherMongoOwners *self);
/* Asks the server; while that does not answer nobody is dead. */
gboolean usher_mongo_owners_is_alive (UsherMongoOwners *self, const char *name);
/* how many others live, as of the last look; never waits */
guint usher_mongo_owners_get_n_others (UsherMongoOwners *self);

/* this process committed: others are told with the next beat; never waits */
void usher_mongo_owners_announce (UsherMongoOwners *self);
/* whether that was not told yet */
gboolean usher_mongo_owners_is_late (UsherMongoOwners *self);
gboolean usher_mongo_owners_beat (UsherMongoOwners *self, GError **error);

/* A look at all: begin, take each row that is an owner's, end; TRUE: others have committed since the last one, or may have. On one
 * thread. */
void usher_mongo_owners_begin_look (UsherMongoOwners *self);
void usher_mongo_owners_take (UsherMongoOwners *self, const bson_t *row);
gboolean usher_mongo_owners_end_look (UsherMongoOwners *self);

/* forgets those that died long ago */
gboolean usher_mongo_owners_prune (UsherMongoOwners *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoOwners, usher_mongo_owners_unref)

G_END_DECLS
