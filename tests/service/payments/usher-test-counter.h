/* usher-test-counter.h: an order to pay for by Stripe
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-stripe.h"
#include "usher-test-till.h"

G_BEGIN_DECLS

/* a till whose processor is Stripe, with an order that is reserved */
typedef struct
{
  UsherTestTill till;
  UsherTestStripe *stripe; /* NULL: the test is skipped */
} UsherTestCounter;

void usher_test_counter_add (const char *path,
                             void (*func) (UsherTestCounter *counter, gconstpointer data));
/* stripe-mock looks at each request */
void usher_test_counter_add_checked (const char *path,
                                     void (*func) (UsherTestCounter *counter, gconstpointer data));
void usher_test_counter_add_row (const char *path,
                                 gconstpointer row,
                                 void (*func) (UsherTestCounter *counter, gconstpointer data));

/* pays, and no answer comes, as the host dies */
void usher_test_counter_pay_and_die (UsherTestCounter *self, const char *token);
/* (transfer full): pays and has to confirm; the answer */
UsherReply *usher_test_counter_begin (UsherTestCounter *self);
/* Stripe tells of something; (nullable) @signature */
UsherReply *
usher_test_counter_tell (UsherTestCounter *self, const char *event, const char *signature);
/* the same, signed now, and it is taken */
void usher_test_counter_tell_signed (UsherTestCounter *self, const char *event);
/* all that has happened; @backwards: the newest first */
void usher_test_counter_tell_all (UsherTestCounter *self, gboolean backwards);
/* in the end: orders that are paid, and cents that were kept */
void usher_test_counter_assert_books (UsherTestCounter *self, gint64 n_paid, gint64 cents);

G_END_DECLS
