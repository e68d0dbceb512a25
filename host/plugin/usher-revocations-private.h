/* usher-revocations-private.h: keeps the refused users in step with the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-sessions.h"

G_BEGIN_DECLS

typedef struct _UsherRevocations UsherRevocations;

/* Never NULL; on failure @error is set. Replays both channels, whose events carry `id` and `version` of a user, and follows them; returns when what was there
 * at the call has been seen. An empty channel name is left out. */
UsherRevocations *usher_revocations_new (UsherBus *bus,
                                         UsherSessions *sessions,
                                         const char *revoke_channel,
                                         const char *restore_channel,
                                         GError **error);
/* after the bus was closed */
void usher_revocations_free (UsherRevocations *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRevocations, usher_revocations_free)

G_END_DECLS
