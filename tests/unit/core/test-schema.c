/* test-schema.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document.h"
#include "usher-error.h"
#include "usher-schema.h"

#define ID       "111111111111111111111111"
#define ASKED    (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
#define OPTIONAL USHER_FIELD_INPUT

#define VALID_CONTACT "Contact must be valid"

static const UsherField ticket_fields[] = {
  { "title", USHER_FIELD_STRING, ASKED | USHER_FIELD_TRIM, 1, 5, "Title is required" },
  { "price", USHER_FIELD_MONEY, ASKED, 1, 10000, "Price must be greater than 0" },
  { "seller.id", USHER_FIELD_ID, OPTIONAL, 0, 0, NULL },
  { "seller.name", USHER_FIELD_STRING, OPTIONAL, 2, 8, NULL },
  { "seats", USHER_FIELD_INTEGER, OPTIONAL, -2, 4, NULL },
  { "starts", USHER_FIELD_TIME, OPTIONAL, 0, 0, NULL },
  { "open", USHER_FIELD_BOOLEAN, OPTIONAL, 0, 0, NULL },
  { "extra", USHER_FIELD_JSON, OPTIONAL, 0, 0, NULL },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_NONE, 0, 0, NULL },
  { "row",
    USHER_FIELD_STRING,
    OPTIONAL | USHER_FIELD_TEXT,
    1,
    3,
    "Row is required",
    "Row is long" },
  { "rank", USHER_FIELD_INTEGER, OPTIONAL, 1, 9, "Rank is required", "Rank is high" },
  { "since", USHER_FIELD_TIME, OPTIONAL, 0, G_TIME_SPAN_SECOND, NULL },
  { "buyer", USHER_FIELD_ID, OPTIONAL, 0, 0, "Buyer is required" },
  { "code", USHER_FIELD_STRING, OPTIONAL, 1, 9, NULL },
  { "contact", USHER_FIELD_STRING, OPTIONAL, 1, 9, VALID_CONTACT, VALID_CONTACT },
  { "any", USHER_FIELD_INTEGER, OPTIONAL, 0, 0, NULL },
  { "note", USHER_FIELD_STRING, OPTIONAL | USHER_FIELD_TEXT },
  { "fee", USHER_FIELD_MONEY, OPTIONAL },
  { "heir", USHER_FIELD_ID, OPTIONAL },
};

typedef struct
{
  UsherSchema *schema; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->schema =
      usher_schema_new ("tickets", ticket_fields, G_N_ELEMENTS (ticket_fields), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_schema_unref (fixture->schema);
}

static UsherDocument *
read_text (Fixture *fixture, const char *text, UsherProblems *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherJson) json = usher_json_parse (text, -1, &error);

  g_assert_no_error (error);

  return usher_schema_read (fixture->schema, json, problems);
}

/* Reads a ticket whose @member is @value; the document, or NULL when @member and nothing else is a problem. */
static UsherDocument *
read_with (Fixture *fixture, const char *member, const char *value)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *name = g_strdup_printf ("\"field\":\"%s\"", member);
  g_auto (GStrv) parts = g_strsplit (member, ".", 2);
  GString *text = g_string_new ("{");
  UsherDocument *document = NULL;
  g_autofree char *errors = NULL;

  if (!g_str_equal (member, "title"))
    g_string_append (text, "\"title\":\"a\",");
  if (!g_str_equal (member, "price"))
    g_string_append (text, "\"price\":1,");
  if (parts[1] != NULL)
    g_string_append_printf (text, "\"%s\":{\"%s\":%s}}", parts[0], parts[1], value);
  else
    g_string_append_printf (text, "\"%s\":%s}", parts[0], value);

  g_test_message ("%s", text->str);
  document = read_text (fixture, text->str, problems);
  g_assert_cmpuint (usher_problems_get_length (problems), ==, document != NULL ? 0 : 1);
  errors = usher_problems_to_json (problems);
  if (document == NULL)
    g_assert_nonnull (strstr (errors, name));
  g_string_free (text, TRUE);

  return document;
}

static void
assert_refused (Fixture *fixture, const char *member, const char *const *values)
{
  for (; *values != NULL; values++)
    g_assert_null (read_with (fixture, member, *values));
}

