/* usher-hub-thread-private.h: the thread that log, groups and door belong to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-guard-private.h"
#include "usher-hub.h"

G_BEGIN_DECLS

/* Its functions are for other threads, and wait until it has done what they ask. */
typedef struct _UsherHubThread UsherHubThread;

/* opens the log in @directory and runs; @limits: (nullable) */
UsherHubThread *usher_hub_thread_new (const char *directory,
                                      UsherClock *clock,
                                      const UsherHubLimits *limits,
                                      GError **error);
/* writes what is at hand, says good-bye, and frees it; whether all was written */
gboolean usher_hub_thread_stop (UsherHubThread *self);
/* takes ownership of @guard */
void usher_hub_thread_set_guard (UsherHubThread *self, UsherGuard *guard);
/* (transfer full): the endpoint as it was bound */
char *usher_hub_thread_bind (UsherHubThread *self, const char *endpoint, GError **error);

G_END_DECLS
