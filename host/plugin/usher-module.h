/* usher-module.h: a plugin's shared object
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-manifest.h"
#include "usher-service.h"

G_BEGIN_DECLS

/* Opens the module for good (it is made resident), compares its descriptor with manifest and host field by field and makes the
 * service. The error lists each field that differs, expected beside found. */
USHER_API
UsherService *usher_module_load (UsherManifest *manifest, GError **error);

G_END_DECLS
