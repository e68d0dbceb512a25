/* usher-timer-history.h: what went wrong with a timer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherTimerHistory:
 * @n_deaths: how often the process ended while the timer ran alone
 * @trial: with how many others of its kind it is tried, itself included, 0: it is not suspected of anything
 * @trier: (nullable): which opening of the store tries it, see [method@Store.get_owner]; `NULL`: none does
 * @parked: since when it waits for an operator, wall time in microseconds, 0: it does not
 * @reasons: (nullable) (array zero-terminated=1): what went wrong, the last one last
 *
 * What went wrong with a timer, as a store keeps it. It owns its strings.
 */
typedef struct
{
  guint n_deaths;
  guint trial;
  char *trier;
  gint64 parked;
  char **reasons;
} UsherTimerHistory;

#define USHER_TYPE_TIMER_HISTORY (usher_timer_history_get_type ())

USHER_API
GType usher_timer_history_get_type (void);
USHER_API
UsherTimerHistory *usher_timer_history_new (void);
USHER_API
UsherTimerHistory *usher_timer_history_copy (const UsherTimerHistory *self);
USHER_API
void usher_timer_history_free (UsherTimerHistory *self);
USHER_API
void usher_timer_history_add_reason (UsherTimerHistory *self, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTimerHistory, usher_timer_history_free)

G_END_DECLS
