/* usher-test-calls.h: a request that waits for a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

/**
 * UsherTestCalls:
 *
 * A request that is under way. It is sent twice with one `Idempotency-Key`, each time from a thread of its own: the second one
 * is refused as long as the first is not answered, which is how the test knows that it waits.
 */
typedef struct _UsherTestCalls UsherTestCalls;

USHER_API
UsherTestCalls *usher_test_calls_new (UsherTestUser *user, const char *target, const char *body);
USHER_API
UsherReply *usher_test_calls_pop (UsherTestCalls *self);
USHER_API
UsherReply *usher_test_calls_expire (UsherTestCalls *self, gint64 microseconds);
USHER_API
void usher_test_calls_free (UsherTestCalls *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestCalls, usher_test_calls_free)

G_END_DECLS
