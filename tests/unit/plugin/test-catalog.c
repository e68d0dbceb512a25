/* test-catalog.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "usher-catalog.h"
#include "usher-error.h"

typedef struct
{
  char *directory;
  GPtrArray *paths; /* files, then the folders around them */
  UsherCatalog *catalog;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-catalog-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->paths = g_ptr_array_new_with_free_func (g_free);
  fixture->catalog = usher_catalog_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < fixture->paths->len; i++)
    g_assert_cmpint (g_remove (g_ptr_array_index (fixture->paths, i)), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_ptr_array_unref (fixture->paths);
  g_free (fixture->directory);
  g_assert_finalize_object (fixture->catalog);
}

static void
add_text (Fixture *fixture, const char *file, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (fixture->directory, file, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_ptr_array_add (fixture->paths, path);
}

/* @more: further lines of the manifest */
static void
add_plugin (Fixture *fixture, const char *name, const char *version, const char *more)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=%s\nABI=1\n%s\n", name, version, more);

  add_text (fixture, file, text);
}

static void
scan (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_catalog_scan (fixture->catalog, fixture->directory, &error));
  g_assert_no_error (error);
}

/* (transfer full): the names in their order, with spaces between, or NULL. @names: the same, or NULL */
static char *
resolve (Fixture *fixture, const char *names, GError **error)
{
  g_auto (GStrv) list = names != NULL ? g_strsplit (names, " ", -1) : NULL;
  g_autoptr (GPtrArray) manifests =
      usher_catalog_resolve (fixture->catalog, (const char *const *) list, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) found = NULL;

  if (manifests == NULL)
    return NULL;

  for (guint i = 0; i < manifests->len; i++)
    g_strv_builder_add (builder, usher_manifest_get_name (g_ptr_array_index (manifests, i)));
  found = g_strv_builder_end (builder);

  return g_strjoinv (" ", found);
}

