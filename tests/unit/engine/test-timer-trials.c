/* test-timer-trials.c: timers of which a process may have died, and clocks that were set
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

/* of a store that nobody has open */
#define DEAD   "0000000000000001"
#define DEATHS 5

/* what a handler saw of its timer */
typedef struct
{
  char *key; /* (owned) */
  guint trial;
  guint n_deaths;
  gboolean is_own; /* this process tries it */
} Run;

typedef struct
{
  Stage stage;
  int may_go; /* (atomic) */
  int fails;  /* (atomic) */
  GMutex mutex;
  GArray *runs; /* (owned) (mutex mutex) (element-type Run) */
} Fixture;

static void
clear_run (gpointer data)
{
  g_free (((Run *) data)->key);
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;
  const UsherTimerHistory *history = usher_timer_get_history (timer);
  Run run = { .key = g_strdup (usher_timer_get_key (timer)) };

  if (history != NULL)
    {
      run.trial = history->trial;
      run.n_deaths = history->n_deaths;
      run.is_own = g_strcmp0 (history->trier,
                              usher_store_get_owner (stage_get_store (&fixture->stage))) == 0;
    }
  g_mutex_lock (&fixture->mutex);
  g_array_append_val (fixture->runs, run);
  g_mutex_unlock (&fixture->mutex);

  usher_test_until (g_atomic_int_get (&fixture->may_go));
  if (!g_atomic_int_get (&fixture->fails))
    return TRUE;

  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "not now");
  return FALSE;
}

static gboolean
on_event (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  usher_test_until (g_atomic_int_get (&fixture->may_go));

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_timer (context, "ring", on_ring, data, NULL);
  usher_context_add_listener (context, "told", NULL, on_event, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->may_go = TRUE;
  fixture->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  g_array_set_clear_func (fixture->runs, clear_run);
  g_mutex_init (&fixture->mutex);
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
  g_array_unref (fixture->runs);
  g_mutex_clear (&fixture->mutex);
}

static guint
count_runs (Fixture *fixture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  return fixture->runs->len;
}

static const Run *
get_run (Fixture *fixture, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  g_assert_cmpuint (index, <, fixture->runs->len);

  return &g_array_index (fixture->runs, Run, index);
}

#define await_runs(fixture, n) usher_test_until (count_runs (fixture) == (n))
#define n_left(fixture)        stage_get_n_timers (&(fixture)->stage, "ring")

static void
set_timer (Fixture *fixture, const char *key, gint64 due)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  usher_unit_schedule (unit, "ring", key, STAGE_TIME + due, NULL);
  stage_commit (&fixture->stage, unit);
}

/* (transfer full) (nullable) */
static UsherTimer *
look_up (Fixture *fixture, const char *key)
{
  UsherStore *store = stage_get_store (&fixture->stage);
  g_autoptr (GError) error = NULL;
  UsherTimer *timer = NULL;

  g_assert_true (usher_store_lookup_timer (store, "ring", key, &timer, &error));
  usher_store_end_reads (store);

  return timer;
}

/* a timer as a process left it that tried it with so many others, due at once */
static void
leave (Fixture *fixture, const char *key, guint trial, const char *trier, guint n_deaths)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) timer = NULL;

  set_timer (fixture, key, G_TIME_SPAN_DAY);
  timer = look_up (fixture, key);
  history->trial = trial;
  history->trier = g_strdup (trier);
  history->n_deaths = n_deaths;
  usher_commit_set_anew (usher_unit_get_commit (unit), timer, STAGE_TIME, 0, history);
  stage_commit (&fixture->stage, unit);
}

static void
test_free (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer that falls due while its process fires is suspected of nothing");

  set_timer (fixture, "a", G_TIME_SPAN_MINUTE);
  stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE);
  await_runs (fixture, 1);
  g_assert_cmpuint (get_run (fixture, 0)->trial, ==, 0);
  usher_test_until (n_left (fixture) == 0);
}

static void
test_overdue (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What is due when a process begins to fire is tried, and the store says so before");

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      set_timer (fixture, key, G_TIME_SPAN_MINUTE);
    }
  stage_stop (&fixture->stage);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  usher_test_until (n_left (fixture) == 0);

  g_assert_cmpuint (count_runs (fixture), ==, 40);
  for (guint i = 0; i < 40; i++)
    {
      g_assert_cmpuint (get_run (fixture, i)->trial, >, 1);
      g_assert_cmpuint (get_run (fixture, i)->trial, <=, 32);
      g_assert_true (get_run (fixture, i)->is_own);
    }
}

