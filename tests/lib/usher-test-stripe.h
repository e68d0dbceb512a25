/* usher-test-stripe.h: a server that keeps charges as Stripe does, and misbehaves when it is told to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define USHER_TEST_STRIPE_KEY    "sk_test_fake"
#define USHER_TEST_STRIPE_SECRET "whsec_fake"

/* A process of its own, which stripe.py is. Its cards: tok_visa, tok_chargeDeclined, tok_threeDSecure, tok_unheardOf. */
typedef struct _UsherTestStripe UsherTestStripe;

UsherTestStripe *usher_test_stripe_new (void);
/* the same, and stripe-mock looks at each request; NULL where that cannot be had: the test is skipped, and says why */
UsherTestStripe *usher_test_stripe_new_checked (void);
void usher_test_stripe_free (UsherTestStripe *self);
/* for [payments] stripe-api */
const char *usher_test_stripe_get_uri (UsherTestStripe *self);

/* What happens to the next @times calls. @on: method, create, confirm, cancel, retrieve, refund, list; @kind: cut, hold, moved, 401, 429, 429-long,
 * 500 before anything is done; cut-after, hold-after, 500-after, slow, garbage, other, more (another amount), dearer (another currency) when it is done */
void usher_test_stripe_fail (UsherTestStripe *self, const char *on, const char *kind, guint times);
void usher_test_stripe_await_held (UsherTestStripe *self);
void usher_test_stripe_release (UsherTestStripe *self);
/* the payers of all intents that wait for one; @status: succeeded, requires_payment_method, processing */
void usher_test_stripe_act (UsherTestStripe *self, const char *status);
/* the banks: what the refunds of now are, and what later ones will be: succeeded, pending, failed */
void usher_test_stripe_set_refunds (UsherTestStripe *self, const char *status, const char *later);

/* intents, paid, closed, refunds, cents that were taken and not given back, orders that are paid, held, calls.KIND */
gint64 usher_test_stripe_count (UsherTestStripe *self, const char *what);
/* (transfer full): an address of stripe-mock that begins with https, and whose certificate nobody has signed */
char *usher_test_stripe_dup_https (UsherTestStripe *self);
/* (transfer full): what stripe-mock has refused, as JSON */
char *usher_test_stripe_dup_complaints (UsherTestStripe *self);
/* (transfer full): what would be sent of all that has happened so far, the oldest first */
char **usher_test_stripe_dup_events (UsherTestStripe *self);
/* (transfer full): the header of an event; @time: seconds since 1970 */
char *usher_test_stripe_sign (const char *event, const char *secret, gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestStripe, usher_test_stripe_free)

G_END_DECLS
