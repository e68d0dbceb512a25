/* test-timer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer.h"

#include <string.h>

static void
test_new (void)
{
  g_autoptr (UsherTimer) timer = usher_timer_new ("expire", "a", 100, "{\"n\":1}", 2, -7);

  g_test_summary ("A timer says what it was made of.");

  g_assert_cmpstr (usher_timer_get_name (timer), ==, "expire");
  g_assert_cmpstr (usher_timer_get_key (timer), ==, "a");
  g_assert_cmpint (usher_timer_get_due (timer), ==, 100);
  g_assert_cmpstr (usher_timer_get_payload (timer), ==, "{\"n\":1}");
  g_assert_cmpuint (usher_timer_get_attempt (timer), ==, 2);
  g_assert_cmpint (usher_timer_get_generation (timer), ==, -7);
}

static void
test_ref (void)
{
  UsherTimer *timer = usher_timer_new ("expire", "a", 100, NULL, 0, 1);
  g_autoptr (UsherTimer) kept = g_boxed_copy (USHER_TYPE_TIMER, timer);

  g_test_summary ("A timer lives as long as anybody holds it.");

  usher_timer_unref (timer);
  g_assert_cmpstr (usher_timer_get_key (kept), ==, "a");
  g_assert_null (usher_timer_get_payload (kept));
}

static void
test_reasons (void)
{
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autofree char *long_reason = g_strnfill (1000, 'x');
  g_autofree char *wide = g_strdup_printf ("%.299s“”", long_reason);
  g_autoptr (UsherTimerHistory) copy = NULL;

  g_test_summary ("The last five reasons are kept, each on a line and not too long.");

  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *reason = g_strdup_printf ("no.\n%u", i);

      usher_timer_history_add_reason (history, reason);
    }
  usher_timer_history_add_reason (history, long_reason);
  usher_timer_history_add_reason (history, wide);
  history->trier = g_strdup ("process-1");
  copy = g_boxed_copy (USHER_TYPE_TIMER_HISTORY, history);

  g_assert_cmpuint (g_strv_length (copy->reasons), ==, 5);
  g_assert_cmpstr (copy->reasons[0], ==, "no. 2");
  g_assert_cmpuint (strlen (copy->reasons[3]), ==, 300);
  g_assert_cmpuint (strlen (copy->reasons[4]), ==, 299);
  g_assert_true (g_utf8_validate (copy->reasons[4], -1, NULL));
  g_assert_cmpstr (copy->trier, ==, "process-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timer/new", test_new);
  g_test_add_func ("/timer/ref", test_ref);
  g_test_add_func ("/timer/history/reasons", test_reasons);

  return g_test_run ();
}
