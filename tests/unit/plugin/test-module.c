/* test-module.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "usher-error.h"
#include "usher-module.h"

/* @module: the name of a module that was built for this test, or a path. The plugin has its name. */
static UsherService *
load (const char *name, const char *module, guint abi, GError **error)
{
  g_autofree char *directory = g_dir_make_tmp ("usher-module-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "a.plugin", NULL);
  g_autofree char *full = g_build_filename (g_getenv ("USHER_TEST_MODULE_DIR"), module, NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=1.0.0\nABI=%u\nModule=%s\n", name, abi, full);
  g_autoptr (UsherManifest) manifest = NULL;
  UsherService *service = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  manifest = usher_manifest_new_from_file (path, NULL);
  g_assert_nonnull (manifest);
  service = usher_module_load (manifest, error);
  g_unlink (path);
  g_rmdir (directory);

  return service;
}

static void
assert_refused (const char *name, const char *module, guint abi, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load (name, module, abi, &error));
  g_assert_error (error, USHER_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  g_assert_nonnull (g_strstr_len (error->message, -1, module));
}

static void
test_good (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherService) service = NULL;
  g_autoptr (UsherService) second = NULL;

  g_test_summary ("A module that fits gives a service, and again another.");

  service = load ("good", "good.so", 1, &error);
  g_assert_no_error (error);
  g_assert_true (USHER_IS_SERVICE (service));

  second = load ("good", "good.so", 1, &error);
  g_assert_no_error (error);
  g_assert_true (second != service);
}

static void
test_plain (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherService) service = NULL;
  g_autoptr (UsherService) other = NULL;

  g_test_summary ("A module may say its function alone; two of them have types of their own.");

  service = load ("plain", "plain.so", 1, &error);
  g_assert_no_error (error);
  other = load ("plain-2", "plain-2.so", 1, &error);
  g_assert_no_error (error);

  g_assert_true (USHER_IS_SERVICE (service));
  g_assert_true (USHER_IS_SERVICE (other));
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (service), ==, "UsherPlugin-plain");
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (other), ==, "UsherPlugin-plain-2");
}

static void
test_missing (void)
{
  g_test_summary ("A module that is not there is named.");

  assert_refused ("a", "nothing.so", 1, USHER_ERROR_UNAVAILABLE, "*cannot be opened*");
}

static void
test_no_module (void)
{
  g_test_summary ("A file that is no module is named.");

  assert_refused ("a", "meson.build", 1, USHER_ERROR_UNAVAILABLE, "*cannot be opened*");
}

static void
test_no_symbol (void)
{
  g_test_summary ("A module without the symbol is refused; the symbol is named.");

  assert_refused (
      "a", "empty.so", 1, USHER_ERROR_UNAVAILABLE, "*has no symbol “usher_plugin”, or hides it*");
}

static void
test_magic (void)
{
  g_test_summary ("A wrong magic is told, expected beside found.");

  assert_refused ("wrong-magic",
                  "wrong-magic.so",
                  1,
                  USHER_ERROR_INVALID,
                  "*does not fit: magic: expected *, found 7; compile it again, *");
}

static void
test_abi (void)
{
  g_test_summary ("A wrong ABI is told, expected beside found.");

  assert_refused ("wrong-abi",
                  "wrong-abi.so",
                  1,
                  USHER_ERROR_INVALID,
                  "*does not fit: ABI: expected 1, found 2; *");
}

static void
test_manifest_abi (void)
{
  g_test_summary ("A manifest for another ABI is told beside what else is wrong.");

  assert_refused (
      "wrong-abi",
      "wrong-abi.so",
      5,
      USHER_ERROR_INVALID,
      "*manifest ABI: expected 1, found 5; ABI: expected 1, found 2; it is for a newer Usher*");
}

static void
test_size (void)
{
  g_test_summary ("A wrong size is told, expected beside found.");

  assert_refused ("wrong-size",
                  "wrong-size.so",
                  1,
                  USHER_ERROR_INVALID,
                  "*does not fit: size: expected *, found 8; *");
}

static void
test_names (void)
{
  g_test_summary ("Every field that differs from the manifest is told.");

  assert_refused ("wrong-names",
                  "wrong-names.so",
                  1,
                  USHER_ERROR_INVALID,
                  "*name: expected “wrong-names”, found “other”; "
                  "version: expected “1.0.0”, found “9.9.9”; the manifest and *");
}

static void
test_no_type (void)
{
  g_test_summary ("A descriptor without a type function is refused.");

  assert_refused (
      "no-type", "no-type.so", 1, USHER_ERROR_INVALID, "*type: expected a function, found none; *");
}

static void
test_no_service (void)
{
  g_test_summary ("A type that is no service is refused and named.");

  assert_refused ("no-service",
                  "no-service.so",
                  1,
                  USHER_ERROR_INVALID,
                  "*type “Broken-no-service”, which is no service");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/module/load/good", test_good);
  g_test_add_func ("/module/load/plain", test_plain);
  g_test_add_func ("/module/load/missing", test_missing);
  g_test_add_func ("/module/load/no-module", test_no_module);
  g_test_add_func ("/module/load/no-symbol", test_no_symbol);
  g_test_add_func ("/module/load/magic", test_magic);
  g_test_add_func ("/module/load/abi", test_abi);
  g_test_add_func ("/module/load/manifest-abi", test_manifest_abi);
  g_test_add_func ("/module/load/size", test_size);
  g_test_add_func ("/module/load/names", test_names);
  g_test_add_func ("/module/load/no-type", test_no_type);
  g_test_add_func ("/module/load/no-service", test_no_service);

  return g_test_run ();
}
