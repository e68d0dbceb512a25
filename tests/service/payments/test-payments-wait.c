/* test-payments-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-test-till.h"

/* one payment, made on a thread of its own */
typedef struct
{
  UsherTestHost *host;  /* (unowned) */
  char *order_id;       /* (owned) */
  char *body;           /* (owned) */
  GAsyncQueue *answers; /* (owned) (element-type UsherReply) */
  GThread *threads[2];  /* (owned) */
} Calls;

static gpointer
pay_on_thread (gpointer data)
{
  Calls *calls = data;
  UsherReply *reply = usher_test_host_call_with (
      calls->host, "POST", "/api/payments", USHER_TEST_ALICE, calls->body, "Idempotency-Key: k1");

  g_async_queue_push (calls->answers, reply);

  return NULL;
}

/* Of two requests with one key the second is refused as long as the first is not answered: its 409 tells that the
 * other one waits. The order is a new one. */
static void
calls_begin (Calls *calls, UsherTestTill *till, gboolean is_known)
{
  g_autoptr (UsherReply) refused = NULL;

  calls->host = till->host;
  calls->order_id = usher_id_new (USHER_CLOCK (usher_test_host_get_clock (till->host)));
  calls->body = g_strdup_printf ("{\"orderId\":\"%s\",\"token\":\"tok_visa\"}", calls->order_id);
  calls->answers = g_async_queue_new_full (g_object_unref);
  if (is_known)
    usher_test_till_give_created (till, calls->order_id, "19.99");

  for (guint i = 0; i < G_N_ELEMENTS (calls->threads); i++)
    calls->threads[i] = g_thread_new ("pay", pay_on_thread, calls);
  refused = g_async_queue_pop (calls->answers);
  usher_test_assert_status (refused, 409);
}

static void
calls_end (Calls *calls)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls->threads); i++)
    g_thread_join (calls->threads[i]);
  g_async_queue_unref (calls->answers);
  g_free (calls->body);
  g_free (calls->order_id);
}

static void
test_reservation_comes (UsherTestTill *till, gconstpointer data)
{
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who pays before the ticket is reserved waits for that, and pays.");

  calls_begin (&calls, till, TRUE);
  usher_test_till_give_updated (till, calls.order_id, 1, "awaiting:payment");
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_status (reply, 201);
  calls_end (&calls);
}

static void
test_cancel_comes (UsherTestTill *till, gconstpointer data)
{
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("If a cancel comes instead, that is the answer.");

  calls_begin (&calls, till, TRUE);
  usher_test_till_give_cancelled (till, calls.order_id, 1);
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_refused (reply, 400, NULL, "Cannot pay for a cancelled order");
  calls_end (&calls);
}

static void
test_reservation_in_vain (UsherTestTill *till, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (till->host);
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("After 2 seconds the order is not reserved yet.");

  calls_begin (&calls, till, TRUE);
  usher_manual_clock_advance (clock, 1999 * G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_async_queue_timeout_pop (calls.answers, 50 * G_TIME_SPAN_MILLISECOND));
  usher_manual_clock_advance (clock, G_TIME_SPAN_MILLISECOND);
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_refused (reply, 400, NULL, "Order is not reserved yet");
  calls_end (&calls);
}

static void
test_copy_comes (UsherTestTill *till, gconstpointer data)
{
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "Who pays before the order has come here waits for the order and its reservation.");

  calls_begin (&calls, till, FALSE);
  usher_test_till_give_created (till, calls.order_id, "19.99");
  usher_test_till_give_updated (till, calls.order_id, 1, "awaiting:payment");
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_status (reply, 201);
  calls_end (&calls);
}

static void
test_copy_in_vain (UsherTestTill *till, gconstpointer data)
{
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order that does not come within 2 seconds is 404.");

  calls_begin (&calls, till, FALSE);
  usher_manual_clock_advance (usher_test_host_get_clock (till->host), 2 * G_TIME_SPAN_SECOND);
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");
  calls_end (&calls);
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
