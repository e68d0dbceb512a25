/* usher-orders-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-description.h"

#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-tickets-contract.h"

#define ORDER  USHER_ORDER_COLLECTION
#define ORDERS USHER_ORDER_COLLECTION "[]"

static const UsherAnswerEntry answers[] = {
  { "GET", "/api/orders", 200, ORDERS, "The caller's orders, newest first" },
  { "GET", "/api/orders/:id", 200, ORDER, "The order" },
  { "GET", "/api/orders/:id", 404, NULL, "Not Found" },
  { "POST", "/api/orders", 201, ORDER, "The new order, which holds its ticket" },
  { "POST", "/api/orders", 400, NULL, "TicketId must be provided" },
  { "POST", "/api/orders", 400, NULL, "Ticket is not for sale" },
  { "POST", "/api/orders", 400, NULL, "Ticket is already reserved" },
  { "POST", "/api/orders", 404, NULL, "Not Found" },
  { "DELETE", "/api/orders/:id", 204, NULL, "It is cancelled, now or already" },
  { "DELETE", "/api/orders/:id", 400, NULL, "Cannot cancel a paid order" },
  { "DELETE", "/api/orders/:id", 404, NULL, "Not Found" },
  { "DELETE", "/api/orders/:id", 412, NULL, "This is another version than you have" },
};

static const char *const statuses[] = {
  USHER_ORDERS_STATUS_CREATED,
  USHER_ORDERS_STATUS_AWAITING,
  USHER_ORDERS_STATUS_COMPLETE,
  USHER_ORDERS_STATUS_CANCELLED,
  NULL,
};

static const char *const reasons[] = {
  USHER_ORDERS_REASON_USER,           USHER_ORDERS_REASON_EXPIRED,
  USHER_TICKETS_REASON_PRICE_CHANGED, USHER_TICKETS_REASON_SELLER_BANNED,
  USHER_TICKETS_REASON_WITHDRAWN,     NULL,
};

void
usher_orders_describe (UsherContext *context)
{
  usher_context_describe_route (context, "GET", "/api/orders", "List one's orders", NULL, NULL);
  usher_context_describe_route (context, "GET", "/api/orders/:id", "Show an order", NULL, NULL);
  usher_context_describe_route (context, "POST", "/api/orders", "Order a ticket", ORDER, NULL);
  usher_context_describe_route (
      context, "DELETE", "/api/orders/:id", "Cancel an order", NULL, NULL);
  usher_context_add_answers (context, answers, G_N_ELEMENTS (answers));

  usher_context_describe_event (context, USHER_ORDERS_CREATED, "An order is placed");
  usher_context_describe_event (context,
                                USHER_ORDERS_UPDATED,
                                "The ticket is reserved, the order is paid, or a refund recorded");
  usher_context_describe_event (context, USHER_ORDERS_CANCELLED, "An order has ended");

  usher_context_describe_field (
      context, NULL, USHER_ORDERS_STATUS, "How far it has come", statuses, NULL);
  usher_context_describe_field (
      context, NULL, USHER_ORDERS_REASON, "Why it was cancelled", reasons, NULL);
  usher_context_describe_field (
      context, NULL, USHER_ORDERS_EXPIRES_AT, "How long it holds its ticket", NULL, NULL);
  usher_context_describe_field (context, NULL, USHER_ORDERS_TICKET_TITLE, NULL, NULL, "Concert");
  usher_context_describe_field (
      context, NULL, USHER_ORDER_REFUND_ID, "The refund of a cancelled order", NULL, "re_1");
}
