/* usher-bus-suite-replay.c: what was parked comes back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite-failure.h"

#define CHANNEL USHER_BUS_FAILURE_CHANNEL

static void
replay (UsherBusFixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;

  usher_bus_replay_parked (self->bus, id, &error);
  g_assert_no_error (error);
}

static void
assert_no_replay (UsherBusFixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_bus_replay_parked (self->bus, id, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

/* Waits until @n events are parked in all. */
static void
await_parked (UsherBusFixture *self, guint n)
{
  g_ptr_array_unref (usher_bus_fixture_await_parked (self, n));
}

static void
test_replay (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A parked event is replayed to its group with all its attempts before it");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_expect_ack (listener, 2);
  replay (self, id);
  again = usher_test_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 1);
  g_assert_true (usher_delivery_is_redelivered (again));
  await_parked (self, 0);
  usher_delivery_ack (again);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);

  g_test_summary ("A replayed event that was not answered comes again from the next server");

  g_clear_pointer (&listener, usher_test_listener_free);
  replay (self, id);
  usher_bus_fixture_reopen (self);
  await_parked (self, 0);
  listener = usher_bus_failure_listen (self);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_fails (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (GPtrArray) list = NULL;
  const UsherParkedEvent *again = NULL;

  g_test_summary ("A replayed event that fails again is parked again");

  replay (self, id);
  await_parked (self, 0);
  usher_bus_failure_refuse (listener, 1);
  list = usher_bus_fixture_await_parked (self, 1);
  again = g_ptr_array_index (list, 0);
  g_assert_cmpuint (g_strv_length (again->reasons), ==, USHER_BUS_FAILURE_ATTEMPTS);
}

static void
test_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);

  g_test_summary ("Who replays an event twice at once brings it back once");

  replay (self, id);
  assert_no_replay (self, id);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_unknown (UsherBusFixture *self, gconstpointer data)
{
  g_test_summary ("What is not parked cannot be replayed");

  assert_no_replay (self, "nothing");
}

static void
test_release (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);

  g_test_summary (
      "Once an event is replayed with success those that waited for it follow, in order, once");

  usher_bus_fixture_publish (self, CHANNEL, 20);
  usher_bus_failure_defer (self, listener, 21);
  replay (self, id);
  for (guint i = 1; i <= 21; i++)
    usher_test_listener_expect_ack (listener, i);
  await_parked (self, 0);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_release_failed (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *first = usher_bus_failure_park (self, listener, 1);
  g_autofree char *second = usher_bus_failure_park (self, listener, 2);
  g_autoptr (GPtrArray) rest = NULL;

  g_test_summary ("A replay does not bring back others that have failed");

  replay (self, first);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
  rest = usher_bus_fixture_await_parked (self, 1);
  g_assert_cmpstr (((UsherParkedEvent *) g_ptr_array_index (rest, 0))->id, ==, second);
}

void
usher_bus_suite_add_replay (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "replay", test_replay);
  usher_bus_suite_add_test (kind, "replay/restart", test_restart);
  usher_bus_suite_add_test (kind, "replay/fails", test_fails);
  usher_bus_suite_add_test (kind, "replay/twice", test_twice);
  usher_bus_suite_add_test (kind, "replay/unknown", test_unknown);
  usher_bus_suite_add_test (kind, "replay/release", test_release);
  usher_bus_suite_add_test (kind, "replay/release/failed", test_release_failed);
}
