/* usher-mongo-layout-check.c: documents that a schema cannot have
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-layout-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-value-private.h"
#include "usher-schema-record-private.h"

/* of a value that is shown as an example */
#define MOST_SHOWN 40

/* (transfer full): a value as people read it */
static char *
describe_value (const bson_iter_t *value)
{
  UsherMongoText text = { .text = g_string_new (NULL) };
  g_autofree char *shown = NULL;
  gsize length;

  if (BSON_ITER_HOLDS_UTF8 (value))
    g_string_append (text.text, bson_iter_utf8 (value, NULL));
  else if (!usher_mongo_text_add_value (&text, value, 1))
    g_string_assign (text.text, "…");
  g_free (text.member);

  length = (gsize) g_utf8_strlen (text.text->str, -1);
  shown = length > MOST_SHOWN ? g_utf8_substring (text.text->str, 0, MOST_SHOWN) : NULL;
  if (shown != NULL)
    {
      g_string_assign (text.text, shown);
      g_string_append (text.text, "…");
    }

  return g_string_free (text.text, FALSE);
}

static void
append_test (bson_t *tests, const char *index, const char *path, const char *operator)
{
  bson_t test;
  bson_t value;
  bson_t inner;

  bson_append_document_begin (tests, index, -1, &test);
  bson_append_document_begin (&test, path, -1, &value);
  if (strcmp (operator, "$not") == 0)
    {
      bson_append_document_begin (&value, operator, - 1, &inner);
      bson_append_utf8 (&inner, "$type", -1, "object", -1);
      bson_append_document_end (&value, &inner);
    }
  else
    bson_append_null (&value, operator, - 1);
  bson_append_document_end (&test, &value);
  bson_append_document_end (tests, &test);
}

static gboolean
on_holder (const bson_t *row, gpointer user_data, GError **error)
{
  char **id = user_data;
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, row, "_id"))
    {
      g_autofree char *text = describe_value (&iter);
      g_auto (GStrv) parts = g_strsplit (text, "\"", 3);

      g_free (*id);
      *id = g_strdup (parts[0][0] == '\0' && parts[1] != NULL ? parts[1] : text);
    }

  return TRUE;
}

/* Finds a document with a value that the schema cannot have there; @id: (out) (nullable). */
static gboolean
find_holder (UsherMongoDatabase *database,
             UsherMongoTable *table,
             const UsherSchemaClash *clash,
             char **id,
             GError **error)
{
  gboolean is_nest = g_str_has_prefix (clash->field->name, clash->was.name) &&
                     strcmp (clash->field->name, clash->was.name) != 0;
  const UsherField was = {
    .name = clash->was.name,
    .flags = clash->was.is_private ? USHER_FIELD_PRIVATE : USHER_FIELD_NONE,
  };
  g_autofree char *path = usher_mongo_table_dup_path (table, &was);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  bson_t tests;
  bson_t projection;

  /* what is not there is null as well */
  bson_append_array_begin (&filter, "$and", -1, &tests);
  append_test (&tests, "0", path, "$ne");
  if (is_nest)
    append_test (&tests, "1", path, "$not");
  bson_append_array_end (&filter, &tests);
  bson_append_int64 (&options, "limit", -1, 1);
  bson_append_document_begin (&options, "projection", -1, &projection);
  bson_append_int32 (&projection, "_id", -1, 1);
  bson_append_document_end (&options, &projection);

  return usher_mongo_database_find (
      database, usher_mongo_table_get_name (table), &filter, &options, on_holder, id, error);
}

gboolean
usher_mongo_layout_check_fields (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 const char *record,
                                 GError **error)
{
  UsherSchema *schema = usher_mongo_table_get_schema (table);
  g_autoptr (GArray) clashes = usher_schema_record_list_clashes (record, schema);

  for (guint i = 0; i < clashes->len; i++)
    {
      const UsherSchemaClash *clash = &g_array_index (clashes, UsherSchemaClash, i);
      g_autofree char *id = NULL;
      g_autofree char *where = NULL;

      if (!find_holder (database, table, clash, &id, error))
        return FALSE;
      if (id == NULL)
        continue;

      where = g_strdup_printf ("database “%s”", usher_mongo_database_get_place (database));
      usher_schema_clash_refuse (clash, schema, where, id, error);
      return FALSE;
    }

  return TRUE;
}

/* @operator: of one value; a stage of a pipeline is an object with one */
static void
append_match (bson_t *pipeline, const UsherMongoIndex *index)
{
  bson_t stage;
  bson_t match;

  bson_append_document_begin (pipeline, "0", -1, &stage);
  bson_append_document_begin (&stage, "$match", -1, &match);
  for (guint i = 0; index->paths[i] != NULL; i++)
    {
      bson_t test;

      bson_append_document_begin (&match, index->paths[i], -1, &test);
      bson_append_bool (&test, "$exists", -1, TRUE);
      bson_append_document_end (&match, &test);
    }
  bson_append_document_end (&stage, &match);
  bson_append_document_end (pipeline, &stage);
}

static void
append_operator (bson_t *group, const char *name, const char *operator, const char * path)
{
  bson_t value;

  bson_append_document_begin (group, name, -1, &value);
  bson_append_utf8 (&value, operator, - 1, path, -1);
  bson_append_document_end (group, &value);
}

