/* usher-background-secrets-private.h: secrets of a place that may be slow, for who must not wait
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

#define USHER_TYPE_BACKGROUND_SECRETS (usher_background_secrets_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherBackgroundSecrets,
                      usher_background_secrets,
                      USHER,
                      BACKGROUND_SECRETS,
                      GObject)

/* (transfer full): of @place; @period: how long what was found passes for what is there, microseconds */
USHER_API
UsherSecrets *usher_background_secrets_new (UsherSecrets *place, gint64 period);

G_END_DECLS
