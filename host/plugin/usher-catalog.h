/* usher-catalog.h: the plugins that are there, and the order to start them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-manifest.h"

G_BEGIN_DECLS

/**
 * UsherPluginState:
 *
 * How far a plugin has come. Each state comes with a reason that a person can read.
 */
typedef enum
{
  USHER_PLUGIN_DISCOVERED,
  USHER_PLUGIN_RESOLVED,
  USHER_PLUGIN_LOADED,
  USHER_PLUGIN_CONFIGURED,
  USHER_PLUGIN_STARTING,
  USHER_PLUGIN_READY,
  USHER_PLUGIN_DEGRADED,
  USHER_PLUGIN_DRAINING,
  USHER_PLUGIN_STOPPED,
  USHER_PLUGIN_FAILED,
} UsherPluginState;

USHER_API
const char *usher_plugin_state_to_string (UsherPluginState state);

#define USHER_TYPE_CATALOG (usher_catalog_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherCatalog, usher_catalog, USHER, CATALOG, GObject)

USHER_API
UsherCatalog *usher_catalog_new (void);
/* reads every *.plugin in the folder and in its folders one below; a broken one is kept as FAILED with its reason, the
 * others go on; a folder that is not there is an error (NOT_FOUND). A name that is there already: the first wins, the
 * second is FAILED. */
USHER_API
gboolean usher_catalog_scan (UsherCatalog *self, const char *directory, GError **error);
/* Chooses @names (nullable: all that are usable) and what they require, in starting order (requirements first,
 * else by name); wanted ones only order. Errors: NOT_FOUND with the nearest name for an unknown one; UNAVAILABLE for
 * a missing requirement or a version out of range, naming both; CONFLICT for a cycle, with its path
 * "a → b → a", or for a conflict. Returns (transfer container) (element-type UsherManifest). */
USHER_API
GPtrArray *usher_catalog_resolve (UsherCatalog *self, const char *const *names, GError **error);

typedef void (*UsherCatalogForeachFunc) (const char *name,
                                         UsherManifest *manifest,
                                         UsherPluginState state,
                                         const char *reason,
                                         gpointer user_data);
/* by name; @manifest is NULL for a broken one, @name then its file name */
USHER_API
void usher_catalog_foreach (UsherCatalog *self, UsherCatalogForeachFunc func, gpointer user_data);
/* of what has or provides @name; FAILED when nothing does; @reason: (out) (optional) (transfer full) */
USHER_API
UsherPluginState usher_catalog_get_state (UsherCatalog *self, const char *name, char **reason);
USHER_API
void usher_catalog_set_state (UsherCatalog *self,
                              const char *name,
                              UsherPluginState state,
                              const char *reason);

G_END_DECLS
