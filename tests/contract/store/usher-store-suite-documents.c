/* usher-store-suite-documents.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-store-suite.h"

#define GIVEN_ID "65920080aaaaaaaaaa000001"

static void
insert (UsherUnit *unit, UsherDocument *document)
{
  g_autoptr (GError) error = NULL;

  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
}

static void
replace (UsherUnit *unit, UsherDocument *document)
{
  g_autoptr (GError) error = NULL;

  usher_unit_replace (unit, document, &error);
  g_assert_no_error (error);
}

static UsherDocument *
find (UsherUnit *unit, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);

  return document;
}

/* a unit of its own that gives item @id the name @name */
static void
rename_item (UsherStoreFixture *fixture, const char *id, const char *name)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);

  usher_document_set_string (document, "name", name);
  replace (unit, document);
  usher_store_fixture_commit (fixture, unit);
}

static void
assert_item (UsherStoreFixture *fixture, const char *id, const char *name, gint64 version)
{
  g_autoptr (UsherDocument) document = usher_store_fixture_read (fixture, id);

  g_assert_nonnull (document);
  g_assert_cmpstr (usher_document_get_string (document, "name"), ==, name);
  g_assert_cmpint (usher_document_get_version (document), ==, version);
}

static void
test_insert (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "chair “A”");
  g_autoptr (UsherDocument) found = NULL;

  g_test_summary ("A document is found as it was inserted, with an id and at version 0.");

  usher_document_set_integer (document, "price", 1999);
  usher_document_set_boolean (document, "open", TRUE);
  usher_document_set_string (document, "box.label", "b1");
  insert (unit, document);
  g_assert_true (usher_id_is_valid (usher_document_get_id (document)));
  usher_store_fixture_commit (fixture, unit);

  found = usher_store_fixture_read (fixture, usher_document_get_id (document));
  g_assert_cmpstr (usher_document_get_text (found, NULL),
                   ==,
                   usher_document_get_text (document, NULL));
  g_assert_cmpstr (usher_document_get_id (found), ==, usher_document_get_id (document));
  g_assert_cmpint (usher_document_get_version (found), ==, 0);
  g_assert_cmpint (usher_document_get_integer (found, "price"), ==, 1999);
}

static void
test_insert_given (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "chair");

  g_test_summary ("A document keeps the id that it has before it is inserted.");

  usher_document_set_id (document, GIVEN_ID);
  insert (unit, document);
  usher_store_fixture_commit (fixture, unit);

  assert_item (fixture, GIVEN_ID, "chair", 0);
}

static void
test_insert_twice (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "first");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "second");

  g_test_summary ("An id that another document has is taken.");

  usher_document_set_id (document, id);
  insert (unit, document);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  assert_item (fixture, id, "first", 0);
}

static void
test_find_missing (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("No document is no error to look up, and one to find.");

  g_assert_true (usher_unit_lookup (unit, "items", GIVEN_ID, &document, &error));
  g_assert_no_error (error);
  g_assert_null (document);

  g_assert_null (usher_unit_find (unit, "items", GIVEN_ID, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
test_find_unknown (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A collection that was not added is invalid.");

  g_assert_false (usher_store_lookup (fixture->store, "chairs", GIVEN_ID, &document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "chairs"));
}

static void
test_find_own (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);
  g_autoptr (UsherDocument) own = NULL;
  g_autoptr (UsherDocument) removed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A unit reads its own changes.");

  usher_document_set_string (document, "name", "new");
  replace (unit, document);
  own = find (unit, id);
  g_assert_cmpstr (usher_document_get_string (own, "name"), ==, "new");
  g_assert_cmpint (usher_document_get_version (own), ==, 1);

  g_assert_true (usher_unit_remove (unit, own, &error));
  g_assert_true (usher_unit_lookup (unit, "items", id, &removed, &error));
  g_assert_null (removed);
  assert_item (fixture, id, "old", 0);
}

static void
test_find_committed (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");

  g_test_summary ("A thread reads what was committed before the read, without saying so.");

  assert_item (fixture, id, "old", 0);
  rename_item (fixture, id, "new");
  assert_item (fixture, id, "new", 1);

  usher_store_end_reads (fixture->store);
  usher_store_end_reads (fixture->store);
  assert_item (fixture, id, "new", 1);
}

static void
test_replace_twice (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);

  g_test_summary ("Replacing twice in one unit is one version.");

  usher_document_set_string (document, "name", "new");
  replace (unit, document);
  usher_document_set_string (document, "name", "newer");
  replace (unit, document);
  g_assert_cmpint (usher_document_get_version (document), ==, 1);
  usher_store_fixture_commit (fixture, unit);

  assert_item (fixture, id, "newer", 1);
}

static void
test_replace_inserted (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "old");

  g_test_summary ("A document that is inserted and replaced in one unit is at version 0.");

  insert (unit, document);
  usher_document_set_string (document, "name", "new");
  replace (unit, document);
  usher_store_fixture_commit (fixture, unit);

  assert_item (fixture, usher_document_get_id (document), "new", 0);
}

static void
test_replace_stale (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);

  g_test_summary ("A document that changed after it was read is a conflict, and keeps the change.");

  rename_item (fixture, id, "winner");
  usher_document_set_string (document, "name", "loser");
  replace (unit, document);
  usher_unit_publish_document (unit, "item:updated", document);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_CONFLICT);

  assert_item (fixture, id, "winner", 1);
}

