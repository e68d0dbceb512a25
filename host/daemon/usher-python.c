/* usher-python.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-python.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "usher-error.h"

#define INTERPRETER "/usr/bin/python3"
#define SUFFIX      ".py"
#define LIBRARY     "usher-program.so"
#define SERVE       "usher/serve.py"
#define PROGRAM     "USHER_PROGRAM"

/* of the process, as the program that it runs is */
static UsherLoader *process_loader;

void
usher_python_set_loader (UsherLoader *loader)
{
  process_loader = loader;
}

UsherLoader *
usher_python_get_loader (void)
{
  return process_loader;
}

char *
usher_python_dup_program (GError **error)
{
  const char *program = g_getenv (PROGRAM);

  if (process_loader == NULL)
    return g_file_read_link ("/proc/self/exe", error);
  if (program != NULL)
    return g_strdup (program);

  usher_refuse (error,
                USHER_ERROR_UNAVAILABLE,
                "the variable " PROGRAM " does not name the program");

  return NULL;
}

gboolean
usher_python_is_file (const char *word)
{
  return g_str_has_suffix (word, SUFFIX);
}

gboolean
usher_python_is_among (UsherCatalog *catalog, const char *const *names)
{
  g_autoptr (GPtrArray) manifests = usher_catalog_resolve (catalog, names, NULL);

  for (guint i = 0; manifests != NULL && i < manifests->len; i++)
    if (usher_manifest_is_python (g_ptr_array_index (manifests, i)))
      return TRUE;

  return FALSE;
}

/* (transfer full): beside the program where that is not installed */
static char *
find_library (const char *folder)
{
  g_autofree char *installed = g_build_filename (folder, USHER_LIBRARY_FROM_PROGRAM, LIBRARY, NULL);

  if (g_file_test (installed, G_FILE_TEST_IS_REGULAR))
    return g_canonicalize_filename (installed, NULL);

  return g_build_filename (folder, LIBRARY, NULL);
}

/* (transfer full) (nullable): where the package is installed, or in the tree of sources, which the variable names then */
static char *
find_serve (const char *folder)
{
  const char *variable = g_getenv ("PYTHONPATH");
  g_auto (GStrv) paths = g_strsplit (variable != NULL ? variable : "", ":", -1);
  g_autofree char *installed = g_build_filename (folder, USHER_PYTHON_FROM_PROGRAM, SERVE, NULL);

  if (g_file_test (installed, G_FILE_TEST_IS_REGULAR))
    return g_canonicalize_filename (installed, NULL);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (paths[i], SERVE, NULL);

      if (*paths[i] != '\0' && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_canonicalize_filename (path, NULL);
    }

  return NULL;
}

/* beside the interpreter there are none of this program */
static void
add_plugins (GStrvBuilder *builder, char *const *plugins)
{
  for (guint i = 0; plugins[i] != NULL; i++)
    g_strv_builder_add_many (builder, "--plugins", plugins[i], NULL);
  g_strv_builder_add (builder, "--plugins-only");
}

/* The words that this process was given behind the name of the program, and the folders behind the command: what comes last may be
 * names alone. */
static gboolean
add_words (GStrvBuilder *builder, char *const *plugins, GError **error)
{
  g_autofree char *words = NULL;
  gsize length = 0;
  gsize first = 0;

  if (!g_file_get_contents ("/proc/self/cmdline", &words, &length, error))
    return FALSE;

  /* nobody wants to wait while he types, and what is behind his words would be taken for one */
  first = strlen (words) + 1;
  if (first < length && g_str_equal (words + first, "complete"))
    return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "services in Python are not asked");

  for (gsize at = first; at < length; at += strlen (words + at) + 1)
    {
      g_strv_builder_add (builder, words + at);
      if (at == first)
        add_plugins (builder, plugins);
    }

  return TRUE;
}

gboolean
usher_python_become (char *const *plugins, GError **error)
{
  g_autofree char *program = usher_python_dup_program (error);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *library = folder != NULL ? find_library (folder) : NULL;
  g_autofree char *serve = folder != NULL ? find_serve (folder) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  if (folder == NULL)
    return FALSE;
  if (serve == NULL)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "services in Python cannot run: the package “usher” for " INTERPRETER
                         " is not installed with this program");

  /* safe: no module is looked for where the process happens to be; and what a service prints is there at once */
  g_strv_builder_add_many (builder, INTERPRETER, "-P", "-u", serve, library, NULL);
  if (!add_words (builder, plugins, error))
    return FALSE;

  words = g_strv_builder_end (builder);
  g_setenv (PROGRAM, program, TRUE);
  execv (INTERPRETER, words);

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "services in Python cannot run: “" INTERPRETER "”: %s",
                       g_strerror (errno));
}
