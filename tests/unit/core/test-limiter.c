/* test-limiter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-limiter.h"
#include "usher-manual-clock.h"

#define WINDOW   (60 * G_USEC_PER_SEC)
#define MAX_KEYS 65536 /* of the limiter */

typedef struct
{
  UsherManualClock *clock; /* (owned) */
  UsherLimiter *limiter;   /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = usher_manual_clock_new (G_USEC_PER_SEC);
  fixture->limiter = usher_limiter_new (USHER_CLOCK (fixture->clock), 3, WINDOW);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->limiter);
  g_assert_finalize_object (fixture->clock);
}

static void
assert_allowed (Fixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_limiter_reserve (fixture->limiter, key, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_limited (Fixture *fixture, const char *key, gint64 retry_after)
{
  g_autoptr (GError) error = NULL;
  gint64 wait = 0;

  g_assert_false (usher_limiter_reserve (fixture->limiter, key, &wait, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_LIMITED);
  g_assert_cmpint (wait, ==, retry_after);
}

static void
test_window (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key has its tries in any window, each comes back when it is a window old.");

  assert_allowed (fixture, "a");
  usher_manual_clock_advance (fixture->clock, 20 * G_USEC_PER_SEC);
  assert_allowed (fixture, "a");
  assert_allowed (fixture, "a");
  assert_limited (fixture, "a", 40 * G_USEC_PER_SEC);

  usher_manual_clock_advance (fixture->clock, 40 * G_USEC_PER_SEC - 1);
  assert_limited (fixture, "a", 1);
  usher_manual_clock_advance (fixture->clock, 1);
  assert_allowed (fixture, "a");
  assert_limited (fixture, "a", 20 * G_USEC_PER_SEC);
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Keys are counted apart.");

  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "a");
  assert_limited (fixture, "a", 60 * G_USEC_PER_SEC);
  assert_allowed (fixture, "b");
}

static void
test_refused_is_free (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A try that was refused does not prolong the wait.");

  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "a");
  usher_manual_clock_advance (fixture->clock, WINDOW / 2);
  for (guint i = 0; i < 10; i++)
    assert_limited (fixture, "a", 30 * G_USEC_PER_SEC);
  usher_manual_clock_advance (fixture->clock, WINDOW / 2);
  assert_allowed (fixture, "a");
}

static void
test_release (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A try that is released does not count; what was not reserved may be released.");

  usher_limiter_release (fixture->limiter, "a");
  for (guint i = 0; i < 10; i++)
    {
      assert_allowed (fixture, "a");
      usher_limiter_release (fixture->limiter, "a");
    }
  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "a");
  assert_limited (fixture, "a", 60 * G_USEC_PER_SEC);
}

static void
test_many_keys (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Keys that are forgotten because they are old do not take those with tries along.");

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("old-%u", i);

      assert_allowed (fixture, key);
    }
  usher_manual_clock_advance (fixture->clock, WINDOW);
  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "a");
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("new-%u", i);

      assert_allowed (fixture, key);
    }
  assert_limited (fixture, "a", 60 * G_USEC_PER_SEC);
}

static void
test_bounded (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Keys without end are forgotten, the one first that has not tried for the longest.");

  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "idle");
  for (guint i = 0; i < MAX_KEYS; i++)
    {
      g_autofree char *key = g_strdup_printf ("stranger-%u", i);

      if (i == MAX_KEYS / 2)
        for (guint n = 0; n < 3; n++)
          assert_allowed (fixture, "busy");
      assert_allowed (fixture, key);
    }

  assert_limited (fixture, "busy", WINDOW);
  assert_allowed (fixture, "idle");
}

static void
test_clock_set (Fixture *fixture, gconstpointer data)
{
  const gint64 time = usher_clock_get_time (USHER_CLOCK (fixture->clock));

  g_test_summary (
      "Setting the time of day forward forgives nobody, and back makes nobody wait longer.");

  for (guint i = 0; i < 3; i++)
    assert_allowed (fixture, "a");
  usher_manual_clock_set_time (fixture->clock, time - G_TIME_SPAN_HOUR);
  assert_limited (fixture, "a", WINDOW);
  usher_manual_clock_set_time (fixture->clock, time + G_TIME_SPAN_DAY);
  assert_limited (fixture, "a", WINDOW);

  usher_manual_clock_advance (fixture->clock, WINDOW);
  assert_allowed (fixture, "a");
}

static gpointer
try_often (gpointer data)
{
  UsherLimiter *limiter = data;
  guint n_allowed = 0;

  for (guint i = 0; i < 1000; i++)
    if (usher_limiter_reserve (limiter, "a", NULL, NULL))
      n_allowed++;

  return GUINT_TO_POINTER (n_allowed);
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];
  guint n_allowed = 0;

  g_test_summary ("Threads that try at once get as many tries as one.");

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("try", try_often, fixture->limiter);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    n_allowed += GPOINTER_TO_UINT (g_thread_join (threads[i]));

  g_assert_cmpuint (n_allowed, ==, 3);
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/limiter/window", test_window);
  ADD ("/limiter/keys", test_keys);
  ADD ("/limiter/refused-is-free", test_refused_is_free);
  ADD ("/limiter/release", test_release);
  ADD ("/limiter/many-keys", test_many_keys);
  ADD ("/limiter/bounded", test_bounded);
  ADD ("/limiter/clock-set", test_clock_set);
  ADD ("/limiter/threads", test_threads);

  return g_test_run ();
}
