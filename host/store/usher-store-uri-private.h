/* usher-store-uri-private.h: addresses that are secret
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-uri.h"

G_BEGIN_DECLS

/* usher_store_make_uri(), whose errors call @base @shown, such as “secret:NAME”, and have nothing of it; @shown: (nullable): NULL:
 * they have what a person may see of it */
USHER_API
char *usher_store_make_uri_named (const char *base,
                                  const char *shown,
                                  const char *service,
                                  GError **error);

G_END_DECLS
