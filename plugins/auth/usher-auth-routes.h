/* usher-auth-routes.h: the routes by which people sign up, in and out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* with the settings of what a hash costs */
gboolean usher_auth_routes_add (UsherContext *context, GError **error);

G_END_DECLS
