/* usher-timer-page-private.h: timers that are parked or fail, for /timers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-desk-private.h"
#include "usher-host-class.h"

G_BEGIN_DECLS

/* What stores are asked, on the desk's threads. */
typedef struct _UsherTimerPage UsherTimerPage;

UsherTimerPage *usher_timer_page_new (UsherHost *host, UsherDesk *desk);
void usher_timer_page_free (UsherTimerPage *self);
gboolean usher_timer_page_add_routes (UsherTimerPage *self, GError **error);

G_END_DECLS
