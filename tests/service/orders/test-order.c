/* test-order.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-ticket-copy.h"
#include "usher-tickets-contract.h"

#define BUYER  "b0bb0bb0bb0bb0bb0bb0bb0b"
#define TICKET "111111111111111111111111"

typedef struct
{
  UsherSchema *schema;
  UsherSchema *copy_schema;
  UsherDocument *order;
} Fixture;

static UsherDocument *
make_copy (Fixture *fixture)
{
  UsherDocument *copy = usher_document_new (fixture->copy_schema);

  usher_document_set_id (copy, TICKET);
  usher_document_set_string (copy, USHER_TICKETS_TITLE, "Concert");
  usher_document_set_integer (copy, USHER_TICKETS_PRICE, 1999);
  usher_document_set_integer (copy, USHER_TICKET_COPY_VERSION, 4);

  return copy;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) copy = NULL;
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new (USHER_ORDER_COLLECTION,
                                      usher_order_fields,
                                      G_N_ELEMENTS (usher_order_fields),
                                      &error);
  g_assert_no_error (error);
  fixture->copy_schema = usher_schema_new (USHER_TICKET_COPY_COLLECTION,
                                           usher_ticket_copy_fields,
                                           G_N_ELEMENTS (usher_ticket_copy_fields),
                                           &error);
  g_assert_no_error (error);

  copy = make_copy (fixture);
  fixture->order = usher_document_new (fixture->schema);
  usher_document_set_string (fixture->order, USHER_ORDER_HOLDS, TICKET);
  usher_order_place (fixture->order, BUYER, copy, 1000);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_document_unref (fixture->order);
  usher_schema_unref (fixture->copy_schema);
  usher_schema_unref (fixture->schema);
}

static void
assert_status (Fixture *fixture, const char *status)
{
  g_assert_true (usher_order_has_status (fixture->order, status));
}

static void
assert_reason (Fixture *fixture, const char *reason)
{
  g_assert_cmpstr (usher_document_get_string (fixture->order, USHER_ORDERS_REASON), ==, reason);
}

static void
test_place (Fixture *fixture, gconstpointer data)
{
  UsherDocument *order = fixture->order;

  g_test_summary ("An order keeps the ticket as it was, and what it holds is its private matter.");

  assert_status (fixture, USHER_ORDERS_STATUS_CREATED);
  g_assert_cmpstr (usher_document_get_string (order, USHER_ORDERS_USER_ID), ==, BUYER);
  g_assert_cmpstr (usher_document_get_string (order, USHER_ORDERS_TICKET_ID), ==, TICKET);
  g_assert_cmpstr (usher_document_get_string (order, USHER_ORDERS_TICKET_TITLE), ==, "Concert");
  g_assert_cmpint (usher_document_get_integer (order, USHER_ORDERS_TICKET_PRICE), ==, 1999);
  g_assert_cmpint (usher_document_get_integer (order, USHER_ORDERS_TICKET_VERSION), ==, 4);
  g_assert_cmpint (usher_document_get_integer (order, USHER_ORDERS_EXPIRES_AT), ==, 1000);
  g_assert_null (strstr (usher_document_get_text (order, NULL), USHER_ORDER_HOLDS));
}

static void
test_pay (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order is reserved, then complete, and nothing ends it then.");

  g_assert_true (usher_order_reserve (fixture->order));
  assert_status (fixture, USHER_ORDERS_STATUS_AWAITING);
  g_assert_false (usher_order_reserve (fixture->order));

  g_assert_true (usher_order_complete (fixture->order));
  assert_status (fixture, USHER_ORDERS_STATUS_COMPLETE);
  g_assert_false (usher_order_complete (fixture->order));
  g_assert_false (usher_order_reserve (fixture->order));
  g_assert_false (usher_order_cancel (fixture->order, USHER_ORDERS_REASON_USER));
  assert_status (fixture, USHER_ORDERS_STATUS_COMPLETE);
  assert_reason (fixture, NULL);
  g_assert_true (usher_document_has (fixture->order, USHER_ORDER_HOLDS));
}

static void
test_cancel_created (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A cancelled order holds nothing, says why, and stays cancelled.");

  g_assert_true (usher_order_cancel (fixture->order, USHER_ORDERS_REASON_USER));
  assert_status (fixture, USHER_ORDERS_STATUS_CANCELLED);
  g_assert_false (usher_document_has (fixture->order, USHER_ORDER_HOLDS));
  assert_reason (fixture, USHER_ORDERS_REASON_USER);

  g_assert_false (usher_order_cancel (fixture->order, USHER_ORDERS_REASON_EXPIRED));
  assert_reason (fixture, USHER_ORDERS_REASON_USER);
  g_assert_false (usher_order_reserve (fixture->order));
  g_assert_false (usher_order_complete (fixture->order));
  assert_status (fixture, USHER_ORDERS_STATUS_CANCELLED);
}

static void
test_cancel_awaiting (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order that waits for payment can be cancelled.");

  g_assert_true (usher_order_reserve (fixture->order));
  g_assert_true (usher_order_cancel (fixture->order, USHER_ORDERS_REASON_USER));
  assert_status (fixture, USHER_ORDERS_STATUS_CANCELLED);
}

static void
test_refund (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A refund is recorded once.");

  g_assert_true (usher_order_cancel (fixture->order, USHER_ORDERS_REASON_USER));
  g_assert_true (usher_order_refund (fixture->order, "re_1"));
  g_assert_false (usher_order_refund (fixture->order, "re_2"));
  g_assert_cmpstr (usher_document_get_string (fixture->order, USHER_ORDER_REFUND_ID), ==, "re_1");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/order/place", test_place);
  add ("/order/pay", test_pay);
  add ("/order/cancel/created", test_cancel_created);
  add ("/order/cancel/awaiting", test_cancel_awaiting);
  add ("/order/refund", test_refund);

  return g_test_run ();
}
