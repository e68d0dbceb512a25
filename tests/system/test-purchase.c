/* test-purchase.c: the marketplace as people use it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "purchase-stage.h"
#include "usher-test-base.h"
#include "usher-test-shop.h"

/* seconds that no test takes */
#define LONG 900

#define BUYERS 60

static void
test_whole (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = NULL;

  g_test_summary ("A ticket is listed, ordered, paid to the cent, and stays sold");

  g_assert_true (purchase_is_listed (purchase, purchase->rival));
  order_id = purchase_reserve (purchase, purchase->buyer);
  g_assert_nonnull (strstr (usher_test_client_get_body (purchase->buyer), "\"price\":19.99,"));

  usher_test_await_string (purchase->rival, purchase->ticket_path, "orderId", order_id);
  g_assert_false (purchase_is_listed (purchase, purchase->rival));
  purchase_assert_taken (purchase, purchase->rival);
  usher_test_client_send (purchase->seller,
                          "PUT",
                          purchase->ticket_path,
                          "{\"title\":\"Opera\",\"price\":500}");
  usher_test_assert_refused (purchase->seller, 400, "Cannot edit a reserved ticket");

  g_assert_cmpuint (usher_test_pay (purchase->rival, order_id, "tok_visa"), ==, 401);
  purchase_assert_pays (purchase->buyer, order_id);
  purchase_assert_cannot_pay (purchase->buyer, order_id, "Order is already paid");
  g_assert_false (purchase_is_listed (purchase, purchase->rival));

  g_assert_cmpint (purchase_count_charges (purchase, order_id, "charged"), ==, 1);
  g_assert_cmpint (purchase_count_cents (purchase), ==, 1999);
}

static void
test_shown (Purchase *purchase, gconstpointer data)
{
  g_test_summary ("Whoever has paid finds the order complete in the list read next");

  for (guint i = 0; i < BUYERS; i++)
    {
      UsherTestClient *buyer = i % 2 == 0 ? purchase->buyer : purchase->rival;
      g_autofree char *ticket_id = usher_test_create_ticket (purchase->seller, "Concert", "5");
      g_autofree char *order_id = usher_test_order (buyer, ticket_id);

      g_assert_cmpuint (usher_test_pay (buyer, order_id, "tok_visa"), ==, 201);
      g_assert_cmpuint (usher_test_client_send (buyer, "GET", "/api/orders", NULL), ==, 200);
      g_assert_nonnull (strstr (usher_test_client_get_body (buyer), order_id));
      g_assert_null (strstr (usher_test_client_get_body (buyer), "\"awaiting:payment\""));
    }
}

static void
assert_conditional (Purchase *purchase,
                    const char *header,
                    const char *tag,
                    const char *method,
                    guint status)
{
  gboolean writes = g_str_equal (method, "PUT");

  usher_test_client_set_header (purchase->seller, header, tag);
  g_assert_cmpuint (usher_test_client_send (purchase->seller,
                                            method,
                                            purchase->ticket_path,
                                            writes ? "{\"title\":\"Opera\",\"price\":5}" : NULL),
                    ==,
                    status);
  usher_test_client_set_header (purchase->seller, header, NULL);
}

static void
test_versions (Purchase *purchase, gconstpointer data)
{
  g_autofree char *tag = NULL;

  g_test_summary ("A client that names the version it has is told of another, on one connection");

  usher_test_client_send (purchase->seller, "GET", purchase->ticket_path, NULL);
  tag = g_strdup (usher_test_client_get_header (purchase->seller, "ETag"));
  g_assert_nonnull (tag);
  g_assert_cmpstr (usher_test_client_get_header (purchase->seller, "Cache-Control"),
                   ==,
                   "private, no-cache");

  assert_conditional (purchase, "If-None-Match", tag, "GET", 304);
  g_assert_cmpstr (usher_test_client_get_header (purchase->seller, "ETag"), ==, tag);
  g_assert_null (usher_test_client_get_header (purchase->seller, "Content-Length"));
  assert_conditional (purchase, "If-None-Match", tag, "HEAD", 304);
  assert_conditional (purchase, "If-Match", tag, "PUT", 200);
  assert_conditional (purchase, "If-Match", tag, "PUT", 412);
  usher_test_assert_refused (purchase->seller, 412, "This is another version than you have");
  assert_conditional (purchase, "If-None-Match", tag, "GET", 200);
}

static void
test_restart (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve (purchase, purchase->buyer);
  g_autofree char *next_order_id = NULL;

  g_test_summary ("What was bought before kill -9 is bought after it, and buying goes on");

  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_visa"), ==, 201);
  g_free (purchase->ticket_id);
  purchase->ticket_id = usher_test_create_ticket (purchase->seller, "Opera", "20.5");
  purchase_kill_and_start (purchase);

  usher_test_await_order (purchase->buyer, order_id, "complete");
  next_order_id = purchase_reserve (purchase, purchase->buyer);
  purchase_assert_pays (purchase->buyer, next_order_id);
}

