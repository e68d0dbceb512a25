/* usher-mongo-server-private.h: the connections to a MongoDB server, and whether it answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-address-private.h"
#include "usher-mongo-database-private.h"
#include "usher-mongo-traffic-private.h"

G_BEGIN_DECLS

/* Reference counted; any thread. A server is all members of a replica set. */
typedef struct _UsherMongoServer UsherMongoServer;

/* Waits until it has answered; see usher_mongo_database_new() */
UsherMongoServer *usher_mongo_server_new (const char *uri, GError **error);
UsherMongoServer *usher_mongo_server_ref (UsherMongoServer *self);
void usher_mongo_server_unref (UsherMongoServer *self);
/* All that a start needs was let through: until then what the server lets nobody do is INVALID, later UNAVAILABLE. */
void usher_mongo_server_note_open (UsherMongoServer *self);
/* nothing is asked any more; ends the thread that looks for it */
void usher_mongo_server_close (UsherMongoServer *self);

UsherMongoAddress *usher_mongo_server_get_address (UsherMongoServer *self);
UsherMongoTraffic *usher_mongo_server_get_traffic (UsherMongoServer *self);
gboolean usher_mongo_server_is_replica_set (UsherMongoServer *self);
gboolean usher_mongo_server_is_away (UsherMongoServer *self);
/* waits until it is not; FALSE: it still is, at @end (monotonic) */
gboolean usher_mongo_server_wait (UsherMongoServer *self, gint64 end);
void usher_mongo_server_set_doubt_func (UsherMongoServer *self,
                                        UsherMongoDoubtFunc func,
                                        gpointer user_data);
void usher_mongo_server_doubt (UsherMongoServer *self);

/* (nullable): a connection, to be pushed back; NULL at once when the server is away */
mongoc_client_t *usher_mongo_server_pop (UsherMongoServer *self, GError **error);
void usher_mongo_server_push (UsherMongoServer *self, mongoc_client_t *handle);
/* Sets @error by what the library says, and notes that the server is away or lacks an index where that is so. @reply: (nullable). Always FALSE */
gboolean usher_mongo_server_fail (UsherMongoServer *self,
                                  const bson_error_t *trouble,
                                  const bson_t *reply,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoServer, usher_mongo_server_unref)

G_END_DECLS
