/* usher-payments-service.h: charges for orders, and refunds
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

#define USHER_TYPE_PAYMENTS_SERVICE (usher_payments_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherPaymentsService,
                      usher_payments_service,
                      USHER,
                      PAYMENTS_SERVICE,
                      GObject)

/* what is asked of who pays, with USHER_PAYMENTS_ORDER_ID */
#define USHER_PAYMENTS_TOKEN "token"

/* (timer, key): an open attempt, by its idempotency key; money to give back, by the order */
#define USHER_PAYMENTS_SETTLE "settle"
#define USHER_PAYMENTS_REFUND "refund"

/* Not changed between start() and stop(), so any thread may read them. */
UsherContext *usher_payments_service_get_context (UsherPaymentsService *self);
UsherCardProcessor *usher_payments_service_get_processor (UsherPaymentsService *self);
/* what is asked of who pays */
UsherSchema *usher_payments_service_get_request (UsherPaymentsService *self);

/* Writes the document of an order and what its state asks for: an event, a timer. @moved: the state is a new one */
gboolean usher_payments_service_save (UsherUnit *unit,
                                      UsherDocument *payment,
                                      gboolean moved,
                                      GError **error);

/* its parts, each in a file of its own */
void usher_payments_service_add_routes (UsherPaymentsService *self);
void usher_payments_service_add_listeners (UsherPaymentsService *self);
void usher_payments_service_add_timers (UsherPaymentsService *self);

G_END_DECLS
