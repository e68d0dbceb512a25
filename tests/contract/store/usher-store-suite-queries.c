/* usher-store-suite-queries.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-store-suite.h"
#include "usher-test-wait.h"

#define OWNER "65920080bbbbbbbbbb000001"

typedef struct
{
  const char *name;
  const char *owner;
  gint64 price;
  gboolean is_open;
  const char *label;
  const char *secret;
} Item;

static const Item items[] = {
  { "a", NULL, 100, TRUE, "top", NULL },  { "b", OWNER, 200, FALSE, NULL, "s1" },
  { "c", NULL, 100, FALSE, "top", NULL }, { "d", OWNER, -5, TRUE, "low", "s2" },
  { "e", NULL, 1999, TRUE, "top", "s1" },
};

static void
fill (UsherStoreFixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
      g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, items[i].name);

      usher_document_set_string (document, "owner", items[i].owner);
      usher_document_set_integer (document, "price", items[i].price);
      usher_document_set_boolean (document, "open", items[i].is_open);
      usher_document_set_string (document, "box.label", items[i].label);
      usher_document_set_string (document, "secret", items[i].secret);
      g_assert_true (usher_unit_insert (unit, document, &error));
      usher_store_fixture_commit (fixture, unit);
    }
}

/* the names of what @query finds, one after the other */
static char *
run (UsherStoreFixture *fixture, UsherQuery *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = usher_store_query (fixture->store, query, &error);
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_string_append (names, usher_document_get_string (g_ptr_array_index (found, i), "name"));

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
assert_found (UsherStoreFixture *fixture, UsherQuery *query, const char *expected)
{
  g_autofree char *names = run (fixture, query);

  g_assert_cmpstr (names, ==, expected);
}

static void
assert_equal (UsherStoreFixture *fixture,
              const char *field,
              const char *value,
              const char *expected)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  usher_query_equal (query, field, value);
  assert_found (fixture, query, expected);
}

static void
test_all (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("A query without conditions gives all documents, the newest first.");

  fill (fixture);
  assert_found (fixture, query, "edcba");
}

static void
test_equal (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("A query compares strings, ids, money, booleans, nested and private fields.");

  fill (fixture);
  assert_equal (fixture, "owner", OWNER, "db");
  assert_equal (fixture, "price", "100", "ca");
  assert_equal (fixture, "price", "-5", "d");
  assert_equal (fixture, "open", "true", "eda");
  assert_equal (fixture, "open", "false", "cb");
  assert_equal (fixture, "box.label", "top", "eca");
  assert_equal (fixture, "secret", "s1", "eb");
  assert_equal (fixture, "owner", "' OR 1=1 --", "");
}

static void
test_unset (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("A query finds the documents that lack a field.");

  fill (fixture);
  usher_query_without (query, "owner");
  assert_found (fixture, query, "eca");
}

static void
test_several (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (UsherQuery) copy = NULL;

  g_test_summary ("All conditions of a query hold at once, of its copy too.");

  fill (fixture);
  usher_query_without (query, "owner");
  usher_query_equal (query, "open", "true");
  usher_query_equal (query, "box.label", "top");
  copy = usher_query_copy (query);
  assert_found (fixture, copy, "ea");
}

static void
test_pages (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Pages follow each other by the last document, which need not be in the list any more.");

  fill (fixture);
  usher_query_limit (query, 2);
  first = usher_store_query (fixture->store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->len, ==, 2);

  usher_query_after (query, usher_document_get_id (g_ptr_array_index (first, 1)));
  assert_found (fixture, query, "cb");
  usher_query_without (query, "owner");
  assert_found (fixture, query, "ca");
}

/* what is young may be withheld from who asks for the oldest first */
static void
let_age (UsherStoreFixture *fixture)
{
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
}

