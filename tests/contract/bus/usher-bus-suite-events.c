/* usher-bus-suite-events.c: events for whoever looks on
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"
#define ODD     "a,b:1%20\"<c>"

static const UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "all" };

/* (transfer full): the page that follows @page, NULL: the first with @more */
static UsherJson *
turn_page (UsherBusFixture *self, UsherJson *page, const char *more)
{
  g_autoptr (GString) what = g_string_new ("events?limit=3");

  g_string_append (what, more);
  if (page != NULL)
    {
      g_string_append (what, "&cursor=");
      g_string_append_uri_escaped (what, usher_json_get_string (page, "cursor"), NULL, FALSE);
    }

  return usher_bus_fixture_describe (self->bus, what->str);
}

static void
assert_event (UsherJson *page, guint index, const char *channel, gint64 sequence)
{
  g_autofree char *name = g_strdup_printf ("events.%u.channel", index);
  g_autofree char *number = g_strdup_printf ("events.%u.sequence", index);
  gint64 value = 0;

  g_assert_cmpstr (usher_json_get_string (page, name), ==, channel);
  g_assert_true (usher_json_get_integer (page, number, &value));
  g_assert_cmpint (value, ==, sequence);
}

static void
test_follow (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherJson) start = NULL;
  g_autoptr (UsherJson) first = NULL;
  g_autoptr (UsherJson) second = NULL;
  g_autoptr (UsherJson) third = NULL;

  g_test_summary ("Who looks on sees what comes after, of all channels, in the order of time");

  usher_bus_fixture_publish (self, CHANNEL, 2);
  start = turn_page (self, NULL, "");
  g_assert_cmpuint (usher_json_get_length (start, "events"), ==, 0);

  usher_bus_fixture_publish (self, ODD, 1);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_SECOND);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_SECOND);
  usher_bus_fixture_publish (self, ODD, 2);

  first = turn_page (self, start, "");
  g_assert_cmpuint (usher_json_get_length (first, "events"), ==, 3);
  assert_event (first, 0, ODD, 1);
  assert_event (first, 1, CHANNEL, 3);
  assert_event (first, 2, ODD, 2);
  g_assert_cmpstr (usher_json_get_string (first, "events.0.id"), ==, self->ids->pdata[2]);
  g_assert_cmpstr (usher_json_get_string (first, "events.0.payload"), ==, "{\"n\":2}");
  second = turn_page (self, first, "");
  g_assert_cmpuint (usher_json_get_length (second, "events"), ==, 1);
  assert_event (second, 0, ODD, 3);
  third = turn_page (self, second, "");
  g_assert_cmpuint (usher_json_get_length (third, "events"), ==, 0);
}

static void
test_after (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherJson) page = NULL;
  g_autoptr (UsherJson) next = NULL;
  g_autoptr (UsherJson) past = NULL;

  g_test_summary ("Who looks on may begin at any sequence of a channel");

  /* over more than one frame, and one that is no longer in memory */
  for (guint i = 0; i < 4; i++)
    usher_bus_fixture_publish (self, CHANNEL, 50);
  usher_bus_fixture_publish (self, ODD, 1);
  if (self->maker->outlives_hub)
    usher_bus_fixture_reopen (self);

  page = turn_page (self, NULL, "&channel=" CHANNEL "&after=98");
  g_assert_cmpuint (usher_json_get_length (page, "events"), ==, 3);
  assert_event (page, 0, CHANNEL, 99);
  assert_event (page, 2, CHANNEL, 101);
  next = turn_page (self, page, "&channel=" CHANNEL);
  assert_event (next, 0, CHANNEL, 102);
  past = turn_page (self, NULL, "&channel=" CHANNEL "&after=1000");
  g_assert_cmpuint (usher_json_get_length (past, "events"), ==, 0);
}

static void
test_many (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherJson) page = NULL;

  g_test_summary ("A page has at most 100 events");

  usher_bus_fixture_publish (self, CHANNEL, 150);
  page = usher_bus_fixture_describe (self->bus, "events?after=0&limit=1000");
  g_assert_cmpuint (usher_json_get_length (page, "events"), ==, 100);
  assert_event (page, 0, CHANNEL, 1);
  assert_event (page, 99, CHANNEL, 100);
}

static void
test_wrong (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherJson) page = NULL;

  g_test_summary ("A sequence that is none is refused, a channel that is not there has no events");

  g_assert_null (usher_bus_describe (self->bus, "events?after=x", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  page = usher_bus_fixture_describe (self->bus, "events?channel=nothing&after=0");
  g_assert_cmpuint (usher_json_get_length (page, "events"), ==, 0);
}

static void
test_groups (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherJson) page = NULL;

  g_test_summary ("Who looks on takes nothing from a group");

  usher_bus_fixture_publish (self, CHANNEL, 5);
  page = usher_bus_fixture_describe (self->bus, "events?after=0");
  g_assert_cmpuint (usher_json_get_length (page, "events"), ==, 5);
  usher_bus_listener_await (listener, 5);
  usher_bus_listener_assert_run (listener, 1, 5);
}

void
usher_bus_suite_add_events (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "events/follow", test_follow);
  usher_bus_suite_add_test (maker, "events/after", test_after);
  usher_bus_suite_add_test (maker, "events/many", test_many);
  usher_bus_suite_add_test (maker, "events/wrong", test_wrong);
  usher_bus_suite_add_test (maker, "events/groups", test_groups);
}