static void
test_repeated_order (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("An order with a known Idempotency-Key is the first one, after kill -9 too");

  usher_test_client_set_header (purchase->buyer, "Idempotency-Key", "order-1");
  order_id = usher_test_order (purchase->buyer, purchase->ticket_id);
  purchase_kill_and_start (purchase);

  again = usher_test_order (purchase->buyer, purchase->ticket_id);
  g_assert_cmpstr (again, ==, order_id);
}

static void
test_repeated_payment (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve (purchase, purchase->buyer);
  g_autofree char *payment = NULL;

  g_test_summary (
      "A payment with a known Idempotency-Key is the first one; another body is refused");

  usher_test_client_set_header (purchase->buyer, "Idempotency-Key", "payment-1");
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_visa"), ==, 201);
  payment = g_strdup (usher_test_client_get_string (purchase->buyer, "id"));
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_visa"), ==, 201);
  g_assert_cmpstr (usher_test_client_get_string (purchase->buyer, "id"), ==, payment);
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_slow"), ==, 409);

  usher_test_client_set_header (purchase->buyer, "Idempotency-Key", NULL);
  usher_test_await_order (purchase->buyer, order_id, "complete");
}

static gboolean
is_settled (UsherTestClient *client, gpointer order_id)
{
  if (usher_test_pay (client, order_id, "tok_lostAnswer") == 400)
    return TRUE;

  usher_test_assert_refused (client, 409, "Another payment of this order is running");

  return FALSE;
}

static void
test_lost_answer (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve (purchase, purchase->buyer);

  g_test_summary ("Who repeats a payment whose answer was lost hears the same from every copy");

  usher_test_process_add_setting (purchase->process, "payments.settle-seconds=2");
  purchase_set_hold (purchase, LONG);
  usher_test_client_set_header (purchase->buyer, "Idempotency-Key", "payment-2");
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_lostAnswer"), ==, 503);
  usher_test_client_until (purchase->buyer, is_settled, order_id);
  for (guint i = 0; i < 8; i++)
    {
      usher_test_pay (purchase->buyer, order_id, "tok_lostAnswer");
      usher_test_assert_refused (purchase->buyer, 400, "Order is already paid");
    }
  usher_test_client_set_header (purchase->buyer, "Idempotency-Key", NULL);
  g_assert_cmpint (purchase_count_charges (purchase, order_id, "charged"), ==, 1);
}

static void
test_expiry (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve_briefly (purchase);
  g_autofree char *next_id = NULL;

  g_test_summary ("An order that is not paid in time frees its ticket for the next buyer");

  purchase_assert_cancelled_by_time (purchase, order_id);
  g_assert_true (purchase_is_listed (purchase, purchase->rival));
  purchase_assert_cannot_pay (purchase->buyer, order_id, "Order has expired");

  purchase_set_hold (purchase, LONG);
  next_id = purchase_reserve (purchase, purchase->rival);
  purchase_assert_pays (purchase->rival, next_id);
  g_assert_cmpint (purchase_count_charges (purchase, order_id, "charged"), ==, 0);
}

static void
test_expiry_while_down (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve_briefly (purchase);

  g_test_summary ("The time of an order ends after kill -9 as before it");

  purchase_kill_and_start (purchase);
  purchase_assert_cancelled_by_time (purchase, order_id);
}

static void
test_decline (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve (purchase, purchase->buyer);

  g_test_summary ("A declined card is told with 402, and the next one pays, once");

  usher_test_pay (purchase->buyer, order_id, "tok_chargeDeclined");
  usher_test_assert_refused (purchase->buyer, 402, "Your card was declined.");
  g_assert_cmpint (purchase_count_cents (purchase), ==, 0);

  purchase_assert_pays (purchase->buyer, order_id);
  g_assert_cmpint (purchase_count_charges (purchase, order_id, "charged"), ==, 1);
  g_assert_cmpint (purchase_count_cents (purchase), ==, 1999);
}

static void
test_cents (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = NULL;

  g_test_summary ("A ticket for seven cents costs seven");

  g_free (purchase->ticket_id);
  purchase->ticket_id = usher_test_create_ticket (purchase->seller, "Rehearsal", "0.07");
  order_id = purchase_reserve (purchase, purchase->buyer);
  purchase_assert_pays (purchase->buyer, order_id);
  g_assert_cmpint (purchase_count_cents (purchase), ==, 7);
}

static void
test_cancel (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = usher_test_order (purchase->buyer, purchase->ticket_id);
  g_autofree char *next_id = NULL;

  g_test_summary ("A cancelled order, cancelled once or twice, frees its ticket; a paid one stays");

  g_assert_cmpuint (usher_test_cancel (purchase->rival, order_id), ==, 401);
  g_assert_cmpuint (usher_test_cancel (purchase->buyer, order_id), ==, 204);
  g_assert_cmpuint (usher_test_cancel (purchase->buyer, order_id), ==, 204);
  usher_test_await_free (purchase->buyer, purchase->ticket_id);

  next_id = purchase_reserve (purchase, purchase->rival);
  purchase_assert_pays (purchase->rival, next_id);
  g_assert_cmpuint (usher_test_cancel (purchase->rival, next_id), ==, 400);
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_visa"), ==, 400);
}

