/* usher-bus-suite.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#include <glib/gstdio.h>

#include "usher-id.h"
#include "usher-test.h"

/* 2026-01-01 */
#define START    (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

void
usher_bus_fixture_open_hub (UsherBusFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->hub = self->maker->open_hub (
      self->directory, self->endpoint, USHER_CLOCK (self->clock), &self->limits, &error);
  g_assert_no_error (error);
}

void
usher_bus_fixture_close_hub (UsherBusFixture *self)
{
  g_clear_pointer (&self->hub, self->maker->close_hub);
}

UsherBus *
usher_bus_fixture_join (UsherBusFixture *self, const char *client)
{
  g_autoptr (GError) error = NULL;
  UsherBus *bus = self->maker->join (self->endpoint, client, USHER_CLOCK (self->clock), &error);

  g_assert_no_error (error);

  return bus;
}

void
usher_bus_fixture_leave (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;

  usher_bus_close (bus, G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (bus);
}

void
usher_bus_fixture_restart (UsherBusFixture *self)
{
  if (!self->maker->outlives_hub)
    {
      usher_bus_fixture_reopen (self);
      return;
    }

  usher_bus_fixture_close_hub (self);
  usher_bus_fixture_open_hub (self);
}

void
usher_bus_fixture_reopen (UsherBusFixture *self)
{
  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  usher_bus_fixture_open_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");
}

static void
set_up (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->maker = data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->clock = usher_manual_clock_new (START);
  self->directory = g_dir_make_tmp ("usher-bus-XXXXXX", &error);
  g_assert_no_error (error);
  self->endpoint = self->maker->make_endpoint (self->directory);
  usher_bus_fixture_open_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");
}

static void
tear_down (UsherBusFixture *self, gconstpointer data)
{
  if (self->bus != NULL)
    usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  g_assert_finalize_object (self->clock);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->endpoint);
  g_ptr_array_unref (self->ids);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

UsherJson *
usher_bus_fixture_describe (UsherBus *bus, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = usher_bus_describe (bus, what, &error);
  UsherJson *json = NULL;

  g_assert_no_error (error);
  json = usher_json_parse (text, -1, &error);
  g_assert_no_error (error);

  return json;
}

gint64
usher_bus_fixture_read (UsherBus *bus, const char *what, const char *path)
{
  g_autoptr (UsherJson) json = usher_bus_fixture_describe (bus, what);
  gint64 value = -1;

  g_assert_true (usher_json_get_integer (json, path, &value));

  return value;
}

UsherJson *
usher_bus_fixture_await_parked (UsherBus *bus, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  /* a row is there when its commit is done */
  while (TRUE)
    {
      g_autoptr (UsherJson) json = usher_bus_fixture_describe (bus, "parked");

      if (usher_json_get_length (json, "") == n)
        return g_steal_pointer (&json);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

void
usher_bus_fixture_settle (UsherBus *bus)
{
  /* the hub takes all in that came before a question, and sends what follows before it takes in the next one */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (UsherJson) json = usher_bus_fixture_describe (bus, "serverz");

      g_assert_nonnull (json);
    }
}

void
usher_bus_fixture_turn (UsherBusFixture *self, UsherBus *bus, gint64 microseconds)
{
  usher_bus_fixture_settle (bus);
  usher_manual_clock_advance (self->clock, microseconds);
  usher_bus_fixture_settle (bus);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  UsherBusFixture *self = user_data;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    self->n_confirmed++;
  else
    {
      g_assert_true (error->domain == USHER_ERROR);
      self->n_refused++;
      self->code = error->code;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
usher_bus_fixture_post_event (UsherBusFixture *self, UsherBus *bus, UsherEvent *event)
{
  usher_bus_publish (bus, event, on_published, self, NULL);
}

UsherEvent *
usher_bus_fixture_make_event (UsherBusFixture *self, const char *channel)
{
  g_autofree char *id = usher_uuid_new (USHER_CLOCK (self->clock));
  g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", self->ids->len);
  UsherEvent *event =
      usher_event_new (id, channel, usher_clock_get_time (USHER_CLOCK (self->clock)), payload, -1);

  g_ptr_array_add (self->ids, g_steal_pointer (&id));

  return event;
}

void
usher_bus_fixture_post (UsherBusFixture *self, UsherBus *bus, const char *channel, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherEvent) event = usher_bus_fixture_make_event (self, channel);

      usher_bus_fixture_post_event (self, bus, event);
    }
}

void
usher_bus_fixture_await_confirms (UsherBusFixture *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (self->n_confirmed + self->n_refused < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_assert_cmpuint (self->n_confirmed + self->n_refused, ==, n);
  g_mutex_unlock (&self->mutex);
}

void
usher_bus_fixture_publish (UsherBusFixture *self, const char *channel, guint n)
{
  guint before = self->n_confirmed + self->n_refused;

  usher_bus_fixture_post (self, self->bus, channel, n);
  usher_bus_fixture_await_confirms (self, before + n);
  g_assert_cmpuint (self->n_refused, ==, 0);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  UsherBusListener *self = user_data;
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

UsherBusListener *
usher_bus_listener_new (UsherBus *bus, const UsherSubscription *wish, gboolean acks)
{
  UsherBusListener *self = g_new0 (UsherBusListener, 1);
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
usher_bus_listener_free (UsherBusListener *self)
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
usher_bus_listener_take (UsherBusListener *self)
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
usher_bus_listener_expect (UsherBusListener *self, guint64 sequence)
{
  UsherDelivery *delivery = usher_bus_listener_take (self);

  g_assert_cmpuint (usher_event_get_sequence (usher_delivery_get_event (delivery)), ==, sequence);

  return delivery;
}

void
usher_bus_listener_expect_ack (UsherBusListener *self, guint64 sequence)
{
  g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (self, sequence);

  usher_delivery_ack (delivery);
}

void
usher_bus_listener_await (UsherBusListener *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (self->sequences->len < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

guint
usher_bus_listener_count (UsherBusListener *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->sequences->len;
}

void
usher_bus_listener_assert_quiet (UsherBusListener *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  usher_bus_fixture_settle (self->bus);
  locker = g_mutex_locker_new (&self->mutex);
  g_assert_cmpuint (g_queue_get_length (&self->deliveries), ==, 0);
}

void
usher_bus_listener_assert_run (UsherBusListener *self, guint64 first, guint n)
{
  g_autoptr (GMutexLocker) locker = NULL;

  usher_bus_listener_await (self, n);
  usher_bus_fixture_settle (self->bus);
  locker = g_mutex_locker_new (&self->mutex);
  g_assert_cmpuint (self->sequences->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (self->sequences, guint64, i), ==, first + i);
}

void
usher_bus_listener_shut (UsherBusListener *self)
{
  g_mutex_lock (&self->mutex);
  self->shut = TRUE;
  g_mutex_unlock (&self->mutex);
}

void
usher_bus_listener_await_held (UsherBusListener *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (!self->held)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

void
usher_bus_listener_release (UsherBusListener *self)
{
  g_mutex_lock (&self->mutex);
  self->shut = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
usher_bus_suite_add_test (const UsherBusMaker *maker, const char *name, UsherBusTest test)
{
  g_autofree char *path = g_strdup_printf ("/bus/%s/%s", maker->name, name);

  g_test_add (path, UsherBusFixture, maker, set_up, test, tear_down);
}

void
usher_bus_suite_add (const UsherBusMaker *maker)
{
  usher_bus_suite_add_groups (maker);
  usher_bus_suite_add_channels (maker);
  usher_bus_suite_add_events (maker);
  usher_bus_suite_add_parked (maker);
  usher_bus_suite_add_restart (maker);
  usher_bus_suite_add_waits (maker);
  usher_bus_suite_add_hub (maker);
}
