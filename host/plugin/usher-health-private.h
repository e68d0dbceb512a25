/* usher-health-private.h: what any host tells of itself: that it lives, and whether it is ready
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-router.h"

G_BEGIN_DECLS

/* (transfer full) (nullable): why it is not ready, NULL: it is */
typedef char *(*UsherHealthFunc) (gpointer user_data);

/* /healthz and /readyz; both on the listener's thread: @func, and @degraded: what it cannot do although it is ready */
gboolean usher_health_add_routes (UsherRouter *router,
                                  UsherHealthFunc func,
                                  UsherHealthFunc degraded,
                                  gpointer user_data,
                                  GError **error);

G_END_DECLS
