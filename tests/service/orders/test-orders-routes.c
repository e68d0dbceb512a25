/* test-orders-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-contract.h"
#include "usher-test-host.h"

#define ALICE  USHER_TEST_ALICE
#define BOB    USHER_TEST_BOB
#define TICKET "111111111111111111111111"
#define FOR_IT "{\"ticketId\":\"" TICKET "\"}"

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

static UsherReply *
call (Fixture *fixture, const char *method, const char *path, const char *user, const char *body)
{
  return usher_test_host_call (fixture->host, method, path, user, body);
}

static UsherReply *
order (Fixture *fixture, const char *user, const char *body)
{
  return call (fixture, "POST", "/api/orders", user, body);
}

static void
give_copy (Fixture *fixture, const char *ticket_id, const char *price)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"title\":\"Concert\",\"price\":%s,"
                       "\"userId\":\"" ALICE "\"}",
                       ticket_id,
                       price);

  usher_test_host_give (fixture->host, "orders", NULL, "ticket:created", payload);
}

/* the copy of TICKET at version 1, held by @order_id */
static void
give_held (Fixture *fixture, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" TICKET "\",\"version\":1,\"title\":\"Concert\",\"price\":19.99,"
                       "\"userId\":\"" ALICE "\",\"orderId\":\"%s\"}",
                       order_id);

  usher_test_host_give (fixture->host, "orders", NULL, "ticket:updated", payload);
}

static void
take_all (Fixture *fixture)
{
  usher_test_host_skip_events (fixture->host, "orders");
}

/* Bob's order for TICKET, without its event; the id */
static char *
make_order (Fixture *fixture)
{
  g_autoptr (UsherReply) reply = NULL;

  give_copy (fixture, TICKET, "19.99");
  reply = order (fixture, BOB, FOR_IT);
  usher_test_assert_status (reply, 201);
  take_all (fixture);

  return usher_test_dup_member (reply, "id");
}

static char *
path_of (const char *id)
{
  return g_strconcat ("/api/orders/", id, NULL);
}

static void
pay (Fixture *fixture, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" TICKET "\",\"orderId\":\"%s\",\"stripeId\":\"ch_1\"}",
                       order_id);

  usher_test_host_give (fixture->host, "orders", NULL, "payment:created", payload);
  take_all (fixture);
}

static void
assert_said (Fixture *fixture, const char *channel, UsherReply *reply)
{
  g_autoptr (UsherEvent) event = usher_test_host_take_event (fixture->host, "orders", channel);
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
test_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order is answered with its ticket and the time it has, and published.");

  give_copy (fixture, TICKET, "19.99");
  reply = order (fixture, BOB, FOR_IT);

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
  assert_said (fixture, USHER_ORDERS_CREATED, reply);
}

static void
test_create_order_of_checks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) anonymous = order (fixture, NULL, "{}");
  g_autoptr (UsherReply) invalid = order (fixture, BOB, "{}");
  g_autoptr (UsherReply) unknown = order (fixture, BOB, FOR_IT);
  g_autoptr (UsherReply) held = NULL;

  g_test_summary ("Signed in, validation, exists, state: in this order.");

  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_refused (invalid, 400, "ticketId", "TicketId must be provided");
  usher_test_assert_refused (unknown, 404, NULL, "Not Found");

  g_free (make_order (fixture));
  held = order (fixture, ALICE, FOR_IT);
  usher_test_assert_refused (held, 400, NULL, "Ticket is already reserved");
  usher_test_host_assert_quiet (fixture->host, "orders");
}

static void
test_create_bad_body (Fixture *fixture, gconstpointer data)
{
  static const char *const bodies[] = {
    "{}",
    "{\"ticketId\":\"\"}",
    "{\"ticketId\":\"x\"}",
    "{\"ticketId\":null}",
    "{\"ticketId\":7}",
    "{\"ticketId\":[\"111111111111111111111111\"]}",
    "{\"ticketId\":\"AAAAAAAAAAAAAAAAAAAAAAAA\"}",
    "{\"ticketId\":\"11111111111111111111111\"}",
    "{\"ticketId\":\"1111111111111111111111111\"}",
  };

  g_test_summary ("A ticket id is 24 lower-case hexadecimal digits.");

  give_copy (fixture, TICKET, "19.99");
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (UsherReply) reply = order (fixture, BOB, bodies[i]);

      g_test_message ("%s", bodies[i]);
      usher_test_assert_refused (reply, 400, "ticketId", "TicketId must be provided");
    }
}

static void
test_create_exact_price (Fixture *fixture, gconstpointer data)
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
      g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
      g_autoptr (UsherReply) reply = NULL;

      give_copy (fixture, ticket_id, rows[i].price);
      reply = order (fixture, BOB, body);
      usher_test_assert_status (reply, 201);
      g_assert_cmpint (usher_test_get_money (reply, "ticket.price"), ==, rows[i].cents);
    }
}

