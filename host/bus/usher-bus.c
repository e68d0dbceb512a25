/* usher-bus.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus.h"

#define IDLE_DATA "usher-idle-data"

/**
 * UsherBus:
 *
 * Carries events between services.
 *
 * What is published is durable once it is confirmed. The members of a queue group share its events, each of which is
 * acknowledged; a subscriber without a group gets every event of its channel.
 */
G_DEFINE_INTERFACE (UsherBus, usher_bus, G_TYPE_OBJECT)

static void
usher_bus_default_init (UsherBusInterface *iface)
{
}

/**
 * usher_bus_publish:
 * @self: a bus
 * @event: an event
 * @func: (scope notified) (closure user_data) (destroy destroy): called on the bus's thread when it is known
 *   what became of the event
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Publishes an event. Any thread; the order of calls is kept. Never blocks, and does not give up while the hub is
 * away: the event is sent again until it is confirmed or the bus is closed.
 */
void
usher_bus_publish (UsherBus *self,
                   UsherEvent *event,
                   UsherPublishedFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_BUS (self));
  g_return_if_fail (event != NULL);
  g_return_if_fail (func != NULL);

  USHER_BUS_GET_IFACE (self)->publish (self, event, func, user_data, destroy);
}

/**
 * usher_bus_subscribe:
 * @self: a bus
 * @subscription: what is asked for
 * @func: (scope notified) (closure user_data) (destroy destroy): called on the bus's thread for each event
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 * @error: return location for a [error@Error]
 *
 * Subscribes, and waits until the hub confirms. On any thread but the bus's own.
 *
 * Returns: the id of the subscription, 0 on error: `USHER_ERROR_INVALID`, or `USHER_ERROR_UNAVAILABLE` when the
 *   hub does not answer
 */
guint
usher_bus_subscribe (UsherBus *self,
                     const UsherSubscription *subscription,
                     UsherDeliveryFunc func,
                     gpointer user_data,
                     GDestroyNotify destroy,
                     GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), 0);
  g_return_val_if_fail (subscription != NULL, 0);
  g_return_val_if_fail (subscription->channel != NULL, 0);
  g_return_val_if_fail (func != NULL, 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  return USHER_BUS_GET_IFACE (self)->subscribe (
      self, subscription, func, user_data, destroy, error);
}

/**
 * usher_bus_unsubscribe:
 * @self: a bus
 * @subscription_id: what [method@Bus.subscribe] returned
 * @forget: whether the durable position is dropped too, when this was its last member
 * @error: return location for a [error@Error]
 *
 * Ends a subscription. On any thread but the bus's own.
 *
 * Returns: whether the hub has done so
 */
gboolean
usher_bus_unsubscribe (UsherBus *self, guint subscription_id, gboolean forget, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->unsubscribe (self, subscription_id, forget, error);
}

/**
 * UsherBusInterface::set_idle_func:
 * @self: a bus
 * @func: (nullable) (scope forever) (closure user_data): called on the bus's thread
 * @user_data: data for @func
 *
 * Keeps both for [method@Bus.set_idle_func], which sees to it that they live as long as the bus.
 */

/**
 * usher_bus_set_idle_func:
 * @self: a bus
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): called on the bus's thread each time all that
 *   came has been handed over
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data, with the bus
 *
 * Sets what is done between two batches of deliveries. Before the first subscription.
 */
void
usher_bus_set_idle_func (UsherBus *self,
                         UsherBusIdleFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_BUS (self));

  USHER_BUS_GET_IFACE (self)->set_idle_func (self, func, user_data);
  g_object_set_data_full (G_OBJECT (self), IDLE_DATA, user_data, destroy);
}

/**
 * usher_bus_is_connected:
 * @self: a bus
 *
 * Tells whether the hub answers. Any thread.
 *
 * Returns: whether it does
 */
