/* test-open.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-store.h"

static void
test_sqlite (void)
{
  const UsherStoreOptions options = { .documents_a_commit = 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *folder = g_dir_make_tmp ("usher-open-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "100%.db", NULL);
  g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);
  UsherStore *store = usher_store_open (uri, clock, &options, &error);
  const UsherStoreTraits *traits;

  g_test_summary (
      "What follows “sqlite:” is a path as it is, and the traits say how it was opened.");

  g_assert_no_error (error);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  traits = usher_store_get_traits (store);
  g_assert_cmpuint (traits->documents_a_commit, ==, 3);
  g_assert_true (traits->shared_by_copies);
  g_assert_false (traits->blocks);
  g_assert_false (traits->watches_documents);

  g_assert_true (usher_store_close (store, &error));
  g_assert_finalize_object (store);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_unknown (void)
{
  const char *const uris[] = { "", "sqlite", "sqlite:", "/tmp/items.db", "redis://localhost/0" };
  g_autoptr (UsherClock) clock = usher_real_clock_new ();

  g_test_summary ("An address of no known kind is named, with the kinds that are known.");

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autofree char *quoted = g_strdup_printf ("“%s”", uris[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (usher_store_open (uris[i], clock, NULL, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, quoted));
      g_assert_nonnull (strstr (error->message, "sqlite:"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/store/open/sqlite", test_sqlite);
  g_test_add_func ("/store/open/unknown", test_unknown);

  return g_test_run ();
}
