/* usher-test-plugins.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-plugins-private.h"

#include <string.h>

#include <usher-host.h>

#include "usher-test-suite.h"

#define SUFFIX ".plugin"

/* (owned) (nullable): of the process, as its interpreter is */
static UsherLoader *process_loader;

/* (transfer full): the words of @text; none is empty */
static GPtrArray *
split (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", " \t\n", -1);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_ptr_array_add (found, g_strdup (words[i]));

  return found;
}

static gboolean
is_setting (const char *word)
{
  return strchr (word, '=') != NULL;
}

static void
add_settings (GPtrArray *settings, const char *text)
{
  g_autoptr (GPtrArray) words = split (text);

  for (guint i = 0; i < words->len; i++)
    if (is_setting (g_ptr_array_index (words, i)))
      g_ptr_array_add (settings, g_strdup (g_ptr_array_index (words, i)));
}

GPtrArray *
usher_test_plugins_list_settings (const char *contents)
{
  GPtrArray *settings = g_ptr_array_new_with_free_func (g_free);

  add_settings (settings, g_getenv ("USHER_TEST_SETTINGS"));
  add_settings (settings, contents);
  g_ptr_array_add (settings, NULL);

  return settings;
}

/* (transfer full): the name of the plugin that @word stands for; a path is looked at first */
static char *
note_plugin (UsherCatalog *catalog, const char *word)
{
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (strchr (word, G_DIR_SEPARATOR) == NULL)
    return g_strdup (word);

  folder = g_path_get_dirname (word);
  usher_catalog_scan (catalog, folder, &error);
  g_assert_no_error (error);
  name = g_path_get_basename (word);
  if (g_str_has_suffix (name, SUFFIX))
    name[strlen (name) - strlen (SUFFIX)] = '\0';

  return g_steal_pointer (&name);
}

/* they must be there */
static void
scan_named (UsherCatalog *catalog, const char *folders)
{
  g_auto (GStrv) list = g_strsplit (folders != NULL ? folders : "", ":", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (*list[i] != '\0' && !usher_catalog_scan (catalog, list[i], &error))
        g_error ("USHER_TEST_PLUGIN_DIR: %s", error->message);
    }
}

/* of those where plugins may be installed some are there */
static void
scan_installed (UsherCatalog *catalog)
{
  g_auto (GStrv) folders = usher_plugin_path_list (NULL, FALSE, NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    usher_catalog_scan (catalog, folders[i], NULL);
}

/* (nullable): where a test that is run by hand finds what was built with it: beside its program, if that is one of GLib's tests */
static const char *
get_folders (void)
{
  const char *folders = g_getenv ("USHER_TEST_PLUGIN_DIR");

  return folders != NULL ? folders : g_test_get_dir (G_TEST_BUILT);
}

GPtrArray *
usher_test_plugins_find (const char *contents)
{
  g_autoptr (UsherCatalog) catalog = usher_catalog_new ();
  g_autoptr (GPtrArray) words = split (contents);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  const char *folders = get_folders ();
  GPtrArray *manifests = NULL;

  for (guint i = 0; i < words->len; i++)
    if (!is_setting (g_ptr_array_index (words, i)))
      g_ptr_array_add (names, note_plugin (catalog, g_ptr_array_index (words, i)));
  g_ptr_array_add (names, NULL);

  scan_named (catalog, folders);
  scan_installed (catalog);

  manifests = usher_catalog_resolve (catalog, (const char *const *) names->pdata, &error);
  if (manifests == NULL)
    g_error (
        "%s; it was looked for in “%s”, which USHER_TEST_PLUGIN_DIR tells, and where usher looks",
        error->message,
        folders != NULL ? folders : "");

  return manifests;
}

/**
 * usher_test_set_loader:
 * @loader: (nullable): makes the services of plugins in Python, `NULL`: there are none
 *
 * Says what makes the services of plugins that are no shared objects. For an interpreter in whose process tests run; before the first box.
 */
void
usher_test_set_loader (UsherLoader *loader)
{
  g_set_object (&process_loader, loader);
}

UsherService *
usher_test_plugins_load (UsherManifest *manifest, GError **error)
{
  if (!usher_manifest_is_python (manifest))
    return usher_module_load (manifest, error);
  if (process_loader != NULL)
    return usher_loader_load (process_loader, manifest, error);

  usher_refuse (error,
                USHER_ERROR_UNAVAILABLE,
                "plugin “%s” is in Python: test it from there, by usher.Host",
                usher_manifest_get_name (manifest));

  return NULL;
}