static void
test_fields (Fixture *fixture, gconstpointer data)
{
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (fixture->schema, &n_fields);

  g_test_summary ("A schema has a copy of its table and finds fields by name.");

  g_assert_cmpstr (usher_schema_get_collection (fixture->schema), ==, "tickets");
  g_assert_cmpuint (n_fields, ==, G_N_ELEMENTS (ticket_fields));
  g_assert_cmpstr (fields[1].name, ==, "price");
  g_assert_true (fields[1].name != ticket_fields[1].name);
  g_assert_cmpint (usher_schema_find_field (fixture->schema, "seller.name"), ==, 3);
  g_assert_cmpint (usher_schema_find_field (fixture->schema, "seller"), ==, -1);
  g_assert_cmpint (usher_schema_find_field (fixture->schema, "id"), ==, -1);
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (UsherDocument) document =
      read_text (fixture,
                 "{\"extra\":[1, "
                 "{\"a\":1.50}],\"open\":true,\"starts\":\"2026-01-31T13:00:00+01:00\",\"seats\":4,"
                 "\"seller\":{\"name\":\"Ann\",\"id\":\"" ID
                 "\"},\"price\":\"19.99\",\"title\":\" Fish \\n\"}",
                 problems);

  g_test_summary ("An input is read into a document without id, field by field.");

  g_assert_cmpuint (usher_problems_get_length (problems), ==, 0);
  g_assert_null (usher_document_get_id (document));
  g_assert_cmpstr (usher_document_get_string (document, "title"), ==, "Fish");
  g_assert_cmpint (usher_document_get_integer (document, "price"), ==, 1999);
  g_assert_cmpstr (usher_document_get_string (document, "seller.id"), ==, ID);
  g_assert_cmpstr (usher_document_get_string (document, "seller.name"), ==, "Ann");
  g_assert_cmpint (usher_document_get_integer (document, "seats"), ==, 4);
  g_assert_cmpint (usher_document_get_integer (document, "starts"),
                   ==,
                   G_GINT64_CONSTANT (1769860800000000));
  g_assert_true (usher_document_get_boolean (document, "open"));
  g_assert_cmpstr (usher_document_get_string (document, "extra"), ==, "[1, {\"a\":1.50}]");
}

static void
test_all_problems (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *errors = NULL;

  g_test_summary ("All problems of an input are listed, one a field, in the schema's order.");

  g_assert_null (
      read_text (fixture, "{\"seats\":\"x\",\"title\":\"\",\"seller\":{\"id\":\"me\"}}", problems));
  errors = usher_problems_to_json (problems);
  g_assert_cmpstr (errors,
                   ==,
                   "{\"errors\":[{\"message\":\"Title is required\",\"field\":\"title\"},"
                   "{\"message\":\"Price must be greater than 0\",\"field\":\"price\"},"
                   "{\"message\":\"Seller.id must be an id\",\"field\":\"seller.id\"},"
                   "{\"message\":\"Seats must be a number\",\"field\":\"seats\"}]}");
}

static void
test_earlier_problems (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (UsherDocument) document = NULL;

  g_test_summary ("A problem that was there before is no reason to refuse an input.");

  usher_problems_add (problems, NULL, "before");
  document = read_text (fixture, "{\"title\":\"a\",\"price\":1}", problems);
  g_assert_nonnull (document);
}

static void
test_optional (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (UsherDocument) document =
      read_text (fixture, "{\"title\":\"a\",\"price\":1,\"seats\":null,\"seller\":null}", problems);

  g_test_summary ("What is not required may be missing or null, and is not set then.");

  g_assert_nonnull (document);
  g_assert_false (usher_document_has (document, "seats"));
  g_assert_false (usher_document_has (document, "seller.id"));
  g_assert_false (usher_document_has (document, "open"));
}

static void
test_not_input (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autoptr (UsherDocument) document =
      read_text (fixture,
                 "{\"title\":\"a\",\"price\":1,\"secret\":\"s\",\"id\":\"" ID
                 "\",\"version\":9,\"more\":1}",
                 problems);

  g_test_summary ("Members that are no input are left alone: id, version, others.");

  g_assert_nonnull (document);
  g_assert_false (usher_document_has (document, "secret"));
  g_assert_null (usher_document_get_id (document));
  g_assert_cmpint (usher_document_get_version (document), ==, 0);
}

