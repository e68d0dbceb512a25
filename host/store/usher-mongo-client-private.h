/* usher-mongo-client-private.h: a connection of one thread, and its transaction
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-server-private.h"

G_BEGIN_DECLS

/* (nullable): usher_mongo_database_get_client(), freed as that */
UsherMongoClient *usher_mongo_client_new (UsherMongoServer *server, GError **error);
/* (nullable): usher_mongo_database_get_patient_client() */
UsherMongoClient *usher_mongo_client_new_patient (UsherMongoServer *server, GError **error);
/* for change streams and the like */
mongoc_client_t *usher_mongo_client_get_handle (UsherMongoClient *self);
/* Sets @error by what the library says, and notes that the server is away where that is so. @reply: (nullable). Always FALSE */
gboolean usher_mongo_client_fail (UsherMongoClient *self,
                                  const bson_error_t *trouble,
                                  const bson_t *reply,
                                  GError **error);

/* A command that writes, of the transaction if there is one; see usher_mongo_database_write() */
gboolean usher_mongo_client_write (UsherMongoClient *self,
                                   const bson_t *command,
                                   bson_t *reply,
                                   GError **error);

/* A transaction, where the server has them. */
gboolean usher_mongo_client_begin (UsherMongoClient *self, GError **error);
/* Ends it. CONFLICT, FULL: nothing was written. @is_unknown: (out): nobody knows whether it was, on error */
gboolean usher_mongo_client_commit (UsherMongoClient *self, gboolean *is_unknown, GError **error);
/* does nothing when there is none */
void usher_mongo_client_abort (UsherMongoClient *self);

G_END_DECLS
