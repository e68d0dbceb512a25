/* usher-bus-suite-failure.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite-failure.h"

#include "usher-test-base.h"

const UsherSubscription usher_bus_failure_wish = {
  .channel = USHER_BUS_FAILURE_CHANNEL,
  .group = USHER_BUS_FAILURE_GROUP,
  .durable = USHER_BUS_FAILURE_GROUP,
  .max_deliver = USHER_BUS_FAILURE_ATTEMPTS,
  .defer_limit = 200 * G_TIME_SPAN_MILLISECOND,
};

UsherTestListener *
usher_bus_failure_listen (UsherBusFixture *self)
{
  return usher_test_listener_new (self->bus, &usher_bus_failure_wish, FALSE);
}

void
usher_bus_failure_refuse (UsherTestListener *listener, guint64 sequence)
{
  for (guint i = 1; i <= USHER_BUS_FAILURE_ATTEMPTS; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, sequence);
      g_autofree char *reason = g_strdup_printf ("reason %u", i);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, i);
      usher_delivery_nak (delivery, 0, reason);
    }
}

/* (transfer full) (nullable) */
static char *
find_parked (UsherBusFixture *self, guint64 sequence)
{
  g_autoptr (GPtrArray) parked = usher_bus_fixture_list_parked (self);

  for (guint i = 0; i < parked->len; i++)
    {
      const UsherParkedEvent *event = g_ptr_array_index (parked, i);

      if (event->sequence == sequence)
        return g_strdup (event->id);
    }

  return NULL;
}

char *
usher_bus_failure_park (UsherBusFixture *self, UsherTestListener *listener, guint64 sequence)
{
  char *id = NULL;

  usher_bus_fixture_publish (self, USHER_BUS_FAILURE_CHANNEL, 1);
  usher_bus_failure_refuse (listener, sequence);
  /* it is parked once that is durable */
  usher_test_until ((id = find_parked (self, sequence)) != NULL);

  return id;
}

void
usher_bus_failure_defer (UsherBusFixture *self, UsherTestListener *listener, guint n)
{
  guint n_parked = 0;

  while (n_parked < n)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_try_take (listener);
      g_autoptr (GPtrArray) parked = NULL;

      if (delivery != NULL)
        usher_delivery_defer (delivery, USHER_BUS_FAILURE_DEFERRAL);
      else
        {
          parked = usher_bus_fixture_list_parked (self);
          n_parked = parked->len;
        }
    }
}
