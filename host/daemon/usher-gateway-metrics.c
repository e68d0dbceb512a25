/* usher-gateway-metrics.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-gateway-metrics.h"

static void
add_copy (UsherMetrics *metrics, const UsherGatewayCopy *copy)
{
  const char *const labels[] = { "copy", copy->name, NULL };

  usher_metrics_add (metrics, "usher_gateway_requests_in_flight", labels, copy->n_in_flight);
  usher_metrics_add (metrics, "usher_gateway_requests_total", labels, (double) copy->n_requests);
  usher_metrics_add (metrics, "usher_gateway_errors_total", labels, (double) copy->n_errors);
}

void
usher_gateway_fill_metrics (UsherGateway *gateway, UsherMetrics *metrics)
{
  g_autoptr (GPtrArray) copies = usher_gateway_list (gateway);

  usher_metrics_declare (metrics,
                         "usher_gateway_requests_in_flight",
                         USHER_METRIC_GAUGE,
                         "Requests that a process has and has not answered.");
  usher_metrics_declare (metrics,
                         "usher_gateway_requests_total",
                         USHER_METRIC_COUNTER,
                         "Requests that a process has answered.");
  usher_metrics_declare (metrics,
                         "usher_gateway_errors_total",
                         USHER_METRIC_COUNTER,
                         "Requests that a process took and did not answer.");
  for (guint i = 0; i < copies->len; i++)
    add_copy (metrics, g_ptr_array_index (copies, i));

  usher_gateway_add_metrics (gateway, metrics);
}
