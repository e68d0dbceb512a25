/* usher-catalog.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-catalog.h"

#include <string.h>

#include "usher-error.h"
#include "usher-settings.h"
#include "usher-version-private.h"

#define SUFFIX ".plugin"

typedef enum
{
  UNSEEN,
  OPEN, /* its requirements are being looked at */
  DONE,
} Mark;

typedef struct
{
  char *name;              /* (owned) */
  char *path;              /* (owned): of its file */
  guint scan;              /* which one found it */
  UsherManifest *manifest; /* (owned) (nullable): NULL when it could not be read */
  UsherPluginState state;
  char *reason; /* (owned) */
  Mark mark;
} Entry;

/**
 * UsherCatalog:
 *
 * The plugins that are there, and the order in which to start them. One thread.
 */
struct _UsherCatalog
{
  GObject parent_instance;

  GPtrArray *entries; /* (owned) (element-type Entry): by name */
  GPtrArray *
      shadowed; /* (owned) (element-type Entry): what has the name of an entry in an earlier folder */
  guint n_scans;
};

G_DEFINE_FINAL_TYPE (UsherCatalog, usher_catalog, G_TYPE_OBJECT)

static void
free_entry (gpointer data)
{
  Entry *entry = data;

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
static Entry *
find (UsherCatalog *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->manifest == NULL)
        continue;
      if (g_str_equal (entry->name, name) ||
          g_strv_contains (usher_manifest_get_provides (entry->manifest), name))
        return entry;
    }

  return NULL;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(Entry *const *) a;
  const Entry *second = *(Entry *const *) b;
  int order = strcmp (first->name, second->name);

  return order != 0 ? order : (int) first->scan - (int) second->scan;
}

/* Takes ownership of @reason. */
static Entry *
entry_new (UsherCatalog *self,
           const char *path,
           const char *name,
           UsherPluginState state,
           char *reason)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->name = name != NULL ? g_strdup (name) : g_path_get_basename (path);
  entry->path = g_canonicalize_filename (path, NULL);
  entry->scan = self->n_scans;
  entry->state = state;
  entry->reason = reason;

  return entry;
}

/* Another folder's plugin is meant to come before this one. In one folder it is a mistake. */
static void
add_second (UsherCatalog *self, const char *path, UsherManifest *manifest, const Entry *first)
{
  const char *name = usher_manifest_get_name (manifest);
  Entry *entry = NULL;

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
  const Entry *first = manifest != NULL ? find (self, usher_manifest_get_name (manifest)) : NULL;
  Entry *entry = NULL;

  if (first != NULL)
    {
      add_second (self, path, manifest, first);
      return;
    }

  if (manifest == NULL)
    entry = entry_new (self, path, NULL, USHER_PLUGIN_FAILED, g_strdup (error->message));
  else
    entry = entry_new (self,
                       path,
                       usher_manifest_get_name (manifest),
                       USHER_PLUGIN_DISCOVERED,
                       g_strdup ("its manifest was read"));
  entry->manifest = g_steal_pointer (&manifest);
  g_ptr_array_add (self->entries, entry);
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

static void
set_state (Entry *entry, UsherPluginState state, const char *reason)
{
  entry->state = state;
  g_free (entry->reason);
  entry->reason = g_strdup (reason);
}

static gboolean
refuse_unknown (UsherCatalog *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *nearest = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->manifest != NULL)
        g_ptr_array_add (names, entry->name);
    }
  g_ptr_array_add (names, NULL);

  nearest = usher_nearest_word (name, (const char *const *) names->pdata);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "no plugin is named “%s”%s%s%s",
               name,
               nearest != NULL ? ", did you mean “" : "",
               nearest != NULL ? nearest : "",
               nearest != NULL ? "”?" : "");

  return FALSE;
}

/* Says the path from the plugin that is met again: a → b → a. */
static gboolean
refuse_cycle (GPtrArray *path, Entry *again, GError **error)
{
  GString *text = g_string_new (NULL);
  guint start = 0;

  g_ptr_array_find (path, again, &start);
  for (guint i = start; i < path->len; i++)
    g_string_append_printf (text, "%s → ", ((Entry *) g_ptr_array_index (path, i))->name);
  g_string_append (text, again->name);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "plugins require each other in a cycle: %s",
               text->str);
  g_string_free (text, TRUE);

  return FALSE;
}

static gboolean
visit (UsherCatalog *self, Entry *entry, GPtrArray *path, GPtrArray *order, GError **error);

static gboolean
visit_required (UsherCatalog *self,
                const char *range,
                GPtrArray *path,
                GPtrArray *order,
                GError **error)
{
  Entry *by = g_ptr_array_index (path, path->len - 1);
  g_autofree char *name = usher_version_range_parse (range, error);
  Entry *required = name != NULL ? find (self, name) : NULL;
  const char *version = required != NULL ? usher_manifest_get_version (required->manifest) : NULL;

  if (name == NULL)
    return FALSE;

  if (required == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "plugin “%s” requires “%s”, which is not there",
                   by->name,
                   range);
      return FALSE;
    }

  if (!usher_version_range_contains (range, version))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "plugin “%s” requires “%s”, but “%s” has version %s",
                   by->name,
                   range,
                   required->name,
                   version);
      return FALSE;
    }

  return visit (self, required, path, order, error);
}

static gboolean
visit_all (UsherCatalog *self, Entry *entry, GPtrArray *path, GPtrArray *order, GError **error)
{
  const char *const *requires = usher_manifest_get_requires (entry->manifest);

  for (guint i = 0; requires[i] != NULL; i++)
    if (!visit_required (self, requires[i], path, order, error))
      return FALSE;

  return TRUE;
}

