/* test-orders-flow.c: tickets, orders and expiration in one host, their events carried by hand
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"
#include "usher-expiration-contract.h"
#include "usher-orders-contract.h"

#define ALICE USHER_TEST_ALICE
#define BOB   USHER_TEST_BOB
#define HOLD  (900 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherTestHost *host;
  char *ticket_id;
  char *ticket_path;
  char *order_body;
} Fixture;

static void
carry (Fixture *fixture)
{
  g_assert_cmpuint (usher_test_host_settle (fixture->host), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("tickets orders expiration", USHER_TEST_BY_HAND);
  fixture->ticket_id = usher_test_user_create (usher_test_host_as (fixture->host, ALICE),
                                               "/api/tickets",
                                               "{\"title\":\"Concert\",\"price\":19.99}");
  fixture->ticket_path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
  fixture->order_body = order_stage_make_body (fixture->ticket_id);
  carry (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->ticket_id);
  g_free (fixture->ticket_path);
  g_free (fixture->order_body);
}

/* the path of the order */
static char *
place (Fixture *fixture, const char *user)
{
  g_autofree char *id = usher_test_user_create (usher_test_host_as (fixture->host, user),
                                                "/api/orders",
                                                fixture->order_body);

  return g_strconcat ("/api/orders/", id, NULL);
}

static void
cancel (Fixture *fixture, const char *path, const char *user)
{
  usher_test_host_assert_call (fixture->host, "DELETE", path, user, NULL, 204);
}

static void
assert_order (Fixture *fixture, const char *path, const char *user, const char *status)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (fixture->host, "GET", path, user, NULL);

  usher_test_assert_member (reply, "status", status);
}

static void
assert_cancelled (Fixture *fixture, const char *path, const char *reason)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (fixture->host, "GET", path, BOB, NULL);

  usher_test_assert_member (reply, "status", "cancelled");
  usher_test_assert_member (reply, "reason", reason);
}

/* @path: of the order that holds the ticket, NULL: nobody */
static void
assert_holder (Fixture *fixture, const char *path)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", fixture->ticket_path, NULL, NULL);

  usher_test_assert_member (reply, "orderId", path != NULL ? path + strlen ("/api/orders/") : NULL);
}

static void
edit (Fixture *fixture, guint status)
{
  usher_test_host_assert_call (fixture->host,
                               "PUT",
                               fixture->ticket_path,
                               ALICE,
                               "{\"title\":\"Concert\",\"price\":50}",
                               status);
}

static void
turn (Fixture *fixture, gint64 microseconds)
{
  usher_test_host_turn (fixture->host, microseconds);
}

static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;

  g_test_summary ("An order reserves its ticket and waits for payment then.");

  order = place (fixture, BOB);
  assert_order (fixture, order, BOB, "created");
  carry (fixture);

  assert_order (fixture, order, BOB, "awaiting:payment");
  assert_holder (fixture, order);
  edit (fixture, 400);
}

static void
test_expire (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;
  g_autofree char *next = NULL;

  g_test_summary ("After 15 minutes an order that is not paid frees its ticket for others.");

  order = place (fixture, BOB);
  carry (fixture);
  turn (fixture, HOLD - G_TIME_SPAN_MILLISECOND);
  carry (fixture);
  assert_order (fixture, order, BOB, "awaiting:payment");
  assert_holder (fixture, order);

  turn (fixture, G_TIME_SPAN_MILLISECOND);
  carry (fixture);
  assert_order (fixture, order, BOB, "cancelled");
  assert_holder (fixture, NULL);

  next = place (fixture, ALICE);
  carry (fixture);
  assert_holder (fixture, next);
}

static void
test_expire_after_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;

  g_test_summary ("The time of an order runs on while the host is down.");

  order = place (fixture, BOB);
  carry (fixture);
  usher_test_host_restart (fixture->host);
  turn (fixture, HOLD);
  carry (fixture);

  assert_order (fixture, order, BOB, "cancelled");
  assert_holder (fixture, NULL);
}

static void
test_old_timer (Fixture *fixture, gconstpointer data)
{
  g_autofree char *old = NULL;
  g_autofree char *newer = NULL;
  g_autofree char *payload = NULL;

  g_test_summary ("§3.6: the timer of an old order frees nothing that a newer one holds.");

  old = place (fixture, BOB);
  carry (fixture);
  cancel (fixture, old, BOB);
  carry (fixture);
  turn (fixture, HOLD / 2);
  newer = place (fixture, ALICE);
  carry (fixture);
  turn (fixture, HOLD / 2);
  carry (fixture);
  assert_holder (fixture, newer);

  /* as if the timer had not been dropped */
  payload = g_strdup_printf ("{\"orderId\":\"%s\"}", old + strlen ("/api/orders/"));
  usher_test_host_give (fixture->host, "orders", NULL, USHER_EXPIRATION_COMPLETE, payload);
  carry (fixture);
  assert_holder (fixture, newer);
  assert_order (fixture, newer, ALICE, "awaiting:payment");
}

static void
test_edited_before (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;
  g_autofree char *next = NULL;
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary (
      "§3.10: an order at a price that was edited before is cancelled; the next has it.");

  edit (fixture, 200);
  order = place (fixture, BOB);
  carry (fixture);
  assert_cancelled (fixture, order, "price-changed");
  assert_holder (fixture, NULL);

  next = place (fixture, BOB);
  carry (fixture);
  assert_order (fixture, next, BOB, "awaiting:payment");
  shown = usher_test_host_call (fixture->host, "GET", next, BOB, NULL);
  g_assert_cmpint (usher_test_get_money (shown, "ticket.price"), ==, 5000);
}

