/* test-stripe.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-payments-contract.h"
#include "usher-test-counter.h"

#define CHEAP   "111111111111111111111111"
#define RUNNING "Another payment of this order is running"

static void
assert_completed (UsherTestCounter *counter)
{
  g_autofree char *said = NULL;
  g_autofree char *intent_id = usher_test_till_dup_field (&counter->till, "intentId");
  g_autoptr (UsherEvent) event =
      usher_test_host_take_event (counter->till.host, "payments", USHER_PAYMENTS_CREATED);

  usher_test_till_assert_state (&counter->till, "completed");
  said = usher_test_dup_event_member (event, USHER_PAYMENTS_STRIPE_ID);
  g_assert_cmpstr (said, ==, intent_id);
  usher_test_counter_assert_books (counter, 1, 1999);
  usher_test_host_turn (counter->till.host, USHER_TEST_HOLD);
  usher_test_assert_quiet (counter->till.host, "payments");
}

static void
assert_refunded (UsherTestCounter *counter)
{
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunded");
  usher_test_assert_event (counter->till.host, "payments", USHER_PAYMENTS_REFUNDED);
  usher_test_counter_assert_books (counter, 1, 0);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "refunds"), ==, 1);
}

static void
assert_nothing_taken (UsherTestCounter *counter)
{
  usher_test_till_assert_state (&counter->till, "failed");
  usher_test_counter_assert_books (counter, 0, 0);
  usher_test_assert_quiet (counter->till.host, "payments");
}

static void
test_paid (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (&counter->till, "tok_visa");

  g_test_summary ("A card is charged by an intent of its order, to the cent.");

  usher_test_assert_status (reply, 201);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 1);
  assert_completed (counter);
  usher_test_till_assert_refused (&counter->till, "tok_visa", 400, "Order is already paid");
}

static void
test_method (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (&counter->till, "pm_card_visa");

  g_test_summary ("A payment method is taken as it is.");

  usher_test_assert_status (reply, 201);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.method"), ==, 0);
  assert_completed (counter);
}

static void
test_declined (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) again = NULL;

  g_test_summary (
      "A declined card is told in Stripe's words, its intent is closed, the next card pays.");

  usher_test_till_assert_refused (&counter->till,
                                  "tok_chargeDeclined",
                                  402,
                                  "Your card was declined.");
  assert_nothing_taken (counter);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "closed"), ==, 1);

  again = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (again, 201);
  assert_completed (counter);
}

static void
test_no_token (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A token that Stripe does not know is declined before there is an intent.");

  usher_test_till_assert_refused (&counter->till,
                                  "tok_unheardOf",
                                  402,
                                  "No such token: 'tok_unheardOf'");
  assert_nothing_taken (counter);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "intents"), ==, 0);
}

typedef struct
{
  const char *path;
  const char *on;
  const char *kind;
  guint n_times;
  guint status;
  const char *rule;
} Trouble;

/* clang-format off */
static const Trouble troubles[] = {
  { "/stripe/trouble/method-busy",    "method",  "429",       2, 201, "Whoever comes too often comes again" },
  { "/stripe/trouble/create-cut",     "create",  "cut-after", 1, 201, "An intent whose answer is lost is not made twice" },
  { "/stripe/trouble/confirm-cut",    "confirm", "cut-after", 1, 201, "A charge whose answer is lost is not made twice" },
  { "/stripe/trouble/confirm-early",  "confirm", "cut",       1, 201, "A charge that did not arrive is made again" },
  { "/stripe/trouble/confirm-busy",   "confirm", "429",       2, 201, "Whoever comes too often charges once" },
  { "/stripe/trouble/confirm-slow",   "confirm", "slow",      1, 503, "A charge that takes too long is settled later" },
  { "/stripe/trouble/confirm-500",    "confirm", "500-after", 1, 503, "So is one whose answer Stripe cannot tell" },
  { "/stripe/trouble/confirm-mess",   "confirm", "garbage",   1, 503, "So is one whose answer is no JSON" },
  { "/stripe/trouble/confirm-other",  "confirm", "other",     1, 503, "So is one whose answer is about another charge" },
  { "/stripe/trouble/confirm-lost",   "confirm", "cut-after", 9, 503, "So is one whose answer never comes" },
};
/* clang-format on */

