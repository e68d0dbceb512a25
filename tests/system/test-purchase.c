/* test-purchase.c: the marketplace as people use it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-checker.h"
#include "usher-test-shop.h"

#define SETTLED 20

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *seller;
  UsherTestClient *buyer;
  UsherTestClient *rival;
} Fixture;

/* @data: the hold in seconds */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hold = g_strdup_printf ("orders.hold-seconds=%d", GPOINTER_TO_INT (data));
  const char *const settings[] = { hold, NULL };

  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->buyer = usher_test_sign_up (fixture->process, "buyer@example.com");
  fixture->rival = usher_test_sign_up (fixture->process, "rival@example.com");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fault = NULL;

  usher_test_checker_await_settled (fixture->checker, SETTLED);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  fault = usher_test_checker_find_fault (fixture->checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);

  usher_test_client_free (fixture->seller);
  usher_test_client_free (fixture->buyer);
  usher_test_client_free (fixture->rival);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
}

static gboolean
is_listed (UsherTestClient *client, const char *ticket_id)
{
  g_assert_cmpuint (usher_test_client_send (client, "GET", "/api/tickets", NULL), ==, 200);

  return strstr (usher_test_client_get_body (client), ticket_id) != NULL;
}

/* an order that waits to be paid */
static char *
reserve (UsherTestClient *client, const char *ticket_id)
{
  char *order_id = usher_test_order_when_free (client, ticket_id, SETTLED);

  usher_test_await_order (client, order_id, "awaiting:payment");

  return order_id;
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

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *price = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A ticket is listed, ordered, paid to the cent, and stays sold");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "19.99");
  g_assert_true (is_listed (fixture->rival, ticket_id));

  order_id = reserve (fixture->buyer, ticket_id);
  price = usher_test_client_dup_text (fixture->buyer, "ticket.price");
  g_assert_cmpstr (price, ==, "19.99");
  g_assert_false (is_listed (fixture->rival, ticket_id));

  path = g_strconcat ("/api/tickets/", ticket_id, NULL);
  usher_test_await_string (fixture->rival, path, "orderId", order_id, SETTLED);
  usher_test_client_send (fixture->seller, "PUT", path, "{\"title\":\"Opera\",\"price\":500}");
  g_assert_cmpuint (usher_test_client_get_status (fixture->seller), ==, 400);
  g_assert_cmpstr (usher_test_get_message (fixture->seller), ==, "Cannot edit a reserved ticket");

  g_assert_cmpuint (usher_test_pay (fixture->rival, order_id, "tok_visa"), ==, 401);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->buyer, order_id, "complete");
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 400);
  g_assert_cmpstr (usher_test_get_message (fixture->buyer), ==, "Order is already paid");
  g_assert_false (is_listed (fixture->rival, ticket_id));

  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 1);
  g_assert_cmpint (usher_test_checker_query (fixture->checker, "SELECT sum(cents) FROM charge"),
                   ==,
                   1999);
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *next_id = NULL;
  g_autofree char *next_order_id = NULL;

  g_test_summary ("What was bought before kill -9 is bought after it, and buying goes on");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  next_id = usher_test_create_ticket (fixture->seller, "Opera", "20.5");

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);

  usher_test_await_order (fixture->buyer, order_id, "complete");
  next_order_id = reserve (fixture->buyer, next_id);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, next_order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->buyer, next_order_id, "complete");
}

static void
test_repeated_request (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *again = NULL;
  g_autofree char *payment = NULL;

  g_test_summary ("A known Idempotency-Key gets its first answer again, after kill -9 too");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  usher_test_client_set_header (fixture->buyer, "Idempotency-Key", "order-1");
  order_id = usher_test_order (fixture->buyer, ticket_id);

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);

  again = usher_test_order (fixture->buyer, ticket_id);
  g_assert_cmpstr (again, ==, order_id);
  usher_test_await_order (fixture->buyer, order_id, "awaiting:payment");

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
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *next_id = NULL;

  g_test_summary ("An order that is not paid in time frees its ticket for the next buyer");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  usher_test_client_sendf (
      fixture->rival, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", ticket_id);
  g_assert_cmpuint (usher_test_client_get_status (fixture->rival), ==, 400);
  g_assert_cmpstr (usher_test_get_message (fixture->rival), ==, "Ticket is already reserved");

  usher_test_await_order (fixture->buyer, order_id, "cancelled");
  usher_test_await_free (fixture->rival, ticket_id);
  g_assert_true (is_listed (fixture->rival, ticket_id));
  next_id = usher_test_order_when_free (fixture->rival, ticket_id, SETTLED);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 400);
  g_assert_cmpuint (usher_test_pay (fixture->rival, next_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->rival, next_id, "complete");
  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 0);
}

static void
test_expiry_while_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;

  g_test_summary ("The time of an order ends after kill -9 as before it");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);

  usher_test_await_order (fixture->buyer, order_id, "cancelled");
  usher_test_await_free (fixture->buyer, ticket_id);
}

static void
test_decline (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;

  g_test_summary ("A declined card is told with 402, and the next one pays, once");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "0.07");
  order_id = reserve (fixture->buyer, ticket_id);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_chargeDeclined"), ==, 402);
  g_assert_nonnull (usher_test_get_message (fixture->buyer));
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->buyer, order_id, "complete");
  g_assert_cmpint (count_charges (fixture, order_id, "charged"), ==, 1);
  g_assert_cmpint (usher_test_checker_query (
                       fixture->checker, "SELECT sum(cents) FROM charge WHERE state = 'charged'"),
                   ==,
                   7);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *next_id = NULL;

  g_test_summary ("A cancelled order, cancelled once or twice, frees its ticket");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = usher_test_order (fixture->buyer, ticket_id);
  g_assert_cmpuint (usher_test_cancel (fixture->rival, order_id), ==, 401);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  usher_test_await_free (fixture->buyer, ticket_id);

  next_id = reserve (fixture->rival, ticket_id);
  g_assert_cmpuint (usher_test_pay (fixture->rival, next_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->rival, next_id, "complete");
  g_assert_cmpuint (usher_test_cancel (fixture->rival, next_id), ==, 400);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 400);
}

