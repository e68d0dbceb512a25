/* usher-test-till.h: an order to pay for, and what the processor has in its ledger
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "service-stage.h"

G_BEGIN_DECLS

/* the order, which is Alice's and costs 19.99 */
#define USHER_TEST_ORDER "0123456789abcdef01234567"
#define USHER_TEST_HOLD  (15 * G_TIME_SPAN_MINUTE)
/* longer than an attempt stays open */
#define USHER_TEST_SETTLE (31 * G_TIME_SPAN_SECOND)

/* a host with payments alone, which answers before the order is complete */
typedef struct
{
  UsherTestHost *host;
} UsherTestTill;

/* for g_test_add(): @data is not used */
void usher_test_till_set_up (UsherTestTill *self, gconstpointer data);
/* the same, and the order is reserved */
void usher_test_till_set_up_reserved (UsherTestTill *self, gconstpointer data);
/* the same, and answers wait until it is complete */
void usher_test_till_set_up_waiting (UsherTestTill *self, gconstpointer data);
void usher_test_till_tear_down (UsherTestTill *self, gconstpointer data);
/* adds a test at a till; at one whose order is reserved */
void usher_test_till_add (const char *path, void (*func) (UsherTestTill *till, gconstpointer data));
void usher_test_till_add_reserved (const char *path,
                                   void (*func) (UsherTestTill *till, gconstpointer data));

/* The events of the order, each of which must be acknowledged. */
void usher_test_till_give_created (UsherTestTill *self, const char *order_id, const char *price);
void usher_test_till_give_updated (UsherTestTill *self,
                                   const char *order_id,
                                   int version,
                                   const char *status);
void usher_test_till_give_cancelled (UsherTestTill *self, const char *order_id, int version);

/* Alice pays for the order. */
UsherReply *usher_test_till_pay (UsherTestTill *self, const char *token);
/* the same, and she gets what she paid for, which is said */
void usher_test_till_assert_paid (UsherTestTill *self, const char *token);
void usher_test_till_assert_refused (UsherTestTill *self,
                                     const char *token,
                                     guint status,
                                     const char *message);
/* the same on a thread of its own, which is joined for the UsherReply */
GThread *usher_test_till_start_paying (UsherTestTill *self, const char *token);
UsherReply *usher_test_till_finish_paying (GThread *thread);
/* the same with a card that the processor holds: gives back once the charge stands there, and lets it go on */
GThread *usher_test_till_start_held (UsherTestTill *self);
UsherReply *usher_test_till_finish_held (UsherTestTill *self, GThread *thread);

/* a field of the document of the order, as text; NULL when it is not set */
char *usher_test_till_dup_field (UsherTestTill *self, const char *field);
void usher_test_till_assert_state (UsherTestTill *self, const char *state);

/* rows of the ledger: charges that took money, keys that took none, refunds */
guint usher_test_till_count_paid (UsherTestTill *self);
guint usher_test_till_count_unpaid (UsherTestTill *self);
guint usher_test_till_count_refunds (UsherTestTill *self);
/* the money that was taken and not given back, in cents */
gint64 usher_test_till_get_balance (UsherTestTill *self);

G_END_DECLS