static void
test_replace_again (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) stale = find (unit, id);
  g_autoptr (UsherUnit) second = NULL;
  g_autoptr (UsherDocument) fresh = NULL;

  g_test_summary ("After a conflict another unit is committed on fresh documents.");

  rename_item (fixture, id, "winner");
  replace (unit, stale);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_CONFLICT);

  second = usher_store_fixture_begin (fixture);
  fresh = find (second, id);
  usher_document_set_string (fresh, "name", "second");
  replace (second, fresh);
  usher_store_fixture_commit (fixture, second);

  assert_item (fixture, id, "second", 2);
}

static void
test_remove (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) late = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);
  g_autoptr (UsherDocument) stale = find (late, id);
  g_autoptr (UsherDocument) missing = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A removed document is gone, for who read it before too.");

  g_assert_true (usher_unit_remove (unit, document, &error));
  usher_store_fixture_commit (fixture, unit);
  missing = usher_store_fixture_read (fixture, id);
  g_assert_null (missing);

  replace (late, stale);
  usher_store_fixture_refuse (fixture, late, USHER_ERROR_CONFLICT);
}

static void
test_remove_stale (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that changed after it was read is not removed.");

  rename_item (fixture, id, "winner");
  g_assert_true (usher_unit_remove (unit, document, &error));
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_CONFLICT);

  assert_item (fixture, id, "winner", 1);
}

static void
test_private (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "safe");
  g_autoptr (UsherDocument) found = NULL;
  const char *id;

  g_test_summary ("A private field is stored, and not in the text.");

  usher_document_set_string (document, "secret", "swordfish");
  insert (unit, document);
  usher_store_fixture_commit (fixture, unit);
  id = usher_document_get_id (document);
  rename_item (fixture, id, "safer");

  found = usher_store_fixture_read (fixture, id);
  g_assert_null (strstr (usher_document_get_text (found, NULL), "swordfish"));
  g_assert_cmpstr (usher_document_get_string (found, "secret"), ==, "swordfish");
}

static void
test_reopen (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "chair");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document is there after the store was closed and opened again.");

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);

  assert_item (fixture, id, "chair", 0);
}

static void
test_closed (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "chair");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = find (unit, id);
  g_autoptr (UsherDocument) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closed store refuses reads and commits, and is closed again in peace.");

  g_assert_true (usher_store_close (fixture->store, &error));
  replace (unit, document);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_UNAVAILABLE);
  g_assert_false (usher_store_lookup (fixture->store, "items", id, &found, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

static void
test_wide (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "old");
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "new");
  g_autoptr (UsherDocument) stale = find (unit, id);
  g_autoptr (UsherDocument) missing = NULL;

  g_test_summary ("Of a unit of several documents nothing is written when one is a conflict.");

  if (usher_store_get_traits (fixture->store)->documents_a_commit == 1)
    {
      g_test_skip ("the store commits one document at once");
      return;
    }

  rename_item (fixture, id, "winner");
  insert (unit, document);
  replace (unit, stale);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_CONFLICT);

  missing = usher_store_fixture_read (fixture, usher_document_get_id (document));
  g_assert_null (missing);
  assert_item (fixture, id, "winner", 1);
}

static void
test_limit (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gpointer place = fixture->maker->make_place (fixture->maker);
  UsherStore *store = fixture->maker->open (place, USHER_CLOCK (fixture->clock), 1, &error);
  UsherUnit *unit = usher_unit_new (store, USHER_CLOCK (fixture->clock));
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("items");

  g_test_summary ("A unit over the limit is refused, never split.");

  g_assert_cmpuint (usher_store_get_traits (store)->documents_a_commit, ==, 1);
  g_assert_true (usher_store_add_collection (store, fixture->schema, &error));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "chair");

      insert (unit, document);
    }
  g_assert_false (usher_store_commit_sync (store, usher_unit_get_commit (unit), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "at most 1"));
  g_clear_error (&error);

  found = usher_store_query (store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);

  g_assert_true (usher_store_close (store, &error));
  g_object_unref (unit);
  g_assert_finalize_object (store);
  fixture->maker->free_place (place);
}

void
usher_store_suite_add_documents (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "insert", test_insert);
  usher_store_suite_add_test (maker, "insert/given", test_insert_given);
  usher_store_suite_add_test (maker, "insert/twice", test_insert_twice);
  usher_store_suite_add_test (maker, "find/missing", test_find_missing);
  usher_store_suite_add_test (maker, "find/unknown", test_find_unknown);
  usher_store_suite_add_test (maker, "find/own", test_find_own);
  usher_store_suite_add_test (maker, "find/committed", test_find_committed);
  usher_store_suite_add_test (maker, "replace/twice", test_replace_twice);
  usher_store_suite_add_test (maker, "replace/inserted", test_replace_inserted);
  usher_store_suite_add_test (maker, "replace/stale", test_replace_stale);
  usher_store_suite_add_test (maker, "replace/again", test_replace_again);
  usher_store_suite_add_test (maker, "remove", test_remove);
  usher_store_suite_add_test (maker, "remove/stale", test_remove_stale);
  usher_store_suite_add_test (maker, "private", test_private);
  usher_store_suite_add_test (maker, "reopen", test_reopen);
  usher_store_suite_add_test (maker, "closed", test_closed);
  usher_store_suite_add_test (maker, "limit", test_limit);
  usher_store_suite_add_test (maker, "wide", test_wide);
}
