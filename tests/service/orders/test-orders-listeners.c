/* test-orders-listeners.c: what each event makes of an order, whatever has become of it before
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"
#include "usher-orders-contract.h"

#define BOB          USHER_TEST_BOB
#define TICKET       "111111111111111111111111"
#define CONCERT      "\"title\":\"Concert\",\"price\":19.99,\"userId\":\"" USHER_TEST_ALICE "\""
#define RESERVATIONS "orders-service.reservations"

#define CREATED   USHER_ORDERS_STATUS_CREATED
#define AWAITING  USHER_ORDERS_STATUS_AWAITING
#define COMPLETE  USHER_ORDERS_STATUS_COMPLETE
#define CANCELLED USHER_ORDERS_STATUS_CANCELLED

/* what may be told of an order; `cancelled` is no event but what its owner does */
static const struct
{
  const char *name;
  const char *group;
  const char *channel;
  const char *members; /* beside the id of the order */
} news[] = {
  { "reserved", RESERVATIONS, "ticket:updated", ",\"id\":\"" TICKET "\",\"version\":1," CONCERT },
  { "failed",
    NULL,
    "ticket:reservation-failed",
    ",\"reason\":\"price-changed\",\"ticket\":{\"id\":\"" TICKET "\",\"version\":1}" },
  { "expired", NULL, "expiration:complete", "" },
  { "paid", NULL, "payment:created", ",\"id\":\"333333333333333333333333\",\"stripeId\":\"ch_1\"" },
  { "refunded",
    NULL,
    "payment:refunded",
    ",\"id\":\"333333333333333333333333\",\"stripeRefundId\":\"re_1\"" },
};

typedef struct
{
  const char *before;  /* what was told before, with spaces between */
  const char *event;   /* what is told now */
  const char *status;  /* what the order is then */
  const char *version; /* one more if that is a change */
  const char *says;    /* (nullable): the event of it */
  const char *rule;
} Row;

/* clang-format off */
static const Row rows[] = {
  { "", "reserved", AWAITING,  "1", USHER_ORDERS_UPDATED,   "A reserved ticket makes its order wait for payment" },
  { "", "failed",   CANCELLED, "1", USHER_ORDERS_CANCELLED, "A reservation that failed cancels the order" },
  { "", "expired",  CANCELLED, "1", USHER_ORDERS_CANCELLED, "An order whose time is over is cancelled" },
  { "", "paid",     COMPLETE,  "1", USHER_ORDERS_UPDATED,   "A payment may overtake the reservation" },
  { "", "refunded", CREATED,   "1", USHER_ORDERS_UPDATED,   "A refund is recorded" },

  { "reserved", "reserved", AWAITING,  "1", NULL,                   "An order is reserved once" },
  { "reserved", "failed",   AWAITING,  "1", NULL,                   "A late failure cancels no reserved order" },
  { "reserved", "expired",  CANCELLED, "2", USHER_ORDERS_CANCELLED, "An order that waits for payment expires" },
  { "reserved", "paid",     COMPLETE,  "2", USHER_ORDERS_UPDATED,   "A payment completes the order" },
  { "reserved", "refunded", AWAITING,  "2", USHER_ORDERS_UPDATED,   "A refund is recorded" },

  { "reserved paid", "reserved", COMPLETE, "2", NULL,                 "An old reservation moves no order back" },
  { "reserved paid", "failed",   COMPLETE, "2", NULL,                 "A late failure cancels no paid order" },
  { "reserved paid", "expired",  COMPLETE, "2", NULL,                 "§3.4: a paid order does not expire" },
  { "reserved paid", "paid",     COMPLETE, "2", NULL,                 "An order is completed once" },
  { "reserved paid", "refunded", COMPLETE, "3", USHER_ORDERS_UPDATED, "A refund leaves the status as it is" },

  { "paid", "reserved", COMPLETE, "1", NULL, "An order that was paid first stays complete" },
  { "paid", "failed",   COMPLETE, "1", NULL, "A late failure cancels no paid order" },
  { "paid", "expired",  COMPLETE, "1", NULL, "§3.4: a paid order does not expire" },

  { "cancelled", "reserved", CANCELLED, "2", USHER_ORDERS_CANCELLED, "A cancel that overtook its create is said again" },
  { "cancelled", "failed",   CANCELLED, "1", NULL,                   "An order is cancelled once" },
  { "cancelled", "expired",  CANCELLED, "1", NULL,                   "An order is cancelled once" },
  { "cancelled", "paid",     CANCELLED, "1", NULL,                   "§3.4: a payment revives no cancelled order" },
  { "cancelled", "refunded", CANCELLED, "2", USHER_ORDERS_UPDATED,   "A refund is recorded, under a version that an event has" },

  { "failed",  "reserved", CANCELLED, "2", USHER_ORDERS_CANCELLED, "Whatever cancelled the order, the ticket is freed" },
  { "failed",  "failed",   CANCELLED, "1", NULL,                   "An order is cancelled once" },
  { "failed",  "paid",     CANCELLED, "1", NULL,                   "§3.4: a payment revives no cancelled order" },
  { "expired", "reserved", CANCELLED, "2", USHER_ORDERS_CANCELLED, "Whatever cancelled the order, the ticket is freed" },
  { "expired", "expired",  CANCELLED, "1", NULL,                   "An order is cancelled once" },
  { "expired", "paid",     CANCELLED, "1", NULL,                   "§3.4: a payment revives no cancelled order" },

  { "reserved cancelled", "reserved", CANCELLED, "3", USHER_ORDERS_CANCELLED, "A cancel is said to each reservation that comes" },
  { "cancelled reserved", "reserved", CANCELLED, "3", USHER_ORDERS_CANCELLED, "A cancel is said to each reservation that comes" },
  { "cancelled refunded", "refunded", CANCELLED, "2", NULL,                   "A refund is recorded once" },
};
/* clang-format on */

