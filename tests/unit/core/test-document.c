/* test-document.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document.h"

#define ID     "111111111111111111111111"
#define OTHER  "222222222222222222222222"
#define MOMENT G_GINT64_CONSTANT (1769860800123000)

static const UsherField order_fields[] = {
  { "status", USHER_FIELD_STRING },
  { "userId", USHER_FIELD_ID },
  { "hash", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { "expiresAt", USHER_FIELD_TIME },
  { "ticket.id", USHER_FIELD_ID },
  { "ticket.price", USHER_FIELD_MONEY },
  { "ticket.place.row", USHER_FIELD_INTEGER },
  { "ticket.place.seat", USHER_FIELD_INTEGER },
  { "ticket.sold", USHER_FIELD_BOOLEAN },
  { "extra", USHER_FIELD_JSON },
  { "pin.code", USHER_FIELD_INTEGER, USHER_FIELD_PRIVATE },
};

static const UsherField copy_fields[] = {
  { "ticket.price", USHER_FIELD_MONEY },
  { "status", USHER_FIELD_STRING },
  { "userId", USHER_FIELD_STRING }, /* of another type */
  { "title", USHER_FIELD_STRING },
};

typedef struct
{
  UsherSchema *schema;      /* (owned) */
  UsherSchema *copy_schema; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new ("orders", order_fields, G_N_ELEMENTS (order_fields), &error);
  g_assert_no_error (error);
  fixture->copy_schema =
      usher_schema_new ("copies", copy_fields, G_N_ELEMENTS (copy_fields), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_schema_unref (fixture->schema);
  usher_schema_unref (fixture->copy_schema);
}

static void
fill (UsherDocument *document)
{
  usher_document_set_id (document, ID);
  usher_document_set_version (document, 3);
  usher_document_set_string (document, "extra", "[1, 2]");
  usher_document_set_boolean (document, "ticket.sold", TRUE);
  usher_document_set_integer (document, "ticket.place.seat", 12);
  usher_document_set_integer (document, "ticket.place.row", -1);
  usher_document_set_integer (document, "ticket.price", 1999);
  usher_document_set_string (document, "ticket.id", OTHER);
  usher_document_set_integer (document, "expiresAt", MOMENT);
  usher_document_set_string (document, "hash", "$argon2id");
  usher_document_set_integer (document, "pin.code", 7);
  usher_document_set_string (document, "userId", ID);
  usher_document_set_string (document, "status", "say \"so\"");
}

#define FILLED                                                                                   \
  "{\"id\":\"" ID "\",\"version\":3,\"status\":\"say \\\"so\\\"\",\"userId\":\"" ID "\","        \
  "\"expiresAt\":\"2026-01-31T12:00:00.123Z\",\"ticket\":{\"id\":\"" OTHER "\",\"price\":19.99," \
  "\"place\":{\"row\":-1,\"seat\":12},\"sold\":true},\"extra\":[1, 2]}"

static void
assert_filled (UsherDocument *document)
{
  g_assert_cmpstr (usher_document_get_id (document), ==, ID);
  g_assert_cmpint (usher_document_get_version (document), ==, 3);
  g_assert_cmpstr (usher_document_get_string (document, "status"), ==, "say \"so\"");
  g_assert_cmpstr (usher_document_get_string (document, "userId"), ==, ID);
  g_assert_cmpstr (usher_document_get_string (document, "hash"), ==, "$argon2id");
  g_assert_cmpint (usher_document_get_integer (document, "expiresAt"), ==, MOMENT);
  g_assert_cmpstr (usher_document_get_string (document, "ticket.id"), ==, OTHER);
  g_assert_cmpint (usher_document_get_integer (document, "ticket.price"), ==, 1999);
  g_assert_cmpint (usher_document_get_integer (document, "ticket.place.row"), ==, -1);
  g_assert_cmpint (usher_document_get_integer (document, "ticket.place.seat"), ==, 12);
  g_assert_true (usher_document_get_boolean (document, "ticket.sold"));
  g_assert_cmpstr (usher_document_get_string (document, "extra"), ==, "[1, 2]");
  g_assert_cmpint (usher_document_get_integer (document, "pin.code"), ==, 7);
}

static void
test_new (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A new document has no id, and no field of it is set.");

  g_assert_true (usher_document_get_schema (document) == fixture->schema);
  g_assert_null (usher_document_get_id (document));
  g_assert_null (usher_document_get_string (document, "id"));
  g_assert_cmpint (usher_document_get_version (document), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (order_fields); i++)
    g_assert_false (usher_document_has (document, order_fields[i].name));
  g_assert_null (usher_document_get_string (document, "status"));
  g_assert_cmpint (usher_document_get_integer (document, "ticket.price"), ==, 0);
  g_assert_false (usher_document_get_boolean (document, "ticket.sold"));
  g_assert_cmpstr (usher_document_get_text (document, NULL), ==, "{\"version\":0}");
  g_assert_null (usher_document_dup_private_text (document));
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);
  gsize length = 0;

  g_test_summary ("The text has id and version first, then the schema's order, nested by dots.");

  fill (document);
  assert_filled (document);
  g_assert_cmpstr (usher_document_get_text (document, &length), ==, FILLED);
  g_assert_cmpuint (length, ==, strlen (FILLED));
}

