/* usher-router-private.h: what the listeners know of a router
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-router.h"

G_BEGIN_DECLS

/* with every answer to a request that was not looked at: another copy may be asked */
#define USHER_DRAINING "X-Usher-Draining"

gsize usher_router_get_max_body (UsherRouter *self);
/* From now on @table's routes are looked at, and no others. One thread at a time. Those of before are kept for the
 * exchanges that have one. */
void usher_router_follow (UsherRouter *self, UsherRouter *table);

G_END_DECLS