typedef struct
{
  UsherTestHost *host;
  char *order_id;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("orders", USHER_TEST_BY_HAND);
  order_stage_give_ticket (fixture->host, TICKET, "19.99");
  fixture->order_id = usher_test_user_create (usher_test_host_as (fixture->host, BOB),
                                              "/api/orders",
                                              "{\"ticketId\":\"" TICKET "\"}");
  fixture->path = g_strconcat ("/api/orders/", fixture->order_id, NULL);
  usher_test_host_skip_events (fixture->host, "orders");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->order_id);
  g_free (fixture->path);
}

static UsherEvent *
make_event (Fixture *fixture, const char *channel, const char *members)
{
  g_autofree char *payload = g_strdup_printf ("{\"orderId\":\"%s\"%s}", fixture->order_id, members);

  return usher_test_host_make_event (fixture->host, channel, payload);
}

static void
feed (Fixture *fixture, const char *group, UsherEvent *event)
{
  usher_test_host_deliver (fixture->host, "orders", group, event);
}

/* the place of @name in `news` */
static guint
find_news (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (news); i++)
    if (g_str_equal (news[i].name, name))
      return i;

  g_error ("“%s” is no news", name);
}

static void
tell (Fixture *fixture, const char *name)
{
  g_autoptr (UsherEvent) event = NULL;
  guint i = 0;

  if (g_str_equal (name, "cancelled"))
    {
      usher_test_host_assert_call (fixture->host, "DELETE", fixture->path, BOB, NULL, 204);
      return;
    }

  i = find_news (name);
  event = make_event (fixture, news[i].channel, news[i].members);
  feed (fixture, news[i].group, event);
}

static void
tell_all (Fixture *fixture, const char *names)
{
  g_auto (GStrv) all = g_strsplit (names, " ", -1);

  for (guint i = 0; all[i] != NULL; i++)
    tell (fixture, all[i]);
  usher_test_host_skip_events (fixture->host, "orders");
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
assert_says (Fixture *fixture, const Row *row)
{
  g_autoptr (UsherEvent) event = NULL;

  if (row->says == NULL)
    {
      usher_test_assert_quiet (fixture->host, "orders");
      return;
    }

  event = usher_test_host_take_event (fixture->host, "orders", row->says);
  usher_test_assert_event_member (event, "id", fixture->order_id);
  usher_test_assert_event_member (event, "status", row->status);
  usher_test_assert_event_member (event, "version", row->version);
  usher_test_assert_event_member (event, "ticket.id", TICKET);
}

/* What the inbox has seen is done already, whatever the order would make of it now. */
static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  guint i = find_news (row->event);
  g_autoptr (UsherEvent) event = make_event (fixture, news[i].channel, news[i].members);

  g_test_summary (row->rule);

  tell_all (fixture, row->before);
  feed (fixture, news[i].group, event);
  assert_order (fixture, row->status, row->version);
  assert_says (fixture, row);

  if (row->says == NULL)
    return;
  feed (fixture, news[i].group, event);
  assert_order (fixture, row->status, row->version);
  usher_test_assert_quiet (fixture->host, "orders");
}

