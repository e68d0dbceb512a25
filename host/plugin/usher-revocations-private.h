/* usher-revocations-private.h: keeps the refused users and the ended sessions in step with the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-revocation-private.h"
#include "usher-sessions.h"

G_BEGIN_DECLS

typedef struct _UsherRevocations UsherRevocations;

/* Tells @sessions what the file at @path knows, which is made when it is missing. @channels: by their role; an empty name is none. */
UsherRevocations *usher_revocations_new (const char *path,
                                         const char *const *channels,
                                         UsherSessions *sessions,
                                         UsherClock *clock,
                                         GError **error);
/* Follows the channels from where the file is; returns when all has been seen that they had at the call and keep. After a failure,
 * too, the bus may still call. */
gboolean usher_revocations_follow (UsherRevocations *self, UsherBus *bus, GError **error);
/* whether what comes is written; any thread */
gboolean usher_revocations_are_kept (UsherRevocations *self);
/* after the bus was closed */
void usher_revocations_free (UsherRevocations *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRevocations, usher_revocations_free)

G_END_DECLS
