/* test-payments-list.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-till.h"

#define LIST "/api/payments"

static UsherReply *
list (UsherTestTill *till, const char *user_id, const char *target)
{
  return usher_test_assert_status (usher_test_host_call (till->host, "GET", target, user_id, NULL),
                                   200);
}

static void
assert_empty (UsherTestTill *till, const char *user_id, const char *target)
{
  g_autoptr (UsherReply) reply = list (till, user_id, target);
  g_autofree char *body = usher_test_dup_body (reply);

  g_assert_cmpstr (body, ==, "[]");
}

static void
assert_state (UsherTestTill *till, const char *state, const char *refunded_at)
{
  g_autoptr (UsherReply) reply = list (till, USHER_TEST_ALICE, LIST);

  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 1);
  usher_test_assert_member (reply, "0.state", state);
  usher_test_assert_member (reply, "0.refundedAt", refunded_at);
}

static void
test_anonymous (UsherTestTill *till, gconstpointer data)
{
  static const UsherTestRefusal refusal = { "GET", LIST "?orderId=x", NULL, NULL, 401,
                                            NULL,  "Not authorized" };

  g_test_summary ("Who is not signed in has no payments.");

  usher_test_host_assert_refusals (till->host, &refusal, 1);
}

static void
test_unpaid (UsherTestTill *till, gconstpointer data)
{
  g_test_summary ("An order that nobody tried to pay is no payment.");

  assert_empty (till, USHER_TEST_ALICE, LIST);
  assert_empty (till, USHER_TEST_ALICE, LIST "?orderId=" USHER_TEST_ORDER);
}

static void
test_members (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) paid = usher_test_till_pay (till, "tok_visa");
  g_autofree char *id = usher_test_dup_member (paid, "id");
  g_autoptr (UsherReply) reply = list (till, USHER_TEST_ALICE, LIST);
  g_autofree char *body = usher_test_dup_body (reply);
  g_autofree char *expected = g_strdup_printf (
      "[{\"id\":\"%s\",\"orderId\":\"" USHER_TEST_ORDER
      "\",\"state\":\"completed\",\"amount\":19.99,\"createdAt\":\"2026-01-01T00:00:00.000Z\"}]",
      id);

  g_test_summary ("A payment is listed for who made it, and nobody else.");

  g_assert_cmpstr (body, ==, expected);
  assert_empty (till, USHER_TEST_BOB, LIST);
}

static void
test_states (UsherTestTill *till, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) paid = NULL;

  g_test_summary ("The list tells how a payment stands, from the attempt to the refund.");

  usher_test_till_assert_refused (till, "tok_chargeDeclined", 402, "Your card was declined.");
  assert_state (till, "failed", NULL);
  thread = usher_test_till_start_held (till);
  assert_state (till, "open", NULL);
  paid = usher_test_till_finish_held (till, thread);
  assert_state (till, "completed", NULL);

  usher_test_till_give_cancelled (till, USHER_TEST_ORDER, 2);
  usher_test_host_turn (till->host, USHER_TEST_SETTLE);
  assert_state (till, "refunded", "2026-01-01T00:00:31.000Z");
}

static void
test_order (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherReply) bad = NULL;

  g_test_summary ("Asked by order the list has that order's payment, if it is the caller's.");

  usher_test_till_assert_paid (till, "tok_visa");
  reply = list (till, USHER_TEST_ALICE, LIST "?orderId=" USHER_TEST_ORDER);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 1);
  usher_test_assert_member (reply, "0.orderId", USHER_TEST_ORDER);
  assert_empty (till, USHER_TEST_BOB, LIST "?orderId=" USHER_TEST_ORDER);
  assert_empty (till, USHER_TEST_ALICE, LIST "?orderId=" USHER_TEST_NOTHING);

  bad = usher_test_host_call (till->host, "GET", LIST "?orderId=x", USHER_TEST_ALICE, NULL);
  usher_test_assert_refused (bad, 400, "orderId", "OrderId must be an id");
}

/* (transfer full): the link's target, NULL where there is none */
static char *
dup_next (UsherReply *reply)
{
  const char *link = usher_reply_get_header (reply, "Link");
  g_auto (GStrv) parts = link != NULL ? g_strsplit_set (link, "<>", 3) : NULL;

  return parts != NULL ? g_strdup (parts[1]) : NULL;
}

static void
pay_three (UsherTestTill *till)
{
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *order_id = g_strdup_printf ("%024u", i);
      g_autofree char *body =
          g_strdup_printf ("{\"orderId\":\"%s\",\"token\":\"tok_visa\"}", order_id);
      g_autoptr (UsherReply) reply = NULL;

      usher_test_till_give_created (till, order_id, "1");
      usher_test_till_give_updated (till, order_id, 1, "awaiting:payment");
      reply = usher_test_host_call (till->host, "POST", LIST, USHER_TEST_ALICE, body);
      usher_test_assert_status (reply, 201);
    }
}

/* one payment a page, as the whole list has them */
static void
test_pages (UsherTestTill *till, gconstpointer data)
{
  g_autoptr (UsherReply) all = NULL;
  g_autofree char *next = g_strdup (LIST "?limit=1");
  g_autofree char *by_id = NULL;
  guint n = 0;

  g_test_summary ("Pages follow each other by their links, and by the ids that people see.");

  pay_three (till);
  all = list (till, USHER_TEST_ALICE, LIST);
  g_assert_cmpuint (usher_test_count_members (all, ""), ==, 3);
  for (; next != NULL; n++)
    {
      g_autoptr (UsherReply) page = list (till, USHER_TEST_ALICE, next);
      g_autoptr (UsherReply) same = NULL;
      g_autofree char *path = g_strdup_printf ("%u.id", n);
      g_autofree char *expected = usher_test_dup_member (all, path);

      usher_test_assert_member (page, "0.id", expected);
      g_assert_cmpuint (usher_test_count_members (page, ""), ==, 1);
      if (by_id != NULL)
        {
          same = list (till, USHER_TEST_ALICE, by_id);
          usher_test_assert_member (same, "0.id", expected);
        }
      g_free (by_id);
      by_id = g_strconcat (LIST "?limit=1&after=", expected, NULL);
      g_free (next);
      next = dup_next (page);
    }
  g_assert_cmpuint (n, ==, 3);
}

#define add(path, func) usher_test_till_add_reserved ("/payments/list/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("anonymous", test_anonymous);
  add ("unpaid", test_unpaid);
  add ("members", test_members);
  add ("states", test_states);
  add ("order", test_order);
  add ("pages", test_pages);

  return g_test_run ();
}
