/* usher-mongo-pull.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-pull-private.h"

#include "usher-mongo-prune-private.h"

/* how many documents are changed by one command */
#define MOST_DOCUMENTS 1000

struct _UsherMongoPull
{
  UsherMongoPlace *place; /* (owned) */
  const char *member;
  const char *field;
  char *value; /* (owned) */
};

UsherMongoPull *
usher_mongo_pull_new (UsherMongoPlace *place,
                      const char *member,
                      const char *field,
                      const char *value)
{
  UsherMongoPull *self = g_new0 (UsherMongoPull, 1);

  self->place = usher_mongo_place_ref (place);
  self->member = member;
  self->field = field;
  self->value = g_strdup (value);

  return self;
}

void
usher_mongo_pull_free (UsherMongoPull *self)
{
  usher_mongo_place_unref (self->place);
  g_free (self->value);
  g_free (self);
}

const char *
usher_mongo_pull_get_value (UsherMongoPull *self)
{
  return self->value;
}

/* what is taken out of one array of one document */
typedef struct
{
  const UsherMongoPull *first; /* (unowned) */
  bson_t *values;              /* (owned) */
  guint n_values;
} Portion;

static void
free_portion (gpointer data)
{
  Portion *portion = data;

  bson_destroy (portion->values);
  g_free (portion);
}

static guint
hash_array (gconstpointer pull)
{
  const UsherMongoPull *self = pull;

  return usher_mongo_place_hash (self->place) ^ g_str_hash (self->member);
}

static gboolean
is_same_array (gconstpointer pull, gconstpointer other)
{
  const UsherMongoPull *first = pull;
  const UsherMongoPull *second = other;

  return g_str_equal (first->member, second->member) &&
         usher_mongo_place_equal (first->place, second->place);
}

static void
add_to_portion (GHashTable *portions, const UsherMongoPull *pull)
{
  Portion *portion = g_hash_table_lookup (portions, pull);
  char buffer[16];
  const char *index = NULL;

  if (portion == NULL)
    {
      portion = g_new0 (Portion, 1);
      portion->first = pull;
      portion->values = bson_new ();
      g_hash_table_insert (portions, (gpointer) pull, portion);
    }

  bson_uint32_to_string (portion->n_values++, &index, buffer, sizeof buffer);
  bson_append_utf8 (portion->values, index, -1, pull->value, -1);
}

static gboolean
write_all (UsherMongoDatabase *database, const bson_t *command, GError **error)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;

  return usher_mongo_database_write (database, NULL, command, &reply, error);
}

static void
append_update (const Portion *portion, bson_t *update)
{
  bson_t filter;

  bson_append_document_begin (update, "q", -1, &filter);
  usher_mongo_place_append (portion->first->place, &filter, "_id");
  bson_append_document_end (update, &filter);
  BCON_APPEND (update,
               "u",
               "{",
               "$pull",
               "{",
               portion->first->member,
               "{",
               portion->first->field,
               "{",
               "$in",
               BCON_ARRAY (portion->values),
               "}",
               "}",
               "}",
               "}");
}

/* takes out of some documents of one collection */
static gboolean
update (UsherMongoDatabase *database,
        const char *collection,
        GPtrArray *portions,
        guint begin,
        GError **error)
{
  guint end = MIN (begin + MOST_DOCUMENTS, portions->len);
  g_auto (bson_t) command = BSON_INITIALIZER;
  bson_t list;

  bson_append_utf8 (&command, "update", -1, collection, -1);
  bson_append_array_begin (&command, "updates", -1, &list);
  for (guint i = begin; i < end; i++)
    {
      char buffer[16];
      const char *index = NULL;
      bson_t one;

      bson_uint32_to_string (i - begin, &index, buffer, sizeof buffer);
      bson_append_document_begin (&list, index, -1, &one);
      append_update (g_ptr_array_index (portions, i), &one);
      bson_append_document_end (&list, &one);
    }
  bson_append_array_end (&command, &list);
  bson_append_bool (&command, "ordered", -1, FALSE);

  return write_all (database, &command, error);
}

/* carriers that carry nothing are nothing */
static gboolean
delete_empty (UsherMongoDatabase *database,
              const char *collection,
              GPtrArray *portions,
              GError **error)
{
  g_auto (bson_t) ids = BSON_INITIALIZER;
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;

  for (guint i = 0; i < portions->len; i++)
    {
      const Portion *portion = g_ptr_array_index (portions, i);
      char buffer[16];
      const char *index = NULL;

      bson_uint32_to_string (i, &index, buffer, sizeof buffer);
      usher_mongo_place_append (portion->first->place, &ids, index);
    }
  BCON_APPEND (&filter, "_id", "{", "$in", BCON_ARRAY (&ids), "}");
  usher_mongo_prune_append_empty (&filter);
  BCON_APPEND (&command,
               "delete",
               BCON_UTF8 (collection),
               "deletes",
               "[",
               "{",
               "q",
               BCON_DOCUMENT (&filter),
               "limit",
               BCON_INT32 (0),
               "}",
               "]");

  return write_all (database, &command, error);
}

static gboolean
run_collection (UsherMongoDatabase *database, GPtrArray *portions, GError **error)
{
  UsherMongoPlace *place = ((Portion *) g_ptr_array_index (portions, 0))->first->place;
  const char *collection = usher_mongo_place_get_collection (place);

  for (guint begin = 0; begin < portions->len; begin += MOST_DOCUMENTS)
    if (!update (database, collection, portions, begin, error))
      return FALSE;

  return !usher_mongo_place_is_carrier (place) ||
         delete_empty (database, collection, portions, error);
}

/* (transfer full): arrays of portions by collection; these stay those of @portions */
static GHashTable *
sort_by_collection (GHashTable *portions)
{
  GHashTable *collections =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer portion = NULL;

  g_hash_table_iter_init (&iter, portions);
  while (g_hash_table_iter_next (&iter, NULL, &portion))
    {
      const char *name = usher_mongo_place_get_collection (((Portion *) portion)->first->place);
      GPtrArray *list = g_hash_table_lookup (collections, name);

      if (list == NULL)
        {
          list = g_ptr_array_new ();
          g_hash_table_insert (collections, (gpointer) name, list);
        }
      g_ptr_array_add (list, portion);
    }

  return collections;
}

gboolean
usher_mongo_pull_run (GPtrArray *pulls, UsherMongoDatabase *database, GError **error)
{
  g_autoptr (GHashTable) portions =
      g_hash_table_new_full (hash_array, is_same_array, NULL, free_portion);
  g_autoptr (GHashTable) collections = NULL;
  GHashTableIter iter;
  gpointer list = NULL;

  for (guint i = 0; i < pulls->len; i++)
    add_to_portion (portions, g_ptr_array_index (pulls, i));
  collections = sort_by_collection (portions);

  g_hash_table_iter_init (&iter, collections);
  while (g_hash_table_iter_next (&iter, NULL, &list))
    if (!run_collection (database, list, error))
      return FALSE;

  return TRUE;
}
