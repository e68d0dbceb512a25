/* usher-mongo-table.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-table-private.h"

#include <string.h>

#include "usher-error.h"

#define APART "_private."
/* code of the server: a unique index has the value */
#define DUPLICATE_KEY 11000
/* each of which is asked for once; for more there is the clock */
#define MOST_UNKNOWN 1024

struct _UsherMongoTable
{
  gatomicrefcount ref_count;
  UsherSchema *schema; /* (owned) */
  UsherMongoRecordFunc func;
  gpointer user_data; /* (owned) (nullable): of @func */
  GDestroyNotify destroy;

  GMutex mutex;
  UsherMongoTree *tree; /* (owned) (mutex mutex) */
  char *record;         /* (owned) (nullable) (mutex mutex) */
  GHashTable
      *unknown; /* (owned) (mutex mutex) (element-type utf8): members that @tree does not know */
  gint64 last_look; /* (mutex mutex): monotonic, 0: none */
};

UsherMongoTable *
usher_mongo_table_new (UsherSchema *schema)
{
  UsherMongoTable *self = g_new0 (UsherMongoTable, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->schema = usher_schema_ref (schema);
  self->tree = usher_mongo_tree_new (schema, NULL);
  self->unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

UsherMongoTable *
usher_mongo_table_ref (UsherMongoTable *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_mongo_table_unref (UsherMongoTable *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_mutex_clear (&self->mutex);
  usher_mongo_tree_unref (self->tree);
  g_hash_table_unref (self->unknown);
  usher_schema_unref (self->schema);
  g_free (self->record);
  g_free (self);
}

UsherSchema *
usher_mongo_table_get_schema (UsherMongoTable *self)
{
  return self->schema;
}

const char *
usher_mongo_table_get_name (UsherMongoTable *self)
{
  return usher_schema_get_collection (self->schema);
}

char *
usher_mongo_table_dup_path (UsherMongoTable *self, const UsherField *field)
{
  return g_strconcat ((field->flags & USHER_FIELD_PRIVATE) != 0 ? APART : "", field->name, NULL);
}

/* FALSE: it was the same; @self->mutex is held */
static gboolean
take_record (UsherMongoTable *self, const char *record)
{
  if (g_strcmp0 (self->record, record) == 0)
    return FALSE;

  g_free (self->record);
  self->record = g_strdup (record);
  usher_mongo_tree_unref (self->tree);
  self->tree = usher_mongo_tree_new (self->schema, record);
  g_hash_table_remove_all (self->unknown);

  return TRUE;
}

void
usher_mongo_table_set_record (UsherMongoTable *self, const char *record)
{
  g_mutex_lock (&self->mutex);
  take_record (self, record);
  g_mutex_unlock (&self->mutex);
}

void
usher_mongo_table_set_record_func (UsherMongoTable *self,
                                   UsherMongoRecordFunc func,
                                   gpointer user_data,
                                   GDestroyNotify destroy)
{
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
}

UsherMongoTree *
usher_mongo_table_dup_tree (UsherMongoTable *self)
{
  UsherMongoTree *tree;

  g_mutex_lock (&self->mutex);
  tree = usher_mongo_tree_ref (self->tree);
  g_mutex_unlock (&self->mutex);

  return tree;
}

gboolean
usher_mongo_table_note_unknown (UsherMongoTable *self,
                                const UsherMongoNode *object,
                                const char *name)
{
  gboolean is_new = FALSE;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->unknown) < MOST_UNKNOWN)
    is_new = g_hash_table_add (self->unknown, g_strdup_printf ("%p %s", (gpointer) object, name));
  g_mutex_unlock (&self->mutex);

  return is_new;
}

/* Members of nobody are rare, and documents with them need not be. */
static gboolean
take_turn (UsherMongoTable *self, gboolean is_new)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_turn;

  g_mutex_lock (&self->mutex);
  is_turn = self->func != NULL &&
            (is_new || self->last_look == 0 || now - self->last_look >= G_USEC_PER_SEC);
  if (is_turn)
    self->last_look = now;
  g_mutex_unlock (&self->mutex);

  return is_turn;
}

UsherMongoTree *
usher_mongo_table_look_again (UsherMongoTable *self, UsherMongoTree *tree, gboolean is_new)
{
  g_autofree char *record = NULL;
  UsherMongoTree *other = NULL;

  if (take_turn (self, is_new))
    record = self->func (self, self->user_data);

  g_mutex_lock (&self->mutex);
  if (record != NULL)
    take_record (self, record);
  if (self->tree != tree)
    other = usher_mongo_tree_ref (self->tree);
  g_mutex_unlock (&self->mutex);

  return other;
}

/* (nullable): the name of the field at a path on the server, “id” too */
static const char *
find_field (UsherMongoTable *self, const char *path)
{
  gboolean is_apart = g_str_has_prefix (path, APART);

  if (strcmp (path, "_id") == 0)
    return "id";

  return is_apart ? path + strlen (APART) : path[0] != '_' ? path : NULL;
}

/* (transfer full) (nullable): the fields of a pattern of an index */
static char **
list_fields (UsherMongoTable *self, bson_iter_t *pattern)
{
  g_autoptr (GStrvBuilder) fields = g_strv_builder_new ();
  bson_iter_t key;

  if (!bson_iter_recurse (pattern, &key))
    return NULL;

  while (bson_iter_next (&key))
    {
      const char *field = find_field (self, bson_iter_key (&key));

      if (field == NULL)
        return NULL;
      g_strv_builder_add (fields, field);
    }

  return g_strv_builder_end (fields);
}

char **
usher_mongo_table_dup_taken (UsherMongoTable *self, const bson_t *reply)
{
  /* of a write, or of a command as a whole */
  static const char *const places[] = { "writeErrors.0.", "" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *code = g_strconcat (places[i], "code", NULL);
      g_autofree char *pattern = g_strconcat (places[i], "keyPattern", NULL);
      bson_iter_t iter;
      bson_iter_t found;

      if (bson_iter_init (&iter, reply) && bson_iter_find_descendant (&iter, code, &found) &&
          bson_iter_as_int64 (&found) == DUPLICATE_KEY && bson_iter_init (&iter, reply) &&
          bson_iter_find_descendant (&iter, pattern, &found))
        return list_fields (self, &found);
    }

  return NULL;
}
