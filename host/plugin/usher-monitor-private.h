/* usher-monitor-private.h: a host in numbers, on its admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-json.h"
#include "usher-metrics.h"
#include "usher-router.h"

G_BEGIN_DECLS

typedef struct _UsherHost UsherHost;

/* What may wait for the hub waits on threads of its own, a few of them. */
typedef struct _UsherMonitor UsherMonitor;

UsherMonitor *usher_monitor_new (UsherHost *host);
gboolean usher_monitor_add_routes (UsherMonitor *self, GError **error);
/* answers who waits; what comes later is refused */
void usher_monitor_drain (UsherMonitor *self);
/* waits for what is under way; not before the bus is closed, which ends what waits for the hub */
void usher_monitor_stop (UsherMonitor *self);
void usher_monitor_free (UsherMonitor *self);

/* What the page shows. All (nullable): it is not known. */
typedef struct
{
  const char *trouble; /* why the host is not ready */
  const char *no_bus;  /* why nothing is known of the bus */
  UsherJson *server;   /* as the bus describes it */
  UsherJson *channels;
  UsherJson *clients;
  UsherJson *parked;
  UsherJson *metrics;
  UsherJson *processes; /* of a supervisor: only then there is a table of them */
  UsherJson *services;  /* as usher_host_describe_services() has it */
} UsherMonitorPage;

/* (transfer full): HTML, all that is not ours escaped */
char *usher_monitor_page_render (const UsherMonitorPage *page);
/* (transfer full): the Content-Security-Policy that fits it */
char *usher_monitor_page_make_policy (void);

/* (transfer full): a JSON array, one object a service */
char *usher_host_describe_services (UsherHost *self);
void usher_host_fill_metrics (UsherHost *self, UsherMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMonitor, usher_monitor_free)

G_END_DECLS
