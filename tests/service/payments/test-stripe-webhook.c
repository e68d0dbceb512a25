/* test-stripe-webhook.c: what Stripe says by itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payments-contract.h"
#include "usher-test-counter.h"

#define NOW   (USHER_TEST_TIME / G_USEC_PER_SEC)
#define EVENT "{\"id\":\"evt_1\",\"type\":\"charge.dispute.created\",\"data\":{\"object\":{}}}"

static void
test_paid (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary (
      "What the payer has confirmed is there as soon as Stripe says so, however often that is.");

  usher_test_stripe_act (counter->stripe, "succeeded");
  for (guint i = 0; i < 3; i++)
    {
      usher_test_counter_tell_all (counter, FALSE);
      usher_test_host_turn (counter->till.host, 0);
    }
  usher_test_till_assert_state (&counter->till, "completed");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_CREATED);
  usher_test_assert_quiet (counter->till.host, "payments");
  usher_test_counter_assert_books (counter, 1, 1999);
}

static void
test_backwards (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);

  g_test_summary ("Events that come the newest first, and late, say nothing wrong.");

  usher_test_stripe_act (counter->stripe, "requires_payment_method");
  usher_test_counter_tell_all (counter, FALSE);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "failed");
  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_counter_tell_all (counter, TRUE);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "completed");

  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_counter_tell_all (counter, TRUE);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_counter_assert_books (counter, 1, 0);
}

static void
test_lie (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_counter_begin (counter);
  g_auto (GStrv) events = usher_test_stripe_dup_events (counter->stripe);
  g_auto (GStrv) parts = g_strsplit (events[0], "requires_action", -1);
  g_autofree char *lie = g_strjoinv ("succeeded", parts);

  g_test_summary ("An event is a hint: what it says is asked of Stripe.");

  usher_test_counter_tell_signed (counter, lie);
  usher_test_host_turn (counter->till.host, 0);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.retrieve"), ==, 1);
  usher_test_till_assert_state (&counter->till, "open");
}

static void
test_refund (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A refund that fails after it was there is made again.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_REFUNDED);

  usher_test_stripe_set_refunds (counter->stripe, "failed", "succeeded");
  usher_test_counter_tell_all (counter, FALSE);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunding");
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_MINUTE);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_REFUNDED);
  usher_test_counter_assert_books (counter, 1, 0);
}

static void
test_unknown (UsherTestCounter *counter, gconstpointer data)
{
  static const char *const events[] = {
    EVENT,
    "{\"type\":\"payment_intent.succeeded\"}",
    "{\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_9\"}}}",
    "{\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_9\",\"metadata\":{"
    "\"order\":\"" USHER_TEST_NOTHING "\",\"attempt\":\"1\"}}}}",
    "{\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_9\",\"metadata\":{"
    "\"order\":\"no id\"}}}}",
    "{\"type\":\"refund.failed\",\"data\":{\"object\":{\"id\":\"re_9\",\"metadata\":{"
    "\"order\":\"" USHER_TEST_ORDER "\",\"attempt\":\"7\"}}}}",
  };

  g_test_summary ("What is of nobody here, or of no kind that is known, is taken and forgotten.");

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    usher_test_counter_tell_signed (counter, events[i]);
  usher_test_host_turn (counter->till.host, 0);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.retrieve"), ==, 0);
}

static void
assert_refused (UsherTestCounter *counter,
                const char *event,
                const char *signature,
                const char *message)
{
  g_autoptr (UsherReply) reply = usher_test_counter_tell (counter, event, signature);

  usher_test_assert_refused (reply, 400, NULL, message);
}

static void
test_unsigned (UsherTestCounter *counter, gconstpointer data)
{
  g_autofree char *forged = usher_test_stripe_sign (EVENT, "whsec_other", NOW);
  g_autofree char *old = usher_test_stripe_sign (EVENT, USHER_TEST_STRIPE_SECRET, NOW - 301);
  g_autofree char *good = usher_test_stripe_sign (EVENT, USHER_TEST_STRIPE_SECRET, NOW - 299);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An event that is not Stripe's, or is told again after five minutes, is 400.");

  assert_refused (counter, EVENT, NULL, "The event is not signed");
  assert_refused (counter, EVENT, forged, "The signature of the event is wrong");
  assert_refused (counter, EVENT " ", good, "The signature of the event is wrong");
  assert_refused (counter, EVENT, old, "The event was signed more than 5 minutes away from now");
  reply = usher_test_counter_tell (counter, EVENT, good);
  usher_test_assert_status (reply, 200);
}

static void
test_malformed (UsherTestCounter *counter, gconstpointer data)
{
  static const char *const events[] = { "{", "[]", "{\"type\":1}", "" };

  g_test_summary ("An event that is none is 400, though it is signed.");

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autofree char *signature =
          usher_test_stripe_sign (events[i], USHER_TEST_STRIPE_SECRET, NOW);
      g_autoptr (UsherReply) reply = usher_test_counter_tell (counter, events[i], signature);

      usher_test_assert_status (reply, 400);
    }
}

static void
test_rolled (UsherTestCounter *counter, gconstpointer data)
{
  g_autofree char *old = usher_test_stripe_sign (EVENT, "whsec_old", NOW);
  g_autofree char *current = usher_test_stripe_sign (EVENT, "whsec_new", NOW);
  g_auto (GStrv) parts = g_strsplit (current, ",", 2);
  g_autofree char *both = g_strconcat (old, ",", parts[1], NULL);
  g_autofree char *strange = g_strconcat (old, ",v1=zz,v1=,v9,=,,v1=00", NULL);
  g_autoptr (UsherReply) by_old = NULL;
  g_autoptr (UsherReply) by_both = NULL;

  g_test_summary ("While a secret is rolled either signs, and one signature of several is enough.");

  usher_test_host_set (counter->till.host, "payments.stripe-webhook-secret=whsec_new whsec_old");
  usher_test_host_restart (counter->till.host);
  by_old = usher_test_counter_tell (counter, EVENT, strange);
  usher_test_assert_status (by_old, 200);

  usher_test_host_set (counter->till.host, "payments.stripe-webhook-secret=whsec_new");
  usher_test_host_restart (counter->till.host);
  by_both = usher_test_counter_tell (counter, EVENT, both);
  usher_test_assert_status (by_both, 200);
  assert_refused (counter, EVENT, old, "The signature of the event is wrong");
}

static void
test_none (UsherTestCounter *counter, gconstpointer data)
{
  g_autofree char *signature = usher_test_stripe_sign (EVENT, "", NOW);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Where there is no secret there is no webhook.");

  usher_test_host_set (counter->till.host, "payments.stripe-webhook-secret=");
  usher_test_host_restart (counter->till.host);
  reply = usher_test_counter_tell (counter, EVENT, signature);
  usher_test_assert_status (reply, 404);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_counter_add ("/stripe/webhook/paid", test_paid);
  usher_test_counter_add ("/stripe/webhook/backwards", test_backwards);
  usher_test_counter_add ("/stripe/webhook/lie", test_lie);
  usher_test_counter_add ("/stripe/webhook/refund", test_refund);
  usher_test_counter_add ("/stripe/webhook/unknown", test_unknown);
  usher_test_counter_add ("/stripe/webhook/unsigned", test_unsigned);
  usher_test_counter_add ("/stripe/webhook/malformed", test_malformed);
  usher_test_counter_add ("/stripe/webhook/rolled", test_rolled);
  usher_test_counter_add ("/stripe/webhook/none", test_none);

  return g_test_run ();
}
