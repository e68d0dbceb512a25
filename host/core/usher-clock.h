/* usher-clock.h: the time, real or turned by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_CLOCK (usher_clock_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherClock, usher_clock, USHER, CLOCK, GObject)

/**
 * UsherClockInterface:
 * @get_time: the wall time in microseconds since 1970, UTC
 * @get_monotonic: microseconds since some moment, never set and never back; the system's unless it is implemented
 *
 * What a clock does. The signal `turned` tells that the time jumped by hand: who waits
 * for a moment looks again.
 */
struct _UsherClockInterface
{
  GTypeInterface parent_iface;

  gint64 (*get_time) (UsherClock *self);
  gint64 (*get_monotonic) (UsherClock *self);
};

USHER_API
gint64 usher_clock_get_time (UsherClock *self);
USHER_API
gint64 usher_clock_get_monotonic (UsherClock *self);

USHER_API
char *usher_time_format (gint64 time);
USHER_API
gboolean usher_time_parse (const char *text, gint64 *time, GError **error);

#define USHER_TYPE_REAL_CLOCK (usher_real_clock_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherRealClock, usher_real_clock, USHER, REAL_CLOCK, GObject)

USHER_API
UsherClock *usher_real_clock_new (void);

G_END_DECLS
