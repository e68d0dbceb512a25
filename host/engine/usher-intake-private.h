/* usher-intake-private.h: how requests and events come to a service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"
#include "usher-router.h"

G_BEGIN_DECLS

/* routes that are the operators' go to @operators; one is answered 404 while the lane is not open */
gboolean usher_intake_add_routes (UsherLane *lane,
                                  UsherRouter *router,
                                  UsherRouter *operators,
                                  GError **error);
/* when it returns TRUE every subscription is confirmed; the lane stays until the bus is closed */
gboolean usher_intake_subscribe (UsherLane *lane, UsherBus *bus, GError **error);

G_END_DECLS
