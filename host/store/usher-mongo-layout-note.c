/* usher-mongo-layout-note.c: what is kept of one collection, which copies that start together change together
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-layout-private.h"

#include "usher-error.h"

void
usher_mongo_layout_note_clear (UsherMongoLayoutNote *self)
{
  g_clear_pointer (&self->record, g_free);
  g_clear_pointer (&self->indexes, g_strfreev);
}

static char *
make_id (UsherMongoTable *table)
{
  return g_strconcat ("collection ", usher_mongo_table_get_name (table), NULL);
}

static char **
read_names (const bson_t *row)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  bson_iter_t iter;
  bson_iter_t name;

  if (bson_iter_init_find (&iter, row, "indexes") && bson_iter_recurse (&iter, &name))
    while (bson_iter_next (&name))
      if (BSON_ITER_HOLDS_UTF8 (&name))
        g_strv_builder_add (names, bson_iter_utf8 (&name, NULL));

  return g_strv_builder_end (names);
}

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  UsherMongoLayoutNote *self = user_data;
  bson_iter_t iter;

  self->exists = TRUE;
  if (bson_iter_init_find (&iter, row, "revision"))
    self->revision = bson_iter_as_int64 (&iter);
  if (bson_iter_init_find (&iter, row, "record") && BSON_ITER_HOLDS_UTF8 (&iter))
    self->record = g_strdup (bson_iter_utf8 (&iter, NULL));
  self->indexes = read_names (row);
  self->is_made =
      bson_iter_init_find (&iter, row, "made") && bson_iter_as_int64 (&iter) == self->revision;

  return TRUE;
}

gboolean
usher_mongo_layout_note_read (UsherMongoLayoutNote *self,
                              UsherMongoDatabase *database,
                              UsherMongoTable *table,
                              GError **error)
{
  g_autofree char *id = make_id (table);
  g_auto (bson_t) filter = BSON_INITIALIZER;

  usher_mongo_layout_note_clear (self);
  *self = (UsherMongoLayoutNote){ 0 };
  bson_append_utf8 (&filter, "_id", -1, id, -1);
  if (!usher_mongo_database_find (database, USHER_MONGO_META, &filter, NULL, on_row, self, error))
    return FALSE;
  if (self->indexes == NULL)
    self->indexes = g_new0 (char *, 1);

  return TRUE;
}

static void
append_note (const UsherMongoLayoutNote *self, bson_t *document, gint64 revision)
{
  bson_t names;

  bson_append_utf8 (document, "record", -1, self->record, -1);
  bson_append_array_begin (document, "indexes", -1, &names);
  for (guint i = 0; self->indexes[i] != NULL; i++)
    {
      g_autofree char *index = g_strdup_printf ("%u", i);

      bson_append_utf8 (&names, index, -1, self->indexes[i], -1);
    }
  bson_append_array_end (document, &names);
  bson_append_int64 (document, "revision", -1, revision);
}

static gboolean
insert (const UsherMongoLayoutNote *after,
        UsherMongoDatabase *database,
        const char *id,
        gboolean *lost,
        GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_autoptr (GError) trouble = NULL;
  bson_t documents;
  bson_t document;

  bson_append_utf8 (&command, "insert", -1, USHER_MONGO_META, -1);
  bson_append_array_begin (&command, "documents", -1, &documents);
  bson_append_document_begin (&documents, "0", -1, &document);
  bson_append_utf8 (&document, "_id", -1, id, -1);
  append_note (after, &document, 1);
  bson_append_document_end (&documents, &document);
  bson_append_array_end (&command, &documents);

  if (usher_mongo_database_write (database, NULL, &command, NULL, &trouble))
    return TRUE;
  *lost = g_error_matches (trouble, USHER_ERROR, USHER_ERROR_TAKEN);
  if (!*lost)
    g_propagate_error (error, g_steal_pointer (&trouble));

  return *lost;
}

/* @set: what is changed at @revision; @lost: (out): there is another by now */
static gboolean
update (UsherMongoDatabase *database,
        const char *id,
        gint64 revision,
        const bson_t *set,
        gboolean *lost,
        GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_iter_t iter;
  bson_t updates;
  bson_t first;
  bson_t part;

  bson_append_utf8 (&command, "update", -1, USHER_MONGO_META, -1);
  bson_append_array_begin (&command, "updates", -1, &updates);
  bson_append_document_begin (&updates, "0", -1, &first);
  bson_append_document_begin (&first, "q", -1, &part);
  bson_append_utf8 (&part, "_id", -1, id, -1);
  bson_append_int64 (&part, "revision", -1, revision);
  bson_append_document_end (&first, &part);
  bson_append_document_begin (&first, "u", -1, &part);
  bson_append_document (&part, "$set", -1, set);
  bson_append_document_end (&first, &part);
  bson_append_document_end (&updates, &first);
  bson_append_array_end (&command, &updates);

  if (!usher_mongo_database_write (database, NULL, &command, &reply, error))
    return FALSE;
  *lost = !bson_iter_init_find (&iter, &reply, "n") || bson_iter_as_int64 (&iter) == 0;

  return TRUE;
}

gboolean
usher_mongo_layout_note_confirm (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 gint64 revision,
                                 GError **error)
{
  g_autofree char *id = make_id (table);
  g_auto (bson_t) set = BSON_INITIALIZER;
  gboolean lost = FALSE;

  bson_append_int64 (&set, "made", -1, revision);

  return update (database, id, revision, &set, &lost, error);
}

gboolean
usher_mongo_layout_note_replace (const UsherMongoLayoutNote *self,
                                 const UsherMongoLayoutNote *after,
                                 UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 gboolean *lost,
                                 GError **error)
{
  g_autofree char *id = make_id (table);
  g_auto (bson_t) set = BSON_INITIALIZER;

  *lost = FALSE;
  if (!self->exists)
    return insert (after, database, id, lost, error);

  append_note (after, &set, self->revision + 1);

  return update (database, id, self->revision, &set, lost, error);
}
