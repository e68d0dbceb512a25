/* usher-host-view.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-view-private.h"

#include "usher-host-private.h"
#include "usher-sessions-private.h"

UsherSettings *
usher_host_get_settings (UsherHost *self)
{
  return self->settings;
}

UsherClock *
usher_host_get_clock (UsherHost *self)
{
  return self->clock;
}

UsherBus *
usher_host_get_bus (UsherHost *self)
{
  return self->bus;
}

UsherTracer *
usher_host_get_tracer (UsherHost *self)
{
  return self->tracer;
}

UsherRouter *
usher_host_get_router (UsherHost *self)
{
  return self->router;
}

static gboolean
has_route (UsherLane *lane, const char *method, const char *pattern)
{
  GPtrArray *endpoints = usher_declarations_get_endpoints (usher_lane_get_declarations (lane));

  for (guint i = 0; i < endpoints->len; i++)
    {
      const UsherRoute *route = usher_endpoint_get_route (g_ptr_array_index (endpoints, i));

      if (g_str_equal (usher_route_get_pattern (route), pattern) &&
          g_str_equal (usher_route_get_method (route), method))
        return TRUE;
    }

  return FALSE;
}

const char *
usher_host_find_route_service (UsherHost *self, const char *method, const char *pattern)
{
  for (guint i = 0; i < usher_tenants_get_n (self->tenants); i++)
    if (has_route (usher_host_get_lane (self, i), method, pattern))
      return usher_lane_get_name (usher_host_get_lane (self, i));

  return NULL;
}

guint
usher_host_get_n_open (UsherHost *self)
{
  guint n = 0;

  for (guint i = 0; i < usher_tenants_get_n (self->tenants); i++)
    n += usher_running_get_n_open (usher_lane_get_running (usher_host_get_lane (self, i)));

  return n;
}

void
usher_host_add_listener_metrics (UsherHost *self, UsherMetrics *metrics)
{
  if (self->front != NULL)
    usher_front_add_metrics (self->front, metrics);
  if (self->admin != NULL)
    usher_admin_listener_add_metrics (self->admin, metrics);
  if (self->probe != NULL)
    usher_admin_listener_add_metrics (self->probe, metrics);
}

static void
add_gauge (UsherMetrics *metrics, const char *name, const char *help, double value)
{
  usher_metrics_declare (metrics, name, USHER_METRIC_GAUGE, help);
  usher_metrics_add (metrics, name, NULL, value);
}

void
usher_host_add_session_metrics (UsherHost *self, UsherMetrics *metrics)
{
  guint n_ended = 0;
  guint n_refused = 0;

  if (self->revocations == NULL)
    return;

  usher_sessions_count (self->sessions, &n_ended, &n_refused);
  add_gauge (metrics, "usher_sessions_ended", "Single sessions that are refused.", n_ended);
  add_gauge (metrics,
             "usher_sessions_refused_users",
             "Users all of whose sessions are refused.",
             n_refused);
  add_gauge (metrics,
             "usher_sessions_unwritten",
             "1 while the disk does not take who is refused.",
             !usher_revocations_are_kept (self->revocations));
}

guint
usher_host_get_n_lanes (UsherHost *self)
{
  return usher_tenants_get_n (self->tenants);
}

UsherLane *
usher_host_get_lane (UsherHost *self, guint index)
{
  return usher_tenants_get_lane (self->tenants, index);
}

UsherLane *
usher_host_find_lane (UsherHost *self, const char *service, GError **error)
{
  return usher_tenants_find_lane (self->tenants, service, error);
}
