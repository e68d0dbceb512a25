/* usher-timer.h: something that shall happen at a time, durably
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-json.h"
#include "usher-macros.h"
#include "usher-origin.h"
#include "usher-timer-history.h"

G_BEGIN_DECLS

#define USHER_TYPE_TIMER (usher_timer_get_type ())

typedef struct _UsherTimer UsherTimer;

USHER_API
GType usher_timer_get_type (void);
USHER_API
UsherTimer *usher_timer_new (const char *name,
                             const char *key,
                             gint64 due,
                             const char *payload,
                             guint attempt,
                             gint64 generation);
USHER_API
void usher_timer_set_past (UsherTimer *self, gint64 since, UsherTimerHistory *history);
USHER_API
void usher_timer_take_origin (UsherTimer *self, UsherOrigin *origin);
USHER_API
UsherTimer *usher_timer_ref (UsherTimer *self);
USHER_API
void usher_timer_unref (UsherTimer *self);
USHER_API
const char *usher_timer_get_name (UsherTimer *self);
USHER_API
const char *usher_timer_get_key (UsherTimer *self);
USHER_API
gint64 usher_timer_get_due (UsherTimer *self);
USHER_API
const char *usher_timer_get_payload (UsherTimer *self);
USHER_API
guint usher_timer_get_attempt (UsherTimer *self);
USHER_API
gint64 usher_timer_get_generation (UsherTimer *self);
USHER_API
gint64 usher_timer_get_since (UsherTimer *self);
USHER_API
const UsherTimerHistory *usher_timer_get_history (UsherTimer *self);
USHER_API
const UsherOrigin *usher_timer_get_origin (UsherTimer *self);
USHER_API
gboolean usher_timer_is_parked (UsherTimer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTimer, usher_timer_unref)

G_END_DECLS
