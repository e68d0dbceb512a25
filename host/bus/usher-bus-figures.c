/* usher-bus-figures.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-figures-private.h"

#define FIELD(kind, type, member)                             \
  {                                                           \
    USHER_RECORD_##kind, G_STRUCT_OFFSET (type, member), NULL \
  }
#define LIST(type, member, element)                             \
  {                                                             \
    USHER_RECORD_LIST, G_STRUCT_OFFSET (type, member), &element \
  }

static const UsherRecordField subscription_figures_fields[] = {
  FIELD (NAME, UsherSubscriptionFigures, channel),
  FIELD (TEXT, UsherSubscriptionFigures, client),
  FIELD (TEXT, UsherSubscriptionFigures, endpoint),
  FIELD (TEXT, UsherSubscriptionFigures, group),
  FIELD (FLAG, UsherSubscriptionFigures, is_durable),
  FIELD (FLAG, UsherSubscriptionFigures, is_shared),
  FIELD (COUNT, UsherSubscriptionFigures, max_in_flight),
  FIELD (NUMBER, UsherSubscriptionFigures, ack_wait),
  FIELD (NUMBER, UsherSubscriptionFigures, last_sent),
  FIELD (COUNT, UsherSubscriptionFigures, n_out),
  FIELD (NUMBER, UsherSubscriptionFigures, lag),
  FIELD (NUMBER, UsherSubscriptionFigures, n_redelivered),
  FIELD (COUNT, UsherSubscriptionFigures, n_pending),
  FIELD (COUNT, UsherSubscriptionFigures, n_suspects),
};

const UsherRecordType usher_subscription_figures_type = {
  sizeof (UsherSubscriptionFigures),
  (GDestroyNotify) usher_subscription_figures_free,
  G_N_ELEMENTS (subscription_figures_fields),
  subscription_figures_fields,
};

G_DEFINE_BOXED_TYPE (UsherSubscriptionFigures,
                     usher_subscription_figures,
                     usher_subscription_figures_copy,
                     usher_subscription_figures_free)

/**
 * usher_subscription_figures_new:
 *
 * Makes empty figures, for a bus to fill.
 *
 * Returns: (transfer full): the figures
 */
UsherSubscriptionFigures *
usher_subscription_figures_new (void)
{
  return usher_record_new (&usher_subscription_figures_type);
}

/**
 * usher_subscription_figures_copy:
 * @self: figures
 *
 * Copies figures.
 *
 * Returns: (transfer full): the copy
 */
UsherSubscriptionFigures *
usher_subscription_figures_copy (const UsherSubscriptionFigures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_subscription_figures_type, self);
}

/**
 * usher_subscription_figures_free:
 * @self: (transfer full): figures
 *
 * Frees figures.
 */
void
usher_subscription_figures_free (UsherSubscriptionFigures *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_subscription_figures_type, self);
}

static const UsherRecordField channel_figures_fields[] = {
  FIELD (NAME, UsherChannelFigures, name),
  FIELD (NUMBER, UsherChannelFigures, n_events),
  FIELD (NUMBER, UsherChannelFigures, n_bytes),
  FIELD (NUMBER, UsherChannelFigures, first),
  FIELD (NUMBER, UsherChannelFigures, last),
  FIELD (COUNT, UsherChannelFigures, n_subscriptions),
  FIELD (COUNT, UsherChannelFigures, n_parked),
  FIELD (FLAG, UsherChannelFigures, is_full),
  LIST (UsherChannelFigures, subscriptions, usher_subscription_figures_type),
};

const UsherRecordType usher_channel_figures_type = {
  sizeof (UsherChannelFigures),
  (GDestroyNotify) usher_channel_figures_free,
  G_N_ELEMENTS (channel_figures_fields),
  channel_figures_fields,
};

G_DEFINE_BOXED_TYPE (UsherChannelFigures,
                     usher_channel_figures,
                     usher_channel_figures_copy,
                     usher_channel_figures_free)

/**
 * usher_channel_figures_new:
 *
 * Makes empty figures, for a bus to fill.
 *
 * Returns: (transfer full): the figures
 */
UsherChannelFigures *
usher_channel_figures_new (void)
{
  return usher_record_new (&usher_channel_figures_type);
}

/**
 * usher_channel_figures_copy:
 * @self: figures
 *
 * Copies figures.
 *
 * Returns: (transfer full): the copy
 */
UsherChannelFigures *
usher_channel_figures_copy (const UsherChannelFigures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_channel_figures_type, self);
}

/**
 * usher_channel_figures_free:
 * @self: (transfer full): figures
 *
 * Frees figures.
 */
void
usher_channel_figures_free (UsherChannelFigures *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_channel_figures_type, self);
}

