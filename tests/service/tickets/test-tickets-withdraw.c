/* test-tickets-withdraw.c: an owner takes his ticket back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"
#include "usher-tickets-contract.h"

#define ALICE USHER_TEST_ALICE
#define BOB   USHER_TEST_BOB
#define ORDER "111111111111111111111111"

typedef struct
{
  UsherTestHost *host;
  char *ticket_id;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("tickets", USHER_TEST_BY_HAND);
  fixture->ticket_id = ticket_stage_make (fixture->host, GOOD_TICKET);
  fixture->path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->ticket_id);
  g_free (fixture->path);
}

static void
withdraw (Fixture *fixture)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "DELETE", fixture->path, ALICE, NULL);
  g_autofree char *body = usher_test_dup_body (reply);

  usher_test_assert_status (reply, 204);
  g_assert_cmpstr (body, ==, "");
}

static void
assert_listed (Fixture *fixture, guint n_tickets)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", "/api/tickets", NULL, NULL);

  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, n_tickets);
}

static void
test_withdraw (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) shown = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary (
      "A withdrawn ticket leaves the list, is still shown by its id, and is said to be so.");

  assert_listed (fixture, 1);
  withdraw (fixture);
  assert_listed (fixture, 0);

  shown = usher_test_host_call (fixture->host, "GET", fixture->path, NULL, NULL);
  usher_test_assert_status (shown, 200);
  usher_test_assert_member (shown, "withdrawn", "true");
  usher_test_assert_member (shown, "title", "Concert");
  usher_test_assert_member (shown, "version", "1");

  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_WITHDRAWN);
  usher_test_assert_event_member (event, "id", fixture->ticket_id);
  usher_test_assert_event_member (event, "version", "1");
}

static void
test_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("Withdrawing twice changes and says nothing more.");

  withdraw (fixture);
  usher_test_host_skip_events (fixture->host, "tickets");
  withdraw (fixture);

  shown = usher_test_host_call (fixture->host, "GET", fixture->path, NULL, NULL);
  usher_test_assert_member (shown, "version", "1");
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_edit (Fixture *fixture, gconstpointer data)
{
  const UsherTestRefusal refusals[] = {
    { "PUT", fixture->path, BOB, GOOD_TICKET, 401, NULL, "Not authorized" },
    { "PUT", fixture->path, ALICE, GOOD_TICKET, 400, NULL, "Cannot edit a withdrawn ticket" },
  };

  g_test_summary ("A withdrawn ticket is not edited any more.");

  withdraw (fixture);
  usher_test_host_skip_events (fixture->host, "tickets");
  usher_test_host_assert_refusals (fixture->host, refusals, G_N_ELEMENTS (refusals));
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_order_of_checks (Fixture *fixture, gconstpointer data)
{
  static const char nowhere[] = "/api/tickets/" USHER_TEST_NOTHING;
  const UsherTestRefusal refusals[] = {
    { "DELETE", nowhere, NULL, NULL, 401, NULL, "Not authorized" },
    { "DELETE", nowhere, BOB, NULL, 404, NULL, "Not Found" },
    { "DELETE", "/api/tickets/x", BOB, NULL, 404, NULL, "Not Found" },
    { "DELETE", fixture->path, BOB, NULL, 401, NULL, "Not authorized" },
    { "DELETE", fixture->path, ALICE, NULL, 400, NULL, "Cannot withdraw a reserved ticket" },
  };

  g_test_summary ("Signed in, exists, owner, state: in this order.");

  ticket_stage_settle (fixture->host, fixture->ticket_id, ORDER);
  usher_test_host_assert_refusals (fixture->host, refusals, G_N_ELEMENTS (refusals));
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_stranger (Fixture *fixture, gconstpointer data)
{
  const UsherTestRefusal refusal = {
    "DELETE", fixture->path, BOB, NULL, 401, NULL, "Not authorized"
  };

  g_test_summary ("Who does not own a withdrawn ticket hears no more than before.");

  withdraw (fixture);
  usher_test_host_assert_refusals (fixture->host, &refusal, 1);
}

static void
test_freed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" ORDER "\",\"ticket\":{\"id\":\"%s\"}}", fixture->ticket_id);

  g_test_summary ("What an order has freed may be withdrawn.");

  ticket_stage_settle (fixture->host, fixture->ticket_id, ORDER);
  usher_test_host_give (fixture->host, "tickets", NULL, "order:cancelled", payload);
  assert_listed (fixture, 1);
  withdraw (fixture);
  assert_listed (fixture, 0);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/withdraw/good", test_withdraw);
  add ("/tickets/withdraw/twice", test_twice);
  add ("/tickets/withdraw/edit", test_edit);
  add ("/tickets/withdraw/order-of-checks", test_order_of_checks);
  add ("/tickets/withdraw/stranger", test_stranger);
  add ("/tickets/withdraw/freed", test_freed);

  return g_test_run ();
}
