/* test-orders-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"
#include "usher-orders-contract.h"

#define ALICE  USHER_TEST_ALICE
#define BOB    USHER_TEST_BOB
#define TICKET "111111111111111111111111"
#define FOR_IT "{\"ticketId\":\"" TICKET "\"}"

#define NOWHERE  "/api/orders/" USHER_TEST_NOTHING
#define RESERVED "Ticket is already reserved"

static UsherReply *
order (UsherTestHost *host, const char *user, const char *body)
{
  return usher_test_host_call (host, "POST", "/api/orders", user, body);
}

/* the copy of TICKET at version 1, held by @order_id */
static void
give_held (UsherTestHost *host, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" TICKET "\",\"version\":1,\"title\":\"Concert\",\"price\":19.99,"
                       "\"userId\":\"" ALICE "\",\"orderId\":\"%s\"}",
                       order_id);

  usher_test_host_give (host, "orders", NULL, "ticket:updated", payload);
}

static void
take_all (UsherTestHost *host)
{
  usher_test_host_skip_events (host, "orders");
}

/* Bob's order for TICKET, without its event; the id */
static char *
make_order (UsherTestHost *host)
{
  char *id = NULL;

  order_stage_give_ticket (host, TICKET, "19.99");
  id = usher_test_user_create (usher_test_host_as (host, BOB), "/api/orders", FOR_IT);
  take_all (host);

  return id;
}

static char *
path_of (const char *id)
{
  return g_strconcat ("/api/orders/", id, NULL);
}

static void
pay (UsherTestHost *host, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" TICKET "\",\"orderId\":\"%s\",\"stripeId\":\"ch_1\"}",
                       order_id);

  usher_test_host_give (host, "orders", NULL, "payment:created", payload);
  take_all (host);
}

static void
assert_said (UsherTestHost *host, const char *channel, UsherReply *reply)
{
  g_autoptr (UsherEvent) event = usher_test_host_take_event (host, "orders", channel);
  static const char *const members[] = {
    "id", "version", "status", "userId", "expiresAt", "ticket.id", "ticket.price", "ticket.version"
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *said = usher_test_dup_event_member (event, members[i]);

      usher_test_assert_member (reply, members[i], said);
    }
}

static void
test_create (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order is answered with its ticket and the time it has, and published.");

  order_stage_give_ticket (host, TICKET, "19.99");
  reply = order (host, BOB, FOR_IT);

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "userId", BOB);
  usher_test_assert_member (reply, "status", "created");
  usher_test_assert_member (reply, "expiresAt", "2026-01-01T00:15:00.000Z");
  usher_test_assert_member (reply, "version", "0");
  usher_test_assert_member (reply, "ticket.id", TICKET);
  usher_test_assert_member (reply, "ticket.title", "Concert");
  usher_test_assert_member (reply, "ticket.price", "19.99");
  usher_test_assert_member (reply, "ticket.version", "0");
  usher_test_assert_member (reply, "ticketId", NULL);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 6);
  assert_said (host, USHER_ORDERS_CREATED, reply);
}

static void
test_create_order_of_checks (UsherTestHost *host)
{
  static const UsherTestRefusal refusals[] = {
    { "POST", "/api/orders", NULL, "{}", 401, NULL, "Not authorized" },
    { "POST", "/api/orders", BOB, "{}", 400, "ticketId", "TicketId must be provided" },
    { "POST", "/api/orders", BOB, FOR_IT, 404, NULL, "Not Found" },
  };
  static const UsherTestRefusal held = {
    "POST", "/api/orders", ALICE, FOR_IT, 400, NULL, RESERVED
  };

  g_test_summary ("Signed in, validation, exists, state: in this order.");

  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  g_free (make_order (host));
  usher_test_host_assert_refusals (host, &held, 1);
  usher_test_assert_quiet (host, "orders");
}

static void
test_create_bad_body (UsherTestHost *host)
{
  static const char *const bodies[] = {
    "{}",
    "{\"ticketId\":\"\"}",
    "{\"ticketId\":null}",
  };
  static const char *const no_ids[] = {
    "{\"ticketId\":\"x\"}",
    "{\"ticketId\":7}",
    "{\"ticketId\":[\"111111111111111111111111\"]}",
    "{\"ticketId\":\"AAAAAAAAAAAAAAAAAAAAAAAA\"}",
    "{\"ticketId\":\"11111111111111111111111\"}",
    "{\"ticketId\":\"1111111111111111111111111\"}",
  };

  g_test_summary ("A ticket id is 24 lower-case hexadecimal digits.");

  order_stage_give_ticket (host, TICKET, "19.99");
  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/orders",
                                     bodies,
                                     G_N_ELEMENTS (bodies),
                                     "ticketId",
                                     "TicketId must be provided");
  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/orders",
                                     no_ids,
                                     G_N_ELEMENTS (no_ids),
                                     "ticketId",
                                     "TicketId must be provided");
}

