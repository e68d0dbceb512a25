/* usher-auth-routes.h: the routes that take a password
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

void usher_auth_routes_add (UsherContext *context);

G_END_DECLS