static void
assert_order (Fixture *fixture, const char *names, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *order = resolve (fixture, names, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (order, ==, expected);
}

static void
assert_refused (Fixture *fixture, const char *names, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (resolve (fixture, names, &error));
  g_assert_error (error, USHER_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_state (Fixture *fixture, const char *name, UsherPluginState state, const char *pattern)
{
  g_autofree char *reason = NULL;

  g_assert_cmpint (usher_catalog_get_state (fixture->catalog, name, &reason), ==, state);
  g_test_message ("%s: %s", name, reason);
  g_assert_true (g_pattern_match_simple (pattern, reason));
}

static void
test_scan_folders (Fixture *fixture, gconstpointer data)
{
  g_autofree char *below = g_build_filename (fixture->directory, "below", NULL);

  g_test_summary ("Manifests are found in a folder and in its folders one below.");

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  add_plugin (fixture, "a", "1", "");
  add_text (fixture, "below/b.plugin", "[Plugin]\nName=b\nVersion=1\nABI=1\n");
  add_text (fixture, "c.plugin.txt", "no manifest");
  g_ptr_array_add (fixture->paths, g_strdup (below));
  scan (fixture);

  assert_order (fixture, NULL, "a b");
}

static void
test_scan_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_build_filename (fixture->directory, "nothing", NULL);

  g_test_summary ("A folder that is not there is an error that names it.");

  g_assert_false (usher_catalog_scan (fixture->catalog, folder, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_nonnull (g_strstr_len (error->message, -1, folder));
}

typedef struct
{
  guint n_failed;
  char *name;
  char *reason;
} Failed;

static void
note_failed (const char *name,
             UsherManifest *manifest,
             UsherPluginState state,
             const char *reason,
             gpointer user_data)
{
  Failed *failed = user_data;

  if (state != USHER_PLUGIN_FAILED)
    return;

  g_assert_null (manifest);
  failed->n_failed++;
  failed->name = g_strdup (name);
  failed->reason = g_strdup (reason);
}

static void
assert_failed (Fixture *fixture, const char *name, const char *reason)
{
  Failed failed = { 0 };

  usher_catalog_foreach (fixture->catalog, note_failed, &failed);
  g_assert_cmpuint (failed.n_failed, ==, 1);
  g_assert_cmpstr (failed.name, ==, name);
  g_assert_nonnull (g_strstr_len (failed.reason, -1, reason));
  g_free (failed.name);
  g_free (failed.reason);
}

static void
test_scan_broken (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A broken manifest is kept as failed, with its reason; the others go on.");

  add_plugin (fixture, "a", "1", "");
  add_text (fixture, "broken.plugin", "[Plugin]\nName=broken\n");
  scan (fixture);

  assert_failed (fixture, "broken.plugin", "key “Version” is missing");
  assert_order (fixture, NULL, "a");
}

static void
test_scan_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of two plugins with one name the first counts and the second is failed.");

  add_text (fixture, "first.plugin", "[Plugin]\nName=a\nVersion=1.0\nABI=1\n");
  add_text (fixture, "second.plugin", "[Plugin]\nName=a\nVersion=2.0\nABI=1\n");
  scan (fixture);

  assert_failed (fixture, "second.plugin", "the name “a” is taken by");
  assert_order (fixture, NULL, "a");
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is required comes first, else the order is by name.");

  add_plugin (fixture, "a", "1", "Requires=d;c");
  add_plugin (fixture, "b", "1", "");
  add_plugin (fixture, "c", "1", "Requires=d");
  add_plugin (fixture, "d", "1", "");
  scan (fixture);

  assert_order (fixture, NULL, "d c a b");
  assert_state (fixture, "a", USHER_PLUGIN_RESOLVED, "*");
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Named plugins are chosen with what they require, and nothing else.");

  add_plugin (fixture, "a", "1", "");
  add_plugin (fixture, "b", "1", "Requires=c\nWants=a");
  add_plugin (fixture, "c", "1", "");
  scan (fixture);

  assert_order (fixture, "b", "c b");
  assert_order (fixture, "b b c", "c b");
  assert_state (fixture, "a", USHER_PLUGIN_DISCOVERED, "*");
}

static void
test_wants (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is wanted comes first if it is there, and is not missed if it is not.");

  add_plugin (fixture, "a", "1", "Wants=b;nothing");
  add_plugin (fixture, "b", "1", "");
  scan (fixture);

  assert_order (fixture, NULL, "b a");
}

static void
test_provides (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A plugin stands for what it provides.");

  add_plugin (fixture, "a", "1", "Requires=bank");
  add_plugin (fixture, "b", "1", "Provides=bank");
  scan (fixture);

  assert_order (fixture, "a", "b a");
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An unknown name is refused with the nearest known one.");

  add_plugin (fixture, "tickets", "1", "");
  scan (fixture);

  assert_refused (fixture,
                  "tikets",
                  USHER_ERROR_NOT_FOUND,
                  "no plugin is named “tikets”, did you mean “tickets”?");
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A requirement that is not there is named.");

  add_plugin (fixture, "a", "1", "Requires=b");
  add_plugin (fixture, "c", "1", "");
  scan (fixture);

  assert_refused (fixture,
                  "a",
                  USHER_ERROR_UNAVAILABLE,
                  "plugin “a” requires “b”, which is not there");
  assert_order (fixture, NULL, "c");
  assert_state (fixture, "a", USHER_PLUGIN_FAILED, "*requires “b”*");
}

static void
test_range (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A requirement with a version out of range is refused; both are named.");

  add_plugin (fixture, "a", "1", "Requires=b >= 1.0 < 2.0");
  add_plugin (fixture, "b", "2.1", "");
  add_plugin (fixture, "c", "1", "Requires=b >= 2.0");
  scan (fixture);

  assert_refused (fixture,
                  "a",
                  USHER_ERROR_UNAVAILABLE,
                  "plugin “a” requires “b >= 1.0 < 2.0”, but “b” has version 2.1");
  assert_order (fixture, "c", "b c");
}

static void
test_cycle (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A cycle is refused with its path; without names its plugins are left out.");

  add_plugin (fixture, "a", "1", "Requires=b");
  add_plugin (fixture, "b", "1", "Requires=c");
  add_plugin (fixture, "c", "1", "Requires=b");
  add_plugin (fixture, "d", "1", "");
  scan (fixture);

  assert_refused (fixture,
                  "a",
                  USHER_ERROR_CONFLICT,
                  "plugins require each other in a cycle: b → c → b");
  assert_order (fixture, NULL, "d");
  assert_state (fixture, "b", USHER_PLUGIN_FAILED, "*b → c → b");
  assert_state (fixture, "c", USHER_PLUGIN_FAILED, "*c → b → c");
}

static void
test_cycle_alone (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A plugin that requires itself is a cycle.");

  add_plugin (fixture, "a", "1", "Requires=a");
  scan (fixture);

  assert_refused (fixture,
                  "a",
                  USHER_ERROR_CONFLICT,
                  "plugins require each other in a cycle: a → a");
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Two that conflict are refused together, and each alone is not.");

  add_plugin (fixture, "a", "1", "Conflicts=b < 2.0;a");
  add_plugin (fixture, "b", "1.5", "");
  scan (fixture);

  assert_refused (fixture, "a b", USHER_ERROR_CONFLICT, "plugin “a” cannot run beside “b”");
  assert_order (fixture, "a", "a");
  assert_order (fixture, "b", "b");
}

static void
test_conflict_range (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A conflict with other versions is none.");

  add_plugin (fixture, "a", "1", "Conflicts=b < 1.5");
  add_plugin (fixture, "b", "1.5", "");
  scan (fixture);

  assert_order (fixture, "a b", "a b");
}

static void
test_state (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A state and its reason are kept, also by what is provided; nothing is failed.");

  add_plugin (fixture, "a", "1", "Provides=bank");
  scan (fixture);
  assert_state (fixture, "a", USHER_PLUGIN_DISCOVERED, "its manifest was read");

  usher_catalog_set_state (fixture->catalog, "a", USHER_PLUGIN_DEGRADED, "it rains");
  assert_state (fixture, "bank", USHER_PLUGIN_DEGRADED, "it rains");
  assert_state (fixture, "nothing", USHER_PLUGIN_FAILED, "it is not there");
}

static void
add (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/catalog/", path, NULL);

  g_test_add (full, Fixture, NULL, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("scan/folders", test_scan_folders);
  add ("scan/missing", test_scan_missing);
  add ("scan/broken", test_scan_broken);
  add ("scan/twice", test_scan_twice);
  add ("resolve/order", test_order);
  add ("resolve/names", test_names);
  add ("resolve/wants", test_wants);
  add ("resolve/provides", test_provides);
  add ("resolve/unknown", test_unknown);
  add ("resolve/missing", test_missing);
  add ("resolve/range", test_range);
  add ("resolve/cycle", test_cycle);
  add ("resolve/cycle-alone", test_cycle_alone);
  add ("resolve/conflict", test_conflict);
  add ("resolve/conflict-range", test_conflict_range);
  add ("state", test_state);

  return g_test_run ();
}
