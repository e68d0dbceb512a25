/* usher-router-private.h: what the listeners know of a router
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-router.h"

G_BEGIN_DECLS

gsize usher_router_get_max_body (UsherRouter *self);

G_END_DECLS
