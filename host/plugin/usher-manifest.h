/* usher-manifest.h: what a .plugin file says of a plugin
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_MANIFEST (usher_manifest_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherManifest, usher_manifest, USHER, MANIFEST, GObject)

USHER_API
UsherManifest *usher_manifest_new_from_file (const char *path, GError **error);
USHER_API
UsherManifest *usher_manifest_new_for_file (const char *path, GError **error);
USHER_API
const char *usher_manifest_get_path (UsherManifest *self);
USHER_API
const char *usher_manifest_get_name (UsherManifest *self);
USHER_API
const char *usher_manifest_get_version (UsherManifest *self);
USHER_API
const char *usher_manifest_get_description (UsherManifest *self);
USHER_API
const char *usher_manifest_get_module (UsherManifest *self);
USHER_API
gboolean usher_manifest_is_python (UsherManifest *self);
USHER_API
guint usher_manifest_get_abi (UsherManifest *self);
USHER_API
const char *const *usher_manifest_get_provides (UsherManifest *self);
USHER_API
const char *const *usher_manifest_get_requires (UsherManifest *self);
USHER_API
const char *const *usher_manifest_get_wants (UsherManifest *self);
USHER_API
const char *const *usher_manifest_get_conflicts (UsherManifest *self);

G_END_DECLS