typedef struct
{
  const char *path;
  const char *kind;
  gboolean is_made;   /* what was made says so */
  gboolean is_looked; /* and who looks at it */
  const char *rule;
} Mismatch;

/* clang-format off */
static const Mismatch mismatches[] = {
  { "/stripe/mismatch/made/amount",    "more",   TRUE,  FALSE, "An intent of another amount takes no money" },
  { "/stripe/mismatch/made/currency",  "dearer", TRUE,  FALSE, "Nor does one of another currency" },
  { "/stripe/mismatch/once",           "more",   FALSE, FALSE, "One answer that is off is asked for again" },
  { "/stripe/mismatch/taken/amount",   "more",   FALSE, TRUE,  "Another amount that was taken pays for nothing, and goes back" },
  { "/stripe/mismatch/taken/currency", "dearer", FALSE, TRUE,  "So does one in another currency" },
};
/* clang-format on */

static void
test_mismatch (UsherTestCounter *counter, gconstpointer data)
{
  const Mismatch *mismatch = data;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (mismatch->rule);

  usher_test_stripe_fail (counter->stripe,
                          mismatch->is_made ? "create" : "confirm",
                          mismatch->kind,
                          1);
  if (mismatch->is_looked)
    usher_test_stripe_fail (counter->stripe, "retrieve", mismatch->kind, 99);
  if (mismatch->is_made || mismatch->is_looked)
    g_test_expect_message ("usher-payments", G_LOG_LEVEL_MESSAGE, "*does not count as paid*");
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  g_test_assert_expected_messages ();
  usher_test_assert_status (reply, mismatch->is_made || mismatch->is_looked ? 402 : 201);
  if (mismatch->is_made)
    assert_nothing_taken (counter);
  else if (!mismatch->is_looked)
    assert_completed (counter);
  else
    {
      assert_refunded (counter);
      usher_test_till_assert_refused (&counter->till,
                                      "tok_visa",
                                      400,
                                      "The money of this order goes back: order again");
    }
}

/* The timer is the first to hear of it. */
static void
test_mismatch_settled (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("What the timer finds that was taken and not asked goes back, too");

  usher_test_stripe_fail (counter->stripe, "confirm", "500-after", 1);
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (reply, 503);
  usher_test_stripe_fail (counter->stripe, "retrieve", "more", 1);
  g_test_expect_message ("usher-payments", G_LOG_LEVEL_MESSAGE, "*does not count as paid*");
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  g_test_assert_expected_messages ();
  assert_refunded (counter);
}

static void
give_a_second (UsherTestCounter *counter)
{
  usher_test_host_set (counter->till.host, "payments.stripe-seconds=1");
  usher_test_host_restart (counter->till.host);
}

static void
test_trouble (UsherTestCounter *counter, gconstpointer data)
{
  const Trouble *trouble = data;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (trouble->rule);

  if (g_str_equal (trouble->kind, "slow"))
    give_a_second (counter);
  usher_test_stripe_fail (counter->stripe, trouble->on, trouble->kind, trouble->n_times);
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (reply, trouble->status);
  usher_test_counter_assert_books (counter, 1, 1999);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "intents"), ==, 1);
  if (trouble->status == 503)
    {
      usher_test_till_assert_state (&counter->till, "open");
      usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
    }
  assert_completed (counter);
}

static void
test_away (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) away = NULL;
  g_autoptr (UsherReply) again = NULL;

  g_test_summary ("While Stripe is away nothing is taken, and the order can be paid afterwards.");

  usher_test_stripe_fail (counter->stripe, "create", "500", 99);
  away = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (away, 503);
  g_assert_nonnull (usher_reply_get_header (away, "Retry-After"));
  usher_test_till_assert_state (&counter->till, "open");
  usher_test_till_assert_refused (&counter->till, "tok_visa", 409, RUNNING);
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  assert_nothing_taken (counter);

  usher_test_stripe_fail (counter->stripe, "create", "500", 0);
  again = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (again, 201);
  assert_completed (counter);
}

static void
test_told_to_wait (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who is told to come back later than a request may take does not come before.");

  usher_test_stripe_fail (counter->stripe, "create", "429-long", 9);
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (reply, 503);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.create"), ==, 1);
}