static void
test_not_object (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "[]", "1", "\"title\"", "null", "[\"title\",\"price\"]" };

  g_test_summary ("An input that is no object lacks all that is required.");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (UsherProblems) problems = usher_problems_new ();

      g_assert_null (read_text (fixture, texts[i], problems));
      g_assert_cmpuint (usher_problems_get_length (problems), ==, 2);
    }
}

static void
test_characters (Fixture *fixture, gconstpointer data)
{
  static const char *const refused[] = { "\"\"", "\"   \"", "\"abcdef\"", "\"ééééé é\"", NULL };
  g_autoptr (UsherDocument) five = read_with (fixture, "title", "\"é€😀é\\u00e9\"");
  g_autoptr (UsherDocument) trimmed = read_with (fixture, "title", "\"   abcde   \"");
  g_autoptr (UsherDocument) untrimmed = read_with (fixture, "seller.name", "\" a \"");

  g_test_summary (
      "The length of a string is counted in characters, after trimming where that is asked for.");

  g_assert_cmpstr (usher_document_get_string (five, "title"), ==, "é€😀éé");
  g_assert_cmpstr (usher_document_get_string (trimmed, "title"), ==, "abcde");
  g_assert_cmpstr (usher_document_get_string (untrimmed, "seller.name"), ==, " a ");
  assert_refused (fixture, "title", refused);
}

/* Whether an input is refused for @member alone. */
static void
assert_problem (Fixture *fixture, const char *text, const char *member, const char *message)
{
  g_autofree char *expected =
      g_strdup_printf ("{\"errors\":[{\"message\":\"%s\",\"field\":\"%s\"}]}", message, member);
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *errors = NULL;

  g_assert_null (read_text (fixture, text, problems));
  errors = usher_problems_to_json (problems);
  g_assert_cmpstr (errors, ==, expected);
}

/* Whether a ticket whose @member is @value is refused with @message. */
static void
assert_message (Fixture *fixture, const char *member, const char *value, const char *message)
{
  g_autofree char *text =
      g_strdup_printf ("{\"title\":\"a\",\"price\":1,\"%s\":%s}", member, value);

  assert_problem (fixture, text, member, message);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  static const char *const unseen[] = {
    "\"\"", "\" \\t\"", "\"\\u200b\"", "\"\\u3164\\u0301\"", "\"\\u202e\"", "\"\\u0001\"",
  };
  static const char *const controls[] = {
    "\"a\\u0001\"", "\"a\\nb\"", "\"a\\u009b\"", "\"a\\u2028b\""
  };
  g_autoptr (UsherDocument) trimmed =
      read_with (fixture, "row", "\"\\u00a0\\u200bA\\u00a0B\\ufeff\\n\"");

  g_test_summary (
      "A line for people is trimmed of all blanks, can be seen, and has no control characters.");

  g_assert_cmpstr (usher_document_get_string (trimmed, "row"), ==, "A\u00a0B");
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    assert_message (fixture, "row", unseen[i], "Row is required");
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    assert_message (fixture, "row", controls[i], "Row must not contain control characters");
}

static void
test_max_message (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is too much is told apart from what is none.");

  assert_message (fixture, "row", "\"abcd\"", "Row is long");
  assert_message (fixture, "rank", "10", "Rank is high");
  assert_message (fixture, "rank", "9223372036854775808", "Rank is high");
  assert_message (fixture, "rank", "0", "Rank is required");
  assert_message (fixture, "rank", "-9223372036854775809", "Rank is required");
}

