/* test-mongo-plans.c: each query goes along an index, as the server itself tells
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "mongo-fixture.h"
#include "usher-mongo-query-private.h"
#include "usher-test-base.h"

#define OWNER       "65920080bbbbbbbbbb000001"
#define FIRST       "65920080aaaaaaaaaa000000"
#define NOW         (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)
#define N_DOCUMENTS 50

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
  { "owner", USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "starts", USHER_FIELD_TIME, USHER_FIELD_INDEXED },
  { "open", USHER_FIELD_BOOLEAN, USHER_FIELD_INDEXED },
  { "row", USHER_FIELD_INTEGER },
  { "seat", USHER_FIELD_INTEGER },
  { "pin", USHER_FIELD_STRING, USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
};

static const char *const place[] = { "owner", "row", "seat", NULL };

/* (nullable) (owned): how each find since would be done, the keys of its index, with + between */
static GString *plans;

gboolean __real_usher_mongo_database_find (UsherMongoDatabase *self,
                                           const char *collection,
                                           const bson_t *filter,
                                           const bson_t *options,
                                           UsherMongoRowFunc func,
                                           gpointer user_data,
                                           GError **error);
gboolean __wrap_usher_mongo_database_find (UsherMongoDatabase *self,
                                           const char *collection,
                                           const bson_t *filter,
                                           const bson_t *options,
                                           UsherMongoRowFunc func,
                                           gpointer user_data,
                                           GError **error);

static void
append_keys (const bson_iter_t *pattern)
{
  bson_iter_t key;

  g_assert_true (bson_iter_recurse (pattern, &key));
  if (plans->len > 0)
    g_string_append_c (plans, '+');
  for (guint i = 0; bson_iter_next (&key); i++)
    g_string_append_printf (plans, "%s%s", i > 0 ? "," : "", bson_iter_key (&key));
}

/* Goes down to where the documents come from. */
static void
append_plan (const bson_iter_t *plan)
{
  bson_iter_t member;
  bson_iter_t keys;
  bson_iter_t input;
  gboolean has_keys = FALSE;
  gboolean has_input = FALSE;

  g_assert_true (bson_iter_recurse (plan, &member));
  while (bson_iter_next (&member))
    {
      const char *name = bson_iter_key (&member);

      /* that of the tests does not see that an index is in order */
      if (g_str_equal (name, "stage") && g_getenv ("USHER_TEST_MONGODB_URI") != NULL)
        g_assert_cmpstr (bson_iter_utf8 (&member, NULL), !=, "SORT");
      if (g_str_equal (name, "keyPattern"))
        keys = member;
      if (g_str_equal (name, "inputStage") || g_str_equal (name, "queryPlan"))
        input = member;
      has_keys = has_keys || g_str_equal (name, "keyPattern");
      has_input = has_input || g_str_equal (name, "inputStage") || g_str_equal (name, "queryPlan");
    }
  g_assert_true (has_keys || has_input);
  if (has_keys)
    append_keys (&keys);
  else
    append_plan (&input);
}

static void
explain (UsherMongoDatabase *database,
         const char *collection,
         const bson_t *filter,
         const bson_t *options)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;
  bson_iter_t iter;
  bson_iter_t plan;
  bson_t find;

  bson_append_document_begin (&command, "explain", -1, &find);
  bson_append_utf8 (&find, "find", -1, collection, -1);
  bson_append_document (&find, "filter", -1, filter);
  bson_concat (&find, options);
  bson_append_document_end (&command, &find);
  bson_append_utf8 (&command, "verbosity", -1, "queryPlanner", -1);
  usher_mongo_database_read (database, &command, &reply, &error);
  g_assert_no_error (error);
  g_assert_true (bson_iter_init (&iter, &reply));
  g_assert_true (bson_iter_find_descendant (&iter, "queryPlanner.winningPlan", &plan));
  append_plan (&plan);
}

/* The linker puts this before the real one. */
gboolean
__wrap_usher_mongo_database_find (UsherMongoDatabase *self,
                                  const char *collection,
                                  const bson_t *filter,
                                  const bson_t *options,
                                  UsherMongoRowFunc func,
                                  gpointer user_data,
                                  GError **error)
{
  if (plans != NULL)
    explain (self, collection, filter, options);

  return __real_usher_mongo_database_find (
      self, collection, filter, options, func, user_data, error);
}

typedef void (*Ask) (UsherQuery *query);

static void
ask_all (UsherQuery *query)
{
}

static void
ask_oldest (UsherQuery *query)
{
  usher_query_oldest_first (query, TRUE);
  usher_query_after (query, FIRST);
}

static void
ask_equal (UsherQuery *query)
{
  usher_query_equal (query, "owner", OWNER);
  usher_query_after (query, FIRST);
}

static void
ask_private (UsherQuery *query)
{
  usher_query_equal (query, "pin", "1");
}

static void
ask_unique (UsherQuery *query)
{
  usher_query_equal (query, "name", "n7");
  usher_query_without (query, "price");
}

static void
ask_unset (UsherQuery *query)
{
  usher_query_without (query, "starts");
}