static void
test_create_reserved (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_order (fixture);
  g_autoptr (UsherReply) same = order (fixture, BOB, FOR_IT);
  g_autoptr (UsherReply) other = order (fixture, ALICE, FOR_IT);
  g_autoptr (UsherReply) complete = NULL;

  g_test_summary ("§3.1: a ticket has one active order, a paid one too.");

  usher_test_assert_refused (same, 400, NULL, "Ticket is already reserved");
  usher_test_assert_refused (other, 400, NULL, "Ticket is already reserved");

  pay (fixture, id);
  complete = order (fixture, ALICE, FOR_IT);
  usher_test_assert_refused (complete, 400, NULL, "Ticket is already reserved");
}

static void
test_create_held_by_copy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A ticket that the copy says is held by an order unknown here is reserved.");

  give_copy (fixture, TICKET, "19.99");
  give_held (fixture, USHER_TEST_NOTHING);
  reply = order (fixture, BOB, FOR_IT);

  usher_test_assert_refused (reply, 400, NULL, "Ticket is already reserved");
}

static void
test_create_after_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_order (fixture);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) cancelled = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A cancelled order makes room at once, before its ticket is freed.");

  give_held (fixture, id);
  cancelled = call (fixture, "DELETE", path, BOB, NULL);
  usher_test_assert_status (cancelled, 204);
  reply = order (fixture, ALICE, FOR_IT);

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "ticket.version", "1");
}

static void
test_create_again (Fixture *fixture, gconstpointer data)
{
  const char *key = "Idempotency-Key: k1";
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) other = NULL;
  g_autofree char *first_body = NULL;
  g_autofree char *second_body = NULL;

  g_test_summary ("A repeated order is answered like the first, whatever holds the ticket now.");

  give_copy (fixture, TICKET, "19.99");
  first = usher_test_host_call_with (fixture->host, "POST", "/api/orders", BOB, FOR_IT, key);
  second = usher_test_host_call_with (fixture->host, "POST", "/api/orders", BOB, FOR_IT, key);
  other = usher_test_host_call_with (
      fixture->host, "POST", "/api/orders", BOB, "{\"ticketId\":\"" USHER_TEST_NOTHING "\"}", key);
  first_body = usher_test_dup_body (first);
  second_body = usher_test_dup_body (second);

  usher_test_assert_status (first, 201);
  usher_test_assert_status (second, 201);
  g_assert_cmpstr (first_body, ==, second_body);
  usher_test_assert_status (other, 409);
  usher_test_host_assert_event (fixture->host, "orders", USHER_ORDERS_CREATED);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = make_order (fixture);
  g_autofree char *path = path_of (first);
  g_autofree char *second = NULL;
  g_autoptr (UsherReply) anonymous = call (fixture, "GET", "/api/orders", NULL, NULL);
  g_autoptr (UsherReply) cancelled = call (fixture, "DELETE", path, BOB, NULL);
  g_autoptr (UsherReply) again = order (fixture, BOB, FOR_IT);
  g_autoptr (UsherReply) bobs = NULL;
  g_autoptr (UsherReply) alices = NULL;

  g_test_summary ("People list their own orders, in every status, with tickets, newest last.");

  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_status (cancelled, 204);
  second = usher_test_dup_member (again, "id");

  bobs = call (fixture, "GET", "/api/orders", BOB, NULL);
  usher_test_assert_status (bobs, 200);
  g_assert_cmpuint (usher_test_count_members (bobs, ""), ==, 2);
  usher_test_assert_member (bobs, "0.id", first);
  usher_test_assert_member (bobs, "0.status", "cancelled");
  usher_test_assert_member (bobs, "0.ticket.title", "Concert");
  usher_test_assert_member (bobs, "1.id", second);
  usher_test_assert_member (bobs, "1.status", "created");

  alices = call (fixture, "GET", "/api/orders", ALICE, NULL);
  usher_test_assert_status (alices, 200);
  g_assert_cmpuint (usher_test_count_members (alices, ""), ==, 0);
}

