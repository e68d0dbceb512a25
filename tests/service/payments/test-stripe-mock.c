/* test-stripe-mock.c: each kind of request that is sent to Stripe, as its published interface has it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-payments-contract.h"
#include "usher-test-counter.h"

static void
assert_no_complaints (UsherTestCounter *counter)
{
  g_autofree char *complaints = usher_test_stripe_dup_complaints (counter->stripe);

  g_assert_cmpstr (complaints, ==, "[]");
}

static void
test_calls (UsherTestCounter *counter, gconstpointer data)
{
  static const char *const calls[] = { "calls.method",   "calls.create", "calls.confirm",
                                       "calls.retrieve", "calls.cancel", "calls.list",
                                       "calls.refund" };
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Payments, refusals and refunds are asked for as Stripe says, in the version "
                  "that is pinned.");

  if (counter->stripe == NULL)
    return;

  usher_test_till_assert_refused (&counter->till,
                                  "tok_chargeDeclined",
                                  402,
                                  "Your card was declined.");
  g_object_unref (usher_test_counter_begin (counter));
  usher_test_stripe_act (counter->stripe, "requires_payment_method");
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunded");

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    g_assert_cmpint (usher_test_stripe_count (counter->stripe, calls[i]), >, 0);
  assert_no_complaints (counter);
}

static void
test_complaint (UsherTestCounter *counter, gconstpointer data)
{
  static const char *const headers[] = { "Authorization: Bearer " USHER_TEST_STRIPE_KEY,
                                         "Stripe-Version: 2020-08-27",
                                         "Content-Type: application/x-www-form-urlencoded",
                                         NULL };
  g_autoptr (UsherHttpClient) client = usher_http_client_new (USHER_TEST_PATIENCE);
  g_autoptr (GBytes) body = g_bytes_new_static ("type=card&card[token]=tok_visa", 30);
  g_autoptr (GBytes) answer = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *complaints = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is asked in another version is found.");

  if (counter->stripe == NULL)
    return;

  uri = g_strconcat (usher_test_stripe_get_uri (counter->stripe), "/v1/payment_methods", NULL);
  answer = usher_http_client_send (client, "POST", uri, headers, body, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  complaints = usher_test_stripe_dup_complaints (counter->stripe);
  g_assert_nonnull (strstr (complaints, "2020-08-27"));
}

static void
test_impostor (UsherTestCounter *counter, gconstpointer data)
{
  g_autofree char *https = NULL;
  g_autofree char *setting = NULL;
  g_autofree char *body = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who cannot prove to be the one that is asked is told nothing.");

  if (counter->stripe == NULL)
    return;

  https = usher_test_stripe_dup_https (counter->stripe);
  setting = g_strconcat ("payments.stripe-api=", https, NULL);
  usher_test_host_set (counter->till.host, setting);
  usher_test_host_restart (counter->till.host);
  g_test_expect_message ("usher-payments", G_LOG_LEVEL_MESSAGE, "*certificate*");
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  g_test_assert_expected_messages ();
  usher_test_assert_status (reply, 503);
  body = usher_test_dup_body (reply);
  g_assert_null (strstr (body, "certificate"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_counter_add_checked ("/stripe/mock/calls", test_calls);
  usher_test_counter_add_checked ("/stripe/mock/complaint", test_complaint);
  usher_test_counter_add_checked ("/stripe/mock/impostor", test_impostor);

  return g_test_run ();
}
