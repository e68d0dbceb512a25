/* usher-bus-suite-parked.c: what a group could not do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets",
                                        .max_deliver = 3,
                                        .defer_limit = G_TIME_SPAN_MINUTE };

/* refuses the event until it is parked */
static void
fail (UsherBusListener *listener, guint64 sequence)
{
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, sequence);
      g_autofree char *reason = g_strdup_printf ("reason “%u”", i);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, i);
      usher_delivery_nak (delivery, 0, reason);
    }
}

/* defers the events @first to @last until they are parked */
static void
defer_for_long (UsherBusFixture *self, UsherBusListener *listener, guint64 first, guint64 last)
{
  for (guint round = 0; round < 2; round++)
    {
      for (guint64 sequence = first; sequence <= last; sequence++)
        {
          g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, sequence);

          usher_delivery_defer (delivery, "the order before it is missing");
        }
      usher_bus_fixture_settle (self->bus);
      if (round == 0)
        usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_MINUTE);
    }
}

static void
test_reasons (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  gint64 value = 0;

  g_test_summary ("After max-deliver attempts an event is parked with every reason");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpstr (usher_json_get_string (parked, "0.channel"), ==, CHANNEL);
  g_assert_cmpstr (usher_json_get_string (parked, "0.group"), ==, "tickets");
  g_assert_cmpstr (usher_json_get_string (parked, "0.eventId"), ==, self->ids->pdata[0]);
  g_assert_cmpstr (usher_json_get_string (parked, "0.payload"), ==, "{\"n\":0}");
  g_assert_cmpstr (usher_json_get_string (parked, "0.kind"), ==, "failed");
  g_assert_true (usher_json_get_integer (parked, "0.sequence", &value) && value == 1);
  g_assert_true (usher_json_get_integer (parked, "0.attempts", &value) && value == 3);
  g_assert_cmpuint (usher_json_get_length (parked, "0.reasons"), ==, 3);
  g_assert_cmpstr (usher_json_get_string (parked, "0.reasons.0"), ==, "reason “1”");
  g_assert_cmpstr (usher_json_get_string (parked, "0.reasons.2"), ==, "reason “3”");
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_HOUR);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_unanswered (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;

  g_test_summary ("What is never answered is parked too");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  for (guint i = 0; i < 3; i++)
    {
      usher_bus_listener_await (listener, i + 1);
      usher_bus_fixture_turn (self, self->bus, 30 * G_TIME_SPAN_SECOND);
    }
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpuint (usher_json_get_length (parked, "0.reasons"), ==, 3);
}

static void
test_deferred (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  gint64 value = -1;

  g_test_summary ("What is deferred for too long is parked as such, with its reason");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  defer_for_long (self, listener, 1, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpstr (usher_json_get_string (parked, "0.kind"), ==, "deferred");
  g_assert_true (usher_json_get_integer (parked, "0.attempts", &value) && value == 0);
  g_assert_cmpuint (usher_json_get_length (parked, "0.reasons"), ==, 1);
  g_assert_cmpstr (usher_json_get_string (parked, "0.reasons.0"),
                   ==,
                   "the order before it is missing");
}

static void
test_deferred_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;
  g_autoptr (UsherDelivery) once_more = NULL;

  g_test_summary ("The time without a hub is none that an event was deferred for");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_delivery_defer (first, "the order before it is missing");
  usher_bus_fixture_settle (self->bus);
  g_clear_pointer (&listener, usher_bus_listener_free);
  g_clear_pointer (&first, usher_delivery_unref);
  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_close_hub (self);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_HOUR);
  usher_bus_fixture_open_hub (self);
  self->bus = usher_bus_fixture_join (self, "first");

  listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  again = usher_bus_listener_expect (listener, 1);
  usher_delivery_defer (again, "the order before it is missing still");
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_SECOND);
  once_more = usher_bus_listener_expect (listener, 1);
  usher_delivery_ack (once_more);
}

static void
test_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;

  g_test_summary ("What is parked stays so when the hub is started again");

  usher_bus_fixture_publish (self, CHANNEL, 2);
  usher_bus_listener_expect_ack (listener, 1);
  fail (listener, 2);
  g_clear_pointer (&listener, usher_bus_listener_free);
  usher_bus_fixture_reopen (self);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpuint (usher_json_get_length (parked, "0.reasons"), ==, 3);
  listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_attempts_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) again = NULL;

  g_test_summary ("The attempts of an event outlive the hub");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  first = usher_bus_listener_expect (listener, 1);
  usher_delivery_nak (first, 0, "no");
  usher_delivery_unref (usher_bus_listener_expect (listener, 1));
  usher_bus_fixture_settle (self->bus);
  g_clear_pointer (&listener, usher_bus_listener_free);
  g_clear_pointer (&first, usher_delivery_unref);
  usher_bus_fixture_reopen (self);
  listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  again = usher_bus_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 3);
  g_assert_true (usher_delivery_is_redelivered (again));
  usher_delivery_ack (again);
}

