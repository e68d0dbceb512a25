/* usher-test-gateway.h: a processor that takes no real money
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-gateway.h"

G_BEGIN_DECLS

/* Decides by the token: `tok_visa` is paid; `tok_slow` too, after 2 s; `tok_chargeDeclined` is declined; `tok_lostAnswer` is
 * paid, but the answer does not arrive; `tok_unavailable` does not get through; `tok_refundLater` is paid, and the first three
 * refunds fail; any other is declined. What it has answered is in a ledger of its own, on disk before the answer. */
#define USHER_TYPE_TEST_GATEWAY (usher_test_gateway_get_type ())

G_DECLARE_FINAL_TYPE (UsherTestGateway, usher_test_gateway, USHER, TEST_GATEWAY, GObject)

#define USHER_TEST_GATEWAY_LEDGER "test-processor.db"

/* @directory: where the ledger is, or is made; (transfer full) */
UsherGateway *usher_test_gateway_new (const char *directory, UsherClock *clock, GError **error);

G_END_DECLS
