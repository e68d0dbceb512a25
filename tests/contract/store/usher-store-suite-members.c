/* usher-store-suite-members.c: what is in documents, whether a schema knows it or not
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-store-suite.h"

#define ID "65920080aaaaaaaaaa000001"

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING },
  { "at", USHER_FIELD_TIME, USHER_FIELD_INDEXED },
  { "amount", USHER_FIELD_INTEGER, USHER_FIELD_INDEXED },
  { "price", USHER_FIELD_MONEY },
  { "extra", USHER_FIELD_JSON },
  { "pin", USHER_FIELD_JSON, USHER_FIELD_PRIVATE },
};

static void
reopen (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);

  g_assert_no_error (error);
  usher_store_fixture_reopen (fixture, schema, &error);
  g_assert_no_error (error);
}

/* An item that has @members besides its name, and @private (nullable), inserted and read again after a change. */
static UsherDocument *
keep (UsherStoreFixture *fixture, const char *members, const char *private)
{
  g_autofree char *text =
      g_strdup_printf ("{\"id\":\"" ID "\",\"name\":\"chair\"%s,\"version\":0}", members);
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->schema, ID, 0, text, -1, private);
  g_autoptr (UsherDocument) found = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) change = usher_store_fixture_begin (fixture);
  g_autoptr (GError) error = NULL;

  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);

  found = usher_unit_find (change, "items", ID, &error);
  g_assert_no_error (error);
  usher_document_set_string (found, "name", "stool");
  usher_unit_replace (change, found, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, change);

  return usher_store_fixture_read (fixture, ID);
}

/* each of @members, objects' members one after the other, is in the text as it was written */
static void
assert_kept (UsherStoreFixture *fixture, const char *members)
{
  g_autoptr (UsherDocument) found = keep (fixture, members, NULL);
  const char *text = usher_document_get_text (found, NULL);

  g_assert_nonnull (strstr (text, "\"name\":\"stool\""));
  if (strstr (text, members) == NULL)
    g_error ("“%s” is not in “%s”", members, text);
}

static void
test_integers (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("Whole numbers that no schema knows pass to the last digit, of any size.");

  assert_kept (fixture,
               ",\"n\":[0,-1,2147483648,9007199254740993,9223372036854775807,-9223372036854775808,"
               "9223372036854775808,18446744073709551616,-1234567890123456789012345678901234]");
}

static void
test_decimals (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Decimals that no schema knows pass as they were written, zeros at their end too.");

  assert_kept (fixture,
               ",\"n\":[0.5,-0.1,19.99,1.50,100.00,0.1000000000000000055511151231257827,"
               "12345678901234567.89]");
}

static void
test_values (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("Members that no schema knows pass, of whatever kind and with whatever name.");

  assert_kept (fixture,
               ",\"a\":null,\"b\":true,\"c\":\"\",\"d\":[],\"e\":{},\"f\":[[1],{\"g\":[false]}],"
               "\"h\":{\"$set\":1,\"a.b\":2,\"_id\":3,\"i\":{\"$oid\":\"x\"}},"
               "\"j\":\"“quoted” \\\"twice\\\" \\\\ \\n 𝄞\"");
}

static void
test_json (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) found = NULL;
  g_autofree char *private = NULL;

  reopen (fixture);
  g_test_summary ("A field of JSON keeps its value, in the open or not.");

  found = keep (fixture, ",\"extra\":{\"n\":[1.50,{\"$inc\":null}]}", "{\"pin\":[1,\"two\",null]}");
  private = usher_document_dup_private_text (found);
  g_assert_cmpstr (usher_document_get_string (found, "extra"),
                   ==,
                   "{\"n\":[1.50,{\"$inc\":null}]}");
  g_assert_cmpstr (private, ==, "{\"pin\":[1,\"two\",null]}");
  g_assert_null (strstr (usher_document_get_text (found, NULL), "two"));
}

static void
insert_extreme (UsherStoreFixture *fixture, gint64 at, gint64 amount)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "x");
  g_autoptr (UsherDocument) found = NULL;
  g_autoptr (GError) error = NULL;

  usher_document_set_integer (document, "at", at);
  usher_document_set_integer (document, "amount", amount);
  usher_document_set_integer (document, "price", amount);
  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
  usher_store_fixture_commit (fixture, unit);

  found = usher_store_fixture_read (fixture, usher_document_get_id (document));
  g_assert_cmpint (usher_document_get_integer (found, "at"), ==, at);
  g_assert_cmpint (usher_document_get_integer (found, "amount"), ==, amount);
  g_assert_cmpint (usher_document_get_integer (found, "price"), ==, amount);
  g_assert_cmpstr (usher_document_get_text (found, NULL),
                   ==,
                   usher_document_get_text (document, NULL));
}

static void
test_extremes (UsherStoreFixture *fixture, gconstpointer data)
{
  const gint64 year = 1767225600 * G_GINT64_CONSTANT (1000000);

  g_test_summary ("Times pass to the millisecond, before 1970 too, and numbers to the last cent.");

  reopen (fixture);
  insert_extreme (fixture, year, 0);
  insert_extreme (fixture, year + 1000, G_MAXINT64 / 1000);
  insert_extreme (fixture, year + 999000, 1);
  insert_extreme (fixture, -1000, -1);
  insert_extreme (fixture, -86400 * G_GINT64_CONSTANT (1000000) - 999000, G_MININT64 / 1000);
}

static void
test_large (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strnfill (17 * 1024 * 1024, 'x');
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (fixture, name);
  g_autoptr (GError) error = NULL;
  gboolean fits = usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error);

  g_test_summary ("A document of 17 MiB is kept, or refused by name where the store has a limit.");

  g_assert_true (fits == !fixture->maker->has_limit);
  if (!fits)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
      g_test_message ("%s", error->message);
      g_assert_true (strlen (error->message) < 1024);
      g_assert_nonnull (strstr (error->message, "items"));
    }
  g_assert_true (usher_store_fixture_has_item (fixture, unit) == fits);
  g_free (usher_store_fixture_insert (fixture, "another"));
}

void
usher_store_suite_add_members (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "members/integers", test_integers);
  usher_store_suite_add_test (maker, "members/decimals", test_decimals);
  usher_store_suite_add_test (maker, "members/values", test_values);
  usher_store_suite_add_test (maker, "members/json", test_json);
  usher_store_suite_add_test (maker, "members/extremes", test_extremes);
  usher_store_suite_add_test (maker, "members/large", test_large);
}