static gboolean
has_no_timer (UsherTestClient *client, gpointer user_data)
{
  return usher_test_checker_query (user_data,
                                   "SELECT count(*) = 0 FROM timer WHERE service = 'expiration'");
}

static void
test_paid_stays (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A paid order outlives its time and keeps its ticket");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 201);

  usher_test_await (fixture->buyer, has_no_timer, fixture->checker, SETTLED);
  usher_test_checker_await_settled (fixture->checker, SETTLED);
  usher_test_await_order (fixture->buyer, order_id, "complete");
  path = g_strconcat ("/api/tickets/", ticket_id, NULL);
  usher_test_await_string (fixture->buyer, path, "orderId", order_id, 0);
}

typedef struct
{
  UsherTestClient *client; /* (unowned) */
  const char *order_id;
} SlowPayment;

static gpointer
pay_slowly (gpointer data)
{
  SlowPayment *payment = data;

  usher_test_pay (payment->client, payment->order_id, "tok_slow");

  return NULL;
}

static gboolean
is_being_paid (UsherTestClient *client, gpointer user_data)
{
  return usher_test_checker_query (user_data,
                                   "SELECT count(*) > 0 FROM timer WHERE service = 'payments'");
}

static void
test_cancelled_while_charged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  g_autofree char *order_id = reserve (fixture->buyer, ticket_id);
  g_autofree char *next_id = NULL;
  g_autoptr (UsherTestClient) payer = usher_test_client_copy (fixture->buyer);
  SlowPayment payment = { payer, order_id };
  GThread *thread = NULL;

  g_test_summary ("Money that was taken for an order that was cancelled meanwhile is given back");

  thread = g_thread_new ("payer", pay_slowly, &payment);
  usher_test_await (fixture->buyer, is_being_paid, fixture->checker, SETTLED);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_visa"), ==, 409);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  next_id = reserve (fixture->rival, ticket_id);
  g_thread_join (thread);

  g_assert_cmpuint (usher_test_client_get_status (payer), ==, 400);
  g_assert_cmpuint (usher_test_pay (fixture->rival, next_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->rival, next_id, "complete");
  usher_test_checker_await_settled (fixture->checker, SETTLED);
  g_assert_cmpint (count_charges (fixture, order_id, "refunded"), ==, 1);
  g_assert_cmpint (count_charges (fixture, next_id, "charged"), ==, 1);
}

static void
test_expired_while_charged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;

  g_test_summary ("Money that was taken for an order that expired meanwhile is given back");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  g_assert_cmpuint (usher_test_pay (fixture->buyer, order_id, "tok_slow"), ==, 400);
  g_assert_cmpstr (usher_test_get_message (fixture->buyer), ==, "Order has expired");
  usher_test_await_order (fixture->buyer, order_id, "cancelled");
  usher_test_await_free (fixture->buyer, ticket_id);
  usher_test_checker_await_settled (fixture->checker, SETTLED);
  g_assert_cmpint (count_charges (fixture, order_id, "refunded"), ==, 1);
}

static gboolean
is_past (UsherTestClient *client, gpointer user_data)
{
  return g_get_real_time () > *(gint64 *) user_data;
}

static void
test_old_timer (Fixture *fixture, gconstpointer data)
{
  gint64 start = g_get_real_time ();
  gint64 middle = start + 1500 * G_TIME_SPAN_MILLISECOND;
  gint64 end = start + 2500 * G_TIME_SPAN_MILLISECOND;
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;
  g_autofree char *next_id = NULL;

  g_test_summary ("The time of an order that was cancelled does not free what a newer order holds");

  ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
  order_id = reserve (fixture->buyer, ticket_id);
  usher_test_await (fixture->buyer, is_past, &middle, SETTLED);
  g_assert_cmpuint (usher_test_cancel (fixture->buyer, order_id), ==, 204);
  next_id = reserve (fixture->rival, ticket_id);

  usher_test_await (fixture->buyer, is_past, &end, SETTLED);
  usher_test_client_sendf (
      fixture->buyer, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", ticket_id);
  g_assert_cmpuint (usher_test_client_get_status (fixture->buyer), ==, 400);
  g_assert_cmpuint (usher_test_pay (fixture->rival, next_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->rival, next_id, "complete");
}

static void
add (const char *path, int hold, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/purchase/", path, NULL);

  g_test_add (full, Fixture, GINT_TO_POINTER (hold), set_up, func, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("whole", 900, test_whole);
  add ("restart", 900, test_restart);
  add ("repeated-request", 900, test_repeated_request);
  add ("expiry", 1, test_expiry);
  add ("expiry-while-down", 1, test_expiry_while_down);
  add ("decline", 900, test_decline);
  add ("cancel", 900, test_cancel);
  add ("paid-stays", 1, test_paid_stays);
  add ("cancelled-while-charged", 900, test_cancelled_while_charged);
  add ("expired-while-charged", 1, test_expired_while_charged);
  add ("old-timer", 2, test_old_timer);

  return g_test_run ();
}
