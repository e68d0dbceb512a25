/* usher-intake.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-intake-private.h"

#include "usher-error.h"
#include "usher-event-job-private.h"
#include "usher-outcome-private.h"
#include "usher-request-job-private.h"
#include "usher-router-private.h"

#define RETRY (100 * G_TIME_SPAN_MILLISECOND)
/* how long an event is kept of a service whose store is away */
#define KEEP G_TIME_SPAN_SECOND

/* a route or a subscription: where to what comes by it */
typedef struct
{
  UsherLane *lane;               /* (unowned) */
  const UsherEndpoint *endpoint; /* (unowned) (nullable) */
  const UsherListener *listener; /* (unowned) (nullable) */
} Way;

static Way *
way_new (UsherLane *lane, const UsherEndpoint *endpoint, const UsherListener *listener)
{
  Way *way = g_new0 (Way, 1);

  way->lane = lane;
  way->endpoint = endpoint;
  way->listener = listener;

  return way;
}

static void
on_request (UsherExchange *exchange, gpointer user_data)
{
  const Way *way = user_data;
  g_autoptr (UsherExchange) owned = NULL;
  g_autoptr (GError) error = NULL;

  if (usher_lane_is_open (way->lane))
    {
      usher_request_job_start (way->lane, way->endpoint, exchange);
      return;
    }

  owned = exchange;
  error = g_error_new_literal (USHER_ERROR, USHER_ERROR_NOT_FOUND, "Not found");
  usher_exchange_fail (owned, error);
}

gboolean
usher_intake_add_routes (UsherLane *lane,
                         UsherRouter *router,
                         UsherRouter *operators,
                         GError **error)
{
  GPtrArray *endpoints = usher_declarations_get_endpoints (usher_lane_get_declarations (lane));

  for (guint i = 0; i < endpoints->len; i++)
    {
      const UsherEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      UsherRoute *route = usher_endpoint_get_route (endpoint);
      gboolean is_admin = (usher_route_get_flags (route) & USHER_ROUTE_ADMIN) != 0;

      if (!usher_router_add_route (is_admin ? operators : router,
                                   route,
                                   on_request,
                                   way_new (lane, endpoint, NULL),
                                   g_free,
                                   error))
        return FALSE;
    }

  return TRUE;
}

/* an event on its way through a job */
typedef struct
{
  UsherLane *lane;         /* (unowned) */
  UsherDelivery *delivery; /* (owned) */
} Brought;

/* Without its store a service can do nothing with any event, for as long as that takes: no time counts. */
static void
keep (UsherLane *lane, UsherDelivery *delivery)
{
  usher_hand_backs_add (usher_lane_get_hand_backs (lane), usher_delivery_ref (delivery));
  usher_ticker_notice (usher_lane_get_ticker (lane),
                       usher_clock_get_monotonic (usher_lane_get_clock (lane)) + KEEP);
}

static void
answer_delivery (const GError *error, gpointer user_data)
{
  g_autofree Brought *brought = user_data;
  g_autoptr (UsherDelivery) delivery = brought->delivery;
  guint attempt = usher_delivery_get_attempt (delivery);

  if (error == NULL)
    usher_delivery_ack (delivery);
  else if (usher_outcome_is_deferral (error) && usher_lane_is_away (brought->lane))
    keep (brought->lane, delivery);
  else if (usher_outcome_is_deferral (error))
    /* the event is not to blame */
    usher_delivery_defer (delivery, error->message);
  else
    usher_delivery_nak (delivery, RETRY << MIN (attempt, 8), error->message);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  const Way *way = user_data;
  Brought *brought = g_new0 (Brought, 1);

  brought->lane = way->lane;
  brought->delivery = delivery;
  usher_event_job_start (way->lane,
                         way->listener,
                         usher_delivery_get_event (delivery),
                         usher_delivery_is_redelivered (delivery),
                         answer_delivery,
                         brought);
}

gboolean
usher_intake_subscribe (UsherLane *lane, UsherBus *bus, GError **error)
{
  GPtrArray *listeners = usher_declarations_get_listeners (usher_lane_get_declarations (lane));

  for (guint i = 0; i < listeners->len; i++)
    {
      const UsherListener *listener = g_ptr_array_index (listeners, i);
      UsherSubscription subscription = {
        .channel = usher_listener_get_channel (listener),
        .group = usher_listener_get_group (listener),
        .durable = usher_listener_get_group (listener),
        .start = USHER_START_ALL,
      };

      if (usher_bus_subscribe (
              bus, &subscription, on_delivery, way_new (lane, NULL, listener), g_free, error) == 0)
        {
          g_prefix_error (error,
                          "service “%s” did not subscribe to “%s”: ",
                          usher_lane_get_name (lane),
                          subscription.channel);
          return FALSE;
        }
    }

  return TRUE;
}