static void
test_pages_oldest (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GError) error = NULL;
  const char *last;

  g_test_summary ("Pages go from the oldest on too, and what comes later is behind them.");

  fill (fixture);
  let_age (fixture);
  usher_query_oldest_first (query, TRUE);
  assert_found (fixture, query, "abcde");
  usher_query_without (query, "owner");
  usher_query_limit (query, 2);
  first = usher_store_query (fixture->store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->len, ==, 2);

  last = usher_document_get_id (g_ptr_array_index (first, 1));
  usher_query_after (query, last);
  assert_found (fixture, query, "e");
  g_free (usher_store_fixture_insert (fixture, "f"));
  let_age (fixture);
  assert_found (fixture, query, "ef");
}

/* inserts an item of an id that another process may have made */
static void
insert_with_id (UsherStoreFixture *fixture, const char *name, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, name);

  usher_document_set_id (document, id);
  usher_document_set_string (document, "owner", OWNER);
  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_order (UsherStoreFixture *fixture, gconstpointer data)
{
  gboolean by_commit = usher_store_get_traits (fixture->store)->orders_by_commit;
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherUnit) unit = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Documents are in the order of their commits, or of their ids, as the trait "
                  "says; a change moves none.");

  insert_with_id (fixture, "a", "65920080cccccccccc000001");
  insert_with_id (fixture, "b", "65920080aaaaaaaaaa000001");
  insert_with_id (fixture, "c", "65920080bbbbbbbbbb000001");
  unit = usher_store_fixture_begin (fixture);
  document = usher_unit_find (unit, "items", "65920080cccccccccc000001", &error);
  usher_document_set_string (document, "name", "A");
  usher_unit_replace (unit, document, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);

  assert_found (fixture, query, by_commit ? "cbA" : "Acb");
  usher_query_equal (query, "owner", OWNER);
  assert_found (fixture, query, by_commit ? "cbA" : "Acb");
  usher_query_after (query, "65920080bbbbbbbbbb000001");
  assert_found (fixture, query, by_commit ? "bA" : "b");

  usher_query_oldest_first (query, TRUE);
  let_age (fixture);
  assert_found (fixture, query, by_commit ? "" : "A");
  usher_query_after (query, "65920080aaaaaaaaaa000001");
  assert_found (fixture, query, by_commit ? "c" : "cA");
}

static void
remove_item (UsherStoreFixture *fixture, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "items", id, &error);

  usher_unit_remove (unit, document, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);
}

static void
assert_item (UsherStoreFixture *fixture, const char *id, const char *name)
{
  g_autoptr (UsherDocument) document = usher_store_fixture_read (fixture, id);

  if (name == NULL)
    g_assert_null (document);
  else
    g_assert_cmpstr (usher_document_get_string (document, "name"), ==, name);
}

static void
test_place (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = usher_store_fixture_insert (fixture, "a");
  g_autofree char *second = NULL;

  g_test_summary (
      "A document that is read again and again is not mistaken for what came in its place.");

  assert_item (fixture, first, "a");
  assert_item (fixture, first, "a");
  remove_item (fixture, first);
  assert_item (fixture, first, NULL);
  second = usher_store_fixture_insert (fixture, "b");
  assert_item (fixture, first, NULL);
  assert_item (fixture, second, "b");
  assert_item (fixture, second, "b");

  insert_with_id (fixture, "c", first);
  assert_item (fixture, first, "c");
  remove_item (fixture, second);
  assert_item (fixture, first, "c");
  assert_item (fixture, second, NULL);
}

static void
test_after_gone (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = usher_store_fixture_insert (fixture, "a");
  g_autofree char *second = usher_store_fixture_insert (fixture, "b");
  g_autofree char *third = usher_store_fixture_insert (fixture, "c");
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Behind a document that is gone nothing is found where the commit ordered it, "
                  "and that is no end of a list.");

  usher_query_after (query, first);
  assert_found (fixture, query, "");
  remove_item (fixture, second);
  usher_query_after (query, second);
  if (!usher_store_get_traits (fixture->store)->orders_by_commit)
    {
      assert_found (fixture, query, "a");
      return;
    }

  found = usher_store_query (fixture->store, query, &error);
  g_assert_null (found);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
