/* usher-tickets-service.c: tickets that people list for sale, and which order has one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

#include "usher-auth-contract.h"
#include "usher-orders-contract.h"
#include "usher-ticket.h"
#include "usher-tickets-contract.h"
#include "usher-tickets-description.h"

/* with the id of the user; only of those who were banned once */
#define SELLERS "sellers"
#define BANNED  "banned"
#define VERSION "userVersion"

static const UsherField seller_fields[] = {
  { BANNED, USHER_FIELD_BOOLEAN },
  { VERSION, USHER_FIELD_INTEGER },
};

static gboolean
list (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_TICKET_COLLECTION);

  usher_query_without (query, USHER_TICKET_UNLISTED);

  return usher_list_answer (request, unit, reply, query, error);
}

static gboolean
show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) ticket =
      usher_request_find (request, unit, USHER_TICKET_COLLECTION, error);

  return usher_reply_answer (reply, 200, ticket);
}

static gboolean
create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) ticket =
      usher_request_read_new (request, unit, USHER_TICKET_COLLECTION, error);

  if (ticket == NULL)
    return FALSE;

  usher_document_set_string (ticket, USHER_TICKETS_USER_ID, usher_request_get_user_id (request));

  return usher_unit_create (unit, ticket, USHER_TICKETS_CREATED, error) &&
         usher_reply_answer (reply, 201, ticket);
}

static gboolean
edit (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) wanted =
      usher_request_read_new (request, unit, USHER_TICKET_COLLECTION, error);
  g_autoptr (UsherDocument) ticket = NULL;

  if (wanted == NULL)
    return FALSE;

  ticket =
      usher_request_find_own (request, unit, USHER_TICKET_COLLECTION, USHER_TICKETS_USER_ID, error);
  if (ticket == NULL)
    return FALSE;
  if (usher_ticket_is_withdrawn (ticket))
    return usher_refuse (error, USHER_ERROR_INVALID, "Cannot edit a withdrawn ticket");
  if (usher_ticket_is_reserved (ticket))
    return usher_refuse (error, USHER_ERROR_INVALID, "Cannot edit a reserved ticket");

  usher_ticket_edit (ticket, wanted);

  return usher_request_match (request, ticket, error) &&
         usher_unit_update (unit, ticket, USHER_TICKETS_UPDATED, error) &&
         usher_reply_answer (reply, 200, ticket);
}

static gboolean
withdraw (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) ticket =
      usher_request_find_own (request, unit, USHER_TICKET_COLLECTION, USHER_TICKETS_USER_ID, error);

  if (ticket == NULL)
    return FALSE;

  usher_reply_set_status (reply, 204);
  if (usher_ticket_is_withdrawn (ticket))
    return TRUE;
  if (usher_ticket_is_reserved (ticket))
    return usher_refuse (error, USHER_ERROR_INVALID, "Cannot withdraw a reserved ticket");

  usher_ticket_withdraw (ticket);

  return usher_request_match (request, ticket, error) &&
         usher_unit_update (unit, ticket, USHER_TICKETS_WITHDRAWN, error);
}

/* @banned: (out): whether its seller is, as far as it was heard here, whether @ticket is hidden yet or not */
static gboolean
look_for_ban (UsherUnit *unit, UsherDocument *ticket, gboolean *banned, GError **error)
{
  const char *user_id = usher_document_get_string (ticket, USHER_TICKETS_USER_ID);
  g_autoptr (UsherDocument) seller = NULL;

  if (!usher_unit_lookup (unit, SELLERS, user_id, &seller, error))
    return FALSE;

  *banned = seller != NULL && usher_document_get_boolean (seller, BANNED);

  return TRUE;
}

/* @order_id: NULL frees the ticket */
static gboolean
hand_to (UsherUnit *unit, UsherDocument *ticket, const char *order_id, GError **error)
{
  usher_ticket_hold (ticket, order_id);

  return usher_unit_update (unit, ticket, USHER_TICKETS_UPDATED, error);
}

static gboolean
refuse_order (UsherUnit *unit, UsherDocument *ticket, const char *order_id, const char *reason)
{
  UsherPayload *payload = usher_unit_begin_event (unit, USHER_TICKETS_RESERVATION_FAILED);
  gint64 version = usher_document_get_version (ticket);

  usher_payload_set_string (payload, USHER_TICKETS_ORDER_ID, order_id);
  usher_payload_set_string (payload, USHER_TICKETS_REASON, reason);
  usher_payload_set_string (payload, USHER_TICKETS_TICKET_ID, usher_document_get_id (ticket));
  usher_payload_set_integer (payload, USHER_TICKETS_TICKET_VERSION, version);

  return TRUE;
}

