/* usher-mongo-timer-search.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-timer-search-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-timer-entry-private.h"

/* how many keys are looked for at once */
#define CHUNK 256

/* an entry, and where it lies */
typedef struct
{
  const char *collection;
  bson_value_t id;   /* (owned): of the document */
  char *key;         /* (owned) */
  UsherTimer *timer; /* (owned) */
} Found;

typedef struct
{
  const UsherMongoTimerSearch *search;
  const char *collection;
  guint n_rows;
  gint64 earliest;  /* of the last row */
  GPtrArray *found; /* (element-type Found) */
} Walk;

static void
free_found (gpointer data)
{
  Found *found = data;

  bson_value_destroy (&found->id);
  usher_timer_unref (found->timer);
  g_free (found->key);
  g_free (found);
}

static void
on_entry (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  Walk *walk = user_data;
  g_autoptr (UsherTimer) timer = usher_mongo_timer_entry_read (entry);
  Found *found = NULL;
  bson_iter_t iter;

  if (timer == NULL)
    return;
  walk->earliest = MIN (walk->earliest, usher_timer_get_due (timer));
  if (!walk->search->wants (timer, walk->search->value, walk->search->text) ||
      !bson_iter_init_find (&iter, row, "_id"))
    return;

  found = g_new0 (Found, 1);
  found->collection = collection;
  bson_value_copy (bson_iter_value (&iter), &found->id);
  found->key = g_strdup (usher_mongo_entry_get_text (entry, "k"));
  found->timer = g_steal_pointer (&timer);
  g_ptr_array_add (walk->found, found);
}

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  Walk *walk = user_data;

  walk->n_rows++;
  walk->earliest = G_MAXINT64;
  usher_mongo_entries_foreach (walk->collection, row, "_timers", on_entry, walk);

  return TRUE;
}

/* FALSE: it cannot be read */
static gboolean
read_collection (Walk *walk, UsherMongoDatabase *database, GError **error)
{
  const UsherMongoTimerSearch *search = walk->search;
  g_auto (bson_t) options = BSON_INITIALIZER;

  BCON_APPEND (&options,
               "limit",
               BCON_INT64 (search->n_documents),
               "projection",
               "{",
               "_timers",
               BCON_INT32 (1),
               "}");
  if (search->sort != NULL)
    BCON_APPEND (&options, "sort", "{", search->sort, BCON_INT32 (1), "}");

  walk->n_rows = 0;

  return usher_mongo_database_find (
      database, walk->collection, search->filter, &options, on_row, walk, error);
}

static void
note_highest (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  GHashTable *highest = user_data;
  const char *key = usher_mongo_entry_get_text (entry, "k");
  gint64 generation = usher_mongo_entry_get_integer (entry, "g");
  gint64 *known = key != NULL ? g_hash_table_lookup (highest, key) : NULL;

  /* other timers of the same document are none of those that are asked for */
  if (known != NULL)
    *known = MAX (*known, generation);
}

static gint64 *
new_number (gint64 number)
{
  gint64 *copy = g_new (gint64, 1);

  *copy = number;

  return copy;
}

/* (transfer full) (nullable) (element-type utf8 gint64): the generation that counts, of the keys of @n from @start on */
static GHashTable *
read_highest (GPtrArray *found,
              guint start,
              guint n,
              UsherMongoDatabase *database,
              UsherMongoTables *tables,
              GError **error)
{
  g_autoptr (GHashTable) highest = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  bson_t keys;
  bson_t array;

  bson_append_document_begin (&filter, "_timers.k", -1, &keys);
  bson_append_array_begin (&keys, "$in", -1, &array);
  for (guint i = 0; i < n; i++)
    {
      const Found *one = g_ptr_array_index (found, start + i);
      g_autofree char *index = g_strdup_printf ("%u", i);

      bson_append_utf8 (&array, index, -1, one->key, -1);
      g_hash_table_replace (highest, one->key, new_number (G_MININT64));
    }
  bson_append_array_end (&keys, &array);
  bson_append_document_end (&filter, &keys);

  if (!usher_mongo_entries_find (
          database, tables, "_timers", &filter, NULL, note_highest, highest, error))
    return NULL;

  return g_steal_pointer (&highest);
}

/* It has been superseded, and stays so whatever comes; a crash has left it there. Whoever cannot do that now finds it again. */
static void
take_away (const Found *found, UsherMongoDatabase *database)
{
  g_auto (bson_t) query = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  bson_append_value (&query, "_id", -1, &found->id);
  BCON_APPEND (&command,
               "update",
               BCON_UTF8 (found->collection),
               "updates",
               "[",
               "{",
               "q",
               BCON_DOCUMENT (&query),
               "u",
               "{",
               "$pull",
               "{",
               "_timers",
               "{",
               "k",
               BCON_UTF8 (found->key),
               "g",
               BCON_INT64 (usher_timer_get_generation (found->timer)),
               "}",
               "}",
               "}",
               "}",
               "]");
  usher_mongo_database_write (database, NULL, &command, &reply, NULL);
}

static int
compare_found (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Found *first = *(Found *const *) a;
  const Found *second = *(Found *const *) b;
  GCompareFunc compare = *(GCompareFunc *) user_data;

  return compare (&first->timer, &second->timer);
}

/* FALSE: it cannot be known which of them count */
static gboolean
take_those_that_count (const UsherMongoTimerSearch *search,
                       GPtrArray *found,
                       UsherMongoDatabase *database,
                       UsherMongoTables *tables,
                       GPtrArray *timers,
                       GError **error)
{
  guint n_left_out = 0;

  for (guint start = 0; start < found->len && timers->len < search->limit; start += CHUNK)
    {
      guint n = MIN (CHUNK, found->len - start);
      g_autoptr (GHashTable) highest = read_highest (found, start, n, database, tables, error);

      if (highest == NULL)
        return FALSE;

      for (guint i = start; i < start + n && timers->len < search->limit; i++)
        {
          const Found *one = g_ptr_array_index (found, i);
          gint64 generation = *(gint64 *) g_hash_table_lookup (highest, one->key);

          if (generation > usher_timer_get_generation (one->timer))
            take_away (one, database);
          else if (generation == G_MININT64)
            continue; /* it has gone meanwhile */
          else if (n_left_out < search->offset)
            n_left_out++;
          else
            g_ptr_array_add (timers, usher_timer_ref (one->timer));
        }
    }

  return TRUE;
}

GPtrArray *
usher_mongo_timer_search_run (const UsherMongoTimerSearch *search,
                              UsherMongoDatabase *database,
                              UsherMongoTables *tables,
                              gint64 *horizon,
                              GError **error)
{
  g_autoptr (GPtrArray) timers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_timer_unref);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (free_found);
  g_autoptr (GPtrArray) names = usher_mongo_entries_list_collections (tables);
  GCompareFunc compare = search->compare;
  gint64 end = G_MAXINT64;

  for (guint i = 0; i < names->len; i++)
    {
      Walk walk = { search, g_ptr_array_index (names, i), 0, G_MAXINT64, found };

      if (!read_collection (&walk, database, error))
        return NULL;
      if (walk.n_rows == search->n_documents)
        end = MIN (end, walk.earliest);
    }

  if (compare != NULL)
    g_ptr_array_sort_with_data (found, compare_found, &compare);
  if (!take_those_that_count (search, found, database, tables, timers, error))
    return NULL;
  if (horizon != NULL)
    *horizon = end;

  return g_steal_pointer (&timers);
}
