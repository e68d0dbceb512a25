/* usher-store-suite-sorts.c: queries for ranges, and in the order of values
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-store-suite.h"

#define DAY     G_TIME_SPAN_DAY
#define NOWHERE "65920080bbbbbbbbbb000001"

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
  { "owner", USHER_FIELD_STRING },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "starts", USHER_FIELD_TIME, USHER_FIELD_INDEXED },
  { "open", USHER_FIELD_BOOLEAN, USHER_FIELD_INDEXED },
  { "rank", USHER_FIELD_INTEGER },
  { "pin", USHER_FIELD_STRING, USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
};

static const char *const key[] = { "owner", "rank", NULL };

typedef struct
{
  const char *name;
  const char *owner;
  gint64 price; /* 0: none */
  gint64 rank;
} Item;

static const Item items[] = {
  { "a", "ann", 300, 2 }, { "b", "ann", 100, 3 }, { "c", "bob", 0, 1 },   { "d", "ann", 200, 1 },
  { "e", "bob", 100, 2 }, { "f", "bob", -50, 3 }, { "g", "cid", 200, 1 },
};

static void
fill (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);

  usher_schema_add_key (schema, key, NULL, &error);
  g_assert_no_error (error);
  usher_store_fixture_reopen (fixture, schema, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
      g_autoptr (UsherDocument) item = usher_store_fixture_make (fixture, unit, items[i].name);

      usher_document_set_string (item, "owner", items[i].owner);
      usher_document_set_integer (item, "rank", items[i].rank);
      usher_document_set_integer (item, "starts", (gint64) i * DAY);
      usher_document_set_boolean (item, "open", i % 2 == 0);
      if (items[i].price != 0)
        usher_document_set_integer (item, "price", items[i].price);
      usher_unit_insert (unit, item, &error);
      g_assert_no_error (error);
      usher_store_fixture_commit (fixture, unit);
    }
}

static GPtrArray *
run (UsherStoreFixture *fixture, UsherQuery *query)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *found = usher_store_query (fixture->store, query, &error);

  g_assert_no_error (error);
  usher_store_end_reads (fixture->store);

  return found;
}

static void
append_names (GString *names, GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      UsherDocument *item = g_ptr_array_index (found, i);

      g_string_append (names, usher_document_get_string (item, "name"));
    }
}

/* The names, and that each of the documents matches as well. */
static void
assert_found (UsherStoreFixture *fixture, UsherQuery *query, const char *expected)
{
  g_autoptr (GPtrArray) found = run (fixture, query);
  g_autoptr (GString) names = g_string_new (NULL);

  append_names (names, found);
  g_assert_cmpstr (names->str, ==, expected);
  for (guint i = 0; i < found->len; i++)
    g_assert_true (usher_query_matches (query, g_ptr_array_index (found, i)));
}

static void
test_typed (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) price = usher_query_new ("items");
  g_autoptr (UsherQuery) time = usher_query_new ("items");
  g_autoptr (UsherQuery) open = usher_query_new ("items");

  g_test_summary ("Values are asked for by their types.");

  fill (fixture);
  usher_query_equal_integer (price, "price", 100);
  assert_found (fixture, price, "eb");
  usher_query_equal_integer (time, "starts", 3 * DAY);
  assert_found (fixture, time, "d");
  usher_query_equal_boolean (open, "open", FALSE);
  assert_found (fixture, open, "fdb");
}

static void
assert_range (UsherStoreFixture *fixture,
              gint64 at_least,
              gint64 below,
              const char *downward,
              const char *upward)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  if (at_least != G_MININT64)
    usher_query_at_least (query, "price", at_least);
  if (below != G_MAXINT64)
    usher_query_below (query, "price", below);
  usher_query_order_by (query, "price");
  assert_found (fixture, query, downward);
  usher_query_oldest_first (query, TRUE);
  assert_found (fixture, query, upward);
}

static void
test_ranges (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) implied = usher_query_new ("items");

  g_test_summary ("A range holds its least value and not its last; it is in the order of values, "
                  "those of one value in that of commits.");

  fill (fixture);
  assert_range (fixture, G_MININT64, G_MAXINT64, "agdebf", "fbedga");
  assert_range (fixture, 100, G_MAXINT64, "agdeb", "bedga");
  assert_range (fixture, G_MININT64, 200, "ebf", "fbe");
  assert_range (fixture, 100, 300, "gdeb", "bedg");
  assert_range (fixture, 101, 200, "", "");
  usher_query_at_least (implied, "starts", 5 * DAY);
  assert_found (fixture, implied, "gf");
}

