/* usher-mongo-database-private.h: one database of a MongoDB server, and how it is spoken to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* What all parts of a store ask the server through: clients of a pool, bounded waits, errors of ours. Any thread.
 *
 * Errors name server and database, and never have credentials: `USHER_ERROR_UNAVAILABLE`: it does not answer, or is none that takes
 * writes now; `USHER_ERROR_FULL`; `USHER_ERROR_TAKEN`: a unique index has the value; `USHER_ERROR_CONFLICT`: another
 * transaction was first; `USHER_ERROR_TOO_LARGE`; `USHER_ERROR_INVALID`: what it refuses for good, wrong credentials too. */
typedef struct _UsherMongoDatabase UsherMongoDatabase;
/* a connection that a thread has for itself for a while */
typedef struct _UsherMongoClient UsherMongoClient;

/* TRUE: go on. @row is borrowed. */
typedef gboolean (*UsherMongoRowFunc) (const bson_t *row, gpointer user_data, GError **error);
/* told that indexes may be missing; on a thread of the database's */
typedef void (*UsherMongoDoubtFunc) (gpointer user_data);

/* @uri: with the exact name of the database as its path. Waits until the server has answered, and says what is wrong with it. */
UsherMongoDatabase *usher_mongo_database_new (const char *uri, GError **error);
UsherMongoDatabase *usher_mongo_database_ref (UsherMongoDatabase *self);
void usher_mongo_database_unref (UsherMongoDatabase *self);
/* nothing is asked any more: UNAVAILABLE */
void usher_mongo_database_close (UsherMongoDatabase *self);

const char *usher_mongo_database_get_name (UsherMongoDatabase *self);
/* for people: servers and database, without credentials */
const char *usher_mongo_database_get_place (UsherMongoDatabase *self);
/* adds what usher_store_describe() tells of what is asked: without asking */
void usher_mongo_database_describe (UsherMongoDatabase *self, GVariantBuilder *builder);
/* it is of a replica set: it has transactions and change streams */
gboolean usher_mongo_database_is_replica_set (UsherMongoDatabase *self);
/* As far as is known without asking. While it is away all that is asked fails at once, and one thread looks when it is back. */
/* see usher_mongo_server_note_open() */
void usher_mongo_database_note_open (UsherMongoDatabase *self);
gboolean usher_mongo_database_is_away (UsherMongoDatabase *self);
/* Waits while it is away; FALSE: it still is, at @end (monotonic). */
gboolean usher_mongo_database_wait (UsherMongoDatabase *self, gint64 end);
/* not called any more once it is closed */
void usher_mongo_database_set_doubt_func (UsherMongoDatabase *self,
                                          UsherMongoDoubtFunc func,
                                          gpointer user_data);
/* Somebody else may have taken indexes away: they are looked for, in a while. */
void usher_mongo_database_doubt (UsherMongoDatabase *self);

/* Runs a command that reads. @reply: (out) (nullable): to be destroyed, on error too */
gboolean usher_mongo_database_read (UsherMongoDatabase *self,
                                    const bson_t *command,
                                    bson_t *reply,
                                    GError **error);
/* Runs a command that writes, durably on most members; an error for one of its documents is one of the command. @client: (nullable):
 * whose transaction it is part of. @reply: (out) (nullable): to be destroyed, on error too */
gboolean usher_mongo_database_write (UsherMongoDatabase *self,
                                     UsherMongoClient *client,
                                     const bson_t *command,
                                     bson_t *reply,
                                     GError **error);
/* Calls @func for each document that @filter finds, as it is known to be durable on most members. @options: (nullable): sort,
 * limit, projection, hint, as mongoc_collection_find_with_opts() takes them */
gboolean usher_mongo_database_find (UsherMongoDatabase *self,
                                    const char *collection,
                                    const bson_t *filter,
                                    const bson_t *options,
                                    UsherMongoRowFunc func,
                                    gpointer user_data,
                                    GError **error);
/* (nullable): for what read, write and find do not do, such as transactions and change streams; given back when freed */
UsherMongoClient *usher_mongo_database_get_client (UsherMongoDatabase *self, GError **error);
/* (nullable): one of its own, for a command that takes as long as there are documents: it waits until the connection is gone */
UsherMongoClient *usher_mongo_database_get_patient_client (UsherMongoDatabase *self,
                                                           GError **error);
void usher_mongo_client_free (UsherMongoClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoDatabase, usher_mongo_database_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoClient, usher_mongo_client_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (bson_t, bson_destroy)

G_END_DECLS
