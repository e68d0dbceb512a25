/* usher-test-calls.h: a request that waits for a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

/* Of two requests with one Idempotency-Key, each on a thread of its own, the second is refused as long as the first is not
 * answered. */
typedef struct _UsherTestCalls UsherTestCalls;

/* POSTs @body to @path; returns when one of them was refused, because the other one is under way */
UsherTestCalls *
usher_test_calls_new (UsherTestHost *host, const char *path, const char *user_id, const char *body);
/* (transfer full): waits for the answer to the other one */
UsherReply *usher_test_calls_pop (UsherTestCalls *self);
/* (transfer full): turns the clock until it comes, which is not before @microseconds are over */
UsherReply *usher_test_calls_expire (UsherTestCalls *self, gint64 microseconds);
/* the answer was taken */
void usher_test_calls_free (UsherTestCalls *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestCalls, usher_test_calls_free)

G_END_DECLS