static void
test_set (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each of a set that died is tried alone, and nothing is counted yet");

  leave (fixture, "a", 2, DEAD, 0);
  leave (fixture, "b", 2, DEAD, 0);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpuint (count_runs (fixture), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (get_run (fixture, i)->trial, ==, 1);
      g_assert_cmpuint (get_run (fixture, i)->n_deaths, ==, 0);
      g_assert_true (get_run (fixture, i)->is_own);
    }
}

static void
test_death (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A death alone counts, and the timer is tried alone again");

  leave (fixture, "a", 1, DEAD, 2);
  await_runs (fixture, 1);
  g_assert_cmpuint (get_run (fixture, 0)->trial, ==, 1);
  g_assert_cmpuint (get_run (fixture, 0)->n_deaths, ==, 3);
  usher_test_until (n_left (fixture) == 0);
}

static void
test_parked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimer) timer = NULL;
  const UsherTimerHistory *history = NULL;

  g_test_summary ("The last death that may be parks a timer, and no other");

  leave (fixture, "a", 1, DEAD, DEATHS - 1);
  leave (fixture, "b", 1, DEAD, DEATHS - 2);
  await_runs (fixture, 1);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpstr (get_run (fixture, 0)->key, ==, "b");

  timer = look_up (fixture, "a");
  history = usher_timer_get_history (timer);
  g_assert_true (usher_timer_is_parked (timer));
  g_assert_cmpuint (history->n_deaths, ==, DEATHS);
  g_assert_cmpstr (history->reasons[0], ==, "its process ended while it ran alone");
  stage_turn (&fixture->stage, G_TIME_SPAN_DAY);
  stage_restart (&fixture->stage);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, NULL), ==, 0);
  g_assert_cmpuint (count_runs (fixture), ==, 1);
}

static void
test_survived (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTimer) timer = NULL;
  const UsherTimerHistory *history = NULL;

  g_test_summary ("A run that fails and leaves the process alive ends the suspicion");

  fixture->fails = TRUE;
  leave (fixture, "a", 1, DEAD, DEATHS - 2);
  await_runs (fixture, 1);
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);
  timer = look_up (fixture, "a");
  history = usher_timer_get_history (timer);
  g_assert_cmpuint (usher_timer_get_attempt (timer), ==, 1);
  g_assert_cmpuint (history->trial, ==, 0);
  g_assert_null (history->trier);
  g_assert_cmpuint (history->n_deaths, ==, 0);
  g_assert_cmpuint (g_strv_length (history->reasons), ==, 2);
  g_assert_cmpstr (history->reasons[1], ==, "not now");
}

static void
test_reasons (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A timer that fails is never parked: it comes again, and its last reasons are kept");

  fixture->fails = TRUE;
  set_timer (fixture, "a", 0);
  for (guint i = 1; i <= 20; i++)
    {
      g_autoptr (UsherTimer) timer = NULL;

      await_runs (fixture, i);
      usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);
      timer = look_up (fixture, "a");
      g_assert_false (usher_timer_is_parked (timer));
      g_assert_cmpuint (usher_timer_get_attempt (timer), ==, i);
      g_assert_cmpuint (g_strv_length (usher_timer_get_history (timer)->reasons), ==, MIN (i, 5));
      stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE);
    }
}

/* the event is put off, as nothing may run beside what is alone */
static void
assert_put_off (Fixture *fixture)
{
  g_autoptr (UsherEvent) event = stage_event_new ("told", 1, "{}");
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_host_feed (fixture->stage.host, "stage", NULL, event, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
}

static void
test_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = stage_event_new ("told", 1, "{}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Beside a timer that is tried alone neither timers nor events run");

  fixture->may_go = FALSE;
  leave (fixture, "a", 1, DEAD, 0);
  await_runs (fixture, 1);
  set_timer (fixture, "b", 1);
  stage_turn (&fixture->stage, 1);
  assert_put_off (fixture);
  g_assert_cmpuint (count_runs (fixture), ==, 1);

  g_atomic_int_set (&fixture->may_go, TRUE);
  usher_test_until (n_left (fixture) == 0);
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);
  g_assert_cmpuint (count_runs (fixture), ==, 2);
  g_assert_cmpuint (get_run (fixture, 1)->trial, ==, 0);
  usher_test_until (usher_host_feed (fixture->stage.host, "stage", NULL, event, NULL));
}

static gpointer
feed (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (UsherEvent) event = stage_event_new ("told", 1, "{}");
  g_autoptr (GError) error = NULL;

  usher_host_feed (fixture->stage.host, "stage", NULL, event, &error);
  g_assert_no_error (error);

  return NULL;
}

