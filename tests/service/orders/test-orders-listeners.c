/* test-orders-listeners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-orders-contract.h"
#include "usher-test-host.h"

#define ALICE        USHER_TEST_ALICE
#define BOB          USHER_TEST_BOB
#define TICKET       "111111111111111111111111"
#define RESERVATIONS "orders-service.reservations"

typedef struct
{
  UsherTestHost *host;
  char *order_id;
  char *path;
} Fixture;

static void
take_all (Fixture *fixture)
{
  usher_test_host_skip_events (fixture->host, "orders");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  fixture->host = usher_test_host_new ("orders", NULL);
  usher_test_host_give (fixture->host,
                        "orders",
                        NULL,
                        "ticket:created",
                        "{\"id\":\"" TICKET
                        "\",\"version\":0,\"title\":\"Concert\",\"price\":19.99,"
                        "\"userId\":\"" ALICE "\"}");
  reply = usher_test_host_call (
      fixture->host, "POST", "/api/orders", BOB, "{\"ticketId\":\"" TICKET "\"}");
  usher_test_assert_status (reply, 201);
  fixture->order_id = usher_test_dup_member (reply, "id");
  fixture->path = g_strconcat ("/api/orders/", fixture->order_id, NULL);
  take_all (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
  g_free (fixture->order_id);
  g_free (fixture->path);
}

/* @format: the payload with one %s for the order's id */
static UsherEvent *
make_event (Fixture *fixture, const char *channel, const char *members)
{
  g_autofree char *payload = g_strdup_printf ("{\"orderId\":\"%s\"%s}", fixture->order_id, members);

  return usher_test_event_new (fixture->host, channel, payload);
}

static void
give (Fixture *fixture, const char *group, const char *channel, const char *members)
{
  g_autoptr (UsherEvent) event = make_event (fixture, channel, members);
  g_autoptr (GError) error = NULL;

  usher_test_host_feed (fixture->host, "orders", group, event, &error);
  g_assert_no_error (error);
}

static void
give_reserved (Fixture *fixture)
{
  give (fixture,
        RESERVATIONS,
        "ticket:updated",
        ",\"id\":\"" TICKET
        "\",\"version\":1,\"title\":\"Concert\",\"price\":19.99,\"userId\":\"" ALICE "\"");
}

static void
give_failed (Fixture *fixture)
{
  give (fixture,
        NULL,
        "ticket:reservation-failed",
        ",\"reason\":\"edited\",\"ticket\":{\"id\":\"" TICKET "\",\"version\":1}");
}

static void
give_expired (Fixture *fixture)
{
  give (fixture, NULL, "expiration:complete", "");
}

static void
give_paid (Fixture *fixture)
{
  give (fixture,
        NULL,
        "payment:created",
        ",\"id\":\"333333333333333333333333\",\"stripeId\":\"ch_1\"");
}

static void
give_refunded (Fixture *fixture)
{
  give (fixture,
        NULL,
        "payment:refunded",
        ",\"id\":\"333333333333333333333333\",\"stripeRefundId\":\"re_1\"");
}

static void
cancel (Fixture *fixture)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "DELETE", fixture->path, BOB, NULL);

  usher_test_assert_status (reply, 204);
  take_all (fixture);
}

static void
assert_order (Fixture *fixture, const char *status, const char *version)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", fixture->path, BOB, NULL);

  usher_test_assert_member (reply, "status", status);
  usher_test_assert_member (reply, "version", version);
}

static void
assert_said (Fixture *fixture, const char *channel, const char *status, const char *version)
{
  g_autoptr (UsherEvent) event = usher_test_host_take_event (fixture->host, "orders", channel);
  g_autofree char *id = usher_test_dup_event_member (event, "id");
  g_autofree char *found_status = usher_test_dup_event_member (event, "status");
  g_autofree char *found_version = usher_test_dup_event_member (event, "version");
  g_autofree char *ticket_id = usher_test_dup_event_member (event, "ticket.id");

  g_assert_cmpstr (id, ==, fixture->order_id);
  g_assert_cmpstr (found_status, ==, status);
  g_assert_cmpstr (found_version, ==, version);
  g_assert_cmpstr (ticket_id, ==, TICKET);
}

