/* usher-test-processor.h: a processor that takes no real money
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

#include "usher-card-processor.h"

G_BEGIN_DECLS

/* Decides by the token: README.md has the table. What it has answered is in a ledger of its own, on disk before the answer. */
#define USHER_TEST_PROCESSOR_LEDGER "test-processor.db"

/* @directory: where the ledger is, or is made; (transfer full) */
UsherCardProcessor *
usher_test_processor_new (const char *directory, UsherClock *clock, GError **error);

G_END_DECLS
