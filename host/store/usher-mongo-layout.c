/* usher-mongo-layout.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-layout-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-query-private.h"
#include "usher-schema-record-private.h"

#define LAYOUT 1
/* what the server takes, with that of `_id` */
#define MOST_INDEXES 64
/* how often other copies may be first with a collection */
#define MOST_TRIES 100
/* codes of the server: what is to be dropped is not there */
#define NAMESPACE_NOT_FOUND 26
#define INDEX_NOT_FOUND     27

static gboolean
on_layout (const bson_t *row, gpointer user_data, GError **error)
{
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, row, "version"))
    *(gint64 *) user_data = bson_iter_as_int64 (&iter);

  return TRUE;
}

static gboolean
insert_layout (UsherMongoDatabase *database, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_autoptr (GError) trouble = NULL;
  bson_t documents;
  bson_t document;

  bson_append_utf8 (&command, "insert", -1, USHER_MONGO_META, -1);
  bson_append_array_begin (&command, "documents", -1, &documents);
  bson_append_document_begin (&documents, "0", -1, &document);
  bson_append_utf8 (&document, "_id", -1, "layout", -1);
  bson_append_int32 (&document, "version", -1, LAYOUT);
  bson_append_document_end (&documents, &document);
  bson_append_array_end (&command, &documents);

  /* a copy that started together with this one was first */
  if (usher_mongo_database_write (database, NULL, &command, NULL, &trouble) ||
      g_error_matches (trouble, USHER_ERROR, USHER_ERROR_TAKEN))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&trouble));
  return FALSE;
}

/* @client: (nullable) */
static gboolean
make_indexes (UsherMongoDatabase *database,
              UsherMongoClient *client,
              const char *collection,
              GArray *indexes,
              GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  bson_t list;

  bson_append_utf8 (&command, "createIndexes", -1, collection, -1);
  bson_append_array_begin (&command, "indexes", -1, &list);
  for (guint i = 0; i < indexes->len; i++)
    {
      g_autofree char *place = g_strdup_printf ("%u", i);
      bson_t index;

      bson_append_document_begin (&list, place, -1, &index);
      usher_mongo_index_append (&g_array_index (indexes, UsherMongoIndex, i), &index);
      bson_append_document_end (&list, &index);
    }
  bson_append_array_end (&command, &list);

  return usher_mongo_database_write (database, client, &command, NULL, error);
}

gboolean
usher_mongo_layout_open (UsherMongoDatabase *database, GError **error)
{
  g_autoptr (GArray) own = usher_mongo_index_list_own ();
  g_auto (bson_t) filter = BSON_INITIALIZER;
  gint64 version = 0;

  bson_append_utf8 (&filter, "_id", -1, "layout", -1);
  if (!usher_mongo_database_find (
          database, USHER_MONGO_META, &filter, NULL, on_layout, &version, error) ||
      (version == 0 && !insert_layout (database, error)))
    return FALSE;

  if (version > LAYOUT)
    return usher_refuse (error,
                         USHER_ERROR_CORRUPT,
                         "database “%s” has layout %" G_GINT64_FORMAT
                         ", this program knows layout %d",
                         usher_mongo_database_get_place (database),
                         version,
                         LAYOUT);

  return make_indexes (database, NULL, USHER_MONGO_CARRIERS, own, error);
}

static gboolean
has_name (char **names, const char *name)
{
  return g_strv_contains ((const char *const *) names, name);
}

/* (transfer full): the names of @indexes, behind those that others may want unless @is_alone */
static char **
list_names (GArray *indexes, char **before, gboolean is_alone)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; !is_alone && before[i] != NULL; i++)
    g_strv_builder_add (names, before[i]);
  for (guint i = 0; i < indexes->len; i++)
    {
      const char *name = g_array_index (indexes, UsherMongoIndex, i).name;

      if (is_alone || !has_name (before, name))
        g_strv_builder_add (names, name);
    }

  return g_strv_builder_end (names);
}

static gboolean
is_same (const UsherMongoLayoutNote *note, const UsherMongoLayoutNote *other)
{
  return note->exists && g_strcmp0 (note->record, other->record) == 0 &&
         g_strv_equal ((const char *const *) note->indexes, (const char *const *) other->indexes);
}

