/* usher-own-hub.h: a hub in this process, on the log of the data directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-hub.h"
#include "usher-setup.h"

G_BEGIN_DECLS

/* with the limits that are set */
UsherHub *usher_own_hub_new (const UsherSetup *setup, GError **error);
/* (transfer full): this process as a member, under @name */
UsherBus *
usher_own_hub_join (UsherHub *hub, const UsherSetup *setup, const char *name, GError **error);
/* the host in order, then the hub (nullable), which its bus uses */
gboolean
usher_own_hub_stop (UsherHub *hub, const UsherSetup *setup, gint64 timeout, GError **error);
/* the numbers of the hub that @bus has joined: an UsherMetricsFunc */
void usher_own_hub_add_metrics (UsherMetrics *metrics, gpointer bus);

G_END_DECLS
