/* usher-admin-forward.h: passes what an operator asks on to another process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"

G_BEGIN_DECLS

USHER_API
void usher_admin_forward (UsherExchange *exchange, const char *admin, const char *target);

G_END_DECLS
