/* usher-mongo-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-client-private.h"

#include "usher-mongo-error-private.h"

/* A command is a document to the server, and may not be over this. */
#define LARGEST_COMMAND (16 * 1024 * 1024)
/* how long the end of a transaction is tried whose answer was lost */
#define COMMIT_PATIENCE (5 * G_TIME_SPAN_SECOND)

struct _UsherMongoClient
{
  UsherMongoServer *server;         /* (owned) */
  mongoc_client_t *handle;          /* (owned) */
  gboolean is_pooled;               /* of the pool of @server */
  mongoc_client_session_t *session; /* (owned) (nullable): made for the first transaction */
};

/* @handle: (transfer full) */
static UsherMongoClient *
make (UsherMongoServer *server, mongoc_client_t *handle, gboolean is_pooled)
{
  UsherMongoClient *self = g_new0 (UsherMongoClient, 1);

  self->server = usher_mongo_server_ref (server);
  self->handle = handle;
  self->is_pooled = is_pooled;
  usher_mongo_traffic_note_use (usher_mongo_server_get_traffic (server), 1);

  return self;
}

UsherMongoClient *
usher_mongo_client_new (UsherMongoServer *server, GError **error)
{
  mongoc_client_t *handle = usher_mongo_server_pop (server, error);

  return handle != NULL ? make (server, handle, TRUE) : NULL;
}

UsherMongoClient *
usher_mongo_client_new_patient (UsherMongoServer *server, GError **error)
{
  g_autoptr (UsherMongoAddress) patient =
      usher_mongo_address_new_patient (usher_mongo_server_get_address (server));
  bson_error_t trouble = { 0 };
  mongoc_client_t *handle =
      mongoc_client_new_from_uri_with_error (usher_mongo_address_get_uri (patient), &trouble);

  if (handle == NULL)
    {
      usher_mongo_server_fail (server, &trouble, NULL, error);
      return NULL;
    }
  mongoc_client_set_error_api (handle, MONGOC_ERROR_API_VERSION_2);

  return make (server, handle, FALSE);
}

void
usher_mongo_client_free (UsherMongoClient *self)
{
  /* aborts what was not committed */
  g_clear_pointer (&self->session, mongoc_client_session_destroy);
  usher_mongo_traffic_note_use (usher_mongo_server_get_traffic (self->server), -1);
  if (self->is_pooled)
    usher_mongo_server_push (self->server, self->handle);
  else
    mongoc_client_destroy (self->handle);
  usher_mongo_server_unref (self->server);
  g_free (self);
}

mongoc_client_t *
usher_mongo_client_get_handle (UsherMongoClient *self)
{
  return self->handle;
}

gboolean
usher_mongo_client_fail (UsherMongoClient *self,
                         const bson_error_t *trouble,
                         const bson_t *reply,
                         GError **error)
{
  return usher_mongo_server_fail (self->server, trouble, reply, error);
}

static gboolean
check_size (UsherMongoClient *self, const bson_t *command, GError **error)
{
  UsherMongoAddress *address = usher_mongo_server_get_address (self->server);

  if (command->len <= LARGEST_COMMAND)
    return TRUE;

  return usher_refuse (
      error,
      USHER_ERROR_TOO_LARGE,
      "database “%s”: what is to be written is over the server's limit of %d bytes for a document",
      usher_mongo_address_get_place (address),
      LARGEST_COMMAND);
}

static gboolean
append_transaction (UsherMongoClient *self, bson_t *options, bson_error_t *trouble)
{
  if (self->session == NULL || !mongoc_client_session_in_transaction (self->session))
    return TRUE;

  return mongoc_client_session_append (self->session, options, trouble);
}

gboolean
usher_mongo_client_write (UsherMongoClient *self,
                          const bson_t *command,
                          bson_t *reply,
                          GError **error)
{
  const char *name = usher_mongo_address_get_name (usher_mongo_server_get_address (self->server));
  g_auto (bson_t) options = BSON_INITIALIZER;
  bson_error_t trouble = { 0 };

  bson_init (reply);
  if (!check_size (self, command, error))
    return FALSE;
  if (!append_transaction (self, &options, &trouble))
    return usher_mongo_client_fail (self, &trouble, NULL, error);

  bson_destroy (reply);
  if (mongoc_client_write_command_with_opts (
          self->handle, name, command, &options, reply, &trouble) &&
      usher_mongo_error_check_reply (reply, &trouble))
    return TRUE;

  return usher_mongo_client_fail (self, &trouble, reply, error);
}

gboolean
usher_mongo_client_begin (UsherMongoClient *self, GError **error)
{
  bson_error_t trouble = { 0 };

  if (self->session == NULL)
    self->session = mongoc_client_start_session (self->handle, NULL, &trouble);
  if (self->session == NULL ||
      !mongoc_client_session_start_transaction (self->session, NULL, &trouble))
    return usher_mongo_client_fail (self, &trouble, NULL, error);

  return TRUE;
}

gboolean
usher_mongo_client_commit (UsherMongoClient *self, gboolean *is_unknown, GError **error)
{
  gint64 end = g_get_monotonic_time () + COMMIT_PATIENCE;
  bson_error_t trouble = { 0 };

  for (;;)
    {
      g_auto (bson_t) reply = BSON_INITIALIZER;

      if (mongoc_client_session_commit_transaction (self->session, &reply, &trouble))
        return TRUE;

      /* the server knows by the number of the transaction whether it was committed before */
      *is_unknown = mongoc_error_has_label (&reply, "UnknownTransactionCommitResult") ||
                    trouble.domain == MONGOC_ERROR_STREAM;
      if (!*is_unknown || g_get_monotonic_time () > end)
        return usher_mongo_client_fail (self, &trouble, &reply, error);
    }
}

void
usher_mongo_client_abort (UsherMongoClient *self)
{
  if (self->session != NULL && mongoc_client_session_in_transaction (self->session))
    mongoc_client_session_abort_transaction (self->session, NULL);
}
