/* test-stripe.c: the marketplace with a server that stands in for Stripe
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-client.h"
#include "usher-test-log-reader.h"
#include "usher-test-shop.h"
#include "usher-test-stripe.h"

#define CENTS 1999

typedef struct
{
  UsherTestStripe *stripe;
  UsherTestProcess *process;
  UsherTestClient *seller;
  UsherTestClient *buyer;
  char *order_id; /* of the buyer, that waits to be paid */
  char *list;     /* the path of its payment */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *api = NULL;
  g_autofree char *ticket_id = NULL;

  fixture->stripe = usher_test_stripe_new ();
  api = g_strconcat ("payments.stripe-api=", usher_test_stripe_get_uri (fixture->stripe), NULL);
  fixture->process = usher_test_process_new ((const char *const[]){
      api, "payments.processor=stripe", "payments.settle-seconds=3600", NULL });
  /* no secret is taken from the command line */
  usher_test_process_set_variable (fixture->process,
                                   "USHER_PAYMENTS__STRIPE_KEY",
                                   USHER_TEST_STRIPE_KEY);
  usher_test_process_set_variable (fixture->process,
                                   "USHER_PAYMENTS__STRIPE_WEBHOOK_SECRET",
                                   USHER_TEST_STRIPE_SECRET);
  usher_test_process_start (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->buyer = usher_test_sign_up (fixture->process, "buyer@example.com");
  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "19.99");
  fixture->order_id = usher_test_order (fixture->buyer, ticket_id);
  fixture->list = g_strconcat ("/api/payments?orderId=", fixture->order_id, NULL);
  usher_test_await_order (fixture->buyer, fixture->order_id, "awaiting:payment");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_note_events (fixture->process);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_client_free (fixture->seller);
  usher_test_client_free (fixture->buyer);
  usher_test_process_free (fixture->process);
  usher_test_stripe_free (fixture->stripe);
  g_free (fixture->order_id);
  g_free (fixture->list);
}

static void
assert_books (Fixture *fixture, gint64 n_paid, gint64 cents)
{
  g_assert_cmpint (usher_test_stripe_count (fixture->stripe, "paid"), ==, n_paid);
  g_assert_cmpint (usher_test_stripe_count (fixture->stripe, "cents"), ==, cents);
}

static void
await_state (Fixture *fixture, const char *state)
{
  usher_test_await_string (fixture->buyer, fixture->list, "0.state", state);
}

static void
test_purchase (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A declined card is 402, the next one pays to the cent, once");

  usher_test_pay (fixture->buyer, fixture->order_id, "tok_chargeDeclined");
  usher_test_assert_refused (fixture->buyer, 402, "Your card was declined.");
  assert_books (fixture, 0, 0);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, fixture->order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->buyer, fixture->order_id, "complete");
  usher_test_pay (fixture->buyer, fixture->order_id, "tok_visa");
  usher_test_assert_refused (fixture->buyer, 400, "Order is already paid");
  assert_books (fixture, 1, CENTS);
}

/* as Stripe sends them: without a session */
static void
tell_all (Fixture *fixture)
{
  g_auto (GStrv) events = usher_test_stripe_dup_events (fixture->stripe);
  g_autoptr (UsherTestClient) stripe = usher_test_client_new (fixture->process);

  for (guint i = 0; events[i] != NULL; i++)
    {
      g_autofree char *signature = usher_test_stripe_sign (events[i],
                                                           USHER_TEST_STRIPE_SECRET,
                                                           g_get_real_time () / G_USEC_PER_SEC);

      usher_test_client_set_header (stripe, "Stripe-Signature", signature);
      g_assert_cmpuint (usher_test_client_send (stripe, "POST", "/api/payments/webhook", events[i]),
                        ==,
                        200);
      usher_test_client_set_header (stripe, "Stripe-Signature", "t=1,v1=00");
      g_assert_cmpuint (usher_test_client_send (stripe, "POST", "/api/payments/webhook", events[i]),
                        ==,
                        400);
    }
}

