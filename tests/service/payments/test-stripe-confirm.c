/* test-stripe-confirm.c: payments that their payer has to confirm
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <string.h>

#include "usher-payments-contract.h"
#include "usher-test-counter.h"

#define KEY "Idempotency-Key: first"

static void
assert_paid (UsherTestCounter *counter)
{
  usher_test_till_assert_state (&counter->till, "completed");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_CREATED);
  usher_test_counter_assert_books (counter, 1, 1999);
}

static void
test_asked (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("A payment that its payer confirms is found by asking, which gets rarer.");

  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (&counter->till, "open");
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.retrieve"), ==, 1);
  for (guint i = 0; i < 12; i++)
    usher_test_host_turn (counter->till.host, 30 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.retrieve"), <=, 5);

  usher_test_stripe_act (counter->stripe, "succeeded");
  usher_test_host_turn (counter->till.host, 5 * G_TIME_SPAN_MINUTE);
  assert_paid (counter);
}

static void
test_failed (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("One that its payer fails to confirm is closed, and he may try another card.");

  usher_test_stripe_act (counter->stripe, "requires_payment_method");
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (&counter->till, "failed");
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "closed"), ==, 1);
  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_counter_assert_books (counter, 1, 1999);
}

static void
test_expired (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("One that is not confirmed while its order lasts is closed.");

  usher_test_host_turn (counter->till.host, USHER_TEST_HOLD);
  usher_test_till_assert_state (&counter->till, "failed");
  usher_test_stripe_act (counter->stripe, "succeeded");
  usher_test_counter_assert_books (counter, 0, 0);
  usher_test_assert_quiet (counter->till.host, "payments");
}

static void
test_cancelled (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("One of an order that is cancelled is closed at once.");

  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "failed");
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "closed"), ==, 1);
}

static void
test_cancelled_too_late (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("Where it was confirmed right before, the money goes back.");

  usher_test_stripe_act (counter->stripe, "succeeded");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_REFUNDED);
  usher_test_counter_assert_books (counter, 1, 0);
}

static UsherReply *
pay_keyed (UsherTestCounter *counter)
{
  return usher_test_user_call (usher_test_host_as (counter->till.host, USHER_TEST_ALICE),
                               "POST",
                               "/api/payments",
                               "{\"orderId\":\"" USHER_TEST_ORDER
                               "\",\"token\":\"tok_threeDSecure\"}",
                               KEY);
}

static void
test_repeated (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) first = pay_keyed (counter);
  g_autoptr (UsherReply) second = pay_keyed (counter);
  g_autoptr (UsherReply) other = usher_test_till_pay (&counter->till, "tok_visa");
  g_autoptr (UsherReply) third = NULL;
  g_autoptr (UsherReply) fourth = NULL;
  g_autofree char *said = usher_test_dup_body (first);
  g_autofree char *said_again = usher_test_dup_body (second);
  g_autofree char *said_to_other = usher_test_dup_body (other);

  g_test_summary (
      "Whoever repeats it meanwhile is told again what to go on with, then how it ended.");

  usher_test_assert_status (first, 202);
  usher_test_assert_status (second, 202);
  usher_test_assert_status (other, 202);
  g_assert_cmpstr (said, ==, said_again);
  g_assert_cmpstr (said, ==, said_to_other);

  usher_test_stripe_act (counter->stripe, "succeeded");
  third = pay_keyed (counter);
  fourth = pay_keyed (counter);
  usher_test_assert_status (third, 201);
  usher_test_assert_status (fourth, 201);
  assert_paid (counter);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "intents"), ==, 1);
}

static void
test_processing (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("What a bank is at work on is another payment that runs.");

  usher_test_stripe_act (counter->stripe, "processing");
  usher_test_till_assert_refused (&counter->till,
                                  "tok_visa",
                                  409,
                                  "Another payment of this order is running");
  usher_test_host_turn (counter->till.host, USHER_TEST_HOLD);
  usher_test_till_assert_state (&counter->till, "open");
}

static void
assert_absent (const char *path, const char *secret)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  g_assert_null (memmem (text, length, secret, strlen (secret)));
}

static void
test_unstored (UsherTestCounter *counter, gconstpointer data)
{
  static const char *const files[] = { "payments.db", "payments.db-wal" };
  g_autoptr (UsherReply) reply = pay_keyed (counter);
  g_autofree char *secret = usher_test_dup_member (reply, "clientSecret");

  g_test_summary ("What the payer goes on with is in no database.");

  usher_test_assert_status (reply, 202);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path =
          g_build_filename (usher_test_host_get_directory (counter->till.host), files[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        assert_absent (path, secret);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_counter_add ("/stripe/confirm/asked", test_asked);
  usher_test_counter_add ("/stripe/confirm/failed", test_failed);
  usher_test_counter_add ("/stripe/confirm/expired", test_expired);
  usher_test_counter_add ("/stripe/confirm/cancelled", test_cancelled);
  usher_test_counter_add ("/stripe/confirm/cancelled-too-late", test_cancelled_too_late);
  usher_test_counter_add ("/stripe/confirm/repeated", test_repeated);
  usher_test_counter_add ("/stripe/confirm/processing", test_processing);
  usher_test_counter_add ("/stripe/confirm/unstored", test_unstored);

  return g_test_run ();
}
