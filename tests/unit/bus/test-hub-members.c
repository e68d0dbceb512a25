/* test-hub-members.c: what a hub does with its members, and when
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-manual-clock.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL "order:created"
/* 2026-01-01 */
#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

typedef struct
{
  UsherManualClock *clock;       /* (owned) */
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned) (nullable) */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = usher_manual_clock_new (START);
  self->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, USHER_CLOCK (self->clock));
  self->bus = usher_test_hub_join (self->hub, "first");
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->bus != NULL)
    usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
  g_assert_finalize_object (self->clock);
}

static void
publish (Fixture *self, const char *channel, guint n)
{
  usher_test_publisher_publish (self->publisher, self->bus, channel, n);
}

static void
turn (Fixture *self, gint64 microseconds)
{
  usher_test_hub_settle (self->bus);
  usher_manual_clock_advance (self->clock, microseconds);
  usher_test_hub_settle (self->bus);
}

static void
assert_run (UsherTestListener *listener, guint64 first, guint n)
{
  usher_test_listener_await (listener, n);
  usher_test_hub_settle (listener->bus);
  usher_test_listener_assert_run (listener, first, n);
}

static void
drop_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_same_name (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  UsherBus *second = usher_test_hub_join (self->hub, "first");

  g_test_summary ("A member with the name of another one that lives is refused, and told so");

  g_assert_cmpuint (usher_bus_subscribe (second, &wish, drop_delivery, NULL, NULL, &error), ==, 0);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "“first”"));
  publish (self, CHANNEL, 1);
  assert_run (listener, 1, 1);

  /* and comes in when that one has left */
  g_clear_pointer (&listener, usher_test_listener_free);
  usher_test_hub_leave (self->bus);
  self->bus = second;
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  publish (self, CHANNEL, 1);
  assert_run (listener, 2, 1);
}

static void
test_silent_name (Fixture *self, gconstpointer data)
{
  UsherTestListener *one = NULL;
  g_autoptr (UsherTestListener) two = NULL;
  UsherBus *second = usher_test_hub_join (self->hub, "second");
  UsherBus *third = NULL;

  g_test_summary ("A member that does not answer is replaced by the next one with its name");

  one = usher_test_listener_new (second, &wish, FALSE);
  usher_test_listener_shut (one);
  publish (self, CHANNEL, 1);
  usher_test_listener_await_held (one);
  third = usher_test_hub_join (self->hub, "second");
  two = usher_test_listener_new (third, &wish, FALSE);
  {
    g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (two, 1);

    g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
    usher_delivery_ack (delivery);
  }
  g_clear_pointer (&two, usher_test_listener_free);
  usher_test_hub_leave (third);

  usher_test_listener_release (one);
  usher_test_listener_free (one);
  usher_test_hub_leave (second);
}

static void
test_close_quick (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  gint64 start = 0;

  g_test_summary ("An idle member and an idle hub close at once, in either order");

  publish (self, CHANNEL, 10);
  usher_test_listener_await (listener, 10);
  g_clear_pointer (&listener, usher_test_listener_free);
  start = g_get_monotonic_time ();
  usher_test_hub_leave (self->bus);
  usher_test_hub_stop (self->hub);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 400 * G_TIME_SPAN_MILLISECOND);

  usher_test_hub_start (self->hub);
  self->bus = usher_test_hub_join (self->hub, "first");
  usher_test_hub_settle (self->bus);
  start = g_get_monotonic_time ();
  usher_test_hub_stop (self->hub);
  usher_test_hub_leave (self->bus);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 900 * G_TIME_SPAN_MILLISECOND);
  self->bus = NULL;
}

static void
test_deadlines (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) second = NULL;
  g_autoptr (UsherDelivery) third = NULL;

  g_test_summary (
      "An event comes again when its time is over by the clock, and not a second before");

  publish (self, CHANNEL, 1);
  first = usher_test_listener_expect (listener, 1);
  turn (self, 29 * G_TIME_SPAN_SECOND);
  usher_test_listener_assert_quiet (listener);
  turn (self, G_TIME_SPAN_SECOND);
  second = usher_test_listener_expect (listener, 1);
  usher_delivery_nak (second, 5 * G_TIME_SPAN_SECOND, "not now");
  turn (self, 4 * G_TIME_SPAN_SECOND);
  usher_test_listener_assert_quiet (listener);
  turn (self, G_TIME_SPAN_SECOND);
  third = usher_test_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (third), ==, 3);
  usher_delivery_ack (third);
  turn (self, G_TIME_SPAN_DAY);
  usher_test_listener_assert_quiet (listener);
}

static void
test_deferred (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("The time without a hub is none that an event was deferred for");

  listener = usher_test_listener_new (self->bus, &wish, FALSE);
  publish (self, CHANNEL, 1);
  {
    g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, 1);

    usher_delivery_defer (delivery, "the order before it is missing");
  }
  usher_test_hub_settle (self->bus);
  g_clear_pointer (&listener, usher_test_listener_free);
  usher_test_hub_leave (self->bus);
  usher_test_hub_stop (self->hub);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_HOUR);
  usher_test_hub_start (self->hub);
  self->bus = usher_test_hub_join (self->hub, "first");

  listener = usher_test_listener_new (self->bus, &wish, FALSE);
  {
    g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, 1);

    usher_delivery_defer (delivery, "the order before it is missing still");
  }
  turn (self, G_TIME_SPAN_SECOND);
  usher_test_listener_expect_ack (listener, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/hub/member/" path, Fixture, NULL, set_up, func, tear_down)
  add ("same-name", test_same_name);
  add ("silent-name", test_silent_name);
  add ("close-quick", test_close_quick);
  add ("deadlines", test_deadlines);
  add ("deferred", test_deferred);
#undef add

  return g_test_run ();
}