static const struct
{
  const char *member;
  const char *value;
  const char *message;
} causes[] = {
  { "title", "null", "Title is required" },
  { "title", "\"\"", "Title is required" },
  { "title", "7", "Title must be text" },
  { "title", "[\"a\"]", "Title must be text" },
  { "title", "\"abcdef\"", "Title must have at most 5 characters" },
  { "price", "0", "Price must be greater than 0" },
  { "price", "-1", "Price must be greater than 0" },
  { "price", "5.001", "Price must have at most 2 decimals" },
  { "price", "\"5.001\"", "Price must have at most 2 decimals" },
  { "price", "1e1", "Price must be written without an exponent" },
  { "price", "\"1E1\"", "Price must be written without an exponent" },
  { "price", "100.01", "Price must be at most 100" },
  { "price", "99999999999999999999.5", "Price must be at most 100" },
  { "price", "\"cheap\"", "Price must be a number" },
  { "price", "\"007\"", "Price must be a number" },
  { "price", "\"5.\"", "Price must be a number" },
  { "price", "\"\"", "Price must be greater than 0" },
  { "price", "true", "Price must be a number" },
  { "price", "[5]", "Price must be a number" },
  { "seats", "\"1\"", "Seats must be a number" },
  { "seats", "1.5", "Seats must be a whole number, without a point or an exponent" },
  { "seats", "1e0", "Seats must be a whole number, without a point or an exponent" },
  { "seats", "-3", "Seats must be at least -2" },
  { "seats", "5", "Seats must be at most 4" },
  { "open", "\"true\"", "Open must be true or false" },
  { "starts", "\"soon\"", "Starts must be a time such as 2026-01-31T12:00:00.000Z" },
  { "starts", "1", "Starts must be a time such as 2026-01-31T12:00:00.000Z" },
  { "since", "\"1969-12-31T23:59:59.000Z\"", "Since must not be before 1970-01-01T00:00:00.000Z" },
  { "since", "\"1970-01-02T00:00:00.000Z\"", "Since must not be after 1970-01-01T00:00:01.000Z" },
  { "buyer", "\"\"", "Buyer is required" },
  { "buyer", "\"me\"", "Buyer must be an id" },
  { "code", "\"\"", "Code must have at least 1 character" },
  { "contact", "7", "Contact must be valid" },
  { "contact", "\"far too long\"", "Contact must be valid" },
  { "any", "9223372036854775808", "Any is too large" },
  { "any", "-9223372036854775809", "Any is too small" },
  { "rank", "1.5", "Rank must be a whole number, without a point or an exponent" },
  { "rank", "\"x\"", "Rank must be a number" },
  { "note", "\" \"", "Note must not be blank" },
  { "fee", "\"\"", "Fee must be a number" },
  { "heir", "\"\"", "Heir must be an id" },
};

static void
test_causes (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each cause has a sentence that is true, in whatever field.");

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    {
      gboolean is_title = g_str_equal (causes[i].member, "title");
      gboolean is_price = g_str_equal (causes[i].member, "price");
      g_autofree char *text = g_strdup_printf ("{%s%s\"%s\":%s}",
                                               is_title ? "" : "\"title\":\"a\",",
                                               is_price ? "" : "\"price\":1,",
                                               causes[i].member,
                                               causes[i].value);

      assert_problem (fixture, text, causes[i].member, causes[i].message);
    }
}

static void
test_range (Fixture *fixture, gconstpointer data)
{
  static const char *const refused_seats[] = { "-3", "5", "9223372036854775808", NULL };
  static const char *const refused_prices[] = { "0",      "-1",         "-0", "0.00",
                                                "100.01", "\"100.01\"", NULL };
  g_autoptr (UsherDocument) least = read_with (fixture, "seats", "-2");
  g_autoptr (UsherDocument) cent = read_with (fixture, "price", "0.01");
  g_autoptr (UsherDocument) most = read_with (fixture, "price", "\"100.00\"");

  g_test_summary ("A range holds its ends; that of money is in minor units.");

  g_assert_cmpint (usher_document_get_integer (least, "seats"), ==, -2);
  g_assert_cmpint (usher_document_get_integer (cent, "price"), ==, 1);
  g_assert_cmpint (usher_document_get_integer (most, "price"), ==, 10000);
  assert_refused (fixture, "seats", refused_seats);
  assert_refused (fixture, "price", refused_prices);
}

