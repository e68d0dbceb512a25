/* test-purchase.c: the marketplace as people use it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-checker.h"
#include "usher-test-payer.h"
#include "usher-test-shop.h"
#include "usher-test.h"

#define LONG 900

/* A seller's concert for 19.99, somebody who buys it, and somebody else who would like to. */
typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *seller;
  UsherTestClient *buyer;
  UsherTestClient *rival;
  char *ticket_id;
  char *ticket_path;
  guint hold; /* seconds that an order has until it is paid */
} Fixture;

/* @data: the hold in seconds */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hold = g_strdup_printf ("orders.hold-seconds=%u", GPOINTER_TO_UINT (data));
  /* a charge that a test holds is not settled meanwhile */
  const char *const settings[] = { hold, "payments.settle-seconds=3600", NULL };

  fixture->hold = GPOINTER_TO_UINT (data);
  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->buyer = usher_test_sign_up (fixture->process, "buyer@example.com");
  fixture->rival = usher_test_sign_up (fixture->process, "rival@example.com");
  fixture->ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "19.99");
  fixture->ticket_path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
}

/* Whatever happened in the test, nothing is wrong afterwards, and nothing is left to do. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fault = NULL;

  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  fault = usher_test_checker_find_fault (fixture->checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);

  usher_test_client_free (fixture->seller);
  usher_test_client_free (fixture->buyer);
  usher_test_client_free (fixture->rival);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
  g_free (fixture->ticket_id);
  g_free (fixture->ticket_path);
}

static void
kill_and_start (Fixture *fixture)
{
  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
}

/* for the orders from now on */
static void
set_hold (Fixture *fixture, guint seconds)
{
  g_autofree char *setting = g_strdup_printf ("orders.hold-seconds=%u", seconds);

  fixture->hold = seconds;
  usher_test_process_add_setting (fixture->process, setting);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_process_start (fixture->process);
}

/* the id of an order of the concert that waits to be paid */
static char *
reserve (Fixture *fixture, UsherTestClient *client)
{
  char *order_id = usher_test_order_when_free (client, fixture->ticket_id);

  usher_test_await_order (client, order_id, "awaiting:payment");

  return order_id;
}

static gboolean
is_judged (UsherTestClient *client, gpointer order_id)
{
  g_autofree char *path = g_strconcat ("/api/orders/", order_id, NULL);

  g_assert_cmpuint (usher_test_client_send (client, "GET", path, NULL), ==, 200);

  return g_strcmp0 (usher_test_client_get_string (client, "status"), "created") != 0;
}

/* The same where orders have little time. A machine that is too slow for a second gets two, and so on. */
static char *
reserve_briefly (Fixture *fixture)
{
  while (TRUE)
    {
      g_autofree char *order_id = usher_test_order_when_free (fixture->buyer, fixture->ticket_id);

      usher_test_client_until (fixture->buyer, is_judged, order_id);
      if (g_str_equal (usher_test_client_get_string (fixture->buyer, "status"), "awaiting:payment"))
        return g_steal_pointer (&order_id);
      set_hold (fixture, 2 * fixture->hold);
    }
}

