/* usher-store-suite-levels.c: how far documents are upgraded
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING },
};

/* another run of the service, whose upgrades lead to @level */
static void
reopen (UsherStoreFixture *fixture, guint level)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);

  g_assert_no_error (error);
  usher_schema_set_level (schema, level);
  usher_store_fixture_reopen (fixture, schema, &error);
  g_assert_no_error (error);
}

static GPtrArray *
list (UsherStoreFixture *fixture, UsherDocument *after, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *documents = usher_store_list_outdated (fixture->store, "items", after, limit, &error);

  g_assert_no_error (error);
  usher_store_end_reads (fixture->store);

  return documents;
}

static void
assert_n_outdated (UsherStoreFixture *fixture, guint n)
{
  g_autoptr (GPtrArray) documents = list (fixture, NULL, 100);

  g_assert_cmpuint (documents->len, ==, n);
}

static gboolean
upgrade (UsherStoreFixture *fixture, UsherDocument *document, guint level, GError **error)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (1);

  usher_document_set_string (document, "name", "upgraded");

  return usher_commit_upgrade (commit, document, level, error) &&
         usher_store_commit_sync (fixture->store, commit, error);
}

static gboolean
rename_item (UsherStoreFixture *fixture, UsherDocument *document, GError **error)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (1);

  usher_document_set_string (document, "name", "renamed");

  return usher_commit_replace (commit, document, error) &&
         usher_store_commit_sync (fixture->store, commit, error);
}

static void
test_upgrade (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) outdated = NULL;
  g_autoptr (UsherDocument) stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that is upgraded keeps its version, and is behind no more.");

  reopen (fixture, 0);
  id = usher_store_fixture_insert (fixture, "old");
  assert_n_outdated (fixture, 0);
  reopen (fixture, 2);
  outdated = list (fixture, NULL, 100);
  g_assert_cmpuint (outdated->len, ==, 1);
  g_assert_cmpuint (usher_document_get_level (g_ptr_array_index (outdated, 0)), ==, 0);

  upgrade (fixture, g_ptr_array_index (outdated, 0), 2, &error);
  g_assert_no_error (error);
  assert_n_outdated (fixture, 0);
  stored = usher_store_fixture_read (fixture, id);
  g_assert_cmpuint (usher_document_get_level (stored), ==, 2);
  g_assert_cmpint (usher_document_get_version (stored), ==, 0);
  g_assert_cmpstr (usher_document_get_string (stored, "name"), ==, "upgraded");
}

static void
test_new (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherDocument) stored = NULL;

  g_test_summary ("A document that is made has the level of its schema.");

  reopen (fixture, 2);
  id = usher_store_fixture_insert (fixture, "new");
  assert_n_outdated (fixture, 0);
  stored = usher_store_fixture_read (fixture, id);
  g_assert_cmpuint (usher_document_get_level (stored), ==, 2);
}

static void
test_replace (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherDocument) stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that is replaced is as far behind as it was.");

  reopen (fixture, 0);
  id = usher_store_fixture_insert (fixture, "old");
  reopen (fixture, 1);
  stored = usher_store_fixture_read (fixture, id);
  rename_item (fixture, stored, &error);
  g_assert_no_error (error);
  assert_n_outdated (fixture, 1);
}

static void
test_races (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherDocument) before = NULL;
  g_autoptr (UsherDocument) other = NULL;
  g_autoptr (UsherDocument) stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Neither an upgrade nor a change takes the other away: who comes later conflicts.");

  reopen (fixture, 0);
  id = usher_store_fixture_insert (fixture, "old");
  reopen (fixture, 1);
  before = usher_store_fixture_read (fixture, id);
  other = usher_store_fixture_read (fixture, id);
  upgrade (fixture, other, 1, &error);
  g_assert_no_error (error);
  g_assert_false (rename_item (fixture, before, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  g_clear_error (&error);

  stored = usher_store_fixture_read (fixture, id);
  g_assert_cmpstr (usher_document_get_string (stored, "name"), ==, "upgraded");
  g_clear_pointer (&other, usher_document_unref);
  other = usher_store_fixture_read (fixture, id);
  rename_item (fixture, stored, &error);
  g_assert_no_error (error);
  g_assert_false (upgrade (fixture, other, 2, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
}

static void
test_old (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherDocument) stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What a generation changes that does not know the last upgrade is upgraded again.");

  reopen (fixture, 2);
  id = usher_store_fixture_insert (fixture, "new");
  reopen (fixture, 1);
  assert_n_outdated (fixture, 0);
  stored = usher_store_fixture_read (fixture, id);
  rename_item (fixture, stored, &error);
  g_assert_no_error (error);
  reopen (fixture, 2);
  assert_n_outdated (fixture, 1);
}

static void
test_pages (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GPtrArray) rest = NULL;

  g_test_summary ("Those that are furthest behind come first, page by page.");

  reopen (fixture, 1);
  first = usher_store_fixture_insert (fixture, "b");
  reopen (fixture, 0);
  second = usher_store_fixture_insert (fixture, "a");
  third = usher_store_fixture_insert (fixture, "c");
  reopen (fixture, 2);

  page = list (fixture, NULL, 2);
  g_assert_cmpuint (page->len, ==, 2);
  g_assert_cmpstr (usher_document_get_id (g_ptr_array_index (page, 0)), ==, second);
  g_assert_cmpstr (usher_document_get_id (g_ptr_array_index (page, 1)), ==, third);
  rest = list (fixture, g_ptr_array_index (page, 1), 2);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (usher_document_get_id (g_ptr_array_index (rest, 0)), ==, first);
}

static void
test_check (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField other[] = { { "name", USHER_FIELD_INTEGER } };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) same = usher_schema_new ("items", fields, 1, &error);
  g_autoptr (UsherSchema) wrong = usher_schema_new ("items", other, 1, &error);
  g_autofree char *id = NULL;
  UsherStore *store = NULL;
  guint level = 7;

  g_test_summary ("A collection can be checked without being changed.");

  usher_schema_set_level (same, 3);
  reopen (fixture, 1);
  id = usher_store_fixture_insert (fixture, "a");
  usher_store_close (fixture->store, &error);
  g_assert_no_error (error);

  store = fixture->maker->open (fixture->place, USHER_CLOCK (fixture->clock), 0, &error);
  g_assert_no_error (error);
  usher_store_check_collection (store, same, &level, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (level, ==, 1);
  g_assert_false (usher_store_check_collection (store, wrong, &level, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_clear_error (&error);
  usher_store_close (store, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (store);

  reopen (fixture, 1);
  assert_n_outdated (fixture, 0);
}

void
usher_store_suite_add_levels (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "levels/upgrade", test_upgrade);
  usher_store_suite_add_test (maker, "levels/new", test_new);
  usher_store_suite_add_test (maker, "levels/replace", test_replace);
  usher_store_suite_add_test (maker, "levels/races", test_races);
  usher_store_suite_add_test (maker, "levels/old", test_old);
  usher_store_suite_add_test (maker, "levels/pages", test_pages);
  usher_store_suite_add_test (maker, "levels/check", test_check);
}
