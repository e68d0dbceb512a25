/* usher-timer-care-private.h: what operators see of timers in trouble, and do about them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"

G_BEGIN_DECLS

/* All on a thread that may wait, and while the lane is open: UNAVAILABLE else. (element-type UsherTimer): parked ones first */
USHER_API
GPtrArray *usher_timer_care_list (UsherLane *lane, guint offset, guint limit, GError **error);
/* (element-type UsherTimer): those that go back to @correlation, set or in trouble; reads all that the store has */
USHER_API
GPtrArray *
usher_timer_care_list_of (UsherLane *lane, const char *correlation, guint limit, GError **error);
/* (transfer full): NOT_FOUND: nothing went wrong with such a timer */
USHER_API
UsherTimer *
usher_timer_care_find (UsherLane *lane, const char *name, const char *key, GError **error);
/* A parked timer is tried once more, alone. BUSY: it is tried again anyway */
USHER_API
gboolean
usher_timer_care_retry (UsherLane *lane, const char *name, const char *key, GError **error);
/* what the timer would have done is not done */
USHER_API
gboolean usher_timer_care_drop (UsherLane *lane, const char *name, const char *key, GError **error);

G_END_DECLS
