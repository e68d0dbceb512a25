/* usher-auth-description.h: what auth says of its routes and events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* for “usher describe” and who reads what that prints; routes, tables and events are declared besides */
void usher_auth_describe (UsherContext *context);

G_END_DECLS
