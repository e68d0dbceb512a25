/* usher-bus-suite-restart.c: hubs and members that go and come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#include <string.h>

#define CHANNEL "order:created"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

static void
test_position (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  UsherDelivery *kept[7] = { NULL };

  g_test_summary ("After an orderly close nothing acknowledged comes again, and all else does");

  usher_bus_fixture_publish (self, CHANNEL, 6);
  for (guint i = 1; i <= 6; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, i);

      if (i != 2 && i != 5)
        usher_delivery_ack (delivery);
      else
        kept[i] = g_steal_pointer (&delivery);
    }
  g_clear_pointer (&listener, usher_bus_listener_free);
  usher_delivery_unref (kept[2]);
  usher_delivery_unref (kept[5]);
  usher_bus_fixture_reopen (self);
  listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  for (guint i = 2; i <= 5; i += 3)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, i);

      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_expect_ack (listener, 7);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_duplicate (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherEvent) event = usher_bus_fixture_make_event (self, CHANNEL);

  g_test_summary ("An event that is published twice is confirmed twice and stored once");

  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_await_confirms (self, 2);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_await_confirms (self, 3);
  g_assert_cmpuint (self->n_confirmed, ==, 3);
  usher_bus_listener_assert_run (listener, 1, 1);
  g_clear_pointer (&listener, usher_bus_listener_free);

  usher_bus_fixture_reopen (self);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_await_confirms (self, 4);
  g_assert_cmpuint (self->n_confirmed, ==, 4);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_msgs"), ==, 1);
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
      g_ptr_array_add (events, usher_bus_fixture_make_event (self, CHANNEL));
      usher_bus_fixture_post_event (self, self->bus, g_ptr_array_index (events, i));
    }
  usher_bus_fixture_await_confirms (self, n);
  usher_bus_fixture_reopen (self);
  for (guint i = 0; i < n; i++)
    usher_bus_fixture_post_event (self, self->bus, g_ptr_array_index (events, i));
  usher_bus_fixture_await_confirms (self, 2 * n);
  g_assert_cmpuint (self->n_confirmed, ==, 2 * n);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_msgs"), ==, n);
}

static void
test_leave (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherSubscription narrow = wish;
  UsherBusListener *one = NULL;
  g_autoptr (UsherBusListener) two = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a member that closes has not answered goes to others at once, uncounted");

  narrow.max_in_flight = 5;
  one = usher_bus_listener_new (second, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  usher_bus_listener_await (one, 5);
  two = usher_bus_listener_new (self->bus, &narrow, FALSE);
  usher_bus_listener_await (two, 5);
  usher_bus_close (second, G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  for (guint i = 6; i <= 10; i++)
    usher_bus_listener_expect_ack (two, i);
  for (guint i = 1; i <= 5; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (two, i);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }

  one->bus = NULL;
  usher_bus_listener_free (one);
  g_assert_finalize_object (second);
}

static void
drop_delivery (UsherDelivery *delivery, gpointer user_data)
{
  GAsyncQueue *queue = user_data;

  g_async_queue_push (queue, delivery);
}

static void
test_finalize (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  g_autoptr (UsherBusListener) two = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDelivery) delivery = NULL;

  g_test_summary ("A member that is dropped without a close leaves too");

  usher_bus_subscribe (second, &wish, drop_delivery, queue, NULL, &error);
  g_assert_no_error (error);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  delivery = g_async_queue_pop (queue);
  g_object_unref (second);
  /* this was the last reference, and a nak */
  g_clear_pointer (&delivery, usher_delivery_unref);
  two = usher_bus_listener_new (self->bus, &wish, FALSE);
  usher_bus_listener_expect_ack (two, 1);
}

static void
test_same_name (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  UsherBus *second = usher_bus_fixture_join (self, "first");

  g_test_summary ("A member with the name of another one that lives is refused, and told so");

  g_assert_cmpuint (usher_bus_subscribe (second, &wish, drop_delivery, NULL, NULL, &error), ==, 0);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "“first”"));
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_run (listener, 1, 1);

  /* and comes in when that one has left */
  g_clear_pointer (&listener, usher_bus_listener_free);
  usher_bus_fixture_leave (self->bus);
  self->bus = second;
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_run (listener, 2, 1);
}

