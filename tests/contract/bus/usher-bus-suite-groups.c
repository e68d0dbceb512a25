/* usher-bus-suite-groups.c: what the members of a queue group get
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
test_order (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);

  g_test_summary ("A group of one member gets all events in order, once");

  usher_bus_fixture_publish (self, CHANNEL, 1000);
  usher_bus_listener_assert_run (listener, 1, 1000);
}

static void
test_content (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
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

  usher_bus_fixture_post_event (self, self->bus, event);
  delivery = usher_bus_listener_expect (listener, 1);
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
  usher_bus_fixture_await_confirms (self, 1);
}

static void
test_share (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherBusListener *one = usher_bus_listener_new (self->bus, &wish, TRUE);
  UsherBusListener *two = usher_bus_listener_new (second, &wish, TRUE);
  g_autofree guint *seen = g_new0 (guint, 2001);
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_test_summary ("Two members share the events, each goes to one of them");

  usher_bus_fixture_publish (self, CHANNEL, 2000);
  while (usher_bus_listener_count (one) + usher_bus_listener_count (two) < 2000)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
  usher_bus_fixture_settle (self->bus);
  usher_bus_fixture_settle (second);
  g_assert_cmpuint (one->sequences->len + two->sequences->len, ==, 2000);
  g_assert_cmpuint (one->sequences->len, >, 0);
  g_assert_cmpuint (two->sequences->len, >, 0);
  for (guint i = 0; i < one->sequences->len; i++)
    seen[g_array_index (one->sequences, guint64, i)]++;
  for (guint i = 0; i < two->sequences->len; i++)
    seen[g_array_index (two->sequences, guint64, i)]++;
  for (guint i = 1; i <= 2000; i++)
    g_assert_cmpuint (seen[i], ==, 1);

  usher_bus_listener_free (one);
  usher_bus_listener_free (two);
  usher_bus_fixture_leave (second);
}

static void
test_two_groups (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription other = { .channel = CHANNEL,
                                    .group = "payments",
                                    .durable = "payments" };
  g_autoptr (UsherBusListener) one = usher_bus_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherBusListener) two = usher_bus_listener_new (self->bus, &other, TRUE);

  g_test_summary ("Two groups of one channel get all events each, in the same member too");

  usher_bus_fixture_publish (self, CHANNEL, 100);
  usher_bus_listener_assert_run (one, 1, 100);
  usher_bus_listener_assert_run (two, 1, 100);
}

static void
test_late_group (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = NULL;

  g_test_summary ("A group that comes late gets all that was published before");

  usher_bus_fixture_publish (self, CHANNEL, 200);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_assert_run (listener, 1, 200);
}

static void
test_channels_apart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);

  g_test_summary ("A channel whose name begins like another is another one");

  usher_bus_fixture_publish (self, CHANNEL "s", 3);
  usher_bus_fixture_publish (self, "order:create", 3);
  usher_bus_fixture_publish (self, CHANNEL, 2);
  usher_bus_listener_assert_run (listener, 1, 2);
}

static void
test_ack_wait (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription patient = wish;
  g_autoptr (UsherBusListener) listener = NULL;
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("What is not answered in time comes again, and counts");

  patient.ack_wait = 10 * G_TIME_SPAN_SECOND;
  listener = usher_bus_listener_new (self->bus, &patient, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_bus_fixture_turn (self, self->bus, 9 * G_TIME_SPAN_SECOND);
  usher_bus_listener_assert_quiet (listener);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_SECOND);
  again = usher_bus_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  g_assert_true (usher_delivery_is_redelivered (again));
  usher_delivery_ack (again);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_MINUTE);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_late_ack (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherBusListener *one = usher_bus_listener_new (self->bus, &wish, FALSE);
  UsherBusListener *two = NULL;
  g_autoptr (UsherDelivery) late = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A late ack of the member that had an event first is accepted");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  late = usher_bus_listener_expect (one, 1);
  two = usher_bus_listener_new (second, &wish, FALSE);
  usher_bus_fixture_turn (self, self->bus, 30 * G_TIME_SPAN_SECOND);
  /* whoever has it now */
  usher_bus_fixture_settle (second);
  again = g_queue_pop_head (&one->deliveries);
  if (again == NULL)
    again = usher_bus_listener_take (two);
  usher_delivery_ack (late);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_MINUTE);
  usher_bus_listener_assert_quiet (one);
  usher_bus_listener_assert_quiet (two);

  g_clear_pointer (&again, usher_delivery_unref);
  usher_bus_listener_free (one);
  usher_bus_listener_free (two);
  usher_bus_fixture_leave (second);
}

static void
test_nak (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A nak brings the event again after its delay, as the next attempt");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_delivery_nak (first, 5 * G_TIME_SPAN_SECOND, "not now");
  usher_bus_fixture_turn (self, self->bus, 4 * G_TIME_SPAN_SECOND);
  usher_bus_listener_assert_quiet (listener);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_SECOND);
  again = usher_bus_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  usher_delivery_ack (again);
}

