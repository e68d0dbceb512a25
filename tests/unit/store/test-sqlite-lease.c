/* test-sqlite-lease.c: of several processes one relays and fires
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "shared-fixture.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-unit.h"

/* asks again and again, as a host does, and gives how long it took */
static gint64
await_lease (SharedFixture *fixture)
{
  gint64 start = g_get_monotonic_time ();

  usher_test_until (usher_store_hold_lease (fixture->store));

  return g_get_monotonic_time () - start;
}

static void
test_lease_killed (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  gint64 token = 0;
  guint n_offers = 0;
  gint64 time = 0;

  g_test_summary ("The lease of a process that was killed is free at once, and others are told.");

  shared_fixture_open (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  g_assert_false (usher_store_hold_lease (fixture->store));
  token = shared_fixture_get_figure (fixture, "lease-token");
  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-held"), ==, 0);
  g_mutex_lock (&fixture->mutex);
  n_offers = fixture->n_offers;
  g_mutex_unlock (&fixture->mutex);

  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  store_child_signal (child, SIGKILL);
  g_mutex_lock (&fixture->mutex);
  time = g_get_monotonic_time ();
  while (fixture->n_offers == n_offers)
    g_assert_true (g_cond_wait_until (&fixture->cond, &fixture->mutex, time + SHARED_PATIENCE));
  time = g_get_monotonic_time () - time;
  g_mutex_unlock (&fixture->mutex);
  g_test_message ("offered after %" G_GINT64_FORMAT " µs", time);
  await_lease (fixture);

  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-token"), ==, token + 1);
  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-held"), ==, 1);
}

static void
test_lease_released (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  g_autofree char *released = NULL;

  g_test_summary ("A lease that is given back is another's at once.");

  shared_fixture_open (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  released = store_child_ask (child, "release");
  g_assert_true (usher_store_hold_lease (fixture->store));
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 0);

  g_assert_true (usher_store_close (fixture->store, NULL));
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  g_assert_finalize_object (fixture->store);
  fixture->store = NULL;
}

static guint
count_events (SharedFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events =
      usher_store_list_outbox (fixture->store, &begin, G_MAXINT, marks, &error);

  g_assert_no_error (error);

  return events->len;
}

static void
schedule (SharedFixture *fixture)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (fixture->store, fixture->clock);
  g_autoptr (GError) error = NULL;

  usher_unit_schedule (unit, "ring", "k", 1, NULL);
  usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

static void
test_fence (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  g_autofree char *trimmed = NULL;
  g_autofree char *inserted = NULL;
  g_autofree char *fired = NULL;
  const UsherMark first = { { 1, 0 } };
  gint64 time = 0;

  g_test_summary ("Who was stopped and lost the lease trims nothing and fires nothing.");

  shared_fixture_open (fixture);
  shared_fixture_insert (fixture, "a");
  schedule (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);

  store_child_signal (child, SIGSTOP);
  time = await_lease (fixture);
  g_test_message ("taken over after %" G_GINT64_FORMAT " µs", time);
  g_assert_cmpint (time, >, 300 * G_TIME_SPAN_MILLISECOND);
  store_child_signal (child, SIGCONT);

  /* the trim goes with the commit after it */
  trimmed = store_child_ask (child, "trim 1");
  inserted = store_child_ask (child, "insert b");
  g_assert_cmpuint (count_events (fixture), ==, 2);
  fired = store_child_ask (child, "fire");
  g_assert_cmpstr (fired, ==, "applied");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 1);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 0);

  usher_store_trim_outbox (fixture->store, &first);
  shared_fixture_insert (fixture, "c");
  g_assert_cmpuint (count_events (fixture), ==, 2);
}

/* (transfer full) (nullable) */
static UsherTimer *
look_up (SharedFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  UsherTimer *timer = NULL;

  usher_store_lookup_timer (fixture->store, "ring", "k", &timer, &error);
  g_assert_no_error (error);

  return timer;
}

/* Drops the timer; whether it is gone. */
static gboolean
drop_timer (SharedFixture *fixture)
{
  g_autoptr (UsherTimer) timer = look_up (fixture);
  g_autoptr (UsherTimer) left = NULL;
  g_autoptr (UsherCommit) commit = usher_commit_new (1);
  g_autoptr (GError) error = NULL;

  usher_commit_set_fired (commit, timer);
  usher_store_commit_sync (fixture->store, commit, &error);
  g_assert_no_error (error);
  left = look_up (fixture);

  return left == NULL;
}

static void
test_parked (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = NULL;
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherCommit) commit = usher_commit_new (1);
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A timer that is parked is dropped by whoever may write, one that fires by the "
                  "lease's holder.");

  shared_fixture_open (fixture);
  schedule (fixture);
  child = shared_fixture_start_child (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  g_assert_false (drop_timer (fixture));
  store_child_signal (child, SIGKILL);
  await_lease (fixture);

  timer = look_up (fixture);
  history->parked = 7;
  usher_timer_history_add_reason (history, "it fails");
  usher_commit_set_anew (commit, timer, 1, 0, history);
  usher_store_commit_sync (fixture->store, commit, &error);
  g_assert_no_error (error);
  usher_store_release_lease (fixture->store);
  g_clear_pointer (&child, store_child_free);
  child = shared_fixture_start_child (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  g_assert_true (drop_timer (fixture));
}

static void
test_next_due (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = NULL;
  g_autofree char *fired = NULL;

  g_test_summary ("A timer that another process set or fired is known at once.");

  shared_fixture_open (fixture);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
  schedule (fixture);
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 1);
  child = shared_fixture_start_child (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  fired = store_child_ask (child, "fire");
  g_assert_cmpstr (fired, ==, "fired");
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, G_MAXINT64);
}

static void
test_owner (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  g_autofree char *owner = store_child_ask (child, "owner");

  g_test_summary ("Whoever has the file open is known to live, until he is killed.");

  shared_fixture_open (fixture);
  g_assert_true (usher_store_is_owner_alive (fixture->store, owner));
  g_assert_true (
      usher_store_is_owner_alive (fixture->store, usher_store_get_owner (fixture->store)));
  g_assert_false (usher_store_is_owner_alive (fixture->store, "0000000000000001"));
  g_assert_false (usher_store_is_owner_alive (fixture->store, "somebody"));

  store_child_signal (child, SIGKILL);
  usher_test_until (!usher_store_is_owner_alive (fixture->store, owner));
}

#define add(path, func) shared_fixture_add ("/sqlite-lease/" path, argv[0], func)

int
main (int argc, char **argv)
{
  if (store_child_run (argc, argv))
    return 0;

  g_test_init (&argc, &argv, NULL);

  add ("killed", test_lease_killed);
  add ("released", test_lease_released);
  add ("fence", test_fence);
  add ("parked", test_parked);
  add ("next-due", test_next_due);
  add ("owner", test_owner);

  return g_test_run ();
}