static void
test_some_nested (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("Members that nest are opened and closed as the fields that are set want it.");

  usher_document_set_integer (document, "ticket.place.seat", 5);
  g_assert_cmpstr (usher_document_get_text (document, NULL),
                   ==,
                   "{\"version\":0,\"ticket\":{\"place\":{\"seat\":5}}}");
  usher_document_set_boolean (document, "ticket.sold", FALSE);
  g_assert_cmpstr (usher_document_get_text (document, NULL),
                   ==,
                   "{\"version\":0,\"ticket\":{\"place\":{\"seat\":5},\"sold\":false}}");
  usher_document_unset (document, "ticket.place.seat");
  usher_document_set_string (document, "extra", "{}");
  g_assert_cmpstr (usher_document_get_text (document, NULL),
                   ==,
                   "{\"version\":0,\"ticket\":{\"sold\":false},\"extra\":{}}");
}

static void
test_has_string (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A field holds what was set, and nothing before.");

  g_assert_true (usher_document_has_string (document, "status", NULL));
  g_assert_false (usher_document_has_string (document, "status", "Opera"));
  usher_document_set_string (document, "status", "Opera");
  g_assert_true (usher_document_has_string (document, "status", "Opera"));
  g_assert_false (usher_document_has_string (document, "status", "Operetta"));
  g_assert_false (usher_document_has_string (document, "status", NULL));
}

static void
test_set_flag (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A flag is true or not there.");

  usher_document_set_flag (document, "ticket.sold", TRUE);
  g_assert_true (usher_document_get_boolean (document, "ticket.sold"));
  usher_document_set_flag (document, "ticket.sold", FALSE);
  g_assert_false (usher_document_has (document, "ticket.sold"));
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);
  g_autofree char *none = usher_document_dup_private_text (document);
  g_autofree char *text = NULL;

  g_test_summary ("Private fields are in a text of their own and never in the document's.");

  g_assert_null (none);
  fill (document);
  text = usher_document_dup_private_text (document);
  g_assert_cmpstr (text, ==, "{\"hash\":\"$argon2id\",\"pin\":{\"code\":7}}");
  g_assert_null (strstr (usher_document_get_text (document, NULL), "argon2id"));
  g_assert_null (strstr (usher_document_get_text (document, NULL), "pin"));
}

static void
test_stored (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);
  g_autoptr (UsherDocument) stored = NULL;
  g_autofree char *private_text = NULL;
  g_autofree char *stored_private = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("A document that was stored has all its fields again, private ones too.");

  fill (document);
  private_text = usher_document_dup_private_text (document);
  stored = usher_document_new_from_text (
      fixture->schema, ID, 3, usher_document_get_text (document, NULL), -1, private_text);
  stored_private = usher_document_dup_private_text (stored);
  g_assert_cmpstr (stored_private, ==, private_text);
  assert_filled (stored);
  again = usher_document_dup_private_text (stored);
  g_assert_cmpstr (again, ==, private_text);
  g_assert_cmpstr (usher_document_get_text (stored, NULL), ==, FILLED);
}

