/* usher-catalog.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-catalog-private.h"

#include <string.h>

#include "usher-error.h"

#define SUFFIX ".plugin"

/**
 * UsherCatalog:
 *
 * The plugins that are there, and the order in which to start them. One thread.
 */
G_DEFINE_FINAL_TYPE (UsherCatalog, usher_catalog, G_TYPE_OBJECT)

static void
free_entry (gpointer data)
{
  UsherCatalogEntry *entry = data;

  g_free (entry->name);
  g_free (entry->path);
  g_clear_object (&entry->manifest);
  g_free (entry->reason);
  g_free (entry);
}

static void
usher_catalog_finalize (GObject *object)
{
  UsherCatalog *self = USHER_CATALOG (object);

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->shadowed, g_ptr_array_unref);

  G_OBJECT_CLASS (usher_catalog_parent_class)->finalize (object);
}

static void
usher_catalog_class_init (UsherCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_catalog_finalize;
}

static void
usher_catalog_init (UsherCatalog *self)
{
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->shadowed = g_ptr_array_new_with_free_func (free_entry);
}

/**
 * usher_catalog_new:
 *
 * Makes an empty catalog.
 *
 * Returns: (transfer full): the catalog
 */
UsherCatalog *
usher_catalog_new (void)
{
  return g_object_new (USHER_TYPE_CATALOG, NULL);
}

/**
 * usher_plugin_state_to_string:
 * @state: a state
 *
 * Names a state.
 *
 * Returns: the name, lower case
 */
const char *
usher_plugin_state_to_string (UsherPluginState state)
{
  static const char *const names[] = {
    "discovered", "resolved", "loaded",  "configured", "starting", "ready",
    "degraded",   "draining", "stopped", "failed",     "shadowed",
  };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);

  return names[state];
}

/* A usable plugin that has a name or provides it. */
UsherCatalogEntry *
usher_catalog_find_entry (UsherCatalog *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      UsherCatalogEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->manifest == NULL)
        continue;
      if (g_str_equal (entry->name, name) ||
          g_strv_contains (usher_manifest_get_provides (entry->manifest), name))
        return entry;
    }

  return NULL;
}

void
usher_catalog_entry_set_state (UsherCatalogEntry *self, UsherPluginState state, const char *reason)
{
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const UsherCatalogEntry *first = *(UsherCatalogEntry *const *) a;
  const UsherCatalogEntry *second = *(UsherCatalogEntry *const *) b;
  int order = strcmp (first->name, second->name);

  return order != 0 ? order : (int) first->scan - (int) second->scan;
}

/* Takes ownership of @reason. */
static UsherCatalogEntry *
entry_new (UsherCatalog *self,
           const char *path,
           const char *name,
           UsherPluginState state,
           char *reason)
{
  UsherCatalogEntry *entry = g_new0 (UsherCatalogEntry, 1);

  entry->name = name != NULL ? g_strdup (name) : g_path_get_basename (path);
  entry->path = g_canonicalize_filename (path, NULL);
  entry->scan = self->n_scans;
  entry->state = state;
  entry->reason = reason;

  return entry;
}

/* Takes ownership of @manifest. */
static void
add_found (UsherCatalog *self, const char *path, UsherManifest *manifest)
{
  UsherCatalogEntry *entry = entry_new (self,
                                        path,
                                        usher_manifest_get_name (manifest),
                                        USHER_PLUGIN_DISCOVERED,
                                        g_strdup ("its manifest was read"));

  entry->manifest = manifest;
  g_ptr_array_add (self->entries, entry);
}

/* Another folder's plugin is meant to come before this one. In one folder it is a mistake. */
static void
add_second (UsherCatalog *self,
            const char *path,
            UsherManifest *manifest,
            const UsherCatalogEntry *first)
{
  const char *name = usher_manifest_get_name (manifest);
  UsherCatalogEntry *entry = NULL;

  if (first->scan == self->n_scans)
    {
      g_ptr_array_add (self->entries,
                       entry_new (self,
                                  path,
                                  NULL,
                                  USHER_PLUGIN_FAILED,
                                  g_strdup_printf ("manifest “%s”: the name “%s” is taken by “%s”",
                                                   path,
                                                   name,
                                                   first->path)));
      return;
    }

  entry = entry_new (self,
                     path,
                     name,
                     USHER_PLUGIN_SHADOWED,
                     g_strdup_printf ("“%s” is in an earlier folder", first->path));
  entry->manifest = g_object_ref (manifest);
  g_ptr_array_add (self->shadowed, entry);
}

static void
add_file (UsherCatalog *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManifest) manifest = usher_manifest_new_from_file (path, &error);
  const UsherCatalogEntry *first =
      manifest != NULL ? usher_catalog_find_entry (self, usher_manifest_get_name (manifest)) : NULL;

  if (first != NULL)
    add_second (self, path, manifest, first);
  else if (manifest == NULL)
    g_ptr_array_add (self->entries,
                     entry_new (self, path, NULL, USHER_PLUGIN_FAILED, g_strdup (error->message)));
  else
    add_found (self, path, g_steal_pointer (&manifest));
}

/**
 * usher_catalog_add_file:
 * @self: a catalog
 * @path: the path of a file in Python
 * @error: return location for a [error@Error]
 *
 * Adds a service in Python that has no manifest, see [ctor@Manifest.new_for_file]. Added before folders are scanned, it comes before what
 * has its name there.
 *
 * Returns: (transfer full): its name, or `NULL`: `USHER_ERROR_NOT_FOUND` without such a file, `USHER_ERROR_CONFLICT` when the name is
 *   taken, `USHER_ERROR_INVALID` when the name can be no plugin's
 */
