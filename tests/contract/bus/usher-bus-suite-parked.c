/* usher-bus-suite-parked.c: what a group could not do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL      "order:created"
#define MAX_DELIVER  3
#define DEFER_LIMIT  (200 * G_TIME_SPAN_MILLISECOND)
#define DEFER_REASON "the order before it is missing"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets",
                                        .max_deliver = MAX_DELIVER,
                                        .defer_limit = DEFER_LIMIT };

static UsherTestListener *
listen (UsherBusFixture *self)
{
  return usher_test_listener_new (self->bus, &wish, FALSE);
}

/* Refuses the event until its attempts are used up; the reasons are “reason 1” to “reason 3”. */
static void
fail (UsherTestListener *listener, guint64 sequence)
{
  for (guint i = 1; i <= MAX_DELIVER; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, sequence);
      g_autofree char *reason = g_strdup_printf ("reason %u", i);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, i);
      usher_delivery_nak (delivery, 0, reason);
    }
}

/* Publishes an event, and refuses it until it is parked. */
static void
publish_and_fail (UsherBusFixture *self, UsherTestListener *listener, guint64 sequence)
{
  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, sequence);
}

/* Defers whatever comes until @n events are parked in all. */
static void
defer_until_parked (UsherBusFixture *self, UsherTestListener *listener, guint n)
{
  guint n_parked = 0;

  while (n_parked < n)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_try_take (listener);
      g_autoptr (GPtrArray) parked = NULL;

      if (delivery != NULL)
        usher_delivery_defer (delivery, DEFER_REASON);
      else
        {
          parked = usher_bus_fixture_list_parked (self);
          n_parked = parked->len;
        }
    }
}

static const UsherParkedEvent *
get_row (GPtrArray *parked, guint index)
{
  return g_ptr_array_index (parked, index);
}

/* Waits until @n events are parked in all. */
static void
await_parked (UsherBusFixture *self, guint n)
{
  g_ptr_array_unref (usher_bus_fixture_await_parked (self, n));
}

/* (transfer full): the id of the one event that is parked */
static char *
await_one (UsherBusFixture *self)
{
  g_autoptr (GPtrArray) parked = usher_bus_fixture_await_parked (self, 1);

  return g_strdup (get_row (parked, 0)->id);
}

static void
replay (UsherBusFixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;

  usher_bus_replay_parked (self->bus, id, &error);
  g_assert_no_error (error);
}

