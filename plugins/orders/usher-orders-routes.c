/* usher-orders-routes.c: what people ask of orders
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-orders-service.h"

#include <usher.h>

#include "usher-order.h"
#include "usher-orders-contract.h"
#include "usher-ticket-copy.h"

/* how long a request waits for the copy of a ticket that was just made */
#define COPY_WAIT (2 * G_TIME_SPAN_SECOND)

static const char *
get_user_id (UsherRequest *request)
{
  return usher_session_get_user_id (usher_request_get_session (request));
}

static gboolean
refuse (GError **error, UsherError code, const char *message)
{
  g_set_error_literal (error, USHER_ERROR, code, message);

  return FALSE;
}

static gboolean
list_orders (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_ORDER_COLLECTION);
  g_autoptr (GPtrArray) orders = NULL;
  const char *after = NULL;
  guint limit;

  if (!usher_request_get_page (request, &limit, &after, error))
    return FALSE;

  usher_query_equal (query, USHER_ORDERS_USER_ID, get_user_id (request));
  usher_query_limit (query, limit + 1);
  if (after != NULL)
    usher_query_after (query, after);

  orders = usher_unit_query (unit, query, error);
  if (orders == NULL)
    return FALSE;

  usher_reply_set_page (reply, orders, limit, usher_request_get_path (request));

  return TRUE;
}

/* the order of the path, if it is the caller's */
static UsherDocument *
find_own_order (UsherRequest *request, UsherUnit *unit, GError **error)
{
  const char *id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) order = usher_unit_find (unit, USHER_ORDER_COLLECTION, id, error);

  if (order == NULL)
    return NULL;

  if (!usher_order_is_owned_by (order, get_user_id (request)))
    {
      refuse (error, USHER_ERROR_UNAUTHORIZED, "Not authorized");
      return NULL;
    }

  return g_steal_pointer (&order);
}

static gboolean
show_order (UsherRequest *request,
            UsherUnit *unit,
            UsherReply *reply,
            gpointer user_data,
            GError **error)
{
  g_autoptr (UsherDocument) order = find_own_order (request, unit, error);

  if (order == NULL)
    return FALSE;

  usher_reply_set_document (reply, order);

  return TRUE;
}

/* A ticket may be ordered straight after it was made: its copy is on its way then. */
static gboolean
wait_for_copy (UsherUnit *unit, const char *ticket_id, GError **error)
{
  if (!usher_unit_has_waited (unit) &&
      usher_ticket_copy_may_come (ticket_id, usher_unit_get_time (unit)))
    return usher_unit_wait_for (unit, USHER_TICKET_COPY_COLLECTION, ticket_id, COPY_WAIT, error);

  return refuse (error, USHER_ERROR_NOT_FOUND, "Not Found");
}

/* The order that holds a ticket: of an order that is not known here only the copy tells. */
static gboolean
check_free (UsherUnit *unit, UsherDocument *copy, GError **error)
{
  const char *order_id = usher_document_get_string (copy, USHER_TICKET_COPY_ORDER_ID);
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
  if (active->len > 0 || (order_id != NULL && holder == NULL))
    return refuse (error, USHER_ERROR_INVALID, "Ticket is already reserved");

  return TRUE;
}

static gboolean
create_order (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  UsherSchema *schema = usher_context_get_schema (user_data, USHER_ORDER_COLLECTION);
  gint64 hold = usher_context_get_integer (user_data, "hold-seconds") * G_TIME_SPAN_SECOND;
  g_autoptr (UsherDocument) order = usher_request_read (request, schema, error);
  g_autoptr (UsherDocument) copy = NULL;
  const char *ticket_id;

  if (order == NULL)
    return FALSE;

  ticket_id = usher_document_get_string (order, USHER_ORDER_HOLDS);
  if (!usher_unit_lookup (unit, USHER_TICKET_COPY_COLLECTION, ticket_id, &copy, error))
    return FALSE;
  if (copy == NULL)
    return wait_for_copy (unit, ticket_id, error);
  if (!usher_ticket_copy_is_for_sale (copy))
    return refuse (error, USHER_ERROR_INVALID, "Ticket is not for sale");
  if (!check_free (unit, copy, error))
    return FALSE;

  usher_order_place (order, get_user_id (request), copy, usher_unit_get_time (unit) + hold);
  if (!usher_unit_insert (unit, order, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_ORDERS_CREATED, order);
  usher_reply_set_status (reply, 201);
  usher_reply_set_document (reply, order);

  return TRUE;
}

static gboolean
cancel_order (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  g_autoptr (UsherDocument) order = find_own_order (request, unit, error);

  if (order == NULL)
    return FALSE;
  if (usher_order_has_status (order, USHER_ORDERS_STATUS_COMPLETE))
    return refuse (error, USHER_ERROR_INVALID, "Cannot cancel a paid order");

  usher_reply_set_status (reply, 204);
  if (!usher_order_cancel (order, USHER_ORDERS_REASON_USER))
    return TRUE;
  if (!usher_unit_replace (unit, order, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_ORDERS_CANCELLED, order);

  return TRUE;
}

static const struct
{
  const char *method;
  const char *pattern;
  UsherRequestHandler handler;
} routes[] = {
  { "GET", "/api/orders", list_orders },
  { "GET", "/api/orders/:id", show_order },
  { "POST", "/api/orders", create_order },
  { "DELETE", "/api/orders/:id", cancel_order },
};

void
usher_orders_service_add_routes (UsherContext *context)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    usher_context_add_route (context,
                             routes[i].method,
                             routes[i].pattern,
                             USHER_ROUTE_SIGNED_IN,
                             routes[i].handler,
                             context,
                             NULL);
}