/* Notes what this copy wants beside the others; @before, @after: (out) */
static gboolean
change_note (UsherMongoDatabase *database,
             UsherMongoTable *table,
             GArray *indexes,
             gboolean is_alone,
             UsherMongoLayoutNote *before,
             UsherMongoLayoutNote *after,
             GError **error)
{
  for (guint i = 0; i < MOST_TRIES; i++)
    {
      gboolean lost = FALSE;

      if (!usher_mongo_layout_note_read (before, database, table, error) ||
          !usher_mongo_layout_check_fields (database, table, before->record, error))
        return FALSE;

      usher_mongo_layout_note_clear (after);
      after->record =
          usher_schema_record_merge (before->record, usher_mongo_table_get_schema (table));
      after->indexes = list_names (indexes, before->indexes, is_alone);
      if (is_same (before, after))
        return TRUE;
      if (!usher_mongo_layout_note_replace (before, after, database, table, &lost, error))
        return FALSE;
      if (!lost)
        return TRUE;
    }

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "database “%s”: other processes changed collection “%s” again and again",
                       usher_mongo_database_get_place (database),
                       usher_mongo_table_get_name (table));
}

static gboolean
drop_index (UsherMongoDatabase *database, UsherMongoTable *table, const char *name, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  g_autoptr (GError) trouble = NULL;
  bson_iter_t iter;
  gint64 code = 0;

  bson_append_utf8 (&command, "dropIndexes", -1, usher_mongo_table_get_name (table), -1);
  bson_append_utf8 (&command, "index", -1, name, -1);
  if (usher_mongo_database_write (database, NULL, &command, &reply, &trouble))
    return TRUE;
  if (bson_iter_init_find (&iter, &reply, "code"))
    code = bson_iter_as_int64 (&iter);
  if (code == NAMESPACE_NOT_FOUND || code == INDEX_NOT_FOUND)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&trouble));
  return FALSE;
}

static gboolean
drop_undeclared (UsherMongoDatabase *database,
                 UsherMongoTable *table,
                 char **before,
                 char **after,
                 GError **error)
{
  for (guint i = 0; before[i] != NULL; i++)
    if (!has_name (after, before[i]) && !drop_index (database, table, before[i], error))
      return FALSE;

  return TRUE;
}

static gboolean
check_unique (UsherMongoDatabase *database,
              UsherMongoTable *table,
              GArray *indexes,
              char **made,
              GError **error)
{
  for (guint i = 0; i < indexes->len; i++)
    {
      const UsherMongoIndex *index = &g_array_index (indexes, UsherMongoIndex, i);

      if (index->fields != NULL && !has_name (made, index->name) &&
          !usher_mongo_layout_check_unique (database, table, index, error))
        return FALSE;
    }

  return TRUE;
}

/* @is_new: some may have to be filled first */
static gboolean
make_wanted (UsherMongoDatabase *database,
             UsherMongoTable *table,
             GArray *indexes,
             gboolean is_new,
             GError **error)
{
  static char *none[] = { NULL };
  g_autoptr (UsherMongoClient) client = NULL;
  GError *trouble = NULL;

  if (is_new)
    client = usher_mongo_database_get_patient_client (database, error);
  if (is_new && client == NULL)
    return FALSE;
  if (make_indexes (database, client, usher_mongo_table_get_name (table), indexes, &trouble))
    return TRUE;

  /* an example says more than the server does */
  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_TAKEN) &&
      !check_unique (database, table, indexes, none, error))
    {
      g_error_free (trouble);
      return FALSE;
    }

  g_propagate_prefixed_error (error,
                              trouble,
                              "database “%s”: the indexes of collection “%s” cannot be made: ",
                              usher_mongo_database_get_place (database),
                              usher_mongo_table_get_name (table));
  return FALSE;
}

static gboolean
check_count (UsherMongoTable *table, GArray *indexes, GError **error)
{
  if (indexes->len < MOST_INDEXES)
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "collection “%s” needs %u indexes for its fields and keys, and MongoDB has "
                       "at most %d a collection: index fewer fields",
                       usher_mongo_table_get_name (table),
                       indexes->len + 1,
                       MOST_INDEXES);
}

