/* usher-loader.h: what makes the service of a plugin that is no shared object
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-manifest.h"
#include "usher-service.h"

G_BEGIN_DECLS

#define USHER_TYPE_LOADER (usher_loader_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherLoader, usher_loader, USHER, LOADER, GObject)

/**
 * UsherLoaderInterface:
 * @load: makes the service of a plugin; required
 */
struct _UsherLoaderInterface
{
  GTypeInterface parent_iface;

  UsherService *(*load) (UsherLoader *self, UsherManifest *manifest, GError **error);
};

USHER_API
UsherService *usher_loader_load (UsherLoader *self, UsherManifest *manifest, GError **error);

G_END_DECLS
