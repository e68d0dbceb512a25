/* usher-run-directory.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-run-directory.h"

#include <glib/gstdio.h>

#include "usher-program.h"

/* of the files of a process; a hub has the first alone */
static const char *const suffixes[] = { ".admin", ".json", ".listen" };

static void
remove_file (const char *directory, const char *name, const char *suffix)
{
  g_autofree char *path = g_strdup_printf ("%s/%s%s", directory, name, suffix);

  g_unlink (path);
}

gboolean
usher_run_directory_prepare (const char *path, GError **error)
{
  g_autoptr (GDir) folder = NULL;
  const char *name = NULL;

  if (!usher_program_make_run_directory (path, error))
    return FALSE;

  folder = g_dir_open (path, 0, error);
  if (folder == NULL)
    return FALSE;

  while ((name = g_dir_read_name (folder)) != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
      if (g_str_has_suffix (name, suffixes[i]))
        remove_file (path, name, "");

  return TRUE;
}

void
usher_run_directory_remove (const char *path, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    remove_file (path, name, suffixes[i]);
}

gboolean
usher_run_directory_has (const char *path, const char *name, gboolean serves)
{
  guint n_files = serves ? G_N_ELEMENTS (suffixes) : 1;

  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s%s", path, name, suffixes[i]);

      if (!g_file_test (file, G_FILE_TEST_EXISTS))
        return FALSE;
    }

  return TRUE;
}
