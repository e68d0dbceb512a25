/* usher-bus-figures.h: a bus in numbers, and what it shows to whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherBusParts:
 * @USHER_BUS_PART_CHANNELS: the channels
 * @USHER_BUS_PART_GROUPS: the queue groups, and durable subscribers
 * @USHER_BUS_PART_CLIENTS: the members
 * @USHER_BUS_PART_SUBSCRIPTIONS: the subscriptions of channels and members, whichever are asked for
 *
 * What [struct@BusFigures] has beside the numbers of the whole.
 */
typedef enum
{
  USHER_BUS_PART_CHANNELS = 1 << 0,
  USHER_BUS_PART_GROUPS = 1 << 1,
  USHER_BUS_PART_CLIENTS = 1 << 2,
  USHER_BUS_PART_SUBSCRIPTIONS = 1 << 3,
} UsherBusParts;

/**
 * UsherSubscriptionFigures:
 * @channel: the channel
 * @client: (nullable): the member; `NULL`: nobody is there at present
 * @endpoint: (nullable): where the member gets its deliveries
 * @group: (nullable): the queue group, or the durable name of a subscriber without group
 * @is_durable: whether the position outlives its members
 * @is_shared: whether the members of @group share the events
 * @max_in_flight: how many events may be out to the member
 * @ack_wait: microseconds after which an unanswered event goes out again
 * @last_sent: the last sequence that went out
 * @n_out: events that are out to the member
 * @lag: of a group: events between what it has done and the end of the channel
 * @n_redelivered: of a group: events that went out again
 * @n_pending: of a group: events that are out or wait to go out again
 * @n_suspects: of a group: events that were out when a process died
 *
 * A subscription in numbers.
 */
typedef struct
{
  char *channel;
  char *client;
  char *endpoint;
  char *group;
  gboolean is_durable;
  gboolean is_shared;
  guint max_in_flight;
  gint64 ack_wait;
  guint64 last_sent;
  guint n_out;
  guint64 lag;
  guint64 n_redelivered;
  guint n_pending;
  guint n_suspects;
} UsherSubscriptionFigures;

/**
 * UsherChannelFigures:
 * @name: the name
 * @n_events: events that are kept
 * @n_bytes: their bytes
 * @first: the first sequence that is kept, 0: there was none
 * @last: the last sequence
 * @n_subscriptions: subscriptions, durable ones without a member too
 * @n_parked: events that are parked
 * @is_full: whether it refused an event for want of room, and little of it went since
 * @subscriptions: (element-type UsherSubscriptionFigures): when they were asked for
 *
 * A channel in numbers.
 */
typedef struct
{
  char *name;
  guint64 n_events;
  guint64 n_bytes;
  guint64 first;
  guint64 last;
  guint n_subscriptions;
  guint n_parked;
  gboolean is_full;
  GPtrArray *subscriptions;
} UsherChannelFigures;

/**
 * UsherGroupFigures:
 * @channel: the channel
 * @name: the name
 * @is_durable: whether its position outlives its members
 * @n_members: members
 * @floor: the sequence up to which all is done, or pending
 * @last: the last sequence of the channel
 * @lag: events between the two
 * @n_out: events that members have and did not answer
 * @n_pending: events that are out, wait to go out again, or are being parked
 * @n_suspects: events that were out when a process died
 * @n_redelivered: events that went out again
 * @n_missed: events that the limit of age had dropped before they were done
 * @n_parked: events that are parked
 *
 * A queue group, or a durable subscriber, in numbers.
 */
typedef struct
{
  char *channel;
  char *name;
  gboolean is_durable;
  guint n_members;
  guint64 floor;
  guint64 last;
  guint64 lag;
  guint n_out;
  guint n_pending;
  guint n_suspects;
  guint64 n_redelivered;
  guint64 n_missed;
  guint n_parked;
} UsherGroupFigures;

/**
 * UsherClientFigures:
 * @name: the name
 * @endpoint: (nullable): where it gets its deliveries
 * @key: (nullable): the name of the key that it came with
 * @n_subscriptions: its subscriptions
 * @subscriptions: (element-type UsherSubscriptionFigures): when they were asked for
 *
 * A member of the bus in numbers.
 */
typedef struct
{
  char *name;
  char *endpoint;
  char *key;
  guint n_subscriptions;
  GPtrArray *subscriptions;
} UsherClientFigures;

/**
 * UsherBusFigures:
 * @id: what tells this server from an earlier one with the same log
 * @version: (nullable): of the server
 * @is_failing: whether its log takes no events at the moment
 * @time: the server's time, microseconds
 * @start_time: when it was started
 * @uptime: microseconds since then
 * @n_clients: members
 * @n_subscriptions: their subscriptions
 * @n_channels: channels
 * @n_full_channels: those of them that are full
 * @n_events: events that are kept
 * @n_bytes: their bytes
 * @in_events: events that came since the start
 * @in_bytes: their bytes
 * @out_events: events that went out since the start
 * @out_bytes: their bytes
 * @n_duplicates: events that were published again and stored once
 * @n_files: open files of the server
 * @max_files: how many it may have
 * @store: (nullable): the kind of its log
 * @max_events: the limit of a channel, 0: none
 * @max_bytes: likewise, bytes
 * @max_age: likewise, microseconds
 * @log_bytes: what the log takes on the disk
 * @n_commits: commits of the log
 * @commit_median: how long the last ones took, microseconds: the half of them at most
 * @commit_p99: likewise, 99 of 100
 * @commit_max: likewise, the longest
 * @channels: (element-type UsherChannelFigures): by name, when they were asked for
 * @groups: (element-type UsherGroupFigures): by channel, when they were asked for
 * @clients: (element-type UsherClientFigures): by name, when they were asked for
 *
 * A bus in numbers. What a bus does not know is 0.
 */
