/* usher-orders-listeners.c: what tickets, time and payments mean for orders
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-service.h"

#include <usher.h>

#include "usher-expiration-contract.h"
#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-payments-contract.h"
#include "usher-tickets-contract.h"

/* ticket:updated changes two documents here: the copy, and the order in this group */
#define RESERVATIONS "orders-service.reservations"

/* the order that member @path names */
static UsherDocument *
find_order (UsherEvent *event, UsherUnit *unit, const char *path, GError **error)
{
  const char *order_id = usher_event_read_id (event, path, error);

  if (order_id == NULL)
    return NULL;

  return usher_unit_find (unit, USHER_ORDER_COLLECTION, order_id, error);
}

static gboolean
save (UsherUnit *unit, UsherDocument *order, const char *channel, GError **error)
{
  if (!usher_unit_replace (unit, order, error))
    return FALSE;

  usher_unit_publish_document (unit, channel, order);

  return TRUE;
}

static gboolean
on_ticket_reserved (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  UsherJson *json = usher_event_get_json (event, error);
  g_autoptr (UsherDocument) order = NULL;
  const char *order_id;

  if (json == NULL)
    return FALSE;

  order_id = usher_json_get_string (json, USHER_TICKETS_ORDER_ID);
  if (order_id == NULL)
    return TRUE;

  if (!usher_unit_lookup (unit, USHER_ORDER_COLLECTION, order_id, &order, error))
    return FALSE;
  if (order == NULL)
    return TRUE;

  /* its cancel came to the ticket before its create and found nothing to free: say it again */
  if (!usher_order_is_active (order))
    return save (unit, order, USHER_ORDERS_CANCELLED, error);

  return !usher_order_reserve (order) || save (unit, order, USHER_ORDERS_UPDATED, error);
}

/* Cancels it as far as it may be cancelled. */
static gboolean
cancel (UsherUnit *unit, UsherDocument *order, const char *reason, GError **error)
{
  return !usher_order_cancel (order, reason) || save (unit, order, USHER_ORDERS_CANCELLED, error);
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
on_reservation_failed (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) order = find_order (event, unit, USHER_TICKETS_ORDER_ID, error);
  const char *reason;

  if (order == NULL)
    return FALSE;

  reason = read_reason (event, error);
  if (reason == NULL)
    return FALSE;
  if (!usher_order_has_status (order, USHER_ORDERS_STATUS_CREATED))
    return TRUE;

  return cancel (unit, order, reason, error);
}

static gboolean
on_expired (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) order = find_order (event, unit, USHER_EXPIRATION_ORDER_ID, error);

  if (order == NULL)
    return FALSE;

  return cancel (unit, order, USHER_ORDERS_REASON_EXPIRED, error);
}

static gboolean
on_paid (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) order = find_order (event, unit, USHER_PAYMENTS_ORDER_ID, error);

  if (order == NULL)
    return FALSE;

  return !usher_order_complete (order) || save (unit, order, USHER_ORDERS_UPDATED, error);
}

/* published too, though no copy wants it: a version that no event carries would stop the copies */
static gboolean
on_refunded (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) order = find_order (event, unit, USHER_PAYMENTS_ORDER_ID, error);
  const char *refund_id;

  if (order == NULL)
    return FALSE;

  refund_id = usher_event_read_string (event, USHER_PAYMENTS_REFUND_ID, error);
  if (refund_id == NULL)
    return FALSE;

  return !usher_order_refund (order, refund_id) || save (unit, order, USHER_ORDERS_UPDATED, error);
}

static const struct
{
  const char *channel;
  const char *group;
  UsherEventHandler handler;
} listeners[] = {
  { USHER_TICKETS_UPDATED, RESERVATIONS, on_ticket_reserved },
  { USHER_TICKETS_RESERVATION_FAILED, NULL, on_reservation_failed },
  { USHER_EXPIRATION_COMPLETE, NULL, on_expired },
  { USHER_PAYMENTS_CREATED, NULL, on_paid },
  { USHER_PAYMENTS_REFUNDED, NULL, on_refunded },
};

void
usher_orders_service_add_listeners (UsherContext *context)
{
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    usher_context_add_listener (
        context, listeners[i].channel, listeners[i].group, listeners[i].handler, NULL, NULL);
}
