/* usher-host-view-private.h: what may be seen of a host, for who shows it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-host.h"
#include "usher-metrics.h"
#include "usher-router.h"

G_BEGIN_DECLS

/* A service as it runs. It is there from usher_host_add_service() until the host is gone; any thread. */
typedef struct _UsherLane UsherLane;
typedef struct _UsherListener UsherListener;

/* what became of the events of a listener */
typedef enum
{
  USHER_COUNT_HANDLED,
  USHER_COUNT_DEFERRED,
  USHER_COUNT_FAILED,
  USHER_COUNT_KNOWN, /* the inbox had it already */
  USHER_N_EVENT_COUNTS,
} UsherEventCount;

/* what a service has done */
typedef enum
{
  USHER_COUNT_COMMITS,
  USHER_COUNT_CONFLICTS, /* handlers that were run again, because a document had changed */
  USHER_COUNT_REFUSED,   /* requests, because the queue was full */
  USHER_COUNT_REPEATED,  /* requests whose key had its answer already */
  USHER_COUNT_FIRED,     /* timers */
  USHER_COUNT_MISFIRED,  /* timers that are tried again */
  USHER_N_COUNTS,
} UsherCount;

/* what is under way in a service at a moment */
typedef struct
{
  guint n_waiting;     /* requests that wait for a document */
  guint n_deferred;    /* events that wait in memory for another one */
  guint n_queued;      /* jobs that wait for a thread of the service */
  guint n_unconfirmed; /* events that the bus has and did not confirm */
  gboolean is_behind;  /* the outbox has more than was given to the bus */
} UsherLaneFigures;

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
/* what the public listener serves, and the admin listener */
USHER_API
UsherRouter *usher_host_get_router (UsherHost *self);
USHER_API
UsherRouter *usher_host_get_admin_router (UsherHost *self);
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
USHER_API
guint usher_host_get_n_lanes (UsherHost *self);
USHER_API
UsherLane *usher_host_get_lane (UsherHost *self, guint index);

USHER_API
const char *usher_lane_get_name (UsherLane *self);
USHER_API
guint64 usher_lane_get_count (UsherLane *self, UsherCount count);
USHER_API
void usher_lane_get_figures (UsherLane *self, UsherLaneFigures *figures);
/* (transfer full) (nullable): as usher_store_describe(); NULL while there is no store, or none that can be read */
USHER_API
GVariant *usher_lane_describe_store (UsherLane *self);
/* when the earliest timer is due, G_MAXINT64: there is none */
USHER_API
gint64 usher_lane_get_next_due (UsherLane *self);
USHER_API
guint usher_lane_get_n_listeners (UsherLane *self);
USHER_API
const UsherListener *usher_lane_get_listener (UsherLane *self, guint index);

USHER_API
const char *usher_listener_get_channel (const UsherListener *self);
USHER_API
const char *usher_listener_get_group (const UsherListener *self);
USHER_API
guint64 usher_listener_get_count (const UsherListener *self, UsherEventCount count);

G_END_DECLS