static void
test_silent_name (UsherBusFixture *self, gconstpointer data)
{
  UsherBusListener *one = NULL;
  g_autoptr (UsherBusListener) two = NULL;
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherBus *third = NULL;

  g_test_summary ("A member that does not answer is replaced by the next one with its name");

  one = usher_bus_listener_new (second, &wish, FALSE);
  usher_bus_listener_shut (one);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_await_held (one);
  third = usher_bus_fixture_join (self, "second");
  two = usher_bus_listener_new (third, &wish, FALSE);
  {
    g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (two, 1);

    g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
    usher_delivery_ack (delivery);
  }
  g_clear_pointer (&two, usher_bus_listener_free);
  usher_bus_fixture_leave (third);

  usher_bus_listener_release (one);
  usher_bus_listener_free (one);
  usher_bus_fixture_leave (second);
}

static void
test_pause (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherBusListener *one = usher_bus_listener_new (second, &wish, FALSE);
  g_autoptr (UsherBusListener) two = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A paused member gets nothing more, what waited there goes on uncounted; it may "
                  "still answer");

  /* one event holds the thread, ten wait behind it */
  usher_bus_listener_shut (one);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_await_held (one);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  usher_bus_fixture_settle (self->bus);
  usher_bus_listener_release (one);
  usher_bus_pause (second, &error);
  g_assert_no_error (error);
  usher_bus_fixture_settle (second);
  two = usher_bus_listener_new (self->bus, &wish, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 5);
  usher_bus_fixture_settle (second);
  {
    guint taken = usher_bus_listener_count (one);
    g_autofree gboolean *seen = g_new0 (gboolean, 17);

    g_assert_cmpuint (taken, >=, 1);
    for (guint i = 0; i < 16 - taken; i++)
      {
        g_autoptr (UsherDelivery) delivery = usher_bus_listener_take (two);
        guint64 sequence = usher_event_get_sequence (usher_delivery_get_event (delivery));

        g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
        g_assert_false (seen[sequence]);
        seen[sequence] = TRUE;
        usher_delivery_ack (delivery);
      }
    for (guint i = 0; i < taken; i++)
      {
        g_autoptr (UsherDelivery) delivery = usher_bus_listener_take (one);

        usher_delivery_ack (delivery);
      }
    usher_bus_fixture_turn (self, second, G_TIME_SPAN_MINUTE);
    usher_bus_listener_assert_quiet (two);
    g_assert_cmpuint (usher_bus_listener_count (one), ==, taken);
  }

  usher_bus_listener_free (one);
  usher_bus_fixture_leave (second);
}

