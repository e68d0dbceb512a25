/* usher-tickets-listeners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-service.h"

#include <usher.h>

#include "usher-orders-contract.h"
#include "usher-ticket.h"
#include "usher-tickets-contract.h"

/* the ticket of an order's event */
static UsherDocument *
find_ticket (UsherEvent *event, UsherUnit *unit, const char **order_id, GError **error)
{
  const char *ticket_id;

  *order_id = usher_event_read_id (event, USHER_ORDERS_ID, error);
  if (*order_id == NULL)
    return NULL;

  ticket_id = usher_event_read_id (event, USHER_ORDERS_TICKET_ID, error);
  if (ticket_id == NULL)
    return NULL;

  return usher_unit_find (unit, USHER_TICKET_COLLECTION, ticket_id, error);
}

/* @order_id: NULL frees the ticket */
static gboolean
hand_to (UsherUnit *unit, UsherDocument *ticket, const char *order_id, GError **error)
{
  usher_ticket_hold (ticket, order_id);
  if (!usher_unit_replace (unit, ticket, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_TICKETS_UPDATED, ticket);

  return TRUE;
}

static gboolean
refuse_order (UsherUnit *unit, UsherDocument *ticket, const char *order_id, const char *reason)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, USHER_TICKETS_ORDER_ID, order_id);
  usher_json_writer_set_string (writer, USHER_TICKETS_REASON, reason);
  usher_json_writer_add_member (writer, "ticket");
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "id", usher_document_get_id (ticket));
  usher_json_writer_set_integer (writer, "version", usher_document_get_version (ticket));
  usher_json_writer_end_object (writer);
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_publish (unit, USHER_TICKETS_RESERVATION_FAILED, payload);

  return TRUE;
}

static gboolean
is_seller_banned (UsherUnit *unit, UsherDocument *ticket, gboolean *banned, GError **error)
{
  const char *user_id = usher_document_get_string (ticket, USHER_TICKETS_USER_ID);

  return usher_tickets_service_is_banned (unit, user_id, banned, error);
}

static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *order_id;
  g_autoptr (UsherDocument) ticket = find_ticket (event, unit, &order_id, error);
  gboolean banned;
  gint64 seen;

  if (ticket == NULL ||
      !usher_event_read_integer (event, USHER_ORDERS_TICKET_VERSION, &seen, error) ||
      !is_seller_banned (unit, ticket, &banned, error))
    return FALSE;

  switch (usher_ticket_judge (ticket, order_id, seen, banned))
    {
    case USHER_TICKET_FREE:
      return hand_to (unit, ticket, order_id, error);
    case USHER_TICKET_CHANGED:
      return refuse_order (unit, ticket, order_id, USHER_TICKETS_REASON_PRICE_CHANGED);
    case USHER_TICKET_WITHDRAWN:
      return refuse_order (unit, ticket, order_id, USHER_TICKETS_REASON_WITHDRAWN);
    case USHER_TICKET_BANNED:
      return refuse_order (unit, ticket, order_id, USHER_TICKETS_REASON_SELLER_BANNED);
    case USHER_TICKET_HELD:
      /* orders lets one order a ticket be active: the cancel of the other is on its way */
      return usher_unit_defer (
          unit,
          error,
          "order “%s” waits until order “%s” is cancelled and frees ticket “%s”",
          order_id,
          usher_document_get_string (ticket, USHER_TICKETS_ORDER_ID),
          usher_document_get_id (ticket));
    case USHER_TICKET_DONE:
    default:
      return TRUE;
    }
}

static gboolean
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *order_id;
  g_autoptr (UsherDocument) ticket = find_ticket (event, unit, &order_id, error);

  if (ticket == NULL)
    return FALSE;

  /* a late cancel must not free what a newer order holds */
  if (!usher_ticket_is_held_by (ticket, order_id))
    return TRUE;

  return hand_to (unit, ticket, NULL, error);
}

void
usher_tickets_service_add_listeners (UsherContext *context)
{
  usher_context_add_listener (context, USHER_ORDERS_CREATED, NULL, on_order_created, NULL, NULL);
  usher_context_add_listener (
      context, USHER_ORDERS_CANCELLED, NULL, on_order_cancelled, NULL, NULL);
}
