/* usher-zmq-bus.h: a member of a hub, over ZeroMQ
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-clock.h"

G_BEGIN_DECLS

#define USHER_TYPE_ZMQ_BUS (usher_zmq_bus_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherZmqBus, usher_zmq_bus, USHER, ZMQ_BUS, GObject)

/* @endpoint: as usher_hub_bind() gave it; @client: a name that is unique on the hub. Returns at once: the member connects,
 * and connects again, by itself; usher_bus_subscribe() waits for it. */
USHER_API
UsherBus *
usher_zmq_bus_new (const char *endpoint, const char *client, UsherClock *clock, GError **error);
/* @keys: (nullable): directory of keys, for tcp */
USHER_API
UsherBus *usher_zmq_bus_new_with_keys (const char *endpoint,
                                       const char *client,
                                       UsherClock *clock,
                                       const char *keys,
                                       GError **error);

G_END_DECLS