static void
assert_unchanged (Fixture *fixture, const char *status, const char *version)
{
  assert_order (fixture, status, version);
  usher_test_host_assert_quiet (fixture->host, "orders");
}

static void
test_reserved (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A reserved ticket makes its order wait for payment, once.");

  give_reserved (fixture);
  assert_order (fixture, "awaiting:payment", "1");
  assert_said (fixture, USHER_ORDERS_UPDATED, "awaiting:payment", "1");

  give_reserved (fixture);
  assert_unchanged (fixture, "awaiting:payment", "1");
}

static void
test_reserved_same_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = make_event (fixture, "ticket:updated", "");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Delivered again after a cancel, the inbox keeps it from another cancel.");

  usher_test_host_feed (fixture->host, "orders", RESERVATIONS, event, &error);
  g_assert_no_error (error);
  cancel (fixture);
  usher_test_host_feed (fixture->host, "orders", RESERVATIONS, event, &error);
  g_assert_no_error (error);

  assert_unchanged (fixture, "cancelled", "2");
}

static void
test_reserved_but_cancelled (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A ticket that is reserved for a cancelled order makes it say its cancel again.");

  cancel (fixture);
  give_reserved (fixture);

  assert_order (fixture, "cancelled", "2");
  assert_said (fixture, USHER_ORDERS_CANCELLED, "cancelled", "2");
}

static void
test_reserved_but_complete (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An old reservation does not move a complete order back.");

  give_reserved (fixture);
  give_paid (fixture);
  take_all (fixture);
  give_reserved (fixture);

  assert_unchanged (fixture, "complete", "2");
}

static void
test_reserved_for_nobody (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A ticket without an order, or with one that is not known, moves nothing.");

  usher_test_host_give (fixture->host,
                        "orders",
                        RESERVATIONS,
                        "ticket:updated",
                        "{\"id\":\"" TICKET "\",\"version\":1}");
  usher_test_host_give (fixture->host,
                        "orders",
                        RESERVATIONS,
                        "ticket:updated",
                        "{\"id\":\"" TICKET "\",\"version\":1,\"orderId\":\"" USHER_TEST_NOTHING
                        "\"}");

  assert_unchanged (fixture, "created", "0");
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A reservation that failed cancels the order, once.");

  give_failed (fixture);
  assert_order (fixture, "cancelled", "1");
  assert_said (fixture, USHER_ORDERS_CANCELLED, "cancelled", "1");

  give_failed (fixture);
  assert_unchanged (fixture, "cancelled", "1");
}

static void
test_failed_late (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order that is reserved already is not cancelled by a late failure.");

  give_reserved (fixture);
  take_all (fixture);
  give_failed (fixture);

  assert_unchanged (fixture, "awaiting:payment", "1");
}

static void
test_expired_created (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order whose time is over is cancelled, once.");

  give_expired (fixture);
  assert_order (fixture, "cancelled", "1");
  assert_said (fixture, USHER_ORDERS_CANCELLED, "cancelled", "1");

  give_expired (fixture);
  assert_unchanged (fixture, "cancelled", "1");
}

static void
test_expired_awaiting (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order that waits for payment expires too.");

  give_reserved (fixture);
  take_all (fixture);
  give_expired (fixture);

  assert_order (fixture, "cancelled", "2");
  assert_said (fixture, USHER_ORDERS_CANCELLED, "cancelled", "2");
}

static void
test_expired_complete (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("§3.4: a paid order does not expire.");

  give_reserved (fixture);
  give_paid (fixture);
  take_all (fixture);
  give_expired (fixture);

  assert_unchanged (fixture, "complete", "2");
}

static void
test_paid (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A payment completes the order, once.");

  give_reserved (fixture);
  take_all (fixture);
  give_paid (fixture);
  assert_order (fixture, "complete", "2");
  assert_said (fixture, USHER_ORDERS_UPDATED, "complete", "2");

  give_paid (fixture);
  assert_unchanged (fixture, "complete", "2");
}