static void
test_moved (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "Who answers that Stripe is elsewhere is not Stripe: no card is declined for it.");

  usher_test_stripe_fail (counter->stripe, "create", "moved", 1);
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (reply, 503);
  usher_test_till_assert_state (&counter->till, "open");
}

static void
test_too_little (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An amount that Stripe does not take is told in its words.");

  usher_test_till_give_created (&counter->till, CHEAP, "0.07");
  usher_test_till_give_updated (&counter->till, CHEAP, 1, "awaiting:payment");
  reply = usher_test_host_call (counter->till.host,
                                "POST",
                                "/api/payments",
                                USHER_TEST_ALICE,
                                "{\"orderId\":\"" CHEAP "\",\"token\":\"tok_visa\"}");
  usher_test_assert_refused (reply, 402, NULL, "Amount must be at least $0.50 usd");
  usher_test_counter_assert_books (counter, 0, 0);
}

static void
test_wrong_key (UsherTestCounter *counter, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *body = NULL;

  g_test_summary (
      "A key that Stripe refuses is named in the log, and the payer is told to come back.");

  usher_test_stripe_fail (counter->stripe, "method", "401", 1);
  g_test_expect_message ("usher-payments", G_LOG_LEVEL_MESSAGE, "*?payments? stripe-key*");
  reply = usher_test_till_pay (&counter->till, "tok_visa");
  g_test_assert_expected_messages ();
  usher_test_assert_status (reply, 503);
  body = usher_test_dup_body (reply);
  g_assert_null (strstr (body, "sk_"));
  g_assert_null (strstr (body, "does not know us"));
  g_assert_nonnull (strstr (body, "try again"));
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.method"), ==, 1);
}

static void
test_hold_expires (UsherTestCounter *counter, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.5: an order that expires while its card is being charged ends refunded.");

  usher_test_host_turn (counter->till.host, USHER_TEST_HOLD - G_TIME_SPAN_SECOND);
  usher_test_stripe_fail (counter->stripe, "confirm", "hold-after", 1);
  thread = usher_test_till_start_paying (&counter->till, "tok_visa");
  usher_test_stripe_await_held (counter->stripe);
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_SECOND);
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_stripe_release (counter->stripe);
  reply = usher_test_till_finish_paying (thread);

  usher_test_assert_refused (reply, 400, NULL, "Order has expired");
  assert_refunded (counter);
}

static void
test_cancel_wins (UsherTestCounter *counter, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "A cancel that is settled before the charge arrives closes it: nothing is taken.");

  usher_test_stripe_fail (counter->stripe, "confirm", "hold", 1);
  thread = usher_test_till_start_paying (&counter->till, "tok_visa");
  usher_test_stripe_await_held (counter->stripe);
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  assert_nothing_taken (counter);
  usher_test_stripe_release (counter->stripe);
  reply = usher_test_till_finish_paying (thread);

  usher_test_assert_refused (reply, 400, NULL, "Cannot pay for a cancelled order");
  assert_nothing_taken (counter);
}

static void
test_settled_before_create (UsherTestCounter *counter, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) late = NULL;
  g_autoptr (UsherReply) paid = NULL;

  g_test_summary (
      "An attempt that was settled without an intent is not charged when that comes late.");

  usher_test_stripe_fail (counter->stripe, "create", "hold-after", 1);
  thread = usher_test_till_start_paying (&counter->till, "tok_visa");
  usher_test_stripe_await_held (counter->stripe);
  usher_test_host_turn (counter->till.host, USHER_TEST_SETTLE);
  assert_nothing_taken (counter);
  paid = usher_test_till_pay (&counter->till, "tok_visa");
  usher_test_assert_status (paid, 201);
  usher_test_stripe_release (counter->stripe);
  late = usher_test_till_finish_paying (thread);

  usher_test_assert_refused (late, 402, NULL, "The payment took too long, try again");
  assert_completed (counter);
}

static void
test_cancel_after (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A paid order that is cancelled gets its money back.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  assert_refunded (counter);
}

static void
test_refund_trouble (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A refund whose answer is lost is found, and not made twice.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_stripe_fail (counter->stripe, "refund", "500-after", 1);
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunding");
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_MINUTE);
  assert_refunded (counter);
  g_assert_cmpint (usher_test_stripe_count (counter->stripe, "calls.refund"), >=, 1);
}

