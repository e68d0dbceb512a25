/* fuzz-manifest.c: a manifest is refused with its fault, or has all that a catalog asks for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-error.h"
#include "usher-manifest.h"

const char *const fuzz_tokens[] = {
  "[Plugin]\n",
  "\nName=",
  "\nVersion=",
  "\nABI=",
  "\nModule=",
  "\nDescription=",
  "\nProvides=",
  "\nRequires=",
  "\nWants=",
  "\nConflicts=",
  "0.0.0",
  "1.2.3",
  "4294967295",
  "4294967296",
  "18446744073709551616.0.0",
  ">=",
  "<",
  "=",
  ";",
  "\\s",
  "\\",
  "..",
  "/",
  "\n",
  "[",
  "]",
  "#",
  "\xc3\xa9",
  "\xff",
  "auth",
  NULL,
};

static void
assert_list (const char *const *list)
{
  g_assert_nonnull (list);
  g_assert_false (g_strv_contains (list, ""));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write_file ("fuzz.plugin", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = NULL;

  /* GLib warns of its own where a value has two bad escapes */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  manifest = usher_manifest_new_from_file (path, &error);
  if (manifest == NULL)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  g_assert_no_error (error);
  g_assert_cmpstr (usher_manifest_get_name (manifest), !=, "");
  g_assert_cmpstr (usher_manifest_get_version (manifest), !=, "");
  g_assert_true (g_path_is_absolute (usher_manifest_get_module (manifest)));
  g_assert_true (usher_manifest_is_python (manifest) == (usher_manifest_get_abi (manifest) == 0));
  assert_list (usher_manifest_get_provides (manifest));
  assert_list (usher_manifest_get_requires (manifest));
  assert_list (usher_manifest_get_wants (manifest));
  assert_list (usher_manifest_get_conflicts (manifest));

  return 0;
}
