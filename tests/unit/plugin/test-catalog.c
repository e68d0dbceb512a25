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
add_file (const char *path,
          UsherManifest *manifest,
          UsherPluginState state,
          const char *reason,
          gpointer user_data)
{
  g_autofree char *file = g_path_get_basename (path);

  g_string_append_printf (user_data,
                          "%s %s %s\n",
                          file,
                          manifest != NULL ? usher_manifest_get_version (manifest) : "-",
                          usher_plugin_state_to_string (state));
  if (state == USHER_PLUGIN_SHADOWED)
    g_assert_true (g_pattern_match_simple ("“*/own.plugin” is in an earlier folder", reason));
}

static void
test_scan_shadowed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *later = g_build_filename (fixture->directory, "later", NULL);
  GString *files = g_string_new (NULL);

  g_test_summary ("A plugin in an earlier folder takes the place of one with its name, which is "
                  "no fault and is listed.");

  add_text (fixture, "own.plugin", "[Plugin]\nName=a-of-mine\nVersion=2.0\nABI=1\nProvides=a\n");
  scan (fixture);
  g_assert_cmpint (g_mkdir (later, 0700), ==, 0);
  add_text (fixture, "later/a.plugin", "[Plugin]\nName=a\nVersion=1.0\nABI=1\n");
  add_text (fixture, "later/b.plugin", "[Plugin]\nName=b\nVersion=1.0\nABI=1\nRequires=a >= 2\n");
  add_text (fixture, "later/c.plugin", "[Plugin]\n");
  g_ptr_array_add (fixture->paths, g_strdup (later));
  g_assert_true (usher_catalog_scan (fixture->catalog, later, &error));
  g_assert_no_error (error);

  assert_order (fixture, NULL, "a-of-mine b");
  usher_catalog_foreach_file (fixture->catalog, add_file, files);
  g_assert_cmpstr (files->str,
                   ==,
                   "a.plugin 1.0 shadowed\n"
                   "own.plugin 2.0 resolved\n"
                   "b.plugin 1.0 resolved\n"
                   "c.plugin - failed\n");
  g_string_free (files, TRUE);
}

typedef struct
{
  const char *name;
  const char *version;
  const char *more; /* further lines of its manifest */
} Plugin;

typedef struct
{
  const char *names; /* (nullable): all */
  const char *order; /* (nullable): it is refused */
  int code;          /* of the refusal */
  const char *message;
} Question;

typedef struct
{
  const char *name;
  UsherPluginState state;
  const char *pattern; /* of the reason */
} State;

typedef struct
{
  const char *path;
  const char *rule;
  Plugin plugins[5];     /* up to one without a name */
  Question questions[4]; /* up to one without order and message */
  State states[3];       /* after that; up to one without a name */
} Row;

#define IN_ORDER(names, order) \
  {                            \
    names, order, 0, NULL      \
  }
#define REFUSED(names, code, message) \
  {                                   \
    names, NULL, code, message        \
  }

