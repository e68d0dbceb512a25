/* usher-store-suite-evolution.c: schemas that change under documents that stay
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

#define reopen(fixture, fields, error) reopen_with (fixture, fields, G_N_ELEMENTS (fields), error)

static const UsherField bare[] = {
  { "name", USHER_FIELD_STRING },
};

static const UsherField with_seat[] = {
  { "name", USHER_FIELD_STRING },
  { "place.seat", USHER_FIELD_INTEGER, USHER_FIELD_INDEXED },
  { "pin", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

static void
reopen_with (UsherStoreFixture *fixture, const UsherField *fields, guint n_fields, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", fields, n_fields, &trouble);

  g_assert_no_error (trouble);
  usher_store_fixture_reopen (fixture, schema, error);
}

/* an item with a seat and a pin */
static char *
insert_seat (UsherStoreFixture *fixture, gint64 seat)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = NULL;
  g_autoptr (UsherDocument) item = NULL;

  reopen (fixture, with_seat, &error);
  g_assert_no_error (error);
  unit = usher_store_fixture_begin (fixture);
  item = usher_store_fixture_make (fixture, unit, "chair");
  usher_document_set_integer (item, "place.seat", seat);
  usher_document_set_string (item, "pin", "1234");
  usher_unit_insert (unit, item, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);

  return g_strdup (usher_document_get_id (item));
}

static void
rename_item (UsherStoreFixture *fixture, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) item = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);
  usher_document_set_string (item, "name", "stool");
  usher_unit_replace (unit, item, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_kept (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert_seat (fixture, 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) item = NULL;

  g_test_summary ("A field that is declared no more stays in the documents, and is there when it "
                  "is declared again.");

  reopen (fixture, bare, &error);
  g_assert_no_error (error);
  rename_item (fixture, id);
  reopen (fixture, with_seat, &error);
  g_assert_no_error (error);

  item = usher_store_fixture_read (fixture, id);
  g_assert_cmpstr (usher_document_get_string (item, "name"), ==, "stool");
  g_assert_cmpint (usher_document_get_integer (item, "place.seat"), ==, 12);
  g_assert_cmpstr (usher_document_get_string (item, "pin"), ==, "1234");
}

static void
assert_refused (UsherStoreFixture *fixture,
                const UsherField *field,
                const char *id,
                const char *was,
                const char *wants)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pattern =
      g_strdup_printf ("*“items”*%s*%s*%s*docs/evolution.md*", was, id, wants);

  reopen_with (fixture, field, 1, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
test_type (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField of_other_type = { "place.seat", USHER_FIELD_STRING };
  static const UsherField no_object = { "place", USHER_FIELD_STRING };
  static const UsherField in_value = { "name.first", USHER_FIELD_STRING };
  static const UsherField in_the_open = { "pin", USHER_FIELD_STRING };
  g_autofree char *id = insert_seat (fixture, 12);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A field of another type than documents have is refused, with both types and what helps.");

  assert_refused (fixture, &of_other_type, id, "“place.seat” integer", "“place.seat” string");
  assert_refused (fixture, &no_object, id, "“place.seat” integer", "“place” string");
  assert_refused (fixture, &in_value, id, "“name” string", "“name.first” string");
  assert_refused (fixture, &in_the_open, id, "“pin” private string", "“pin” string");

  reopen (fixture, bare, &error);
  g_assert_no_error (error);
  assert_refused (fixture, &of_other_type, id, "“place.seat” integer", "“place.seat” string");
  reopen (fixture, with_seat, &error);
  g_assert_no_error (error);
}

static void
take_out (UsherStoreFixture *fixture, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) item = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);
  usher_document_unset (item, "place.seat");
  usher_unit_replace (unit, item, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);
}

static void
test_type_unused (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField as_text[] = { { "place.seat", USHER_FIELD_STRING, USHER_FIELD_INDEXED } };
  g_autofree char *id = insert_seat (fixture, 12);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A type may change once no document has the field.");

  take_out (fixture, id);
  reopen (fixture, as_text, &error);
  g_assert_no_error (error);
  reopen (fixture, with_seat, &error);
  g_assert_no_error (error);
}

static void
test_required (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField with_owner[] = {
    { "name", USHER_FIELD_STRING },
    { "owner", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_INDEXED },
  };
  g_autofree char *id = insert_seat (fixture, 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) item = NULL;

  g_test_summary ("A new required field asks something of inputs alone: documents lack it, and can "
                  "be changed.");

  reopen (fixture, with_owner, &error);
  g_assert_no_error (error);
  rename_item (fixture, id);
  item = usher_store_fixture_read (fixture, id);
  g_assert_false (usher_document_has (item, "owner"));
}

static void
test_unique (UsherStoreFixture *fixture, gconstpointer data)
{
  static const UsherField unique[] = { { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE } };
  g_autofree char *first = insert_seat (fixture, 1);
  g_autofree char *second = usher_store_fixture_insert (fixture, "chair");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A field that becomes unique is refused while documents share a value.");

  reopen (fixture, unique, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_true (g_pattern_match_simple ("*“items”*“name”*", error->message));
  g_clear_error (&error);

  reopen (fixture, bare, &error);
  g_assert_no_error (error);
  rename_item (fixture, second);
  reopen (fixture, unique, &error);
  g_assert_no_error (error);
}

void
usher_store_suite_add_evolution (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "evolution/kept", test_kept);
  usher_store_suite_add_test (maker, "evolution/type", test_type);
  usher_store_suite_add_test (maker, "evolution/unused-type", test_type_unused);
  usher_store_suite_add_test (maker, "evolution/required", test_required);
  usher_store_suite_add_test (maker, "evolution/unique", test_unique);
}
