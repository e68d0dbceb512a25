/* usher-expiration-contract.h: what expiration says to the other services
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* orderId */
#define USHER_EXPIRATION_COMPLETE "expiration:complete"

#define USHER_EXPIRATION_ORDER_ID "orderId"
