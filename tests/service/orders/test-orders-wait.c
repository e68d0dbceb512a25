/* test-orders-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"

#define BOB USHER_TEST_BOB

/* (transfer full): the id of a ticket that is just made, somewhere */
static char *
make_ticket (UsherTestHost *host)
{
  return usher_id_new (USHER_CLOCK (usher_test_host_get_clock (host)));
}

/* an order of @ticket_id that waits for its copy */
static UsherTestCalls *
order (UsherTestHost *host, const char *ticket_id)
{
  g_autofree char *body = order_stage_make_body (ticket_id);

  return usher_test_calls_new (usher_test_host_as (host, BOB), "/api/orders", body);
}

static void
test_wait_for_copy (UsherTestHost *host)
{
  g_autofree char *ticket_id = make_ticket (host);
  g_autoptr (UsherTestCalls) calls = order (host, ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a ticket can be ordered before its copy has come.");

  order_stage_give_ticket (host, ticket_id, "19.99");
  reply = usher_test_calls_pop (calls);
  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "ticket.id", ticket_id);
}

static void
test_wait_in_vain (UsherTestHost *host)
{
  g_autofree char *ticket_id = make_ticket (host);
  g_autoptr (UsherTestCalls) calls = order (host, ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a copy that does not come within 2 seconds is 404.");

  reply = usher_test_calls_expire (calls, 2 * G_TIME_SPAN_SECOND);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

/* an order of @ticket_id is 404 at once */
static void
assert_unknown (UsherTestHost *host, const char *ticket_id)
{
  g_autofree char *body = order_stage_make_body (ticket_id);
  const UsherTestRefusal refusal = { "POST", "/api/orders", BOB, body, 404, NULL, "Not Found" };

  usher_test_host_assert_refusals (host, &refusal, 1);
}

static void
test_wait_for_nothing (UsherTestHost *host)
{
  g_autofree char *ticket_id = make_ticket (host);

  g_test_summary ("§3.9: a ticket of more than 10 seconds ago is not waited for.");

  usher_manual_clock_advance (usher_test_host_get_clock (host), 11 * G_TIME_SPAN_SECOND);
  assert_unknown (host, ticket_id);
}

static void
test_wait_is_bounded (void)
{
  g_autoptr (UsherTestHost) host =
      usher_test_host_new ("orders host.waiters=0", USHER_TEST_BY_HAND);
  g_autofree char *ticket_id = make_ticket (host);

  g_test_summary ("§3.9: where no more may wait the answer is 404 at once.");

  assert_unknown (host, ticket_id);
}

#define add(path, func) usher_test_add (path, "orders", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/wait/copy-comes", test_wait_for_copy);
  add ("/orders/wait/in-vain", test_wait_in_vain);
  add ("/orders/wait/old-id", test_wait_for_nothing);
  g_test_add_func ("/orders/wait/bounded", test_wait_is_bounded);

  return g_test_run ();
}