static void
test_confirm (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What the payer has to confirm is 202, and paid when Stripe says so, after kill -9 too");

  g_assert_cmpuint (usher_test_pay (fixture->buyer, fixture->order_id, "tok_threeDSecure"),
                    ==,
                    202);
  g_assert_nonnull (usher_test_client_get_string (fixture->buyer, "clientSecret"));
  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  await_state (fixture, "open");
  usher_test_stripe_act (fixture->stripe, "succeeded");
  tell_all (fixture);
  usher_test_await_order (fixture->buyer, fixture->order_id, "complete");
  tell_all (fixture);
  assert_books (fixture, 1, CENTS);
}

/* where Stripe holds what it is asked when the host is killed */
typedef struct
{
  const char *path;
  const char *on;
  const char *kind;
  gint64 n_paid;
  const char *rule;
} Window;

/* clang-format off */
static const Window windows[] = {
  { "/stripe/kill/before-create",  "method",  "hold",       0, "Killed before there is an intent, no money is taken" },
  { "/stripe/kill/after-create",   "create",  "hold-after", 0, "Nor where its id is not on disk yet" },
  { "/stripe/kill/before-confirm", "confirm", "cut",        0, "Nor before it is confirmed" },
  { "/stripe/kill/after-confirm",  "confirm", "hold-after", 1, "Killed after the charge, it is found" },
};
/* clang-format on */

static gpointer
pay (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (UsherTestClient) payer = usher_test_client_copy (fixture->buyer);

  usher_test_pay (payer, fixture->order_id, "tok_visa");

  return NULL;
}

static gboolean
has_been_asked (Fixture *fixture, const Window *window)
{
  g_autofree char *what = g_strconcat ("calls.", window->on, NULL);

  return usher_test_stripe_count (fixture->stripe, "held") > 0 ||
         (g_str_equal (window->kind, "cut") && usher_test_stripe_count (fixture->stripe, what) > 0);
}

/* The attempt is settled soon after the next start, as it fell due while nothing ran. */
static void
pay_and_kill (Fixture *fixture, const Window *window)
{
  GThread *thread = NULL;

  usher_test_process_add_setting (fixture->process, "payments.settle-seconds=1");
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_process_start (fixture->process);
  usher_test_stripe_fail (fixture->stripe, window->on, window->kind, 999);
  thread = g_thread_new ("payer", pay, fixture);
  usher_test_until (has_been_asked (fixture, window));
  usher_test_process_kill (fixture->process);
  usher_test_stripe_fail (fixture->stripe, window->on, window->kind, 0);
  usher_test_stripe_release (fixture->stripe);
  g_thread_join (thread);
  usher_test_process_start (fixture->process);
}

static void
test_kill (Fixture *fixture, gconstpointer data)
{
  const Window *window = data;

  g_test_summary (window->rule);

  pay_and_kill (fixture, window);
  await_state (fixture, window->n_paid > 0 ? "completed" : "failed");
  if (window->n_paid == 0)
    g_assert_cmpuint (usher_test_pay (fixture->buyer, fixture->order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->buyer, fixture->order_id, "complete");
  assert_books (fixture, 1, CENTS);
}

static void
test_kill_and_cancel (Fixture *fixture, gconstpointer data)
{
  static const Window window = { .on = "confirm", .kind = "hold-after" };

  g_test_summary (
      "Of an order that is cancelled after that nothing is kept, though the refund is killed too");

  usher_test_stripe_fail (fixture->stripe, "retrieve", "500", 999);
  pay_and_kill (fixture, &window);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, fixture->order_id), ==, 204);
  usher_test_stripe_fail (fixture->stripe, "refund", "hold-after", 1);
  usher_test_stripe_fail (fixture->stripe, "retrieve", "500", 0);
  usher_test_stripe_await_held (fixture->stripe);
  usher_test_process_kill (fixture->process);
  usher_test_stripe_release (fixture->stripe);
  usher_test_process_start (fixture->process);

  await_state (fixture, "refunded");
  assert_books (fixture, 1, 0);
  g_assert_cmpint (usher_test_stripe_count (fixture->stripe, "refunds"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, row, func) g_test_add (path, Fixture, row, set_up, func, tear_down)
  add ("/stripe/purchase", NULL, test_purchase);
  add ("/stripe/confirm", NULL, test_confirm);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    add (windows[i].path, &windows[i], test_kill);
  add ("/stripe/kill/and-cancel", NULL, test_kill_and_cancel);
#undef add

  return g_test_run ();
}
