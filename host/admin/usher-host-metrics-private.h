/* usher-host-metrics-private.h: what a host counts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-host-class.h"
#include "usher-metrics.h"

G_BEGIN_DECLS

/* of the process, the listeners, each service and its store; any thread */
void usher_host_metrics_fill (UsherHost *host, UsherMetrics *metrics);

G_END_DECLS
