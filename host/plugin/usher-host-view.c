/* usher-host-view.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-view-private.h"

#include "usher-host-private.h"

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

UsherRouter *
usher_host_get_router (UsherHost *self)
{
  return self->router;
}

UsherRouter *
usher_host_get_admin_router (UsherHost *self)
{
  return self->admin_router;
}

const char *
usher_host_find_route_service (UsherHost *self, const char *method, const char *pattern)
{
  for (guint i = 0; i < self->contexts->len; i++)
    {
      UsherContext *context = g_ptr_array_index (self->contexts, i);

      for (guint j = 0; j < context->endpoints->len; j++)
        {
          const UsherEndpoint *endpoint = g_ptr_array_index (context->endpoints, j);

          if (g_str_equal (usher_route_get_pattern (endpoint->route), pattern) &&
              g_str_equal (usher_route_get_method (endpoint->route), method))
            return context->name;
        }
    }

  return NULL;
}

guint
usher_host_get_n_open (UsherHost *self)
{
  return usher_running_get_n_open (self->running);
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

guint
usher_host_get_n_lanes (UsherHost *self)
{
  return self->contexts->len;
}

UsherLane *
usher_host_get_lane (UsherHost *self, guint index)
{
  return g_ptr_array_index (self->contexts, index);
}

static UsherContext *
get_context (UsherLane *lane)
{
  return (UsherContext *) lane;
}

const char *
usher_lane_get_name (UsherLane *self)
{
  return get_context (self)->name;
}

guint64
usher_lane_get_count (UsherLane *self, UsherCount count)
{
  return usher_tally_sum (get_context (self)->tally, count);
}

void
usher_lane_get_figures (UsherLane *self, UsherLaneFigures *figures)
{
  UsherContext *context = get_context (self);

  *figures = (UsherLaneFigures){ 0 };
  g_mutex_lock (&context->mutex);
  figures->n_waiting = context->n_waiters;
  figures->n_deferred = g_queue_get_length (&context->deferred);
  g_mutex_unlock (&context->mutex);
  if (context->pool != NULL)
    figures->n_queued = usher_workers_get_n_waiting (context->pool);
  if (context->relay != NULL)
    figures->n_unconfirmed = usher_relay_get_n_pending (context->relay, &figures->is_behind);
}

GVariant *
usher_lane_describe_store (UsherLane *self)
{
  UsherContext *context = get_context (self);

  return context->store != NULL ? usher_store_describe (context->store, NULL) : NULL;
}

gint64
usher_lane_get_next_due (UsherLane *self)
{
  UsherContext *context = get_context (self);

  return context->store != NULL ? usher_store_get_next_due (context->store) : G_MAXINT64;
}

guint
usher_lane_get_n_listeners (UsherLane *self)
{
  return get_context (self)->listeners->len;
}

const UsherListener *
usher_lane_get_listener (UsherLane *self, guint index)
{
  return g_ptr_array_index (get_context (self)->listeners, index);
}

const char *
usher_listener_get_channel (const UsherListener *self)
{
  return self->channel;
}

const char *
usher_listener_get_group (const UsherListener *self)
{
  return self->group;
}

guint64
usher_listener_get_count (const UsherListener *self, UsherEventCount count)
{
  return usher_tally_sum (self->tally, count);
}