/* What was to be made for this copy was not. */
static void
take_back (UsherMongoDatabase *database,
           UsherMongoTable *table,
           const UsherMongoLayoutNote *before,
           UsherMongoLayoutNote *after)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (UsherMongoLayoutNote) kept = { .record = g_strdup (after->record) };
  gboolean lost = FALSE;

  for (guint i = 0; after->indexes[i] != NULL; i++)
    if (has_name (before->indexes, after->indexes[i]))
      g_strv_builder_add (names, after->indexes[i]);
  kept.indexes = g_strv_builder_end (names);
  after->exists = TRUE;
  usher_mongo_layout_note_replace (after, &kept, database, table, &lost, NULL);
}

/* of a generation that came later */
static char *
read_record (UsherMongoTable *table, gpointer user_data)
{
  g_auto (UsherMongoLayoutNote) note = { 0 };

  return usher_mongo_layout_note_read (&note, user_data, table, NULL)
             ? g_steal_pointer (&note.record)
             : NULL;
}

/* @is_doubted: what was made may be gone; @record: (out) (transfer full) */
static gboolean
bring_in_line (UsherMongoDatabase *database,
               UsherMongoTable *table,
               gboolean is_alone,
               gboolean is_doubted,
               char **record,
               GError **error)
{
  g_autoptr (GArray) indexes = usher_mongo_index_list (table);
  g_auto (UsherMongoLayoutNote) before = { 0 };
  g_auto (UsherMongoLayoutNote) after = { 0 };

  if (!check_count (table, indexes, error) ||
      !change_note (database, table, indexes, is_alone, &before, &after, error) ||
      !drop_undeclared (database, table, before.indexes, after.indexes, error))
    return FALSE;
  after.revision = before.revision + (is_same (&before, &after) ? 0 : 1);
  after.is_made = before.is_made && after.revision == before.revision;
  if (!make_wanted (database, table, indexes, is_doubted || !after.is_made, error))
    {
      take_back (database, table, &before, &after);
      return FALSE;
    }
  if (!after.is_made && !usher_mongo_layout_note_confirm (database, table, after.revision, error))
    return FALSE;

  *record = g_steal_pointer (&after.record);
  return TRUE;
}

gboolean
usher_mongo_layout_add (UsherMongoDatabase *database,
                        UsherMongoTable *table,
                        gboolean is_alone,
                        GError **error)
{
  g_autofree char *record = NULL;

  if (!bring_in_line (database, table, is_alone, FALSE, &record, error))
    return FALSE;

  usher_mongo_table_set_record (table, record);
  usher_mongo_table_set_record_func (table,
                                     read_record,
                                     usher_mongo_database_ref (database),
                                     (GDestroyNotify) usher_mongo_database_unref);
  return TRUE;
}

gboolean
usher_mongo_layout_mend (UsherMongoDatabase *database, UsherMongoTables *tables, GError **error)
{
  g_autoptr (GPtrArray) list = usher_mongo_tables_list (tables);

  if (!usher_mongo_layout_open (database, error))
    return FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      g_autofree char *record = NULL;

      if (!bring_in_line (database, g_ptr_array_index (list, i), FALSE, TRUE, &record, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_lowest (UsherMongoDatabase *database, UsherMongoTable *table, guint *level, GError **error)
{
  g_autoptr (GPtrArray) lowest = usher_mongo_levels_list (database, table, NULL, 1, error);

  if (lowest == NULL)
    return FALSE;

  *level = lowest->len > 0 ? usher_document_get_level (g_ptr_array_index (lowest, 0))
                           : usher_schema_get_level (usher_mongo_table_get_schema (table));

  return TRUE;
}

gboolean
usher_mongo_layout_check (UsherMongoDatabase *database,
                          UsherMongoTable *table,
                          guint *level,
                          GError **error)
{
  g_autoptr (GArray) indexes = usher_mongo_index_list (table);
  g_auto (UsherMongoLayoutNote) note = { 0 };

  return check_count (table, indexes, error) &&
         usher_mongo_layout_note_read (&note, database, table, error) &&
         usher_mongo_layout_check_fields (database, table, note.record, error) &&
         check_unique (database, table, indexes, note.indexes, error) &&
         read_lowest (database, table, level, error);
}