gboolean
usher_bus_is_connected (UsherBus *self)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);

  return USHER_BUS_GET_IFACE (self)->is_connected (self);
}

/**
 * usher_bus_dup_refusal:
 * @self: a bus
 *
 * Tells why the hub does not let this member in, such as another one that has its name, or a log that is not the one that it
 * knew. Any thread.
 *
 * Returns: (transfer full) (nullable): the reason, `NULL`: it is let in, or has not been answered
 */
char *
usher_bus_dup_refusal (UsherBus *self)
{
  UsherBusInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_BUS (self), NULL);

  iface = USHER_BUS_GET_IFACE (self);

  return iface->dup_refusal != NULL ? iface->dup_refusal (self) : NULL;
}

/**
 * usher_bus_check_log:
 * @self: a bus
 * @known: how far its log had come when somebody looked before; of no log: nobody did
 * @error: return location for a [error@Error]
 *
 * Asks whether the bus has that log still, and all that it had: one that was emptied, replaced, or put back from an older copy
 * lacks events. Whoever was told that it has insists on that from now on: after the connection was lost the member comes back to no
 * other log. On any thread but the bus's own.
 *
 * Returns: whether it has; else `USHER_ERROR_CONFLICT` names both logs and what can be done, `USHER_ERROR_UNAVAILABLE` when the
 *   hub does not answer
 */
