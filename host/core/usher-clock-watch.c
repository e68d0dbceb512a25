/* usher-clock-watch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-clock-watch-private.h"

static gint64
measure (UsherClock *clock)
{
  return usher_clock_get_time (clock) - usher_clock_get_monotonic (clock);
}

void
usher_clock_watch_init (UsherClockWatch *self, UsherClock *clock)
{
  *self = (UsherClockWatch){ .clock = clock, .ahead = measure (clock) };
}

gboolean
usher_clock_watch_look (UsherClockWatch *self)
{
  gint64 ahead = measure (self->clock);
  gint64 jump = ahead - self->ahead;

  /* what creeps adds up until it is worth it */
  if (ABS (jump) <= USHER_CLOCK_JUMP)
    return FALSE;

  self->ahead = ahead;
  self->forward = MAX (0, self->forward + jump);
  self->set = usher_clock_get_monotonic (self->clock);

  return jump < 0;
}

gint64
usher_clock_watch_get_limit (const UsherClockWatch *self, gint64 age)
{
  gint64 limit = usher_clock_get_time (self->clock) - age;

  /* after so long what is from before the clock was set is as old as it seems */
  if (usher_clock_get_monotonic (self->clock) - self->set < age)
    limit -= self->forward;

  return limit;
}
