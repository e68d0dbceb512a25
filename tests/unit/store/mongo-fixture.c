/* mongo-fixture.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mongo-fixture.h"

#include "usher-mongo-value-private.h"

void
mongo_fixture_set_up (MongoFixture *self, gconstpointer data)
{
  UsherTestMongodb *server = (UsherTestMongodb *) data;
  g_autofree char *name = usher_test_mongodb_make_name (server);
  g_autofree char *uri = usher_test_mongodb_make_uri (server, name);
  g_autoptr (GError) error = NULL;

  self->database = usher_mongo_database_new (uri, &error);
  g_assert_no_error (error);
  usher_mongo_layout_open (self->database, &error);
  g_assert_no_error (error);
}

void
mongo_fixture_tear_down (MongoFixture *self, gconstpointer data)
{
  usher_mongo_database_unref (self->database);
}

UsherMongoTable *
mongo_fixture_make_table (const UsherField *fields, guint n_fields, const char *const *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", fields, n_fields, &error);

  g_assert_no_error (error);
  if (key != NULL)
    usher_schema_add_key (schema, key, NULL, &error);
  g_assert_no_error (error);

  return usher_mongo_table_new (schema);
}

void
mongo_fixture_add (MongoFixture *self, UsherMongoTable *table, gboolean is_alone)
{
  g_autoptr (GError) error = NULL;

  usher_mongo_layout_add (self->database, table, is_alone, &error);
  g_assert_no_error (error);
}

void
mongo_fixture_insert (MongoFixture *self, UsherMongoTable *table, guint number, const char *members)
{
  g_autofree char *id = g_strdup_printf ("65920080aaaaaaaaaa%06x", number);
  g_autofree char *text = g_strdup_printf ("{\"id\":\"%s\",\"version\":0%s}", id, members);
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (usher_mongo_table_get_schema (table), id, 0, text, -1, NULL);
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;
  bson_t documents;
  bson_t row;

  bson_append_utf8 (&command, "insert", -1, usher_mongo_table_get_name (table), -1);
  bson_append_array_begin (&command, "documents", -1, &documents);
  bson_append_document_begin (&documents, "0", -1, &row);
  usher_mongo_append_id (&row, "_id", id);
  usher_mongo_document_append (table, document, &row, &error);
  g_assert_no_error (error);
  bson_append_document_end (&documents, &row);
  bson_append_array_end (&command, &documents);
  usher_mongo_database_write (self->database, NULL, &command, NULL, &error);
  g_assert_no_error (error);
}

void
mongo_fixture_run (MongoFixture *self, const char *command)
{
  g_autoptr (GError) error = NULL;
  g_auto (bson_t) bson = BSON_INITIALIZER;

  g_assert_true (bson_init_from_json (&bson, command, -1, NULL));
  usher_mongo_database_write (self->database, NULL, &bson, NULL, &error);
  g_assert_no_error (error);
}

char *
mongo_fixture_ask (MongoFixture *self, const char *command)
{
  g_autoptr (GError) error = NULL;
  g_auto (bson_t) bson = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  char *json = NULL;
  char *text = NULL;

  g_assert_true (bson_init_from_json (&bson, command, -1, NULL));
  usher_mongo_database_read (self->database, &bson, &reply, &error);
  g_assert_no_error (error);
  json = bson_as_relaxed_extended_json (&reply, NULL);
  text = g_strdup (json);
  bson_free (json);

  return text;
}