static void
test_alone_waits (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;

  g_test_summary ("A timer that is to be alone waits for what runs, and others wait for it");

  fixture->may_go = FALSE;
  thread = g_thread_new ("feeder", feed, fixture);
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 1);
  leave (fixture, "a", 1, NULL, 0);
  usher_test_until (!usher_solitude_enter (usher_lane_get_solitude (fixture->stage.lane)) ||
                    (usher_solitude_leave (usher_lane_get_solitude (fixture->stage.lane)), FALSE));
  assert_put_off (fixture);
  g_assert_cmpuint (count_runs (fixture), ==, 0);

  g_atomic_int_set (&fixture->may_go, TRUE);
  g_thread_join (thread);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpuint (get_run (fixture, 0)->trial, ==, 1);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *owner = g_strdup (usher_store_get_owner (stage_get_store (&fixture->stage)));

  g_test_summary ("What a process tries when it stops in order is no death");

  fixture->may_go = FALSE;
  leave (fixture, "a", 1, DEAD, DEATHS - 2);
  await_runs (fixture, 1);
  g_assert_true (get_run (fixture, 0)->is_own);
  /* its time to finish is over, and it goes on until the process ends */
  usher_host_stop (fixture->stage.host, 0, NULL);
  g_atomic_int_set (&fixture->may_go, TRUE);
  g_assert_finalize_object (fixture->stage.host);
  fixture->stage.host = NULL;

  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  await_runs (fixture, 2);
  g_assert_cmpuint (get_run (fixture, 1)->n_deaths, ==, DEATHS - 1);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpstr (owner, !=, usher_store_get_owner (stage_get_store (&fixture->stage)));
}

/* so far ahead that nobody would wait for it */
#define AHEAD G_TIME_SPAN_DAY

/* Sets the clock ahead and then a timer. One that falls due by that shows that the ticker has seen it. */
static void
set_ahead (Fixture *fixture)
{
  g_autoptr (UsherUnit) unit = NULL;

  set_timer (fixture, "probe", AHEAD);
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME + AHEAD);
  await_runs (fixture, 1);
  unit = stage_begin (&fixture->stage);
  usher_unit_schedule (unit, "ring", "a", STAGE_TIME + AHEAD + 15 * G_TIME_SPAN_MINUTE, NULL);
  stage_commit (&fixture->stage, unit);
}

static void
assert_due (Fixture *fixture, gint64 due)
{
  usher_test_until (usher_store_get_next_due (stage_get_store (&fixture->stage)) == due);
}

static void
test_set_back (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What was set while the clock was ahead waits as long as it was meant to");

  set_timer (fixture, "before", 2 * AHEAD);
  set_ahead (fixture);
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME);
  assert_due (fixture, STAGE_TIME + 15 * G_TIME_SPAN_MINUTE);
  stage_turn (&fixture->stage, 15 * G_TIME_SPAN_MINUTE);
  await_runs (fixture, 2);
  g_assert_cmpstr (get_run (fixture, 1)->key, ==, "a");
  usher_test_until (n_left (fixture) == 1);
  g_assert_cmpint (usher_store_get_next_due (stage_get_store (&fixture->stage)),
                   ==,
                   STAGE_TIME + 2 * AHEAD);
}

static void
test_set_back_between (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A clock that was set back while no host ran is found at the start");

  set_ahead (fixture);
  stage_stop (&fixture->stage);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME);
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  assert_due (fixture, STAGE_TIME + 15 * G_TIME_SPAN_MINUTE);
}

static void
test_set_back_little (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A clock that is set back by a minute changes no timer");

  set_timer (fixture, "a", G_TIME_SPAN_HOUR);
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME - G_TIME_SPAN_MINUTE);
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  usher_host_run_timers (fixture->stage.host, NULL);
  assert_due (fixture, STAGE_TIME + G_TIME_SPAN_HOUR);
  g_assert_cmpuint (count_runs (fixture), ==, 0);
  stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE);
  await_runs (fixture, 1);
}

static void
test_set_forward (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When the clock is set forward timers are due as it says");

  set_timer (fixture, "a", G_TIME_SPAN_HOUR);
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME + G_TIME_SPAN_HOUR);
  await_runs (fixture, 1);
  usher_test_until (n_left (fixture) == 0);
}

#define add(path, func) g_test_add ("/timer-trials/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("free", test_free);
  add ("overdue", test_overdue);
  add ("set", test_set);
  add ("death", test_death);
  add ("parked", test_parked);
  add ("survived", test_survived);
  add ("reasons", test_reasons);
  add ("alone", test_alone);
  add ("alone/waits", test_alone_waits);
  add ("stop", test_stop);
  add ("set-back", test_set_back);
  add ("set-back/between", test_set_back_between);
  add ("set-back/little", test_set_back_little);
  add ("set-forward", test_set_forward);

  return g_test_run ();
}
