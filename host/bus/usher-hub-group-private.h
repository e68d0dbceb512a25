/* usher-hub-group-private.h: what the parts of a queue group know of each other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-hub-private.h"

G_BEGIN_DECLS

/* the events that are out or wait */
UsherPending *usher_group_find_pending (UsherGroup *group, guint64 sequence);
UsherPending *usher_group_add_pending (UsherGroup *group, guint64 sequence);
gboolean usher_group_is_taken (UsherGroup *group, guint64 sequence);
/* whether a restart must know of it: the others are simply delivered again */
gboolean usher_group_is_notable (const UsherGroup *group, const UsherPending *pending);
void usher_group_mark_changed (UsherGroup *group);
/* moves the floor over what is done, or is kept by itself, so that little has to be kept */
void usher_group_raise_floor (UsherGroup *group);
/* frees @pending */
void usher_group_set_done (UsherHub *self, UsherGroup *group, UsherPending *pending);
void usher_group_take_back (UsherPending *pending);
void usher_group_wait_until (UsherGroup *group, UsherPending *pending, gint64 due);
/* may free @pending, when the log has dropped it; FALSE when the member's pipe is full */
gboolean
usher_group_send_again (UsherHub *self, UsherGroup *group, UsherSeat *seat, UsherPending *pending);
void usher_pending_add_reason (UsherPending *pending, const char *reason);
int usher_pending_compare (gconstpointer a, gconstpointer b);

/* attempts; may free @pending */
void usher_group_count_attempt (UsherHub *self,
                                UsherGroup *group,
                                UsherPending *pending,
                                gint64 delay,
                                const char *reason);
void usher_group_park (UsherHub *self, UsherGroup *group, UsherPending *pending, gboolean deferred);

/* quarantine */
void
usher_group_suspect (UsherGroup *group, UsherPending *pending, guint64 instance, gboolean alone);
/* the process that had it has died */
void
usher_group_accuse (UsherHub *self, UsherGroup *group, UsherPending *pending, guint64 instance);
void usher_group_count_death (UsherHub *self, UsherGroup *group, UsherPending *pending);
void usher_group_acquit (UsherGroup *group, UsherPending *pending);
/* it is not out any more */
void usher_group_leave_trial (UsherHub *self, UsherGroup *group, UsherPending *pending);
void usher_group_end_trial (UsherHub *self, UsherGroup *group);
/* has the log told ahead what may go out */
void usher_hub_reserve (UsherHub *self, UsherGroup *group);
/* lets the suspects go on */
void usher_group_try_suspects (UsherHub *self, UsherGroup *group, gint64 now);

G_END_DECLS