typedef struct
{
  char *id;
  char *version;
  gboolean is_failing;
  gint64 time;
  gint64 start_time;
  gint64 uptime;
  guint n_clients;
  guint n_subscriptions;
  guint n_channels;
  guint n_full_channels;
  guint64 n_events;
  guint64 n_bytes;
  guint64 in_events;
  guint64 in_bytes;
  guint64 out_events;
  guint64 out_bytes;
  guint64 n_duplicates;
  guint n_files;
  guint64 max_files;
  char *store;
  guint64 max_events;
  guint64 max_bytes;
  gint64 max_age;
  guint64 log_bytes;
  guint64 n_commits;
  gint64 commit_median;
  gint64 commit_p99;
  gint64 commit_max;
  GPtrArray *channels;
  GPtrArray *groups;
  GPtrArray *clients;
} UsherBusFigures;

/**
 * UsherParkedEvent:
 * @id: what [method@Bus.find_parked], [method@Bus.replay_parked] and [method@Bus.drop_parked] know it by
 * @channel: the channel
 * @group: the group that could not do it
 * @sequence: its place in the channel
 * @event_id: (nullable): the id of the event, unless that was dropped for its age
 * @n_bytes: how large its payload is
 * @event: (nullable): the event, when it was asked for by its id, unless it was dropped for its age
 * @time: when it was parked, microseconds
 * @attempts: how often it was tried
 * @is_deferred: whether it waited too long, and nothing failed
 * @reasons: (nullable): why, the oldest first
 *
 * An event that its group could not do.
 */
typedef struct
{
  char *id;
  char *channel;
  char *group;
  guint64 sequence;
  char *event_id;
  guint64 n_bytes;
  UsherEvent *event;
  gint64 time;
  guint attempts;
  gboolean is_deferred;
  GStrv reasons;
} UsherParkedEvent;

/**
 * UsherBusEvents:
 * @events: (element-type UsherEvent): in each channel one after the other, over channels by time
 * @cursor: where the next page begins, in each channel that was asked for: `CHANNEL:SEQUENCE,…`, the names escaped as in a URI
 *
 * A page of events for whoever looks on.
 */
typedef struct
{
  GPtrArray *events;
  char *cursor;
} UsherBusEvents;

#define USHER_TYPE_SUBSCRIPTION_FIGURES (usher_subscription_figures_get_type ())
#define USHER_TYPE_CHANNEL_FIGURES      (usher_channel_figures_get_type ())
#define USHER_TYPE_GROUP_FIGURES        (usher_group_figures_get_type ())
#define USHER_TYPE_CLIENT_FIGURES       (usher_client_figures_get_type ())
#define USHER_TYPE_BUS_FIGURES          (usher_bus_figures_get_type ())
#define USHER_TYPE_PARKED_EVENT         (usher_parked_event_get_type ())
#define USHER_TYPE_BUS_EVENTS           (usher_bus_events_get_type ())

USHER_API
GType usher_subscription_figures_get_type (void);
USHER_API
UsherSubscriptionFigures *usher_subscription_figures_new (void);
USHER_API
UsherSubscriptionFigures *usher_subscription_figures_copy (const UsherSubscriptionFigures *self);
USHER_API
void usher_subscription_figures_free (UsherSubscriptionFigures *self);

USHER_API
GType usher_channel_figures_get_type (void);
USHER_API
UsherChannelFigures *usher_channel_figures_new (void);
USHER_API
UsherChannelFigures *usher_channel_figures_copy (const UsherChannelFigures *self);
USHER_API
void usher_channel_figures_free (UsherChannelFigures *self);

USHER_API
GType usher_group_figures_get_type (void);
USHER_API
UsherGroupFigures *usher_group_figures_new (void);
USHER_API
UsherGroupFigures *usher_group_figures_copy (const UsherGroupFigures *self);
USHER_API
void usher_group_figures_free (UsherGroupFigures *self);

USHER_API
GType usher_client_figures_get_type (void);
USHER_API
UsherClientFigures *usher_client_figures_new (void);
USHER_API
UsherClientFigures *usher_client_figures_copy (const UsherClientFigures *self);
USHER_API
void usher_client_figures_free (UsherClientFigures *self);

USHER_API
GType usher_bus_figures_get_type (void);
USHER_API
UsherBusFigures *usher_bus_figures_new (void);
USHER_API
UsherBusFigures *usher_bus_figures_copy (const UsherBusFigures *self);
USHER_API
void usher_bus_figures_free (UsherBusFigures *self);

USHER_API
GType usher_parked_event_get_type (void);
USHER_API
UsherParkedEvent *usher_parked_event_new (void);
USHER_API
UsherParkedEvent *usher_parked_event_copy (const UsherParkedEvent *self);
USHER_API
void usher_parked_event_free (UsherParkedEvent *self);

USHER_API
GType usher_bus_events_get_type (void);
USHER_API
UsherBusEvents *usher_bus_events_new (void);
USHER_API
UsherBusEvents *usher_bus_events_copy (const UsherBusEvents *self);
USHER_API
void usher_bus_events_free (UsherBusEvents *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSubscriptionFigures, usher_subscription_figures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherChannelFigures, usher_channel_figures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherGroupFigures, usher_group_figures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherClientFigures, usher_client_figures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBusFigures, usher_bus_figures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherParkedEvent, usher_parked_event_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBusEvents, usher_bus_events_free)

G_END_DECLS