static const UsherRecordField group_figures_fields[] = {
  FIELD (NAME, UsherGroupFigures, channel),         FIELD (NAME, UsherGroupFigures, name),
  FIELD (FLAG, UsherGroupFigures, is_durable),      FIELD (COUNT, UsherGroupFigures, n_members),
  FIELD (NUMBER, UsherGroupFigures, floor),         FIELD (NUMBER, UsherGroupFigures, last),
  FIELD (NUMBER, UsherGroupFigures, lag),           FIELD (COUNT, UsherGroupFigures, n_out),
  FIELD (COUNT, UsherGroupFigures, n_pending),      FIELD (COUNT, UsherGroupFigures, n_suspects),
  FIELD (NUMBER, UsherGroupFigures, n_redelivered), FIELD (NUMBER, UsherGroupFigures, n_missed),
  FIELD (COUNT, UsherGroupFigures, n_parked),
};

const UsherRecordType usher_group_figures_type = {
  sizeof (UsherGroupFigures),
  (GDestroyNotify) usher_group_figures_free,
  G_N_ELEMENTS (group_figures_fields),
  group_figures_fields,
};

G_DEFINE_BOXED_TYPE (UsherGroupFigures,
                     usher_group_figures,
                     usher_group_figures_copy,
                     usher_group_figures_free)

/**
 * usher_group_figures_new:
 *
 * Makes empty figures, for a bus to fill.
 *
 * Returns: (transfer full): the figures
 */
UsherGroupFigures *
usher_group_figures_new (void)
{
  return usher_record_new (&usher_group_figures_type);
}

/**
 * usher_group_figures_copy:
 * @self: figures
 *
 * Copies figures.
 *
 * Returns: (transfer full): the copy
 */
UsherGroupFigures *
usher_group_figures_copy (const UsherGroupFigures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_group_figures_type, self);
}

/**
 * usher_group_figures_free:
 * @self: (transfer full): figures
 *
 * Frees figures.
 */
void
usher_group_figures_free (UsherGroupFigures *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_group_figures_type, self);
}

static const UsherRecordField client_figures_fields[] = {
  FIELD (NAME, UsherClientFigures, name),
  FIELD (TEXT, UsherClientFigures, endpoint),
  FIELD (TEXT, UsherClientFigures, key),
  FIELD (COUNT, UsherClientFigures, n_subscriptions),
  LIST (UsherClientFigures, subscriptions, usher_subscription_figures_type),
};

const UsherRecordType usher_client_figures_type = {
  sizeof (UsherClientFigures),
  (GDestroyNotify) usher_client_figures_free,
  G_N_ELEMENTS (client_figures_fields),
  client_figures_fields,
};

G_DEFINE_BOXED_TYPE (UsherClientFigures,
                     usher_client_figures,
                     usher_client_figures_copy,
                     usher_client_figures_free)

/**
 * usher_client_figures_new:
 *
 * Makes empty figures, for a bus to fill.
 *
 * Returns: (transfer full): the figures
 */
UsherClientFigures *
usher_client_figures_new (void)
{
  return usher_record_new (&usher_client_figures_type);
}

/**
 * usher_client_figures_copy:
 * @self: figures
 *
 * Copies figures.
 *
 * Returns: (transfer full): the copy
 */
UsherClientFigures *
usher_client_figures_copy (const UsherClientFigures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_client_figures_type, self);
}

/**
 * usher_client_figures_free:
 * @self: (transfer full): figures
 *
 * Frees figures.
 */
void
usher_client_figures_free (UsherClientFigures *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_client_figures_type, self);
}

static const UsherRecordField bus_figures_fields[] = {
  FIELD (NAME, UsherBusFigures, id),
  FIELD (TEXT, UsherBusFigures, version),
  FIELD (FLAG, UsherBusFigures, is_failing),
  FIELD (NUMBER, UsherBusFigures, time),
  FIELD (NUMBER, UsherBusFigures, start_time),
  FIELD (NUMBER, UsherBusFigures, uptime),
  FIELD (COUNT, UsherBusFigures, n_clients),
  FIELD (COUNT, UsherBusFigures, n_subscriptions),
  FIELD (COUNT, UsherBusFigures, n_channels),
  FIELD (COUNT, UsherBusFigures, n_full_channels),
  FIELD (NUMBER, UsherBusFigures, n_events),
  FIELD (NUMBER, UsherBusFigures, n_bytes),
  FIELD (NUMBER, UsherBusFigures, in_events),
  FIELD (NUMBER, UsherBusFigures, in_bytes),
  FIELD (NUMBER, UsherBusFigures, out_events),
  FIELD (NUMBER, UsherBusFigures, out_bytes),
  FIELD (NUMBER, UsherBusFigures, n_duplicates),
  FIELD (COUNT, UsherBusFigures, n_files),
  FIELD (NUMBER, UsherBusFigures, max_files),
  FIELD (TEXT, UsherBusFigures, store),
  FIELD (NUMBER, UsherBusFigures, max_events),
  FIELD (NUMBER, UsherBusFigures, max_bytes),
  FIELD (NUMBER, UsherBusFigures, max_age),
  FIELD (NUMBER, UsherBusFigures, log_bytes),
  FIELD (NUMBER, UsherBusFigures, n_commits),
  FIELD (NUMBER, UsherBusFigures, commit_median),
  FIELD (NUMBER, UsherBusFigures, commit_p99),
  FIELD (NUMBER, UsherBusFigures, commit_max),
  LIST (UsherBusFigures, channels, usher_channel_figures_type),
  LIST (UsherBusFigures, groups, usher_group_figures_type),
  LIST (UsherBusFigures, clients, usher_client_figures_type),
};

