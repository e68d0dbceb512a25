/* usher-subscription.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-subscription.h"

G_DEFINE_BOXED_TYPE (UsherSubscription,
                     usher_subscription,
                     usher_subscription_copy,
                     usher_subscription_free)

/**
 * usher_subscription_new:
 * @channel: the exact name of the channel
 * @group: (nullable): the queue group
 * @durable: (nullable): the name under which the position outlives its members
 *
 * Makes what [method@Bus.subscribe] is asked for, from the first event on and with the defaults; the other fields can be set.
 *
 * Returns: (transfer full): a subscription
 */
UsherSubscription *
usher_subscription_new (const char *channel, const char *group, const char *durable)
{
  const UsherSubscription value = { .channel = channel, .group = group, .durable = durable };

  return usher_subscription_copy (&value);
}

/**
 * usher_subscription_copy:
 * @self: a subscription
 *
 * Copies it, with its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherSubscription *
usher_subscription_copy (const UsherSubscription *self)
{
  UsherSubscription *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (UsherSubscription, 1);
  *copy = *self;
  copy->channel = g_strdup (self->channel);
  copy->group = g_strdup (self->group);
  copy->durable = g_strdup (self->durable);

  return copy;
}

/**
 * usher_subscription_free:
 * @self: (transfer full): a subscription, made or copied
 *
 * Frees it, with its strings.
 */
void
usher_subscription_free (UsherSubscription *self)
{
  g_return_if_fail (self != NULL);

  g_free ((char *) self->channel);
  g_free ((char *) self->group);
  g_free ((char *) self->durable);
  g_free (self);
}
