/* test-payment.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payment.h"

#include <string.h>
#include <usher-test.h>

#define ORDER   "0123456789abcdef01234567"
#define USER    "a11cea11cea11cea11cea11c"
#define PAYMENT "111111111111111111111111"
#define EXPIRES 1000
#define NOW     7000

typedef struct
{
  UsherSchema *schema;
  UsherDocument *payment; /* of an order that is reserved */
} Fixture;

static const UsherCharge paid = { .outcome = USHER_CHARGE_PAID, .id = (char *) "ch_1" };
static const UsherCharge declined = { .outcome = USHER_CHARGE_DECLINED, .message = (char *) "No" };

static const UsherCharge back = { .outcome = USHER_CHARGE_PAID, .id = (char *) "re_1" };
static const UsherCharge back_again = { .outcome = USHER_CHARGE_PAID, .id = (char *) "re_2" };
static const UsherCharge lost = { .outcome = USHER_CHARGE_DECLINED, .message = (char *) "No" };
static const UsherCharge pending = { .outcome = USHER_CHARGE_PENDING, .id = (char *) "pi_1" };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new (USHER_PAYMENT_COLLECTION,
                                      usher_payment_fields,
                                      G_N_ELEMENTS (usher_payment_fields),
                                      &error);
  g_assert_no_error (error);

  fixture->payment = usher_document_new (fixture->schema);
  usher_document_set_id (fixture->payment, ORDER);
  usher_document_set_string (fixture->payment, USHER_PAYMENT_STATUS, "awaiting:payment");
  usher_document_set_string (fixture->payment, USHER_PAYMENT_USER_ID, USER);
  usher_document_set_integer (fixture->payment, USHER_PAYMENT_EXPIRES_AT, EXPIRES);
  usher_document_set_integer (fixture->payment, USHER_PAYMENT_PRICE, 1999);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_document_unref (fixture->payment);
  usher_schema_unref (fixture->schema);
}

static void
test_upgrade (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An attempt from before there was a list is given its payer and its time.");

  g_assert_true (usher_payment_upgrade (fixture->payment, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (usher_document_has (fixture->payment, USHER_PAYMENT_PAYER_ID));

  usher_document_set_string (fixture->payment, USHER_PAYMENT_ID, PAYMENT);
  g_assert_true (usher_payment_upgrade (fixture->payment, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (usher_document_get_string (fixture->payment, USHER_PAYMENT_PAYER_ID), ==, USER);
  g_assert_cmpint (usher_document_get_integer (fixture->payment, USHER_PAYMENT_BEGUN),
                   ==,
                   usher_id_get_time (PAYMENT));
}

static void
assert_verdict (Fixture *fixture, gint64 now, UsherPaymentVerdict verdict)
{
  g_assert_cmpint (usher_payment_judge (fixture->payment, now), ==, verdict);
}

static void
assert_state (Fixture *fixture, UsherPaymentState state)
{
  g_assert_cmpint (usher_payment_get_state (fixture->payment), ==, state);
}

static void
test_judge (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A reserved order may be paid for until its time is over.");

  assert_verdict (fixture, EXPIRES - 1, USHER_PAYMENT_MAY_PAY);
  assert_verdict (fixture, EXPIRES, USHER_PAYMENT_IS_EXPIRED);

  usher_payment_set_status (fixture->payment, "created");
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_EARLY);
  usher_payment_set_status (fixture->payment, "complete");
  assert_verdict (fixture, EXPIRES, USHER_PAYMENT_IS_PAID);
}

static void
test_judge_charge (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("One attempt at a time; after a failed one another; after a paid one none.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_RUNNING);
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &declined));
  assert_verdict (fixture, 0, USHER_PAYMENT_MAY_PAY);
  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_true (usher_payment_conclude (fixture->payment, 2, &paid));
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_PAID);
  assert_verdict (fixture, EXPIRES, USHER_PAYMENT_IS_PAID);
}

static void
test_judge_cancelled (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A cancelled order is told from an expired one by when it was cancelled.");

  g_assert_false (usher_payment_cancel (fixture->payment, EXPIRES - 1));
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_CANCELLED);
  assert_verdict (fixture, EXPIRES, USHER_PAYMENT_IS_CANCELLED);
  g_assert_false (usher_payment_cancel (fixture->payment, EXPIRES));
  assert_verdict (fixture, EXPIRES, USHER_PAYMENT_IS_CANCELLED);
  usher_payment_set_status (fixture->payment, "awaiting:payment");
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_CANCELLED);
}

static void
test_judge_expired (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is cancelled when its time is over has expired.");

  g_assert_false (usher_payment_cancel (fixture->payment, EXPIRES));
  assert_verdict (fixture, 0, USHER_PAYMENT_IS_EXPIRED);
}

static void
test_cancel_before_charge (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Cancelled while open: what was paid is refunded.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_payment_cancel (fixture->payment, 0));
  assert_state (fixture, USHER_PAYMENT_OPEN);
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &paid));
  assert_state (fixture, USHER_PAYMENT_REFUNDING);
  g_assert_cmpstr (usher_document_get_string (fixture->payment, USHER_PAYMENTS_STRIPE_ID),
                   ==,
                   "ch_1");
}

static void
test_cancel_and_decline (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Cancelled while open: what was not paid is not refunded.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_payment_cancel (fixture->payment, 0));
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &declined));
  assert_state (fixture, USHER_PAYMENT_FAILED);
}