static void
append_group (bson_t *pipeline, const UsherMongoIndex *index)
{
  bson_t stage;
  bson_t group;
  bson_t id;

  bson_append_document_begin (pipeline, "1", -1, &stage);
  bson_append_document_begin (&stage, "$group", -1, &group);
  bson_append_document_begin (&group, "_id", -1, &id);
  for (guint i = 0; index->paths[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("v%u", i);
      g_autofree char *path = g_strconcat ("$", index->paths[i], NULL);

      bson_append_utf8 (&id, name, -1, path, -1);
    }
  bson_append_document_end (&group, &id);
  append_operator (&group, "least", "$min", "$_id");
  append_operator (&group, "greatest", "$max", "$_id");
  bson_append_document_end (&stage, &group);
  bson_append_document_end (pipeline, &stage);
}

/* those of more than one document */
static void
append_shared (bson_t *pipeline)
{
  bson_t stage;
  bson_t match;
  bson_t expression;
  bson_t both;

  bson_append_document_begin (pipeline, "2", -1, &stage);
  bson_append_document_begin (&stage, "$match", -1, &match);
  bson_append_document_begin (&match, "$expr", -1, &expression);
  bson_append_array_begin (&expression, "$ne", -1, &both);
  bson_append_utf8 (&both, "0", -1, "$least", -1);
  bson_append_utf8 (&both, "1", -1, "$greatest", -1);
  bson_append_array_end (&expression, &both);
  bson_append_document_end (&match, &expression);
  bson_append_document_end (&stage, &match);
  bson_append_document_end (pipeline, &stage);
  bson_append_document_begin (pipeline, "3", -1, &stage);
  bson_append_int32 (&stage, "$limit", -1, 1);
  bson_append_document_end (pipeline, &stage);
}

static gboolean
find_shared (UsherMongoDatabase *database,
             UsherMongoTable *table,
             const UsherMongoIndex *index,
             bson_t *reply,
             GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  bson_t pipeline;
  bson_t cursor;

  bson_append_utf8 (&command, "aggregate", -1, usher_mongo_table_get_name (table), -1);
  bson_append_array_begin (&command, "pipeline", -1, &pipeline);
  append_match (&pipeline, index);
  append_group (&pipeline, index);
  append_shared (&pipeline);
  bson_append_array_end (&command, &pipeline);
  bson_append_document_begin (&command, "cursor", -1, &cursor);
  bson_append_document_end (&command, &cursor);
  bson_append_bool (&command, "allowDiskUse", -1, TRUE);

  return usher_mongo_database_read (database, &command, reply, error);
}

/* (transfer full) (nullable): what lies at a path of the group that was found */
static char *
describe_found (const bson_t *reply, const char *path)
{
  g_autofree char *whole = g_strconcat ("cursor.firstBatch.0.", path, NULL);
  bson_iter_t iter;
  bson_iter_t found;
  g_autofree char *text = NULL;

  if (!bson_iter_init (&iter, reply) || !bson_iter_find_descendant (&iter, whole, &found))
    return NULL;

  text = describe_value (&found);
  /* ids come in quotes */
  if (text[0] == '"' && strlen (text) > 1)
    return g_strndup (text + 1, strlen (text) - 2);

  return g_steal_pointer (&text);
}

static gboolean
is_private (UsherMongoTable *table, const char *name)
{
  UsherSchema *schema = usher_mongo_table_get_schema (table);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);
  int index = usher_schema_find_field (schema, name);

  return index >= 0 && (fields[index].flags & USHER_FIELD_PRIVATE) != 0;
}

/* “author” “ann”, “ticket” “7” */
static char *
describe_values (UsherMongoTable *table, char **fields, const bson_t *reply)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("_id.v%u", i);
      g_autofree char *value = describe_found (reply, path);

      g_string_append_printf (text, "%s“%s”", i > 0 ? ", " : "", fields[i]);
      if (!is_private (table, fields[i]))
        g_string_append_printf (text, " “%s”", value != NULL ? value : "");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
usher_mongo_layout_check_unique (UsherMongoDatabase *database,
                                 UsherMongoTable *table,
                                 const UsherMongoIndex *index,
                                 GError **error)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;
  g_autofree char *least = NULL;
  g_autofree char *greatest = NULL;
  g_autofree char *values = NULL;
  g_autofree char *names = NULL;

  if (!find_shared (database, table, index, &reply, error))
    return FALSE;
  least = describe_found (&reply, "least");
  greatest = describe_found (&reply, "greatest");
  if (least == NULL || greatest == NULL)
    return TRUE;

  values = describe_values (table, index->fields, &reply);
  names = g_strjoinv ("”, “", index->fields);
  return usher_refuse (
      error,
      USHER_ERROR_TAKEN,
      "database “%s”: collection “%s” wants “%s” unique, but documents “%s” and “%s” share %s: "
      "change or remove all but one of them with the version before "
      "(docs/evolution.md)",
      usher_mongo_database_get_place (database),
      usher_mongo_table_get_name (table),
      names,
      least,
      greatest,
      values);
}
