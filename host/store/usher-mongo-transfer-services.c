/* usher-mongo-transfer-services.c: the services that have a database on a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transfer-private.h"

#include <string.h>

#include "usher-mongo-client-private.h"
#include "usher-mongo-index-private.h"

/* Whether a database of the server is a store; @is_there: (out) */
static gboolean
look_for_layout (UsherMongoClient *client, const char *name, gboolean *is_there, GError **error)
{
  mongoc_collection_t *meta =
      mongoc_client_get_collection (usher_mongo_client_get_handle (client), name, USHER_MONGO_META);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  const bson_t *row = NULL;
  mongoc_cursor_t *cursor = NULL;
  bson_error_t trouble = { 0 };
  gboolean success;

  BCON_APPEND (&filter, "_id", BCON_UTF8 ("layout"));
  cursor = mongoc_collection_find_with_opts (meta, &filter, NULL, NULL);
  *is_there = mongoc_cursor_next (cursor, &row);
  success = !mongoc_cursor_error (cursor, &trouble) ||
            usher_mongo_client_fail (client, &trouble, NULL, error);
  mongoc_cursor_destroy (cursor);
  mongoc_collection_destroy (meta);

  return success;
}

/* Appends the services of those of @names that begin with @prefix and are stores. What cannot be looked at must not pass for none. */
static gboolean
add_services (UsherMongoClient *client,
              char **names,
              const char *prefix,
              GPtrArray *services,
              GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      gboolean is_there = FALSE;

      if (!g_str_has_prefix (names[i], prefix))
        continue;
      if (!look_for_layout (client, names[i], &is_there, error))
        return FALSE;
      if (is_there)
        g_ptr_array_add (services, g_strdup (names[i] + strlen (prefix)));
    }

  return TRUE;
}

GPtrArray *
usher_mongo_transfer_list_services (const char *uri, GError **error)
{
  g_autoptr (UsherMongoDatabase) database = usher_mongo_database_new (uri, error);
  g_autoptr (UsherMongoClient) client =
      database != NULL ? usher_mongo_database_get_client (database, error) : NULL;
  g_autofree char *prefix = NULL;
  g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func (g_free);
  bson_error_t trouble = { 0 };
  char **names = NULL;
  gboolean success;

  if (client == NULL)
    return NULL;

  /* up to the name of the service, which is one letter */
  prefix = g_strdup (usher_mongo_database_get_name (database));
  prefix[strlen (prefix) - 1] = '\0';
  names = mongoc_client_get_database_names_with_opts (usher_mongo_client_get_handle (client),
                                                      NULL,
                                                      &trouble);
  if (names == NULL)
    {
      usher_mongo_client_fail (client, &trouble, NULL, error);
      return NULL;
    }

  success = add_services (client, names, prefix, services, error);
  bson_strfreev (names);

  return success ? g_steal_pointer (&services) : NULL;
}
