/* fuzz-directory.c: where the files of a target are
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz.h"

#include <stdlib.h>

#include "usher-test-base.h"

static void
remove_directory (void)
{
  usher_test_remove_tree (fuzz_directory ());
}

const char *
fuzz_directory (void)
{
  static char *directory = NULL;

  if (directory == NULL)
    {
      directory = g_dir_make_tmp ("usher-fuzz-XXXXXX", NULL);
      g_assert_nonnull (directory);
      atexit (remove_directory);
    }

  return directory;
}

char *
fuzz_write_file (const char *name, const uint8_t *data, size_t size)
{
  g_autofree char *path = g_build_filename (fuzz_directory (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (
      path, (const char *) data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&path);
}
