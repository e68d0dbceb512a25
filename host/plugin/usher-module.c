/* usher-module.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-module.h"

#include <gmodule.h>
#include <string.h>

#include "usher-error.h"
#include "usher-log-catch-private.h"
#include "usher-module-file-private.h"
#include "usher-plugin.h"
#include "usher-type-owners-private.h"

#define SYMBOL    "usher_plugin"
#define UNDEFINED "undefined symbol: "

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

/* What an author does about the first of what does not fit. The number of the manifest is as good as that of the module. */
static const char *
get_way_out (UsherManifest *manifest, const UsherPlugin *plugin)
{
  gboolean is_plugin = plugin->magic == USHER_PLUGIN_MAGIC;
  guint abi = is_plugin && plugin->abi != USHER_PLUGIN_ABI ? plugin->abi
                                                           : usher_manifest_get_abi (manifest);

  if (abi > USHER_PLUGIN_ABI)
    return "it is for a newer Usher: update the host, or compile it against the headers of this "
           "one";
  if (abi < USHER_PLUGIN_ABI || !is_plugin || plugin->size != sizeof (UsherPlugin))
    return "compile it again, against the headers of this host";
  if (plugin->glib_major != glib_major_version || plugin->glib_minor > glib_minor_version)
    return "it was compiled for a newer GLib than the one that runs: compile it on this system, or "
           "update GLib";
  if (plugin->get_type == NULL)
    return "give USHER_PLUGIN_DEFINE the function of its type";

  return "the manifest and USHER_DEFINE_SERVICE or USHER_PLUGIN_DEFINE must say the same";
}

/* What to do about a symbol that nobody has. */
static const char *
get_way_to_symbol (const char *symbol)
{
  if (g_str_has_prefix (symbol, "usher_"))
    return "it needs a newer Usher than this one, " PACKAGE_VERSION
           ": update the host, or compile it against the headers of this one";
  if (g_str_has_prefix (symbol, "g_"))
    return "it needs a newer GLib than the one that runs, or another library of GLib's: compile it "
           "on this system, or link it with that library";

  return "add the file that defines it, or link with the library that does (-l…)";
}

/* (transfer full): what the loader says, and what to do about it. */
static char *
explain (const char *said)
{
  const char *undefined = strstr (said, UNDEFINED);
  const char *way = NULL;

  if (undefined != NULL)
    way = get_way_to_symbol (undefined + strlen (UNDEFINED));
  else if (strstr (said, "version `") != NULL)
    way = "it was compiled on a newer system: compile it on this one";
  else if (strstr (said, "cannot open shared object file") != NULL)
    way = "install the library that it is linked with";
  else if (strstr (said, "position-independent executable") != NULL)
    way = "it is a program: link it with -shared";

  return g_strconcat (said, way != NULL ? "; " : NULL, way, NULL);
}

/* Code of the plugin runs from here on. */
static GModule *
open_module (const char *path, GError **error)
{
  g_autofree char *why = NULL;
  GModule *module = NULL;

  if (!usher_module_file_check (path, error))
    {
      g_prefix_error (error, "module “%s” cannot be opened: ", path);
      return NULL;
    }

  /* local: what two plugins call alike is not one thing */
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module != NULL)
    return module;

  why = explain (g_module_error ());
  usher_refuse (error, USHER_ERROR_UNAVAILABLE, "module “%s” cannot be opened: %s", path, why);

  return NULL;
}

static UsherService *
make_service (const char *path, const UsherPlugin *plugin, GError **error)
{
  g_autoptr (UsherService) service = NULL;
  g_autofree char *fault = NULL;
  g_autofree char *clash = NULL;
  GType type;

  usher_log_catch_begin ();
  type = plugin->get_type ();
  if (g_type_is_a (type, USHER_TYPE_SERVICE) && !G_TYPE_IS_ABSTRACT (type))
    service = g_object_new (type, NULL);
  fault = usher_log_catch_end ();
  usher_type_owners_note (plugin->name);

  clash = fault != NULL ? usher_type_owners_explain (fault) : NULL;
  if (clash != NULL)
    {
      usher_refuse (error, USHER_ERROR_INVALID, "module “%s” cannot be used: %s", path, clash);
      return NULL;
    }
  if (service != NULL)
    return g_steal_pointer (&service);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "module “%s” offers type “%s”, which is no service",
               path,
               type != G_TYPE_INVALID ? g_type_name (type) : "none");

  return NULL;
}

/* (nullable): the descriptor that the module exports */
static const UsherPlugin *
find_plugin (const char *path, GModule *module, GError **error)
{
  gpointer symbol = NULL;

  if (g_module_symbol (module, SYMBOL, &symbol) && symbol != NULL)
    return symbol;

  usher_refuse (error,
                USHER_ERROR_UNAVAILABLE,
                "module “%s” has no symbol “%s”, or hides it: end one of its files with "
                "USHER_DEFINE_SERVICE or USHER_PLUGIN_DEFINE, and let nothing hide what that "
                "makes",
                path,
                SYMBOL);

  return NULL;
}

static gboolean
check_plugin (const char *path, UsherManifest *manifest, const UsherPlugin *plugin, GError **error)
{
  g_autofree char *faults = compare (manifest, plugin);

  return *faults == '\0' || usher_refuse (error,
                                          USHER_ERROR_INVALID,
                                          "module “%s” does not fit: %s; %s",
                                          path,
                                          faults,
                                          get_way_out (manifest, plugin));
}

/**
 * usher_module_load:
 * @manifest: the plugin's manifest
 * @error: return location for a [error@Error]
 *
 * Opens a plugin's module for good, compares its descriptor with manifest and host and makes the service.
 *
 * Returns: (transfer full): the service, or `NULL`: `USHER_ERROR_UNAVAILABLE` when the module or its symbol is missing, or
 *   the loader cannot have it, `USHER_ERROR_INVALID` lists each field that differs, expected beside found, or names the type
 *   whose name is taken, and by which plugin. Each error ends with the way out
 */
UsherService *
usher_module_load (UsherManifest *manifest, GError **error)
{
  const char *path = NULL;
  GModule *module = NULL;
  const UsherPlugin *plugin = NULL;

  g_return_val_if_fail (USHER_IS_MANIFEST (manifest), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  path = usher_manifest_get_module (manifest);
  g_type_ensure (USHER_TYPE_SERVICE);
  usher_type_owners_note (NULL);
  module = open_module (path, error);
  if (module == NULL)
    return NULL;

  /* static types cannot be taken back, so the module must never go away */
  g_module_make_resident (module);

  plugin = find_plugin (path, module, error);
  if (plugin == NULL || !check_plugin (path, manifest, plugin, error))
    return NULL;

  return make_service (path, plugin, error);
}
