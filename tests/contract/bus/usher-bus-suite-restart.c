/* usher-bus-suite-restart.c: servers that go and come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

static void
test_position (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  UsherDelivery *kept[7] = { NULL };

  g_test_summary ("After an orderly close nothing acknowledged comes again, and all else does");

  usher_bus_fixture_publish (self, CHANNEL, 6);
  for (guint i = 1; i <= 6; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, i);

      if (i != 2 && i != 5)
        usher_delivery_ack (delivery);
      else
        kept[i] = g_steal_pointer (&delivery);
    }
  g_clear_pointer (&listener, usher_test_listener_free);
  usher_delivery_unref (kept[2]);
  usher_delivery_unref (kept[5]);
  usher_bus_fixture_reopen (self);
  listener = usher_test_listener_new (self->bus, &wish, FALSE);
  for (guint i = 2; i <= 5; i += 3)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, i);

      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_expect_ack (listener, 7);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
assert_kept (UsherBusFixture *self, guint64 n)
{
  g_autoptr (GError) error = NULL;
  guint64 last = 0;

  usher_bus_get_last_sequence (self->bus, CHANNEL, &last, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, n);
}

static void
test_duplicate (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, CHANNEL);

  g_test_summary ("An event that is published twice is confirmed twice and stored once");

  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_await (self->publisher, 2);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_await (self->publisher, 3);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 3);
  usher_bus_fixture_assert_run (self, listener, 1, 1);
  g_clear_pointer (&listener, usher_test_listener_free);

  usher_bus_fixture_reopen (self);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_await (self->publisher, 4);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 4);
  assert_kept (self, 1);
}

static void
test_duplicates (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  const guint n = 20000;

  g_test_summary ("All that a member may have had without a confirmation is known to the next hub");

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (events, usher_test_publisher_make_event (self->publisher, CHANNEL));
      usher_test_publisher_post_event (self->publisher, self->bus, g_ptr_array_index (events, i));
    }
  usher_test_publisher_await (self->publisher, n);
  usher_bus_fixture_reopen (self);
  for (guint i = 0; i < n; i++)
    usher_test_publisher_post_event (self->publisher, self->bus, g_ptr_array_index (events, i));
  usher_test_publisher_await (self->publisher, 2 * n);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 2 * n);
  assert_kept (self, n);
}

static void
test_before_hub (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherTestListener) follower = NULL;
  const UsherSubscription plain = { .channel = CHANNEL };

  g_test_summary ("What is published before the hub is there is delivered when it comes");
  if (!self->kind->outlives_server)
    {
      g_test_skip ("members of this kind come after their server");
      return;
    }

  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_stop (self);
  self->bus = usher_bus_fixture_join (self, "first");
  g_assert_false (usher_bus_is_connected (self->bus));
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 100);
  usher_bus_fixture_start (self);
  usher_test_publisher_await (self->publisher, 100);
  g_assert_true (usher_bus_is_connected (self->bus));
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  follower = usher_test_listener_new (self->bus, &plain, TRUE);
  usher_bus_fixture_assert_run (self, listener, 1, 100);
  usher_bus_fixture_assert_run (self, follower, 1, 100);
}

/* Waits until each of the first @n events has come, however often. */
static void
await_all (UsherTestListener *listener, guint n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint at = 0;

  while (g_hash_table_size (seen) < n)
    {
      usher_test_listener_await (listener, at + 1);
      g_mutex_lock (&listener->mutex);
      for (; at < listener->sequences->len; at++)
        g_hash_table_add (seen,
                          GSIZE_TO_POINTER (
                              (gsize) g_array_index (listener->sequences, guint64, at)));
      g_mutex_unlock (&listener->mutex);
    }
}