static void
assert_pays (UsherTestClient *client, const char *order_id)
{
  g_assert_cmpuint (usher_test_pay (client, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (client, order_id, "complete");
}

static void
assert_cannot_pay (UsherTestClient *client, const char *order_id, const char *message)
{
  usher_test_pay (client, order_id, "tok_visa");
  usher_test_assert_refused (client, 400, message);
}

/* Nobody else gets the concert. */
static void
assert_taken (Fixture *fixture, UsherTestClient *client)
{
  usher_test_client_sendf (
      client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", fixture->ticket_id);
  usher_test_assert_refused (client, 400, "Ticket is already reserved");
}

static gboolean
is_listed (Fixture *fixture, UsherTestClient *client)
{
  g_assert_cmpuint (usher_test_client_send (client, "GET", "/api/tickets", NULL), ==, 200);

  return strstr (usher_test_client_get_body (client), fixture->ticket_id) != NULL;
}

static void
assert_cancelled_by_time (Fixture *fixture, const char *order_id)
{
  usher_test_await_order (fixture->buyer, order_id, "cancelled");
  usher_test_await_free (fixture->buyer, fixture->ticket_id);
}

static gint64
count_charges (Fixture *fixture, const char *order_id, const char *state)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT count(*) FROM charge WHERE order_id = '%s' AND state = '%s'",
                       order_id,
                       state);

  return usher_test_checker_query (fixture->checker, sql);
}

static gint64
count_cents (Fixture *fixture)
{
  return usher_test_checker_query (
      fixture->checker, "SELECT coalesce(sum(cents), 0) FROM charge WHERE state = 'charged'");
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = NULL;

  g_test_summary ("A ticket is listed, ordered, paid to the cent, and stays sold");

  g_assert_true (is_listed (fixture, fixture->rival));
  order_id = reserve (fixture, fixture->buyer);
  g_assert_nonnull (strstr (usher_test_client_get_body (fixture->buyer), "\"price\":19.99,"));

  usher_test_await_string (fixture->rival, fixture->ticket_path, "orderId", order_id);
  g_assert_false (is_listed (fixture, fixture->rival));
  assert_taken (fixture, fixture->rival);
  usher_test_client_send (fixture->seller,
                          "PUT",
                          fixture->ticket_path,
                          "{\"title\":\"Opera\",\"price\":500}");
  usher_test_assert_refused (fixture->seller, 400, "Cannot edit a reserved ticket");

  g_assert_cmpuint (usher_test_pay (fixture->rival, order_id, "tok_visa"), ==, 401);
  assert_pays (fixture->buyer, order_id);
  assert_cannot_pay (fixture->buyer, order_id, "Order is already paid");
  g_assert_false (is_listed (fixture, fixture->rival));

  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 1);
  g_assert_cmpint (count_cents (fixture), ==, 1999);
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve (fixture, fixture->buyer);
  g_autofree char *next_order_id = NULL;

  g_test_summary ("What was bought before kill -9 is bought after it, and buying goes on");

  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  g_free (fixture->ticket_id);
  fixture->ticket_id = usher_test_create_ticket (fixture->seller, "Opera", "20.5");
  kill_and_start (fixture);

  usher_test_await_order (fixture->buyer, order_id, "complete");
  next_order_id = reserve (fixture, fixture->buyer);
  assert_pays (fixture->buyer, next_order_id);
}

static void
test_repeated_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("An order with a known Idempotency-Key is the first one, after kill -9 too");

  usher_test_client_set_header (fixture->buyer, "Idempotency-Key", "order-1");
  order_id = usher_test_order (fixture->buyer, fixture->ticket_id);
  kill_and_start (fixture);

  again = usher_test_order (fixture->buyer, fixture->ticket_id);
  g_assert_cmpstr (again, ==, order_id);
}

static void
test_repeated_payment (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve (fixture, fixture->buyer);
  g_autofree char *payment = NULL;

  g_test_summary (
      "A payment with a known Idempotency-Key is the first one; another body is refused");

  usher_test_client_set_header (fixture->buyer, "Idempotency-Key", "payment-1");
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  payment = g_strdup (usher_test_client_get_string (fixture->buyer, "id"));
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  g_assert_cmpstr (usher_test_client_get_string (fixture->buyer, "id"), ==, payment);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_slow"), ==, 409);

  usher_test_client_set_header (fixture->buyer, "Idempotency-Key", NULL);
  usher_test_await_order (fixture->buyer, order_id, "complete");
}

static void
test_expiry (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve_briefly (fixture);
  g_autofree char *next_id = NULL;

  g_test_summary ("An order that is not paid in time frees its ticket for the next buyer");

  assert_cancelled_by_time (fixture, order_id);
  g_assert_true (is_listed (fixture, fixture->rival));
  assert_cannot_pay (fixture->buyer, order_id, "Order has expired");

  set_hold (fixture, LONG);
  next_id = reserve (fixture, fixture->rival);
  assert_pays (fixture->rival, next_id);
  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 0);
}

static void
test_expiry_while_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve_briefly (fixture);

  g_test_summary ("The time of an order ends after kill -9 as before it");

  kill_and_start (fixture);
  assert_cancelled_by_time (fixture, order_id);
}

static void
test_decline (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve (fixture, fixture->buyer);

  g_test_summary ("A declined card is told with 402, and the next one pays, once");

  usher_test_pay (fixture->buyer, order_id, "tok_chargeDeclined");
  usher_test_assert_refused (fixture->buyer, 402, "Your card was declined.");
  g_assert_cmpint (count_cents (fixture), ==, 0);

  assert_pays (fixture->buyer, order_id);
  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 1);
  g_assert_cmpint (count_cents (fixture), ==, 1999);
}

