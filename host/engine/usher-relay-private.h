/* usher-relay-private.h: carries a service's outbox to the bus, in commit order
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-store.h"
#include "usher-ticker-private.h"
#include "usher-tracer-private.h"

G_BEGIN_DECLS

typedef struct _UsherRelay UsherRelay;

/* Other processes may write the store too; the one that has its lease relays what all of them commit.
 * @ticker: (unowned) (nullable): whose thread tends the relay and reads the outbox; NULL: the bus's thread may read it too */
UsherRelay *usher_relay_new (UsherStore *store, UsherBus *bus, UsherTicker *ticker);
/* before the start: how long its events of traces that are kept are on their way is told as @service's. Both (unowned) */
void usher_relay_set_tracer (UsherRelay *self, UsherTracer *tracer, const char *service);
void usher_relay_free (UsherRelay *self);
/* Sends what an earlier run left, when the lease is ours; before the first commit of this one. CONFLICT: the bus has not the log that
 * the store knows. */
gboolean usher_relay_start (UsherRelay *self, GError **error);
/* for the store's observer: the events of a commit that was just committed */
void usher_relay_add (UsherRelay *self, UsherCommit *commit);
/* the lease is ours or is not: sends again what the bus refused, begins anew, or forgets all; called now and then */
void usher_relay_tend (UsherRelay *self, gboolean has_lease);
/* other processes may have committed events */
void usher_relay_look (UsherRelay *self);
/* events that the bus has and did not confirm; @behind: (out): there are more in the outbox */
guint usher_relay_get_n_pending (UsherRelay *self, gboolean *behind);
/* (transfer full) (nullable): a channel that is full, so that events wait here; @n: (out) (optional): how many are */
char *usher_relay_dup_full (UsherRelay *self, guint *n);
/* nothing is left to be confirmed, or it is another process's */
gboolean usher_relay_is_idle (UsherRelay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRelay, usher_relay_free)

G_END_DECLS
