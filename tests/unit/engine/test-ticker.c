/* test-ticker.c: durable timers, by a clock that is turned by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/resource.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct
{
  Stage stage;
  int n_runs;  /* (atomic) */
  int n_fails; /* (atomic): how many runs still fail */
  int again;   /* (atomic): the handler sets the timer anew, once */
  int steps;   /* (atomic): with a step */
  int n_steps; /* (atomic) */
  int may_go;  /* (atomic) */
  int attempt; /* (atomic): of the last run */
} Fixture;

static gboolean
run_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_steps);

  return TRUE;
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_set (&fixture->attempt, (int) usher_timer_get_attempt (timer));
  g_atomic_int_inc (&fixture->n_runs);
  usher_test_until (g_atomic_int_get (&fixture->may_go));
  if (g_atomic_int_get (&fixture->n_fails) > 0)
    {
      g_atomic_int_add (&fixture->n_fails, -1);
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "not now");
      return FALSE;
    }
  if (g_atomic_int_compare_and_exchange (&fixture->again, TRUE, FALSE))
    usher_unit_schedule (unit, "ring", "k", usher_unit_get_time (unit) + G_TIME_SPAN_HOUR, NULL);
  if (g_atomic_int_get (&fixture->steps))
    usher_unit_then (unit, run_step, fixture, NULL);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_timer (context, "ring", on_ring, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->may_go = TRUE;
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static void
set_timer (Fixture *fixture, const char *name, const char *key, gint64 due)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  usher_unit_schedule (unit, name, key, STAGE_TIME + due, NULL);
  stage_commit (&fixture->stage, unit);
}

#define n_left(fixture) stage_get_n_timers (&(fixture)->stage, "ring")

static void
await_idle (Fixture *fixture)
{
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);
}

static void
test_once (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer fires when it is due, not before, and once");

  set_timer (fixture, "ring", "k", G_TIME_SPAN_MINUTE);
  stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE - 1);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, NULL), ==, 0);
  stage_turn (&fixture->stage, 1);
  usher_test_until (n_left (fixture) == 0);
  await_idle (fixture);
  stage_turn (&fixture->stage, G_TIME_SPAN_DAY);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, NULL), ==, 0);
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

static void
test_overdue (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer that is set into the past fires by itself");

  set_timer (fixture, "ring", "k", -G_TIME_SPAN_HOUR);
  usher_test_until (n_left (fixture) == 0);
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer that fell due while no host ran fires after the start");

  set_timer (fixture, "ring", "k", G_TIME_SPAN_MINUTE);
  stage_stop (&fixture->stage);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  static const gint64 delays[] = { 100, 200, 400, 800 };

  g_test_summary ("A timer that fails comes again, each time twice as late");

  fixture->n_fails = G_N_ELEMENTS (delays);
  set_timer (fixture, "ring", "k", 0);
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      usher_test_until (g_atomic_int_get (&fixture->n_runs) == (int) i + 1);
      await_idle (fixture);
      g_assert_cmpint (fixture->attempt, ==, i);
      g_assert_cmpint (usher_store_get_next_due (stage_get_store (&fixture->stage)),
                       ==,
                       usher_clock_get_time (USHER_CLOCK (fixture->stage.clock)) +
                           delays[i] * G_TIME_SPAN_MILLISECOND);
      stage_turn (&fixture->stage, delays[i] * G_TIME_SPAN_MILLISECOND);
    }
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpint (fixture->n_runs, ==, G_N_ELEMENTS (delays) + 1);
}

/* a timer that is due, until its handler runs */
static void
begin_ring (Fixture *fixture)
{
  set_timer (fixture, "ring", "k", 0);
  usher_test_until (g_atomic_int_get (&fixture->n_runs) == 1);
}

/* in an hour, once */
static void
assert_rings_later (Fixture *fixture)
{
  g_assert_cmpuint (n_left (fixture), ==, 1);
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpint (fixture->n_runs, ==, 2);
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A handler may set its own timer anew");

  fixture->again = TRUE;
  begin_ring (fixture);
  await_idle (fixture);
  assert_rings_later (fixture);
}

static void
test_unset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;

  g_test_summary ("A timer that is unset while its handler fails does not come again");

  fixture->may_go = FALSE;
  fixture->n_fails = 1;
  begin_ring (fixture);
  unit = stage_begin (&fixture->stage);
  usher_unit_unschedule (unit, "ring", "k");
  stage_commit (&fixture->stage, unit);
  g_atomic_int_set (&fixture->may_go, TRUE);
  await_idle (fixture);
  g_assert_cmpuint (n_left (fixture), ==, 0);
}

static void
test_set_anew (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer that is set anew while its handler runs stays for the new time");

  fixture->may_go = FALSE;
  begin_ring (fixture);
  set_timer (fixture, "ring", "k", G_TIME_SPAN_HOUR);
  g_atomic_int_set (&fixture->may_go, TRUE);
  await_idle (fixture);
  assert_rings_later (fixture);
}

static void
test_step (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A timer's handler may have a step");

  fixture->steps = TRUE;
  set_timer (fixture, "ring", "k", 0);
  usher_test_until (g_atomic_int_get (&fixture->n_steps) == 1);
  await_idle (fixture);
  g_assert_cmpuint (n_left (fixture), ==, 0);
}

