/* usher-bus-suite-groups.c: what the members of a queue group get
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"
/* what a test waits for, since no clock is turned here */
#define SOON (200 * G_TIME_SPAN_MILLISECOND)

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

static void
test_order (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);

  g_test_summary ("A group of one member gets all events in order, once");

  usher_bus_fixture_publish (self, CHANNEL, 1000);
  usher_bus_fixture_assert_run (self, listener, 1, 1000);
}

static void
test_content (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherEvent) event = usher_event_new_full ("0190163d-8694-739b-aea5-966c26f8ad90",
                                                       CHANNEL,
                                                       0,
                                                       1234567,
                                                       "correlation ü",
                                                       "causation",
                                                       "traceparent",
                                                       "{\"title\":\"ü\"}",
                                                       -1);
  g_autoptr (UsherDelivery) delivery = NULL;
  UsherEvent *got = NULL;

  g_test_summary ("An event comes as it was published");

  usher_test_publisher_post_event (self->publisher, self->bus, event);
  delivery = usher_test_listener_expect (listener, 1);
  got = usher_delivery_get_event (delivery);
  g_assert_cmpstr (usher_event_get_id (got), ==, usher_event_get_id (event));
  g_assert_cmpstr (usher_event_get_channel (got), ==, CHANNEL);
  g_assert_cmpint (usher_event_get_time (got), ==, 1234567);
  g_assert_cmpstr (usher_event_get_correlation (got), ==, "correlation ü");
  g_assert_cmpstr (usher_event_get_causation (got), ==, "causation");
  g_assert_cmpstr (usher_event_get_traceparent (got), ==, "traceparent");
  g_assert_cmpstr (usher_event_get_payload (got, NULL), ==, "{\"title\":\"ü\"}");
  g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
  g_assert_false (usher_delivery_is_redelivered (delivery));
  usher_delivery_ack (delivery);
  usher_test_publisher_await (self->publisher, 1);
}

static void
test_share (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherTestListener *one = usher_test_listener_new (self->bus, &wish, TRUE);
  UsherTestListener *two = usher_test_listener_new (second, &wish, TRUE);
  g_autofree guint *seen = g_new0 (guint, 2001);
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_test_summary ("Two members share the events, each goes to one of them");

  usher_bus_fixture_publish (self, CHANNEL, 2000);
  while (usher_test_listener_count (one) + usher_test_listener_count (two) < 2000)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
  usher_bus_fixture_settle (self, self->bus);
  usher_bus_fixture_settle (self, second);
  g_assert_cmpuint (one->sequences->len + two->sequences->len, ==, 2000);
  g_assert_cmpuint (one->sequences->len, >, 0);
  g_assert_cmpuint (two->sequences->len, >, 0);
  for (guint i = 0; i < one->sequences->len; i++)
    seen[g_array_index (one->sequences, guint64, i)]++;
  for (guint i = 0; i < two->sequences->len; i++)
    seen[g_array_index (two->sequences, guint64, i)]++;
  for (guint i = 1; i <= 2000; i++)
    g_assert_cmpuint (seen[i], ==, 1);

  usher_test_listener_free (one);
  usher_test_listener_free (two);
  usher_bus_fixture_leave (second);
}

static void
test_two_groups (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription other = { .channel = CHANNEL,
                                    .group = "payments",
                                    .durable = "payments" };
  g_autoptr (UsherTestListener) one = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherTestListener) two = usher_test_listener_new (self->bus, &other, TRUE);

  g_test_summary ("Two groups of one channel get all events each, in the same member too");

  usher_bus_fixture_publish (self, CHANNEL, 100);
  usher_bus_fixture_assert_run (self, one, 1, 100);
  usher_bus_fixture_assert_run (self, two, 1, 100);
}

static void
test_late_group (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("A group that comes late gets all that was published before");

  usher_bus_fixture_publish (self, CHANNEL, 200);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_assert_run (self, listener, 1, 200);
}

static void
test_channels_apart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);

  g_test_summary ("A channel whose name begins like another is another one");

  usher_bus_fixture_publish (self, CHANNEL "s", 3);
  usher_bus_fixture_publish (self, "order:create", 3);
  usher_bus_fixture_publish (self, CHANNEL, 2);
  usher_bus_fixture_assert_run (self, listener, 1, 2);
}

static void
test_ack_wait (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription impatient = wish;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("What is not answered in time comes again, and counts");

  impatient.ack_wait = SOON;
  listener = usher_test_listener_new (self->bus, &impatient, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_test_listener_expect (listener, 1);
  again = usher_test_listener_expect (listener, 1);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, SOON);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  g_assert_true (usher_delivery_is_redelivered (again));
  usher_delivery_ack (again);
  usher_bus_fixture_await_done (self);
}

