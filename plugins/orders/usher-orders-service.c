/* usher-orders-service.c: orders, each of which holds a ticket for a while
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-orders-description.h"
#include "usher-orders-listeners.h"
#include "usher-ticket-copy.h"
#include "usher-tickets-contract.h"

/* how long a request waits for the copy of a ticket that was just made */
#define COPY_WAIT (2 * G_TIME_SPAN_SECOND)

static const UsherSetting settings[] = {
  { NULL,
    "hold-seconds",
    USHER_SETTING_INTEGER,
    "900",
    1,
    31536000,
    "How long an order that is not paid holds its ticket" },
};

static gboolean
list (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_ORDER_COLLECTION);

  usher_query_equal (query, USHER_ORDERS_USER_ID, usher_request_get_user_id (request));

  return usher_list_answer (request, unit, reply, query, error);
}

/* the order of the path, if it is the caller's */
static UsherDocument *
find_own (UsherRequest *request, UsherUnit *unit, GError **error)
{
  return usher_request_find_own (
      request, unit, USHER_ORDER_COLLECTION, USHER_ORDERS_USER_ID, error);
}

static gboolean
show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order = find_own (request, unit, error);

  return usher_reply_answer (reply, 200, order);
}

/* Whether nobody has the ticket. Of an order that is not known here only the copy tells. */
static gboolean
check_free (UsherUnit *unit, UsherDocument *copy, GError **error)
{
  const char *order_id = usher_document_get_string (copy, USHER_TICKETS_ORDER_ID);
  g_autoptr (UsherQuery) query = usher_query_new (USHER_ORDER_COLLECTION);
  g_autoptr (UsherDocument) holder = NULL;
  g_autoptr (GPtrArray) active = NULL;

  usher_query_equal (query, USHER_ORDER_HOLDS, usher_document_get_id (copy));
  usher_query_limit (query, 1);
  active = usher_unit_query (unit, query, error);
  if (active == NULL)
    return FALSE;

  if (order_id != NULL &&
      !usher_unit_lookup (unit, USHER_ORDER_COLLECTION, order_id, &holder, error))
    return FALSE;

  /* a holder that is cancelled is about to free the ticket */
  return (active->len == 0 && (order_id == NULL || holder != NULL)) ||
         usher_refuse (error, USHER_ERROR_INVALID, "Ticket is already reserved");
}

static gboolean
create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  gint64 hold = usher_context_get_integer (data, "hold-seconds") * G_TIME_SPAN_SECOND;
  const char *user_id = usher_request_get_user_id (request);
  g_autoptr (UsherDocument) order =
      usher_request_read_new (request, unit, USHER_ORDER_COLLECTION, error);
  g_autoptr (UsherDocument) copy = NULL;
  const char *ticket_id;

  if (order == NULL)
    return FALSE;

  ticket_id = usher_document_get_string (order, USHER_ORDER_HOLDS);
  copy = usher_unit_find_coming (unit, USHER_TICKET_COPY_COLLECTION, ticket_id, COPY_WAIT, error);
  if (copy == NULL)
    return FALSE;
  if (!usher_ticket_copy_is_for_sale (copy))
    return usher_refuse (error, USHER_ERROR_INVALID, "Ticket is not for sale");
  if (!check_free (unit, copy, error))
    return FALSE;

  usher_order_place (order, user_id, copy, usher_unit_get_time (unit) + hold);

  return usher_unit_create (unit, order, USHER_ORDERS_CREATED, error) &&
         usher_reply_answer (reply, 201, order);
}

static gboolean
cancel (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) order = find_own (request, unit, error);

  if (order == NULL)
    return FALSE;
  if (usher_order_has_status (order, USHER_ORDERS_STATUS_COMPLETE))
    return usher_refuse (error, USHER_ERROR_INVALID, "Cannot cancel a paid order");

  usher_reply_set_status (reply, 204);
  if (!usher_order_cancel (order, USHER_ORDERS_REASON_USER))
    return TRUE;

  return usher_request_match (request, order, error) &&
         usher_unit_update (unit, order, USHER_ORDERS_CANCELLED, error);
}

static const UsherRouteEntry routes[] = {
  { "GET", "/api/orders", USHER_ROUTE_SIGNED_IN, list },
  { "GET", "/api/orders/:id", USHER_ROUTE_SIGNED_IN, show },
  { "POST", "/api/orders", USHER_ROUTE_SIGNED_IN, create },
  { "DELETE", "/api/orders/:id", USHER_ROUTE_SIGNED_IN, cancel },
};

static const UsherEventEntry events[] = {
  { USHER_ORDERS_CREATED, usher_order_fields, G_N_ELEMENTS (usher_order_fields) },
  { USHER_ORDERS_UPDATED, usher_order_fields, G_N_ELEMENTS (usher_order_fields) },
  { USHER_ORDERS_CANCELLED, usher_order_fields, G_N_ELEMENTS (usher_order_fields) },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_collection (context,
                                USHER_ORDER_COLLECTION,
                                usher_order_fields,
                                G_N_ELEMENTS (usher_order_fields));
  usher_context_add_events (context, events, G_N_ELEMENTS (events));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), context);
  usher_orders_listeners_add (context);
  usher_ticket_copy_declare (context);
  usher_orders_describe (context);

  return TRUE;
}

USHER_DEFINE_SERVICE ("orders", "1.0.0", configure)
