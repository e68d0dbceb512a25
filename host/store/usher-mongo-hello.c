/* usher-mongo-hello.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-hello-private.h"

#include "usher-mongo-database-private.h"
#include "usher-mongo-error-private.h"

/* the first that keeps members within values whatever their names are */
#define OLDEST_MAJOR 5
#define OLDEST_MINOR 0

static gboolean
ask (mongoc_client_t *handle, const char *question, bson_t *reply, bson_error_t *trouble)
{
  g_auto (bson_t) command = BSON_INITIALIZER;

  bson_append_int32 (&command, question, -1, 1);

  return mongoc_client_command_simple (handle, "admin", &command, NULL, reply, trouble);
}

static gboolean
has (const bson_t *reply, const char *name)
{
  bson_iter_t member;

  return bson_iter_init_find (&member, reply, name) && bson_iter_as_bool (&member);
}

static gboolean
ask_hello (mongoc_client_t *handle,
           gboolean *takes_writes,
           gboolean *is_replica_set,
           bson_error_t *trouble)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;

  /* by its name of old, which all versions know */
  if (!ask (handle, "isMaster", &reply, trouble))
    return FALSE;

  if (takes_writes != NULL)
    *takes_writes = has (&reply, "ismaster");
  if (is_replica_set != NULL)
    *is_replica_set = bson_has_field (&reply, "setName") || bson_has_field (&reply, "msg");

  return TRUE;
}

gboolean
usher_mongo_hello_ask (mongoc_client_t *handle, gboolean *takes_writes, gboolean *is_replica_set)
{
  bson_error_t trouble;

  return ask_hello (handle, takes_writes, is_replica_set, &trouble);
}

static gint64
get_number (bson_iter_t *list)
{
  return bson_iter_next (list) ? bson_iter_as_int64 (list) : 0;
}

static gboolean
check_version (UsherMongoAddress *address, const bson_t *reply, GError **error)
{
  bson_iter_t member;
  bson_iter_t list;
  gint64 major = 0;
  gint64 minor = 0;

  if (bson_iter_init_find (&member, reply, "versionArray") && bson_iter_recurse (&member, &list))
    {
      major = get_number (&list);
      minor = get_number (&list);
    }
  if (major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "database “%s”: the server is of version %" G_GINT64_FORMAT
                       ".%" G_GINT64_FORMAT ", and %d.%d is the oldest that can be used",
                       usher_mongo_address_get_place (address),
                       major,
                       minor,
                       OLDEST_MAJOR,
                       OLDEST_MINOR);
}

/* The library leaves out servers of other sets without a word. */
static char *
make_hint (UsherMongoAddress *address, const bson_error_t *trouble)
{
  const char *name = mongoc_uri_get_replica_set (usher_mongo_address_get_uri (address));

  if (name == NULL || trouble->domain != MONGOC_ERROR_SERVER_SELECTION)
    return g_strdup ("");

  return g_strdup_printf ("; only members of replica set “%s” count, as “replicaSet” says", name);
}

static gboolean
fail (UsherMongoAddress *address, const bson_error_t *trouble, GError **error)
{
  g_autofree char *shown = usher_mongo_address_mask (address, trouble->message);
  gboolean is_too_old = trouble->code == MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION &&
                        trouble->domain == MONGOC_ERROR_PROTOCOL;
  gboolean is_refusal = usher_mongo_error_is_refusal (trouble);
  g_autofree char *hint = make_hint (address, trouble);

  return usher_refuse (error,
                       is_refusal || is_too_old ? USHER_ERROR_INVALID
                                                : usher_mongo_error_get_code (trouble, NULL),
                       "database “%s”: %s%s%s",
                       usher_mongo_address_get_place (address),
                       is_refusal ? "the server refuses the user's name or password: " : "",
                       shown,
                       hint);
}

static gboolean
check (mongoc_client_t *handle,
       UsherMongoAddress *address,
       gboolean *is_replica_set,
       GError **error)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_error_t trouble = { 0 };

  mongoc_client_set_error_api (handle, MONGOC_ERROR_API_VERSION_2);
  if (!ask_hello (handle, NULL, is_replica_set, &trouble) ||
      !ask (handle, "buildInfo", &reply, &trouble))
    return fail (address, &trouble, error);

  return check_version (address, &reply, error);
}

gboolean
usher_mongo_hello_check (UsherMongoAddress *address, gboolean *is_replica_set, GError **error)
{
  bson_error_t trouble = { 0 };
  mongoc_client_t *handle =
      mongoc_client_new_from_uri_with_error (usher_mongo_address_get_uri (address), &trouble);
  gboolean success;

  if (handle == NULL)
    return fail (address, &trouble, error);

  success = check (handle, address, is_replica_set, error);
  mongoc_client_destroy (handle);

  return success;
}
