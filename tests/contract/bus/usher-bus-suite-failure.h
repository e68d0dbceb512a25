/* usher-bus-suite-failure.h: a group whose member cannot do its events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-suite.h"

G_BEGIN_DECLS

#define USHER_BUS_FAILURE_CHANNEL  "order:created"
#define USHER_BUS_FAILURE_GROUP    "tickets"
#define USHER_BUS_FAILURE_ATTEMPTS 3
#define USHER_BUS_FAILURE_DEFERRAL "the order before it is missing"

/* what the member wishes: so many attempts, and deferrals for a moment only */
extern const UsherSubscription usher_bus_failure_wish;

/* the member, of “first” */
UsherTestListener *usher_bus_failure_listen (UsherBusFixture *self);
/* it refuses an event until the attempts are used up: for “reason 1”, “reason 2”, … */
void usher_bus_failure_refuse (UsherTestListener *listener, guint64 sequence);
/* (transfer full): publishes an event, which has @sequence, and refuses it; the id that it is parked by */
char *usher_bus_failure_park (UsherBusFixture *self, UsherTestListener *listener, guint64 sequence);
/* it defers whatever comes until @n events are parked in all */
void usher_bus_failure_defer (UsherBusFixture *self, UsherTestListener *listener, guint n);

G_END_DECLS
