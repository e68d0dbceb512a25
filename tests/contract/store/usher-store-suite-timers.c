/* usher-store-suite-timers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

/* more than any store reads at once to know which is next */
#define MANY 1100

static void
schedule (UsherStoreFixture *fixture, const char *key, gint64 due)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  usher_unit_schedule (unit, "expire", key, due, "{\"n\":1}");
  usher_store_fixture_commit (fixture, unit);
}

static GPtrArray *
list (UsherStoreFixture *fixture, gint64 due, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *timers = usher_store_list_timers (fixture->store, due, limit, &error);

  g_assert_no_error (error);

  return timers;
}

/* the keys of the timers that are due, one after the other */
static void
assert_due (UsherStoreFixture *fixture, gint64 due, guint limit, const char *expected)
{
  g_autoptr (GPtrArray) timers = list (fixture, due, limit);
  g_autoptr (GString) keys = g_string_new (NULL);

  for (guint i = 0; i < timers->len; i++)
    g_string_append (keys, usher_timer_get_key (g_ptr_array_index (timers, i)));
  g_assert_cmpstr (keys->str, ==, expected);
}

/* a unit for the earliest timer, as the host makes it */
static UsherUnit *
fire (UsherStoreFixture *fixture)
{
  g_autoptr (GPtrArray) timers = list (fixture, G_MAXINT64, 1);
  UsherUnit *unit = usher_store_fixture_begin (fixture);

  g_assert_cmpuint (timers->len, ==, 1);
  usher_commit_set_fired (usher_unit_get_commit (unit), g_ptr_array_index (timers, 0));

  return unit;
}

static void
test_list (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) timers = NULL;
  UsherTimer *timer;

  g_test_summary ("Timers are listed when they are due, earliest first, as they were set.");

  schedule (fixture, "c", 300);
  schedule (fixture, "a", 100);
  schedule (fixture, "b", 200);

  assert_due (fixture, 99, 10, "");
  assert_due (fixture, 200, 10, "ab");
  assert_due (fixture, 300, 2, "ab");
  timers = list (fixture, 100, 10);
  timer = g_ptr_array_index (timers, 0);
  g_assert_cmpstr (usher_timer_get_name (timer), ==, "expire");
  g_assert_cmpstr (usher_timer_get_payload (timer), ==, "{\"n\":1}");
  g_assert_cmpint (usher_timer_get_due (timer), ==, 100);
  g_assert_cmpuint (usher_timer_get_attempt (timer), ==, 0);
}

static void
test_next_due (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The next due time follows the commits, and is known after a restart.");

  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
  schedule (fixture, "b", 200);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);
  schedule (fixture, "a", 100);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 100);

  usher_unit_unschedule (unit, "expire", "a");
  usher_store_fixture_commit (fixture, unit);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);

  g_clear_object (&unit);
  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);
}

static void
test_one_moment (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "However many timers are due at one moment, the next one is known, after a restart too.");

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (unit, "expire", key, 200, NULL);
    }
  usher_store_fixture_commit (fixture, unit);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);

  g_clear_object (&unit);
  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);
  timers = list (fixture, 200, 2 * MANY);
  g_assert_cmpuint (timers->len, ==, MANY);
}

static void
test_replace (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  g_test_summary ("A timer that is set again is another generation of the same timer.");

  schedule (fixture, "a", 100);
  before = list (fixture, 1000, 10);
  schedule (fixture, "a", 100);
  after = list (fixture, 1000, 10);

  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpint (usher_timer_get_generation (g_ptr_array_index (before, 0)),
                   !=,
                   usher_timer_get_generation (g_ptr_array_index (after, 0)));
}

static void
test_names (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) set = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) unset = usher_store_fixture_begin (fixture);

  g_test_summary ("Timers of two names with the same key are two timers.");

  usher_unit_schedule (set, "expire", "a", 100, NULL);
  usher_unit_schedule (set, "settle", "a", 200, NULL);
  usher_store_fixture_commit (fixture, set);
  assert_due (fixture, 1000, 10, "aa");

  usher_unit_unschedule (unset, "expire", "a");
  usher_store_fixture_commit (fixture, unset);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 200);
}

static void
test_fired (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;

  g_test_summary ("A fired timer is gone with the commit of its unit.");

  schedule (fixture, "a", 100);
  unit = fire (fixture);
  usher_store_fixture_commit (fixture, unit);

  g_assert_false (usher_commit_was_applied (usher_unit_get_commit (unit)));
  assert_due (fixture, 1000, 10, "");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
}

