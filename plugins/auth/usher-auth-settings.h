/* usher-auth-settings.h: what an operator may ask of hashes and tries
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-password.h"

G_BEGIN_DECLS

/* names of the group [auth] */
#define USHER_AUTH_MAX_BY_PAIR    "max-failed-sign-ins"
#define USHER_AUTH_MAX_BY_EMAIL   "max-failed-sign-ins-per-email"
#define USHER_AUTH_MAX_BY_ADDRESS "max-failed-sign-ins-per-address"
#define USHER_AUTH_MAX_SIGN_UPS   "max-sign-ups-per-address"
#define USHER_AUTH_WINDOW         "limit-window"

void usher_auth_settings_add (UsherContext *context);
/* @cost: (out) */
void usher_auth_settings_read_cost (UsherContext *context, UsherPasswordCost *cost);

G_END_DECLS