static void
test_lazy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->schema, ID, 3, "no JSON: never read!", 8, "nor this");
  g_autofree char *private_text = usher_document_dup_private_text (document);
  gsize length = 0;

  g_test_summary ("A stored document gives its text, id and version untouched and reads nothing.");

  g_assert_cmpstr (usher_document_get_text (document, &length), ==, "no JSON:");
  g_assert_cmpuint (length, ==, 8);
  g_assert_cmpstr (private_text, ==, "nor this");
  g_assert_cmpstr (usher_document_get_string (document, "id"), ==, ID);
  g_assert_cmpint (usher_document_get_integer (document, "version"), ==, 3);
}

static void
test_read_keeps_text (Fixture *fixture, gconstpointer data)
{
  static const char text[] = " {\"status\" : \"\\u0061\", \"more\":1}";
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->schema, ID, 3, text, -1, NULL);
  const char *before = usher_document_get_text (document, NULL);

  g_test_summary ("Reading a field leaves the text as it was, to the byte.");

  g_assert_cmpstr (usher_document_get_string (document, "status"), ==, "a");
  g_assert_true (usher_document_get_text (document, NULL) == before);
  g_assert_cmpstr (before, ==, text);
}

static void
test_set_makes_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->schema,
                                    ID,
                                    3,
                                    "{\"id\":\"" ID
                                    "\",\"version\":3,\"status\":\"a\",\"extra\":[1]}",
                                    -1,
                                    NULL);
  const char *text = NULL;

  g_test_summary (
      "What is set is in the text beside what was read, and the text is kept until then.");

  usher_document_set_string (document, "status", "b");
  usher_document_set_version (document, 4);
  text = usher_document_get_text (document, NULL);
  g_assert_cmpstr (text, ==, "{\"id\":\"" ID "\",\"version\":4,\"status\":\"b\",\"extra\":[1]}");
  g_assert_true (usher_document_get_text (document, NULL) == text);
}

static void
test_null_and_wrong (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->schema,
                                    ID,
                                    0,
                                    "{\"status\":null,\"userId\":7,\"expiresAt\":\"soon\","
                                    "\"ticket\":{\"price\":[]},\"extra\":null}",
                                    -1,
                                    NULL);

  g_test_summary ("A member that is null, or of another type, counts as not set.");

  g_assert_false (usher_document_has (document, "status"));
  g_assert_false (usher_document_has (document, "userId"));
  g_assert_false (usher_document_has (document, "expiresAt"));
  g_assert_false (usher_document_has (document, "ticket.price"));
  g_assert_false (usher_document_has (document, "extra"));
}

static void
test_private_only_from_private (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new_from_text (
      fixture->schema, ID, 0, "{\"hash\":\"a\"}", -1, "{\"status\":\"b\"}");

  g_test_summary (
      "A private field is read from the private text alone, and the others from theirs.");

  g_assert_false (usher_document_has (document, "hash"));
  g_assert_false (usher_document_has (document, "status"));
}

static void
test_unset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A field is unset by name or by NULL; what is set to nothing is set.");

  fill (document);
  usher_document_set_string (document, "status", NULL);
  usher_document_unset (document, "ticket.price");
  usher_document_set_integer (document, "ticket.place.row", 0);
  usher_document_set_boolean (document, "ticket.sold", FALSE);
  usher_document_set_string (document, "hash", "");
  g_assert_false (usher_document_has (document, "status"));
  g_assert_null (usher_document_get_string (document, "status"));
  g_assert_false (usher_document_has (document, "ticket.price"));
  g_assert_cmpint (usher_document_get_integer (document, "ticket.price"), ==, 0);
  g_assert_true (usher_document_has (document, "ticket.place.row"));
  g_assert_true (usher_document_has (document, "ticket.sold"));
  g_assert_cmpstr (usher_document_get_string (document, "hash"), ==, "");
}

static void
test_set_own_value (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A field, and the id, may be set to a text that the document itself gave.");

  usher_document_set_id (document, ID);
  usher_document_set_id (document, usher_document_get_id (document));
  g_assert_cmpstr (usher_document_get_id (document), ==, ID);
  usher_document_set_string (document, "status", "a");
  usher_document_set_string (document, "status", usher_document_get_string (document, "status"));
  g_assert_cmpstr (usher_document_get_string (document, "status"), ==, "a");
}

