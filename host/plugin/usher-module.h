/* usher-module.h: a plugin's shared object
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-manifest.h"
#include "usher-service.h"

G_BEGIN_DECLS

USHER_API
UsherService *usher_module_load (UsherManifest *manifest, GError **error);

G_END_DECLS