gboolean
usher_bus_check_log (UsherBus *self, const UsherReach *known, GError **error)
{
  UsherBusInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (known != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  iface = USHER_BUS_GET_IFACE (self);

  return iface->check_log == NULL || iface->check_log (self, known, error);
}

/**
 * usher_bus_get_reach:
 * @self: a bus
 * @reach: (out): which log the bus has, and how far it had come when it was heard last
 *
 * Tells of the log what the bus has said: with each confirmation, which counts what it confirms, and once a second. What is
 * known of another log's sequences says nothing about this one's. Any thread.
 *
 * Returns: whether the bus has said anything
 */
gboolean
usher_bus_get_reach (UsherBus *self, UsherReach *reach)
{
  UsherBusInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (reach != NULL, FALSE);

  *reach = (UsherReach){ 0 };
  iface = USHER_BUS_GET_IFACE (self);

  return iface->get_reach != NULL && iface->get_reach (self, reach);
}

/**
 * usher_bus_pause:
 * @self: a bus
 * @error: return location for a [error@Error]
 *
 * Stops deliveries to this member for good; what is on its way is handed back. Publishing and answers go on.
 *
 * Returns: whether the hub has heard
 */
gboolean
usher_bus_pause (UsherBus *self, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->pause (self, error);
}

/**
 * usher_bus_close:
 * @self: a bus
 * @timeout: how many microseconds to wait for what is not confirmed
 * @error: return location for a [error@Error]
 *
 * Leaves the hub in order. What is not confirmed by then is told to its publishers as `USHER_ERROR_UNAVAILABLE`; what is not
 * answered goes to others. Closing twice does nothing.
 *
 * Returns: whether everything was confirmed
 */
gboolean
usher_bus_close (UsherBus *self, gint64 timeout, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->close (self, timeout, error);
}

/**
 * usher_bus_get_last_sequence:
 * @self: a bus
 * @channel: a channel
 * @sequence: (out): the last sequence of the channel that is durable; 0: it has no events yet, or is none yet
 * @error: return location for a [error@Error]
 *
 * Asks how far a channel is. On any thread but the bus's own.
 *
 * Returns: whether the bus answered; else `USHER_ERROR_UNAVAILABLE`
 */
gboolean
usher_bus_get_last_sequence (UsherBus *self, const char *channel, guint64 *sequence, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (channel != NULL, FALSE);
  g_return_val_if_fail (sequence != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->get_last_sequence (self, channel, sequence, error);
}

/**
 * usher_bus_get_figures:
 * @self: a bus
 * @parts: what is wanted beside the numbers of the whole
 * @error: return location for a [error@Error]
 *
 * Asks the bus how it is. On any thread but the bus's own.
 *
 * Returns: (transfer full): the figures, or `NULL`: `USHER_ERROR_UNAVAILABLE`, `USHER_ERROR_CORRUPT`
 */
UsherBusFigures *
usher_bus_get_figures (UsherBus *self, UsherBusParts parts, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return USHER_BUS_GET_IFACE (self)->get_figures (self, parts, error);
}

/**
 * usher_bus_read_events:
 * @self: a bus
 * @query: which events
 * @func: (scope notified) (closure user_data) (destroy destroy): called once, on the bus's thread, or on the calling one
 *   when the bus is closed
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data, after @func was called
 *
 * Reads events for whoever looks on: they are durable, and no group is moved. Any thread; never blocks. A question that waits is
 * answered when there is an event, or with a page without any when the time is over or the bus's server closes. Answers come
 * in the order in which the bus gives them.
 */
void
usher_bus_read_events (UsherBus *self,
                       const UsherEventsQuery *query,
                       UsherEventsFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_BUS (self));
  g_return_if_fail (query != NULL);
  g_return_if_fail (func != NULL);

  USHER_BUS_GET_IFACE (self)->read_events (self, query, func, user_data, destroy);
}

/**
 * usher_bus_list_parked:
 * @self: a bus
 * @channel: (nullable): a channel, `NULL`: all
 * @offset: how many to pass over
 * @limit: how many to list
 * @error: return location for a [error@Error]
 *
 * Lists what groups could not do, by channel and group, the oldest first: without the events themselves, which may be
 * large, see [method@Bus.find_parked]. A page has at most 100, and fewer where events are large: what comes next is
 * behind as many as it has, until one has none. On any thread but the bus's own.
 *
 * Returns: (transfer container) (element-type UsherParkedEvent): the events, or `NULL`: `USHER_ERROR_UNAVAILABLE`,
 *   `USHER_ERROR_CORRUPT`
 */
GPtrArray *
usher_bus_list_parked (UsherBus *self,
                       const char *channel,
                       guint offset,
                       guint limit,
                       GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return USHER_BUS_GET_IFACE (self)->list_parked (self, channel, offset, limit, error);
}

/**
 * usher_bus_find_parked:
 * @self: a bus
 * @id: the id of a parked event
 * @error: return location for a [error@Error]
 *
 * Looks a parked event up, with the event itself. On any thread but the bus's own.
 *
 * Returns: (transfer full): it, or `NULL`: `USHER_ERROR_NOT_FOUND`, `USHER_ERROR_UNAVAILABLE`, `USHER_ERROR_CORRUPT`
 */
UsherParkedEvent *
usher_bus_find_parked (UsherBus *self, const char *id, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return USHER_BUS_GET_IFACE (self)->find_parked (self, id, error);
}

/**
 * usher_bus_replay_parked:
 * @self: a bus
 * @id: the id of a parked event
 * @error: return location for a [error@Error]
 *
 * Delivers a parked event to its group again. Once it is acknowledged, those that its group had deferred for too
 * long are delivered again too, in order.
 *
 * Returns: whether there is one; else `USHER_ERROR_NOT_FOUND`
 */
gboolean
usher_bus_replay_parked (UsherBus *self, const char *id, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->replay_parked (self, id, error);
}

/**
 * usher_bus_drop_parked:
 * @self: a bus
 * @id: the id of a parked event
 * @error: return location for a [error@Error]
 *
 * Forgets a parked event: its group never gets it.
 *
 * Returns: whether there was one; else `USHER_ERROR_NOT_FOUND`
 */
gboolean
usher_bus_drop_parked (UsherBus *self, const char *id, GError **error)
{
  g_return_val_if_fail (USHER_IS_BUS (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return USHER_BUS_GET_IFACE (self)->drop_parked (self, id, error);
}