static void
test_cancel_after_charge (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Cancelled when paid: refunded, once.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &paid));
  assert_state (fixture, USHER_PAYMENT_COMPLETED);
  g_assert_true (usher_payment_cancel (fixture->payment, 0));
  assert_state (fixture, USHER_PAYMENT_REFUNDING);
  g_assert_false (usher_payment_cancel (fixture->payment, 0));
  g_assert_true (usher_payment_refund (fixture->payment, &back, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDED);
  g_assert_false (usher_payment_refund (fixture->payment, &back_again, NOW));
  g_assert_false (usher_payment_cancel (fixture->payment, 0));
  g_assert_cmpstr (usher_document_get_string (fixture->payment, USHER_PAYMENTS_REFUND_ID),
                   ==,
                   "re_1");
}

static void
test_no_refund (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is not to be refunded is not.");

  g_assert_false (usher_payment_refund (fixture->payment, &back, NOW));
  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_payment_refund (fixture->payment, &back, NOW));
  usher_payment_conclude (fixture->payment, 1, &paid);
  g_assert_false (usher_payment_refund (fixture->payment, &back, NOW));
  assert_state (fixture, USHER_PAYMENT_COMPLETED);
}

static void
test_lost_refund (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first_key = NULL;
  g_autofree char *second_key = NULL;

  g_test_summary ("A refund that comes to nothing, late too, is made again under another key.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  usher_payment_conclude (fixture->payment, 1, &paid);
  usher_payment_cancel (fixture->payment, 0);
  g_assert_false (usher_payment_refund (fixture->payment, &pending, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDING);
  g_assert_true (usher_payment_refund (fixture->payment, &lost, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDING);
  first_key = usher_payment_make_refund_key (fixture->payment);
  g_assert_cmpstr (first_key, ==, ORDER ":1:refund:1");

  g_assert_true (usher_payment_refund (fixture->payment, &back, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDED);
  g_assert_true (usher_payment_refund (fixture->payment, &lost, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDING);
  g_assert_false (usher_document_has (fixture->payment, USHER_PAYMENT_REFUNDED_AT));
  second_key = usher_payment_make_refund_key (fixture->payment);
  g_assert_cmpstr (second_key, ==, ORDER ":1:refund:2");
  g_assert_true (usher_payment_refund (fixture->payment, &back_again, NOW));
  assert_state (fixture, USHER_PAYMENT_REFUNDED);
}

static void
test_pending (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What is pending concludes nothing; a cancel asks how it stands, once its id is known.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_payment_conclude (fixture->payment, 1, &pending));
  assert_state (fixture, USHER_PAYMENT_OPEN);
  g_assert_false (usher_payment_cancel (fixture->payment, 0));
  usher_document_set_string (fixture->payment, USHER_PAYMENT_INTENT_ID, "pi_1");
  g_assert_true (usher_payment_cancel (fixture->payment, 0));
  assert_state (fixture, USHER_PAYMENT_OPEN);

  g_assert_true (usher_payment_conclude (fixture->payment, 1, &declined));
  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_document_has (fixture->payment, USHER_PAYMENT_INTENT_ID));
}

static void
test_conclude_twice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The timer and the step may both conclude; the second one changes nothing.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &paid));
  g_assert_false (usher_payment_conclude (fixture->payment, 1, &paid));
  assert_state (fixture, USHER_PAYMENT_COMPLETED);
}

static void
test_conclude_late (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is said of an earlier attempt does not touch the open one.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_true (usher_payment_conclude (fixture->payment, 1, &declined));
  usher_payment_open (fixture->payment, PAYMENT, NOW);
  g_assert_false (usher_payment_conclude (fixture->payment, 1, &declined));
  g_assert_false (usher_payment_conclude (fixture->payment, 1, &paid));
  assert_state (fixture, USHER_PAYMENT_OPEN);
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  g_autofree char *charge_key = NULL;
  g_autofree char *refund_key = NULL;

  g_test_summary ("Each attempt has a key of its own, and so has its refund.");

  usher_payment_open (fixture->payment, PAYMENT, NOW);
  usher_payment_conclude (fixture->payment, 1, &declined);
  usher_payment_open (fixture->payment, PAYMENT, NOW);
  charge_key = usher_payment_make_charge_key (fixture->payment);
  refund_key = usher_payment_make_refund_key (fixture->payment);
  g_assert_cmpstr (charge_key, ==, ORDER ":2");
  g_assert_cmpstr (refund_key, ==, ORDER ":2:refund");
}

static void
test_currency (Fixture *fixture, gconstpointer data)
{
  static const char *const refused[] = { "jpy", "kwd", "isk", "USD", "us", "usdx", "", "u\u00f6" };
  g_autoptr (GError) none = NULL;

  g_test_summary ("Prices have hundredths, and so has what they are in.");

  g_assert_true (usher_payment_check_currency ("usd", &none));
  g_assert_true (usher_payment_check_currency ("eur", &none));
  g_assert_no_error (none);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (usher_payment_check_currency (refused[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "[payments] currency"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/payment/judge/order", test_judge);
  add ("/payment/judge/charge", test_judge_charge);
  add ("/payment/judge/cancelled", test_judge_cancelled);
  add ("/payment/judge/expired", test_judge_expired);
  add ("/payment/cancel/before-charge", test_cancel_before_charge);
  add ("/payment/cancel/and-decline", test_cancel_and_decline);
  add ("/payment/cancel/after-charge", test_cancel_after_charge);
  add ("/payment/refund/none", test_no_refund);
  add ("/payment/refund/lost", test_lost_refund);
  add ("/payment/conclude/pending", test_pending);
  add ("/payment/conclude/twice", test_conclude_twice);
  add ("/payment/conclude/late", test_conclude_late);
  add ("/payment/keys", test_keys);
  add ("/payment/upgrade", test_upgrade);
  add ("/payment/currency", test_currency);
#undef add

  return g_test_run ();
}
