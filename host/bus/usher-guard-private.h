/* usher-guard-private.h: who asks members for their keys
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-keys-private.h"

G_BEGIN_DECLS

typedef struct
{
  UsherKeys *keys;     /* (owned) */
  zactor_t *actor;     /* (owned) (nullable): czmq's zauth; one a process */
  zsock_t *guarded;    /* (unowned) (nullable): outlives this */
  zsock_t *monitor;    /* (owned) (nullable): of that socket */
  gint64 next_start;   /* monotonic: when the actor is started again, if it has ended */
  gint64 next_word;    /* monotonic: when refused peers are told of again */
  gint64 next_trouble; /* monotonic: when it is told again that there is no actor */
  guint n_refused;     /* since they were told of */
} UsherGuard;

/* one thread at a time */
UsherGuard *usher_guard_new (const char *directory, GError **error);
void usher_guard_free (UsherGuard *self);
/* before @socket binds another endpoint; FALSE: nothing may be bound */
gboolean usher_guard_set (UsherGuard *self, zsock_t *socket, gboolean protects);
/* now and then: starts the actor again when it has ended, and tells of peers that were refused */
void usher_guard_watch (UsherGuard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherGuard, usher_guard_free)

G_END_DECLS
