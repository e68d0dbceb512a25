/* test-deferrals.c: events that wait for another one's commit
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-deferrals-private.h"

typedef struct
{
  UsherWork work; /* first, as in a job */
  UsherDeferrals *deferrals;
  guint n_runs;
  gboolean again; /* it is still too early */
} Event;

static void
run (UsherWork *work)
{
  Event *event = (Event *) work;

  event->n_runs++;
  if (event->again)
    usher_deferrals_add (event->deferrals, &event->work);
}

typedef struct
{
  UsherDeferrals *deferrals;
  Event event;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->deferrals = usher_deferrals_new ();
  fixture->event = (Event){ .work = { run }, .deferrals = fixture->deferrals };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_deferrals_free (fixture->deferrals);
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Where nothing is being committed nobody waits");

  g_assert_false (usher_deferrals_add (fixture->deferrals, &fixture->event.work));
  g_assert_cmpuint (usher_deferrals_get_n (fixture->deferrals), ==, 0);

  usher_deferrals_enter (fixture->deferrals);
  usher_deferrals_leave (fixture->deferrals);
  g_assert_false (usher_deferrals_add (fixture->deferrals, &fixture->event.work));
  g_assert_cmpuint (fixture->event.n_runs, ==, 0);
}

static void
test_leave (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who waits goes on once when any commit is over");

  usher_deferrals_enter (fixture->deferrals);
  usher_deferrals_enter (fixture->deferrals);
  g_assert_true (usher_deferrals_add (fixture->deferrals, &fixture->event.work));
  g_assert_cmpuint (usher_deferrals_get_n (fixture->deferrals), ==, 1);

  usher_deferrals_leave (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 1);
  usher_deferrals_leave (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 1);
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Who waits again while it is told waits for the next commit, not for ever in a circle");

  fixture->event.again = TRUE;
  usher_deferrals_enter (fixture->deferrals);
  usher_deferrals_enter (fixture->deferrals);
  g_assert_true (usher_deferrals_add (fixture->deferrals, &fixture->event.work));

  usher_deferrals_leave (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 1);
  g_assert_cmpuint (usher_deferrals_get_n (fixture->deferrals), ==, 1);

  fixture->event.again = FALSE;
  usher_deferrals_leave (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 2);
  g_assert_cmpuint (usher_deferrals_get_n (fixture->deferrals), ==, 0);
}

static void
test_release (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Another process's commit lets who waits look again, and ends no commit of this one");

  usher_deferrals_enter (fixture->deferrals);
  g_assert_true (usher_deferrals_add (fixture->deferrals, &fixture->event.work));
  usher_deferrals_release (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 1);

  g_assert_true (usher_deferrals_add (fixture->deferrals, &fixture->event.work));
  usher_deferrals_leave (fixture->deferrals);
  g_assert_cmpuint (fixture->event.n_runs, ==, 2);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/deferrals/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("nothing", test_nothing);
  add ("leave", test_leave);
  add ("again", test_again);
  add ("release", test_release);

  return g_test_run ();
}