static void
test_create_exact_price (UsherTestHost *host)
{
  static const struct
  {
    const char *price;
    gint64 cents;
  } rows[] = {
    { "19.99", 1999 },
    { "0.01", 1 },
    { "1", 100 },
    { "4.35", 435 },
    { "1.15", 115 },
    { "8.2", 820 },
    { "1000000", 100000000 },
    { "999999.99", 99999999 },
  };

  g_test_summary ("§3.8: an order has the price of its ticket to the cent.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *ticket_id = g_strdup_printf ("%024u", i + 1);
      g_autofree char *body = order_stage_make_body (ticket_id);
      g_autoptr (UsherReply) reply = NULL;

      order_stage_give_ticket (host, ticket_id, rows[i].price);
      reply = order (host, BOB, body);
      usher_test_assert_status (reply, 201);
      g_assert_cmpint (usher_test_get_money (reply, "ticket.price"), ==, rows[i].cents);
    }
}

static void
test_create_reserved (UsherTestHost *host)
{
  static const UsherTestRefusal refusals[] = {
    { "POST", "/api/orders", BOB, FOR_IT, 400, NULL, RESERVED },
    { "POST", "/api/orders", ALICE, FOR_IT, 400, NULL, RESERVED },
  };
  g_autofree char *id = make_order (host);

  g_test_summary ("§3.1: a ticket has one active order, a paid one too.");

  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  pay (host, id);
  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
}

static void
test_create_held_by_copy (UsherTestHost *host)
{
  static const UsherTestRefusal held = { "POST", "/api/orders", BOB, FOR_IT, 400, NULL, RESERVED };

  g_test_summary ("A ticket that the copy says is held by an order unknown here is reserved.");

  order_stage_give_ticket (host, TICKET, "19.99");
  give_held (host, USHER_TEST_NOTHING);
  usher_test_host_assert_refusals (host, &held, 1);
}

static void
test_create_after_cancel (UsherTestHost *host)
{
  g_autofree char *id = make_order (host);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A cancelled order makes room at once, before its ticket is freed.");

  give_held (host, id);
  usher_test_host_assert_call (host, "DELETE", path, BOB, NULL, 204);
  reply = order (host, ALICE, FOR_IT);

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "ticket.version", "1");
}

static void
test_create_again (UsherTestHost *host)
{
  g_test_summary ("A repeated order is answered like the first, whatever holds the ticket now.");

  order_stage_give_ticket (host, TICKET, "19.99");
  usher_test_user_assert_repeatable (usher_test_host_as (host, BOB),
                                     "/api/orders",
                                     FOR_IT,
                                     "{\"ticketId\":\"" USHER_TEST_NOTHING "\"}");
  usher_test_assert_event (host, "orders", USHER_ORDERS_CREATED);
}

static void
test_list (UsherTestHost *host)
{
  g_autofree char *first = make_order (host);
  g_autofree char *path = path_of (first);
  g_autofree char *second = NULL;
  g_autoptr (UsherReply) anonymous = usher_test_host_call (host, "GET", "/api/orders", NULL, NULL);
  g_autoptr (UsherReply) cancelled = usher_test_host_call (host, "DELETE", path, BOB, NULL);
  g_autoptr (UsherReply) again = order (host, BOB, FOR_IT);
  g_autoptr (UsherReply) bobs = NULL;
  g_autoptr (UsherReply) alices = NULL;

  g_test_summary ("People list their own orders, in every status, with tickets, newest first.");

  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_status (cancelled, 204);
  second = usher_test_dup_member (again, "id");

  bobs = usher_test_host_call (host, "GET", "/api/orders", BOB, NULL);
  usher_test_assert_status (bobs, 200);
  g_assert_cmpuint (usher_test_count_members (bobs, ""), ==, 2);
  usher_test_assert_member (bobs, "0.id", second);
  usher_test_assert_member (bobs, "0.status", "created");
  usher_test_assert_member (bobs, "1.id", first);
  usher_test_assert_member (bobs, "1.status", "cancelled");
  usher_test_assert_member (bobs, "1.ticket.title", "Concert");

  alices = usher_test_host_call (host, "GET", "/api/orders", ALICE, NULL);
  usher_test_assert_status (alices, 200);
  g_assert_cmpuint (usher_test_count_members (alices, ""), ==, 0);
}

