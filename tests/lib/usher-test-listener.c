/* usher-test-listener.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-listener.h"

#define PATIENCE G_TIME_SPAN_MINUTE

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  UsherTestListener *self = user_data;
  guint64 sequence = usher_event_get_sequence (usher_delivery_get_event (delivery));

  g_mutex_lock (&self->mutex);
  while (self->shut)
    {
      self->held = TRUE;
      g_cond_broadcast (&self->cond);
      g_cond_wait (&self->cond, &self->mutex);
    }
  self->held = FALSE;
  if (!self->acks)
    g_queue_push_tail (&self->deliveries, usher_delivery_ref (delivery));
  g_array_append_val (self->sequences, sequence);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (self->acks)
    usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

UsherTestListener *
usher_test_listener_new (UsherBus *bus, const UsherSubscription *wish, gboolean acks)
{
  UsherTestListener *self = g_new0 (UsherTestListener, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->deliveries);
  self->sequences = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->bus = bus;
  self->acks = acks;
  self->id = usher_bus_subscribe (bus, wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->id, !=, 0);

  return self;
}

void
usher_test_listener_free (UsherTestListener *self)
{
  if (self->bus != NULL)
    usher_bus_unsubscribe (self->bus, self->id, FALSE, NULL);
  g_queue_clear_full (&self->deliveries, (GDestroyNotify) usher_delivery_unref);
  g_array_unref (self->sequences);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

UsherDelivery *
usher_test_listener_try_take (UsherTestListener *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_queue_pop_head (&self->deliveries);
}

UsherDelivery *
usher_test_listener_take (UsherTestListener *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  UsherDelivery *delivery = NULL;

  g_mutex_lock (&self->mutex);
  while ((delivery = g_queue_pop_head (&self->deliveries)) == NULL)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);

  return delivery;
}

UsherDelivery *
usher_test_listener_expect (UsherTestListener *self, guint64 sequence)
{
  UsherDelivery *delivery = usher_test_listener_take (self);

  g_assert_cmpuint (usher_event_get_sequence (usher_delivery_get_event (delivery)), ==, sequence);

  return delivery;
}

void
usher_test_listener_expect_ack (UsherTestListener *self, guint64 sequence)
{
  g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (self, sequence);

  usher_delivery_ack (delivery);
}

void
usher_test_listener_await (UsherTestListener *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (self->sequences->len < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

guint
usher_test_listener_count (UsherTestListener *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->sequences->len;
}

void
usher_test_listener_assert_quiet (UsherTestListener *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert_cmpuint (g_queue_get_length (&self->deliveries), ==, 0);
}

void
usher_test_listener_assert_run (UsherTestListener *self, guint64 first, guint n)
{
  g_autoptr (GMutexLocker) locker = NULL;

  usher_test_listener_await (self, n);
  locker = g_mutex_locker_new (&self->mutex);
  g_assert_cmpuint (self->sequences->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (self->sequences, guint64, i), ==, first + i);
}

void
usher_test_listener_shut (UsherTestListener *self)
{
  g_mutex_lock (&self->mutex);
  self->shut = TRUE;
  g_mutex_unlock (&self->mutex);
}

void
usher_test_listener_await_held (UsherTestListener *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (!self->held)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

void
usher_test_listener_release (UsherTestListener *self)
{
  g_mutex_lock (&self->mutex);
  self->shut = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}
