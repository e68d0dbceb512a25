/* usher-cashier.h: who charges the cards, from the start of the service to its stop
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

/* Not changed between start and stop, so any thread may use it. */
typedef struct _UsherCashier UsherCashier;

/* with the setting of who it is */
UsherCashier *usher_cashier_new (UsherContext *context);
void usher_cashier_free (UsherCashier *self);
gboolean usher_cashier_start (UsherCashier *self, GError **error);
void usher_cashier_stop (UsherCashier *self);
/* (nullable): NULL unless it was started */
UsherCardProcessor *usher_cashier_get_processor (UsherCashier *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherCashier, usher_cashier_free)

G_END_DECLS
