/* usher-scaffold.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-scaffold.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-durable-file.h"
#include "usher-error.h"

/* (nullable): the word that @text begins with */
static const UsherScaffoldWord *
find_word (const char *text, const UsherScaffoldWord *words)
{
  for (; words->from != NULL; words++)
    if (g_str_has_prefix (text, words->from))
      return words;

  return NULL;
}

char *
usher_scaffold_fill (const char *text, const UsherScaffoldWord *words)
{
  g_autoptr (GString) filled = g_string_new (NULL);

  while (*text != '\0')
    {
      const UsherScaffoldWord *word = find_word (text, words);

      if (word == NULL)
        {
          g_string_append_c (filled, *text++);
          continue;
        }
      g_string_append (filled, word->to);
      text += strlen (word->from);
    }

  return g_string_free (g_steal_pointer (&filled), FALSE);
}

/* (transfer full) */
static char *
read_template (const char *path, const UsherScaffoldWord *words, GError **error)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  /* the data end with a zero that is not counted */
  return bytes != NULL ? usher_scaffold_fill (g_bytes_get_data (bytes, NULL), words) : NULL;
}

/* what the umask leaves of a mode */
static int
mask_mode (int mode)
{
  mode_t mask = umask (0);

  umask (mask);

  return mode & (int) ~mask;
}

static gboolean
make_folder (const char *path, GError **error)
{
  int code = 0;

  if (g_mkdir (path, 0777) == 0)
    return TRUE;

  code = errno;
  if (code == EEXIST)
    return usher_refuse (error, USHER_ERROR_CONFLICT, "“%s” is there already", path);

  return usher_refuse (
      error, USHER_ERROR_UNAVAILABLE, "folder “%s” cannot be made: %s", path, g_strerror (code));
}

static gboolean
write_file (const char *folder,
            const UsherScaffoldFile *file,
            const UsherScaffoldWord *words,
            GError **error)
{
  g_autofree char *text = read_template (file->resource, words, error);
  g_autofree char *name = usher_scaffold_fill (file->path, words);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  if (text == NULL)
    return FALSE;
  if (!g_file_test (parent, G_FILE_TEST_IS_DIR) && !make_folder (parent, error))
    return FALSE;

  return usher_durable_file_write (path, text, mask_mode (0666), error);
}

gboolean
usher_scaffold_write (const char *folder,
                      const UsherScaffoldFile *files,
                      guint n_files,
                      const UsherScaffoldWord *words,
                      GError **error)
{
  if (!make_folder (folder, error))
    return FALSE;

  for (guint i = 0; i < n_files; i++)
    if (!write_file (folder, &files[i], words, error))
      {
        usher_durable_file_remove_tree (folder);
        return FALSE;
      }

  return TRUE;
}
