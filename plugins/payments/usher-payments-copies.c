/* usher-payments-copies.c: keeps the copies of orders
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-contract.h"
#include "usher-payment.h"
#include "usher-payments-service.h"

static gboolean
take_over (UsherDocument *payment, UsherEvent *event, gpointer data, GError **error)
{
  const char *status = usher_event_read_string (event, USHER_ORDERS_STATUS, error);
  const char *user_id =
      status != NULL ? usher_event_read_id (event, USHER_ORDERS_USER_ID, error) : NULL;
  gint64 expires_at, price;

  if (user_id == NULL ||
      !usher_event_read_time (event, USHER_ORDERS_EXPIRES_AT, &expires_at, error) ||
      !usher_event_read_money (event, USHER_ORDERS_TICKET_PRICE, &price, error))
    return FALSE;
  if (price <= 0)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "“%s” of an order is not above 0",
                         USHER_ORDERS_TICKET_PRICE);

  usher_document_set_string (payment, USHER_PAYMENT_STATUS, status);
  usher_document_set_string (payment, USHER_PAYMENT_USER_ID, user_id);
  usher_document_set_integer (payment, USHER_PAYMENT_EXPIRES_AT, expires_at);
  usher_document_set_integer (payment, USHER_PAYMENT_PRICE, price);

  return TRUE;
}

static gboolean
follow (UsherDocument *payment, UsherEvent *event, gpointer data, GError **error)
{
  const char *status = usher_event_read_string (event, USHER_ORDERS_STATUS, error);

  if (status == NULL)
    return FALSE;

  usher_payment_set_status (payment, status);

  return TRUE;
}

static gboolean
cancel (UsherDocument *payment, UsherEvent *event, gpointer unit, GError **error)
{
  if (usher_payment_cancel (payment, usher_event_get_time (event)))
    usher_payment_follow_state (payment, unit);

  return TRUE;
}

static gboolean
apply (UsherEvent *event, UsherUnit *unit, UsherCopyFunc change, GError **error)
{
  return usher_copy_apply (
      event, unit, USHER_PAYMENT_COLLECTION, USHER_PAYMENT_ORDER_VERSION, change, unit, error);
}

static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, take_over, error);
}

static gboolean
on_order_updated (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, follow, error);
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return apply (event, unit, cancel, error);
}

const UsherListenerEntry usher_payments_listeners[] = {
  { USHER_ORDERS_CREATED, NULL, on_order_created },
  { USHER_ORDERS_UPDATED, NULL, on_order_updated },
  { USHER_ORDERS_CANCELLED, NULL, on_order_cancelled },
};