static gboolean
has_no_timer (UsherTestClient *client, gpointer user_data)
{
  static const char timers[] = "SELECT count (*) FROM timer WHERE service = 'expiration'";

  return usher_test_checker_query (user_data, timers) == 0;
}

static void
test_paid_stays (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve_briefly (purchase);

  g_test_summary ("A paid order outlives its time and keeps its ticket");

  /* who pays too late gets another order, and more time */
  while (usher_test_pay (purchase->buyer, order_id, "tok_visa") != 201)
    {
      purchase_set_hold (purchase, 2 * purchase->hold);
      g_free (order_id);
      order_id = purchase_reserve_briefly (purchase);
    }

  usher_test_client_until (purchase->buyer, has_no_timer, purchase->checker);
  usher_test_checker_await_settled (purchase->checker);
  usher_test_await_order (purchase->buyer, order_id, "complete");
  usher_test_client_send (purchase->buyer, "GET", purchase->ticket_path, NULL);
  g_assert_cmpstr (usher_test_client_get_string (purchase->buyer, "orderId"), ==, order_id);
}

static void
test_cancelled_while_charged (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve (purchase, purchase->buyer);
  g_autofree char *next_id = NULL;
  g_autoptr (UsherTestPayer) payer =
      usher_test_payer_new (purchase->process, purchase->buyer, order_id);

  g_test_summary ("Money that was taken for an order that was cancelled meanwhile is given back");

  g_assert_true (usher_test_payer_is_held (payer));
  g_assert_cmpuint (usher_test_pay (purchase->buyer, order_id, "tok_visa"), ==, 409);
  g_assert_cmpuint (usher_test_cancel (purchase->buyer, order_id), ==, 204);
  next_id = purchase_reserve (purchase, purchase->rival);
  usher_test_payer_release (payer);
  g_assert_cmpuint (usher_test_payer_finish (payer), ==, 400);

  purchase_assert_pays (purchase->rival, next_id);
  usher_test_checker_await_settled (purchase->checker);
  g_assert_cmpint (purchase_count_charges (purchase, order_id, "refunded"), ==, 1);
  g_assert_cmpint (purchase_count_charges (purchase, next_id, "charged"), ==, 1);
}

static void
test_expired_while_charged (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = NULL;
  g_autoptr (UsherTestPayer) payer = purchase_pay_briefly (purchase, &order_id);

  g_test_summary ("Money that was taken for an order that expired meanwhile is given back");

  purchase_assert_cancelled_by_time (purchase, order_id);
  usher_test_payer_release (payer);
  usher_test_payer_finish (payer);
  usher_test_assert_refused (usher_test_payer_get_client (payer), 400, "Order has expired");

  usher_test_checker_await_settled (purchase->checker);
  g_assert_cmpint (purchase_count_charges (purchase, order_id, "refunded"), ==, 1);
}

static void
test_old_timer (Purchase *purchase, gconstpointer data)
{
  g_autofree char *order_id = purchase_reserve_briefly (purchase);
  gint64 end = g_get_real_time () + purchase->hold * G_TIME_SPAN_SECOND;
  g_autofree char *next_id = NULL;

  g_test_summary ("The time of an order that was cancelled does not free what a newer order holds");

  g_assert_cmpuint (usher_test_cancel (purchase->buyer, order_id), ==, 204);
  purchase_set_hold (purchase, LONG);
  next_id = purchase_reserve (purchase, purchase->rival);

  usher_test_until (g_get_real_time () > end);
  purchase_assert_taken (purchase, purchase->buyer);
  purchase_assert_pays (purchase->rival, next_id);
}

#define add(path, hold, func)          \
  g_test_add ("/purchase/" path,       \
              Purchase,                \
              GUINT_TO_POINTER (hold), \
              purchase_set_up,         \
              func,                    \
              purchase_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("whole", LONG, test_whole);
  add ("shown", LONG, test_shown);
  add ("versions", LONG, test_versions);
  add ("restart", LONG, test_restart);
  add ("repeated-order", LONG, test_repeated_order);
  add ("repeated-payment", LONG, test_repeated_payment);
  add ("lost-answer", LONG, test_lost_answer);
  add ("expiry", 1, test_expiry);
  add ("expiry-while-down", 1, test_expiry_while_down);
  add ("decline", LONG, test_decline);
  add ("cents", LONG, test_cents);
  add ("cancel", LONG, test_cancel);
  add ("paid-stays", 1, test_paid_stays);
  add ("cancelled-while-charged", LONG, test_cancelled_while_charged);
  add ("expired-while-charged", 1, test_expired_while_charged);
  add ("old-timer", 1, test_old_timer);

  return g_test_run ();
}