static void
ask_order (UsherQuery *query)
{
  usher_query_order_by (query, "price");
}

static void
ask_order_after (UsherQuery *query)
{
  usher_query_order_by (query, "price");
  usher_query_after_value (query, FIRST, "400");
}

static void
ask_range (UsherQuery *query)
{
  usher_query_at_least (query, "starts", 1);
  usher_query_below (query, "starts", 5000);
}

static void
ask_prefix (UsherQuery *query)
{
  usher_query_prefix (query, "name", "n1");
}

static void
ask_id_prefix (UsherQuery *query)
{
  usher_query_prefix (query, "owner", "6592");
}

static void
ask_boolean (UsherQuery *query)
{
  usher_query_order_by (query, "open");
  usher_query_oldest_first (query, TRUE);
}

static void
ask_key (UsherQuery *query)
{
  usher_query_equal (query, "owner", OWNER);
  usher_query_order_by (query, "row");
}

static void
ask_whole_key (UsherQuery *query)
{
  usher_query_equal (query, "owner", OWNER);
  usher_query_equal_integer (query, "row", 1);
  usher_query_at_least (query, "seat", 3);
}

static const struct
{
  Ask ask;
  const char *keys;
  guint n_found;
} rows[] = {
  { ask_all, "_id", N_DOCUMENTS },
  { ask_oldest, "_id", N_DOCUMENTS - 1 },
  { ask_equal, "owner,_id", 0 },
  { ask_private, "_private.pin,_id", 0 },
  { ask_unique, "name,_id", 0 },
  { ask_unset, "starts,_id", N_DOCUMENTS },
  { ask_order, "price,_id", N_DOCUMENTS },
  { ask_order_after, "price,_id+price,_id", 20 },
  { ask_range, "starts,_id", 0 },
  { ask_prefix, "name,_id", 11 },
  { ask_id_prefix, "owner,_id", N_DOCUMENTS },
  { ask_boolean, "open,_id", 0 },
  { ask_key, "owner,row,_id", N_DOCUMENTS },
  { ask_whole_key, "owner,row,seat,_id", N_DOCUMENTS - 3 },
};

static void
fill (MongoFixture *fixture, UsherMongoTable *table)
{
  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      g_autofree char *members = g_strdup_printf (",\"name\":\"n%u\",\"owner\":\"" OWNER
                                                  "\",\"price\":%u,\"row\":1,\"seat\":%u",
                                                  i,
                                                  i / 5,
                                                  i);

      mongo_fixture_insert (fixture, table, i, members);
    }
}

static void
test_queries (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) table =
      mongo_fixture_make_table (fields, G_N_ELEMENTS (fields), place);

  g_test_summary ("A query goes along the index that has its order behind what it asks for");

  mongo_fixture_add (fixture, table, TRUE);
  fill (fixture, table);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherQuery) query = usher_query_new ("items");
      g_autoptr (GPtrArray) found = NULL;
      g_autoptr (GError) error = NULL;

      rows[i].ask (query);
      plans = g_string_new (NULL);
      found = usher_mongo_query_run (fixture->database, table, query, NOW, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (plans->str, ==, rows[i].keys);
      g_assert_cmpuint (found->len, ==, rows[i].n_found);
      g_string_free (g_steal_pointer (&plans), TRUE);
    }
}

static void
test_levels (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  g_autoptr (UsherMongoTable) table = NULL;
  g_autoptr (GPtrArray) found = NULL;

  g_test_summary ("Who is behind is found along an index of levels");

  usher_schema_set_level (schema, 3);
  table = usher_mongo_table_new (schema);
  mongo_fixture_add (fixture, table, TRUE);
  plans = g_string_new (NULL);
  found = usher_mongo_levels_list (fixture->database, table, NULL, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (plans->str, ==, "_level,_id+_level,_id");
  g_string_free (g_steal_pointer (&plans), TRUE);
}

static void
test_index_lost (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherMongoTable) table =
      mongo_fixture_make_table (fields, G_N_ELEMENTS (fields), place);
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without its index, which somebody took away, a query finds the same");

  mongo_fixture_add (fixture, table, TRUE);
  fill (fixture, table);
  mongo_fixture_run (fixture, "{\"dropIndexes\":\"items\",\"index\":\"usher-by-price\"}");
  usher_query_order_by (query, "price");
  found = usher_mongo_query_run (fixture->database, table, query, NOW, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, N_DOCUMENTS);
}

int
main (int argc, char *argv[])
{
  g_autoptr (UsherTestMongodb) server = NULL;

  g_test_init (&argc, &argv, NULL);

  server = usher_test_mongodb_new (USHER_TEST_MONGODB_STANDALONE);
#define test(path, func) \
  g_test_add (path, MongoFixture, server, mongo_fixture_set_up, func, mongo_fixture_tear_down)
  test ("/mongo-plans/queries", test_queries);
  test ("/mongo-plans/levels", test_levels);
  test ("/mongo-plans/index-lost", test_index_lost);
#undef test

  return g_test_run ();
}
