/* usher-payments-routes.h: the route by which people pay
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-cashier.h"

G_BEGIN_DECLS

/* what is asked of who pays, with USHER_PAYMENTS_ORDER_ID */
#define USHER_PAYMENTS_TOKEN "token"

/* with the setting of how long an attempt stays open; @cashier: (unowned) */
gboolean usher_payments_routes_add (UsherContext *context, UsherCashier *cashier, GError **error);

G_END_DECLS
