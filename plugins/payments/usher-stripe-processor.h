/* usher-stripe-processor.h: cards, by Stripe's PaymentIntents
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

/* @patience: how many microseconds each of the calls of a processor may take, with all its tries; (transfer full) (nullable) with
 * `USHER_ERROR_INVALID` */
UsherCardProcessor *
usher_stripe_processor_new (const char *uri, UsherSecret *key, gint64 patience, GError **error);

G_END_DECLS
