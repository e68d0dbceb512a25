/* usher-deferrals-private.h: events that came too early and wait for another one's commit
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-workers-private.h"

G_BEGIN_DECLS

/* A service's; any thread. */
typedef struct _UsherDeferrals UsherDeferrals;

UsherDeferrals *usher_deferrals_new (void);
void usher_deferrals_free (UsherDeferrals *self);
/* an event's unit is given to the store */
void usher_deferrals_enter (UsherDeferrals *self);
/* it is committed or not: who waits may find now what it waits for */
void usher_deferrals_leave (UsherDeferrals *self);
/* Takes @work and runs it as soon as one of those is over; that must not block. FALSE: nothing is being committed. */
gboolean usher_deferrals_add (UsherDeferrals *self, UsherWork *work);
/* another process has committed */
void usher_deferrals_release (UsherDeferrals *self);
guint usher_deferrals_get_n (UsherDeferrals *self);

G_END_DECLS
