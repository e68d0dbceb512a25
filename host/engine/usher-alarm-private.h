/* usher-alarm-private.h: a name of timers and their handler
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-handlers.h"

G_BEGIN_DECLS

/* Never changes; any thread. */
typedef struct _UsherAlarm UsherAlarm;

UsherAlarm *usher_alarm_new (const char *name,
                             UsherTimerHandler handler,
                             gpointer user_data,
                             GDestroyNotify destroy);
void usher_alarm_free (UsherAlarm *self);
const char *usher_alarm_get_name (const UsherAlarm *self);
gboolean
usher_alarm_run (const UsherAlarm *self, UsherTimer *timer, UsherUnit *unit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAlarm, usher_alarm_free)

G_END_DECLS
