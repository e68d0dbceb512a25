/* test-mongo-layout.c: collections of MongoDB as several copies of a service bring them in line
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "mongo-fixture.h"
#include "usher-error.h"
#include "usher-mongo-query-private.h"
#include "usher-test-base.h"

#define N_COPIES 8
#define NOW      (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static const UsherField old_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
  { "row", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
};

static const UsherField new_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "starts", USHER_FIELD_TIME },
};

static UsherMongoTable *
make_old (void)
{
  return mongo_fixture_make_table (old_fields, G_N_ELEMENTS (old_fields), NULL);
}

static UsherMongoTable *
make_new (void)
{
  return mongo_fixture_make_table (new_fields, G_N_ELEMENTS (new_fields), NULL);
}

static void
assert_indexes (MongoFixture *fixture, const char *present, const char *absent)
{
  g_autofree char *indexes = mongo_fixture_ask (fixture, "{\"listIndexes\":\"items\"}");

  if (present != NULL)
    g_assert_nonnull (strstr (indexes, present));
  if (absent != NULL)
    g_assert_null (strstr (indexes, absent));
}

static void
test_indexes (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) new_table = make_new ();
  g_autoptr (UsherMongoTable) beside = make_old ();
  g_autoptr (UsherMongoTable) alone = make_old ();

  g_test_summary ("An index that is not declared goes when nobody else may want it");

  mongo_fixture_add (fixture, new_table, TRUE);
  assert_indexes (fixture, "\"usher-by-price\"", "\"usher-by-row\"");
  assert_indexes (fixture, "\"usher-unique-name\"", NULL);
  assert_indexes (fixture, "\"usher-outbox-first\"", NULL);

  mongo_fixture_add (fixture, beside, FALSE);
  assert_indexes (fixture, "\"usher-by-row\"", NULL);
  assert_indexes (fixture, "\"usher-by-price\"", NULL);
  assert_indexes (fixture, "\"usher-unique-name\"", NULL);

  mongo_fixture_add (fixture, alone, TRUE);
  assert_indexes (fixture, "\"usher-by-row\"", "\"usher-by-price\"");
  assert_indexes (fixture, "\"usher-by-name\"", "\"usher-unique-name\"");
}

static void
test_foreign_index (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) first = make_old ();
  g_autoptr (UsherMongoTable) second = make_old ();

  g_test_summary ("An index that an operator made stays");

  mongo_fixture_add (fixture, first, TRUE);
  mongo_fixture_run (fixture,
                     "{\"createIndexes\":\"items\",\"indexes\":["
                     "{\"key\":{\"colour\":1},\"name\":\"by-hand\"}]}");
  mongo_fixture_add (fixture, second, TRUE);
  assert_indexes (fixture, "\"by-hand\"", NULL);
}

typedef struct
{
  MongoFixture *fixture;
  guint index;
} Copy;

static gpointer
run_copy (gpointer data)
{
  const Copy *copy = data;
  g_autoptr (UsherMongoTable) table = copy->index % 2 == 0 ? make_old () : make_new ();
  g_autoptr (GError) error = NULL;

  usher_mongo_layout_open (copy->fixture->database, &error);
  g_assert_no_error (error);
  mongo_fixture_add (copy->fixture, table, FALSE);

  return NULL;
}

static void
test_race (MongoFixture *fixture, gconstpointer data)
{
  GThread *threads[N_COPIES];
  Copy copies[N_COPIES];

  g_test_summary (
      "Copies of two generations that start together all start, and have what they want");

  for (guint i = 0; i < N_COPIES; i++)
    {
      copies[i] = (Copy){ fixture, i };
      threads[i] = g_thread_new ("copy", run_copy, &copies[i]);
    }
  for (guint i = 0; i < N_COPIES; i++)
    g_thread_join (threads[i]);
  assert_indexes (fixture, "\"usher-by-row\"", NULL);
  assert_indexes (fixture, "\"usher-by-price\"", NULL);
  assert_indexes (fixture, "\"usher-unique-name\"", NULL);
}

static void
test_newer (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A database of a later version is refused by name");

  mongo_fixture_run (fixture,
                     "{\"update\":\"_usher\",\"updates\":[{\"q\":{\"_id\":\"layout\"},"
                     "\"u\":{\"$set\":{\"version\":2}}}]}");
  g_assert_false (usher_mongo_layout_open (fixture->database, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "layout 2"));
  g_assert_nonnull (strstr (error->message, usher_mongo_database_get_place (fixture->database)));
}

static GPtrArray *
list (MongoFixture *fixture, UsherMongoTable *table, const char *field, const char *value)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GError) error = NULL;
  GPtrArray *found = NULL;

  if (field != NULL)
    usher_query_equal (query, field, value);
  found = usher_mongo_query_run (fixture->database, table, query, NOW, &error);
  g_assert_no_error (error);

  return found;
}

static void
test_generations (MongoFixture *fixture, gconstpointer data)
{
  static const char members[] =
      ",\"name\":\"a\",\"price\":19.9,\"starts\":\"2026-01-31T12:00:00.123Z\"";
  g_autofree char *expected =
      g_strdup_printf ("{\"id\":\"65920080aaaaaaaaaa000001\",\"version\":0%s}", members);
  g_autoptr (UsherMongoTable) old_table = make_old ();
  g_autoptr (UsherMongoTable) new_table = make_new ();
  g_autoptr (GPtrArray) of_old = NULL;
  g_autoptr (GPtrArray) of_new = NULL;

  g_test_summary (
      "A generation that started before knows what a later one declares, once it meets it");

  mongo_fixture_add (fixture, old_table, TRUE);
  mongo_fixture_add (fixture, new_table, FALSE);
  mongo_fixture_insert (fixture, new_table, 1, members);
  of_old = list (fixture, old_table, NULL, NULL);
  g_assert_cmpuint (of_old->len, ==, 1);
  g_assert_cmpstr (usher_document_get_text (g_ptr_array_index (of_old, 0), NULL), ==, expected);

  mongo_fixture_insert (fixture, old_table, 2, ",\"name\":\"b\",\"price\":19.9");
  of_new = list (fixture, new_table, "price", "1990");
  g_assert_cmpuint (of_new->len, ==, 2);
}

static void
test_taken (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) old_table = make_old ();
  g_autoptr (UsherMongoTable) new_table = make_new ();
  g_autoptr (GError) error = NULL;
  guint level = 0;

  g_test_summary (
      "What documents share is refused with an example, by a check that comes later too");

  mongo_fixture_add (fixture, old_table, TRUE);
  mongo_fixture_insert (fixture, old_table, 1, ",\"name\":\"a\"");
  mongo_fixture_insert (fixture, old_table, 2, ",\"name\":\"a\"");
  g_assert_false (usher_mongo_layout_add (fixture->database, new_table, FALSE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (
      "*“items”*“name”*“65920080aaaaaaaaaa000001”*“65920080aaaaaaaaaa000002”*“a”*",
      error->message));
  g_clear_error (&error);
  g_assert_false (usher_mongo_layout_check (fixture->database, new_table, &level, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

static void
test_too_many (MongoFixture *fixture, gconstpointer data)
{
  UsherField fields[70];
  g_autoptr (UsherMongoTable) table = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("More indexes than a collection can have are refused before one is made");

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    fields[i] = (UsherField){ .name = g_strdup_printf ("f%u", i),
                              .type = USHER_FIELD_INTEGER,
                              .flags = USHER_FIELD_INDEXED };
  table = mongo_fixture_make_table (fields, G_N_ELEMENTS (fields), NULL);
  g_assert_false (usher_mongo_layout_add (fixture->database, table, TRUE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "items"));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_free ((char *) fields[i].name);
}

static void
test_corrupt (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) table = make_new ();
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that somebody spoilt is told of by whoever lists it");

  mongo_fixture_add (fixture, table, TRUE);
  mongo_fixture_insert (fixture, table, 1, ",\"name\":\"a\"");
  mongo_fixture_run (fixture,
                     "{\"update\":\"items\",\"updates\":[{\"q\":{},"
                     "\"u\":{\"$set\":{\"price\":19.9}}}]}");
  found = usher_mongo_query_run (fixture->database, table, query, NOW, &error);
  g_assert_null (found);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_true (
      g_pattern_match_simple ("*“65920080aaaaaaaaaa000001”*“items”*“price”*", error->message));
}

int
main (int argc, char *argv[])
{
  g_autoptr (UsherTestMongodb) server = NULL;

  g_test_init (&argc, &argv, NULL);

  server = usher_test_mongodb_new (USHER_TEST_MONGODB_STANDALONE);
#define test(path, func) \
  g_test_add (path, MongoFixture, server, mongo_fixture_set_up, func, mongo_fixture_tear_down)
  test ("/mongo-layout/indexes", test_indexes);
  test ("/mongo-layout/indexes/foreign", test_foreign_index);
  test ("/mongo-layout/race", test_race);
  test ("/mongo-layout/newer", test_newer);
  test ("/mongo-layout/generations", test_generations);
  test ("/mongo-layout/taken", test_taken);
  test ("/mongo-layout/too-many", test_too_many);
  test ("/mongo-layout/corrupt", test_corrupt);
#undef test

  return g_test_run ();
}