static void
test_fired_twice (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) first = NULL;
  g_autoptr (UsherUnit) second = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherDocument) missing = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A timer fires once: a second unit for it changes nothing and succeeds.");

  schedule (fixture, "a", 100);
  first = fire (fixture);
  second = fire (fixture);
  document = usher_store_fixture_make (fixture, second, "late");
  g_assert_true (usher_unit_insert (second, document, &error));
  usher_store_fixture_commit (fixture, first);
  usher_store_fixture_commit (fixture, second);

  g_assert_true (usher_commit_was_applied (usher_unit_get_commit (second)));
  missing = usher_store_fixture_read (fixture, usher_document_get_id (document));
  g_assert_null (missing);
}

static void
test_fired_set_anew (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;
  g_autoptr (GPtrArray) timers = NULL;

  g_test_summary ("A unit sets the timer that it is for anew.");

  schedule (fixture, "a", 100);
  unit = fire (fixture);
  usher_commit_schedule (usher_unit_get_commit (unit), "expire", "a", 500, NULL, 1);
  usher_store_fixture_commit (fixture, unit);

  assert_due (fixture, 499, 10, "");
  timers = list (fixture, 500, 10);
  g_assert_cmpuint (timers->len, ==, 1);
  g_assert_cmpuint (usher_timer_get_attempt (g_ptr_array_index (timers, 0)), ==, 1);
}

static void
assert_origin (UsherTimer *timer, const char *correlation)
{
  const UsherOrigin *origin = usher_timer_get_origin (timer);

  g_assert_nonnull (origin);
  g_assert_cmpstr (origin->correlation, ==, correlation);
  g_assert_cmpstr (origin->causation, ==, "event ü");
  g_assert_cmpstr (origin->traceparent, ==, NULL);
}

static void
test_origin (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherOrigin) origin = usher_origin_new ("request-1", "event ü", NULL);
  g_autoptr (UsherCommit) commit = usher_commit_new (1);
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A timer knows what it goes back to, when it is set anew too, and is found by it.");

  schedule (fixture, "other", 100);
  usher_commit_set_origin (usher_unit_get_commit (unit), origin);
  usher_commit_schedule (usher_unit_get_commit (unit), "expire", "a", 200, NULL, 0);
  usher_store_fixture_commit (fixture, unit);

  timers = list (fixture, 200, 10);
  g_assert_cmpuint (timers->len, ==, 2);
  g_assert_null (usher_timer_get_origin (g_ptr_array_index (timers, 0)));
  assert_origin (g_ptr_array_index (timers, 1), "request-1");

  usher_commit_set_anew (commit, g_ptr_array_index (timers, 1), 900, 1, NULL);
  usher_store_commit_sync (fixture->store, commit, &error);
  g_assert_no_error (error);
  found = usher_store_list_timers_of (fixture->store, "request-1", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (usher_timer_get_due (g_ptr_array_index (found, 0)), ==, 900);
  assert_origin (g_ptr_array_index (found, 0), "request-1");

  g_clear_pointer (&found, g_ptr_array_unref);
  found = usher_store_list_timers_of (fixture->store, "request", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_fired_late (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;

  g_test_summary ("A timer that was set anew after it fired is not removed.");

  schedule (fixture, "a", 100);
  unit = fire (fixture);
  schedule (fixture, "a", 900);
  usher_store_fixture_commit (fixture, unit);

  g_assert_true (usher_commit_was_applied (usher_unit_get_commit (unit)));
  assert_due (fixture, 1000, 10, "a");
}

static void
test_refused (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_taken (fixture);

  g_test_summary ("A unit that is refused sets no timer.");

  usher_unit_schedule (unit, "expire", "a", 100, NULL);
  usher_store_fixture_refuse (fixture, unit, USHER_ERROR_TAKEN);

  assert_due (fixture, 1000, 10, "");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
}

void
usher_store_suite_add_timers (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "timers/list", test_list);
  usher_store_suite_add_test (maker, "timers/next-due", test_next_due);
  usher_store_suite_add_test (maker, "timers/one-moment", test_one_moment);
  usher_store_suite_add_test (maker, "timers/replace", test_replace);
  usher_store_suite_add_test (maker, "timers/names", test_names);
  usher_store_suite_add_test (maker, "timers/fired", test_fired);
  usher_store_suite_add_test (maker, "timers/fired/twice", test_fired_twice);
  usher_store_suite_add_test (maker, "timers/fired/set-anew", test_fired_set_anew);
  usher_store_suite_add_test (maker, "timers/fired/late", test_fired_late);
  usher_store_suite_add_test (maker, "timers/origin", test_origin);
  usher_store_suite_add_test (maker, "timers/refused", test_refused);
}
