/* usher-pulse-private.h: which of the threads that all depend on hangs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* Of one thread; the others only look. The program looks too, no plugin. */
typedef struct _UsherPulse UsherPulse;

/* @name: what the thread does, for the operator */
UsherPulse *usher_pulse_new (const char *name);
void usher_pulse_free (UsherPulse *self);

/* between these it works and ought to come to an end soon; outside of them it waits, for as long as it likes */
void usher_pulse_begin (UsherPulse *self);
void usher_pulse_end (UsherPulse *self);

/* Any thread: (transfer full) (nullable): the name of a thread that has worked on one thing for longer than @limit,
 * microseconds; NULL: all are alive */
USHER_API
char *usher_pulse_find_stuck (gint64 limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherPulse, usher_pulse_free)

G_END_DECLS
