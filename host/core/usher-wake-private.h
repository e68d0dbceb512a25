/* usher-wake-private.h: lets other threads wake one that polls
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counted, any thread. */
typedef struct _UsherWake UsherWake;

/* (nullable): NULL: no file descriptor is left */
UsherWake *usher_wake_new (void);
UsherWake *usher_wake_ref (UsherWake *self);
void usher_wake_unref (UsherWake *self);
/* readable once it has been waked */
int usher_wake_get_fd (UsherWake *self);
/* wakes the thread; what was written before this is seen by it after its next usher_wake_take() */
void usher_wake_signal (UsherWake *self);
/* on the thread that was waked, before it looks what there is; FALSE: nobody has waked it */
gboolean usher_wake_take (UsherWake *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherWake, usher_wake_unref)

G_END_DECLS
