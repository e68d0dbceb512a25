/* usher-clock-watch-private.h: whether somebody has set the clock
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"

G_BEGIN_DECLS

/* how far a clock may be set before that is worth anything */
#define USHER_CLOCK_JUMP G_TIME_SPAN_MINUTE

/* Compares the time of day with the time that passes. Of one thread. */
typedef struct
{
  UsherClock *clock; /* (unowned) */
  gint64 ahead;      /* of the time that passes, when that was looked at last */
  gint64 forward;    /* how far it was set forward */
  gint64 set;        /* monotonic: when it was, the last time */
} UsherClockWatch;

void usher_clock_watch_init (UsherClockWatch *self, UsherClock *clock);
/* Returns whether it was set back by over a minute since the last look */
gboolean usher_clock_watch_look (UsherClockWatch *self);
/* before what time that is older than @age which was written by this clock: setting it forward makes nothing old at once */
gint64 usher_clock_watch_get_limit (const UsherClockWatch *self, gint64 age);

G_END_DECLS
