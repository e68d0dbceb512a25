/* usher-mongo-traffic-private.h: what is asked of a MongoDB server, and how long that takes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

/* Counts; any thread. */
typedef struct _UsherMongoTraffic UsherMongoTraffic;

UsherMongoTraffic *usher_mongo_traffic_new (void);
void usher_mongo_traffic_free (UsherMongoTraffic *self);
/* Counts the commands of @pool from now on, which must not outlive @self. Before any connection of it is used. */
void usher_mongo_traffic_watch (UsherMongoTraffic *self, mongoc_client_pool_t *pool);
/* @by: 1: somebody has a connection more for himself; -1: has given it back */
void usher_mongo_traffic_note_use (UsherMongoTraffic *self, int by);
/* adds what usher_store_describe() tells of it */
void usher_mongo_traffic_describe (UsherMongoTraffic *self, GVariantBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTraffic, usher_mongo_traffic_free)

G_END_DECLS
