/* usher-mongo-database.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-database-private.h"

#include "usher-mongo-client-private.h"
#include "usher-mongo-server-private.h"

struct _UsherMongoDatabase
{
  UsherMongoServer *server; /* (owned) */
};

UsherMongoDatabase *
usher_mongo_database_new (const char *uri, GError **error)
{
  UsherMongoServer *server = usher_mongo_server_new (uri, error);
  UsherMongoDatabase *self = NULL;

  if (server == NULL)
    return NULL;

  self = g_atomic_rc_box_new0 (UsherMongoDatabase);
  self->server = server;

  return self;
}

UsherMongoDatabase *
usher_mongo_database_ref (UsherMongoDatabase *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_database (gpointer data)
{
  UsherMongoDatabase *self = data;

  usher_mongo_server_close (self->server);
  usher_mongo_server_unref (self->server);
}

void
usher_mongo_database_unref (UsherMongoDatabase *self)
{
  g_atomic_rc_box_release_full (self, clear_database);
}

void
usher_mongo_database_close (UsherMongoDatabase *self)
{
  usher_mongo_server_close (self->server);
}

const char *
usher_mongo_database_get_name (UsherMongoDatabase *self)
{
  return usher_mongo_address_get_name (usher_mongo_server_get_address (self->server));
}

const char *
usher_mongo_database_get_place (UsherMongoDatabase *self)
{
  return usher_mongo_address_get_place (usher_mongo_server_get_address (self->server));
}

void
usher_mongo_database_describe (UsherMongoDatabase *self, GVariantBuilder *builder)
{
  usher_mongo_traffic_describe (usher_mongo_server_get_traffic (self->server), builder);
  g_variant_builder_add (builder,
                         "{sx}",
                         "away",
                         (gint64) usher_mongo_server_is_away (self->server));
}

gboolean
usher_mongo_database_is_replica_set (UsherMongoDatabase *self)
{
  return usher_mongo_server_is_replica_set (self->server);
}

void
usher_mongo_database_note_open (UsherMongoDatabase *self)
{
  usher_mongo_server_note_open (self->server);
}

gboolean
usher_mongo_database_is_away (UsherMongoDatabase *self)
{
  return usher_mongo_server_is_away (self->server);
}

gboolean
usher_mongo_database_wait (UsherMongoDatabase *self, gint64 end)
{
  return usher_mongo_server_wait (self->server, end);
}

void
usher_mongo_database_set_doubt_func (UsherMongoDatabase *self,
                                     UsherMongoDoubtFunc func,
                                     gpointer user_data)
{
  usher_mongo_server_set_doubt_func (self->server, func, user_data);
}

void
usher_mongo_database_doubt (UsherMongoDatabase *self)
{
  usher_mongo_server_doubt (self->server);
}

UsherMongoClient *
usher_mongo_database_get_client (UsherMongoDatabase *self, GError **error)
{
  return usher_mongo_client_new (self->server, error);
}

UsherMongoClient *
usher_mongo_database_get_patient_client (UsherMongoDatabase *self, GError **error)
{
  return usher_mongo_client_new_patient (self->server, error);
}

gboolean
usher_mongo_database_read (UsherMongoDatabase *self,
                           const bson_t *command,
                           bson_t *reply,
                           GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self, error);
  g_auto (bson_t) unread = BSON_INITIALIZER;
  bson_error_t trouble = { 0 };

  if (reply == NULL)
    reply = &unread;
  if (client == NULL)
    {
      bson_init (reply);
      return FALSE;
    }

  if (mongoc_client_read_command_with_opts (usher_mongo_client_get_handle (client),
                                            usher_mongo_database_get_name (self),
                                            command,
                                            NULL,
                                            NULL,
                                            reply,
                                            &trouble))
    return TRUE;

  return usher_mongo_client_fail (client, &trouble, reply, error);
}

gboolean
usher_mongo_database_write (UsherMongoDatabase *self,
                            UsherMongoClient *client,
                            const bson_t *command,
                            bson_t *reply,
                            GError **error)
{
  g_autoptr (UsherMongoClient) own = NULL;
  g_auto (bson_t) unread = BSON_INITIALIZER;

  if (reply == NULL)
    reply = &unread;
  if (client == NULL)
    {
      own = usher_mongo_database_get_client (self, error);
      client = own;
    }
  if (client == NULL)
    {
      bson_init (reply);
      return FALSE;
    }

  return usher_mongo_client_write (client, command, reply, error);
}

/* FALSE: @func refused a row, or the cursor has no more, or failed */
static gboolean
take_row (mongoc_cursor_t *cursor,
          UsherMongoRowFunc func,
          gpointer user_data,
          gboolean *success,
          GError **error)
{
  const bson_t *row = NULL;

  if (!mongoc_cursor_next (cursor, &row))
    return FALSE;

  *success = func (row, user_data, error);

  return *success;
}

static gboolean
take_rows (UsherMongoClient *client,
           mongoc_cursor_t *cursor,
           UsherMongoRowFunc func,
           gpointer user_data,
           GError **error)
{
  gboolean success = TRUE;
  bson_error_t trouble = { 0 };
  const bson_t *reply = NULL;

  while (take_row (cursor, func, user_data, &success, error))
    continue;
  if (success && mongoc_cursor_error_document (cursor, &trouble, &reply))
    return usher_mongo_client_fail (client, &trouble, reply, error);

  return success;
}

gboolean
usher_mongo_database_find (UsherMongoDatabase *self,
                           const char *collection,
                           const bson_t *filter,
                           const bson_t *options,
                           UsherMongoRowFunc func,
                           gpointer user_data,
                           GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self, error);
  mongoc_collection_t *place = NULL;
  mongoc_cursor_t *cursor = NULL;
  gboolean success;

  if (client == NULL)
    return FALSE;

  place = mongoc_client_get_collection (usher_mongo_client_get_handle (client),
                                        usher_mongo_database_get_name (self),
                                        collection);
  cursor = mongoc_collection_find_with_opts (place, filter, options, NULL);
  success = take_rows (client, cursor, func, user_data, error);
  mongoc_cursor_destroy (cursor);
  mongoc_collection_destroy (place);

  return success;
}
