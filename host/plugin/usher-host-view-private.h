/* usher-host-view-private.h: what may be seen of a host, for who shows it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-host-class.h"
#include "usher-lane-private.h"
#include "usher-metrics.h"
#include "usher-router.h"
#include "usher-tracer-private.h"

G_BEGIN_DECLS

/* Signals of a host that stops, on the thread that stops it: “drained” when nothing is under way any more, before the
 * admin listeners close: who keeps one of their exchanges answers it; “bus-closed” when the stores close next: who looks
 * at them on another thread comes to an end. */
USHER_API
UsherSettings *usher_host_get_settings (UsherHost *self);
USHER_API
UsherClock *usher_host_get_clock (UsherHost *self);
/* (nullable) */
USHER_API
UsherBus *usher_host_get_bus (UsherHost *self);
/* (nullable): spans are to be exported */
USHER_API
UsherTracer *usher_host_get_tracer (UsherHost *self);
/* what the public listener serves, and the admin listener */
USHER_API
UsherRouter *usher_host_get_router (UsherHost *self);
/* (nullable): the service that has a route */
USHER_API
const char *
usher_host_find_route_service (UsherHost *self, const char *method, const char *pattern);
/* requests, events and timers that are under way */
USHER_API
guint usher_host_get_n_open (UsherHost *self);
/* what its listeners count: front, admin listener, probe */
USHER_API
void usher_host_add_listener_metrics (UsherHost *self, UsherMetrics *metrics);
/* whose sessions are over before their time, and whether that is kept */
USHER_API
void usher_host_add_session_metrics (UsherHost *self, UsherMetrics *metrics);
USHER_API
guint usher_host_get_n_lanes (UsherHost *self);
/* from usher_host_add_service() until the host is gone */
USHER_API
UsherLane *usher_host_get_lane (UsherHost *self, guint index);
/* NULL with NOT_FOUND: no service has that name */
USHER_API
UsherLane *usher_host_find_lane (UsherHost *self, const char *service, GError **error);

G_END_DECLS