const UsherRecordType usher_bus_figures_type = {
  sizeof (UsherBusFigures),
  (GDestroyNotify) usher_bus_figures_free,
  G_N_ELEMENTS (bus_figures_fields),
  bus_figures_fields,
};

G_DEFINE_BOXED_TYPE (UsherBusFigures,
                     usher_bus_figures,
                     usher_bus_figures_copy,
                     usher_bus_figures_free)

/**
 * usher_bus_figures_new:
 *
 * Makes empty figures, for a bus to fill.
 *
 * Returns: (transfer full): the figures
 */
UsherBusFigures *
usher_bus_figures_new (void)
{
  return usher_record_new (&usher_bus_figures_type);
}

/**
 * usher_bus_figures_copy:
 * @self: figures
 *
 * Copies figures.
 *
 * Returns: (transfer full): the copy
 */
UsherBusFigures *
usher_bus_figures_copy (const UsherBusFigures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_bus_figures_type, self);
}

/**
 * usher_bus_figures_free:
 * @self: (transfer full): figures
 *
 * Frees figures.
 */
void
usher_bus_figures_free (UsherBusFigures *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_bus_figures_type, self);
}

static const UsherRecordField parked_event_fields[] = {
  FIELD (NAME, UsherParkedEvent, id),         FIELD (NAME, UsherParkedEvent, channel),
  FIELD (NAME, UsherParkedEvent, group),      FIELD (NUMBER, UsherParkedEvent, sequence),
  FIELD (TEXT, UsherParkedEvent, event_id),   FIELD (NUMBER, UsherParkedEvent, n_bytes),
  FIELD (EVENT, UsherParkedEvent, event),     FIELD (NUMBER, UsherParkedEvent, time),
  FIELD (COUNT, UsherParkedEvent, attempts),  FIELD (FLAG, UsherParkedEvent, is_deferred),
  FIELD (STRINGS, UsherParkedEvent, reasons),
};

const UsherRecordType usher_parked_event_type = {
  sizeof (UsherParkedEvent),
  (GDestroyNotify) usher_parked_event_free,
  G_N_ELEMENTS (parked_event_fields),
  parked_event_fields,
};

G_DEFINE_BOXED_TYPE (UsherParkedEvent,
                     usher_parked_event,
                     usher_parked_event_copy,
                     usher_parked_event_free)

/**
 * usher_parked_event_new:
 *
 * Makes a parked event with nothing in it, for a bus to fill.
 *
 * Returns: (transfer full): a parked event
 */
UsherParkedEvent *
usher_parked_event_new (void)
{
  return usher_record_new (&usher_parked_event_type);
}

/**
 * usher_parked_event_copy:
 * @self: a parked event
 *
 * Copies a parked event.
 *
 * Returns: (transfer full): the copy
 */
UsherParkedEvent *
usher_parked_event_copy (const UsherParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_parked_event_type, self);
}

/**
 * usher_parked_event_free:
 * @self: (transfer full): a parked event
 *
 * Frees a parked event.
 */
void
usher_parked_event_free (UsherParkedEvent *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_parked_event_type, self);
}

static const UsherRecordField bus_events_fields[] = {
  FIELD (EVENTS, UsherBusEvents, events),
  FIELD (NAME, UsherBusEvents, cursor),
};

const UsherRecordType usher_bus_events_type = {
  sizeof (UsherBusEvents),
  (GDestroyNotify) usher_bus_events_free,
  G_N_ELEMENTS (bus_events_fields),
  bus_events_fields,
};

G_DEFINE_BOXED_TYPE (UsherBusEvents, usher_bus_events, usher_bus_events_copy, usher_bus_events_free)

/**
 * usher_bus_events_new:
 *
 * Makes a page with nothing in it, for a bus to fill.
 *
 * Returns: (transfer full): a page
 */
UsherBusEvents *
usher_bus_events_new (void)
{
  return usher_record_new (&usher_bus_events_type);
}

/**
 * usher_bus_events_copy:
 * @self: a page
 *
 * Copies a page.
 *
 * Returns: (transfer full): the copy
 */
UsherBusEvents *
usher_bus_events_copy (const UsherBusEvents *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return usher_record_copy (&usher_bus_events_type, self);
}

/**
 * usher_bus_events_free:
 * @self: (transfer full): a page
 *
 * Frees a page.
 */
void
usher_bus_events_free (UsherBusEvents *self)
{
  g_return_if_fail (self != NULL);

  usher_record_free (&usher_bus_events_type, self);
}
