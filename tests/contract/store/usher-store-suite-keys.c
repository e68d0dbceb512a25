/* usher-store-suite-keys.c: unique keys of several fields
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-store-suite.h"

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING },
  { "place.row", USHER_FIELD_INTEGER },
  { "pin", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { "open", USHER_FIELD_BOOLEAN },
};

static const char *const key[] = { "name", "place.row", NULL };

static void
reopen (UsherStoreFixture *fixture, const char *const *names, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &trouble);

  if (names != NULL)
    usher_schema_add_key (schema, names, NULL, &trouble);
  g_assert_no_error (trouble);
  usher_store_fixture_reopen (fixture, schema, error);
}

/* @row: -1: none */
static UsherUnit *
begin_insert (UsherStoreFixture *fixture, const char *name, gint64 row)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) item = usher_store_fixture_make (fixture, unit, name);

  if (row >= 0)
    usher_document_set_integer (item, "place.row", row);
  usher_document_set_string (item, "pin", "1234");
  usher_unit_insert (unit, item, &error);
  g_assert_no_error (error);

  return unit;
}

static char *
insert (UsherStoreFixture *fixture, const char *name, gint64 row)
{
  g_autoptr (UsherUnit) unit = begin_insert (fixture, name, row);
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_store_fixture_commit (fixture, unit);

  return g_strdup (usher_document_get_id (usher_commit_get_change (commit, 0)->document));
}

static void
open_keyed (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  reopen (fixture, key, &error);
  g_assert_no_error (error);
}

static void
test_taken (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *values = NULL;
  g_autofree char *message = NULL;
  g_autoptr (UsherUnit) unit = NULL;
  UsherCommit *commit = NULL;

  g_test_summary ("A pair of values belongs to one document; who runs into it is told the fields.");

  open_keyed (fixture);
  first = insert (fixture, "a", 1);
  unit = begin_insert (fixture, "a", 1);
  commit = usher_unit_get_commit (unit);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);
  values = usher_commit_dup_taken_values (commit);
  message = usher_commit_dup_taken_message (commit);

  g_assert_cmpstr (usher_commit_get_taken_field (commit), ==, "name");
  g_assert_cmpstr (values, ==, "items\nname=a\nplace.row=1");
  g_assert_cmpstr (message, ==, "Name and place.row are taken");
}

static void
test_taken_id (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_taken (fixture);

  g_test_summary ("An id that is taken is told of as a key.");

  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);
  g_assert_cmpstr (usher_commit_get_taken_field (usher_unit_get_commit (unit)), ==, "id");
}

static void
test_differs (UsherStoreFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    gint64 row;
  } others[] = { { "a", 1 }, { "a", 2 }, { "b", 1 }, { "a", -1 }, { "a", -1 } };

  g_test_summary ("What differs in one field, or lacks one, is not held.");

  open_keyed (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *id = insert (fixture, others[i].name, others[i].row);

      g_assert_nonnull (id);
    }
}

static void
move (UsherStoreFixture *fixture, const char *id, gint64 row, gboolean fits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) item = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);
  usher_document_set_integer (item, "place.row", row);
  usher_unit_replace (unit, item, &error);
  g_assert_no_error (error);
  if (fits)
    usher_store_fixture_commit (fixture, unit);
  else
    usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);
}

static void
test_moved (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("A replacement runs into a key too, and frees the one it had.");

  open_keyed (fixture);
  first = insert (fixture, "a", 1);
  second = insert (fixture, "a", 2);
  move (fixture, second, 1, FALSE);
  move (fixture, first, 3, TRUE);
  move (fixture, second, 1, TRUE);
}

static void
test_stored (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *pattern = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Stored documents that share values refuse the key, with an example, until one "
                  "has others.");

  reopen (fixture, NULL, &error);
  first = insert (fixture, "twice", 17);
  second = insert (fixture, "twice", 17);
  reopen (fixture, key, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  pattern =
      g_strdup_printf ("*“items”*“name”, “place.row”*“%s”*“%s”*“twice”*“17”*docs/evolution.md*",
                       first,
                       second);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  g_clear_error (&error);

  reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  move (fixture, second, 18, TRUE);
  open_keyed (fixture);
  move (fixture, second, 17, FALSE);
}

static void
test_private (UsherStoreFixture *fixture, gconstpointer data)
{
  static const char *const pinned[] = { "pin", "name", NULL };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is private is in a key, and in no error.");

  reopen (fixture, NULL, &error);
  first = insert (fixture, "twice", 1);
  second = insert (fixture, "twice", 2);
  reopen (fixture, pinned, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_nonnull (strstr (error->message, "twice"));
  g_assert_null (strstr (error->message, "1234"));
  g_clear_error (&error);
  reopen (fixture, NULL, &error);
  g_assert_no_error (error);
}

static void
test_dropped (UsherStoreFixture *fixture, gconstpointer data)
{
  static const char *const other[] = { "place.row", "open", NULL };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key that is declared no more holds nobody, whatever else is indexed then.");

  open_keyed (fixture);
  first = insert (fixture, "a", 1);
  reopen (fixture, other, &error);
  g_assert_no_error (error);
  second = insert (fixture, "a", 1);
  reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  move (fixture, second, 2, TRUE);
  open_keyed (fixture);
  move (fixture, second, 1, FALSE);
}

static void
test_found (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The fields of a key can be asked for.");

  open_keyed (fixture);
  first = insert (fixture, "a", 1);
  g_free (insert (fixture, "a", 2));
  usher_query_equal (query, "name", "a");
  usher_query_equal (query, "place.row", "1");
  found = usher_store_query (fixture->store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (usher_document_get_id (g_ptr_array_index (found, 0)), ==, first);
}

void
usher_store_suite_add_keys (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "keys/taken", test_taken);
  usher_store_suite_add_test (maker, "keys/taken/id", test_taken_id);
  usher_store_suite_add_test (maker, "keys/differs", test_differs);
  usher_store_suite_add_test (maker, "keys/moved", test_moved);
  usher_store_suite_add_test (maker, "keys/stored", test_stored);
  usher_store_suite_add_test (maker, "keys/private", test_private);
  usher_store_suite_add_test (maker, "keys/dropped", test_dropped);
  usher_store_suite_add_test (maker, "keys/found", test_found);
}
