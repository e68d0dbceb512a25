/* usher-mongo-entries.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-entries-private.h"

#include "usher-mongo-index-private.h"

/* the end of the year 9999, in ms */
#define MAX_DATE G_GINT64_CONSTANT (253402300799999)

typedef struct
{
  const char *collection;
  const char *member;
  UsherMongoEntryFunc func;
  gpointer user_data;
} Walk;

GPtrArray *
usher_mongo_entries_list_collections (UsherMongoTables *tables)
{
  g_autoptr (GPtrArray) list = usher_mongo_tables_list (tables);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (names, (gpointer) usher_mongo_table_get_name (g_ptr_array_index (list, i)));
  g_ptr_array_add (names, (gpointer) USHER_MONGO_CARRIERS);

  return names;
}

void
usher_mongo_entries_foreach (const char *collection,
                             const bson_t *row,
                             const char *member,
                             UsherMongoEntryFunc func,
                             gpointer user_data)
{
  bson_iter_t iter;
  bson_iter_t entries;

  if (!bson_iter_init_find (&iter, row, member) || !BSON_ITER_HOLDS_ARRAY (&iter) ||
      !bson_iter_recurse (&iter, &entries))
    return;

  while (bson_iter_next (&entries))
    {
      const guint8 *data = NULL;
      guint32 length = 0;
      bson_t entry;

      if (!BSON_ITER_HOLDS_DOCUMENT (&entries))
        continue;
      bson_iter_document (&entries, &length, &data);
      if (bson_init_static (&entry, data, length))
        func (collection, row, &entry, user_data);
    }
}

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  const Walk *walk = user_data;

  usher_mongo_entries_foreach (walk->collection, row, walk->member, walk->func, walk->user_data);

  return TRUE;
}

gboolean
usher_mongo_entries_find (UsherMongoDatabase *database,
                          UsherMongoTables *tables,
                          const char *member,
                          const bson_t *filter,
                          const bson_t *options,
                          UsherMongoEntryFunc func,
                          gpointer user_data,
                          GError **error)
{
  g_autoptr (GPtrArray) names = usher_mongo_entries_list_collections (tables);
  g_auto (bson_t) all = BSON_INITIALIZER;

  if (options != NULL)
    bson_concat (&all, options);
  BCON_APPEND (&all, "projection", "{", member, BCON_INT32 (1), "}");

  for (guint i = 0; i < names->len; i++)
    {
      Walk walk = { g_ptr_array_index (names, i), member, func, user_data };

      if (!usher_mongo_database_find (
              database, walk.collection, filter, &all, on_row, &walk, error))
        return FALSE;
    }

  return TRUE;
}

typedef struct
{
  const char *key;
  gint64 generation;
  bson_t *entry; /* (owned) (nullable) */
} Lookup;

static void
take_highest (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  Lookup *lookup = user_data;
  gint64 generation = usher_mongo_entry_get_integer (entry, "g");

  if (generation <= lookup->generation ||
      g_strcmp0 (usher_mongo_entry_get_text (entry, "k"), lookup->key) != 0)
    return;

  lookup->generation = generation;
  g_clear_pointer (&lookup->entry, bson_destroy);
  lookup->entry = bson_copy (entry);
}

gboolean
usher_mongo_entries_find_highest (UsherMongoDatabase *database,
                                  UsherMongoTables *tables,
                                  const char *member,
                                  const char *key,
                                  bson_t **entry,
                                  GError **error)
{
  g_autofree char *path = g_strconcat (member, ".k", NULL);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Lookup lookup = { key, G_MININT64, NULL };

  BCON_APPEND (&filter, path, BCON_UTF8 (key));
  if (!usher_mongo_entries_find (
          database, tables, member, &filter, NULL, take_highest, &lookup, error))
    {
      g_clear_pointer (&lookup.entry, bson_destroy);
      return FALSE;
    }

  *entry = lookup.entry;
  return TRUE;
}

const char *
usher_mongo_entry_get_text (const bson_t *entry, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, entry, name) && BSON_ITER_HOLDS_UTF8 (&iter)
             ? bson_iter_utf8 (&iter, NULL)
             : NULL;
}

gint64
usher_mongo_entry_get_integer (const bson_t *entry, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, entry, name) && BSON_ITER_HOLDS_NUMBER (&iter)
             ? bson_iter_as_int64 (&iter)
             : 0;
}

gboolean
usher_mongo_entry_is_dead (const bson_t *entry)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, entry, "dead") && bson_iter_as_bool (&iter);
}

char *
usher_mongo_entry_make_unique (const char *key, gint64 generation)
{
  return g_strdup_printf ("%s" USHER_MONGO_DIVIDER "%" G_GINT64_FORMAT, key, generation);
}

gint64
usher_mongo_entry_make_date (gint64 time)
{
  return MIN (time / 1000, MAX_DATE);
}

void
usher_mongo_entry_append_text (bson_t *entry, const char *name, const char *text)
{
  if (text != NULL)
    bson_append_utf8 (entry, name, -1, text, -1);
}

void
usher_mongo_entry_append_key (bson_t *entry, const char *key, gint64 generation)
{
  g_autofree char *unique = usher_mongo_entry_make_unique (key, generation);

  bson_append_utf8 (entry, "k", -1, key, -1);
  bson_append_int64 (entry, "g", -1, generation);
  bson_append_utf8 (entry, "u", -1, unique, -1);
}
