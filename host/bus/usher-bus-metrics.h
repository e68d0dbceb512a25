/* usher-bus-metrics.h: the numbers of a hub for Prometheus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-metrics.h"

G_BEGIN_DECLS

USHER_API
gboolean usher_bus_add_metrics (UsherBus *self, UsherMetrics *metrics, GError **error);

G_END_DECLS
