/* usher-mongo-place-private.h: a document or carrier on the server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <glib.h>

G_BEGIN_DECLS

/* Immutable, reference counted, any thread. */
typedef struct _UsherMongoPlace UsherMongoPlace;

/* @id: of a document, or what a carrier has for one */
UsherMongoPlace *usher_mongo_place_new (const char *collection, const char *id);
/* of a document that was read; NULL: it has no id */
UsherMongoPlace *usher_mongo_place_new_of_row (const char *collection, const bson_t *row);
UsherMongoPlace *usher_mongo_place_ref (UsherMongoPlace *self);
void usher_mongo_place_unref (UsherMongoPlace *self);

const char *usher_mongo_place_get_collection (UsherMongoPlace *self);
gboolean usher_mongo_place_is_carrier (UsherMongoPlace *self);
guint usher_mongo_place_hash (gconstpointer self);
gboolean usher_mongo_place_equal (gconstpointer self, gconstpointer other);
/* appends the id as @name */
void usher_mongo_place_append (UsherMongoPlace *self, bson_t *bson, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoPlace, usher_mongo_place_unref)

G_END_DECLS
