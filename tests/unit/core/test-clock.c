/* test-clock.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-clock.h"
#include "usher-error.h"
#include "usher-manual-clock.h"

#define MOMENT        G_GINT64_CONSTANT (1769860800123000) /* 2026-01-31T12:00:00.123Z */
#define DAY_AND_A_BIT G_GINT64_CONSTANT (86461007000)

static void
count (guint *n)
{
  (*n)++;
}

static void
test_real (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  gint64 before = g_get_real_time ();
  gint64 time = usher_clock_get_time (clock);

  g_test_summary ("The real clock shows the system's time.");

  g_assert_cmpint (time, >=, before);
  g_assert_cmpint (time, <=, g_get_real_time ());
  g_assert_finalize_object (g_steal_pointer (&clock));
}

static void
test_manual (void)
{
  UsherManualClock *clock = usher_manual_clock_new (MOMENT);
  guint n_turned = 0;

  g_test_summary ("A manual clock stands until it is turned, and tells so.");

  g_signal_connect_swapped (clock, "turned", G_CALLBACK (count), &n_turned);
  g_assert_cmpint (usher_clock_get_time (USHER_CLOCK (clock)), ==, MOMENT);
  g_assert_cmpuint (n_turned, ==, 0);

  usher_manual_clock_advance (clock, 15 * 60 * G_USEC_PER_SEC);
  g_assert_cmpint (usher_clock_get_time (USHER_CLOCK (clock)),
                   ==,
                   MOMENT + 15 * 60 * G_USEC_PER_SEC);
  g_assert_cmpuint (n_turned, ==, 1);
  g_assert_finalize_object (clock);
}

static void
test_monotonic (void)
{
  g_autoptr (UsherClock) real = usher_real_clock_new ();
  g_autoptr (UsherManualClock) manual = usher_manual_clock_new (MOMENT);
  gint64 before = g_get_monotonic_time ();
  gint64 began = usher_clock_get_monotonic (USHER_CLOCK (manual));
  guint n_turned = 0;

  g_test_summary ("Time passes as the clock is turned, not as the time of day is set.");

  g_assert_cmpint (usher_clock_get_monotonic (real), >=, before);
  g_assert_cmpint (usher_clock_get_monotonic (real), <=, g_get_monotonic_time ());

  g_signal_connect_swapped (manual, "turned", G_CALLBACK (count), &n_turned);
  usher_manual_clock_set_time (manual, MOMENT - G_TIME_SPAN_HOUR);
  g_assert_cmpint (usher_clock_get_time (USHER_CLOCK (manual)), ==, MOMENT - G_TIME_SPAN_HOUR);
  g_assert_cmpint (usher_clock_get_monotonic (USHER_CLOCK (manual)), ==, began);
  g_assert_cmpuint (n_turned, ==, 1);

  usher_manual_clock_advance (manual, G_TIME_SPAN_MINUTE);
  g_assert_cmpint (usher_clock_get_monotonic (USHER_CLOCK (manual)),
                   ==,
                   began + G_TIME_SPAN_MINUTE);
}

static void
test_format (void)
{
  static const struct
  {
    gint64 time;
    const char *text;
  } rows[] = {
    { 0, "1970-01-01T00:00:00.000Z" },
    { MOMENT, "2026-01-31T12:00:00.123Z" },
    { MOMENT + 999, "2026-01-31T12:00:00.123Z" },
    { -1, "1969-12-31T23:59:59.999Z" },
    { G_GINT64_CONSTANT (951782400000000), "2000-02-29T00:00:00.000Z" },
    { G_GINT64_CONSTANT (253402300799999000), "9999-12-31T23:59:59.999Z" },
  };

  g_test_summary ("A time is written in UTC with milliseconds, and what is below them is cut.");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = usher_time_format (rows[i].time);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_round_trip (void)
{
  g_test_summary ("A time of whole milliseconds is read back as it was.");

  for (gint64 day = -20000; day < 40000; day += 7)
    {
      gint64 time = day * DAY_AND_A_BIT;
      g_autofree char *text = usher_time_format (time);
      g_autoptr (GError) error = NULL;
      gint64 parsed = 0;

      g_assert_true (usher_time_parse (text, &parsed, &error));
      g_assert_no_error (error);
      g_assert_cmpint (parsed, ==, time);
    }
}

static void
test_parse (void)
{
  static const char *const same[] = {
    "2026-01-31T12:00:00.123Z",
    "2026-01-31T13:00:00.123+01:00",
    "2026-01-31T06:30:00.123-05:30",
    "20260131T120000.123Z",
  };

  g_test_summary ("A time may have another offset.");

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      gint64 time = 0;

      g_assert_true (usher_time_parse (same[i], &time, NULL));
      g_assert_cmpint (time, ==, MOMENT);
    }
}

static void
test_parse_refused (void)
{
  static const char *const bad[] = {
    "",
    "now",
    "1769860800",
    "2026-01-31",
    "2026-01-31T12:00:00", /* where? */
    "2026-02-30T12:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T12:00:00Z ",
  };

  g_test_summary ("What is no time, or has no offset, is refused by its name.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *quoted = g_strdup_printf ("“%s”", bad[i]);
      gint64 time = 0;

      g_test_message ("%s", bad[i]);
      g_assert_false (usher_time_parse (bad[i], &time, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, quoted));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/clock/real", test_real);
  g_test_add_func ("/clock/manual", test_manual);
  g_test_add_func ("/clock/monotonic", test_monotonic);
  g_test_add_func ("/time/format", test_format);
  g_test_add_func ("/time/round-trip", test_round_trip);
  g_test_add_func ("/time/parse", test_parse);
  g_test_add_func ("/time/parse/refused", test_parse_refused);

  return g_test_run ();
}