static void
test_prefix (UsherStoreFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *prefix;
    const char *found;
  } rows[] = {
    { "zürich", "zürich 2zürich" },     { "zür", "zürich 2zürich" }, { "z", "zürich 2zürichzug" },
    { "", "zürich 2zürichzuggfedcba" }, { "zürichs", "" },
  };

  g_test_summary ("A beginning is compared to the letter.");

  fill (fixture);
  g_free (usher_store_fixture_insert (fixture, "zürich"));
  g_free (usher_store_fixture_insert (fixture, "zug"));
  g_free (usher_store_fixture_insert (fixture, "zürich 2"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherQuery) query = usher_query_new ("items");

      usher_query_prefix (query, "name", rows[i].prefix);
      assert_found (fixture, query, rows[i].found);
      usher_query_prefix (query, "name", "zür");
      assert_found (fixture,
                    query,
                    strstr (rows[i].prefix, "zürichs") == NULL ? "zürich 2zürich" : "");
    }
}

static void
test_key (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (UsherQuery) range = usher_query_new ("items");

  g_test_summary ("A key serves values of its first fields and the order of the next.");

  fill (fixture);
  usher_query_equal (query, "owner", "ann");
  usher_query_order_by (query, "rank");
  assert_found (fixture, query, "bad");
  usher_query_oldest_first (query, TRUE);
  assert_found (fixture, query, "dab");
  usher_query_equal (range, "owner", "bob");
  usher_query_at_least (range, "rank", 2);
  assert_found (fixture, range, "fe");
}

/* @pages: of two each; @with_value: as a list is followed */
static char *
read_pages (UsherStoreFixture *fixture, UsherQuery *query, gboolean with_value)
{
  GString *names = g_string_new (NULL);
  guint n_found;

  usher_query_limit (query, 2);
  do
    {
      g_autoptr (GPtrArray) found = run (fixture, query);
      UsherDocument *last = found->len > 0 ? g_ptr_array_index (found, found->len - 1) : NULL;
      g_autofree char *place = last != NULL ? usher_query_dup_place (query, last) : NULL;

      append_names (names, found);
      n_found = found->len;
      if (last != NULL)
        usher_query_after_value (query, usher_document_get_id (last), with_value ? place : NULL);
    }
  while (n_found > 0);

  return g_string_free (names, FALSE);
}

static void
assert_pages (UsherStoreFixture *fixture, UsherQuery *query, const char *expected)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherQuery) copy = usher_query_copy (query);
      g_autofree char *names = read_pages (fixture, copy, i == 1);

      g_assert_cmpstr (names, ==, expected);
    }
}

static void
test_pages (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (UsherQuery) range = usher_query_new ("items");
  g_autoptr (UsherQuery) of_ann = usher_query_new ("items");
  g_autoptr (UsherQuery) named = usher_query_new ("items");

  g_test_summary ("Pages go on where the last one ended, among equal values too.");

  fill (fixture);
  usher_query_order_by (query, "price");
  assert_pages (fixture, query, "agdebf");
  usher_query_oldest_first (query, TRUE);
  assert_pages (fixture, query, "fbedga");
  usher_query_at_least (range, "price", 100);
  usher_query_below (range, "price", 300);
  assert_pages (fixture, range, "gdeb");
  usher_query_oldest_first (range, TRUE);
  assert_pages (fixture, range, "bedg");
  usher_query_equal (of_ann, "owner", "ann");
  usher_query_order_by (of_ann, "rank");
  assert_pages (fixture, of_ann, "bad");
  usher_query_prefix (named, "name", "");
  assert_pages (fixture, named, "gfedcba");
}

