/* usher-order.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-order.h"

#include "usher-orders-contract.h"
#include "usher-ticket-copy.h"
#include "usher-tickets-contract.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
/* two active orders cannot hold one ticket: the store refuses the second, however they race */
#define HOLDS     (ASKED | USHER_FIELD_PRIVATE | USHER_FIELD_UNIQUE)
#define NO_TICKET "TicketId must be provided"

const UsherField usher_order_fields[] = {
  { USHER_ORDER_HOLDS, USHER_FIELD_ID, HOLDS, 0, 0, NO_TICKET, NO_TICKET },
  { USHER_ORDERS_USER_ID, USHER_FIELD_ID, USHER_FIELD_INDEXED | USHER_FIELD_REQUIRED },
  { USHER_ORDERS_STATUS, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_EXPIRES_AT, USHER_FIELD_TIME, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_TICKET_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_TICKET_TITLE, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_TICKET_PRICE, USHER_FIELD_MONEY, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_TICKET_VERSION, USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
  { USHER_ORDERS_REASON, USHER_FIELD_STRING },
  { USHER_ORDER_REFUND_ID, USHER_FIELD_STRING },
};

gboolean
usher_order_has_status (UsherDocument *order, const char *status)
{
  return usher_document_has_string (order, USHER_ORDERS_STATUS, status);
}

void
usher_order_place (UsherDocument *order,
                   const char *user_id,
                   UsherDocument *copy,
                   gint64 expires_at)
{
  const char *title = usher_document_get_string (copy, USHER_TICKETS_TITLE);
  gint64 price = usher_document_get_integer (copy, USHER_TICKETS_PRICE);
  gint64 version = usher_document_get_integer (copy, USHER_TICKET_COPY_VERSION);

  usher_document_set_string (order, USHER_ORDERS_USER_ID, user_id);
  usher_document_set_string (order, USHER_ORDERS_STATUS, USHER_ORDERS_STATUS_CREATED);
  usher_document_set_integer (order, USHER_ORDERS_EXPIRES_AT, expires_at);
  usher_document_set_string (order, USHER_ORDERS_TICKET_ID, usher_document_get_id (copy));
  usher_document_set_string (order, USHER_ORDERS_TICKET_TITLE, title);
  usher_document_set_integer (order, USHER_ORDERS_TICKET_PRICE, price);
  usher_document_set_integer (order, USHER_ORDERS_TICKET_VERSION, version);
}

gboolean
usher_order_reserve (UsherDocument *order)
{
  if (!usher_order_has_status (order, USHER_ORDERS_STATUS_CREATED))
    return FALSE;

  usher_document_set_string (order, USHER_ORDERS_STATUS, USHER_ORDERS_STATUS_AWAITING);

  return TRUE;
}

static gboolean
is_open (UsherDocument *order)
{
  return usher_order_has_status (order, USHER_ORDERS_STATUS_CREATED) ||
         usher_order_has_status (order, USHER_ORDERS_STATUS_AWAITING);
}

gboolean
usher_order_complete (UsherDocument *order)
{
  if (!is_open (order))
    return FALSE;

  usher_document_set_string (order, USHER_ORDERS_STATUS, USHER_ORDERS_STATUS_COMPLETE);

  return TRUE;
}

gboolean
usher_order_cancel (UsherDocument *order, const char *reason)
{
  if (!is_open (order))
    return FALSE;

  usher_document_set_string (order, USHER_ORDERS_STATUS, USHER_ORDERS_STATUS_CANCELLED);
  usher_document_set_string (order, USHER_ORDERS_REASON, reason);
  usher_document_unset (order, USHER_ORDER_HOLDS);

  return TRUE;
}

gboolean
usher_order_refund (UsherDocument *order, const char *refund_id)
{
  if (usher_document_has (order, USHER_ORDER_REFUND_ID))
    return FALSE;

  usher_document_set_string (order, USHER_ORDER_REFUND_ID, refund_id);

  return TRUE;
}