static void
test_paid_first (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A payment that overtakes the reservation completes the order; it stays so.");

  give_paid (fixture);
  assert_order (fixture, "complete", "1");
  take_all (fixture);
  give_reserved (fixture);

  assert_unchanged (fixture, "complete", "1");
}

static void
test_paid_cancelled (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("§3.4: a payment does not revive a cancelled order.");

  cancel (fixture);
  give_paid (fixture);

  assert_unchanged (fixture, "cancelled", "1");
}

static void
test_refunded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A refund is recorded, once, under a version that an event carries.");

  cancel (fixture);
  give_refunded (fixture);
  assert_said (fixture, USHER_ORDERS_UPDATED, "cancelled", "2");
  reply = usher_test_host_call (fixture->host, "GET", fixture->path, BOB, NULL);
  usher_test_assert_member (reply, "refundId", "re_1");
  usher_test_assert_member (reply, "status", "cancelled");

  give_refunded (fixture);
  assert_unchanged (fixture, "cancelled", "2");
}

static void
test_bad_events (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *group;
    const char *channel;
    const char *payload;
    int code;
  } rows[] = {
    { RESERVATIONS, "ticket:updated", "[]", USHER_ERROR_INVALID },
    { NULL, "ticket:reservation-failed", "{}", USHER_ERROR_INVALID },
    { NULL, "expiration:complete", "{}", USHER_ERROR_INVALID },
    { NULL, "expiration:complete", "{\"orderId\":7}", USHER_ERROR_INVALID },
    { NULL, "expiration:complete", "{\"orderId\":\"x\"}", USHER_ERROR_INVALID },
    { NULL,
      "expiration:complete",
      "{\"orderId\":\"" USHER_TEST_NOTHING "\"}",
      USHER_ERROR_NOT_FOUND },
    { NULL, "payment:created", "{}", USHER_ERROR_INVALID },
    { NULL, "payment:created", "{\"orderId\":\"" USHER_TEST_NOTHING "\"}", USHER_ERROR_NOT_FOUND },
    { NULL, "payment:refunded", "{}", USHER_ERROR_INVALID },
  };
  g_autoptr (UsherEvent) no_refund = make_event (fixture, "payment:refunded", "");
  g_autoptr (GError) missing = NULL;

  g_test_summary ("§3.11: a bad event is an error with a reason, and changes nothing.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherEvent) event =
          usher_test_event_new (fixture->host, rows[i].channel, rows[i].payload);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", rows[i].channel, rows[i].payload);
      g_assert_false (usher_test_host_feed (fixture->host, "orders", rows[i].group, event, &error));
      g_assert_error (error, USHER_ERROR, rows[i].code);
    }

  g_assert_false (usher_test_host_feed (fixture->host, "orders", NULL, no_refund, &missing));
  g_assert_error (missing, USHER_ERROR, USHER_ERROR_INVALID);
  assert_unchanged (fixture, "created", "0");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/reserved/created", test_reserved);
  add ("/orders/reserved/same-event", test_reserved_same_event);
  add ("/orders/reserved/cancelled", test_reserved_but_cancelled);
  add ("/orders/reserved/complete", test_reserved_but_complete);
  add ("/orders/reserved/nobody", test_reserved_for_nobody);
  add ("/orders/reservation-failed/created", test_failed);
  add ("/orders/reservation-failed/late", test_failed_late);
  add ("/orders/expired/created", test_expired_created);
  add ("/orders/expired/awaiting", test_expired_awaiting);
  add ("/orders/expired/complete", test_expired_complete);
  add ("/orders/paid/awaiting", test_paid);
  add ("/orders/paid/first", test_paid_first);
  add ("/orders/paid/cancelled", test_paid_cancelled);
  add ("/orders/refunded", test_refunded);
  add ("/orders/events/bad", test_bad_events);

  return g_test_run ();
}
