/* usher-auth-bans.h: the routes by which the administrator shuts users out and lets them in again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

void usher_auth_bans_add (UsherContext *context);

G_END_DECLS
