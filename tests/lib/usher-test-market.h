/* usher-test-market.h: people who sell and buy at random, and note what they are told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-checker.h"

G_BEGIN_DECLS

/* A few people, each on a thread of his own. The verbs are the main thread's. No answer is right only when the host, or the
 * supervisor, died; nonsense never is, and ends the test. */
typedef struct _UsherTestMarket UsherTestMarket;

/* The people sign up and begin. @checker: (unowned): of all that is answered; @seed: of what they do */
UsherTestMarket *
usher_test_market_new (UsherTestProcess *process, UsherTestChecker *checker, guint32 seed);
void usher_test_market_free (UsherTestMarket *self);

/* what is answered until the next call goes to @early too; (unowned) (nullable) */
void usher_test_market_set_early (UsherTestMarket *self, UsherTestChecker *early);
/* until @n more requests have their answer, or the end that they came to */
void usher_test_market_await_answers (UsherTestMarket *self, guint n);
/* Returns when nobody does anything any more, and tells what was done. */
void usher_test_market_close (UsherTestMarket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestMarket, usher_test_market_free)

G_END_DECLS
