/* usher-auth-service.h: users, their passwords and who is banned
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_AUTH_SERVICE (usher_auth_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherAuthService, usher_auth_service, USHER, AUTH_SERVICE, GObject)

G_END_DECLS
