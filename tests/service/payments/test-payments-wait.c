/* test-payments-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-test-calls.h"
#include "usher-test-till.h"

/* (transfer full): the id of a new order */
static char *
make_order (UsherTestTill *till)
{
  return usher_id_new (USHER_CLOCK (usher_test_host_get_clock (till->host)));
}

/* the same, and its copy is here */
static char *
make_known_order (UsherTestTill *till)
{
  char *order_id = make_order (till);

  usher_test_till_give_created (till, order_id, "19.99");

  return order_id;
}

/* a payment of @order_id that waits */
static UsherTestCalls *
pay (UsherTestTill *till, const char *order_id)
{
  g_autofree char *body = g_strdup_printf ("{\"orderId\":\"%s\",\"token\":\"tok_visa\"}", order_id);

  return usher_test_calls_new (till->host, "/api/payments", USHER_TEST_ALICE, body);
}

static void
test_reservation_comes (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *order_id = make_known_order (till);
  g_autoptr (UsherTestCalls) calls = pay (till, order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who pays before the ticket is reserved waits for that, and pays.");

  usher_test_till_give_updated (till, order_id, 1, "awaiting:payment");
  reply = usher_test_calls_pop (calls);
  usher_test_assert_status (reply, 201);
}

static void
test_cancel_comes (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *order_id = make_known_order (till);
  g_autoptr (UsherTestCalls) calls = pay (till, order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("If a cancel comes instead, that is the answer.");

  usher_test_till_give_cancelled (till, order_id, 1);
  reply = usher_test_calls_pop (calls);
  usher_test_assert_refused (reply, 400, NULL, "Cannot pay for a cancelled order");
}

static void
test_reservation_in_vain (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *order_id = make_known_order (till);
  g_autoptr (UsherTestCalls) calls = pay (till, order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("After 2 seconds the order is not reserved yet.");

  reply = usher_test_calls_expire (calls, 2 * G_TIME_SPAN_SECOND);
  usher_test_assert_refused (reply, 400, NULL, "Order is not reserved yet");
}

static void
test_copy_comes (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *order_id = make_order (till);
  g_autoptr (UsherTestCalls) calls = pay (till, order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "Who pays before the order has come here waits for the order and its reservation.");

  usher_test_till_give_created (till, order_id, "19.99");
  usher_test_till_give_updated (till, order_id, 1, "awaiting:payment");
  reply = usher_test_calls_pop (calls);
  usher_test_assert_status (reply, 201);
}

static void
test_copy_in_vain (UsherTestTill *till, gconstpointer data)
{
  g_autofree char *order_id = make_order (till);
  g_autoptr (UsherTestCalls) calls = pay (till, order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order that does not come within 2 seconds is 404.");

  reply = usher_test_calls_expire (calls, 2 * G_TIME_SPAN_SECOND);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

static void
test_old_id (UsherTestTill *till, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (till->host);
  g_autofree char *order_id = usher_id_new (USHER_CLOCK (clock));
  g_autofree char *body = g_strdup_printf ("{\"orderId\":\"%s\",\"token\":\"tok_visa\"}", order_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order of more than 10 seconds ago is not waited for.");

  usher_manual_clock_advance (clock, 11 * G_TIME_SPAN_SECOND);
  reply = usher_test_host_call (till->host, "POST", "/api/payments", USHER_TEST_ALICE, body);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

static const struct
{
  const char *path;
  void (*func) (UsherTestTill *till, gconstpointer data);
} tests[] = {
  { "/payments/wait/reservation-comes", test_reservation_comes },
  { "/payments/wait/cancel-comes", test_cancel_comes },
  { "/payments/wait/reservation-in-vain", test_reservation_in_vain },
  { "/payments/wait/copy-comes", test_copy_comes },
  { "/payments/wait/copy-in-vain", test_copy_in_vain },
  { "/payments/wait/old-id", test_old_id },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path,
                UsherTestTill,
                NULL,
                usher_test_till_set_up,
                tests[i].func,
                usher_test_till_tear_down);

  return g_test_run ();
}