static void
replay (UsherBusFixture *self, UsherJson *parked, guint row)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_strdup_printf ("%u.id", row);

  usher_bus_replay_parked (self->bus, usher_json_get_string (parked, path), &error);
  g_assert_no_error (error);
}

static void
test_replay (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  g_autoptr (UsherDelivery) again = NULL;
  g_autoptr (UsherJson) none = NULL;

  g_test_summary ("A parked event is replayed to its group with all its attempts before it");

  usher_bus_fixture_publish (self, CHANNEL, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_take (listener);

      if (i == 0)
        usher_delivery_nak (delivery, 0, "no");
      else
        usher_delivery_ack (delivery);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_bus_listener_expect (listener, 1);

      usher_delivery_nak (delivery, 0, "no");
    }
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  replay (self, parked, 0);
  again = usher_bus_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (again), ==, 1);
  g_assert_true (usher_delivery_is_redelivered (again));
  none = usher_bus_fixture_await_parked (self->bus, 0);
  usher_delivery_ack (again);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_replay_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  g_autoptr (UsherJson) none = NULL;

  g_test_summary ("A replayed event that was not answered comes again from the next hub");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  g_clear_pointer (&listener, usher_bus_listener_free);
  replay (self, parked, 0);
  usher_bus_fixture_reopen (self);
  none = usher_bus_fixture_await_parked (self->bus, 0);
  listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  usher_bus_listener_expect_ack (listener, 1);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_replay_fails (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  g_autoptr (UsherJson) again = NULL;
  g_autoptr (UsherJson) none = NULL;

  g_test_summary ("A replayed event that fails again is parked again");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  replay (self, parked, 0);
  none = usher_bus_fixture_await_parked (self->bus, 0);
  fail (listener, 1);
  again = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpuint (usher_json_get_length (again, "0.reasons"), ==, 3);
}

static void
test_replay_twice (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who replays an event twice at once brings it back once");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  replay (self, parked, 0);
  g_assert_false (
      usher_bus_replay_parked (self->bus, usher_json_get_string (parked, "0.id"), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  usher_bus_listener_expect_ack (listener, 1);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_drop (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) parked = NULL;
  g_autoptr (UsherJson) none = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A parked event that is dropped is gone");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  parked = usher_bus_fixture_await_parked (self->bus, 1);
  usher_bus_drop_parked (self->bus, usher_json_get_string (parked, "0.id"), &error);
  g_assert_no_error (error);
  g_assert_false (
      usher_bus_drop_parked (self->bus, usher_json_get_string (parked, "0.id"), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  none = usher_bus_fixture_await_parked (self->bus, 0);
  usher_bus_listener_assert_quiet (listener);
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
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) one = NULL;
  g_autoptr (UsherJson) all = NULL;
  g_autoptr (UsherJson) none = NULL;

  g_test_summary (
      "Once an event is replayed with success those that waited for it follow, in order, once");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  one = usher_bus_fixture_await_parked (self->bus, 1);
  usher_bus_fixture_publish (self, CHANNEL, 20);
  defer_for_long (self, listener, 2, 21);
  all = usher_bus_fixture_await_parked (self->bus, 21);
  replay (self, one, 0);
  for (guint i = 1; i <= 21; i++)
    usher_bus_listener_expect_ack (listener, i);
  none = usher_bus_fixture_await_parked (self->bus, 0);
  usher_bus_listener_assert_quiet (listener);
}

static void
test_release_failed (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) all = NULL;
  g_autoptr (UsherJson) rest = NULL;

  g_test_summary ("A replay does not bring back others that have failed");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 1);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  fail (listener, 2);
  all = usher_bus_fixture_await_parked (self->bus, 2);
  replay (self, all, 0);
  usher_bus_listener_expect_ack (listener, 1);
  usher_bus_listener_assert_quiet (listener);
  rest = usher_bus_fixture_await_parked (self->bus, 1);
  g_assert_cmpstr (usher_json_get_string (rest, "0.eventId"), ==, self->ids->pdata[1]);
}

void
usher_bus_suite_add_parked (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "parked/reasons", test_reasons);
  usher_bus_suite_add_test (maker, "parked/unanswered", test_unanswered);
  usher_bus_suite_add_test (maker, "parked/deferred", test_deferred);
  usher_bus_suite_add_test (maker, "parked/deferred-restart", test_deferred_restart);
  usher_bus_suite_add_test (maker, "parked/restart", test_restart);
  usher_bus_suite_add_test (maker, "parked/attempts-restart", test_attempts_restart);
  usher_bus_suite_add_test (maker, "parked/replay", test_replay);
  usher_bus_suite_add_test (maker, "parked/replay-restart", test_replay_restart);
  usher_bus_suite_add_test (maker, "parked/replay-fails", test_replay_fails);
  usher_bus_suite_add_test (maker, "parked/replay-twice", test_replay_twice);
  usher_bus_suite_add_test (maker, "parked/drop", test_drop);
  usher_bus_suite_add_test (maker, "parked/unknown", test_unknown);
  usher_bus_suite_add_test (maker, "parked/release", test_release);
  usher_bus_suite_add_test (maker, "parked/release-failed", test_release_failed);
}
