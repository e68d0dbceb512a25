/* usher-plugin-path.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-plugin-path.h"

#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
has (GPtrArray *folders, const char *path)
{
  return g_ptr_array_find_with_equal_func (folders, path, g_str_equal, NULL);
}

static void
add (GPtrArray *folders, const char *folder)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);

  if (*folder != '\0' && !has (folders, path))
    g_ptr_array_add (folders, g_steal_pointer (&path));
}

/* Nobody has named this folder, so it must be beyond doubt whose code is in it. */
static gboolean
is_safe (const char *folder, gboolean is_own)
{
  struct stat info;
  const char *doubt = NULL;

  if (stat (folder, &info) != 0 || !S_ISDIR (info.st_mode))
    return FALSE;

  if ((info.st_mode & S_IWOTH) != 0)
    doubt = "everybody may write to it";
  else if (is_own && info.st_uid != geteuid () && info.st_uid != 0)
    doubt = "it belongs to another user";
  if (doubt != NULL)
    g_printerr ("usher: plugin folder “%s” is left out: %s, so others could have their code run "
                "here; mend that with chmod or chown, or name the folder with --plugins\n",
                folder,
                doubt);

  return doubt == NULL;
}

/* Beside the program, wherever that was moved to. One that is not installed has nothing beside it: what was left where it
 * was built for does only if nobody has named a folder. */
static void
add_installed (GPtrArray *folders, gboolean is_named)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program != NULL ? program : "/");
  g_autofree char *beside = g_canonicalize_filename (USHER_PLUGIN_DIR_FROM_PROGRAM, folder);

  if (g_file_test (beside, G_FILE_TEST_IS_DIR))
    {
      if (!has (folders, beside) && is_safe (beside, FALSE))
        add (folders, beside);
    }
  else if (!is_named &&
           (g_file_test (USHER_PLUGIN_DIR, G_FILE_TEST_IS_DIR) ? is_safe (USHER_PLUGIN_DIR, FALSE)
                                                               : folders->len == 0))
    add (folders, USHER_PLUGIN_DIR);
}

char **
usher_plugin_path_list (char **given, gboolean only_given)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "usher", "plugins", NULL);
  const char *variable = only_given ? NULL : g_getenv ("USHER_PLUGIN_PATH");
  g_auto (GStrv) named = g_strsplit (variable != NULL ? variable : "", ":", -1);

  for (guint i = 0; given != NULL && given[i] != NULL; i++)
    add (folders, given[i]);
  for (guint i = 0; named[i] != NULL; i++)
    add (folders, named[i]);
  if (!only_given)
    {
      gboolean is_named = folders->len > 0;

      if (!has (folders, own) && is_safe (own, TRUE))
        add (folders, own);
      add_installed (folders, is_named);
    }
  g_ptr_array_add (folders, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&folders), FALSE);
}
