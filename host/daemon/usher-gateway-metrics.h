/* usher-gateway-metrics.h: what a gateway counts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-gateway.h"
#include "usher-metrics.h"

G_BEGIN_DECLS

/* its clients, what it refused, and what each copy has; any thread */
void usher_gateway_fill_metrics (UsherGateway *gateway, UsherMetrics *metrics);

G_END_DECLS
