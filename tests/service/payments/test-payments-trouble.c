/* test-payments-trouble.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-contract.h"
#include "usher-test-till.h"

/* An answer that was lost leaves the store as a process does that dies after the charge and before the commit. */
static void
lose_answer (UsherTestTill *till)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (till, "tok_lostAnswer");

  usher_test_assert_status (reply, 503);
  usher_test_till_assert_state (till, "open");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  usher_test_assert_quiet (till->host, "payments");
}

static void
assert_completed (UsherTestTill *till)
{
  usher_test_till_assert_state (till, "completed");
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_CREATED);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 1999);
}

static void
test_lost_answer (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) meanwhile = NULL;

  g_test_summary ("§3.3: a charge whose answer was lost is found by the timer, and made once.");

  lose_answer (till);
  meanwhile = usher_test_till_pay (till, "tok_visa");
  usher_test_assert_status (meanwhile, 409);

  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  assert_completed (till);
  usher_test_till_assert_refused (till, "tok_visa", 400, "Order is already paid");
}

static void
test_not_settled_early (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("An attempt stays open as long as the operator says.");

  lose_answer (till);
  usher_test_host_turn (till->host, 29 * G_TIME_SPAN_SECOND);
  usher_test_till_assert_state (till, "open");
  usher_test_host_turn (till->host, G_TIME_SPAN_SECOND);
  usher_test_till_assert_state (till, "completed");
}

static void
test_death_after_charge (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("§3.3: so is one after which the process died.");

  lose_answer (till);
  usher_test_host_restart (till->host);
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  assert_completed (till);
}

static void
test_cancel_of_lost_answer (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("§3.5: a lost charge of an order that is cancelled is found and given back.");

  lose_answer (till);
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_till_assert_state (till, "open");
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);

  usher_test_till_assert_state (till, "refunded");
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_REFUNDED);
  g_assert_cmpuint (usher_test_till_count_refunds (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 0);
}

static void
test_unavailable (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) away = usher_test_till_pay (till, "tok_unavailable");
  g_autoptr (UsherReply) running = NULL;
  g_autoptr (UsherReply) paid = NULL;

  g_test_summary ("A charge that did not arrive is closed by the timer; then one may pay anew.");

  usher_test_assert_status (away, 503);
  g_assert_nonnull (usher_reply_get_header (away, "Retry-After"));
  running = usher_test_till_pay (till, "tok_visa");
  usher_test_assert_status (running, 409);

  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (till, "failed");
  paid = usher_test_till_pay (till, "tok_visa");
  usher_test_assert_status (paid, 201);
  assert_completed (till);
}

static void
test_refund_later (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A refund that fails is tried again, after a restart too, until it works.");

  usher_test_till_assert_paid (till, "tok_refundLater");
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);

  for (guint i = 0; i < 3; i++)
    {
      usher_test_host_turn (till->host, i == 0 ? 0 : G_TIME_SPAN_MINUTE);
      usher_test_till_assert_state (till, "refunding");
      usher_test_assert_quiet (till->host, "payments");
      g_assert_cmpint (usher_test_till_get_balance (till), ==, 1999);
    }

  usher_test_host_restart (till->host);
  usher_test_host_turn (till->host, G_TIME_SPAN_MINUTE);
  usher_test_till_assert_state (till, "refunded");
  usher_test_assert_event (till->host, "payments", USHER_PAYMENTS_REFUNDED);
  g_assert_cmpuint (usher_test_till_count_refunds (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 0);
}

static void
test_refund_after_restart (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A refund that was decided is made after a restart.");

  usher_test_till_assert_paid (till, "tok_visa");
  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_host_restart (till->host);
  usher_test_till_assert_state (till, "refunding");
  usher_test_host_turn (till->host, 0);
  usher_test_till_assert_state (till, "refunded");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_till_add_reserved ("/payments/trouble/lost-answer", test_lost_answer);
  usher_test_till_add_reserved ("/payments/trouble/not-settled-early", test_not_settled_early);
  usher_test_till_add_reserved ("/payments/trouble/death-after-charge", test_death_after_charge);
  usher_test_till_add_reserved ("/payments/trouble/cancel-of-lost-answer",
                                test_cancel_of_lost_answer);
  usher_test_till_add_reserved ("/payments/trouble/unavailable", test_unavailable);
  usher_test_till_add_reserved ("/payments/trouble/refund-later", test_refund_later);
  usher_test_till_add_reserved ("/payments/trouble/refund-after-restart",
                                test_refund_after_restart);

  return g_test_run ();
}