static void
test_nak_long (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;

  g_test_summary ("A nak with the longest delay there is breaks nothing");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_delivery_nak (first, G_MAXINT64, "never");
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_DAY);
  usher_bus_listener_assert_quiet (listener);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_expect_ack (listener, 2);
}

static void
test_dropped (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  UsherDelivery *first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A delivery that is dropped without an answer is a nak");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_delivery_unref (first);
  again = usher_bus_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 2);
  usher_delivery_ack (again);
}

static void
test_answer_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) delivery = NULL;

  g_test_summary ("Only the first answer counts");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  delivery = usher_bus_listener_expect (listener, 1);
  usher_delivery_ack (delivery);
  usher_delivery_nak (delivery, 0, "too late");
  usher_delivery_defer (delivery, "too late");
  usher_bus_listener_assert_quiet (listener);
}

static void
test_max_in_flight (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherBusListener) listener = NULL;
  g_autoptr (UsherDelivery) one = NULL;
  g_autoptr (UsherDelivery) two = NULL;

  g_test_summary ("No more than max-in-flight events are out to a member");

  narrow.max_in_flight = 2;
  listener = usher_bus_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  one = usher_bus_listener_expect (listener, 1);
  two = usher_bus_listener_expect (listener, 2);
  usher_bus_listener_assert_quiet (listener);
  usher_delivery_ack (two);
  usher_bus_listener_expect_ack (listener, 3);
  usher_bus_listener_expect_ack (listener, 4);
  usher_delivery_ack (one);
  for (guint i = 5; i <= 10; i++)
    usher_bus_listener_expect_ack (listener, i);
}

static void
test_max_in_flight_again (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherBusListener) listener = NULL;
  g_autoptr (UsherDelivery) one = NULL;
  g_autoptr (UsherDelivery) two = NULL;
  g_autoptr (UsherDelivery) three = NULL;

  g_test_summary ("What waits to come again goes before what is new when there is room");

  narrow.max_in_flight = 2;
  listener = usher_bus_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 10);
  one = usher_bus_listener_expect (listener, 1);
  two = usher_bus_listener_expect (listener, 2);
  usher_delivery_nak (one, G_TIME_SPAN_SECOND, "later");
  three = usher_bus_listener_expect (listener, 3);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_SECOND);
  usher_bus_listener_assert_quiet (listener);
  usher_delivery_ack (two);
  usher_bus_listener_expect_ack (listener, 1);
  usher_delivery_ack (three);
  for (guint i = 4; i <= 10; i++)
    usher_bus_listener_expect_ack (listener, i);
}

static void
test_defer (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription narrow = wish;
  g_autoptr (UsherBusListener) listener = NULL;

  g_test_summary ("A deferred event holds no slot, counts no attempt and comes again");

  narrow.max_in_flight = 1;
  narrow.max_deliver = 2;
  listener = usher_bus_listener_new (self->bus, &narrow, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 2);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, 1);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      g_assert_cmpint (usher_delivery_is_redelivered (delivery), ==, i > 0);
      usher_delivery_defer (delivery, "the ticket is not here yet");
      if (i == 0)
        usher_bus_listener_expect_ack (listener, 2);
      usher_bus_fixture_settle (self->bus);
      usher_bus_listener_assert_quiet (listener);
      usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_SECOND);
    }
  usher_bus_listener_expect_ack (listener, 1);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_MINUTE);
  usher_bus_listener_assert_quiet (listener);
}

void
usher_bus_suite_add_groups (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "group/order", test_order);
  usher_bus_suite_add_test (maker, "group/content", test_content);
  usher_bus_suite_add_test (maker, "group/share", test_share);
  usher_bus_suite_add_test (maker, "group/two-groups", test_two_groups);
  usher_bus_suite_add_test (maker, "group/late", test_late_group);
  usher_bus_suite_add_test (maker, "group/channels-apart", test_channels_apart);
  usher_bus_suite_add_test (maker, "group/ack-wait", test_ack_wait);
  usher_bus_suite_add_test (maker, "group/late-ack", test_late_ack);
  usher_bus_suite_add_test (maker, "group/nak", test_nak);
  usher_bus_suite_add_test (maker, "group/nak-long", test_nak_long);
  usher_bus_suite_add_test (maker, "group/dropped", test_dropped);
  usher_bus_suite_add_test (maker, "group/answer-twice", test_answer_twice);
  usher_bus_suite_add_test (maker, "group/max-in-flight", test_max_in_flight);
  usher_bus_suite_add_test (maker, "group/max-in-flight-again", test_max_in_flight_again);
  usher_bus_suite_add_test (maker, "group/defer", test_defer);
}
