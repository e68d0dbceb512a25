/* test-payments-meetings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-test.h>

#include "usher-payments-contract.h"
#include "usher-test-till.h"

#define RACERS 8

/* What a cancel, a charge and the timer do when they meet. The processor holds the charge between the steps 1 and 3. */

static void
assert_refunded (UsherTestTill *till)
{
  g_autoptr (UsherEvent) event = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *said = NULL;
  g_autofree char *stored = NULL;

  usher_test_till_assert_state (till, "refunding");
  usher_test_host_turn (till->host, 0);
  usher_test_till_assert_state (till, "refunded");

  event = usher_test_host_take_event (till->host, "payments", USHER_PAYMENTS_REFUNDED);
  order_id = usher_test_dup_event_member (event, USHER_PAYMENTS_ORDER_ID);
  said = usher_test_dup_event_member (event, USHER_PAYMENTS_REFUND_ID);
  stored = usher_test_till_dup_field (till, USHER_PAYMENTS_REFUND_ID);
  g_assert_cmpstr (order_id, ==, USHER_TEST_ORDER);
  g_assert_true (g_str_has_prefix (said, "re_"));
  g_assert_cmpstr (said, ==, stored);

  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpuint (usher_test_till_count_refunds (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 0);
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_assert_quiet (till->host, "payments");
}

static void
test_cancel_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = usher_test_till_start_held (till);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "§3.5: an order that is cancelled while its card is charged gets its money back.");

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  reply = usher_test_till_finish_held (till, thread);

  usher_test_assert_refused (reply, 400, NULL, "Cannot pay for a cancelled order");
  assert_refunded (till);
}

static void
test_expire_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.5: so does one that expires meanwhile.");

  usher_test_host_turn (till->host, USHER_TEST_HOLD - G_TIME_SPAN_SECOND);
  thread = usher_test_till_start_held (till);
  usher_test_host_turn (till->host, G_TIME_SPAN_SECOND);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  reply = usher_test_till_finish_held (till, thread);

  usher_test_assert_refused (reply, 400, NULL, "Order has expired");
  assert_refunded (till);
}

static void
test_cancel_after_completion (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("§3.4: a paid order that is cancelled all the same gets its money back.");

  usher_test_till_assert_paid (till, "tok_visa");
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  assert_refunded (till);

  usher_test_till_assert_refused (till, "tok_visa", 400, "Cannot pay for a cancelled order");
}

static void
test_cancel_after_decline (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (till, "tok_chargeDeclined");

  g_test_summary ("Where no money was taken a cancel refunds none.");

  usher_test_assert_status (reply, 402);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (till, "failed");
  usher_test_assert_quiet (till->host, "payments");
  g_assert_cmpuint (usher_test_till_count_refunds (till), ==, 0);
}

static void
test_cancel_said_again (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A cancel that orders says again refunds nothing again.");

  usher_test_till_assert_paid (till, "tok_visa");
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 3);
  assert_refunded (till);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 4);
  usher_test_host_turn (till->host, 0);
  usher_test_till_assert_state (till, "refunded");
  usher_test_assert_quiet (till->host, "payments");
}

static void
test_update_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = usher_test_till_start_held (till);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A version that moves while the card is charged charges it no second time.");

  usher_test_till_give_updated (till, USHER_TEST_ORDER, 2, "awaiting:payment");
  reply = usher_test_till_finish_held (till, thread);

  usher_test_assert_status (reply, 201);
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_CREATED);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 1999);
}

static void
test_settle_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = usher_test_till_start_held (till);
  g_autoptr (UsherReply) late = NULL;
  g_autoptr (UsherReply) again = NULL;

  g_test_summary ("A charge that the timer was faster than takes no money, now or later.");

  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (till, "failed");

  /* the next attempt is not made to wait for the late one */
  again = usher_test_till_pay (till, "tok_visa");
  usher_test_assert_status (again, 201);
  late = usher_test_till_finish_held (till, thread);
  usher_test_assert_refused (late, 402, NULL, "The payment took too long, try again");

  usher_test_till_assert_state (till, "completed");
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_CREATED);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 1999);
}

static void
test_settle_and_cancel_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = usher_test_till_start_held (till);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("All three at once: no money is taken, none is owed.");

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  reply = usher_test_till_finish_held (till, thread);

  usher_test_assert_refused (reply, 400, NULL, "Cannot pay for a cancelled order");
  usher_test_till_assert_state (till, "failed");
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_assert_quiet (till->host, "payments");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 0);
}

static void
test_second_while_charging (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = usher_test_till_start_held (till);
  g_autoptr (UsherReply) first = NULL;

  g_test_summary ("While one payment of an order runs another one is 409.");

  usher_test_till_assert_refused (till,
                                  "tok_visa",
                                  409,
                                  "Another payment of this order is running");
  first = usher_test_till_finish_held (till, thread);
  usher_test_assert_status (first, 201);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
}

typedef struct
{
  UsherTestTill *till; /* (unowned) */
  int n_paid;          /* (atomic) */
} Race;

static gpointer
click (gpointer data)
{
  Race *race = data;
  g_autoptr (UsherReply) reply = usher_test_till_pay (race->till, "tok_visa");
  if (usher_reply_get_status (reply) == 201)
    g_atomic_int_inc (&race->n_paid);
  else if (usher_reply_get_status (reply) == 400)
    usher_test_assert_refused (reply, 400, NULL, "Order is already paid");
  else
    usher_test_assert_status (reply, 409);

  return NULL;
}

static void
test_clicks (UsherTestTill *till, gconstpointer data)
{
  Race race = { .till = till };

  g_test_summary ("§3.3: of many clicks at once one pays.");

  usher_test_race (RACERS, click, &race);

  g_assert_cmpint (race.n_paid, ==, 1);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_CREATED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_till_add_reserved ("/payments/meet/cancel-while-charging", test_cancel_while_charging);
  usher_test_till_add_reserved ("/payments/meet/expire-while-charging", test_expire_while_charging);
  usher_test_till_add_reserved ("/payments/meet/cancel-after-completion",
                                test_cancel_after_completion);
  usher_test_till_add_reserved ("/payments/meet/cancel-after-decline", test_cancel_after_decline);
  usher_test_till_add_reserved ("/payments/meet/cancel-said-again", test_cancel_said_again);
  usher_test_till_add_reserved ("/payments/meet/update-while-charging", test_update_while_charging);
  usher_test_till_add_reserved ("/payments/meet/settle-while-charging", test_settle_while_charging);
  usher_test_till_add_reserved ("/payments/meet/settle-and-cancel",
                                test_settle_and_cancel_while_charging);
  usher_test_till_add_reserved ("/payments/meet/second-while-charging", test_second_while_charging);
  usher_test_till_add_reserved ("/payments/meet/clicks", test_clicks);

  return g_test_run ();
}
