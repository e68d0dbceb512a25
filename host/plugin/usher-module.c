/* usher-module.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-module.h"

#include <gmodule.h>

#include "usher-error.h"
#include "usher-plugin.h"

#define SYMBOL "usher_plugin"

static void
add_number (GString *list, const char *field, guint64 expected, guint64 found)
{
  if (expected != found)
    g_string_append_printf (list,
                            "%s%s: expected %" G_GUINT64_FORMAT ", found %" G_GUINT64_FORMAT,
                            list->len > 0 ? "; " : "",
                            field,
                            expected,
                            found);
}

static void
add_text (GString *list, const char *field, const char *expected, const char *found)
{
  if (g_strcmp0 (expected, found) != 0)
    g_string_append_printf (list,
                            "%s%s: expected “%s”, found “%s”",
                            list->len > 0 ? "; " : "",
                            field,
                            expected,
                            found != NULL ? found : "");
}

/* What in a descriptor does not fit, field by field. The later fields mean something only if the first do. */
static char *
compare (UsherManifest *manifest, const UsherPlugin *plugin)
{
  GString *list = g_string_new (NULL);

  add_number (list, "manifest ABI", USHER_PLUGIN_ABI, usher_manifest_get_abi (manifest));
  add_number (list, "magic", USHER_PLUGIN_MAGIC, plugin->magic);
  if (plugin->magic == USHER_PLUGIN_MAGIC)
    {
      add_number (list, "ABI", USHER_PLUGIN_ABI, plugin->abi);
      add_number (list, "size", sizeof (UsherPlugin), plugin->size);
    }
  if (list->len > 0)
    return g_string_free (list, FALSE);

  add_text (list, "name", usher_manifest_get_name (manifest), plugin->name);
  add_text (list, "version", usher_manifest_get_version (manifest), plugin->version);
  add_number (list, "GLib major", glib_major_version, plugin->glib_major);
  if (plugin->glib_minor > glib_minor_version)
    add_number (list, "GLib minor", glib_minor_version, plugin->glib_minor);
  if (plugin->get_type == NULL)
    g_string_append_printf (list,
                            "%stype: expected a function, found none",
                            list->len > 0 ? "; " : "");

  return g_string_free (list, FALSE);
}

static UsherService *
make_service (const char *path, const UsherPlugin *plugin, GError **error)
{
  GType type = plugin->get_type ();

  if (g_type_is_a (type, USHER_TYPE_SERVICE) && !G_TYPE_IS_ABSTRACT (type))
    return g_object_new (type, NULL);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "module “%s” offers type “%s”, which is no service",
               path,
               type != G_TYPE_INVALID ? g_type_name (type) : "none");

  return NULL;
}

/**
 * usher_module_load:
 * @manifest: the plugin's manifest
 * @error: return location for a [error@Error]
 *
 * Opens a plugin's module for good, compares its descriptor with manifest and host and makes the service.
 *
 * Returns: (transfer full): the service, or `NULL`: `USHER_ERROR_UNAVAILABLE` when the module or its symbol is missing,
 *   `USHER_ERROR_INVALID` lists each field that differs, expected beside found
 */
UsherService *
usher_module_load (UsherManifest *manifest, GError **error)
{
  const char *path = NULL;
  GModule *module = NULL;
  gpointer symbol = NULL;
  g_autofree char *faults = NULL;

  g_return_val_if_fail (USHER_IS_MANIFEST (manifest), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  path = usher_manifest_get_module (manifest);
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "module “%s” cannot be opened: %s",
                   path,
                   g_module_error ());
      return NULL;
    }

  /* static types cannot be taken back, so the module must never go away */
  g_module_make_resident (module);

  if (!g_module_symbol (module, SYMBOL, &symbol) || symbol == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "module “%s” has no symbol “%s”",
                   path,
                   SYMBOL);
      return NULL;
    }

  faults = compare (manifest, symbol);
  if (*faults != '\0')
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_INVALID, "module “%s” does not fit: %s", path, faults);
      return NULL;
    }

  return make_service (path, symbol, error);
}