/* Puts a plugin behind all that it requires. */
static gboolean
visit (UsherCatalog *self, Entry *entry, GPtrArray *path, GPtrArray *order, GError **error)
{
  gboolean ok = FALSE;

  if (entry->mark == DONE)
    return TRUE;
  if (entry->mark == OPEN)
    return refuse_cycle (path, entry, error);

  entry->mark = OPEN;
  g_ptr_array_add (path, entry);
  ok = visit_all (self, entry, path, order, error);
  g_ptr_array_set_size (path, (int) path->len - 1);
  entry->mark = ok ? DONE : UNSEEN;
  if (ok)
    g_ptr_array_add (order, entry);

  return ok;
}

/* Moves what is wanted before who wants it, where no requirement is against it. */
static void
order_wanted (UsherCatalog *self, GPtrArray *order)
{
  for (guint i = 0; i < order->len; i++)
    {
      Entry *entry = g_ptr_array_index (order, i);
      const char *const *wants = usher_manifest_get_wants (entry->manifest);

      for (guint j = 0; wants[j] != NULL; j++)
        {
          g_autofree char *name = usher_version_range_parse (wants[j], NULL);
          Entry *wanted = name != NULL ? find (self, name) : NULL;
          guint at = 0;

          if (wanted == NULL || !g_ptr_array_find (order, wanted, &at) || at < i ||
              g_strv_length ((char **) usher_manifest_get_requires (wanted->manifest)) > 0)
            continue;
          g_ptr_array_remove_index (order, at);
          g_ptr_array_insert (order, (int) i, wanted);
          i++;
        }
    }
}

static gboolean
check_conflicts (UsherCatalog *self, GPtrArray *order, GError **error)
{
  for (guint i = 0; i < order->len; i++)
    {
      Entry *entry = g_ptr_array_index (order, i);
      const char *const *conflicts = usher_manifest_get_conflicts (entry->manifest);

      for (guint j = 0; conflicts[j] != NULL; j++)
        {
          g_autofree char *name = usher_version_range_parse (conflicts[j], NULL);
          Entry *other = name != NULL ? find (self, name) : NULL;

          if (other == NULL || other == entry || !g_ptr_array_find (order, other, NULL) ||
              !usher_version_range_contains (conflicts[j],
                                             usher_manifest_get_version (other->manifest)))
            continue;

          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_CONFLICT,
                       "plugin “%s” cannot run beside “%s”",
                       entry->name,
                       other->name);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
visit_names (UsherCatalog *self, const char *const *names, GPtrArray *order, GError **error)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();

  for (; *names != NULL; names++)
    {
      Entry *entry = find (self, *names);

      if (entry == NULL)
        return refuse_unknown (self, *names, error);
      if (!visit (self, entry, path, order, error))
        return FALSE;
    }

  return TRUE;
}

/* A plugin that cannot be ordered is left out, with its reason. */
static void
visit_usable (UsherCatalog *self, GPtrArray *order)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      g_autoptr (GError) cause = NULL;

      if (entry->manifest == NULL || entry->state == USHER_PLUGIN_FAILED ||
          visit (self, entry, path, order, &cause))
        continue;

      set_state (entry, USHER_PLUGIN_FAILED, cause->message);
    }
}

/**
 * usher_catalog_resolve:
 * @self: a catalog
 * @names: (nullable) (array zero-terminated=1): the plugins that are asked for, `NULL`: all that are usable
 * @error: return location for a [error@Error]
 *
 * Chooses plugins and what they require, in the order in which to start them: what is required first, else by name. What
 * is wanted only orders.
 *
 * Returns: (transfer container) (element-type UsherManifest): the manifests, or `NULL`: `USHER_ERROR_NOT_FOUND` for an
 *   unknown name, with the nearest one, `USHER_ERROR_UNAVAILABLE` for a missing requirement or a version out of range,
 *   `USHER_ERROR_CONFLICT` for a cycle, with its path, or for two that cannot run beside each other. Without
 *   @names a plugin that cannot be ordered is failed, with its reason, and the others go on
 */
GPtrArray *
usher_catalog_resolve (UsherCatalog *self, const char *const *names, GError **error)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) manifests = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (USHER_IS_CATALOG (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (guint i = 0; i < self->entries->len; i++)
    ((Entry *) g_ptr_array_index (self->entries, i))->mark = UNSEEN;

  if (names == NULL)
    visit_usable (self, order);
  else if (!visit_names (self, names, order, error))
    return NULL;

  order_wanted (self, order);
  if (!check_conflicts (self, order, error))
    return NULL;

  for (guint i = 0; i < order->len; i++)
    {
      Entry *entry = g_ptr_array_index (order, i);

      set_state (entry, USHER_PLUGIN_RESOLVED, "all that it requires is there");
      g_ptr_array_add (manifests, g_object_ref (entry->manifest));
    }

  return g_steal_pointer (&manifests);
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
      const Entry *entry = g_ptr_array_index (self->entries, i);

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
      const Entry *entry = g_ptr_array_index (all, i);

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
  const Entry *entry = NULL;

  g_return_val_if_fail (USHER_IS_CATALOG (self), USHER_PLUGIN_FAILED);
  g_return_val_if_fail (name != NULL, USHER_PLUGIN_FAILED);

  entry = find (self, name);
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
  Entry *entry = NULL;

  g_return_if_fail (USHER_IS_CATALOG (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (reason != NULL);

  entry = find (self, name);
  if (entry != NULL)
    set_state (entry, state, reason);
}
