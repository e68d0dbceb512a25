/* usher-route-private.h: what a route is, whoever has it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-router.h"

G_BEGIN_DECLS

/* Whose it is, method, pattern and flags: of the service that declares it, the router that finds it, the registration that
 * tells of it, and the gateway that has read that. It never changes. Counted; any thread. */
typedef struct _UsherRoute UsherRoute;

/* @service: (nullable): nobody's but the host's */
UsherRoute *usher_route_new (const char *service,
                             const char *method,
                             const char *pattern,
                             UsherRouteFlags flags);
UsherRoute *usher_route_ref (UsherRoute *self);
void usher_route_unref (UsherRoute *self);
const char *usher_route_get_service (const UsherRoute *self);
const char *usher_route_get_method (const UsherRoute *self);
const char *usher_route_get_pattern (const UsherRoute *self);
UsherRouteFlags usher_route_get_flags (const UsherRoute *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRoute, usher_route_unref)

G_END_DECLS
