/* test-payments-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-till.h"

/* (transfer full): the id of a new order */
static char *
make_order (UsherTestTill *till)
{
  return usher_id_new (USHER_CLOCK (usher_test_host_get_clock (till->host)));
}

/* a payment of @order_id that waits */
static UsherTestCalls *
pay (UsherTestTill *till, const char *order_id)
{
  g_autofree char *body = g_strdup_printf ("{\"orderId\":\"%s\",\"token\":\"tok_visa\"}", order_id);

  return usher_test_calls_new (usher_test_host_as (till->host, USHER_TEST_ALICE),
                               "/api/payments",
                               body);
}

typedef struct
{
  const char *path;
  const char *before;  /* what has come of the order already, with spaces between */
  const char *then;    /* what comes while the payment waits; “”: nothing within 2 seconds */
  const char *refusal; /* (nullable): it pays */
  guint status;
  const char *rule;
} Row;

/* clang-format off */
static const Row rows[] = {
  { "/payments/wait/reservation-comes",   "created", "reserved",         NULL,                              201, "Who pays before the ticket is reserved waits for that, and pays" },
  { "/payments/wait/cancel-comes",        "created", "cancelled",        "Cannot pay for a cancelled order", 400, "If a cancel comes instead, that is the answer" },
  { "/payments/wait/reservation-in-vain", "created", "",                 "Order is not reserved yet",        400, "After 2 seconds the order is not reserved yet" },
  { "/payments/wait/copy-comes",          "",        "created reserved", NULL,                              201, "Who pays before the order has come here waits for the order and its reservation" },
  { "/payments/wait/copy-in-vain",        "",        "",                 "Not Found",                        404, "An order that does not come within 2 seconds is 404" },
};
/* clang-format on */

static void
tell (UsherTestTill *till, const char *order_id, const char *names)
{
  g_auto (GStrv) all = g_strsplit (names, " ", -1);

  for (guint i = 0; all[i] != NULL; i++)
    if (g_str_equal (all[i], "created"))
      usher_test_till_give_created (till, order_id, "19.99");
    else if (g_str_equal (all[i], "reserved"))
      usher_test_till_give_updated (till, order_id, 1, "awaiting:payment");
    else if (g_str_equal (all[i], "cancelled"))
      usher_test_till_give_cancelled (till, order_id, 1);
    else
      g_error ("“%s” is no news", all[i]);
}

static void
test_row (UsherTestTill *till, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *order_id = make_order (till);
  g_autoptr (UsherTestCalls) calls = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (row->rule);

  tell (till, order_id, row->before);
  calls = pay (till, order_id);
  tell (till, order_id, row->then);
  reply = *row->then != '\0' ? usher_test_calls_pop (calls)
                             : usher_test_calls_expire (calls, 2 * G_TIME_SPAN_SECOND);
  if (row->refusal != NULL)
    usher_test_assert_refused (reply, row->status, NULL, row->refusal);
  else
    usher_test_assert_status (reply, row->status);
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

/* what an answer may take that must not come */
#define A_WHILE (50 * G_TIME_SPAN_MILLISECOND)
#define HOLD    (500 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  UsherTestTill till;
  GAsyncQueue *answers; /* (owned) (element-type UsherReply) */
  GThread *threads[2];  /* (owned) (nullable) */
} Held;

static gpointer
pay_keyed (gpointer data)
{
  static const char body[] = "{\"token\":\"tok_visa\",\"orderId\":\"" USHER_TEST_ORDER "\"}";
  Held *held = data;

  g_async_queue_push (held->answers,
                      usher_test_user_call (usher_test_host_as (held->till.host, USHER_TEST_ALICE),
                                            "POST",
                                            "/api/payments",
                                            body,
                                            "Idempotency-Key: k"));

  return NULL;
}

static gboolean
is_paid (UsherTestTill *till)
{
  g_autofree char *state = usher_test_till_dup_field (till, "state");

  return g_strcmp0 (state, "completed") == 0;
}

/* Somebody pays, and has no answer yet. */
static void
set_up_held (Held *held, gconstpointer data)
{
  usher_test_till_set_up_waiting (&held->till, data);
  held->answers = g_async_queue_new ();
  held->threads[0] = g_thread_new ("pay", pay_keyed, held);
  usher_test_until (is_paid (&held->till));
  g_assert_null (g_async_queue_timeout_pop (held->answers, A_WHILE));
}

static void
tear_down_held (Held *held, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (held->threads); i++)
    if (held->threads[i] != NULL)
      g_thread_join (held->threads[i]);
  g_async_queue_unref (held->answers);
  usher_test_till_tear_down (&held->till, data);
}

static void
test_complete (Held *held, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who has paid is answered when orders says that the order is complete.");

  usher_test_till_give_updated (&held->till, USHER_TEST_ORDER, 2, "complete");
  reply = usher_test_pop (held->answers);
  usher_test_assert_status (reply, 201);
}

static void
test_complete_in_vain (Held *held, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (held->till.host);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("If orders says nothing for half a second it is 201 all the same.");

  usher_manual_clock_advance (clock, HOLD - 1);
  g_assert_null (g_async_queue_timeout_pop (held->answers, A_WHILE));
  usher_manual_clock_advance (clock, 1);
  reply = usher_test_pop (held->answers);
  usher_test_assert_status (reply, 201);
}

static void
test_complete_cancelled (Held *held, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "A cancel that orders had before the payment ends the wait; the money goes back.");

  usher_test_till_give_cancelled (&held->till, USHER_TEST_ORDER, 2);
  reply = usher_test_pop (held->answers);
  usher_test_assert_status (reply, 201);
  usher_test_host_turn (held->till.host, USHER_TEST_SETTLE);
  usher_test_till_assert_state (&held->till, "refunded");
}

static void
test_complete_repeated (Held *held, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("Who repeats the payment meanwhile is answered as the first will be.");

  held->threads[1] = g_thread_new ("pay", pay_keyed, held);
  second = usher_test_pop (held->answers);
  usher_test_assert_status (second, 201);
  id = usher_test_dup_member (second, "id");

  usher_test_till_give_updated (&held->till, USHER_TEST_ORDER, 2, "complete");
  first = usher_test_pop (held->answers);
  usher_test_assert_status (first, 201);
  usher_test_assert_member (first, "id", id);
  g_assert_cmpuint (usher_test_till_count_paid (&held->till), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path,
                UsherTestTill,
                &rows[i],
                usher_test_till_set_up,
                test_row,
                usher_test_till_tear_down);
  usher_test_till_add ("/payments/wait/old-id", test_old_id);

#define add(path, func) \
  g_test_add ("/payments/wait/" path, Held, NULL, set_up_held, func, tear_down_held)
  add ("complete", test_complete);
  add ("complete-in-vain", test_complete_in_vain);
  add ("complete-cancelled", test_complete_cancelled);
  add ("complete-repeated", test_complete_repeated);
#undef add

  return g_test_run ();
}
