/* usher-auth-service.h: users, their passwords and who is banned
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-password.h"

G_BEGIN_DECLS

#define USHER_TYPE_AUTH_SERVICE (usher_auth_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherAuthService, usher_auth_service, USHER, AUTH_SERVICE, GObject)

/* Not changed after start(), so any thread may read them. */
UsherContext *usher_auth_service_get_context (UsherAuthService *self);
UsherSchema *usher_auth_service_get_sign_up (UsherAuthService *self);
UsherSchema *usher_auth_service_get_sign_in (UsherAuthService *self);
const UsherPasswordCost *usher_auth_service_get_cost (UsherAuthService *self);

/* its parts, each in a file of its own */
void usher_auth_service_add_routes (UsherAuthService *self);
void usher_auth_service_add_bans (UsherAuthService *self);

G_END_DECLS