on_inserted (UsherCommit *commit, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_async_queue_push (user_data, commit);
}

/* without an owner if it has a name; does not wait for the commit, which @done gets */
static void
insert_owned (UsherStoreFixture *fixture, const char *name, GAsyncQueue *done)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, name);

  usher_document_set_string (document, "owner", name == NULL ? OWNER : NULL);
  g_assert_true (usher_unit_insert (unit, document, &error));
  usher_store_commit (fixture->store, usher_unit_get_commit (unit), on_inserted, done);
}

/* many documents that have the field before the few that lack it */
static void
test_unset_rare (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autofree char *id = NULL;
  static const char *const rare[] = { "a", "b", "c" };
  /* around each, fewer where a server is asked for each */
  guint n_others = usher_store_get_traits (fixture->store)->blocks ? 200 : 1000;
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();

  g_test_summary ("Rare documents are found in order behind many others, again and again.");

  for (guint i = 0; i < 3 * n_others; i++)
    insert_owned (fixture, i % n_others == n_others / 2 ? rare[i / n_others] : NULL, done);
  for (guint i = 0; i < 3 * n_others; i++)
    usher_test_pop (done);
  id = usher_store_fixture_insert (fixture, "d");

  usher_query_without (query, "owner");
  assert_found (fixture, query, "dcba");
  assert_found (fixture, query, "dcba");
  usher_query_limit (query, 1);
  assert_found (fixture, query, "d");
  usher_query_oldest_first (query, TRUE);
  let_age (fixture);
  assert_found (fixture, query, "a");
}

static void
assert_invalid (UsherStoreFixture *fixture, UsherQuery *query, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (usher_store_query (fixture->store, query, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_invalid (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) no_index = usher_query_new ("items");
  g_autoptr (UsherQuery) no_field = usher_query_new ("items");
  g_autoptr (UsherQuery) no_number = usher_query_new ("items");
  g_autoptr (UsherQuery) no_collection = usher_query_new ("chairs");

  g_test_summary ("A query over no index, no field, no value or no collection is invalid.");

  usher_query_equal (no_index, "name", "a");
  assert_invalid (fixture, no_index, "name");
  usher_query_without (no_field, "colour");
  assert_invalid (fixture, no_field, "colour");
  usher_query_equal (no_number, "price", "cheap");
  assert_invalid (fixture, no_number, "cheap");
  assert_invalid (fixture, no_collection, "chairs");
}

static void
insert_number (UsherStoreFixture *fixture, const char *number, UsherUnit *unit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "chair");

  usher_document_set_string (document, "number", number);
  g_assert_true (usher_unit_insert (unit, document, &error));
}

static void
test_unique (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) second = usher_store_fixture_begin (fixture);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value of a unique field belongs to one document; the error names it.");

  insert_number (fixture, "N1", first);
  usher_store_fixture_commit (fixture, first);

  insert_number (fixture, "N1", second);
  g_assert_false (usher_store_commit_sync (fixture->store, usher_unit_get_commit (second), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_nonnull (strstr (error->message, "items"));
  g_assert_nonnull (strstr (error->message, "number"));
}

static void
test_unique_unset (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = usher_store_fixture_insert (fixture, "a");
  g_autofree char *second = usher_store_fixture_insert (fixture, "b");
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("Any number of documents lack a unique field.");

  usher_query_without (query, "number");
  assert_found (fixture, query, "ba");
}

static void
test_unique_given_up (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) change = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) second = usher_store_fixture_begin (fixture);
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value that its document gave up is free for another.");

  insert_number (fixture, "N1", first);
  usher_store_fixture_commit (fixture, first);

  usher_query_equal (query, "number", "N1");
  found = usher_unit_query (change, query, &error);
  g_assert_cmpuint (found->len, ==, 1);
  usher_document_set_string (g_ptr_array_index (found, 0), "number", "N2");
  g_assert_true (usher_unit_replace (change, g_ptr_array_index (found, 0), &error));
  usher_store_fixture_commit (fixture, change);

  insert_number (fixture, "N1", second);
  usher_store_fixture_commit (fixture, second);
}

