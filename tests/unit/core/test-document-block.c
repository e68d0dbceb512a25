/* test-document-block.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-document-private.h"

#define N_DOCUMENTS 200
#define ID          "6563f0c0a1b2c3d4e5f60718"

static const UsherField fields[] = {
  { "title", USHER_FIELD_STRING, USHER_FIELD_NONE, 0, 0, NULL },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_NONE, 0, 0, NULL },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE, 0, 0, NULL },
};

typedef struct
{
  UsherSchema *schema;
  GPtrArray *documents; /* of one block, which only they keep */
} Fixture;

static char *
make_text (guint number)
{
  g_autofree char *title = g_strnfill (number, 'x');

  return g_strdup_printf ("{\"id\":\"" ID "\",\"version\":%u,\"title\":\"%s\"}", number, title);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocumentBlock) block = usher_document_block_new ();
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new ("seats", fields, G_N_ELEMENTS (fields), &error);
  g_assert_no_error (error);
  fixture->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      g_autofree char *text = make_text (i);
      UsherStoredDocument stored = {
        ID, i, text, strlen (text), i % 2 == 0 ? "{\"secret\":\"s\"}" : NULL
      };

      g_ptr_array_add (fixture->documents,
                       usher_document_new_in_block (block, fixture->schema, &stored));
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->documents, g_ptr_array_unref);
  usher_schema_unref (fixture->schema);
}

static void
check (UsherDocument *document, guint number)
{
  g_autofree char *text = make_text (number);

  g_assert_cmpstr (usher_document_get_id (document), ==, ID);
  g_assert_cmpint (usher_document_get_version (document), ==, number);
  g_assert_cmpstr (usher_document_get_text (document, NULL), ==, text);
}

static void
test_texts (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each document has its own texts, over several chunks too");

  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      UsherDocument *document = g_ptr_array_index (fixture->documents, i);
      const char *secret = NULL;

      check (document, i);
      secret = usher_document_get_string (document, "secret");
      g_assert_cmpstr (secret, ==, i % 2 == 0 ? "s" : NULL);
    }
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  UsherDocument *document = g_ptr_array_index (fixture->documents, 10);
  g_autoptr (UsherDocument) copy = usher_document_new (fixture->schema);

  g_test_summary ("What changes one document leaves its neighbours alone");

  usher_document_set_string (document, "title", "a much longer title than it had before");
  usher_document_set_integer (document, "price", 1999);
  usher_document_set_id (document, "000000000000000000000000");
  usher_document_set_version (document, 99);
  usher_document_unset (document, "secret");
  usher_document_merge (copy, document);

  g_assert_cmpstr (usher_document_get_text (document, NULL),
                   ==,
                   "{\"id\":\"000000000000000000000000\",\"version\":99,"
                   "\"title\":\"a much longer title than it had before\",\"price\":19.99}");
  check (g_ptr_array_index (fixture->documents, 9), 9);
  check (g_ptr_array_index (fixture->documents, 11), 11);
}

static void
test_outlive (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document =
      usher_document_ref (g_ptr_array_index (fixture->documents, 77));

  g_test_summary ("One document outlives its list");

  g_clear_pointer (&fixture->documents, g_ptr_array_unref);
  check (document, 77);
  usher_document_set_integer (document, "price", 1);
  g_assert_cmpint (usher_document_get_integer (document, "price"), ==, 1);
}

static gpointer
change_and_free (gpointer data)
{
  UsherDocument *document = data;

  usher_document_set_string (document, "title", "elsewhere");
  usher_document_unref (document);

  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[8];

  g_test_summary ("Documents of one block may go to several threads, each to one");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("free",
                               change_and_free,
                               usher_document_ref (g_ptr_array_index (fixture->documents, i)));
  g_ptr_array_remove_range (fixture->documents, 100, 100);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  check (g_ptr_array_index (fixture->documents, 50), 50);
}

static void
test_large (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocumentBlock) block = usher_document_block_new ();
  g_autofree char *title = g_strnfill (100000, 'y');
  g_autofree char *text =
      g_strdup_printf ("{\"id\":\"" ID "\",\"version\":0,\"title\":\"%s\"}", title);
  UsherStoredDocument stored = { ID, 0, text, strlen (text), NULL };
  g_autoptr (UsherDocument) first = usher_document_new_in_block (block, fixture->schema, &stored);
  g_autoptr (UsherDocument) second = usher_document_new_in_block (block, fixture->schema, &stored);

  g_test_summary ("A document larger than a chunk has one of its own");

  g_assert_cmpstr (usher_document_get_string (first, "title"), ==, title);
  g_assert_cmpstr (usher_document_get_text (second, NULL), ==, text);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/document-block/texts", test_texts);
  add ("/document-block/change", test_change);
  add ("/document-block/outlive", test_outlive);
  add ("/document-block/threads", test_threads);
  add ("/document-block/large", test_large);

  return g_test_run ();
}
