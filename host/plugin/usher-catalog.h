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
 * @USHER_PLUGIN_DISCOVERED: its manifest was read
 * @USHER_PLUGIN_RESOLVED: what it requires is there
 * @USHER_PLUGIN_LOADED: its module is open
 * @USHER_PLUGIN_CONFIGURED: its service has declared what it has
 * @USHER_PLUGIN_STARTING: its service is being started
 * @USHER_PLUGIN_READY: it serves
 * @USHER_PLUGIN_DEGRADED: it serves, and something that it needs is away
 * @USHER_PLUGIN_DRAINING: it finishes what is under way
 * @USHER_PLUGIN_STOPPED: it has stopped in order
 * @USHER_PLUGIN_FAILED: it does not run
 * @USHER_PLUGIN_SHADOWED: one of that name is in a folder that comes before its own
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
  USHER_PLUGIN_SHADOWED,
} UsherPluginState;

USHER_API
const char *usher_plugin_state_to_string (UsherPluginState state);

#define USHER_TYPE_CATALOG (usher_catalog_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherCatalog, usher_catalog, USHER, CATALOG, GObject)

USHER_API
UsherCatalog *usher_catalog_new (void);
USHER_API
gboolean usher_catalog_scan (UsherCatalog *self, const char *directory, GError **error);
USHER_API
char *usher_catalog_add_file (UsherCatalog *self, const char *path, GError **error);
USHER_API
GPtrArray *usher_catalog_resolve (UsherCatalog *self, const char *const *names, GError **error);

/**
 * UsherCatalogForeachFunc:
 * @name: the name of a plugin; of a broken manifest the name of its file
 * @manifest: (nullable): its manifest, `NULL` when that is broken
 * @state: how far it has come
 * @reason: (nullable): why, for a person
 * @user_data: (closure): data of the caller
 *
 * Is called for one plugin of all.
 */
typedef void (*UsherCatalogForeachFunc) (const char *name,
                                         UsherManifest *manifest,
                                         UsherPluginState state,
                                         const char *reason,
                                         gpointer user_data);
USHER_API
void usher_catalog_foreach (UsherCatalog *self, UsherCatalogForeachFunc func, gpointer user_data);
/**
 * UsherCatalogFileFunc:
 * @path: the path of a manifest
 * @manifest: (nullable): what is in it, `NULL` when that is broken
 * @state: how far the plugin has come
 * @reason: why, for a person
 * @user_data: (closure): data of the caller
 *
 * Is called for one manifest of all.
 */
typedef void (*UsherCatalogFileFunc) (const char *path,
                                      UsherManifest *manifest,
                                      UsherPluginState state,
                                      const char *reason,
                                      gpointer user_data);
USHER_API
void usher_catalog_foreach_file (UsherCatalog *self, UsherCatalogFileFunc func, gpointer user_data);
USHER_API
UsherPluginState usher_catalog_get_state (UsherCatalog *self, const char *name, char **reason);
USHER_API
void usher_catalog_set_state (UsherCatalog *self,
                              const char *name,
                              UsherPluginState state,
                              const char *reason);

G_END_DECLS