static void
test_seen_before_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = make_event (fixture, "ticket:updated", "");

  g_test_summary ("Delivered again after a cancel, the inbox keeps it from another cancel.");

  feed (fixture, RESERVATIONS, event);
  tell_all (fixture, "cancelled");
  feed (fixture, RESERVATIONS, event);

  assert_order (fixture, CANCELLED, "2");
  usher_test_assert_quiet (fixture->host, "orders");
}

static void
assert_reason (Fixture *fixture, const char *reason)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", fixture->path, BOB, NULL);
  g_autoptr (UsherEvent) event =
      usher_test_host_take_event (fixture->host, "orders", USHER_ORDERS_CANCELLED);

  usher_test_assert_member (reply, "reason", reason);
  usher_test_assert_event_member (event, "reason", reason);
}

static void
test_reason_user (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who cancels his order reads that, and keeps it whatever comes later.");

  tell (fixture, "cancelled");
  assert_reason (fixture, "user");
  tell (fixture, "reserved");
  assert_reason (fixture, "user");
}

static void
test_reason_expired (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order whose time was over says that.");

  tell (fixture, "expired");
  assert_reason (fixture, "expired");
}

/* @data: what tickets says, then what the order says */
static void
test_reason_failed (Fixture *fixture, gconstpointer data)
{
  const char *const *reasons = data;
  g_autofree char *members =
      g_strdup_printf (",\"reason\":\"%s\",\"ticket\":{\"id\":\"" TICKET "\",\"version\":1}",
                       reasons[0]);
  g_autoptr (UsherEvent) event = make_event (fixture, "ticket:reservation-failed", members);

  g_test_summary ("An order that gets no ticket says why.");

  feed (fixture, NULL, event);
  assert_reason (fixture, reasons[1]);
}

static const char *const failures[][2] = {
  { "price-changed", "price-changed" },
  { "withdrawn", "withdrawn" },
  { "seller-banned", "seller-banned" },
  /* what an older build says of an edit, in a log that is kept */
  { "The ticket has been edited", "price-changed" },
};

static void
add_failures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/orders/listen/reason/failed/%u", i);

      g_test_add (path, Fixture, failures[i], set_up, test_reason_failed, tear_down);
    }
}

static void
test_nobody (Fixture *fixture, gconstpointer data)
{
  static const char *const payloads[] = {
    "{\"id\":\"" TICKET "\",\"version\":1}",
    "{\"id\":\"" TICKET "\",\"version\":1,\"orderId\":\"" USHER_TEST_NOTHING "\"}",
  };

  g_test_summary ("A ticket without an order, or with one that is not known, moves nothing.");

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    usher_test_host_give (fixture->host, "orders", RESERVATIONS, "ticket:updated", payloads[i]);

  assert_order (fixture, CREATED, "0");
  usher_test_assert_quiet (fixture->host, "orders");
}

static void
test_refund_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An order tells its owner of the refund.");

  tell_all (fixture, "cancelled refunded");

  reply = usher_test_host_call (fixture->host, "GET", fixture->path, BOB, NULL);
  usher_test_assert_member (reply, "refundId", "re_1");
}

static void
test_bad_events (Fixture *fixture, gconstpointer data)
{
  static const UsherTestBadEvent bad[] = {
    { RESERVATIONS, "ticket:updated", "[]", USHER_ERROR_INVALID },
    { NULL, "ticket:reservation-failed", "{}", USHER_ERROR_INVALID },
    { NULL,
      "ticket:reservation-failed",
      "{\"orderId\":\"" USHER_TEST_NOTHING "\",\"reason\":\"withdrawn\"}",
      USHER_ERROR_NOT_FOUND },
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
  g_autoptr (GError) error = NULL;

  g_test_summary ("§3.11: a bad event is an error with a reason, and changes nothing.");

  usher_test_host_assert_bad (fixture->host, "orders", bad, G_N_ELEMENTS (bad));
  g_assert_false (usher_test_host_feed (fixture->host, "orders", NULL, no_refund, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);

  assert_order (fixture, CREATED, "0");
  usher_test_assert_quiet (fixture->host, "orders");
}

static void
add_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          service_stage_make_row_path ("/orders/listen", rows[i].before, rows[i].event);

      g_test_add (path, Fixture, &rows[i], set_up, test_row, tear_down);
    }
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add_rows ();
  add_failures ();
  add ("/orders/listen/reason/user", test_reason_user);
  add ("/orders/listen/reason/expired", test_reason_expired);
  add ("/orders/listen/seen-before-cancel", test_seen_before_cancel);
  add ("/orders/listen/nobody", test_nobody);
  add ("/orders/listen/refund-id", test_refund_id);
  add ("/orders/listen/bad", test_bad_events);

  return g_test_run ();
}
