/* usher-clock.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-clock.h"

#include "usher-error.h"

/**
 * UsherClock:
 *
 * The time, real or turned by hand: of the day, which people and programs set forward and back, and since some
 * moment, which only goes on.
 *
 * Whatever depends on the time takes a clock, so that a test turns fifteen minutes in a millisecond. How long
 * something takes or is counted is asked of [method@Clock.get_monotonic]. Any thread may ask.
 */
G_DEFINE_INTERFACE (UsherClock, usher_clock, G_TYPE_OBJECT)

static gint64
get_system_monotonic (UsherClock *self)
{
  return g_get_monotonic_time ();
}

static void
usher_clock_default_init (UsherClockInterface *iface)
{
  iface->get_monotonic = get_system_monotonic;

  /**
   * UsherClock::turned:
   * @self: the clock
   *
   * The time jumped by hand. Emitted on the thread that turned it.
   */
  g_signal_new ("turned", USHER_TYPE_CLOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/**
 * usher_clock_get_time:
 * @self: a clock
 *
 * Gets the time of day. Any thread.
 *
 * Returns: microseconds since 1970, UTC
 */
gint64
usher_clock_get_time (UsherClock *self)
{
  g_return_val_if_fail (USHER_IS_CLOCK (self), 0);

  return USHER_CLOCK_GET_IFACE (self)->get_time (self);
}

/**
 * usher_clock_get_monotonic:
 * @self: a clock
 *
 * Gets a time that nobody sets: it never goes back, and means nothing to another process. Any thread.
 *
 * Returns: microseconds since some moment
 */
gint64
usher_clock_get_monotonic (UsherClock *self)
{
  g_return_val_if_fail (USHER_IS_CLOCK (self), 0);

  return USHER_CLOCK_GET_IFACE (self)->get_monotonic (self);
}

/**
 * usher_time_format:
 * @time: microseconds since 1970
 *
 * Writes a time as ISO 8601 in UTC with milliseconds, `2026-01-31T12:00:00.000Z`.
 *
 * Returns: (transfer full): the text
 */
char *
usher_time_format (gint64 time)
{
  gint64 seconds = time / G_USEC_PER_SEC - (time % G_USEC_PER_SEC < 0 ? 1 : 0);
  int milliseconds = (int) ((time - seconds * G_USEC_PER_SEC) / 1000);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);

  if (date == NULL)
    return g_strdup ("1970-01-01T00:00:00.000Z");

  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                          g_date_time_get_year (date),
                          g_date_time_get_month (date),
                          g_date_time_get_day_of_month (date),
                          g_date_time_get_hour (date),
                          g_date_time_get_minute (date),
                          g_date_time_get_second (date),
                          milliseconds);
}

/**
 * usher_time_parse:
 * @text: a date and time in ISO 8601, with an offset or `Z`
 * @time: (out): microseconds since 1970
 * @error: return location for a [error@Error]
 *
 * Reads a time.
 *
 * Returns: whether @text is one; else `USHER_ERROR_INVALID`
 */
gboolean
usher_time_parse (const char *text, gint64 *time, GError **error)
{
  g_autoptr (GDateTime) date = NULL;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (time != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  date = g_date_time_new_from_iso8601 (text, NULL);
  if (date == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no ISO 8601 time", text);
      return FALSE;
    }

  *time = g_date_time_to_unix (date) * G_USEC_PER_SEC + g_date_time_get_microsecond (date);

  return TRUE;
}

/**
 * UsherRealClock:
 *
 * The system's time.
 */
struct _UsherRealClock
{
  GObject parent_instance;
};

static gint64
usher_real_clock_get_time (UsherClock *clock)
{
  return g_get_real_time ();
}

static void
clock_iface_init (UsherClockInterface *iface)
{
  iface->get_time = usher_real_clock_get_time;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherRealClock,
                               usher_real_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_CLOCK, clock_iface_init))

static void
usher_real_clock_class_init (UsherRealClockClass *klass)
{
}

static void
usher_real_clock_init (UsherRealClock *self)
{
}

/**
 * usher_real_clock_new:
 *
 * Makes a clock of the system's time.
 *
 * Returns: (transfer full): the clock
 */
UsherClock *
usher_real_clock_new (void)
{
  return g_object_new (USHER_TYPE_REAL_CLOCK, NULL);
}
