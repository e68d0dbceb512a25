/* usher-bus-suite-events.c: events for whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite-question.h"
#include "usher-bus-suite.h"

#define CHANNEL "order:created"
#define ODD     "a,b:1%20\"<c>"

static const UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "all" };

/* (transfer full): the page that follows @page */
static UsherBusEvents *
turn_page (UsherBusFixture *self, const UsherBusEvents *page, const char *channel)
{
  const UsherEventsQuery query = { .channel = channel, .cursor = page->cursor, .limit = 3 };

  return usher_bus_question_ask (self->bus, &query);
}

/* (transfer full): the page that begins behind @after */
static UsherBusEvents *
open_page (UsherBusFixture *self, const char *channel, gint64 after)
{
  const UsherEventsQuery query = { .channel = channel, .after = after, .limit = 3 };

  return usher_bus_question_ask (self->bus, &query);
}

static void
assert_event (const UsherBusEvents *page, guint index, const char *channel, guint64 sequence)
{
  UsherEvent *event = g_ptr_array_index (page->events, index);

  g_assert_cmpstr (usher_event_get_channel (event), ==, channel);
  g_assert_cmpuint (usher_event_get_sequence (event), ==, sequence);
}

static void
test_follow (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusEvents) start = NULL;
  g_autoptr (UsherBusEvents) first = NULL;
  g_autoptr (UsherBusEvents) second = NULL;
  g_autoptr (UsherBusEvents) third = NULL;
  UsherEvent *event = NULL;

  g_test_summary ("Who looks on sees what comes after, of all channels, in the order of time");

  usher_bus_fixture_publish (self, CHANNEL, 2);
  start = open_page (self, NULL, -1);
  g_assert_cmpuint (start->events->len, ==, 0);

  usher_bus_fixture_publish (self, ODD, 1);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_fixture_publish (self, ODD, 2);

  first = turn_page (self, start, NULL);
  g_assert_cmpuint (first->events->len, ==, 3);
  assert_event (first, 0, ODD, 1);
  assert_event (first, 1, CHANNEL, 3);
  assert_event (first, 2, ODD, 2);
  event = g_ptr_array_index (first->events, 0);
  g_assert_cmpstr (usher_event_get_id (event), ==, self->publisher->ids->pdata[2]);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, "{\"n\":2}");
  second = turn_page (self, first, NULL);
  g_assert_cmpuint (second->events->len, ==, 1);
  assert_event (second, 0, ODD, 3);
  third = turn_page (self, second, NULL);
  g_assert_cmpuint (third->events->len, ==, 0);
}

static void
test_after (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusEvents) page = NULL;
  g_autoptr (UsherBusEvents) next = NULL;
  g_autoptr (UsherBusEvents) past = NULL;

  g_test_summary ("Who looks on may begin at any sequence of a channel");

  for (guint i = 0; i < 4; i++)
    usher_bus_fixture_publish (self, CHANNEL, 50);
  usher_bus_fixture_publish (self, ODD, 1);
  /* what it had in memory is read again */
  usher_bus_fixture_reopen (self);

  page = open_page (self, CHANNEL, 98);
  g_assert_cmpuint (page->events->len, ==, 3);
  assert_event (page, 0, CHANNEL, 99);
  assert_event (page, 2, CHANNEL, 101);
  next = turn_page (self, page, CHANNEL);
  assert_event (next, 0, CHANNEL, 102);
  past = open_page (self, CHANNEL, 1000);
  g_assert_cmpuint (past->events->len, ==, 0);
}

static void
test_cursor (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusEvents) page = NULL;

  g_test_summary ("A cursor is CHANNEL:SEQUENCE,…, with the names escaped");

  usher_bus_fixture_publish (self, CHANNEL, 2);
  usher_bus_fixture_publish (self, "b", 1);
  page = open_page (self, NULL, -1);
  g_assert_cmpstr (page->cursor, ==, "b:1,order%3Acreated:2");
}

static void
test_wrong (UsherBusFixture *self, gconstpointer data)
{
  const UsherEventsQuery query = { .cursor = "no cursor", .limit = 3 };
  g_autoptr (UsherBusQuestion) question = usher_bus_question_new (self->bus, &query);
  g_autoptr (UsherBusEvents) page = NULL;

  g_test_summary ("A cursor that is none is refused, a channel that is not there has no events");

  usher_bus_question_await (question);
  g_assert_error (question->error, USHER_ERROR, USHER_ERROR_INVALID);
  page = open_page (self, "nothing", 0);
  g_assert_cmpuint (page->events->len, ==, 0);
  g_assert_cmpstr (page->cursor, ==, "nothing:0");
}

static void
test_groups (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherBusEvents) page = NULL;

  g_test_summary ("Who looks on takes nothing from a group");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  page = open_page (self, NULL, 0);
  g_assert_cmpuint (page->events->len, ==, 3);
  usher_bus_fixture_assert_run (self, listener, 1, 3);
}

void
usher_bus_suite_add_events (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "events/follow", test_follow);
  usher_bus_suite_add_test (kind, "events/after", test_after);
  usher_bus_suite_add_test (kind, "events/cursor", test_cursor);
  usher_bus_suite_add_test (kind, "events/wrong", test_wrong);
  usher_bus_suite_add_test (kind, "events/groups", test_groups);
}
