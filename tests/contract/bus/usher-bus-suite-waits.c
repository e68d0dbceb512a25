/* usher-bus-suite-waits.c: questions for events that wait until there are some
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite-question.h"
#include "usher-bus-suite.h"

#define CHANNEL "order:created"

/* waits behind what there is of all channels, for longer than a test takes */
static const UsherEventsQuery patient = { .after = -1, .limit = 100, .wait = G_TIME_SPAN_MINUTE };

static guint
count_events (UsherBusQuestion *question)
{
  return usher_bus_question_get_page (question)->events->len;
}

static void
test_event (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusQuestion) question = usher_bus_question_new (self->bus, &patient);
  UsherEventsQuery from_first = patient;
  g_autoptr (UsherBusEvents) first = NULL;

  g_test_summary (
      "A question waits until there is an event, and is answered at once where there is");

  usher_bus_fixture_settle (self, self->bus);
  g_assert_false (usher_bus_question_is_answered (question));
  usher_bus_fixture_publish (self, CHANNEL, 1);
  g_assert_cmpuint (count_events (question), ==, 1);
  g_assert_cmpstr (usher_event_get_channel (g_ptr_array_index (question->page->events, 0)),
                   ==,
                   CHANNEL);

  from_first.after = 0;
  first = usher_bus_question_ask (self->bus, &from_first);
  g_assert_cmpuint (first->events->len, ==, 1);
}

static void
test_channel (UsherBusFixture *self, gconstpointer data)
{
  UsherEventsQuery of_late = patient;
  g_autoptr (UsherBusQuestion) question = NULL;

  g_test_summary (
      "A question for a channel, which need not be there yet, waits for its events alone");

  of_late.channel = "late";
  question = usher_bus_question_new (self->bus, &of_late);
  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_fixture_settle (self, self->bus);
  g_assert_false (usher_bus_question_is_answered (question));
  usher_bus_fixture_publish (self, "late", 1);
  g_assert_cmpuint (count_events (question), ==, 1);
  g_assert_cmpstr (question->page->cursor, ==, "late:1");
}

static void
test_time (UsherBusFixture *self, gconstpointer data)
{
  gint64 start_time = g_get_monotonic_time ();
  UsherEventsQuery impatient = patient;
  g_autoptr (UsherBusQuestion) question = NULL;

  g_test_summary ("When the time is over there is a page without events, whose cursor goes on");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  impatient.wait = 300 * G_TIME_SPAN_MILLISECOND;
  question = usher_bus_question_new (self->bus, &impatient);
  g_assert_cmpuint (count_events (question), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start_time, >=, impatient.wait);
  g_assert_cmpstr (question->page->cursor, ==, "order%3Acreated:1");
}

static void
test_server_closes (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusQuestion) question = NULL;

  g_test_summary ("A server that closes answers what waits; where the answer is lost with it, the "
                  "next one is asked");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  question = usher_bus_question_new (self->bus, &patient);
  usher_bus_fixture_settle (self, self->bus);
  if (self->kind->outlives_server)
    {
      usher_bus_fixture_restart (self);
      usher_bus_fixture_publish (self, CHANNEL, 1);
      g_assert_cmpuint (count_events (question), <=, 1);
    }
  else
    {
      usher_bus_fixture_stop (self);
      g_assert_cmpuint (count_events (question), ==, 0);
    }
}

static void
test_server_away (UsherBusFixture *self, gconstpointer data)
{
  UsherEventsQuery impatient = patient;
  g_autoptr (UsherBusQuestion) question = NULL;

  g_test_summary ("Who asks without a server is told when the patience is over");

  usher_bus_fixture_stop (self);
  impatient.wait = 0;
  impatient.patience = 100 * G_TIME_SPAN_MILLISECOND;
  question = usher_bus_question_new (self->bus, &impatient);
  usher_bus_question_await (question);
  g_assert_error (question->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

static void
test_member_leaves (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  g_autoptr (UsherBusQuestion) question = usher_bus_question_new (second, &patient);

  g_test_summary ("A member that leaves takes its questions with it, and tells who asked");

  usher_bus_fixture_settle (self, second);
  usher_bus_fixture_leave (second);
  usher_bus_question_await (question);
  g_assert_error (question->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
}

void
usher_bus_suite_add_waits (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "waits/event", test_event);
  usher_bus_suite_add_test (kind, "waits/channel", test_channel);
  usher_bus_suite_add_test (kind, "waits/time", test_time);
  usher_bus_suite_add_test (kind, "waits/server-closes", test_server_closes);
  usher_bus_suite_add_test (kind, "waits/server-away", test_server_away);
  usher_bus_suite_add_test (kind, "waits/member-leaves", test_member_leaves);
}
