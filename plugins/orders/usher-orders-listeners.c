/* usher-orders-listeners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-listeners.h"

#include "usher-expiration-contract.h"
#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-payments-contract.h"
#include "usher-tickets-contract.h"

/* ticket:updated changes two documents here: the copy, and the order in this group */
#define RESERVATIONS "orders-service.reservations"

static gboolean
on_ticket_reserved (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  UsherJson *json = usher_event_get_json (event, error);
  const char *order_id = json != NULL ? usher_json_get_string (json, USHER_TICKETS_ORDER_ID) : NULL;
  g_autoptr (UsherDocument) order = NULL;

  if (order_id == NULL)
    return json != NULL;
  if (!usher_unit_lookup (unit, USHER_ORDER_COLLECTION, order_id, &order, error))
    return FALSE;
  if (order == NULL)
    return TRUE;

  /* its cancel came to the ticket before its create and found nothing to free: say it again */
  if (usher_order_has_status (order, USHER_ORDERS_STATUS_CANCELLED))
    return usher_unit_update (unit, order, USHER_ORDERS_CANCELLED, error);

  return !usher_order_reserve (order) ||
         usher_unit_update (unit, order, USHER_ORDERS_UPDATED, error);
}

/* Cancels it as far as it may be cancelled. */
static gboolean
cancel (UsherUnit *unit, UsherDocument *order, const char *reason, GError **error)
{
  return !usher_order_cancel (order, reason) ||
         usher_unit_update (unit, order, USHER_ORDERS_CANCELLED, error);
}

/* Before tickets had a word for each reason all of them were edits. */
static const char *
read_reason (UsherEvent *event, GError **error)
{
  static const char *const known[] = {
    USHER_TICKETS_REASON_PRICE_CHANGED,
    USHER_TICKETS_REASON_WITHDRAWN,
    USHER_TICKETS_REASON_SELLER_BANNED,
    NULL,
  };
  const char *reason = usher_event_read_string (event, USHER_TICKETS_REASON, error);

  if (reason == NULL || g_strv_contains (known, reason))
    return reason;

  return USHER_TICKETS_REASON_PRICE_CHANGED;
}

static gboolean
on_reservation_failed (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order =
      usher_event_find (event, USHER_TICKETS_ORDER_ID, unit, USHER_ORDER_COLLECTION, error);
  const char *reason = order != NULL ? read_reason (event, error) : NULL;

  if (reason == NULL)
    return FALSE;

  return !usher_order_has_status (order, USHER_ORDERS_STATUS_CREATED) ||
         cancel (unit, order, reason, error);
}

static gboolean
on_expired (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order =
      usher_event_find (event, USHER_EXPIRATION_ORDER_ID, unit, USHER_ORDER_COLLECTION, error);

  return order != NULL && cancel (unit, order, USHER_ORDERS_REASON_EXPIRED, error);
}

static gboolean
on_paid (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order =
      usher_event_find (event, USHER_PAYMENTS_ORDER_ID, unit, USHER_ORDER_COLLECTION, error);

  if (order == NULL)
    return FALSE;

  return !usher_order_complete (order) ||
         usher_unit_update (unit, order, USHER_ORDERS_UPDATED, error);
}

/* published too, though no copy wants it: a version that no event carries would stop the copies */
static gboolean
on_refunded (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order =
      usher_event_find (event, USHER_PAYMENTS_ORDER_ID, unit, USHER_ORDER_COLLECTION, error);
  const char *refund_id =
      order != NULL ? usher_event_read_string (event, USHER_PAYMENTS_REFUND_ID, error) : NULL;

  if (refund_id == NULL)
    return FALSE;

  return !usher_order_refund (order, refund_id) ||
         usher_unit_update (unit, order, USHER_ORDERS_UPDATED, error);
}

static const UsherListenerEntry listeners[] = {
  { USHER_TICKETS_UPDATED, RESERVATIONS, on_ticket_reserved },
  { USHER_TICKETS_RESERVATION_FAILED, NULL, on_reservation_failed },
  { USHER_EXPIRATION_COMPLETE, NULL, on_expired },
  { USHER_PAYMENTS_CREATED, NULL, on_paid },
  { USHER_PAYMENTS_REFUNDED, NULL, on_refunded },
};

void
usher_orders_listeners_add (UsherContext *context)
{
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
}
