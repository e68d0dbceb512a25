/* usher-bus.h: events between services, any bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-bus-figures.h"
#include "usher-clock.h"
#include "usher-delivery.h"
#include "usher-event.h"
#include "usher-events-query.h"
#include "usher-macros.h"
#include "usher-reach.h"
#include "usher-subscription.h"

G_BEGIN_DECLS

/**
 * UsherPublishedFunc:
 * @event: what was published
 * @error: (nullable): `NULL`: the event is durable and stands in its channel, also when the bus had it already;
 *   `USHER_ERROR_FULL`, `USHER_ERROR_INVALID`, `USHER_ERROR_TOO_LARGE` or `USHER_ERROR_UNAVAILABLE`: it is not and will not be
 * @user_data: (closure): data of who published
 *
 * Tells what became of an event. On the bus's thread, in the order of publishing within a channel; must not block.
 */
typedef void (*UsherPublishedFunc) (UsherEvent *event, const GError *error, gpointer user_data);

/**
 * UsherDeliveryFunc:
 * @delivery: (transfer full): the event, to be answered once, now or later, from any thread; dropping it unanswered is a nak
 * @user_data: (closure): data of the subscriber
 *
 * Takes one event for a subscriber. On the bus's thread; must not block.
 */
typedef void (*UsherDeliveryFunc) (UsherDelivery *delivery, gpointer user_data);

/**
 * UsherEventsFunc:
 * @events: (transfer full) (nullable): the page; `NULL`: @error says why there is none
 * @error: (nullable): `USHER_ERROR_INVALID`: the cursor is none; `USHER_ERROR_BUSY`: too many such questions wait already;
 *   `USHER_ERROR_UNAVAILABLE`: the bus does not answer, or was closed
 * @user_data: (closure): data of who asked
 *
 * Takes a page of events. Called once; must not block.
 */
typedef void (*UsherEventsFunc) (UsherBusEvents *events, const GError *error, gpointer user_data);

/**
 * UsherBusIdleFunc:
 * @user_data: (closure): data of who set it
 *
 * Is called on the bus's thread each time all that came has been handed over; must not block.
 */
typedef void (*UsherBusIdleFunc) (gpointer user_data);

#define USHER_TYPE_BUS (usher_bus_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherBus, usher_bus, USHER, BUS, GObject)

struct _UsherBusInterface
{
  GTypeInterface parent_iface;

  void (*publish) (UsherBus *self,
                   UsherEvent *event,
                   UsherPublishedFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy);
  guint (*subscribe) (UsherBus *self,
                      const UsherSubscription *subscription,
                      UsherDeliveryFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy,
                      GError **error);
  gboolean (*unsubscribe) (UsherBus *self, guint subscription_id, gboolean forget, GError **error);
  void (*set_idle_func) (UsherBus *self, UsherBusIdleFunc func, gpointer user_data);
  gboolean (*is_connected) (UsherBus *self);
  char *(*dup_refusal) (UsherBus *self);
  gboolean (*check_log) (UsherBus *self, const UsherReach *known, GError **error);
  gboolean (*get_reach) (UsherBus *self, UsherReach *reach);
  gboolean (*pause) (UsherBus *self, GError **error);
  gboolean (*close) (UsherBus *self, gint64 timeout, GError **error);
  gboolean (*get_last_sequence) (UsherBus *self,
                                 const char *channel,
                                 guint64 *sequence,
                                 GError **error);
  UsherBusFigures *(*get_figures) (UsherBus *self, UsherBusParts parts, GError **error);
  void (*read_events) (UsherBus *self,
                       const UsherEventsQuery *query,
                       UsherEventsFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy);
  GPtrArray *(*list_parked) (UsherBus *self,
                             const char *channel,
                             guint offset,
                             guint limit,
                             GError **error);
  UsherParkedEvent *(*find_parked) (UsherBus *self, const char *id, GError **error);
  gboolean (*replay_parked) (UsherBus *self, const char *id, GError **error);
  gboolean (*drop_parked) (UsherBus *self, const char *id, GError **error);
};

USHER_API
UsherBus *usher_bus_open (const char *endpoint,
                          const char *client,
                          UsherClock *clock,
                          const char *keys,
                          GError **error);
USHER_API
void usher_bus_publish (UsherBus *self,
                        UsherEvent *event,
                        UsherPublishedFunc func,
                        gpointer user_data,
                        GDestroyNotify destroy);
USHER_API
guint usher_bus_subscribe (UsherBus *self,
                           const UsherSubscription *subscription,
                           UsherDeliveryFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy,
                           GError **error);
USHER_API
gboolean
usher_bus_unsubscribe (UsherBus *self, guint subscription_id, gboolean forget, GError **error);
USHER_API
void usher_bus_set_idle_func (UsherBus *self,
                              UsherBusIdleFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy);
USHER_API
gboolean usher_bus_is_connected (UsherBus *self);
USHER_API
char *usher_bus_dup_refusal (UsherBus *self);
USHER_API
gboolean usher_bus_check_log (UsherBus *self, const UsherReach *known, GError **error);
USHER_API
gboolean usher_bus_get_reach (UsherBus *self, UsherReach *reach);
USHER_API
gboolean usher_bus_pause (UsherBus *self, GError **error);
USHER_API
gboolean usher_bus_close (UsherBus *self, gint64 timeout, GError **error);
USHER_API
gboolean usher_bus_get_last_sequence (UsherBus *self,
                                      const char *channel,
                                      guint64 *sequence,
                                      GError **error);
USHER_API
UsherBusFigures *usher_bus_get_figures (UsherBus *self, UsherBusParts parts, GError **error);
USHER_API
void usher_bus_read_events (UsherBus *self,
                            const UsherEventsQuery *query,
                            UsherEventsFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy);
USHER_API
GPtrArray *usher_bus_list_parked (UsherBus *self,
                                  const char *channel,
                                  guint offset,
                                  guint limit,
                                  GError **error);
USHER_API
UsherParkedEvent *usher_bus_find_parked (UsherBus *self, const char *id, GError **error);
USHER_API
gboolean usher_bus_replay_parked (UsherBus *self, const char *id, GError **error);
USHER_API
gboolean usher_bus_drop_parked (UsherBus *self, const char *id, GError **error);

G_END_DECLS
