/* usher-gateway-page.h: the copies of a gateway, for /copies, and what it counts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-gateway.h"
#include "usher-metrics.h"

G_BEGIN_DECLS

/* an UsherRouteFunc; @user_data: the gateway */
void usher_gateway_page_answer (UsherExchange *exchange, gpointer user_data);
/* its clients, what it refused, and what each copy has: an UsherMetricsFunc; @user_data: the gateway. Any thread. */
void usher_gateway_page_add_metrics (UsherMetrics *metrics, gpointer user_data);

G_END_DECLS