static void
test_merge (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);
  g_autoptr (UsherDocument) source = usher_document_new_from_text (
      fixture->copy_schema,
      OTHER,
      9,
      "{\"id\":\"" OTHER
      "\",\"version\":9,\"ticket\":{\"price\":5},\"userId\":\"x\",\"title\":\"t\"}",
      -1,
      NULL);

  g_test_summary (
      "A merge takes what the other has of the same name and type; id and version stay.");

  fill (document);
  usher_document_get_text (document, NULL);
  usher_document_merge (document, source);
  g_assert_cmpstr (usher_document_get_id (document), ==, ID);
  g_assert_cmpint (usher_document_get_version (document), ==, 3);
  g_assert_cmpint (usher_document_get_integer (document, "ticket.price"), ==, 500);
  g_assert_cmpstr (usher_document_get_string (document, "status"), ==, "say \"so\"");
  g_assert_cmpstr (usher_document_get_string (document, "userId"), ==, ID);
  g_assert_nonnull (strstr (usher_document_get_text (document, NULL), "\"price\":5,"));
}

static void
test_merge_self (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A document that is merged into itself stays as it is.");

  fill (document);
  usher_document_merge (document, document);
  assert_filled (document);
}

static void
test_misuse (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);

  g_test_summary ("A field of no such name or of another type is told, and nothing is set.");

  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, "*“orders”*“nothing”*");
  usher_document_set_string (document, "nothing", "a");
  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, "*“orders”*“status”*");
  usher_document_set_integer (document, "status", 1);
  g_test_expect_message ("usher-core", G_LOG_LEVEL_CRITICAL, "*“orders”*“ticket.price”*");
  g_assert_null (usher_document_get_string (document, "ticket.price"));
  g_test_assert_expected_messages ();
  g_assert_cmpstr (usher_document_get_text (document, NULL), ==, "{\"version\":0}");
}

static void
test_speed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = usher_document_new (fixture->schema);
  const char *text = NULL;
  gsize length = 0;
  guint n = g_test_perf () ? 1000000 : 1000;
  double seconds = 0;

  g_test_summary (
      "How long it takes to bring a stored document back, to read it and to write it anew.");

  fill (document);
  text = usher_document_get_text (document, &length);

  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherDocument) stored =
          usher_document_new_from_text (fixture->schema, ID, 3, text, (gssize) length, NULL);

      g_assert_cmpuint (strlen (usher_document_get_text (stored, NULL)), ==, length);
    }
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds, "find and splice: %.3f us", seconds * 1e6 / n);

  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherDocument) stored =
          usher_document_new_from_text (fixture->schema, ID, 3, text, (gssize) length, NULL);

      g_assert_cmpint (usher_document_get_integer (stored, "ticket.price"), ==, 1999);
    }
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds,
                           "first field of %u bytes: %.3f us",
                           (guint) length,
                           seconds * 1e6 / n);

  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      usher_document_set_version (document, i);
      g_assert_nonnull (usher_document_get_text (document, NULL));
    }
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds, "set and write: %.3f us", seconds * 1e6 / n);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/document/new", test_new);
  ADD ("/document/text", test_text);
  ADD ("/document/has-string", test_has_string);
  ADD ("/document/set-flag", test_set_flag);
  ADD ("/document/text/some-nested", test_some_nested);
  ADD ("/document/text/private", test_private);
  ADD ("/document/stored", test_stored);
  ADD ("/document/stored/lazy", test_lazy);
  ADD ("/document/stored/read-keeps-text", test_read_keeps_text);
  ADD ("/document/stored/set-makes-text", test_set_makes_text);
  ADD ("/document/stored/null-and-wrong", test_null_and_wrong);
  ADD ("/document/stored/private-only-from-private", test_private_only_from_private);
  ADD ("/document/unset", test_unset);
  ADD ("/document/set-own-value", test_set_own_value);
  ADD ("/document/merge", test_merge);
  ADD ("/document/merge/self", test_merge_self);
  ADD ("/document/misuse", test_misuse);
  if (g_test_perf ())
    ADD ("/document/speed", test_speed);

  return g_test_run ();
}