static void
test_unsubscribe (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who leaves a durable group finds its position again, who forgets it does not");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_listener_await (listener, 3);
  usher_bus_unsubscribe (self->bus, listener->id, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (usher_bus_unsubscribe (self->bus, listener->id, FALSE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_run (listener, 1, 3);
  usher_bus_listener_free (g_steal_pointer (&listener));

  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_assert_run (listener, 4, 1);
  usher_bus_unsubscribe (self->bus, listener->id, TRUE, &error);
  g_assert_no_error (error);
  usher_bus_listener_free (g_steal_pointer (&listener));

  usher_bus_fixture_reopen (self);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_assert_run (listener, 1, 4);
}

static void
test_before_hub (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = NULL;
  g_autoptr (UsherBusListener) follower = NULL;
  const UsherSubscription plain = { .channel = CHANNEL };

  g_test_summary ("What is published before the hub is there is delivered when it comes");
  if (!self->maker->outlives_hub)
    {
      g_test_skip ("members of this kind come after their hub");
      return;
    }

  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");
  g_assert_false (usher_bus_is_connected (self->bus));
  usher_bus_fixture_post (self, self->bus, CHANNEL, 100);
  /* long enough for the member to have asked more than once whether somebody is there */
  g_usleep (300 * G_TIME_SPAN_MILLISECOND);
  usher_bus_fixture_open_hub (self);
  usher_bus_fixture_await_confirms (self, 100);
  g_assert_true (usher_bus_is_connected (self->bus));
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  follower = usher_bus_listener_new (self->bus, &plain, TRUE);
  usher_bus_listener_assert_run (listener, 1, 100);
  usher_bus_listener_assert_run (follower, 1, 100);
}

static void
test_hub_restarts (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  g_autoptr (UsherBusListener) listener = NULL;
  g_autoptr (UsherBusListener) follower = NULL;

  g_test_summary (
      "A hub that is started again under its members loses nothing and stores nothing twice");
  if (!self->maker->outlives_hub)
    {
      g_test_skip ("members of this kind go with their hub");
      return;
    }

  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  follower = usher_bus_listener_new (self->bus, &plain, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      usher_bus_fixture_post (self, self->bus, CHANNEL, 3000);
      usher_bus_fixture_restart (self);
    }
  usher_bus_fixture_post (self, self->bus, CHANNEL, 1000);
  usher_bus_fixture_await_confirms (self, 10000);
  g_assert_cmpuint (self->n_refused, ==, 0);
  usher_bus_listener_assert_run (follower, 1, 10000);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_msgs"), ==, 10000);

  /* a group may see some again: what it had acknowledged when the hub went */
  {
    g_autofree gboolean *seen = g_new0 (gboolean, 10001);
    guint n = 0;
    gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

    while (n < 10000)
      {
        g_assert_cmpint (g_get_monotonic_time (), <, deadline);
        g_mutex_lock (&listener->mutex);
        n = 0;
        for (guint i = 0; i < listener->sequences->len; i++)
          {
            guint64 sequence = g_array_index (listener->sequences, guint64, i);

            n += seen[sequence] ? 0 : 1;
            seen[sequence] = TRUE;
          }
        for (guint i = 1; n == 0 && i <= 10000; i++)
          n += seen[i] ? 1 : 0;
        g_mutex_unlock (&listener->mutex);
        n = 0;
        for (guint i = 1; i <= 10000; i++)
          n += seen[i] ? 1 : 0;
        g_thread_yield ();
      }
  }
}

static void
test_hub_restarts_idle (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  UsherBus *second = NULL;
  UsherBusListener *listener = NULL;
  UsherBusListener *follower = NULL;

  g_test_summary ("Members that only listen find the next hub by themselves");
  if (!self->maker->outlives_hub)
    {
      g_test_skip ("members of this kind go with their hub");
      return;
    }

  second = usher_bus_fixture_join (self, "second");
  listener = usher_bus_listener_new (second, &wish, TRUE);
  follower = usher_bus_listener_new (second, &plain, TRUE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_run (follower, 1, 1);
  usher_bus_listener_assert_run (listener, 1, 1);
  usher_bus_fixture_restart (self);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_run (follower, 1, 2);
  usher_bus_listener_assert_run (listener, 1, 2);

  usher_bus_listener_free (listener);
  usher_bus_listener_free (follower);
  usher_bus_fixture_leave (second);
}

static void
test_durable_restart (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "mine" };
  UsherDelivery *kept = NULL;
  g_autoptr (UsherBusListener) follower = NULL;
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_test_summary ("What a durable subscriber of a channel answered while the hub was away is asked "
                  "again, so that its "
                  "position goes on");
  if (!self->maker->outlives_hub)
    {
      g_test_skip ("members of this kind go with their hub");
      return;
    }

  follower = usher_bus_listener_new (self->bus, &durable, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 3);
  kept = usher_bus_listener_expect (follower, 1);
  usher_bus_listener_expect_ack (follower, 2);
  usher_bus_listener_expect_ack (follower, 3);
  usher_bus_fixture_settle (self->bus);
  usher_bus_fixture_close_hub (self);
  usher_delivery_ack (kept);
  g_clear_pointer (&kept, usher_delivery_unref);
  usher_bus_fixture_open_hub (self);
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (follower, i);

      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_expect_ack (follower, 4);
  while (usher_bus_fixture_read (self->bus, "metrics", "groups.0.lag") != 0)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  usher_bus_listener_assert_quiet (follower);
}

static void
test_paused_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UsherBus *second = NULL;
  UsherBusListener *listener = NULL;

  g_test_summary ("A paused member is paused for the next hub too");
  if (!self->maker->outlives_hub)
    {
      g_test_skip ("members of this kind go with their hub");
      return;
    }

  second = usher_bus_fixture_join (self, "second");
  listener = usher_bus_listener_new (second, &wish, FALSE);
  usher_bus_pause (second, &error);
  g_assert_no_error (error);
  usher_bus_fixture_restart (self);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_assert_quiet (listener);
  g_assert_cmpint (usher_bus_fixture_read (second, "serverz", "subscriptions"), ==, 1);
  usher_bus_fixture_settle (second);
  /* it was not even sent */
  g_assert_cmpint (usher_bus_fixture_read (second, "serverz", "out_msgs"), ==, 0);

  usher_bus_listener_free (listener);
  usher_bus_fixture_leave (second);
}

static void
test_close_without_hub (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 start = 0;

  g_test_summary ("A member whose hub is away closes at once, and says what became of its events");

  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");
  usher_bus_fixture_post (self, self->bus, CHANNEL, 10);
  start = g_get_monotonic_time ();
  g_assert_false (usher_bus_close (self->bus, 10 * G_TIME_SPAN_MILLISECOND, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 500 * G_TIME_SPAN_MILLISECOND);
  usher_bus_fixture_await_confirms (self, 10);
  g_assert_cmpuint (self->n_refused, ==, 10);
  g_assert_cmpint (self->code, ==, USHER_ERROR_UNAVAILABLE);
  g_assert_finalize_object (self->bus);
  self->bus = NULL;
}

static void
test_close_quick (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  gint64 start = 0;

  g_test_summary ("An idle member and an idle hub close at once, in either order");

  usher_bus_fixture_publish (self, CHANNEL, 10);
  usher_bus_listener_await (listener, 10);
  g_clear_pointer (&listener, usher_bus_listener_free);
  start = g_get_monotonic_time ();
  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 400 * G_TIME_SPAN_MILLISECOND);

  usher_bus_fixture_open_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");
  usher_bus_fixture_settle (self->bus);
  start = g_get_monotonic_time ();
  usher_bus_fixture_close_hub (self);
  usher_bus_fixture_leave (self->bus);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 900 * G_TIME_SPAN_MILLISECOND);
  self->bus = NULL;
}

static void
test_close_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A closed bus may be closed again, and refuses questions");

  g_assert_true (usher_bus_close (self->bus, G_USEC_PER_SEC, &error));
  g_assert_no_error (error);
  g_assert_true (usher_bus_close (self->bus, G_USEC_PER_SEC, &error));
  g_assert_no_error (error);
  text = usher_bus_describe (self->bus, "serverz", &error);
  g_assert_null (text);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

void
usher_bus_suite_add_restart (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "restart/position", test_position);
  usher_bus_suite_add_test (maker, "restart/duplicate", test_duplicate);
  usher_bus_suite_add_test (maker, "restart/duplicates", test_duplicates);
  usher_bus_suite_add_test (maker, "restart/before-hub", test_before_hub);
  usher_bus_suite_add_test (maker, "restart/hub", test_hub_restarts);
  usher_bus_suite_add_test (maker, "restart/hub-idle", test_hub_restarts_idle);
  usher_bus_suite_add_test (maker, "restart/durable", test_durable_restart);
  usher_bus_suite_add_test (maker, "restart/paused", test_paused_restart);
  usher_bus_suite_add_test (maker, "member/leave", test_leave);
  usher_bus_suite_add_test (maker, "member/finalize", test_finalize);
  usher_bus_suite_add_test (maker, "member/same-name", test_same_name);
  usher_bus_suite_add_test (maker, "member/silent-name", test_silent_name);
  usher_bus_suite_add_test (maker, "member/pause", test_pause);
  usher_bus_suite_add_test (maker, "member/unsubscribe", test_unsubscribe);
  usher_bus_suite_add_test (maker, "member/close-without-hub", test_close_without_hub);
  usher_bus_suite_add_test (maker, "member/close-quick", test_close_quick);
  usher_bus_suite_add_test (maker, "member/close-twice", test_close_twice);
}
