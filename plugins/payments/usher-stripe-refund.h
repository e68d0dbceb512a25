/* usher-stripe-refund.h: money that goes back by Stripe, once
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"
#include "usher-stripe-api.h"

G_BEGIN_DECLS

/* What is asked for. All strings are (unowned). */
typedef struct
{
  const char *key;       /* of idempotency, and what the refund is found by */
  const char *charge_id; /* an intent that is paid */
  gint64 deadline;       /* monotonic */
} UsherStripeRefund;

/* As refund() of a processor. */
gboolean usher_stripe_refund_make (const UsherStripeRefund *self,
                                   UsherStripeApi *api,
                                   UsherCharge *refund,
                                   GError **error);

G_END_DECLS
