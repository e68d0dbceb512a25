/* test-document-rest.c: what a document has that its reader does not know
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaa"

static const UsherField old_fields[] = {
  { "name", USHER_FIELD_STRING },
  { "ticket.id", USHER_FIELD_ID },
  { "ticket.place.row", USHER_FIELD_INTEGER },
  { "gone", USHER_FIELD_INTEGER },
  { "hash", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

static const UsherField new_fields[] = {
  { "name", USHER_FIELD_STRING },
  { "price", USHER_FIELD_MONEY },
  { "ticket.id", USHER_FIELD_ID },
  { "ticket.title", USHER_FIELD_STRING },
  { "ticket.place.seat", USHER_FIELD_INTEGER },
  { "hash", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { "salt", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

typedef struct
{
  UsherSchema *old;
  UsherSchema *new;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->old = usher_schema_new ("orders", old_fields, G_N_ELEMENTS (old_fields), &error);
  g_assert_no_error (error);
  fixture->new = usher_schema_new ("orders", new_fields, G_N_ELEMENTS (new_fields), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_schema_unref (fixture->old);
  usher_schema_unref (fixture->new);
}

static UsherDocument *
read_old (Fixture *fixture, const char *members)
{
  g_autofree char *text = g_strconcat ("{\"id\":\"" ID "\",\"version\":1", members, "}", NULL);

  return usher_document_new_from_text (fixture->old, ID, 1, text, -1, NULL);
}

static void
assert_text (UsherDocument *document, const char *members)
{
  g_autofree char *text = g_strconcat ("{\"id\":\"" ID "\",\"version\":1", members, "}", NULL);

  g_assert_cmpstr (usher_document_get_text (document, NULL), ==, text);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      read_old (fixture,
                ",\"price\":19.90,\"name\":\"a\",\"big\":123456789012345678901234567890.10,"
                "\"list\":[1, {\"x\":null}],\"none\":null");

  g_test_summary (
      "Members that the reader does not know stay as they are written, behind the fields");

  usher_document_set_string (document, "name", "b");
  assert_text (document,
               ",\"name\":\"b\",\"price\":19.90,\"big\":123456789012345678901234567890.10,"
               "\"list\":[1, {\"x\":null}],\"none\":null");
  usher_document_set_integer (document, "gone", 4);
  usher_document_unset (document, "name");
  assert_text (document,
               ",\"gone\":4,\"price\":19.90,\"big\":123456789012345678901234567890.10,"
               "\"list\":[1, {\"x\":null}],\"none\":null");
}

static void
test_nested (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      read_old (fixture,
                ",\"ticket\":{\"title\":\"so\",\"place\":{\"seat\":5,\"door\":\"\\u0041\"},"
                "\"id\":\"" ID "\"},\"other\":{\"ticket\":1}");

  g_test_summary ("Members that nest stay in their objects, even where no field is set");

  usher_document_set_string (document, "name", "b");
  assert_text (document,
               ",\"name\":\"b\",\"ticket\":{\"id\":\"" ID
               "\",\"place\":{\"seat\":5,\"door\":\"\\u0041\"},\"title\":\"so\"},"
               "\"other\":{\"ticket\":1}");
  usher_document_set_integer (document, "ticket.place.row", 7);
  usher_document_unset (document, "ticket.id");
  assert_text (document,
               ",\"name\":\"b\",\"ticket\":{\"place\":{\"row\":7,\"seat\":5,\"door\":\"\\u0041\"},"
               "\"title\":\"so\"},\"other\":{\"ticket\":1}");
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (fixture->old,
                                    ID,
                                    1,
                                    "{\"id\":\"" ID "\",\"version\":1}",
                                    -1,
                                    "{\"salt\":\"s\",\"hash\":\"h\"}");
  g_autofree char *kept = NULL;
  g_autofree char *alone = NULL;

  g_test_summary ("What is kept apart stays apart, known or not");

  usher_document_set_string (document, "name", "a");
  kept = usher_document_dup_private_text (document);
  g_assert_cmpstr (kept, ==, "{\"hash\":\"h\",\"salt\":\"s\"}");
  assert_text (document, ",\"name\":\"a\"");
  usher_document_unset (document, "hash");
  alone = usher_document_dup_private_text (document);
  g_assert_cmpstr (alone, ==, "{\"salt\":\"s\"}");
}

static UsherDocument *
pass (UsherDocument *document, UsherSchema *schema)
{
  g_autofree char *private_text = usher_document_dup_private_text (document);

  return usher_document_new_from_text (schema,
                                       ID,
                                       usher_document_get_version (document),
                                       usher_document_get_text (document, NULL),
                                       -1,
                                       private_text);
}

static void
test_generations (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) first = usher_document_new (fixture->new);
  g_autoptr (UsherDocument) second = NULL;
  g_autoptr (UsherDocument) third = NULL;

  g_test_summary (
      "An old and a new reader that change a document in turns drop nothing of each other");

  usher_document_set_id (first, ID);
  usher_document_set_string (first, "name", "a");
  usher_document_set_integer (first, "price", 1990);
  usher_document_set_string (first, "ticket.title", "so");
  usher_document_set_integer (first, "ticket.place.seat", 5);
  usher_document_set_string (first, "salt", "s");

  second = pass (first, fixture->old);
  usher_document_set_integer (second, "gone", 1);
  usher_document_set_integer (second, "ticket.place.row", 2);
  usher_document_set_string (second, "hash", "h");
  usher_document_set_version (second, 1);

  third = pass (second, fixture->new);
  g_assert_cmpint (usher_document_get_integer (third, "price"), ==, 1990);
  g_assert_cmpstr (usher_document_get_string (third, "ticket.title"), ==, "so");
  g_assert_cmpint (usher_document_get_integer (third, "ticket.place.seat"), ==, 5);
  g_assert_cmpstr (usher_document_get_string (third, "salt"), ==, "s");
  usher_document_set_integer (third, "price", 2000);
  assert_text (third,
               ",\"name\":\"a\",\"price\":20,\"ticket\":{\"title\":\"so\",\"place\":{\"seat\":5,"
               "\"row\":2}},\"gone\":1");
}

static void
test_other_type (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = read_old (fixture, ",\"name\":\"a\",\"gone\":\"many\"");
  g_autoptr (UsherDocument) other = read_old (fixture, ",\"gone\":\"many\"");

  g_test_summary ("A value that its field cannot have stays until the field is set, or taken away");

  g_assert_false (usher_document_has (document, "gone"));
  usher_document_set_string (document, "name", "b");
  assert_text (document, ",\"name\":\"b\",\"gone\":\"many\"");
  usher_document_set_integer (document, "gone", 3);
  assert_text (document, ",\"name\":\"b\",\"gone\":3");

  usher_document_unset (other, "gone");
  assert_text (other, "");
}

static void
test_no_object (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = read_old (fixture, ",\"ticket\":\"a12\"");

  g_test_summary ("A value in the place of an object stays until something is set in that");

  usher_document_set_string (document, "name", "b");
  assert_text (document, ",\"name\":\"b\",\"ticket\":\"a12\"");
  usher_document_set_string (document, "ticket.id", ID);
  assert_text (document, ",\"name\":\"b\",\"ticket\":{\"id\":\"" ID "\"}");
}

static void
test_merge (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = read_old (fixture, ",\"name\":\"a\",\"price\":1.5");
  g_autoptr (UsherDocument) source = read_old (fixture, ",\"name\":\"b\",\"other\":2");

  g_test_summary ("Merging takes the fields alone: each document keeps its own rest");

  usher_document_merge (document, source);
  assert_text (document, ",\"name\":\"b\",\"price\":1.5");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  test ("/document-rest/kept", test_kept);
  test ("/document-rest/nested", test_nested);
  test ("/document-rest/private", test_private);
  test ("/document-rest/generations", test_generations);
  test ("/document-rest/other-type", test_other_type);
  test ("/document-rest/no-object", test_no_object);
  test ("/document-rest/merge", test_merge);
#undef test

  return g_test_run ();
}
