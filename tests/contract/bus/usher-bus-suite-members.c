/* usher-bus-suite-members.c: members that leave
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
test_leave (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherSubscription narrow = wish;
  UsherTestListener *one = NULL;
  g_autoptr (UsherTestListener) two = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a member that closes has not answered goes to others at once, uncounted");

  narrow.max_in_flight = 5;
  one = usher_test_listener_new (second, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  usher_test_listener_await (one, 5);
  two = usher_test_listener_new (self->bus, &narrow, FALSE);
  usher_test_listener_await (two, 5);
  usher_bus_close (second, G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  for (guint i = 6; i <= 10; i++)
    usher_test_listener_expect_ack (two, i);
  for (guint i = 1; i <= 5; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (two, i);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      g_assert_true (usher_delivery_is_redelivered (delivery));
      usher_delivery_ack (delivery);
    }

  one->bus = NULL;
  usher_test_listener_free (one);
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
  g_autoptr (UsherTestListener) two = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDelivery) delivery = NULL;

  g_test_summary ("A member that is dropped without a close leaves too");

  usher_bus_subscribe (second, &wish, drop_delivery, queue, NULL, &error);
  g_assert_no_error (error);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  delivery = g_async_queue_pop (queue);
  g_object_unref (second);
  g_clear_pointer (&delivery, usher_delivery_unref);
  two = usher_test_listener_new (self->bus, &wish, FALSE);
  usher_test_listener_expect_ack (two, 1);
}

/* Who has the last reference to a bus, and when it may go. */
typedef struct
{
  UsherBus *bus;     /* (owned) */
  GAsyncQueue *gate; /* (owned) */
} Holder;

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  g_async_queue_pop (((Holder *) user_data)->gate);
}

static void
free_holder (gpointer data)
{
  Holder *holder = data;

  g_object_unref (holder->bus);
  g_async_queue_unref (holder->gate);
  g_free (holder);
}

static void
test_finalize_inside (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, CHANNEL);
  g_autoptr (GAsyncQueue) gate = g_async_queue_new ();
  Holder *holder = g_new0 (Holder, 1);
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;
  guint n_clients = 2;

  g_test_summary ("A member whose last reference goes on its own thread leaves too");

  holder->bus = second;
  holder->gate = g_async_queue_ref (gate);
  g_object_add_weak_pointer (G_OBJECT (second), (gpointer *) &second);
  usher_bus_publish (second, event, on_published, holder, free_holder);
  g_async_queue_push (gate, self);
  while (n_clients > 1 || g_atomic_pointer_get (&second) != NULL)
    {
      g_autoptr (UsherBusFigures) figures = usher_bus_fixture_get_figures (self, 0);

      n_clients = figures->n_clients;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

static void
test_pause (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherTestListener *one = usher_test_listener_new (second, &wish, FALSE);
  g_autoptr (UsherTestListener) two = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A paused member gets nothing more, what waited there goes on uncounted; it may "
                  "still answer");

  /* one event holds the thread, ten wait behind it */
  usher_test_listener_shut (one);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_await_held (one);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  usher_bus_fixture_settle (self, self->bus);
  usher_test_listener_release (one);
  usher_bus_pause (second, &error);
  g_assert_no_error (error);
  usher_bus_fixture_settle (self, second);
  two = usher_test_listener_new (self->bus, &wish, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 5);
  usher_bus_fixture_settle (self, second);
  {
    guint taken = usher_test_listener_count (one);
    g_autofree gboolean *seen = g_new0 (gboolean, 17);

    g_assert_cmpuint (taken, >=, 1);
    for (guint i = 0; i < 16 - taken; i++)
      {
        g_autoptr (UsherDelivery) delivery = usher_test_listener_take (two);
        guint64 sequence = usher_event_get_sequence (usher_delivery_get_event (delivery));

        g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
        g_assert_false (seen[sequence]);
        seen[sequence] = TRUE;
        usher_delivery_ack (delivery);
      }
    for (guint i = 0; i < taken; i++)
      {
        g_autoptr (UsherDelivery) delivery = usher_test_listener_take (one);

        usher_delivery_ack (delivery);
      }
    usher_bus_fixture_assert_quiet (self, two);
    g_assert_cmpuint (usher_test_listener_count (one), ==, taken);
  }

  usher_test_listener_free (one);
  usher_bus_fixture_leave (second);
}

static void
test_unsubscribe (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who leaves a durable group finds its position again, who forgets it does not");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_test_listener_await (listener, 3);
  usher_bus_unsubscribe (self->bus, listener->id, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (usher_bus_unsubscribe (self->bus, listener->id, FALSE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_fixture_assert_run (self, listener, 1, 3);
  usher_test_listener_free (g_steal_pointer (&listener));

  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_assert_run (self, listener, 4, 1);
  usher_bus_unsubscribe (self->bus, listener->id, TRUE, &error);
  g_assert_no_error (error);
  usher_test_listener_free (g_steal_pointer (&listener));

  usher_bus_fixture_reopen (self);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_assert_run (self, listener, 1, 4);
}

static void
test_close_without_hub (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 start = 0;

  g_test_summary ("A member whose hub is away closes at once, and says what became of its events");

  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_stop (self);
  self->bus = usher_bus_fixture_join (self, "first");
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 10);
  start = g_get_monotonic_time ();
  g_assert_false (usher_bus_close (self->bus, 10 * G_TIME_SPAN_MILLISECOND, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 500 * G_TIME_SPAN_MILLISECOND);
  usher_test_publisher_await (self->publisher, 10);
  g_assert_cmpuint (self->publisher->n_refused, ==, 10);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_UNAVAILABLE);
  g_assert_finalize_object (self->bus);
  self->bus = NULL;
}

static void
test_close_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 last = 0;

  g_test_summary ("A closed bus may be closed again, and refuses questions");

  g_assert_true (usher_bus_close (self->bus, G_USEC_PER_SEC, &error));
  g_assert_no_error (error);
  g_assert_true (usher_bus_close (self->bus, G_USEC_PER_SEC, &error));
  g_assert_no_error (error);
  g_assert_false (usher_bus_get_last_sequence (self->bus, CHANNEL, &last, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

void
usher_bus_suite_add_members (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "member/leave", test_leave);
  usher_bus_suite_add_test (kind, "member/finalize", test_finalize);
  usher_bus_suite_add_test (kind, "member/finalize-inside", test_finalize_inside);
  usher_bus_suite_add_test (kind, "member/pause", test_pause);
  usher_bus_suite_add_test (kind, "member/unsubscribe", test_unsubscribe);
  usher_bus_suite_add_test (kind, "member/close-without-server", test_close_without_hub);
  usher_bus_suite_add_test (kind, "member/close-twice", test_close_twice);
}
