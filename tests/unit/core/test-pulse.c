/* test-pulse.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-pulse-private.h"

/* so that whatever works has worked for longer */
#define AT_ONCE (-G_TIME_SPAN_SECOND)

static void
test_stuck (void)
{
  g_autoptr (UsherPulse) one = usher_pulse_new ("one");
  g_autoptr (UsherPulse) other = usher_pulse_new ("other");
  g_autofree char *stuck = NULL;

  g_test_summary ("Who works for too long is named, who waits is not");

  g_assert_null (usher_pulse_find_stuck (AT_ONCE));
  usher_pulse_begin (other);
  stuck = usher_pulse_find_stuck (AT_ONCE);
  g_assert_cmpstr (stuck, ==, "other");
  g_assert_null (usher_pulse_find_stuck (G_TIME_SPAN_DAY));
  usher_pulse_end (other);
  g_assert_null (usher_pulse_find_stuck (AT_ONCE));
}

static void
test_gone (void)
{
  UsherPulse *pulse = usher_pulse_new ("gone");

  g_test_summary ("A thread that has ended does not hang");

  usher_pulse_begin (pulse);
  usher_pulse_free (pulse);
  g_assert_null (usher_pulse_find_stuck (AT_ONCE));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pulse/stuck", test_stuck);
  g_test_add_func ("/pulse/gone", test_gone);

  return g_test_run ();
}