static void
test_list_pages (UsherTestHost *host)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *after = NULL;
  g_autofree char *target = NULL;
  g_autoptr (UsherReply) bad =
      usher_test_host_call (host, "GET", "/api/orders?limit=101", BOB, NULL);

  g_test_summary ("A list of orders has pages.");

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *ticket_id = g_strdup_printf ("%024u", i);
      g_autofree char *body = order_stage_make_body (ticket_id);

      order_stage_give_ticket (host, ticket_id, "1");
      usher_test_host_assert_call (host, "POST", "/api/orders", BOB, body, 201);
    }

  first = usher_test_host_call (host, "GET", "/api/orders?limit=2", BOB, NULL);
  g_assert_cmpuint (usher_test_count_members (first, ""), ==, 2);
  g_assert_nonnull (usher_reply_get_header (first, "Link"));
  after = usher_test_dup_member (first, "1.id");
  g_assert_nonnull (strstr (usher_reply_get_header (first, "Link"), after));

  target = g_strconcat ("/api/orders?limit=2&after=", after, NULL);
  second = usher_test_host_call (host, "GET", target, BOB, NULL);
  g_assert_cmpuint (usher_test_count_members (second, ""), ==, 1);
  usher_test_assert_member (second, "0.ticket.id", "000000000000000000000001");
  g_assert_null (usher_reply_get_header (second, "Link"));
  usher_test_assert_status (bad, 400);
}

static void
test_show (UsherTestHost *host)
{
  g_autofree char *id = make_order (host);
  g_autofree char *path = path_of (id);
  const UsherTestRefusal refusals[] = {
    { "GET", NOWHERE, NULL, NULL, 401, NULL, "Not authorized" },
    { "GET", NOWHERE, BOB, NULL, 404, NULL, "Not Found" },
    { "GET", "/api/orders/x", BOB, NULL, 404, NULL, "Not Found" },
    { "GET", path, ALICE, NULL, 401, NULL, "Not authorized" },
  };
  g_autoptr (UsherReply) own = usher_test_host_call (host, "GET", path, BOB, NULL);

  g_test_summary ("An order is its buyer's alone.");

  usher_test_assert_status (own, 200);
  usher_test_assert_member (own, "id", id);
  usher_test_assert_member (own, "ticket.id", TICKET);
  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
}

static void
test_cancel (UsherTestHost *host)
{
  g_autofree char *id = make_order (host);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) first = usher_test_host_call (host, "DELETE", path, BOB, NULL);
  g_autoptr (UsherReply) shown = usher_test_host_call (host, "GET", path, BOB, NULL);
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) shown_again = NULL;

  g_test_summary ("An order is cancelled and kept; cancelling again changes nothing.");

  usher_test_assert_status (first, 204);
  usher_test_assert_member (shown, "status", "cancelled");
  usher_test_assert_member (shown, "version", "1");
  assert_said (host, USHER_ORDERS_CANCELLED, shown);

  second = usher_test_host_call (host, "DELETE", path, BOB, NULL);
  usher_test_assert_status (second, 204);
  shown_again = usher_test_host_call (host, "GET", path, BOB, NULL);
  usher_test_assert_member (shown_again, "version", "1");
  usher_test_assert_quiet (host, "orders");
}

static void
test_cancel_order_of_checks (UsherTestHost *host)
{
  g_autofree char *id = make_order (host);
  g_autofree char *path = path_of (id);
  const UsherTestRefusal refusals[] = {
    { "DELETE", NOWHERE, NULL, NULL, 401, NULL, "Not authorized" },
    { "DELETE", NOWHERE, BOB, NULL, 404, NULL, "Not Found" },
    { "DELETE", "/api/orders/x", BOB, NULL, 404, NULL, "Not Found" },
    { "DELETE", path, ALICE, NULL, 401, NULL, "Not authorized" },
    { "DELETE", path, BOB, NULL, 400, NULL, "Cannot cancel a paid order" },
  };
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("§3.4: a paid order is not cancelled; before that: signed in, exists, owner.");

  pay (host, id);
  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  shown = usher_test_host_call (host, "GET", path, BOB, NULL);
  usher_test_assert_member (shown, "status", "complete");
  usher_test_assert_quiet (host, "orders");
}

static void
test_hold (void)
{
  g_autoptr (UsherTestHost) host =
      usher_test_host_new ("orders orders.hold-seconds=60", USHER_TEST_BY_HAND);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("How long an order holds its ticket is a setting.");

  order_stage_give_ticket (host, TICKET, "1");
  reply = usher_test_host_call (host, "POST", "/api/orders", BOB, FOR_IT);

  usher_test_assert_member (reply, "expiresAt", "2026-01-01T00:01:00.000Z");
}

#define add(path, func) usher_test_add (path, "orders", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/create/good", test_create);
  add ("/orders/create/order-of-checks", test_create_order_of_checks);
  add ("/orders/create/bad-body", test_create_bad_body);
  add ("/orders/create/exact-price", test_create_exact_price);
  add ("/orders/create/reserved", test_create_reserved);
  add ("/orders/create/held-by-copy", test_create_held_by_copy);
  add ("/orders/create/after-cancel", test_create_after_cancel);
  add ("/orders/create/idempotency-key", test_create_again);
  g_test_add_func ("/orders/create/hold", test_hold);
  add ("/orders/list/own", test_list);
  add ("/orders/list/pages", test_list_pages);
  add ("/orders/show", test_show);
  add ("/orders/cancel/twice", test_cancel);
  add ("/orders/cancel/order-of-checks", test_cancel_order_of_checks);

  return g_test_run ();
}
