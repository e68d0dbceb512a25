/* usher-mongo-copying.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-copying-private.h"

#include "usher-mongo-index-private.h"
#include "usher-store-copy-mark-private.h"

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  char **mark = user_data;
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, row, "mark") && BSON_ITER_HOLDS_UTF8 (&iter))
    *mark = g_strdup (bson_iter_utf8 (&iter, NULL));

  return TRUE;
}

gboolean
usher_mongo_copying_lookup (UsherMongoDatabase *database, char **mark, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;

  *mark = NULL;
  BCON_APPEND (&filter, "_id", BCON_UTF8 (USHER_MONGO_COPYING));

  return usher_mongo_database_find (database, USHER_MONGO_META, &filter, NULL, on_row, mark, error);
}

static void
append_set (bson_t *command, const char *mark)
{
  BCON_APPEND (command,
               "update",
               BCON_UTF8 (USHER_MONGO_META),
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               BCON_UTF8 (USHER_MONGO_COPYING),
               "}",
               "u",
               "{",
               "$set",
               "{",
               "mark",
               BCON_UTF8 (mark),
               "}",
               "}",
               "upsert",
               BCON_BOOL (true),
               "}",
               "]");
}

static void
append_remove (bson_t *command)
{
  BCON_APPEND (command,
               "delete",
               BCON_UTF8 (USHER_MONGO_META),
               "deletes",
               "[",
               "{",
               "q",
               "{",
               "_id",
               BCON_UTF8 (USHER_MONGO_COPYING),
               "}",
               "limit",
               BCON_INT32 (1),
               "}",
               "]");
}

gboolean
usher_mongo_copying_set (UsherMongoDatabase *database, const char *mark, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;

  if (mark != NULL)
    append_set (&command, mark);
  else
    append_remove (&command);

  return usher_mongo_database_write (database, NULL, &command, NULL, error);
}

gboolean
usher_mongo_copying_check (UsherMongoDatabase *database, GError **error)
{
  g_autofree char *mark = NULL;
  g_autofree char *place = NULL;

  if (!usher_mongo_copying_lookup (database, &mark, error))
    return FALSE;
  if (mark == NULL)
    return TRUE;

  place = g_strdup_printf ("database “%s”", usher_mongo_database_get_place (database));

  return usher_store_copy_mark_refuse (place, mark, error);
}