static gboolean
on_order_created (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) ticket =
      usher_event_find (event, USHER_ORDERS_TICKET_ID, unit, USHER_TICKET_COLLECTION, error);
  const char *order_id =
      ticket != NULL ? usher_event_read_id (event, USHER_ORDERS_ID, error) : NULL;
  gboolean banned;
  gint64 seen;

  if (order_id == NULL ||
      !usher_event_read_integer (event, USHER_ORDERS_TICKET_VERSION, &seen, error) ||
      !look_for_ban (unit, ticket, &banned, error))
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
on_order_cancelled (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) ticket =
      usher_event_find (event, USHER_ORDERS_TICKET_ID, unit, USHER_TICKET_COLLECTION, error);
  const char *order_id =
      ticket != NULL ? usher_event_read_id (event, USHER_ORDERS_ID, error) : NULL;

  if (order_id == NULL)
    return FALSE;

  /* a late cancel must not free what a newer order holds */
  return !usher_document_has_string (ticket, USHER_TICKETS_ORDER_ID, order_id) ||
         hand_to (unit, ticket, NULL, error);
}

static gboolean
hide_or_show (UsherDocument *ticket, UsherUnit *unit, gboolean *is_changed, GError **error)
{
  gboolean banned;

  if (!look_for_ban (unit, ticket, &banned, error))
    return FALSE;

  *is_changed = usher_ticket_hide (ticket, banned);

  return TRUE;
}

/* What he lists while his sessions are not refused yet, within a second, or by a request that runs on, is committed behind
 * the sweep: others follow after these pauses. Until then it is in the list, but nobody can order it. */
static const gint64 pauses[] = { 2 * G_TIME_SPAN_SECOND, G_TIME_SPAN_MINUTE };

/* of all that a seller offers; a later ban or unban begins it anew */
static const UsherSweep sweep = {
  .timer = "seller",
  .collection = USHER_TICKET_COLLECTION,
  .field = USHER_TICKETS_USER_ID,
  .channel = USHER_TICKETS_UPDATED,
  .change = hide_or_show,
  .pauses = pauses,
  .n_pauses = G_N_ELEMENTS (pauses),
};

static gboolean
note_ban (UsherDocument *seller, UsherEvent *event, gpointer unit, GError **error)
{
  gboolean banned = g_str_equal (usher_event_get_channel (event), USHER_AUTH_BANNED);

  usher_document_set_boolean (seller, BANNED, banned);
  usher_sweep_begin (&sweep, unit, usher_document_get_id (seller));

  return TRUE;
}

/* the versions of a user have gaps, since not all of them are of bans */
static gboolean
on_ban (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return usher_copy_apply_latest (event, unit, SELLERS, VERSION, note_ban, unit, error);
}

static const UsherField failed_event[] = {
  { USHER_TICKETS_ORDER_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_TICKETS_REASON, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { USHER_TICKETS_TICKET_ID, USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_TICKETS_TICKET_VERSION, USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
};

static const UsherRouteEntry routes[] = {
  { "GET", "/api/tickets", USHER_ROUTE_NONE, list },
  { "GET", "/api/tickets/:id", USHER_ROUTE_NONE, show },
  { "POST", "/api/tickets", USHER_ROUTE_SIGNED_IN, create },
  { "PUT", "/api/tickets/:id", USHER_ROUTE_SIGNED_IN, edit },
  { "DELETE", "/api/tickets/:id", USHER_ROUTE_SIGNED_IN, withdraw },
};

static const UsherListenerEntry listeners[] = {
  { USHER_ORDERS_CREATED, NULL, on_order_created },
  { USHER_ORDERS_CANCELLED, NULL, on_order_cancelled },
  { USHER_AUTH_BANNED, NULL, on_ban },
  { USHER_AUTH_UNBANNED, NULL, on_ban },
};

static const UsherEventEntry events[] = {
  { USHER_TICKETS_CREATED, usher_ticket_fields, G_N_ELEMENTS (usher_ticket_fields) },
  { USHER_TICKETS_UPDATED, usher_ticket_fields, G_N_ELEMENTS (usher_ticket_fields) },
  { USHER_TICKETS_WITHDRAWN, usher_ticket_fields, G_N_ELEMENTS (usher_ticket_fields) },
  { USHER_TICKETS_RESERVATION_FAILED, failed_event, G_N_ELEMENTS (failed_event) },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_collection (context,
                                USHER_TICKET_COLLECTION,
                                usher_ticket_fields,
                                G_N_ELEMENTS (usher_ticket_fields));
  usher_context_add_upgrade (
      context, USHER_TICKET_COLLECTION, 0, USHER_TICKET_LEVEL, usher_ticket_upgrade, NULL, NULL);
  usher_context_add_collection (context, SELLERS, seller_fields, G_N_ELEMENTS (seller_fields));
  usher_sweep_declare (&sweep, context);
  usher_context_add_events (context, events, G_N_ELEMENTS (events));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);
  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);
  usher_tickets_describe (context);

  return TRUE;
}

USHER_DEFINE_SERVICE ("tickets", "1.0.0", configure)