static void
test_list_pages (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *after = NULL;
  g_autofree char *target = NULL;
  g_autoptr (UsherReply) bad = call (fixture, "GET", "/api/orders?limit=101", BOB, NULL);

  g_test_summary ("A list of orders has pages.");

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *ticket_id = g_strdup_printf ("%024u", i);
      g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
      g_autoptr (UsherReply) reply = NULL;

      give_copy (fixture, ticket_id, "1");
      reply = order (fixture, BOB, body);
      usher_test_assert_status (reply, 201);
    }

  first = call (fixture, "GET", "/api/orders?limit=2", BOB, NULL);
  g_assert_cmpuint (usher_test_count_members (first, ""), ==, 2);
  g_assert_nonnull (usher_reply_get_header (first, "Link"));
  after = usher_test_dup_member (first, "1.id");
  g_assert_nonnull (strstr (usher_reply_get_header (first, "Link"), after));

  target = g_strconcat ("/api/orders?limit=2&after=", after, NULL);
  second = call (fixture, "GET", target, BOB, NULL);
  g_assert_cmpuint (usher_test_count_members (second, ""), ==, 1);
  usher_test_assert_member (second, "0.ticket.id", "000000000000000000000003");
  g_assert_null (usher_reply_get_header (second, "Link"));
  usher_test_assert_status (bad, 400);
}

static void
test_show (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_order (fixture);
  g_autofree char *path = path_of (id);
  g_autofree char *nowhere = path_of (USHER_TEST_NOTHING);
  g_autoptr (UsherReply) own = call (fixture, "GET", path, BOB, NULL);
  g_autoptr (UsherReply) anonymous = call (fixture, "GET", nowhere, NULL, NULL);
  g_autoptr (UsherReply) unknown = call (fixture, "GET", nowhere, BOB, NULL);
  g_autoptr (UsherReply) malformed = call (fixture, "GET", "/api/orders/x", BOB, NULL);
  g_autoptr (UsherReply) stranger = call (fixture, "GET", path, ALICE, NULL);

  g_test_summary ("An order is its buyer's alone.");

  usher_test_assert_status (own, 200);
  usher_test_assert_member (own, "id", id);
  usher_test_assert_member (own, "ticket.id", TICKET);
  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_refused (unknown, 404, NULL, "Not Found");
  usher_test_assert_refused (malformed, 404, NULL, "Not Found");
  usher_test_assert_refused (stranger, 401, NULL, "Not authorized");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_order (fixture);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) first = call (fixture, "DELETE", path, BOB, NULL);
  g_autoptr (UsherReply) shown = call (fixture, "GET", path, BOB, NULL);
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) shown_again = NULL;

  g_test_summary ("An order is cancelled and kept; cancelling again changes nothing.");

  usher_test_assert_status (first, 204);
  usher_test_assert_member (shown, "status", "cancelled");
  usher_test_assert_member (shown, "version", "1");
  assert_said (fixture, USHER_ORDERS_CANCELLED, shown);

  second = call (fixture, "DELETE", path, BOB, NULL);
  usher_test_assert_status (second, 204);
  shown_again = call (fixture, "GET", path, BOB, NULL);
  usher_test_assert_member (shown_again, "version", "1");
  usher_test_host_assert_quiet (fixture->host, "orders");
}

static void
test_cancel_order_of_checks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_order (fixture);
  g_autofree char *path = path_of (id);
  g_autofree char *nowhere = path_of (USHER_TEST_NOTHING);
  g_autoptr (UsherReply) anonymous = call (fixture, "DELETE", nowhere, NULL, NULL);
  g_autoptr (UsherReply) unknown = call (fixture, "DELETE", nowhere, BOB, NULL);
  g_autoptr (UsherReply) malformed = call (fixture, "DELETE", "/api/orders/x", BOB, NULL);
  g_autoptr (UsherReply) stranger = NULL;
  g_autoptr (UsherReply) complete = NULL;
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("§3.4: a paid order is not cancelled; before that: signed in, exists, owner.");

  pay (fixture, id);
  stranger = call (fixture, "DELETE", path, ALICE, NULL);
  complete = call (fixture, "DELETE", path, BOB, NULL);

  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_refused (unknown, 404, NULL, "Not Found");
  usher_test_assert_refused (malformed, 404, NULL, "Not Found");
  usher_test_assert_refused (stranger, 401, NULL, "Not authorized");
  usher_test_assert_refused (complete, 400, NULL, "Cannot cancel a paid order");
  shown = call (fixture, "GET", path, BOB, NULL);
  usher_test_assert_member (shown, "status", "complete");
  usher_test_host_assert_quiet (fixture->host, "orders");
}

static void
test_hold (void)
{
  g_autoptr (UsherTestHost) host = usher_test_host_new ("orders", "orders.hold-seconds=60", NULL);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("How long an order holds its ticket is a setting.");

  usher_test_host_give (host,
                        "orders",
                        NULL,
                        "ticket:created",
                        "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"Concert\",\"price\":1,"
                        "\"userId\":\"" ALICE "\"}");
  reply = usher_test_host_call (host, "POST", "/api/orders", BOB, FOR_IT);

  usher_test_assert_member (reply, "expiresAt", "2026-01-01T00:01:00.000Z");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

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
