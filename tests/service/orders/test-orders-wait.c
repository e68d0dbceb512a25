/* test-orders-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-test-calls.h"

#define BOB USHER_TEST_BOB

typedef struct
{
  UsherTestHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("orders", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
}

static void
give_copy (Fixture *fixture, const char *ticket_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"title\":\"Concert\",\"price\":19.99,"
                       "\"userId\":\"" USHER_TEST_ALICE "\"}",
                       ticket_id);

  usher_test_host_give (fixture->host, "orders", NULL, "ticket:created", payload);
}

/* an order of @ticket_id that waits for its copy */
static UsherTestCalls *
order (Fixture *fixture, const char *ticket_id)
{
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);

  return usher_test_calls_new (fixture->host, "/api/orders", BOB, body);
}

static void
test_wait_for_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id =
      usher_id_new (USHER_CLOCK (usher_test_host_get_clock (fixture->host)));
  g_autoptr (UsherTestCalls) calls = order (fixture, ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a ticket can be ordered before its copy has come.");

  give_copy (fixture, ticket_id);
  reply = usher_test_calls_pop (calls);
  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "ticket.id", ticket_id);
}

static void
test_wait_in_vain (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id =
      usher_id_new (USHER_CLOCK (usher_test_host_get_clock (fixture->host)));
  g_autoptr (UsherTestCalls) calls = order (fixture, ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a copy that does not come within 2 seconds is 404.");

  reply = usher_test_calls_expire (calls, 2 * G_TIME_SPAN_SECOND);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

static void
test_wait_for_nothing (Fixture *fixture, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (fixture->host);
  g_autofree char *ticket_id = usher_id_new (USHER_CLOCK (clock));
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a ticket of more than 10 seconds ago is not waited for.");

  usher_manual_clock_advance (clock, 11 * G_TIME_SPAN_SECOND);
  reply = usher_test_host_call (fixture->host, "POST", "/api/orders", BOB, body);

  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

static void
test_wait_is_bounded (void)
{
  g_autoptr (UsherTestHost) host = usher_test_host_new ("orders", "host.waiters=0", NULL);
  g_autofree char *ticket_id = usher_id_new (USHER_CLOCK (usher_test_host_get_clock (host)));
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: where no more may wait the answer is 404 at once.");

  reply = usher_test_host_call (host, "POST", "/api/orders", BOB, body);

  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

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