static void
test_cents (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = NULL;

  g_test_summary ("A ticket for seven cents costs seven");

  g_free (fixture->ticket_id);
  fixture->ticket_id = usher_test_create_ticket (fixture->seller, "Rehearsal", "0.07");
  order_id = reserve (fixture, fixture->buyer);
  assert_pays (fixture->buyer, order_id);
  g_assert_cmpint (count_cents (fixture), ==, 7);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = usher_test_order (fixture->buyer, fixture->ticket_id);
  g_autofree char *next_id = NULL;

  g_test_summary ("A cancelled order, cancelled once or twice, frees its ticket; a paid one stays");

  g_assert_cmpuint (usher_test_cancel (fixture->rival, order_id), ==, 401);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  usher_test_await_free (fixture->buyer, fixture->ticket_id);

  next_id = reserve (fixture, fixture->rival);
  assert_pays (fixture->rival, next_id);
  g_assert_cmpuint (usher_test_cancel (fixture->rival, next_id), ==, 400);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 400);
}

static gboolean
has_no_timer (UsherTestClient *client, gpointer user_data)
{
  static const char timers[] = "SELECT count (*) FROM timer WHERE service = 'expiration'";

  return usher_test_checker_query (user_data, timers) == 0;
}

static void
test_paid_stays (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve_briefly (fixture);

  g_test_summary ("A paid order outlives its time and keeps its ticket");

  /* who pays too late gets another order, and more time */
  while (usher_test_pay (fixture->buyer, order_id, "tok_visa") != 201)
    {
      set_hold (fixture, 2 * fixture->hold);
      g_free (order_id);
      order_id = reserve_briefly (fixture);
    }

  usher_test_client_until (fixture->buyer, has_no_timer, fixture->checker);
  usher_test_checker_await_settled (fixture->checker);
  usher_test_await_order (fixture->buyer, order_id, "complete");
  usher_test_client_send (fixture->buyer, "GET", fixture->ticket_path, NULL);
  g_assert_cmpstr (usher_test_client_get_string (fixture->buyer, "orderId"), ==, order_id);
}

static void
test_cancelled_while_charged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve (fixture, fixture->buyer);
  g_autofree char *next_id = NULL;
  g_autoptr (UsherTestPayer) payer =
      usher_test_payer_new (fixture->process, fixture->buyer, order_id);

  g_test_summary ("Money that was taken for an order that was cancelled meanwhile is given back");

  g_assert_true (usher_test_payer_is_held (payer));
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 409);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  next_id = reserve (fixture, fixture->rival);
  usher_test_payer_release (payer);
  g_assert_cmpuint (usher_test_payer_finish (payer), ==, 400);

  assert_pays (fixture->rival, next_id);
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (count_charges (fixture, order_id, "refunded"), ==, 1);
  g_assert_cmpint (count_charges (fixture, next_id, "charged"), ==, 1);
}

/* A payment of a new order that is held when the time of the order ends; @order_id: (out) */
static UsherTestPayer *
pay_briefly (Fixture *fixture, char **order_id)
{
  while (TRUE)
    {
      g_autofree char *reserved = reserve_briefly (fixture);
      g_autoptr (UsherTestPayer) payer =
          usher_test_payer_new (fixture->process, fixture->buyer, reserved);

      if (usher_test_payer_is_held (payer))
        {
          *order_id = g_steal_pointer (&reserved);
          return g_steal_pointer (&payer);
        }
      set_hold (fixture, 2 * fixture->hold);
    }
}

static void
test_expired_while_charged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = NULL;
  g_autoptr (UsherTestPayer) payer = pay_briefly (fixture, &order_id);

  g_test_summary ("Money that was taken for an order that expired meanwhile is given back");

  assert_cancelled_by_time (fixture, order_id);
  usher_test_payer_release (payer);
  usher_test_payer_finish (payer);
  usher_test_assert_refused (usher_test_payer_get_client (payer), 400, "Order has expired");

  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (count_charges (fixture, order_id, "refunded"), ==, 1);
}

static void
test_old_timer (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order_id = reserve_briefly (fixture);
  gint64 end = g_get_real_time () + fixture->hold * G_TIME_SPAN_SECOND;
  g_autofree char *next_id = NULL;

  g_test_summary ("The time of an order that was cancelled does not free what a newer order holds");

  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  set_hold (fixture, LONG);
  next_id = reserve (fixture, fixture->rival);

  usher_test_until (g_get_real_time () > end);
  assert_taken (fixture, fixture->buyer);
  assert_pays (fixture->rival, next_id);
}

#define add(path, hold, func) \
  g_test_add ("/purchase/" path, Fixture, GUINT_TO_POINTER (hold), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("whole", LONG, test_whole);
  add ("restart", LONG, test_restart);
  add ("repeated-order", LONG, test_repeated_order);
  add ("repeated-payment", LONG, test_repeated_payment);
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