/* clang-format off */
static const Row rows[] = {
  { "/catalog/resolve/order", "What is required comes first, else the order is by name",
    { { "a", "1", "Requires=d;c" }, { "b", "1", "" }, { "c", "1", "Requires=d" }, { "d", "1", "" } },
    { IN_ORDER (NULL, "d c a b") },
    { { "a", USHER_PLUGIN_RESOLVED, "*" } } },

  { "/catalog/resolve/names", "Named plugins are chosen with what they require, and nothing else",
    { { "a", "1", "" }, { "b", "1", "Requires=c\nWants=a" }, { "c", "1", "" } },
    { IN_ORDER ("b", "c b"), IN_ORDER ("b b c", "c b") },
    { { "a", USHER_PLUGIN_DISCOVERED, "*" } } },

  { "/catalog/resolve/wants", "What is wanted comes first if it is there, and is not missed if it is not",
    { { "a", "1", "Wants=b;nothing" }, { "b", "1", "" } },
    { IN_ORDER (NULL, "b a") } },

  { "/catalog/resolve/provides", "A plugin stands for what it provides",
    { { "a", "1", "Requires=bank" }, { "b", "1", "Provides=bank" } },
    { IN_ORDER ("a", "b a") } },

  { "/catalog/resolve/unknown", "An unknown name is refused with the nearest known one",
    { { "tickets", "1", "" } },
    { REFUSED ("tikets", USHER_ERROR_NOT_FOUND, "no plugin is named “tikets”, did you mean “tickets”?") } },

  { "/catalog/resolve/missing", "A requirement that is not there is named",
    { { "a", "1", "Requires=b" }, { "c", "1", "" } },
    { REFUSED ("a", USHER_ERROR_UNAVAILABLE, "plugin “a” requires “b”, which is not there"),
      IN_ORDER (NULL, "c") },
    { { "a", USHER_PLUGIN_FAILED, "*requires “b”*" } } },

  { "/catalog/resolve/range", "A requirement with a version out of range is refused; both are named",
    { { "a", "1", "Requires=b >= 1.0 < 2.0" }, { "b", "2.1", "" }, { "c", "1", "Requires=b >= 2.0" } },
    { REFUSED ("a", USHER_ERROR_UNAVAILABLE, "plugin “a” requires “b >= 1.0 < 2.0”, but “b” has version 2.1"),
      IN_ORDER ("c", "b c") } },

  { "/catalog/resolve/cycle", "A cycle is refused with its path; without names its plugins are left out",
    { { "a", "1", "Requires=b" }, { "b", "1", "Requires=c" }, { "c", "1", "Requires=b" }, { "d", "1", "" } },
    { REFUSED ("a", USHER_ERROR_CONFLICT, "plugins require each other in a cycle: b → c → b"),
      IN_ORDER (NULL, "d") },
    { { "b", USHER_PLUGIN_FAILED, "*b → c → b" }, { "c", USHER_PLUGIN_FAILED, "*c → b → c" } } },

  { "/catalog/resolve/cycle-alone", "A plugin that requires itself is a cycle",
    { { "a", "1", "Requires=a" } },
    { REFUSED ("a", USHER_ERROR_CONFLICT, "plugins require each other in a cycle: a → a") } },

  { "/catalog/resolve/conflict", "Two that conflict are refused together, and each alone is not",
    { { "a", "1", "Conflicts=b < 2.0;a" }, { "b", "1.5", "" } },
    { REFUSED ("a b", USHER_ERROR_CONFLICT, "plugin “a” cannot run beside “b”"),
      IN_ORDER ("a", "a"), IN_ORDER ("b", "b") } },

  { "/catalog/resolve/conflict-range", "A conflict with other versions is none",
    { { "a", "1", "Conflicts=b < 1.5" }, { "b", "1.5", "" } },
    { IN_ORDER ("a b", "a b") } },
};
/* clang-format on */

static void
ask (Fixture *fixture, const Question *question)
{
  if (question->order != NULL)
    assert_order (fixture, question->names, question->order);
  else
    assert_refused (fixture, question->names, question->code, question->message);
}

static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;

  g_test_summary (row->rule);

  for (const Plugin *each = row->plugins; each->name != NULL; each++)
    add_plugin (fixture, each->name, each->version, each->more);
  scan (fixture);
  for (const Question *each = row->questions; each->order != NULL || each->message != NULL; each++)
    ask (fixture, each);
  for (const State *each = row->states; each->name != NULL; each++)
    assert_state (fixture, each->name, each->state, each->pattern);
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

#define add(path, func) g_test_add ("/catalog/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("scan/folders", test_scan_folders);
  add ("scan/missing", test_scan_missing);
  add ("scan/broken", test_scan_broken);
  add ("scan/twice", test_scan_twice);
  add ("scan/shadowed", test_scan_shadowed);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Fixture, &rows[i], set_up, test_row, tear_down);
  add ("state", test_state);

  return g_test_run ();
}
