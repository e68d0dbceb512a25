/* usher-bus-suite-channels.c: what the subscribers of a channel get
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "ticket:updated"

static const UsherSubscription wish = { .channel = CHANNEL };

static void
test_everyone (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherTestListener *one = usher_test_listener_new (self->bus, &wish, TRUE);
  UsherTestListener *two = usher_test_listener_new (second, &wish, TRUE);
  UsherTestListener *three = usher_test_listener_new (second, &wish, TRUE);

  g_test_summary ("Every subscriber gets every event, in order, once");

  usher_bus_fixture_publish (self, CHANNEL, 1000);
  usher_bus_fixture_assert_run (self, one, 1, 1000);
  usher_bus_fixture_assert_run (self, two, 1, 1000);
  usher_bus_fixture_assert_run (self, three, 1, 1000);

  usher_test_listener_free (one);
  usher_test_listener_free (two);
  usher_test_listener_free (three);
  usher_bus_fixture_leave (second);
}

static void
test_late (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("A late subscriber gets what was before it and what follows");

  usher_bus_fixture_publish (self, CHANNEL, 500);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_publish (self, CHANNEL, 500);
  usher_bus_fixture_assert_run (self, listener, 1, 1000);
}

static void
test_under_load (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("Who subscribes in the middle of a stream misses nothing");

  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 4000);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 4000);
  usher_test_publisher_await (self->publisher, 8000);
  usher_bus_fixture_assert_run (self, listener, 1, 8000);
}

/* As many messages as events: a message holds neighbours of one channel only. */
static void
post_apart (UsherBusFixture *self, guint n)
{
  g_autofree char *filler = g_strnfill (1000, 'x');

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, CHANNEL);
      g_autofree char *payload = g_strdup_printf ("{\"filler\":\"%s\"}", filler);
      g_autoptr (UsherEvent) large =
          usher_event_new (usher_event_get_id (event), CHANNEL, 0, payload, -1);

      usher_test_publisher_post_event (self->publisher, self->bus, large);
      usher_test_publisher_post (self->publisher, self->bus, "other", 1);
    }
}

static void
test_gap (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  UsherTestListener *listener = usher_test_listener_new (second, &wish, TRUE);
  /* more than the pipes of both sides and the kernel have room for */
  const guint n = 30000;

  g_test_summary ("What a subscriber's pipe had no room for is fetched");

  usher_test_listener_shut (listener);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_await_held (listener);
  post_apart (self, n);
  usher_test_publisher_await (self->publisher, 2 * n + 1);
  usher_test_listener_release (listener);
  usher_bus_fixture_assert_run (self, listener, 1, n + 1);

  usher_test_listener_free (listener);
  usher_bus_fixture_leave (second);
}

static void
check_start (UsherBusFixture *self, UsherSubscription start, guint64 first, guint n)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &start, TRUE);
  const UsherSubscription grouped = { .channel = start.channel,
                                      .group = "starts",
                                      .start = start.start,
                                      .start_sequence = start.start_sequence,
                                      .start_time = start.start_time };
  g_autoptr (UsherTestListener) member = usher_test_listener_new (self->bus, &grouped, TRUE);

  usher_bus_fixture_assert_run (self, listener, first, n);
  usher_bus_fixture_assert_run (self, member, first, n);
  usher_bus_fixture_publish (self, start.channel, 1);
  usher_bus_fixture_assert_run (self, listener, first, n + 1);
  usher_bus_fixture_assert_run (self, member, first, n + 1);
}

/* A moment that lies behind what was published before, and before what follows. */
static gint64
pass_moment (void)
{
  gint64 moment = g_get_real_time () + 1;

  while (g_get_real_time () <= moment)
    g_thread_yield ();

  return moment;
}

static void
test_start (UsherBusFixture *self, gconstpointer data)
{
  gint64 middle = 0;

  g_test_summary ("A position begins where it was asked for: all, new, last, a sequence, a time");

  usher_bus_fixture_publish (self, CHANNEL, 5);
  middle = pass_moment ();
  usher_bus_fixture_publish (self, CHANNEL, 5);

  check_start (self, (UsherSubscription){ .channel = CHANNEL, .start = USHER_START_ALL }, 1, 10);
  check_start (self, (UsherSubscription){ .channel = CHANNEL, .start = USHER_START_NEW }, 12, 0);
  check_start (self, (UsherSubscription){ .channel = CHANNEL, .start = USHER_START_LAST }, 12, 1);
  check_start (self,
               (UsherSubscription){
                   .channel = CHANNEL, .start = USHER_START_SEQUENCE, .start_sequence = 4 },
               4,
               10);
  check_start (self,
               (UsherSubscription){
                   .channel = CHANNEL, .start = USHER_START_TIME, .start_time = middle },
               6,
               9);
}

static void
test_start_beyond (UsherBusFixture *self, gconstpointer data)
{
  gint64 later = g_get_real_time () + G_TIME_SPAN_HOUR;

  g_test_summary ("A start before the first is the first, one after the last is only what is new");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  check_start (self,
               (UsherSubscription){ .channel = CHANNEL, .start = USHER_START_SEQUENCE },
               1,
               3);
  check_start (self,
               (UsherSubscription){
                   .channel = CHANNEL, .start = USHER_START_SEQUENCE, .start_sequence = 1000 },
               5,
               0);
  check_start (self,
               (UsherSubscription){
                   .channel = CHANNEL, .start = USHER_START_TIME, .start_time = later },
               6,
               0);
  check_start (self,
               (UsherSubscription){ .channel = "nothing:yet", .start = USHER_START_LAST },
               1,
               0);
}

static void
test_durable (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "copy" };
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("A durable subscriber without group goes on behind what it has acknowledged");

  listener = usher_test_listener_new (self->bus, &durable, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 5);
  for (guint i = 1; i <= 3; i++)
    usher_test_listener_expect_ack (listener, i);
  g_clear_pointer (&listener, usher_test_listener_free);

  usher_bus_fixture_reopen (self);
  listener = usher_test_listener_new (self->bus, &durable, TRUE);
  usher_bus_fixture_assert_run (self, listener, 4, 2);
}

void
usher_bus_suite_add_channels (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "channel/everyone", test_everyone);
  usher_bus_suite_add_test (kind, "channel/late", test_late);
  usher_bus_suite_add_test (kind, "channel/under-load", test_under_load);
  usher_bus_suite_add_test (kind, "channel/gap", test_gap);
  usher_bus_suite_add_test (kind, "channel/start", test_start);
  usher_bus_suite_add_test (kind, "channel/start-beyond", test_start_beyond);
  usher_bus_suite_add_test (kind, "channel/durable", test_durable);
}
