/* usher-mongo-place.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-place-private.h"

#include "usher-mongo-index-private.h"
#include "usher-mongo-value-private.h"

struct _UsherMongoPlace
{
  char *collection; /* (owned) */
  bson_t *id;       /* (owned): of one member, `_id` */
};

static UsherMongoPlace *
new_place (const char *collection)
{
  UsherMongoPlace *self = g_atomic_rc_box_new0 (UsherMongoPlace);

  self->collection = g_strdup (collection);
  self->id = bson_new ();

  return self;
}

UsherMongoPlace *
usher_mongo_place_new (const char *collection, const char *id)
{
  UsherMongoPlace *self = new_place (collection);

  if (usher_mongo_place_is_carrier (self))
    bson_append_utf8 (self->id, "_id", -1, id, -1);
  else
    usher_mongo_append_id (self->id, "_id", id);

  return self;
}

UsherMongoPlace *
usher_mongo_place_new_of_row (const char *collection, const bson_t *row)
{
  UsherMongoPlace *self = NULL;
  bson_iter_t id;

  if (!bson_iter_init_find (&id, row, "_id"))
    return NULL;

  self = new_place (collection);
  bson_append_iter (self->id, "_id", -1, &id);

  return self;
}

UsherMongoPlace *
usher_mongo_place_ref (UsherMongoPlace *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_place (gpointer data)
{
  UsherMongoPlace *self = data;

  g_free (self->collection);
  bson_destroy (self->id);
}

void
usher_mongo_place_unref (UsherMongoPlace *self)
{
  g_atomic_rc_box_release_full (self, clear_place);
}

const char *
usher_mongo_place_get_collection (UsherMongoPlace *self)
{
  return self->collection;
}

gboolean
usher_mongo_place_is_carrier (UsherMongoPlace *self)
{
  return g_str_equal (self->collection, USHER_MONGO_CARRIERS);
}

guint
usher_mongo_place_hash (gconstpointer self)
{
  const UsherMongoPlace *place = self;
  const guint8 *data = bson_get_data (place->id);
  guint hash = g_str_hash (place->collection);

  for (guint i = 0; i < place->id->len; i++)
    hash = hash * 33 + data[i];

  return hash;
}

gboolean
usher_mongo_place_equal (gconstpointer self, gconstpointer other)
{
  const UsherMongoPlace *place = self;
  const UsherMongoPlace *second = other;

  return bson_equal (place->id, second->id) && g_str_equal (place->collection, second->collection);
}

void
usher_mongo_place_append (UsherMongoPlace *self, bson_t *bson, const char *name)
{
  bson_iter_t id;

  if (bson_iter_init_find (&id, self->id, "_id"))
    bson_append_iter (bson, name, -1, &id);
}