static void
set_price (UsherStoreFixture *fixture, const char *id, gint64 price)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) item = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);
  if (price != 0)
    usher_document_set_integer (item, "price", price);
  else
    usher_document_unset (item, "price");
  usher_unit_replace (unit, item, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_changed (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  UsherDocument *last = NULL;
  g_autofree char *place = NULL;

  g_test_summary (
      "When the last document of a page gets another value, no other is missed or doubled.");

  fill (fixture);
  usher_query_order_by (query, "price");
  usher_query_limit (query, 2);
  found = run (fixture, query);
  last = g_ptr_array_index (found, 1);
  place = usher_query_dup_place (query, last);
  g_assert_cmpstr (place, ==, "200");
  usher_query_limit (query, 100);
  usher_query_after_value (query, usher_document_get_id (last), place);

  set_price (fixture, usher_document_get_id (last), 900);
  assert_found (fixture, query, "debf");
  set_price (fixture, usher_document_get_id (last), 0);
  assert_found (fixture, query, "debf");
}

static void
assert_error (UsherStoreFixture *fixture, UsherQuery *query, UsherError code, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = usher_store_query (fixture->store, query, &error);

  g_assert_null (found);
  g_assert_error (error, USHER_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_gone (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autofree char *bare = NULL;

  g_test_summary ("A place that is none is not taken for the end.");

  fill (fixture);
  bare = usher_store_fixture_insert (fixture, "bare");
  usher_query_order_by (query, "price");
  usher_query_after (query, bare);
  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, bare);
  usher_query_after (query, NOWHERE);
  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, NOWHERE);
  usher_query_after_value (query, bare, "cheap");
  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, "cheap");
  usher_query_after_value (query, NOWHERE, "1.00");
  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, "1.00");
  usher_query_after_value (query, NOWHERE, "100");
  if (!usher_store_get_traits (fixture->store)->orders_by_commit)
    {
      /* where ids tell the order, value and id are a place */
      assert_found (fixture, query, "f");
      usher_query_oldest_first (query, TRUE);
      assert_found (fixture, query, "bedga");
      return;
    }

  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, NOWHERE);
  usher_query_oldest_first (query, TRUE);
  assert_error (fixture, query, USHER_ERROR_NOT_FOUND, NOWHERE);
}

typedef void (*Ask) (UsherQuery *query);

static void
order_unindexed (UsherQuery *query)
{
  usher_query_order_by (query, "colour");
}

static void
order_private (UsherQuery *query)
{
  usher_query_order_by (query, "pin");
}

static void
order_beside (UsherQuery *query)
{
  usher_query_equal (query, "owner", "ann");
  usher_query_order_by (query, "price");
}

static void
order_before (UsherQuery *query)
{
  usher_query_equal_integer (query, "rank", 1);
  usher_query_order_by (query, "owner");
}

static void
range_beside (UsherQuery *query)
{
  usher_query_at_least (query, "starts", DAY);
  usher_query_order_by (query, "price");
}

static void
range_unset (UsherQuery *query)
{
  usher_query_without (query, "owner");
  usher_query_order_by (query, "price");
}

static void
range_text (UsherQuery *query)
{
  usher_query_at_least (query, "name", 1);
}

static void
range_boolean (UsherQuery *query)
{
  usher_query_below (query, "open", 1);
}

static void
prefix_number (UsherQuery *query)
{
  usher_query_prefix (query, "price", "1");
}

static void
test_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  static const struct
  {
    Ask ask;
    const char *name;
  } rows[] = {
    { order_unindexed, "colour" }, { order_private, "pin" },   { order_beside, "price" },
    { order_before, "owner" },     { range_beside, "starts" }, { range_unset, "owner" },
    { range_text, "name" },        { range_boolean, "open" },  { prefix_number, "price" },
  };

  g_test_summary ("What no index serves is refused, named: no store goes through a collection.");

  fill (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherQuery) query = usher_query_new ("items");

      rows[i].ask (query);
      assert_error (fixture, query, USHER_ERROR_INVALID, rows[i].name);
    }
}

void
usher_store_suite_add_sorts (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "sorts/typed", test_typed);
  usher_store_suite_add_test (maker, "sorts/ranges", test_ranges);
  usher_store_suite_add_test (maker, "sorts/prefix", test_prefix);
  usher_store_suite_add_test (maker, "sorts/key", test_key);
  usher_store_suite_add_test (maker, "sorts/pages", test_pages);
  usher_store_suite_add_test (maker, "sorts/changed", test_changed);
  usher_store_suite_add_test (maker, "sorts/gone", test_gone);
  usher_store_suite_add_test (maker, "sorts/refused", test_refused);
}
