/* usher-manifest-keys-private.h: what a manifest may say
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* A key of the group [Plugin]. */
typedef struct
{
  const char *name;
  const char *form;
  gboolean is_required;
  const char *description;
} UsherManifestKey;

/* all of them, in the order in which they are explained; the last has no name */
USHER_API
const UsherManifestKey *usher_manifest_list_keys (void);

G_END_DECLS