/* nobody can order what is not for sale, once orders has heard of it */
static void
assert_not_for_sale (Fixture *fixture)
{
  const UsherTestRefusal refusal = { "POST", "/api/orders",           BOB, fixture->order_body, 400,
                                     NULL,   "Ticket is not for sale" };

  usher_test_host_assert_refusals (fixture->host, &refusal, 1);
}

static void
test_withdrawn_before (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;

  g_test_summary ("An order that raced a withdrawal is cancelled and says why.");

  usher_test_host_assert_call (fixture->host, "DELETE", fixture->ticket_path, ALICE, NULL, 204);
  order = place (fixture, BOB);
  carry (fixture);
  assert_cancelled (fixture, order, "withdrawn");
  assert_holder (fixture, NULL);
  assert_not_for_sale (fixture);
}

/* Alice is banned, or no more, by that version of her */
static void
tell_ban (Fixture *fixture, gboolean banned, guint version)
{
  g_autofree char *payload = g_strdup_printf ("{\"id\":\"" ALICE "\",\"version\":%u}", version);

  usher_test_host_give (
      fixture->host, "tickets", NULL, banned ? "user:banned" : "user:unbanned", payload);
}

static void
test_banned_before (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;
  g_autofree char *next = NULL;

  g_test_summary ("An order that raced the ban of the seller is cancelled; after it there is none, "
                  "until she is let in.");

  tell_ban (fixture, TRUE, 1);
  order = place (fixture, BOB);
  turn (fixture, 0);
  carry (fixture);
  assert_cancelled (fixture, order, "seller-banned");
  assert_holder (fixture, NULL);
  assert_not_for_sale (fixture);

  tell_ban (fixture, FALSE, 2);
  turn (fixture, 0);
  carry (fixture);
  next = place (fixture, BOB);
  carry (fixture);
  assert_order (fixture, next, BOB, "awaiting:payment");
}

static void
test_banned_after (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;

  g_test_summary (
      "A reserved order of a banned seller runs on; when it ends, its ticket is not for sale.");

  order = place (fixture, BOB);
  carry (fixture);
  tell_ban (fixture, TRUE, 1);
  turn (fixture, 0);
  carry (fixture);
  assert_order (fixture, order, BOB, "awaiting:payment");
  assert_holder (fixture, order);

  turn (fixture, HOLD);
  carry (fixture);
  assert_cancelled (fixture, order, "expired");
  assert_holder (fixture, NULL);
  assert_not_for_sale (fixture);
}

/* the only event of orders that was not carried, for the test to do it */
static UsherEvent *
hold (Fixture *fixture, const char *channel)
{
  return usher_test_host_hold_event (fixture->host, "orders", channel);
}

static void
feed_tickets (Fixture *fixture, UsherEvent *event)
{
  usher_test_host_deliver (fixture->host, "tickets", NULL, event);
}

static void
test_cancel_overtakes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *order = NULL;
  g_autoptr (UsherEvent) created = NULL;
  g_autoptr (UsherEvent) cancelled = NULL;

  g_test_summary ("A cancel that overtakes its create still frees the ticket.");

  order = place (fixture, BOB);
  created = hold (fixture, USHER_ORDERS_CREATED);
  cancel (fixture, order, BOB);
  cancelled = hold (fixture, USHER_ORDERS_CANCELLED);

  feed_tickets (fixture, cancelled);
  feed_tickets (fixture, created);
  assert_holder (fixture, order);

  carry (fixture);
  assert_holder (fixture, NULL);
  assert_order (fixture, order, BOB, "cancelled");
}

static void
test_next_overtakes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (UsherEvent) cancelled = NULL;

  g_test_summary ("An order that comes to the ticket before the last one's cancel waits for it.");

  first = place (fixture, BOB);
  carry (fixture);
  cancel (fixture, first, BOB);
  cancelled = hold (fixture, USHER_ORDERS_CANCELLED);
  second = place (fixture, ALICE);

  g_assert_cmpuint (usher_test_host_settle (fixture->host), ==, 1);
  assert_holder (fixture, first);
  assert_order (fixture, second, ALICE, "created");

  feed_tickets (fixture, cancelled);
  carry (fixture);
  assert_holder (fixture, second);
  assert_order (fixture, second, ALICE, "awaiting:payment");
}

static void
test_many_rounds (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Ordering and cancelling leaves ticket, copy and orders in step.");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *order = place (fixture, i % 2 == 0 ? BOB : ALICE);

      if (i % 3 != 0)
        carry (fixture);
      cancel (fixture, order, i % 2 == 0 ? BOB : ALICE);
      if (i % 5 != 0)
        carry (fixture);
    }

  carry (fixture);
  assert_holder (fixture, NULL);
  edit (fixture, 200);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/flow/reserve", test_reserve);
  add ("/orders/flow/expire", test_expire);
  add ("/orders/flow/expire-after-restart", test_expire_after_restart);
  add ("/orders/flow/old-timer", test_old_timer);
  add ("/orders/flow/edited-before", test_edited_before);
  add ("/orders/flow/withdrawn-before", test_withdrawn_before);
  add ("/orders/flow/banned-before", test_banned_before);
  add ("/orders/flow/banned-after", test_banned_after);
  add ("/orders/flow/cancel-overtakes", test_cancel_overtakes);
  add ("/orders/flow/next-overtakes", test_next_overtakes);
  add ("/orders/flow/many-rounds", test_many_rounds);

  return g_test_run ();
}
