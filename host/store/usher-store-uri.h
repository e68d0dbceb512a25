/* usher-store-uri.h: where the databases of all services are, and where that of one is
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

USHER_API
char *usher_store_make_uri (const char *base, const char *service, GError **error);
USHER_API
char *usher_store_uri_dup_public (const char *uri);

G_END_DECLS
