/* usher-plugin-path.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* of dladdr() */
#define _GNU_SOURCE

#include "config.h"

#include "usher-plugin-path.h"

#include <dlfcn.h>
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
is_safe (const char *folder, gboolean is_own, GPtrArray *doubts)
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
    g_ptr_array_add (doubts,
                     g_strdup_printf ("plugin folder “%s” is left out: %s, so others could have "
                                      "their code run here; mend that with chmod or chown, or "
                                      "name the folder",
                                      folder,
                                      doubt));

  return doubt == NULL;
}

/* (transfer full) (nullable): beside the library, wherever that was moved to */
static char *
find_beside (void)
{
  g_autofree char *library = NULL;
  g_autofree char *folder = NULL;
  Dl_info info = { 0 };

  if (dladdr ((gconstpointer) find_beside, &info) == 0)
    return NULL;

  /* it was found in a folder that is relative, if LD_LIBRARY_PATH has such */
  library = g_canonicalize_filename (info.dli_fname, NULL);
  folder = g_path_get_dirname (library);

  return g_build_filename (folder, USHER_PLUGINS, NULL);
}

/* A library that is not installed has nothing beside it: what was left where it was built for does only if nobody has named a
 * folder. */
static void
add_installed (GPtrArray *folders, gboolean is_named, GPtrArray *doubts)
{
  g_autofree char *beside = find_beside ();

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_DIR))
    {
      if (!has (folders, beside) && is_safe (beside, FALSE, doubts))
        add (folders, beside);
    }
  else if (!is_named && (g_file_test (USHER_PLUGIN_DIR, G_FILE_TEST_IS_DIR)
                             ? is_safe (USHER_PLUGIN_DIR, FALSE, doubts)
                             : folders->len == 0))
    add (folders, USHER_PLUGIN_DIR);
}

/* (transfer full) */
static char **
end (GPtrArray *texts)
{
  g_ptr_array_add (texts, NULL);

  return (char **) g_ptr_array_free (texts, FALSE);
}

/**
 * usher_plugin_path_list:
 * @given: (nullable) (array zero-terminated=1): folders that come first
 * @only_given: whether there are no others
 * @doubts: (out) (optional) (transfer full) (array zero-terminated=1): a line on each folder that is left out, as others could
 *   put code into it
 *
 * Lists where plugins are looked for: @given, the folders of `$USHER_PLUGIN_PATH`, the user's own, and those that are installed
 * beside this library. The first of them that has a plugin counts, if [method@Catalog.scan] gets them in this order.
 *
 * What somebody has named is there whether it exists or not, the other two only if they do, and nobody else could put code
 * into them.
 *
 * Returns: (transfer full) (array zero-terminated=1): absolute paths, each once
 */
char **
usher_plugin_path_list (const char *const *given, gboolean only_given, char ***doubts)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
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

      if (!has (folders, own) && is_safe (own, TRUE, left_out))
        add (folders, own);
      add_installed (folders, is_named, left_out);
    }

  if (doubts != NULL)
    *doubts = end (g_steal_pointer (&left_out));

  return end (g_steal_pointer (&folders));
}
