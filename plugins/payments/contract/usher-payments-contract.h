/* usher-payments-contract.h: what payments says to the other services
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* id, orderId, stripeId: what the processor calls the charge, of Stripe the PaymentIntent */
#define USHER_PAYMENTS_CREATED "payment:created"
/* id, orderId, stripeRefundId; again, with another one, where the money did not arrive after all and was sent anew */
#define USHER_PAYMENTS_REFUNDED "payment:refunded"

#define USHER_PAYMENTS_ID        "id"
#define USHER_PAYMENTS_ORDER_ID  "orderId"
#define USHER_PAYMENTS_STRIPE_ID "stripeId"
#define USHER_PAYMENTS_REFUND_ID "stripeRefundId"