static void
test_reasons (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autoptr (GPtrArray) parked = NULL;
  const UsherParkedEvent *event = NULL;

  g_test_summary ("After max-deliver attempts an event is parked with every reason");

  publish_and_fail (self, listener, 1);
  parked = usher_bus_fixture_await_parked (self, 1);
  event = get_row (parked, 0);
  g_assert_cmpstr (event->channel, ==, CHANNEL);
  g_assert_cmpstr (event->group, ==, "tickets");
  g_assert_cmpuint (event->sequence, ==, 1);
  g_assert_cmpuint (event->attempts, ==, MAX_DELIVER);
  g_assert_false (event->is_deferred);
  g_assert_cmpuint (g_strv_length (event->reasons), ==, MAX_DELIVER);
  g_assert_cmpstr (event->reasons[0], ==, "reason 1");
  g_assert_cmpstr (event->reasons[2], ==, "reason 3");
  g_assert_cmpstr (usher_event_get_id (event->event), ==, self->publisher->ids->pdata[0]);
  g_assert_cmpstr (usher_event_get_payload (event->event, NULL), ==, "{\"n\":0}");
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_list (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_test_summary ("What is parked is listed page by page, and by channel");

  publish_and_fail (self, listener, 1);
  publish_and_fail (self, listener, 2);
  all = usher_bus_fixture_await_parked (self, 2);
  second = usher_bus_list_parked (self->bus, CHANNEL, 1, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpstr (get_row (second, 0)->id, ==, get_row (all, 1)->id);
  none = usher_bus_list_parked (self->bus, "another", 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_unanswered (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription impatient = wish;
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (GPtrArray) parked = NULL;

  g_test_summary ("What is never answered is parked too");

  impatient.ack_wait = 50 * G_TIME_SPAN_MILLISECOND;
  listener = usher_test_listener_new (self->bus, &impatient, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  parked = usher_bus_fixture_await_parked (self, 1);
  usher_bus_fixture_settle (self, self->bus);
  usher_test_listener_await (listener, MAX_DELIVER);
  g_assert_cmpuint (usher_test_listener_count (listener), ==, MAX_DELIVER);
  g_assert_cmpuint (g_strv_length (get_row (parked, 0)->reasons), ==, MAX_DELIVER);
}

static void
test_deferred (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autoptr (GPtrArray) parked = NULL;
  const UsherParkedEvent *event = NULL;

  g_test_summary ("What is deferred for too long is parked as such, with its reason");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  defer_until_parked (self, listener, 1);
  parked = usher_bus_fixture_list_parked (self);
  event = get_row (parked, 0);
  g_assert_true (event->is_deferred);
  g_assert_cmpuint (event->attempts, ==, 0);
  g_assert_cmpuint (g_strv_length (event->reasons), ==, 1);
  g_assert_cmpstr (event->reasons[0], ==, DEFER_REASON);
}

static void
test_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autoptr (GPtrArray) parked = NULL;

  g_test_summary ("What is parked stays so when the server is started again");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_test_listener_expect_ack (listener, 1);
  publish_and_fail (self, listener, 2);
  g_clear_pointer (&listener, usher_test_listener_free);

  usher_bus_fixture_reopen (self);
  parked = usher_bus_fixture_await_parked (self, 1);
  g_assert_cmpuint (g_strv_length (get_row (parked, 0)->reasons), ==, MAX_DELIVER);
  listener = listen (self);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_attempts_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("The attempts of an event outlive the server");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  for (guint i = 0; i < MAX_DELIVER - 1; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, 1);

      usher_delivery_nak (delivery, 0, "no");
    }
  usher_bus_fixture_settle (self, self->bus);
  g_clear_pointer (&listener, usher_test_listener_free);

  usher_bus_fixture_reopen (self);
  listener = listen (self);
  again = usher_test_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, MAX_DELIVER);
  g_assert_true (usher_delivery_is_redelivered (again));
  usher_delivery_ack (again);
}

static void
test_replay (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("A parked event is replayed to its group with all its attempts before it");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
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
test_replay_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;

  g_test_summary ("A replayed event that was not answered comes again from the next server");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  g_clear_pointer (&listener, usher_test_listener_free);
  replay (self, id);

  usher_bus_fixture_reopen (self);
  await_parked (self, 0);
  listener = listen (self);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_replay_fails (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) again = NULL;

  g_test_summary ("A replayed event that fails again is parked again");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  replay (self, id);
  await_parked (self, 0);
  fail (listener, 1);
  again = usher_bus_fixture_await_parked (self, 1);
  g_assert_cmpuint (g_strv_length (get_row (again, 0)->reasons), ==, MAX_DELIVER);
}

static void
test_replay_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who replays an event twice at once brings it back once");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  replay (self, id);
  g_assert_false (usher_bus_replay_parked (self->bus, id, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_drop (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A parked event that is dropped is gone");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  usher_bus_drop_parked (self->bus, id, &error);
  g_assert_no_error (error);
  g_assert_false (usher_bus_drop_parked (self->bus, id, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  await_parked (self, 0);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_unknown (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is not parked can be neither replayed nor dropped");

  g_assert_false (usher_bus_replay_parked (self->bus, "nothing", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (usher_bus_drop_parked (self->bus, "nothing", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
test_release (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;

  g_test_summary (
      "Once an event is replayed with success those that waited for it follow, in order, once");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  usher_bus_fixture_publish (self, CHANNEL, 20);
  defer_until_parked (self, listener, 21);

  replay (self, id);
  for (guint i = 1; i <= 21; i++)
    usher_test_listener_expect_ack (listener, i);
  await_parked (self, 0);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_release_failed (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = listen (self);
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) rest = NULL;

  g_test_summary ("A replay does not bring back others that have failed");

  publish_and_fail (self, listener, 1);
  id = await_one (self);
  publish_and_fail (self, listener, 2);
  await_parked (self, 2);

  replay (self, id);
  usher_test_listener_expect_ack (listener, 1);
  usher_bus_fixture_assert_quiet (self, listener);
  rest = usher_bus_fixture_await_parked (self, 1);
  g_assert_cmpuint (get_row (rest, 0)->sequence, ==, 2);
}

void
usher_bus_suite_add_parked (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "parked/reasons", test_reasons);
  usher_bus_suite_add_test (kind, "parked/list", test_list);
  usher_bus_suite_add_test (kind, "parked/unanswered", test_unanswered);
  usher_bus_suite_add_test (kind, "parked/deferred", test_deferred);
  usher_bus_suite_add_test (kind, "parked/restart", test_restart);
  usher_bus_suite_add_test (kind, "parked/attempts-restart", test_attempts_restart);
  usher_bus_suite_add_test (kind, "parked/replay", test_replay);
  usher_bus_suite_add_test (kind, "parked/replay-restart", test_replay_restart);
  usher_bus_suite_add_test (kind, "parked/replay-fails", test_replay_fails);
  usher_bus_suite_add_test (kind, "parked/replay-twice", test_replay_twice);
  usher_bus_suite_add_test (kind, "parked/drop", test_drop);
  usher_bus_suite_add_test (kind, "parked/unknown", test_unknown);
  usher_bus_suite_add_test (kind, "parked/release", test_release);
  usher_bus_suite_add_test (kind, "parked/release-failed", test_release_failed);
}
