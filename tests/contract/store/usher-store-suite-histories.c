/* usher-store-suite-histories.c: what a store keeps of timers with which something went wrong
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

static void
schedule (UsherStoreFixture *fixture, const char *key, gint64 due)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  usher_unit_schedule (unit, "expire", key, due, "{\"n\":1}");
  usher_store_fixture_commit (fixture, unit);
}

/* (transfer full) (nullable) */
static UsherTimer *
look_up (UsherStoreFixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  UsherTimer *timer = NULL;

  g_assert_true (usher_store_lookup_timer (fixture->store, "expire", key, &timer, &error));
  g_assert_no_error (error);

  return timer;
}

/* sets @timer anew, due at 500 */
static void
set_anew (UsherStoreFixture *fixture, UsherTimer *timer, const UsherTimerHistory *history)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  usher_commit_set_anew (usher_unit_get_commit (unit), timer, 500, 2, history);
  usher_store_fixture_commit (fixture, unit);
}

/* a timer that is parked, or (@parked is 0) tried again */
static void
add_troubled (UsherStoreFixture *fixture, const char *key, gint64 parked)
{
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) timer = NULL;

  schedule (fixture, key, 100);
  timer = look_up (fixture, key);
  history->parked = parked;
  usher_timer_history_add_reason (history, "it fails");
  set_anew (fixture, timer, history);
}

static GPtrArray *
list_due (UsherStoreFixture *fixture, gint64 due)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *timers = usher_store_list_timers (fixture->store, due, 100, &error);

  g_assert_no_error (error);

  return timers;
}

/* the keys of the timers in trouble, one after the other */
static void
assert_troubled (UsherStoreFixture *fixture, guint offset, guint limit, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) timers =
      usher_store_list_troubled_timers (fixture->store, offset, limit, &error);
  g_autoptr (GString) keys = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < timers->len; i++)
    g_string_append (keys, usher_timer_get_key (g_ptr_array_index (timers, i)));
  g_assert_cmpstr (keys->str, ==, expected);
}

static void
assert_figure (UsherStoreFixture *fixture, const char *name, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, &error);
  gint64 value = -1;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, name, "x", &value));
  g_assert_cmpint (value, ==, expected);
}

static void
test_none (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (UsherTimer) none = look_up (fixture, "b");

  g_test_summary ("A timer that is set knows when that was, and of nothing that went wrong.");

  schedule (fixture, "a", 100);
  timer = look_up (fixture, "a");
  g_assert_cmpint (usher_timer_get_since (timer),
                   ==,
                   usher_clock_get_time (USHER_CLOCK (fixture->clock)));
  g_assert_cmpint (usher_timer_get_due (timer), ==, 100);
  g_assert_null (usher_timer_get_history (timer));
  g_assert_false (usher_timer_is_parked (timer));
  g_assert_null (none);
  assert_troubled (fixture, 0, 10, "");
}

static void
test_kept (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) before = NULL;
  g_autoptr (UsherTimer) after = NULL;
  const UsherTimerHistory *kept = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What went wrong with a timer is kept with it, after a restart too.");

  schedule (fixture, "a", 100);
  before = look_up (fixture, "a");
  history->n_deaths = 3;
  history->trial = 7;
  history->trier = g_strdup ("process-1");
  usher_timer_history_add_reason (history, "one");
  usher_timer_history_add_reason (history, "two “2”");
  set_anew (fixture, before, history);
  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);

  after = look_up (fixture, "a");
  kept = usher_timer_get_history (after);
  g_assert_nonnull (kept);
  g_assert_cmpuint (kept->n_deaths, ==, 3);
  g_assert_cmpuint (kept->trial, ==, 7);
  g_assert_cmpstr (kept->trier, ==, "process-1");
  g_assert_cmpint (kept->parked, ==, 0);
  g_assert_cmpstrv (kept->reasons, history->reasons);
  g_assert_cmpint (usher_timer_get_due (after), ==, 500);
  g_assert_cmpuint (usher_timer_get_attempt (after), ==, 2);
  g_assert_cmpstr (usher_timer_get_payload (after), ==, "{\"n\":1}");
  g_assert_cmpint (usher_timer_get_generation (before), !=, usher_timer_get_generation (after));
}

static void
test_trial (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (GPtrArray) due = NULL;

  g_test_summary (
      "A timer that is tried and has no reasons is due as any other, and in no trouble.");

  schedule (fixture, "a", 100);
  timer = look_up (fixture, "a");
  history->trial = 1;
  history->trier = g_strdup (usher_store_get_owner (fixture->store));
  set_anew (fixture, timer, history);

  due = list_due (fixture, 500);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_cmpuint (usher_timer_get_history (g_ptr_array_index (due, 0))->trial, ==, 1);
  assert_troubled (fixture, 0, 10, "");
}

