/* usher-bus.h: events between services, any bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-event.h"
#include "usher-macros.h"

G_BEGIN_DECLS

typedef struct _UsherDelivery UsherDelivery;

typedef enum
{
  USHER_START_ALL,  /* from the first event that is kept */
  USHER_START_NEW,  /* only what is published after the subscription */
  USHER_START_LAST, /* from the last event that is kept */
  USHER_START_SEQUENCE,
  USHER_START_TIME,
} UsherStart;

/**
 * UsherSubscription:
 * @channel: the exact name of the channel
 * @group: (nullable): the queue group, whose members share the events; NULL: every event to this subscriber
 * @durable: (nullable): the name under which the position outlives its members and the hub
 * @start: where a new position begins; ignored when the durable exists
 * @start_sequence: for %USHER_START_SEQUENCE
 * @start_time: for %USHER_START_TIME, microseconds
 * @max_in_flight: how many events may be out to this member without an answer; 0: the default, 1024
 * @ack_wait: microseconds after which an unanswered event goes out again; 0: the default, 30 s
 * @max_deliver: attempts after which an event is parked; 0: the default, 5
 * @defer_limit: microseconds after which an event that is still deferred is parked; 0: the default, 15 min
 *
 * What a subscriber asks for. Strings are borrowed for the call.
 */
typedef struct
{
  const char *channel;
  const char *group;
  const char *durable;
  UsherStart start;
  guint64 start_sequence;
  gint64 start_time;
  guint max_in_flight;
  gint64 ack_wait;
  guint max_deliver;
  gint64 defer_limit;
} UsherSubscription;

/* @error: NULL: the event is durable and stands in its channel (also when the bus had it already);
 * FULL or UNAVAILABLE: it is not and will not be. On the bus's thread. */
typedef void (*UsherPublishedFunc) (UsherEvent *event, const GError *error, gpointer user_data);
/* One event for a subscriber, on the bus's thread; must not block. @delivery: (transfer full): answer it
 * once with ack, nak or defer, now or later, from any thread; dropping it unanswered is a nak. */
typedef void (*UsherDeliveryFunc) (UsherDelivery *delivery, gpointer user_data);
/* @text: (nullable): JSON text, NULL: @error says why. Called once; must not block. */
typedef void (*UsherDescribedFunc) (const char *text, const GError *error, gpointer user_data);
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
  gboolean (*pause) (UsherBus *self, GError **error);
  gboolean (*close) (UsherBus *self, gint64 timeout, GError **error);
  char *(*describe) (UsherBus *self, const char *what, GError **error);
  void (*describe_async) (UsherBus *self,
                          const char *what,
                          gint64 patience,
                          UsherDescribedFunc func,
                          gpointer user_data);
  gboolean (*replay_parked) (UsherBus *self, const char *id, GError **error);
  gboolean (*drop_parked) (UsherBus *self, const char *id, GError **error);
};

/* Any thread. Keeps the order of calls. Never blocks and never gives up while the hub is away: the event is
 * sent again until it is confirmed or the bus is closed (UNAVAILABLE). */
USHER_API
void usher_bus_publish (UsherBus *self,
                        UsherEvent *event,
                        UsherPublishedFunc func,
                        gpointer user_data,
                        GDestroyNotify destroy);
/* Waits until the hub confirms; the id is never 0; 0 on error. Not on the bus's thread. */
USHER_API
guint usher_bus_subscribe (UsherBus *self,
                           const UsherSubscription *subscription,
                           UsherDeliveryFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy,
                           GError **error);
/* @forget: drop the durable position too (the last member's) */
USHER_API
gboolean
usher_bus_unsubscribe (UsherBus *self, guint subscription_id, gboolean forget, GError **error);
/* called on the bus's thread each time all that was received has been handed over; set before subscribing */
USHER_API
void usher_bus_set_idle_func (UsherBus *self, UsherBusIdleFunc func, gpointer user_data);
USHER_API
gboolean usher_bus_is_connected (UsherBus *self);
/* stops intake: no new deliveries, what waits in the member's queue is handed back without counting an attempt;
 * answers and publishing go on */
USHER_API
gboolean usher_bus_pause (UsherBus *self, GError **error);
/* flushes answers and unconfirmed events for at most @timeout microseconds and leaves; never parks */
USHER_API
gboolean usher_bus_close (UsherBus *self, gint64 timeout, GError **error);
/* @what: "serverz", "storez", "clientsz", "channelsz", "parked", "events", with an optional query "?subs=1": JSON text */
USHER_API
char *usher_bus_describe (UsherBus *self, const char *what, GError **error);
/* Any thread; never blocks. @patience: microseconds after which @func is told that the hub does not answer. Answers come in
 * the order in which the hub gives them. */
USHER_API
void usher_bus_describe_async (UsherBus *self,
                               const char *what,
                               gint64 patience,
                               UsherDescribedFunc func,
                               gpointer user_data);
/* @id: the id of a row of "parked"; NOT_FOUND */
USHER_API
gboolean usher_bus_replay_parked (UsherBus *self, const char *id, GError **error);
USHER_API
gboolean usher_bus_drop_parked (UsherBus *self, const char *id, GError **error);

/* UsherDelivery: reference counted, any thread */
#define USHER_TYPE_DELIVERY (usher_delivery_get_type ())

USHER_API
GType usher_delivery_get_type (void);
USHER_API
UsherDelivery *usher_delivery_ref (UsherDelivery *self);
USHER_API
void usher_delivery_unref (UsherDelivery *self);
USHER_API
UsherEvent *usher_delivery_get_event (UsherDelivery *self);
/* 1 the first time; deferrals do not count */
USHER_API
guint usher_delivery_get_attempt (UsherDelivery *self);
USHER_API
gboolean usher_delivery_is_redelivered (UsherDelivery *self);
USHER_API
void usher_delivery_ack (UsherDelivery *self);
/* counts an attempt; again after @delay microseconds, parked with all reasons after max-deliver */
USHER_API
void usher_delivery_nak (UsherDelivery *self, gint64 delay, const char *reason);
/* counts no attempt and holds no slot of max-in-flight; again soon (the hub backs off 20 ms to 1 s) */
USHER_API
void usher_delivery_defer (UsherDelivery *self, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDelivery, usher_delivery_unref)

G_END_DECLS
