/* usher-payments-service.h: charges for orders, and refunds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

G_DECLARE_FINAL_TYPE (UsherPaymentsService,
                      usher_payments_service,
                      USHER,
                      PAYMENTS_SERVICE,
                      GObject)

UsherContext *usher_payments_service_get_context (UsherPaymentsService *self);
/* Who charges the cards; (nullable): NULL unless it was started. Not changed between start and stop, so any thread may ask. */
UsherCardProcessor *usher_payments_service_get_processor (UsherPaymentsService *self);

/* in a file of its own: what people may ask */
void usher_payments_service_add_routes (UsherPaymentsService *self);

G_END_DECLS