char *
usher_catalog_add_file (UsherCatalog *self, const char *path, GError **error)
{
  g_autoptr (UsherManifest) manifest = NULL;
  const UsherCatalogEntry *first = NULL;
  const char *name = NULL;

  g_return_val_if_fail (USHER_IS_CATALOG (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  manifest = usher_manifest_new_for_file (path, error);
  if (manifest == NULL)
    return NULL;

  name = usher_manifest_get_name (manifest);
  first = usher_catalog_find_entry (self, name);
  if (first == NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      add_found (self, path, g_object_ref (manifest));
      return g_strdup (name);
    }

  if (first != NULL)
    usher_refuse (error,
                  USHER_ERROR_CONFLICT,
                  "file “%s”: the name “%s” is taken by “%s”",
                  path,
                  name,
                  first->path);
  else
    usher_refuse (error, USHER_ERROR_NOT_FOUND, "there is no file “%s”", path);

  return NULL;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_folder (const char *directory, GError **error)
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) cause = NULL;
  GPtrArray *paths = NULL;
  const char *name = NULL;

  folder = g_dir_open (directory, 0, &cause);
  if (folder == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "plugin folder “%s” cannot be read: %s",
                   directory,
                   cause->message);
      return NULL;
    }

  paths = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (paths, g_build_filename (directory, name, NULL));
  g_ptr_array_sort (paths, compare_paths);

  return paths;
}

/**
 * usher_catalog_scan:
 * @self: a catalog
 * @directory: a folder
 * @error: return location for a [error@Error]
 *
 * Reads each manifest in a folder and in its folders one below. A broken one is kept as failed, with its
 * reason; of two with one name the first counts. The second of one folder is failed, one of a folder that is scanned later
 * is shadowed: only [method@Catalog.foreach_file] has it.
 *
 * Returns: whether the folder could be read; else `USHER_ERROR_NOT_FOUND`
 */
gboolean
usher_catalog_scan (UsherCatalog *self, const char *directory, GError **error)
{
  g_autoptr (GPtrArray) paths = NULL;

  g_return_val_if_fail (USHER_IS_CATALOG (self), FALSE);
  g_return_val_if_fail (directory != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  paths = list_folder (directory, error);
  if (paths == NULL)
    return FALSE;

  self->n_scans++;
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autoptr (GPtrArray) below = NULL;

      if (g_str_has_suffix (path, SUFFIX))
        add_file (self, path);
      else if (g_file_test (path, G_FILE_TEST_IS_DIR))
        below = list_folder (path, NULL);

      for (guint j = 0; below != NULL && j < below->len; j++)
        if (g_str_has_suffix (g_ptr_array_index (below, j), SUFFIX))
          add_file (self, g_ptr_array_index (below, j));
    }
  g_ptr_array_sort (self->entries, compare_entries);

  return TRUE;
}

/**
 * usher_catalog_foreach:
 * @self: a catalog
 * @func: (scope call) (closure user_data): called for each
 * @user_data: data for @func
 *
 * Goes through the plugins by name. One whose manifest is broken has its file's name and no manifest.
 */
void
usher_catalog_foreach (UsherCatalog *self, UsherCatalogForeachFunc func, gpointer user_data)
{
  g_return_if_fail (USHER_IS_CATALOG (self));
  g_return_if_fail (func != NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const UsherCatalogEntry *entry = g_ptr_array_index (self->entries, i);

      func (entry->name, entry->manifest, entry->state, entry->reason, user_data);
    }
}

/**
 * usher_catalog_foreach_file:
 * @self: a catalog
 * @func: (scope call) (closure user_data): called for each
 * @user_data: data for @func
 *
 * Goes through all manifests by name, those included that are broken or shadowed.
 */
void
usher_catalog_foreach_file (UsherCatalog *self, UsherCatalogFileFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_return_if_fail (USHER_IS_CATALOG (self));
  g_return_if_fail (func != NULL);

  g_ptr_array_extend (all, self->entries, NULL, NULL);
  g_ptr_array_extend (all, self->shadowed, NULL, NULL);
  g_ptr_array_sort (all, compare_entries);
  for (guint i = 0; i < all->len; i++)
    {
      const UsherCatalogEntry *entry = g_ptr_array_index (all, i);

      func (entry->path, entry->manifest, entry->state, entry->reason, user_data);
    }
}

/**
 * usher_catalog_get_state:
 * @self: a catalog
 * @name: the name of a plugin, or what it provides
 * @reason: (out) (optional) (transfer full): why, for a person
 *
 * Tells how far a plugin has come.
 *
 * Returns: the state; `USHER_PLUGIN_FAILED` when there is no such plugin
 */
UsherPluginState
usher_catalog_get_state (UsherCatalog *self, const char *name, char **reason)
{
  const UsherCatalogEntry *entry = NULL;

  g_return_val_if_fail (USHER_IS_CATALOG (self), USHER_PLUGIN_FAILED);
  g_return_val_if_fail (name != NULL, USHER_PLUGIN_FAILED);

  entry = usher_catalog_find_entry (self, name);
  if (reason != NULL)
    *reason = g_strdup (entry != NULL ? entry->reason : "it is not there");

  return entry != NULL ? entry->state : USHER_PLUGIN_FAILED;
}

/**
 * usher_catalog_set_state:
 * @self: a catalog
 * @name: the name of a plugin
 * @state: how far it has come
 * @reason: why, for a person
 *
 * Notes how far a plugin has come.
 */
void
usher_catalog_set_state (UsherCatalog *self,
                         const char *name,
                         UsherPluginState state,
                         const char *reason)
{
  UsherCatalogEntry *entry = NULL;

  g_return_if_fail (USHER_IS_CATALOG (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (reason != NULL);

  entry = usher_catalog_find_entry (self, name);
  if (entry != NULL)
    usher_catalog_entry_set_state (entry, state, reason);
}
