/* usher-catalog-order.c: which plugins are chosen, and in which order they start
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-catalog-private.h"

#include "usher-error.h"
#include "usher-settings.h"
#include "usher-version-private.h"

static gboolean
refuse_unknown (UsherCatalog *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *nearest = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      UsherCatalogEntry *entry = g_ptr_array_index (self->entries, i);

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
refuse_cycle (GPtrArray *path, UsherCatalogEntry *again, GError **error)
{
  GString *text = g_string_new (NULL);
  guint start = 0;

  g_ptr_array_find (path, again, &start);
  for (guint i = start; i < path->len; i++)
    g_string_append_printf (text,
                            "%s → ",
                            ((UsherCatalogEntry *) g_ptr_array_index (path, i))->name);
  g_string_append (text, again->name);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "plugins require each other in a cycle: %s",
               text->str);
  g_string_free (text, TRUE);

  return FALSE;
}

static gboolean visit (UsherCatalog *self,
                       UsherCatalogEntry *entry,
                       GPtrArray *path,
                       GPtrArray *order,
                       GError **error);

static gboolean
visit_required (UsherCatalog *self,
                const char *range,
                GPtrArray *path,
                GPtrArray *order,
                GError **error)
{
  UsherCatalogEntry *by = g_ptr_array_index (path, path->len - 1);
  g_autofree char *name = usher_version_range_parse (range, error);
  UsherCatalogEntry *required = name != NULL ? usher_catalog_find_entry (self, name) : NULL;
  const char *version = required != NULL ? usher_manifest_get_version (required->manifest) : NULL;

  if (name == NULL)
    return FALSE;

  if (required == NULL)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "plugin “%s” requires “%s”, which is not there",
                         by->name,
                         range);

  if (!usher_version_range_contains (range, version))
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "plugin “%s” requires “%s”, but “%s” has version %s",
                         by->name,
                         range,
                         required->name,
                         version);

  return visit (self, required, path, order, error);
}

static gboolean
visit_all (UsherCatalog *self,
           UsherCatalogEntry *entry,
           GPtrArray *path,
           GPtrArray *order,
           GError **error)
{
  const char *const *requires = usher_manifest_get_requires (entry->manifest);

  for (guint i = 0; requires[i] != NULL; i++)
    if (!visit_required (self, requires[i], path, order, error))
      return FALSE;

  return TRUE;
}

/* Puts a plugin behind all that it requires. */
static gboolean
visit (UsherCatalog *self,
       UsherCatalogEntry *entry,
       GPtrArray *path,
       GPtrArray *order,
       GError **error)
{
  gboolean ok = FALSE;

  if (entry->mark == USHER_CATALOG_DONE)
    return TRUE;
  if (entry->mark == USHER_CATALOG_OPEN)
    return refuse_cycle (path, entry, error);

  entry->mark = USHER_CATALOG_OPEN;
  g_ptr_array_add (path, entry);
  ok = visit_all (self, entry, path, order, error);
  g_ptr_array_set_size (path, (int) path->len - 1);
  entry->mark = ok ? USHER_CATALOG_DONE : USHER_CATALOG_UNSEEN;
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
      UsherCatalogEntry *entry = g_ptr_array_index (order, i);
      const char *const *wants = usher_manifest_get_wants (entry->manifest);

      for (guint j = 0; wants[j] != NULL; j++)
        {
          g_autofree char *name = usher_version_range_parse (wants[j], NULL);
          UsherCatalogEntry *wanted = name != NULL ? usher_catalog_find_entry (self, name) : NULL;
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
      UsherCatalogEntry *entry = g_ptr_array_index (order, i);
      const char *const *conflicts = usher_manifest_get_conflicts (entry->manifest);

      for (guint j = 0; conflicts[j] != NULL; j++)
        {
          g_autofree char *name = usher_version_range_parse (conflicts[j], NULL);
          UsherCatalogEntry *other = name != NULL ? usher_catalog_find_entry (self, name) : NULL;

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
      UsherCatalogEntry *entry = usher_catalog_find_entry (self, *names);

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
      UsherCatalogEntry *entry = g_ptr_array_index (self->entries, i);
      g_autoptr (GError) cause = NULL;

      if (entry->manifest == NULL || entry->state == USHER_PLUGIN_FAILED ||
          visit (self, entry, path, order, &cause))
        continue;

      usher_catalog_entry_set_state (entry, USHER_PLUGIN_FAILED, cause->message);
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
    ((UsherCatalogEntry *) g_ptr_array_index (self->entries, i))->mark = USHER_CATALOG_UNSEEN;

  if (names == NULL)
    visit_usable (self, order);
  else if (!visit_names (self, names, order, error))
    return NULL;

  order_wanted (self, order);
  if (!check_conflicts (self, order, error))
    return NULL;

  for (guint i = 0; i < order->len; i++)
    {
      UsherCatalogEntry *entry = g_ptr_array_index (order, i);

      usher_catalog_entry_set_state (entry, USHER_PLUGIN_RESOLVED, "all that it requires is there");
      g_ptr_array_add (manifests, g_object_ref (entry->manifest));
    }

  return g_steal_pointer (&manifests);
}
