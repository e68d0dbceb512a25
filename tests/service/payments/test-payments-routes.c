/* test-payments-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <string.h>

#include "usher-payments-contract.h"
#include "usher-test-till.h"

#define PAY "/api/payments"

static UsherReply *
post (UsherTestTill *till, const char *user_id, const char *body)
{
  return usher_test_host_call (till->host, "POST", PAY, user_id, body);
}

static void
test_pay (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (till, "tok_visa");
  g_autoptr (UsherEvent) event = NULL;
  g_autofree char *id = NULL;
  g_autofree char *said = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *stripe_id = NULL;
  g_autofree char *stored = NULL;

  g_test_summary ("A payment is charged once, answered with its id, and published.");

  usher_test_assert_status (reply, 201);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 1);
  id = usher_test_dup_member (reply, "id");

  event = usher_test_host_take_event (till->host, "payments", USHER_PAYMENTS_CREATED);
  said = usher_test_dup_event_member (event, USHER_PAYMENTS_ID);
  order_id = usher_test_dup_event_member (event, USHER_PAYMENTS_ORDER_ID);
  stripe_id = usher_test_dup_event_member (event, USHER_PAYMENTS_STRIPE_ID);
  g_assert_cmpstr (said, ==, id);
  g_assert_cmpstr (order_id, ==, USHER_TEST_ORDER);
  g_assert_true (g_str_has_prefix (stripe_id, "ch_"));

  usher_test_till_assert_state (till, "completed");
  stored = usher_test_till_dup_field (till, USHER_PAYMENTS_STRIPE_ID);
  g_assert_cmpstr (stored, ==, stripe_id);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpint (usher_test_till_get_balance (till), ==, 1999);

  /* nothing is left for the timer */
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  usher_test_assert_quiet (till->host, "payments");
}

static void
test_amounts (void)
{
  static const struct
  {
    const char *price;
    gint64 cents;
  } amounts[] = {
    { "19.99", 1999 },        { "1.1", 110 },  { "0.01", 1 },
    { "0.29", 29 },           { "1.15", 115 }, { "4.35", 435 },
    { "1000000", 100000000 }, { "8.2", 820 },  { "\"20.07\"", 2007 },
  };

  g_test_summary ("§3.8: what is charged is exact to the cent.");

  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++)
    {
      UsherTestTill till;
      g_autoptr (UsherReply) reply = NULL;

      usher_test_till_set_up (&till, NULL);
      usher_test_till_give_created (&till, USHER_TEST_ORDER, amounts[i].price);
      usher_test_till_give_updated (&till, USHER_TEST_ORDER, 1, "awaiting:payment");
      reply = usher_test_till_pay (&till, "tok_visa");
      usher_test_assert_status (reply, 201);
      g_assert_cmpint (usher_test_till_get_balance (&till), ==, amounts[i].cents);
      usher_test_till_tear_down (&till, NULL);
    }
}

static void
test_anonymous (UsherTestTill *till, gconstpointer data)
{
  static const UsherTestRefusal refusal = { "POST", PAY, NULL, "{}", 401, NULL, "Not authorized" };

  g_test_summary ("Who is not signed in is told that before what is wrong with the body.");

  usher_test_host_assert_refusals (till->host, &refusal, 1);
}

static void
test_invalid (UsherTestTill *till, gconstpointer data)
{
  static const char *const without_token[] = {
    "{\"orderId\":\"" USHER_TEST_ORDER "\"}",
    "{\"orderId\":\"" USHER_TEST_ORDER "\",\"token\":\"\"}",
  };
  static const char *const without_order[] = { "{\"token\":\"tok_visa\"}" };
  static const char *const no_order[] = { "{\"token\":\"tok_visa\",\"orderId\":\"nonsense\"}" };
  static const char *const no_token[] = {
    "{\"orderId\":\"" USHER_TEST_ORDER "\",\"token\":{}}",
  };
  g_autoptr (UsherReply) empty = post (till, USHER_TEST_ALICE, "{}");

  g_test_summary ("Token and order are asked for.");

  usher_test_assert_status (empty, 400);
  g_assert_cmpuint (usher_test_count_members (empty, "errors"), ==, 2);
  usher_test_user_assert_bad_bodies (usher_test_host_as (till->host, USHER_TEST_ALICE),
                                     PAY,
                                     without_token,
                                     G_N_ELEMENTS (without_token),
                                     "token",
                                     "Token must be provided");
  usher_test_user_assert_bad_bodies (usher_test_host_as (till->host, USHER_TEST_ALICE),
                                     PAY,
                                     without_order,
                                     G_N_ELEMENTS (without_order),
                                     "orderId",
                                     "OrderId must be provided");
  usher_test_user_assert_bad_bodies (usher_test_host_as (till->host, USHER_TEST_ALICE),
                                     PAY,
                                     no_order,
                                     G_N_ELEMENTS (no_order),
                                     "orderId",
                                     "OrderId must be provided");
  usher_test_user_assert_bad_bodies (usher_test_host_as (till->host, USHER_TEST_ALICE),
                                     PAY,
                                     no_token,
                                     G_N_ELEMENTS (no_token),
                                     "token",
                                     "Token must be text");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 0);
}

