/* test-manifest.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-error.h"
#include "usher-manifest.h"

#define GOOD "[Plugin]\nName=tickets\nVersion=1.2.0\nABI=1\n"

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-manifest-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "tickets.plugin", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static UsherManifest *
read_text (Fixture *fixture, const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_file_set_contents (fixture->path, text, -1, &local_error);
  g_assert_no_error (local_error);

  return usher_manifest_new_from_file (fixture->path, error);
}

static void
test_python (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = NULL;
  g_autoptr (UsherManifest) module = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A plugin in Python is a file beside its manifest, and has no number of an ABI.");

  manifest = read_text (fixture, "[Plugin]\nName=tickets\nVersion=1.2.0\nLoader=python\n", &error);
  g_assert_no_error (error);
  g_assert_true (usher_manifest_is_python (manifest));
  path = g_build_filename (fixture->directory, "tickets.py", NULL);
  g_assert_cmpstr (usher_manifest_get_module (manifest), ==, path);
  g_assert_cmpuint (usher_manifest_get_abi (manifest), ==, 0);

  module = read_text (fixture, GOOD "Loader=module\n", &error);
  g_assert_no_error (error);
  g_assert_false (usher_manifest_is_python (module));
  g_assert_null (read_text (fixture, GOOD "Loader=perl\n", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "key “Loader” is “perl”"));
}

static void
test_file (void)
{
  static const char *const wrong[] = { "/a/Posts.py", "/a/.py", "/a/post s.py" };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = usher_manifest_new_for_file ("/a/blog_posts.py", &error);

  g_test_summary ("A file without a manifest is called by its name.");

  g_assert_no_error (error);
  g_assert_cmpstr (usher_manifest_get_name (manifest), ==, "blog-posts");
  g_assert_cmpstr (usher_manifest_get_module (manifest), ==, "/a/blog_posts.py");
  g_assert_cmpstr (usher_manifest_get_version (manifest), ==, "1.0.0");
  g_assert_true (usher_manifest_is_python (manifest));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (usher_manifest_new_for_file (wrong[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_clear_error (&error);
    }
}

static void
test_all_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = NULL;

  g_test_summary ("A manifest has all that its file says.");

  manifest = read_text (fixture,
                        GOOD "Description=Sells\nModule=/lib/a.so\nProvides=shop;market\n"
                             "Requires=auth >= 1.0 < 2.0;bank\nWants=mail\nConflicts=old-tickets\n",
                        &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_manifest_get_path (manifest), ==, fixture->path);
  g_assert_cmpstr (usher_manifest_get_name (manifest), ==, "tickets");
  g_assert_cmpstr (usher_manifest_get_version (manifest), ==, "1.2.0");
  g_assert_cmpstr (usher_manifest_get_description (manifest), ==, "Sells");
  g_assert_cmpstr (usher_manifest_get_module (manifest), ==, "/lib/a.so");
  g_assert_cmpuint (usher_manifest_get_abi (manifest), ==, 1);
  g_assert_cmpstr (usher_manifest_get_provides (manifest)[1], ==, "market");
  g_assert_cmpstr (usher_manifest_get_requires (manifest)[0], ==, "auth >= 1.0 < 2.0");
  g_assert_cmpstr (usher_manifest_get_requires (manifest)[1], ==, "bank");
  g_assert_cmpstr (usher_manifest_get_wants (manifest)[0], ==, "mail");
  g_assert_cmpstr (usher_manifest_get_conflicts (manifest)[0], ==, "old-tickets");
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = read_text (fixture, GOOD, &error);
  g_autofree char *module = g_build_filename (fixture->directory, "tickets.so", NULL);

  g_test_summary ("Lists are empty and the module is beside the manifest when it does not say.");

  g_assert_no_error (error);
  g_assert_cmpstr (usher_manifest_get_module (manifest), ==, module);
  g_assert_null (usher_manifest_get_provides (manifest)[0]);
  g_assert_null (usher_manifest_get_requires (manifest)[0]);
  g_assert_null (usher_manifest_get_wants (manifest)[0]);
  g_assert_null (usher_manifest_get_conflicts (manifest)[0]);
}

typedef struct
{
  const char *name;
  const char *text;
  const char *message; /* a pattern */
} Refusal;

static const Refusal refusals[] = {
  { "no-group", "[Other]\nName=a\n", "*group [Plugin] is missing" },
  { "no-key-file", "Name", "*" },
  { "empty", "", "*" },
  { "no-name", "[Plugin]\nVersion=1\nABI=1\n", "*key “Name” is missing" },
  { "no-version", "[Plugin]\nName=a\nABI=1\n", "*key “Version” is missing" },
  { "no-abi", "[Plugin]\nName=a\nVersion=1\n", "*key “ABI” is missing" },
  { "bad-name", "[Plugin]\nName=../a\nVersion=1\nABI=1\n", "*key “Name” is “../a”*" },
  { "bad-version", "[Plugin]\nName=a\nVersion=one\nABI=1\n", "*key “Version” is “one”*" },
  { "bad-abi", "[Plugin]\nName=a\nVersion=1\nABI=x\n", "*key “ABI” is “x”*" },
  { "bad-range", GOOD "Requires=auth >=\n", "*key “Requires”: “auth >=” is no name*" },
  { "unknown-key", GOOD "Require=auth\n", "*key “Require” is unknown, did you mean “Requires”?" },
};

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *start = g_strdup_printf ("manifest “%s”: ", fixture->path);

  g_test_summary ("A broken manifest is refused; file, key and fault are named.");

  g_assert_null (read_text (fixture, refusal->text, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, start));
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (refusal->message, error->message));
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A manifest that is not there is named.");

  g_assert_null (usher_manifest_new_from_file (fixture->path, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (g_strstr_len (error->message, -1, fixture->path));
}

static void
assert_refused (Fixture *fixture, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (usher_manifest_new_from_file (fixture->path, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_zero (Fixture *fixture, gconstpointer data)
{
  static const char text[] = GOOD "Description=Sells\0tickets\n";
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value that a byte of zero would cut off is refused.");

  g_file_set_contents (fixture->path, text, sizeof text - 1, &error);
  g_assert_no_error (error);
  assert_refused (fixture, "a byte that is zero");
}

static void
test_large (Fixture *fixture, gconstpointer data)
{
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autofree char *text = g_strconcat (GOOD "Description=", line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is far too large for a manifest is not read.");

  g_file_set_contents (fixture->path, text, -1, &error);
  g_assert_no_error (error);
  assert_refused (fixture, "no regular file of at most 1048576 bytes");
}

static void
test_pipe (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Nobody waits for a pipe that is named like a manifest.");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_refused (fixture, "no regular file");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/manifest/all-keys", Fixture, NULL, set_up, test_all_keys, tear_down);
  g_test_add ("/manifest/python", Fixture, NULL, set_up, test_python, tear_down);
  g_test_add_func ("/manifest/file", test_file);
  g_test_add ("/manifest/defaults", Fixture, NULL, set_up, test_defaults, tear_down);
  g_test_add ("/manifest/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/manifest/zero", Fixture, NULL, set_up, test_zero, tear_down);
  g_test_add ("/manifest/large", Fixture, NULL, set_up, test_large, tear_down);
  g_test_add ("/manifest/pipe", Fixture, NULL, set_up, test_pipe, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/manifest/refused/", refusals[i].name, NULL);

      g_test_add (path, Fixture, &refusals[i], set_up, test_refused, tear_down);
    }

  return g_test_run ();
}