static void
test_wrong_types (Fixture *fixture, gconstpointer data)
{
  static const char *const no_string[] = { "1", "true", "[\"a\"]", "{\"a\":\"b\"}", "null", NULL };
  static const char *const no_money[] = { "\"\"", "\" 5\"", "19.999", "1e1",  "\"1e1\"",
                                          "true", "[5]",    "{}",     "null", NULL };
  static const char *const no_integer[] = { "\"1\"", "1.0", "1e0", "true", "[1]", "{}", NULL };
  static const char *const no_boolean[] = { "\"true\"", "1", "0", "[true]", "{}", NULL };
  static const char *const no_time[] = {
    "\"\"", "1", "\"2026-01-31\"", "\"now\"", "[]", "{}", NULL
  };
  static const char *const no_id[] = { "\"\"",
                                       "1",
                                       "\"11111111111111111111111\"",
                                       "\"1111111111111111111111AA\"",
                                       "\" " ID "\"",
                                       "{\"$ne\":\"a\"}",
                                       "[\"" ID "\"]",
                                       NULL };

  g_test_summary (
      "A value of another type than its field's is refused: arrays and objects for scalars too.");

  assert_refused (fixture, "title", no_string);
  assert_refused (fixture, "price", no_money);
  assert_refused (fixture, "seats", no_integer);
  assert_refused (fixture, "open", no_boolean);
  assert_refused (fixture, "starts", no_time);
  assert_refused (fixture, "seller.id", no_id);
}

static void
test_bad_tables (void)
{
  static const struct
  {
    UsherField fields[3];
    const char *problem;
  } rows[] = {
    { { { NULL } }, "no usable name" },
    { { { "" } }, "no usable name" },
    { { { "a b" } }, "“a b” of collection “things” has no usable name" },
    { { { "1a" } }, "no usable name" },
    { { { "a.." } }, "no usable name" },
    { { { ".a" } }, "no usable name" },
    { { { "a." } }, "no usable name" },
    { { { "a'b" } }, "no usable name" },
    { { { "id" } }, "every document" },
    { { { "version" } }, "every document" },
    { { { "id.a" } }, "every document" },
    { { { "a" }, { "a" } }, "“a” of collection “things” is there twice" },
    { { { "a", USHER_FIELD_JSON, USHER_FIELD_INDEXED } }, "cannot be indexed" },
    { { { "a", USHER_FIELD_JSON, USHER_FIELD_UNIQUE } }, "cannot be indexed" },
    { { { "a", USHER_FIELD_JSON + 1 } }, "no type" },
    { { { "a", USHER_FIELD_STRING, USHER_FIELD_NONE, 2, 1 } }, "holds nothing" },
    { { { "a" }, { "a.b" } }, "clashes" },
    { { { "a.b" }, { "a" } }, "clashes" },
    { { { "a.b" }, { "b" }, { "a.c" } }, "does not stand with" },
    { { { "a.b.c" }, { "a.d" }, { "a.b.e" } }, "does not stand with" },
  };

  g_test_summary ("A table that is wrong is refused, and the error names the field.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      guint n = 1;

      while (n < 3 && rows[i].fields[n].name != NULL)
        n++;
      g_assert_null (usher_schema_new ("things", rows[i].fields, n, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].problem));
    }
}

static void
test_nesting_tables (void)
{
  static const UsherField fields[] = {
    { "a.b.c" }, { "a.b.d" }, { "a.e" }, { "ab" }, { "b.a" }, { "b.version" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("things", fields, G_N_ELEMENTS (fields), &error);

  g_test_summary ("Names that only begin alike, and those that nest side by side, do not clash.");

  g_assert_no_error (error);
  g_assert_nonnull (schema);
}

static void
test_bad_collection (void)
{
  static const char *const names[] = { "", "a b", "1", "a;drop", "a.b" };

  g_test_summary ("A collection needs a name that can name a table.");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (usher_schema_new (names[i], NULL, 0, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schema/fields", test_fields);
  ADD ("/schema/read", test_read);
  ADD ("/schema/read/all-problems", test_all_problems);
  ADD ("/schema/read/earlier-problems", test_earlier_problems);
  ADD ("/schema/read/optional", test_optional);
  ADD ("/schema/read/not-input", test_not_input);
  ADD ("/schema/read/not-object", test_not_object);
  ADD ("/schema/read/characters", test_characters);
  ADD ("/schema/read/text", test_text);
  ADD ("/schema/read/max-message", test_max_message);
  ADD ("/schema/read/causes", test_causes);
  ADD ("/schema/read/range", test_range);
  ADD ("/schema/read/wrong-types", test_wrong_types);
  g_test_add_func ("/schema/new/bad-tables", test_bad_tables);
  g_test_add_func ("/schema/new/nesting-tables", test_nesting_tables);
  g_test_add_func ("/schema/new/bad-collection", test_bad_collection);

  return g_test_run ();
}
