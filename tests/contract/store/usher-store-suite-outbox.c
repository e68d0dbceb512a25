/* usher-store-suite-outbox.c: events wait in commit order until they are trimmed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

/* The outbox around a commit of two events. */
typedef struct
{
  UsherMark before;
  UsherMark first;
  UsherMark second;
} Places;

/* Commits two events, of the channels @first and @second. */
static void
publish (UsherStoreFixture *fixture, const char *first, const char *second, Places *places)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_unit_publish (unit, first, "{\"n\":1}");
  usher_unit_publish (unit, second, "{\"n\":2}");
  usher_store_fixture_commit (fixture, unit);

  places->before = *usher_commit_get_before (commit);
  places->first = *usher_commit_get_mark (commit, 0);
  places->second = *usher_commit_get_mark (commit, 1);
}

static void
test_event (UsherStoreFixture *fixture, gconstpointer data)
{
  const UsherMark begin = { 0 };
  g_autoptr (UsherCommit) commit = usher_commit_new (7);
  g_autoptr (UsherEvent) event = usher_event_new_full (
      "id", "item:created", 0, 5, "request-1", "cause", "00-trace", "{\"n\":1}", -1);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  UsherEvent *listed;

  g_test_summary ("An event is listed as it was published, at the mark that its commit got.");

  usher_commit_publish (commit, event);
  g_assert_true (usher_store_commit_sync (fixture->store, commit, &error));
  events = usher_store_list_outbox (fixture->store, &begin, 10, marks, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (events->len, ==, 1);
  listed = g_ptr_array_index (events, 0);
  g_assert_cmpstr (usher_event_get_id (listed), ==, "id");
  g_assert_cmpstr (usher_event_get_channel (listed), ==, "item:created");
  g_assert_cmpint (usher_event_get_time (listed), ==, 5);
  g_assert_cmpstr (usher_event_get_correlation (listed), ==, "request-1");
  g_assert_cmpstr (usher_event_get_causation (listed), ==, "cause");
  g_assert_cmpstr (usher_event_get_traceparent (listed), ==, "00-trace");
  g_assert_cmpstr (usher_event_get_payload (listed, NULL), ==, "{\"n\":1}");
  g_assert_true (
      usher_mark_equal (&g_array_index (marks, UsherMark, 0), usher_commit_get_mark (commit, 0)));
}

static void
test_order (UsherStoreFixture *fixture, gconstpointer data)
{
  Places ab;
  Places cd;

  g_test_summary ("Events are listed in commit order, from behind any mark on.");

  publish (fixture, "a", "b", &ab);
  publish (fixture, "c", "d", &cd);

  usher_store_fixture_assert_outbox (fixture, NULL, "abcd");
  usher_store_fixture_assert_outbox (fixture, &ab.before, "abcd");
  usher_store_fixture_assert_outbox (fixture, &ab.first, "bcd");
  usher_store_fixture_assert_outbox (fixture, &cd.before, "cd");
  usher_store_fixture_assert_outbox (fixture, &cd.first, "d");
  usher_store_fixture_assert_outbox (fixture, &cd.second, "");
}

static void
test_before (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (fixture, "chair");
  Places ab;
  Places cd;

  g_test_summary (
      "A commit stands behind the last event before it; one without events moves nothing.");

  publish (fixture, "a", "b", &ab);
  usher_store_fixture_commit (fixture, unit);
  publish (fixture, "c", "d", &cd);

  g_assert_true (usher_mark_equal (&cd.before, &ab.second));
  g_assert_false (usher_mark_equal (&ab.first, &ab.second));
  g_assert_false (usher_mark_equal (&ab.second, &cd.first));
}

static void
test_limit (UsherStoreFixture *fixture, gconstpointer data)
{
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GError) error = NULL;
  Places ab;
  Places cd;

  g_test_summary (
      "No more events are listed than are wanted; the last mark leads to the next ones.");

  publish (fixture, "a", "b", &ab);
  publish (fixture, "c", "d", &cd);
  events = usher_store_list_outbox (fixture->store, &begin, 3, marks, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (events->len, ==, 3);
  g_assert_cmpuint (marks->len, ==, 3);
  g_assert_true (usher_mark_equal (&g_array_index (marks, UsherMark, 2), &cd.first));
  usher_store_fixture_assert_outbox (fixture, &cd.first, "d");
}

static void
test_trim (UsherStoreFixture *fixture, gconstpointer data)
{
  Places ab;
  Places cd;

  g_test_summary ("What is trimmed is not listed any more, whatever it is asked for from.");

  publish (fixture, "a", "b", &ab);
  publish (fixture, "c", "d", &cd);

  usher_store_trim_outbox (fixture->store, &ab.first);
  usher_store_fixture_assert_outbox (fixture, NULL, "bcd");
  usher_store_trim_outbox (fixture->store, &cd.second);
  usher_store_fixture_assert_outbox (fixture, &ab.first, "");
}

static void
test_trim_restart (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Places ab;
  Places cd;

  g_test_summary ("What is trimmed stays away after a restart, and its marks are not given again.");

  publish (fixture, "a", "b", &ab);
  usher_store_trim_outbox (fixture->store, &ab.second);
  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  usher_store_fixture_assert_outbox (fixture, NULL, "");

  publish (fixture, "c", "d", &cd);
  usher_store_fixture_assert_outbox (fixture, NULL, "cd");
  usher_store_fixture_assert_outbox (fixture, &ab.second, "cd");
  g_assert_false (usher_mark_equal (&cd.first, &ab.first));
  g_assert_false (usher_mark_equal (&cd.first, &ab.second));
}

static void
test_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_taken (fixture);

  g_test_summary ("A unit that is refused publishes nothing.");

  usher_unit_publish (unit, "item:created", "{}");
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  usher_store_fixture_assert_outbox (fixture, NULL, "");
}

static void
test_large (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (USHER_EVENT_MAX_PAYLOAD - 2, 'x');
  g_autofree char *largest = g_strconcat ("\"", filler, "\"", NULL);
  g_autofree char *larger = g_strconcat ("\"x", filler, "\"", NULL);
  g_autoptr (UsherEvent) event =
      usher_event_new ("018f0000-0000-7000-8000-000000000001",
                       "a",
                       usher_clock_get_time (USHER_CLOCK (fixture->clock)),
                       larger,
                       -1);
  g_autoptr (UsherUnit) refused = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) taken = usher_store_fixture_begin (fixture);

  g_test_summary ("An event that no bus would take is refused with its unit.");

  usher_commit_publish (usher_unit_get_commit (refused), event);
  usher_store_fixture_refuse (fixture, refused, USHER_ERROR_TOO_LARGE);
  usher_store_fixture_assert_outbox (fixture, NULL, "");

  usher_unit_publish (taken, "b", largest);
  usher_store_fixture_commit (fixture, taken);
  usher_store_fixture_assert_outbox (fixture, NULL, "b");
}

void
usher_store_suite_add_outbox (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "outbox/event", test_event);
  usher_store_suite_add_test (maker, "outbox/order", test_order);
  usher_store_suite_add_test (maker, "outbox/before", test_before);
  usher_store_suite_add_test (maker, "outbox/limit", test_limit);
  usher_store_suite_add_test (maker, "outbox/trim", test_trim);
  usher_store_suite_add_test (maker, "outbox/trim/restart", test_trim_restart);
  usher_store_suite_add_test (maker, "outbox/refused", test_refused);
  usher_store_suite_add_test (maker, "outbox/large", test_large);
}