static void
declare_nothing (UsherContext *context, gpointer data)
{
}

static void
on_store_gone (gpointer data, GObject *store)
{
  g_atomic_int_set (&((Fixture *) data)->may_go, TRUE);
}

static void
set_up_two (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_add (&fixture->stage, "beside", declare_nothing, NULL, &error);
  g_assert_no_error (error);
  stage_start (&fixture->stage);
}

static void
test_late (Fixture *fixture, gconstpointer data)
{
  UsherStore *beside = usher_lane_get_store (usher_host_get_lane (fixture->stage.host, 1));
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A handler that goes on when the host is half gone ends, and its timer is due at the next");

  fixture->n_fails = 1;
  begin_ring (fixture);
  g_object_weak_ref (G_OBJECT (beside), on_store_gone, fixture);
  usher_host_stop (fixture->stage.host, 0, &error);
  g_assert_no_error (error);
  g_assert_false (g_atomic_int_get (&fixture->may_go));
  g_assert_finalize_object (fixture->stage.host);
  g_assert_true (g_atomic_int_get (&fixture->may_go));

  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = fake_bus_new ();
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);
  usher_test_until (n_left (fixture) == 0);
}

/* whether files may be written */
static void
set_disk (gboolean is_writable)
{
  static struct rlimit before;
  struct rlimit none = { 0 };

  if (!is_writable)
    g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none.rlim_max = before.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, is_writable ? &before : &none), ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int n_run;

  g_test_summary ("Who runs timers is told that the store takes nothing, and they are due later");

  set_timer (fixture, "ring", "k", G_TIME_SPAN_MINUTE);
  signal (SIGXFSZ, SIG_IGN);
  set_disk (FALSE);
  stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE);
  n_run = usher_host_run_timers (fixture->stage.host, &error);
  set_disk (TRUE);
  g_assert_cmpint (n_run, ==, -1);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_cmpuint (n_left (fixture), ==, 1);
  usher_test_until (n_left (fixture) == 0);
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  g_test_summary ("Timers that nobody knows any more stay and are in nobody's way");

  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (unit, "forgotten", key, STAGE_TIME - G_TIME_SPAN_HOUR, NULL);
    }
  stage_commit (&fixture->stage, unit);
  set_timer (fixture, "ring", "k", 0);
  usher_test_until (n_left (fixture) == 0);
  g_assert_cmpuint (stage_get_n_timers (&fixture->stage, "forgotten"), ==, 600);
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  g_test_summary ("More timers than are read at once all fire");

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (unit, "ring", key, STAGE_TIME, NULL);
    }
  stage_commit (&fixture->stage, unit);
  usher_test_until (n_left (fixture) == 0);
  await_idle (fixture);
  g_assert_cmpint (fixture->n_runs, >=, 1000);
}

/* whether the inbox knows the event */
static gboolean
is_known (Fixture *fixture)
{
  UsherStore *store = stage_get_store (&fixture->stage);
  g_autoptr (GError) error = NULL;
  gboolean applied = FALSE;

  g_assert_true (usher_store_was_applied (store, ID, "group", &applied, &error));
  usher_store_end_reads (store);

  return applied;
}

static gint64
get_last_prune (Fixture *fixture)
{
  g_autoptr (GVariant) figures = usher_store_describe (stage_get_store (&fixture->stage), NULL);
  gint64 time = 0;

  g_assert_true (g_variant_lookup (figures, "last-prune", "x", &time));

  return time;
}

/* Lets time pass, until the store was pruned after it. */
static void
pass_prune (Fixture *fixture, gint64 time)
{
  gint64 now = 0;

  stage_turn (&fixture->stage, time);
  now = usher_clock_get_time (USHER_CLOCK (fixture->stage.clock));
  usher_test_until (get_last_prune (fixture) >= now);
}

static void
test_prune_clock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  g_test_summary ("A clock that is set forward makes the store forget nothing before its time");

  usher_commit_set_inbox (usher_unit_get_commit (unit), ID, "group");
  stage_commit (&fixture->stage, unit);
  usher_manual_clock_set_time (fixture->stage.clock, STAGE_TIME + 365 * G_TIME_SPAN_DAY);
  pass_prune (fixture, 11 * G_TIME_SPAN_MINUTE);
  g_assert_true (is_known (fixture));
  pass_prune (fixture, 365 * G_TIME_SPAN_DAY);
  g_assert_false (is_known (fixture));
}

#define add(path, func) g_test_add ("/ticker/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("once", test_once);
  add ("overdue", test_overdue);
  add ("restart", test_restart);
  add ("failure", test_failure);
  add ("again", test_again);
  add ("unset", test_unset);
  add ("set-anew", test_set_anew);
  add ("step", test_step);
  g_test_add ("/ticker/late", Fixture, NULL, set_up_two, test_late, tear_down);
  add ("refused", test_refused);
  add ("unknown", test_unknown);
  add ("many", test_many);
  add ("prune/clock", test_prune_clock);

  return g_test_run ();
}
