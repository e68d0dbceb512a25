/* usher-monitor-private.h: what the bus tells, on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-desk-private.h"
#include "usher-host-class.h"

G_BEGIN_DECLS

/* The pages of NATS Streaming, the events that are parked, and those that come. */
typedef struct _UsherMonitor UsherMonitor;

/* @desk: where what may wait for the hub does so */
UsherMonitor *usher_monitor_new (UsherHost *host, UsherDesk *desk);
gboolean usher_monitor_add_routes (UsherMonitor *self, GError **error);
/* answers who waits for events; who comes later is refused */
void usher_monitor_drain (UsherMonitor *self);
/* waits until they are answered */
void usher_monitor_stop (UsherMonitor *self);
/* not before the desk is done */
void usher_monitor_free (UsherMonitor *self);

G_END_DECLS