static void
test_unknown (UsherTestTill *till, gconstpointer data)
{
  static const char body[] = "{\"token\":\"tok_visa\",\"orderId\":\"" USHER_TEST_NOTHING "\"}";
  static const UsherTestRefusal refusal = { "POST", PAY,  USHER_TEST_ALICE, body,
                                            404,    NULL, "Not Found" };

  g_test_summary ("An order that nobody knows is 404.");

  usher_test_host_assert_refusals (till->host, &refusal, 1);
}

static void
test_not_the_owner (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) reply =
      post (till, USHER_TEST_BOB, "{\"token\":\"tok_visa\",\"orderId\":\"" USHER_TEST_ORDER "\"}");

  g_test_summary ("Somebody else's order is not paid, whatever its state.");

  usher_test_assert_refused (reply, 401, NULL, "Not authorized");
  usher_test_till_assert_state (till, NULL);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 0);
}

static void
test_cancelled (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A cancelled order is not paid for.");

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_till_assert_refused (till, "tok_visa", 400, "Cannot pay for a cancelled order");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 0);
  g_assert_cmpuint (usher_test_till_count_unpaid (till), ==, 0);
  usher_test_assert_quiet (till->host, "payments");
}

static void
test_expired (UsherTestTill *till, gconstpointer data)
{
  g_test_summary (
      "An order whose time is over is not paid for, before its cancel comes and after.");

  usher_test_host_turn (till->host, USHER_TEST_HOLD);
  usher_test_till_assert_refused (till, "tok_visa", 400, "Order has expired");

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_till_assert_refused (till, "tok_visa", 400, "Order has expired");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 0);
}

static void
test_last_moment (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("Up to the last moment an order can be paid for.");

  usher_test_host_turn (till->host, USHER_TEST_HOLD - 1);
  usher_test_till_assert_paid (till, "tok_visa");
}

static void
test_paid (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("A paid order is not paid again, before orders knows of it and after.");

  usher_test_till_assert_paid (till, "tok_visa");
  usher_test_till_assert_refused (till, "tok_visa", 400, "Order is already paid");
  usher_test_till_give_updated (till, USHER_TEST_ORDER, 2, "complete");
  usher_test_till_assert_refused (till, "tok_visa", 400, "Order is already paid");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
}

static void
test_declined (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *attempt = NULL;

  g_test_summary ("A declined card is told in the processor's words, and another may be tried.");

  usher_test_till_assert_refused (till, "tok_chargeDeclined", 402, "Your card was declined.");
  usher_test_till_assert_refused (till, "tok_unheardOf", 402, "No such token");
  usher_test_till_assert_state (till, "failed");
  usher_test_assert_quiet (till->host, "payments");

  usher_test_till_assert_paid (till, "tok_visa");
  usher_test_till_assert_state (till, "completed");
  attempt = usher_test_till_dup_field (till, "attempt");
  g_assert_cmpstr (attempt, ==, "3");
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
  g_assert_cmpuint (usher_test_till_count_unpaid (till), ==, 2);
}

static void
test_idempotency_key (UsherTestTill *till, gconstpointer data)
{
  static const char body[] = "{\"token\":\"tok_visa\",\"orderId\":\"" USHER_TEST_ORDER "\"}";
  static const char key[] = "Idempotency-Key: 7";
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("The same key and body are answered the same again, over all steps.");

  first = usher_test_user_call (
      usher_test_host_as (till->host, USHER_TEST_ALICE), "POST", PAY, body, key);
  usher_test_assert_status (first, 201);
  id = usher_test_dup_member (first, "id");
  second = usher_test_user_call (
      usher_test_host_as (till->host, USHER_TEST_ALICE), "POST", PAY, body, key);
  usher_test_assert_status (second, 201);
  usher_test_assert_member (second, "id", id);
  g_assert_cmpuint (usher_test_till_count_paid (till), ==, 1);
}

static void
test_token_is_not_kept (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (till, "tok_visa");
  g_autofree char *database =
      g_build_filename (usher_test_host_get_directory (till->host), "payments.db-wal", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_test_summary ("The card's token is written nowhere.");

  usher_test_assert_status (reply, 201);
  g_file_get_contents (database, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_nonnull (memmem (contents, length, "completed", strlen ("completed")));
  g_assert_null (memmem (contents, length, "tok_visa", strlen ("tok_visa")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_till_add_reserved ("/payments/pay/paid", test_pay);
  usher_test_till_add_reserved ("/payments/pay/anonymous", test_anonymous);
  usher_test_till_add_reserved ("/payments/pay/invalid", test_invalid);
  usher_test_till_add_reserved ("/payments/pay/unknown", test_unknown);
  usher_test_till_add_reserved ("/payments/pay/not-the-owner", test_not_the_owner);
  usher_test_till_add_reserved ("/payments/pay/cancelled", test_cancelled);
  usher_test_till_add_reserved ("/payments/pay/expired", test_expired);
  usher_test_till_add_reserved ("/payments/pay/last-moment", test_last_moment);
  usher_test_till_add_reserved ("/payments/pay/already-paid", test_paid);
  usher_test_till_add_reserved ("/payments/pay/declined", test_declined);
  usher_test_till_add_reserved ("/payments/pay/idempotency-key", test_idempotency_key);
  usher_test_till_add_reserved ("/payments/pay/token-is-not-kept", test_token_is_not_kept);

  g_test_add_func ("/payments/pay/amounts", test_amounts);

  return g_test_run ();
}
