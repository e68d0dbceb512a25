/* usher-store-figures-private.h: what a store on a server holds, for who must not wait long for it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store.h"
#include "usher-workers-private.h"

G_BEGIN_DECLS

/* One thread of the service asks at a time, and who wants the figures waits for it for a moment only. Any thread. */
typedef struct _UsherStoreFigures UsherStoreFigures;

/* @pool: (unowned): whose threads may wait for @store; it ends before this is freed */
UsherStoreFigures *usher_store_figures_new (UsherStore *store, UsherWorkers *pool);
void usher_store_figures_free (UsherStoreFigures *self);
/* (transfer full) (nullable): as usher_store_describe(); the last that are known where the store does not answer in time. @next_due: (out):
 * when the earliest timer is due, G_MAXINT64: there is none */
GVariant *usher_store_figures_get (UsherStoreFigures *self, gint64 *next_due);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherStoreFigures, usher_store_figures_free)

G_END_DECLS
