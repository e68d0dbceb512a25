/* usher-stripe-signature.h: whether an event is Stripe's
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define USHER_STRIPE_SIGNATURE "Stripe-Signature"

/* Looks whether one of the signatures of @header is that of @body under one of @secrets, which have spaces between, and was made
 * within five minutes of @now, microseconds since 1970. @header, @body: (nullable). FALSE with `USHER_ERROR_INVALID`, which has
 * nothing of any of them. */
gboolean usher_stripe_signature_check (const char *header,
                                       GBytes *body,
                                       const char *secrets,
                                       gint64 now,
                                       GError **error);

G_END_DECLS