static void
test_refund_pending (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A refund that is pending is asked about until it is there.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_stripe_set_refunds (counter->stripe, "pending", "pending");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunding");
  usher_test_assert_quiet (counter->till.host, "payments");

  usher_test_stripe_set_refunds (counter->stripe, "succeeded", "succeeded");
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_HOUR);
  assert_refunded (counter);
}

static void
test_refund_lost (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("A refund that fails is told, and made again under another key.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  usher_test_stripe_set_refunds (counter->stripe, "failed", "failed");
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (counter->till.host, 0);
  usher_test_till_assert_state (&counter->till, "refunding");
  usher_test_counter_assert_books (counter, 1, 1999);
  usher_test_assert_quiet (counter->till.host, "payments");

  usher_test_stripe_set_refunds (counter->stripe, "failed", "succeeded");
  usher_test_host_turn (counter->till.host, G_TIME_SPAN_MINUTE);
  assert_refunded (counter);
}

static void
refund_by_hand (UsherTestCounter *counter)
{
  static const char *const headers[] = { "Authorization: Bearer " USHER_TEST_STRIPE_KEY,
                                         "Stripe-Version: any",
                                         "Content-Type: application/x-www-form-urlencoded",
                                         NULL };
  g_autoptr (UsherHttpClient) client = usher_http_client_new (USHER_TEST_PATIENCE);
  g_autofree char *uri =
      g_strconcat (usher_test_stripe_get_uri (counter->stripe), "/v1/refunds", NULL);
  g_autofree char *intent_id = usher_test_till_dup_field (&counter->till, "intentId");
  g_autofree char *form = g_strconcat ("payment_intent=", intent_id, NULL);
  g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  answer = usher_http_client_send (client, "POST", uri, headers, body, &status, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
  g_assert_cmpuint (status, ==, 200);
}

static void
test_refund_by_hand (UsherTestCounter *counter, gconstpointer data)
{
  g_test_summary ("Money that somebody has given back by hand is back, and is not sent again.");

  usher_test_till_assert_paid (&counter->till, "tok_visa");
  refund_by_hand (counter);
  usher_test_till_give_cancelled (&counter->till, USHER_TEST_ORDER, 2);
  assert_refunded (counter);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_counter_add ("/stripe/pay/paid", test_paid);
  usher_test_counter_add ("/stripe/pay/method", test_method);
  usher_test_counter_add ("/stripe/pay/declined", test_declined);
  usher_test_counter_add ("/stripe/pay/no-token", test_no_token);
  usher_test_counter_add ("/stripe/pay/too-little", test_too_little);
  for (guint i = 0; i < G_N_ELEMENTS (troubles); i++)
    usher_test_counter_add_row (troubles[i].path, &troubles[i], test_trouble);
  for (guint i = 0; i < G_N_ELEMENTS (mismatches); i++)
    usher_test_counter_add_row (mismatches[i].path, &mismatches[i], test_mismatch);
  usher_test_counter_add ("/stripe/mismatch/settled", test_mismatch_settled);
  usher_test_counter_add ("/stripe/trouble/away", test_away);
  usher_test_counter_add ("/stripe/trouble/told-to-wait", test_told_to_wait);
  usher_test_counter_add ("/stripe/trouble/moved", test_moved);
  usher_test_counter_add ("/stripe/trouble/wrong-key", test_wrong_key);
  usher_test_counter_add ("/stripe/meet/hold-expires", test_hold_expires);
  usher_test_counter_add ("/stripe/meet/cancel-wins", test_cancel_wins);
  usher_test_counter_add ("/stripe/meet/settled-before-create", test_settled_before_create);
  usher_test_counter_add ("/stripe/refund/cancel-after", test_cancel_after);
  usher_test_counter_add ("/stripe/refund/trouble", test_refund_trouble);
  usher_test_counter_add ("/stripe/refund/pending", test_refund_pending);
  usher_test_counter_add ("/stripe/refund/lost", test_refund_lost);
  usher_test_counter_add ("/stripe/refund/by-hand", test_refund_by_hand);

  return g_test_run ();
}
