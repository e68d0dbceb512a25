/* usher-tickets-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-service.h"

#include <usher.h>

#include "usher-ticket.h"
#include "usher-tickets-contract.h"

static const char *
get_user_id (UsherRequest *request)
{
  return usher_session_get_user_id (usher_request_get_session (request));
}

static gboolean
list_tickets (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_TICKET_COLLECTION);
  g_autoptr (GPtrArray) tickets = NULL;
  const char *after = NULL;
  guint limit;

  if (!usher_request_get_page (request, &limit, &after, error))
    return FALSE;

  usher_query_without (query, USHER_TICKET_UNLISTED);
  usher_query_limit (query, limit + 1);
  if (after != NULL)
    usher_query_after (query, after);

  tickets = usher_unit_query (unit, query, error);
  if (tickets == NULL)
    return FALSE;

  usher_reply_set_page (reply, tickets, limit, usher_request_get_path (request));

  return TRUE;
}

static gboolean
show_ticket (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  const char *id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) ticket = NULL;

  ticket = usher_unit_find (unit, USHER_TICKET_COLLECTION, id, error);
  if (ticket == NULL)
    return FALSE;

  usher_reply_set_document (reply, ticket);

  return TRUE;
}

static gboolean
create_ticket (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer user_data,
               GError **error)
{
  UsherSchema *schema = usher_context_get_schema (user_data, USHER_TICKET_COLLECTION);
  g_autoptr (UsherDocument) ticket = usher_request_read (request, schema, error);
  gboolean banned;

  if (ticket == NULL ||
      !usher_tickets_service_is_banned (unit, get_user_id (request), &banned, error))
    return FALSE;

  usher_document_set_string (ticket, USHER_TICKETS_USER_ID, get_user_id (request));
  /* the session of who was banned just now may last a moment longer */
  usher_ticket_hide (ticket, banned);
  if (!usher_unit_insert (unit, ticket, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_TICKETS_CREATED, ticket);
  usher_reply_set_status (reply, 201);
  usher_reply_set_document (reply, ticket);

  return TRUE;
}

static gboolean
refuse (GError **error, UsherError code, const char *message)
{
  g_set_error_literal (error, USHER_ERROR, code, message);

  return FALSE;
}

/* the ticket of the path, if it is the caller's */
static UsherDocument *
find_own_ticket (UsherRequest *request, UsherUnit *unit, GError **error)
{
  const char *id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) ticket = usher_unit_find (unit, USHER_TICKET_COLLECTION, id, error);

  if (ticket == NULL)
    return NULL;

  if (!usher_ticket_is_owned_by (ticket, get_user_id (request)))
    {
      refuse (error, USHER_ERROR_UNAUTHORIZED, "Not authorized");
      return NULL;
    }

  return g_steal_pointer (&ticket);
}

static gboolean
edit_ticket (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  UsherSchema *schema = usher_context_get_schema (user_data, USHER_TICKET_COLLECTION);
  g_autoptr (UsherDocument) wanted = usher_request_read (request, schema, error);
  g_autoptr (UsherDocument) ticket = NULL;

  if (wanted == NULL)
    return FALSE;

  ticket = find_own_ticket (request, unit, error);
  if (ticket == NULL)
    return FALSE;
  if (usher_ticket_is_withdrawn (ticket))
    return refuse (error, USHER_ERROR_INVALID, "Cannot edit a withdrawn ticket");
  if (usher_ticket_is_reserved (ticket))
    return refuse (error, USHER_ERROR_INVALID, "Cannot edit a reserved ticket");

  usher_ticket_edit (ticket, wanted);
  if (!usher_unit_replace (unit, ticket, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_TICKETS_UPDATED, ticket);
  usher_reply_set_document (reply, ticket);

  return TRUE;
}

static gboolean
withdraw_ticket (UsherRequest *request,
                 UsherUnit *unit,
                 UsherReply *reply,
                 gpointer user_data,
                 GError **error)
{
  g_autoptr (UsherDocument) ticket = find_own_ticket (request, unit, error);

  if (ticket == NULL)
    return FALSE;

  usher_reply_set_status (reply, 204);
  if (usher_ticket_is_withdrawn (ticket))
    return TRUE;
  if (usher_ticket_is_reserved (ticket))
    return refuse (error, USHER_ERROR_INVALID, "Cannot withdraw a reserved ticket");

  usher_ticket_withdraw (ticket);
  if (!usher_unit_replace (unit, ticket, error))
    return FALSE;

  usher_unit_publish_document (unit, USHER_TICKETS_WITHDRAWN, ticket);

  return TRUE;
}

static const struct
{
  const char *method;
  const char *pattern;
  UsherRouteFlags flags;
  UsherRequestHandler handler;
} routes[] = {
  { "GET", "/api/tickets", USHER_ROUTE_NONE, list_tickets },
  { "GET", "/api/tickets/:id", USHER_ROUTE_NONE, show_ticket },
  { "POST", "/api/tickets", USHER_ROUTE_SIGNED_IN, create_ticket },
  { "PUT", "/api/tickets/:id", USHER_ROUTE_SIGNED_IN, edit_ticket },
  { "DELETE", "/api/tickets/:id", USHER_ROUTE_SIGNED_IN, withdraw_ticket },
};

void
usher_tickets_service_add_routes (UsherContext *context)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    usher_context_add_route (context,
                             routes[i].method,
                             routes[i].pattern,
                             routes[i].flags,
                             routes[i].handler,
                             context,
                             NULL);
}
