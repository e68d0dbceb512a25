/* usher-bus-suite-parked.c: what a group could not do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-bus-suite-failure.h"

#define CHANNEL  USHER_BUS_FAILURE_CHANNEL
#define ATTEMPTS USHER_BUS_FAILURE_ATTEMPTS

/* Waits for the one event that is parked; @list keeps it. */
static const UsherParkedEvent *
await_parked (UsherBusFixture *self, GPtrArray **list)
{
  *list = usher_bus_fixture_await_parked (self, 1);

  return g_ptr_array_index (*list, 0);
}

static void
test_reasons (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (GPtrArray) list = NULL;
  const UsherParkedEvent *parked = await_parked (self, &list);

  g_test_summary ("After max-deliver attempts an event is parked with every reason");

  g_assert_cmpstr (parked->id, ==, id);
  g_assert_cmpstr (parked->channel, ==, CHANNEL);
  g_assert_cmpstr (parked->group, ==, USHER_BUS_FAILURE_GROUP);
  g_assert_cmpuint (parked->sequence, ==, 1);
  g_assert_cmpuint (parked->attempts, ==, ATTEMPTS);
  g_assert_false (parked->is_deferred);
  g_assert_cmpuint (g_strv_length (parked->reasons), ==, ATTEMPTS);
  g_assert_cmpstr (parked->reasons[0], ==, "reason 1");
  g_assert_cmpstr (parked->reasons[2], ==, "reason 3");
  g_assert_cmpstr (parked->event_id, ==, self->publisher->ids->pdata[0]);
  g_assert_cmpuint (parked->n_bytes, ==, strlen ("{\"n\":0}"));
  g_assert_null (parked->event);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_unanswered (UsherBusFixture *self, gconstpointer data)
{
  UsherSubscription impatient = usher_bus_failure_wish;
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (GPtrArray) list = NULL;

  g_test_summary ("What is never answered is parked too");

  impatient.ack_wait = 50 * G_TIME_SPAN_MILLISECOND;
  listener = usher_test_listener_new (self->bus, &impatient, FALSE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  g_assert_cmpuint (g_strv_length (await_parked (self, &list)->reasons), ==, ATTEMPTS);
  usher_bus_fixture_settle (self, self->bus);
  g_assert_cmpuint (usher_test_listener_count (listener), ==, ATTEMPTS);
}

static void
test_deferred (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autoptr (GPtrArray) list = NULL;
  const UsherParkedEvent *parked = NULL;

  g_test_summary ("What is deferred for too long is parked as such, with its reason");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_failure_defer (self, listener, 1);
  parked = await_parked (self, &list);
  g_assert_true (parked->is_deferred);
  g_assert_cmpuint (parked->attempts, ==, 0);
  g_assert_cmpuint (g_strv_length (parked->reasons), ==, 1);
  g_assert_cmpstr (parked->reasons[0], ==, USHER_BUS_FAILURE_DEFERRAL);
}

static void
test_restart (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (GPtrArray) list = NULL;

  g_test_summary ("What is parked stays so when the server is started again");

  g_clear_pointer (&listener, usher_test_listener_free);
  usher_bus_fixture_reopen (self);
  g_assert_cmpstr (await_parked (self, &list)->id, ==, id);
  listener = usher_bus_failure_listen (self);
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_restart_between (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autoptr (UsherDelivery) last = NULL;

  g_test_summary ("The attempts of an event outlive the server");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  for (guint i = 1; i < ATTEMPTS; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (listener, 1);

      usher_delivery_nak (delivery, 0, "no");
    }
  usher_bus_fixture_settle (self, self->bus);
  g_clear_pointer (&listener, usher_test_listener_free);

  usher_bus_fixture_reopen (self);
  listener = usher_bus_failure_listen (self);
  last = usher_test_listener_expect (listener, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (last), ==, ATTEMPTS);
  g_assert_true (usher_delivery_is_redelivered (last));
  usher_delivery_ack (last);
}

static void
test_find (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherParkedEvent) parked = usher_bus_find_parked (self->bus, id, &error);
  g_autoptr (UsherParkedEvent) none = NULL;

  g_test_summary ("By its id a parked event comes with the event itself");

  g_assert_no_error (error);
  g_assert_cmpstr (parked->id, ==, id);
  g_assert_cmpuint (g_strv_length (parked->reasons), ==, ATTEMPTS);
  g_assert_cmpstr (parked->event_id, ==, self->publisher->ids->pdata[0]);
  g_assert_cmpstr (usher_event_get_id (parked->event), ==, parked->event_id);
  g_assert_cmpstr (usher_event_get_payload (parked->event, NULL), ==, "{\"n\":0}");

  none = usher_bus_find_parked (self->bus, "none", &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

/* (transfer full): a page of what is parked of a channel */
static GPtrArray *
list_page (UsherBusFixture *self, const char *channel, guint offset, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *list = usher_bus_list_parked (self->bus, channel, offset, limit, &error);

  g_assert_no_error (error);

  return list;
}

static void
test_list (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *first = usher_bus_failure_park (self, listener, 1);
  g_autofree char *second = usher_bus_failure_park (self, listener, 2);
  g_autoptr (GPtrArray) page = list_page (self, CHANNEL, 1, 1);
  g_autoptr (GPtrArray) another = list_page (self, "another", 0, 10);

  g_test_summary ("What is parked is listed page by page, and by channel");

  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpstr (((UsherParkedEvent *) g_ptr_array_index (page, 0))->id, ==, second);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (another->len, ==, 0);
}

static void
test_drop (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_bus_failure_listen (self);
  g_autofree char *id = usher_bus_failure_park (self, listener, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A parked event that is dropped is gone");

  usher_bus_drop_parked (self->bus, id, &error);
  g_assert_no_error (error);
  g_assert_false (usher_bus_drop_parked (self->bus, id, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_ptr_array_unref (usher_bus_fixture_await_parked (self, 0));
  usher_bus_fixture_assert_quiet (self, listener);
}

static void
test_drop_unknown (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is not parked cannot be dropped");

  g_assert_false (usher_bus_drop_parked (self->bus, "nothing", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

void
usher_bus_suite_add_parked (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "parked/reasons", test_reasons);
  usher_bus_suite_add_test (kind, "parked/unanswered", test_unanswered);
  usher_bus_suite_add_test (kind, "parked/deferred", test_deferred);
  usher_bus_suite_add_test (kind, "parked/restart", test_restart);
  usher_bus_suite_add_test (kind, "parked/restart/between", test_restart_between);
  usher_bus_suite_add_test (kind, "parked/find", test_find);
  usher_bus_suite_add_test (kind, "parked/list", test_list);
  usher_bus_suite_add_test (kind, "parked/drop", test_drop);
  usher_bus_suite_add_test (kind, "parked/drop/unknown", test_drop_unknown);
}
