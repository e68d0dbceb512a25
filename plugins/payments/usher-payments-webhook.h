/* usher-payments-webhook.h: the processor says that something has happened
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* declares the route */
void usher_payments_webhook_add (UsherContext *context);

G_END_DECLS