static void
test_late (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (UsherTimer) after = NULL;

  g_test_summary ("A timer that the service has set anew meanwhile stays as that was.");

  schedule (fixture, "a", 100);
  timer = look_up (fixture, "a");
  schedule (fixture, "a", 900);
  history->parked = 1;
  usher_timer_history_add_reason (history, "it fails");
  set_anew (fixture, timer, history);

  after = look_up (fixture, "a");
  g_assert_cmpint (usher_timer_get_due (after), ==, 900);
  g_assert_null (usher_timer_get_history (after));
}

static void
test_parked (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) due = NULL;
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A timer that is parked is never due, after a restart either.");

  add_troubled (fixture, "a", 77);
  due = list_due (fixture, G_MAXINT64);
  g_assert_cmpuint (due->len, ==, 0);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
  schedule (fixture, "b", 900);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 900);

  timer = look_up (fixture, "a");
  g_assert_true (usher_timer_is_parked (timer));
  g_assert_cmpint (usher_timer_get_history (timer)->parked, ==, 77);
}

static void
test_released (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimer) parked = NULL;
  g_autoptr (UsherTimer) released = NULL;

  g_test_summary ("A timer that was parked fires again when it is set anew, without its past.");

  add_troubled (fixture, "a", 77);
  parked = look_up (fixture, "a");
  set_anew (fixture, parked, NULL);
  released = look_up (fixture, "a");

  g_assert_null (usher_timer_get_history (released));
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 500);
  assert_troubled (fixture, 0, 10, "");

  add_troubled (fixture, "b", 77);
  schedule (fixture, "b", 300);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 300);
  assert_troubled (fixture, 0, 10, "");
}

static void
test_dropped (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);
  g_autoptr (UsherTimer) parked = NULL;
  g_autoptr (UsherTimer) gone = NULL;

  g_test_summary ("A timer that is parked is dropped by a commit that is for it.");

  add_troubled (fixture, "a", 77);
  parked = look_up (fixture, "a");
  usher_commit_set_fired (usher_unit_get_commit (unit), parked);
  usher_store_fixture_commit (fixture, unit);

  gone = look_up (fixture, "a");
  g_assert_null (gone);
  assert_troubled (fixture, 0, 10, "");
}

static void
test_list (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("Timers in trouble are listed by pages and counted, parked ones first.");

  schedule (fixture, "fine", 100);
  add_troubled (fixture, "d", 77);
  add_troubled (fixture, "a", 0);
  add_troubled (fixture, "c", 78);
  add_troubled (fixture, "b", 0);
  add_troubled (fixture, "e", 0);

  assert_troubled (fixture, 0, 10, "cdabe");
  assert_troubled (fixture, 0, 2, "cd");
  assert_troubled (fixture, 2, 2, "ab");
  assert_troubled (fixture, 4, 2, "e");
  assert_troubled (fixture, 5, 2, "");
  assert_figure (fixture, "timers-parked", 2);
  assert_figure (fixture, "timers-failing", 3);
}

static void
test_since (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = usher_clock_get_time (USHER_CLOCK (fixture->clock));

  g_test_summary ("Timers are found by when they were set, but for those that are parked.");

  schedule (fixture, "before", 100);
  usher_manual_clock_set_time (fixture->clock, now + G_TIME_SPAN_DAY);
  schedule (fixture, "after", 100);
  add_troubled (fixture, "parked", 77);

  timers = usher_store_list_timers_since (fixture->store, now, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (timers->len, ==, 1);
  g_assert_cmpstr (usher_timer_get_key (g_ptr_array_index (timers, 0)), ==, "after");
  g_clear_pointer (&timers, g_ptr_array_unref);

  schedule (fixture, "another", 100);
  timers = usher_store_list_timers_since (fixture->store, now, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (timers->len, ==, 1);
}

void
usher_store_suite_add_histories (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "histories/none", test_none);
  usher_store_suite_add_test (maker, "histories/kept", test_kept);
  usher_store_suite_add_test (maker, "histories/trial", test_trial);
  usher_store_suite_add_test (maker, "histories/late", test_late);
  usher_store_suite_add_test (maker, "histories/parked", test_parked);
  usher_store_suite_add_test (maker, "histories/released", test_released);
  usher_store_suite_add_test (maker, "histories/dropped", test_dropped);
  usher_store_suite_add_test (maker, "histories/list", test_list);
  usher_store_suite_add_test (maker, "histories/since", test_since);
}
