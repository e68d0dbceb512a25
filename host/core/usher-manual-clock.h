/* usher-manual-clock.h: a clock that a test turns by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"

G_BEGIN_DECLS

#define USHER_TYPE_MANUAL_CLOCK (usher_manual_clock_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherManualClock, usher_manual_clock, USHER, MANUAL_CLOCK, GObject)

USHER_API
UsherManualClock *usher_manual_clock_new (gint64 time);
USHER_API
void usher_manual_clock_advance (UsherManualClock *self, gint64 microseconds);
USHER_API
void usher_manual_clock_set_time (UsherManualClock *self, gint64 time);

G_END_DECLS
