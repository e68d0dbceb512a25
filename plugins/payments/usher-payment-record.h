/* usher-payment-record.h: an order's document is written, and what follows from it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-payment.h"

G_BEGIN_DECLS

/* (timer, key): an open attempt, by its idempotency key; money to give back, by the order */
#define USHER_PAYMENTS_SETTLE "settle"
#define USHER_PAYMENTS_REFUND "refund"

/* Writes the document of an order and what its state asks for: an event, a timer. @moved: the state is a new one */
gboolean
usher_payment_record (UsherUnit *unit, UsherDocument *payment, gboolean moved, GError **error);

G_END_DECLS