static void
reopen_with (UsherStoreFixture *fixture, const UsherField *fields, guint n_fields, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", fields, n_fields, &local_error);

  g_assert_no_error (local_error);
  usher_store_fixture_reopen (fixture, schema, error);
}

static void
test_indexes_change (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField fields[] = {
    { .name = "name", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_UNIQUE },
    { .name = "owner", .type = USHER_FIELD_ID },
    { .name = "price", .type = USHER_FIELD_MONEY, .flags = USHER_FIELD_INDEXED },
    { .name = "secret",
      .type = USHER_FIELD_STRING,
      .flags = USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
  };
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Indexes are brought in line with the schema of this run.");

  fill (fixture);
  reopen_with (fixture, fields, G_N_ELEMENTS (fields), &error);
  g_assert_no_error (error);

  assert_equal (fixture, "name", "c", "c");
  assert_equal (fixture, "price", "100", "ca");
  usher_query_equal (query, "owner", OWNER);
  assert_invalid (fixture, query, "owner");
}

static void
test_indexes_return (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField fields[] = {
    { .name = "name", .type = USHER_FIELD_STRING },
    { .name = "owner", .type = USHER_FIELD_ID },
    { .name = "price", .type = USHER_FIELD_MONEY },
    { .name = "secret", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_PRIVATE },
  };
  g_autoptr (UsherSchema) before = usher_schema_ref (fixture->schema);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An index that went away and came back knows what was written meanwhile.");

  fill (fixture);
  reopen_with (fixture, fields, G_N_ELEMENTS (fields), &error);
  g_assert_no_error (error);
  g_free (usher_store_fixture_insert (fixture, "f"));
  usher_store_fixture_reopen (fixture, before, &error);
  g_assert_no_error (error);

  assert_equal (fixture, "owner", OWNER, "db");
  assert_equal (fixture, "price", "1999", "e");
  assert_equal (fixture, "secret", "s1", "eb");
}

static void
test_indexes_taken (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField fields[] = {
    { .name = "name", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_INDEXED },
    { .name = "price", .type = USHER_FIELD_MONEY, .flags = USHER_FIELD_UNIQUE },
  };
  g_autoptr (UsherSchema) before = usher_schema_ref (fixture->schema);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A field cannot become unique over stored values that are not; nothing is lost.");

  fill (fixture);
  reopen_with (fixture, fields, G_N_ELEMENTS (fields), &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_nonnull (strstr (error->message, "price"));
  g_clear_error (&error);

  usher_store_fixture_reopen (fixture, before, &error);
  g_assert_no_error (error);
  assert_equal (fixture, "price", "100", "ca");
}

void
usher_store_suite_add_queries (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "query/all", test_all);
  usher_store_suite_add_test (maker, "query/equal", test_equal);
  usher_store_suite_add_test (maker, "query/unset", test_unset);
  usher_store_suite_add_test (maker, "query/unset/rare", test_unset_rare);
  usher_store_suite_add_test (maker, "query/several", test_several);
  usher_store_suite_add_test (maker, "query/pages", test_pages);
  usher_store_suite_add_test (maker, "query/pages/oldest", test_pages_oldest);
  usher_store_suite_add_test (maker, "query/order", test_order);
  usher_store_suite_add_test (maker, "lookup/place", test_place);
  usher_store_suite_add_test (maker, "query/after/gone", test_after_gone);
  usher_store_suite_add_test (maker, "query/invalid", test_invalid);
  usher_store_suite_add_test (maker, "unique", test_unique);
  usher_store_suite_add_test (maker, "unique/unset", test_unique_unset);
  usher_store_suite_add_test (maker, "unique/given-up", test_unique_given_up);
  usher_store_suite_add_test (maker, "indexes/change", test_indexes_change);
  usher_store_suite_add_test (maker, "indexes/return", test_indexes_return);
  usher_store_suite_add_test (maker, "indexes/taken", test_indexes_taken);
}