static void
test_late_ack (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription impatient = wish;
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherTestListener *one = NULL;
  UsherTestListener *two = NULL;
  UsherDelivery *late = NULL;

  g_test_summary ("A late ack of the member that had an event first is accepted");

  impatient.ack_wait = SOON;
  one = usher_test_listener_new (self->bus, &impatient, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  late = usher_test_listener_expect (one, 1);
  two = usher_test_listener_new (second, &impatient, FALSE);
  /* whoever gets it now, and keeps it */
  while (usher_test_listener_count (one) + usher_test_listener_count (two) < 2)
    g_thread_yield ();
  usher_delivery_ack (late);
  usher_bus_fixture_await_done (self);

  usher_delivery_unref (late);
  usher_test_listener_free (one);
  usher_test_listener_free (two);
  usher_bus_fixture_leave (second);
}

static void
test_nak (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;
  gint64 start = 0;

  g_test_summary ("A nak brings the event again after its delay, as the next attempt");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_test_listener_expect (listener, 1);
  start = g_get_monotonic_time ();
  usher_delivery_nak (first, SOON, "not now");
  again = usher_test_listener_expect (listener, 1);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, SOON);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  usher_delivery_ack (again);
}

static void
test_nak_long (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;

  g_test_summary ("A nak with the longest delay there is breaks nothing");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_test_listener_expect (listener, 1);
  usher_delivery_nak (first, G_MAXINT64, "never");
  usher_bus_fixture_assert_quiet (self, listener);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_expect_ack (listener, 2);
}

static void
test_dropped (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  UsherDelivery *first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A delivery that is dropped without an answer is a nak");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_test_listener_expect (listener, 1);
  usher_delivery_unref (first);
  again = usher_test_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  usher_delivery_ack (again);
}

static void
test_answer_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) delivery = NULL;

  g_test_summary ("Only the first answer counts");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  delivery = usher_test_listener_expect (listener, 1);
  usher_delivery_ack (delivery);
  usher_delivery_nak (delivery, 0, "too late");
  usher_delivery_defer (delivery, "too late");
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_max_in_flight (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherDelivery) one = NULL;
  g_autoptr (UsherDelivery) two = NULL;

  g_test_summary ("No more than max-in-flight events are out to a member");

  narrow.max_in_flight = 2;
  listener = usher_test_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  one = usher_test_listener_expect (listener, 1);
  two = usher_test_listener_expect (listener, 2);
  usher_bus_fixture_assert_quiet (self, listener);
  usher_delivery_ack (two);
  usher_test_listener_expect_ack (listener, 3);
  usher_test_listener_expect_ack (listener, 4);
  usher_delivery_ack (one);
  for (guint i = 5; i <= 10; i++)
    usher_test_listener_expect_ack (listener, i);
}

static void
test_max_in_flight_again (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherDelivery) one = NULL;
  g_autoptr (UsherDelivery) two = NULL;
  g_autoptr (UsherDelivery) three = NULL;
  gint64 due = 0;

  g_test_summary ("What waits to come again goes before what is new when there is room");

  narrow.max_in_flight = 2;
  listener = usher_test_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  one = usher_test_listener_expect (listener, 1);
  two = usher_test_listener_expect (listener, 2);
  usher_delivery_nak (one, SOON, "later");
  three = usher_test_listener_expect (listener, 3);
  /* the hub counts from when it has heard of it, which was before this */
  due = g_get_monotonic_time () + SOON;
  while (g_get_monotonic_time () < due)
    usher_bus_fixture_assert_quiet (self, listener);
  usher_bus_fixture_assert_quiet (self, listener);
  usher_delivery_ack (two);
  usher_test_listener_expect_ack (listener, 1);
  usher_delivery_ack (three);
  for (guint i = 4; i <= 10; i++)
    usher_test_listener_expect_ack (listener, i);
}

static void
test_defer (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("A deferred event holds no slot, counts no attempt and comes again");

  narrow.max_in_flight = 1;
  narrow.max_deliver = 2;
  listener = usher_test_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 2);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, 1);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      g_assert_cmpint (usher_delivery_is_redelivered (delivery), ==, i > 0);
      usher_delivery_defer (delivery, "the ticket is not here yet");
      if (i == 0)
        usher_test_listener_expect_ack (listener, 2);
    }
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_await_done (self);
  usher_bus_fixture_assert_quiet (self, listener);
}

void
usher_bus_suite_add_groups (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "group/order", test_order);
  usher_bus_suite_add_test (kind, "group/content", test_content);
  usher_bus_suite_add_test (kind, "group/share", test_share);
  usher_bus_suite_add_test (kind, "group/two-groups", test_two_groups);
  usher_bus_suite_add_test (kind, "group/late", test_late_group);
  usher_bus_suite_add_test (kind, "group/channels-apart", test_channels_apart);
  usher_bus_suite_add_test (kind, "group/ack-wait", test_ack_wait);
  usher_bus_suite_add_test (kind, "group/late-ack", test_late_ack);
  usher_bus_suite_add_test (kind, "group/nak", test_nak);
  usher_bus_suite_add_test (kind, "group/nak-long", test_nak_long);
  usher_bus_suite_add_test (kind, "group/dropped", test_dropped);
  usher_bus_suite_add_test (kind, "group/answer-twice", test_answer_twice);
  usher_bus_suite_add_test (kind, "group/max-in-flight", test_max_in_flight);
  usher_bus_suite_add_test (kind, "group/max-in-flight-again", test_max_in_flight_again);
  usher_bus_suite_add_test (kind, "group/defer", test_defer);
}
