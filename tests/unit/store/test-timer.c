/* test-timer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timer/new", test_new);
  g_test_add_func ("/timer/ref", test_ref);

  return g_test_run ();
}
