/* usher-mongo-index.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-index-private.h"

#include <string.h>

/* Each has the id behind its values, so that a list is in order along it. */
#define BY     "usher-by-"
#define UNIQUE "usher-unique-"

static void
clear_index (gpointer data)
{
  UsherMongoIndex *index = data;

  g_free (index->name);
  g_strfreev (index->paths);
  g_strfreev (index->fields);
}

static GArray *
new_list (void)
{
  GArray *indexes = g_array_new (FALSE, TRUE, sizeof (UsherMongoIndex));

  g_array_set_clear_func (indexes, clear_index);

  return indexes;
}

static void
append_own (GArray *indexes)
{
  static const struct
  {
    const char *name;
    const char *path;
    gboolean is_unique;
  } own[] = {
    /* of the first alone: a server would make a key of each that waits anew with each commit */
    { USHER_MONGO_INDEX_OUTBOX, "_outbox.0.id", FALSE },
    { USHER_MONGO_INDEX_DUE, "_timers.due", FALSE },
    { USHER_MONGO_INDEX_TIMERS, "_timers.u", TRUE },
    { USHER_MONGO_INDEX_REQUEST, "_request.u", TRUE },
    { USHER_MONGO_INDEX_APPLIED, "_applied.k", TRUE },
    { USHER_MONGO_INDEX_TIMER_KEYS, "_timers.k", FALSE },
    { USHER_MONGO_INDEX_TIMER_STATES, "_timers.state", FALSE },
    { USHER_MONGO_INDEX_REQUEST_KEYS, "_request.k", FALSE },
    { USHER_MONGO_INDEX_REQUEST_TIMES, "_request.at", FALSE },
    { USHER_MONGO_INDEX_APPLIED_TIMES, "_applied.at", FALSE },
    { USHER_MONGO_INDEX_REMOVED, "_removed", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      const char *const paths[] = { own[i].path, NULL };
      const UsherMongoIndex index = {
        .name = g_strdup (own[i].name),
        .paths = g_strdupv ((char **) paths),
        .is_unique = own[i].is_unique,
        /* of one path this holds whoever has it, and servers find by it, as they may not by a filter */
        .is_sparse = TRUE,
      };

      g_array_append_val (indexes, index);
    }
}

GArray *
usher_mongo_index_list_own (void)
{
  GArray *indexes = new_list ();

  append_own (indexes);

  return indexes;
}

/* (transfer full): the paths of @fields up to @last (nullable); @with_id: and the id behind them */
static char **
list_paths (UsherMongoTable *table, const char *const *fields, const char *last, gboolean with_id)
{
  UsherSchema *schema = usher_mongo_table_get_schema (table);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  guint n_fields = 0;
  const UsherField *all = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *path =
          usher_mongo_table_dup_path (table, &all[usher_schema_find_field (schema, fields[i])]);

      g_strv_builder_add (paths, path);
      if (last != NULL && strcmp (fields[i], last) == 0)
        break;
    }
  if (with_id)
    g_strv_builder_add (paths, "_id");

  return g_strv_builder_end (paths);
}

static char *
make_name (const char *start, char **paths)
{
  g_autofree char *joined = g_strjoinv (",", paths);

  return g_strconcat (start, joined, NULL);
}

char *
usher_mongo_index_dup_name (UsherMongoTable *table, const UsherField *field, const char *const *key)
{
  const char *const alone[] = { field->name, NULL };
  g_auto (GStrv) paths = list_paths (table, key != NULL ? key : alone, field->name, FALSE);

  return make_name (BY, paths);
}

static gboolean
has_index (GArray *indexes, const char *name)
{
  for (guint i = 0; i < indexes->len; i++)
    if (strcmp (g_array_index (indexes, UsherMongoIndex, i).name, name) == 0)
      return TRUE;

  return FALSE;
}

/* One that lists go along. Keys may begin alike. */
static void
append_by (GArray *indexes, UsherMongoTable *table, const char *const *fields, const char *last)
{
  g_auto (GStrv) names = list_paths (table, fields, last, FALSE);
  g_autofree char *name = make_name (BY, names);
  UsherMongoIndex index = { 0 };

  if (has_index (indexes, name))
    return;

  index.name = g_steal_pointer (&name);
  index.paths = list_paths (table, fields, last, TRUE);
  g_array_append_val (indexes, index);
}

static void
append_unique (GArray *indexes, UsherMongoTable *table, const char *const *fields)
{
  UsherMongoIndex index = {
    .paths = list_paths (table, fields, NULL, FALSE),
    .is_unique = TRUE,
    .fields = g_strdupv ((char **) fields),
  };

  index.name = make_name (UNIQUE, index.paths);
  g_array_append_val (indexes, index);
}

/* An index serves the order of the last field of a key that is asked for up to there: so one for each. */
static void
append_key (GArray *indexes, UsherMongoTable *table, const char *const *key)
{
  for (guint i = 1; key[i] != NULL; i++)
    append_by (indexes, table, key, key[i]);
  append_unique (indexes, table, key);
}

static void
append_field (GArray *indexes, UsherMongoTable *table, const UsherField *field)
{
  const char *const fields[] = { field->name, NULL };

  append_by (indexes, table, fields, NULL);
  if ((field->flags & USHER_FIELD_UNIQUE) != 0)
    append_unique (indexes, table, fields);
}

static void
append_level (GArray *indexes)
{
  const char *const paths[] = { "_level", "_id", NULL };
  const UsherMongoIndex index = {
    .name = g_strdup (USHER_MONGO_INDEX_LEVEL),
    .paths = g_strdupv ((char **) paths),
  };

  g_array_append_val (indexes, index);
}

GArray *
usher_mongo_index_list (UsherMongoTable *table)
{
  UsherSchema *schema = usher_mongo_table_get_schema (table);
  GArray *indexes = usher_mongo_index_list_own ();
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    if ((fields[i].flags & (USHER_FIELD_INDEXED | USHER_FIELD_UNIQUE)) != 0)
      append_field (indexes, table, &fields[i]);
  for (guint i = 0; i < usher_schema_get_n_keys (schema); i++)
    {
      const char *const *key = usher_schema_get_key (schema, i);

      /* one field is unique by itself */
      if (key[1] != NULL)
        append_key (indexes, table, key);
    }
  if (usher_schema_get_level (schema) > 0)
    append_level (indexes);

  return indexes;
}

/* Of documents alone that have all of them: others may lack them, however many. */
static void
append_filter (const UsherMongoIndex *self, bson_t *specification)
{
  bson_t filter;

  bson_append_document_begin (specification, "partialFilterExpression", -1, &filter);
  for (guint i = 0; self->paths[i] != NULL; i++)
    {
      bson_t test;

      bson_append_document_begin (&filter, self->paths[i], -1, &test);
      bson_append_bool (&test, "$exists", -1, TRUE);
      bson_append_document_end (&filter, &test);
    }
  bson_append_document_end (specification, &filter);
}

void
usher_mongo_index_append (const UsherMongoIndex *self, bson_t *specification)
{
  bson_t key;

  bson_append_document_begin (specification, "key", -1, &key);
  for (guint i = 0; self->paths[i] != NULL; i++)
    bson_append_int32 (&key, self->paths[i], -1, 1);
  bson_append_document_end (specification, &key);
  bson_append_utf8 (specification, "name", -1, self->name, -1);
  if (self->is_unique)
    bson_append_bool (specification, "unique", -1, TRUE);
  if (self->is_sparse)
    bson_append_bool (specification, "sparse", -1, TRUE);
  else if (self->is_unique)
    append_filter (self, specification);
}