static void
test_hub_restarts (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherTestListener) follower = NULL;

  g_test_summary (
      "A hub that is started again under its members loses nothing and stores nothing twice");
  if (!self->kind->outlives_server)
    {
      g_test_skip ("members of this kind go with their server");
      return;
    }

  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  follower = usher_test_listener_new (self->bus, &plain, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 3000);
      usher_bus_fixture_restart (self);
    }
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 1000);
  usher_test_publisher_await (self->publisher, 10000);
  g_assert_cmpuint (self->publisher->n_refused, ==, 0);
  usher_bus_fixture_assert_run (self, follower, 1, 10000);
  assert_kept (self, 10000);

  /* a group may see some again: what it had acknowledged when the hub went */
  await_all (listener, 10000);
}

static void
test_hub_restarts_idle (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  UsherBus *second = NULL;
  UsherTestListener *listener = NULL;
  UsherTestListener *follower = NULL;

  g_test_summary ("Members that only listen find the next hub by themselves");
  if (!self->kind->outlives_server)
    {
      g_test_skip ("members of this kind go with their server");
      return;
    }

  second = usher_bus_fixture_join (self, "second");
  listener = usher_test_listener_new (second, &wish, TRUE);
  follower = usher_test_listener_new (second, &plain, TRUE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_fixture_assert_run (self, follower, 1, 1);
  usher_bus_fixture_assert_run (self, listener, 1, 1);
  usher_bus_fixture_restart (self);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_fixture_assert_run (self, follower, 1, 2);
  usher_bus_fixture_assert_run (self, listener, 1, 2);

  usher_test_listener_free (listener);
  usher_test_listener_free (follower);
  usher_bus_fixture_leave (second);
}

static void
test_durable_restart (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "mine" };
  UsherDelivery *kept = NULL;
  g_autoptr (UsherTestListener) follower = NULL;

  g_test_summary ("What a durable subscriber of a channel answered while the hub was away is asked "
                  "again, so that its "
                  "position goes on");
  if (!self->kind->outlives_server)
    {
      g_test_skip ("members of this kind go with their server");
      return;
    }

  follower = usher_test_listener_new (self->bus, &durable, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 3);
  kept = usher_test_listener_expect (follower, 1);
  usher_test_listener_expect_ack (follower, 2);
  usher_test_listener_expect_ack (follower, 3);
  usher_bus_fixture_settle (self, self->bus);
  usher_bus_fixture_stop (self);
  usher_delivery_ack (kept);
  g_clear_pointer (&kept, usher_delivery_unref);
  usher_bus_fixture_start (self);
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (follower, i);

      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_expect_ack (follower, 4);
  usher_bus_fixture_await_done (self);
  usher_bus_fixture_assert_quiet (self, follower);
}

static void
test_paused_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UsherBus *second = NULL;
  UsherTestListener *listener = NULL;
  g_autoptr (UsherBusFigures) figures = NULL;

  g_test_summary ("A paused member is paused for the next hub too");
  if (!self->kind->outlives_server)
    {
      g_test_skip ("members of this kind go with their server");
      return;
    }

  second = usher_bus_fixture_join (self, "second");
  listener = usher_test_listener_new (second, &wish, FALSE);
  usher_bus_pause (second, &error);
  g_assert_no_error (error);
  usher_bus_fixture_restart (self);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_fixture_assert_quiet (self, listener);
  figures = usher_bus_fixture_get_figures (self, 0);
  g_assert_cmpuint (figures->n_subscriptions, ==, 1);
  /* it was not even sent */
  g_assert_cmpuint (figures->out_events, ==, 0);

  usher_test_listener_free (listener);
  usher_bus_fixture_leave (second);
}

void
usher_bus_suite_add_restart (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "restart/position", test_position);
  usher_bus_suite_add_test (kind, "restart/duplicate", test_duplicate);
  usher_bus_suite_add_test (kind, "restart/duplicates", test_duplicates);
  usher_bus_suite_add_test (kind, "restart/before-hub", test_before_hub);
  usher_bus_suite_add_test (kind, "restart/hub", test_hub_restarts);
  usher_bus_suite_add_test (kind, "restart/hub-idle", test_hub_restarts_idle);
  usher_bus_suite_add_test (kind, "restart/durable", test_durable_restart);
  usher_bus_suite_add_test (kind, "restart/paused", test_paused_restart);
}
