/* usher-subscription.h: what a subscriber asks of a bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherStart:
 * @USHER_START_ALL: from the first event that is kept
 * @USHER_START_NEW: only what is published after the subscription
 * @USHER_START_LAST: from the last event that is kept
 * @USHER_START_SEQUENCE: from a sequence
 * @USHER_START_TIME: from the first event at or after a time
 *
 * Where a subscription begins that has no position yet.
 */
typedef enum
{
  USHER_START_ALL,
  USHER_START_NEW,
  USHER_START_LAST,
  USHER_START_SEQUENCE,
  USHER_START_TIME,
} UsherStart;

/**
 * UsherSubscription:
 * @channel: the exact name of the channel
 * @group: (nullable): the queue group, whose members share the events; `NULL`: every event to this subscriber
 * @durable: (nullable): the name under which the position outlives its members and the hub
 * @start: where a new position begins; ignored when the durable exists
 * @start_sequence: for `USHER_START_SEQUENCE`
 * @start_time: for `USHER_START_TIME`, microseconds
 * @max_in_flight: how many events may be out to this member without an answer; 0: the default, 1024
 * @ack_wait: microseconds after which an unanswered event goes out again; 0: the default, 30 s
 * @max_deliver: attempts after which an event is parked; 0: the default, 5
 * @defer_limit: microseconds after which an event that is still deferred is parked; 0: the default, 15 min
 *
 * What a subscriber asks for. Strings are borrowed for the call.
 *
 * In C it is a variable. [ctor@Subscription.new] is for bindings; only what that makes, or [method@Subscription.copy], is
 * freed.
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

#define USHER_TYPE_SUBSCRIPTION (usher_subscription_get_type ())

USHER_API
GType usher_subscription_get_type (void);
USHER_API
UsherSubscription *
usher_subscription_new (const char *channel, const char *group, const char *durable);
USHER_API
UsherSubscription *usher_subscription_copy (const UsherSubscription *self);
USHER_API
void usher_subscription_free (UsherSubscription *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSubscription, usher_subscription_free)

G_END_DECLS
