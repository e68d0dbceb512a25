/* usher-catalog-private.h: what a catalog holds, for its halves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_CATALOG_UNSEEN,
  USHER_CATALOG_OPEN, /* its requirements are being looked at */
  USHER_CATALOG_DONE,
} UsherCatalogMark;

typedef struct
{
  char *name;              /* (owned) */
  char *path;              /* (owned): of its file */
  guint scan;              /* which one found it */
  UsherManifest *manifest; /* (owned) (nullable): NULL when it could not be read */
  UsherPluginState state;
  char *reason; /* (owned) */
  UsherCatalogMark mark;
} UsherCatalogEntry;

struct _UsherCatalog
{
  GObject parent_instance;

  GPtrArray *entries; /* (owned) (element-type UsherCatalogEntry): by name */
  GPtrArray *
      shadowed; /* (owned) (element-type UsherCatalogEntry): what has the name of an entry in an earlier folder */
  guint n_scans;
};

/* (nullable): the plugin of that name, or the first that provides it */
UsherCatalogEntry *usher_catalog_find_entry (UsherCatalog *self, const char *name);
void
usher_catalog_entry_set_state (UsherCatalogEntry *self, UsherPluginState state, const char *reason);

G_END_DECLS
