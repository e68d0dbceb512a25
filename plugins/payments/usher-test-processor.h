/* usher-test-processor.h: a processor that takes no real money
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

/* Decides by the token: `tok_visa` is paid; `tok_slow` too, after 2 s; `tok_held` too, once its key was
 * taken out of the ledger's table `held` (the tests' gate); `tok_chargeDeclined` is declined; `tok_lostAnswer` is
 * paid, but the answer does not arrive; `tok_unavailable` does not get through; `tok_refundLater` is paid, and the first three
 * refunds fail; any other is declined. What it has answered is in a ledger of its own, on disk before the answer. */
#define USHER_TEST_PROCESSOR_LEDGER "test-processor.db"

/* @directory: where the ledger is, or is made; (transfer full) */
UsherCardProcessor *
usher_test_processor_new (const char *directory, UsherClock *clock, GError **error);

G_END_DECLS
