/* usher-mongo-transfer-schemas.c: the schemas of collections, as far as a MongoDB database tells them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transfer-private.h"

#include <string.h>

#include "usher-mongo-index-private.h"

#define COLLECTION "collection "
/* names of indexes, and where the private members are */
#define BY      "usher-by-"
#define UNIQUE  "usher-unique-"
#define PRIVATE "_private."

/* An index of one field says that it is indexed. */
static void
note_index (GHashTable *indexes, const char *name)
{
  gboolean is_unique = g_str_has_prefix (name, UNIQUE);
  const char *path = NULL;

  if (strchr (name, ',') != NULL || (!is_unique && !g_str_has_prefix (name, BY)))
    return;

  path = name + strlen (is_unique ? UNIQUE : BY);
  if (g_str_has_prefix (path, PRIVATE))
    path += strlen (PRIVATE);
  if (is_unique || !g_hash_table_contains (indexes, path))
    g_hash_table_insert (indexes,
                         g_strdup (path),
                         GINT_TO_POINTER (is_unique ? USHER_FIELD_UNIQUE : USHER_FIELD_INDEXED));
}

/* (element-type utf8 int): the flags of fields with an index */
static GHashTable *
read_indexes (const bson_t *row)
{
  GHashTable *indexes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bson_iter_t iter;
  bson_iter_t name;

  if (bson_iter_init_find (&iter, row, "indexes") && bson_iter_recurse (&iter, &name))
    while (bson_iter_next (&name))
      if (BSON_ITER_HOLDS_UTF8 (&name))
        note_index (indexes, bson_iter_utf8 (&name, NULL));

  return indexes;
}

static gboolean
on_collection (const bson_t *row, gpointer user_data, GError **error)
{
  g_autoptr (GHashTable) indexes = read_indexes (row);
  UsherSchema *schema = NULL;
  const char *name = NULL;
  bson_iter_t id;
  bson_iter_t record;

  if (!bson_iter_init_find (&id, row, "_id") || !BSON_ITER_HOLDS_UTF8 (&id) ||
      !bson_iter_init_find (&record, row, "record") || !BSON_ITER_HOLDS_UTF8 (&record))
    return TRUE;

  name = bson_iter_utf8 (&id, NULL) + strlen (COLLECTION);
  schema = usher_store_transfer_make_schema (name, bson_iter_utf8 (&record, NULL), indexes, error);
  if (schema == NULL)
    return FALSE;

  usher_schema_set_level (schema, G_MAXINT32);
  g_ptr_array_add (user_data, schema);

  return TRUE;
}

GPtrArray *
usher_mongo_transfer_read_schemas (UsherMongoDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) schemas =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_schema_unref);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  BCON_APPEND (&filter, "_id", "{", "$regex", BCON_UTF8 ("^" COLLECTION), "}");
  BCON_APPEND (&options, "sort", "{", "_id", BCON_INT32 (1), "}");

  return usher_mongo_database_find (
             database, USHER_MONGO_META, &filter, &options, on_collection, schemas, error)
             ? g_steal_pointer (&schemas)
             : NULL;
}
