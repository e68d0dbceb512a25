/* usher-own-hub.h: a hub in this process, on the log of the data directory, and its first member
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-hub.h"
#include "usher-setup.h"

G_BEGIN_DECLS

/* This process as a member of a bus, whose hub it has itself, or not. */
typedef struct
{
  UsherHub *hub; /* (owned) (nullable) */
  UsherBus *bus; /* (owned) (nullable) */
} UsherOwnHub;

/* what --adopt asks for, if it was given: before anybody has the log */
gboolean usher_own_hub_adopt (const UsherSetup *setup, GError **error);
/* whether the own log, where there is to be one, has all that a store knows of it; before anybody has it */
gboolean usher_own_hub_check (const UsherSetup *setup, const UsherReach *known, GError **error);
/* with the limits that are set, and what --adopt asks for done */
gboolean usher_own_hub_open (UsherOwnHub *self, const UsherSetup *setup, GError **error);
/* joins the own hub, and without one that of the options, under @name */
gboolean
usher_own_hub_join (UsherOwnHub *self, const UsherSetup *setup, const char *name, GError **error);
/* the host in order, then the hub, which its bus uses */
gboolean
usher_own_hub_stop (UsherOwnHub *self, const UsherSetup *setup, gint64 timeout, GError **error);
/* the host too, which uses the bus until it is gone */
void usher_own_hub_clear (UsherOwnHub *self, UsherSetup *setup);
/* the numbers of the hub that @bus has joined: an UsherMetricsFunc */
void usher_own_hub_add_metrics (UsherMetrics *metrics, gpointer bus);

G_END_DECLS
