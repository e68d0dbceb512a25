/* usher-tickets-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tickets-description.h"

#include "usher-ticket.h"
#include "usher-tickets-contract.h"

#define TICKET  USHER_TICKET_COLLECTION
#define TICKETS USHER_TICKET_COLLECTION "[]"

static const UsherAnswerEntry answers[] = {
  { "GET", "/api/tickets", 200, TICKETS, "The tickets that are not reserved, newest first" },
  { "GET", "/api/tickets/:id", 200, TICKET, "The ticket, reserved or not" },
  { "GET", "/api/tickets/:id", 404, NULL, "Not Found" },
  { "POST", "/api/tickets", 201, TICKET, "The new ticket" },
  { "POST", "/api/tickets", 400, NULL, "Title is required" },
  { "POST", "/api/tickets", 400, NULL, "Price must be greater than 0" },
  { "PUT", "/api/tickets/:id", 200, TICKET, "The ticket as it is now" },
  { "PUT", "/api/tickets/:id", 400, NULL, "Title is required" },
  { "PUT", "/api/tickets/:id", 400, NULL, "Price must be greater than 0" },
  { "PUT", "/api/tickets/:id", 400, NULL, "Cannot edit a reserved ticket" },
  { "PUT", "/api/tickets/:id", 400, NULL, "Cannot edit a withdrawn ticket" },
  { "PUT", "/api/tickets/:id", 404, NULL, "Not Found" },
  { "PUT", "/api/tickets/:id", 412, NULL, "This is another version than you have" },
  { "DELETE", "/api/tickets/:id", 204, NULL, "It is withdrawn, now or already" },
  { "DELETE", "/api/tickets/:id", 400, NULL, "Cannot withdraw a reserved ticket" },
  { "DELETE", "/api/tickets/:id", 404, NULL, "Not Found" },
  { "DELETE", "/api/tickets/:id", 412, NULL, "This is another version than you have" },
};

static const char *const reasons[] = {
  USHER_TICKETS_REASON_PRICE_CHANGED,
  USHER_TICKETS_REASON_SELLER_BANNED,
  USHER_TICKETS_REASON_WITHDRAWN,
  NULL,
};

void
usher_tickets_describe (UsherContext *context)
{
  usher_context_describe_route (
      context, "GET", "/api/tickets", "List the tickets that are for sale", NULL, NULL);
  usher_context_describe_route (context, "GET", "/api/tickets/:id", "Show a ticket", NULL, NULL);
  usher_context_describe_route (
      context, "POST", "/api/tickets", "Offer a ticket for sale", TICKET, NULL);
  usher_context_describe_route (
      context, "PUT", "/api/tickets/:id", "Change title and price of a ticket", TICKET, NULL);
  usher_context_describe_route (
      context, "DELETE", "/api/tickets/:id", "Take a ticket back", NULL, NULL);
  usher_context_add_answers (context, answers, G_N_ELEMENTS (answers));

  usher_context_describe_event (context, USHER_TICKETS_CREATED, "A ticket is offered");
  usher_context_describe_event (context,
                                USHER_TICKETS_UPDATED,
                                "A ticket was edited, reserved, freed, hidden or shown again");
  usher_context_describe_event (context, USHER_TICKETS_WITHDRAWN, "Its owner took a ticket back");
  usher_context_describe_event (context,
                                USHER_TICKETS_RESERVATION_FAILED,
                                "An order does not get its ticket");

  usher_context_describe_field (
      context, NULL, USHER_TICKETS_TITLE, "What it is for, one line", NULL, "Concert");
  usher_context_describe_field (
      context, NULL, USHER_TICKETS_PRICE, "With at most two decimals", NULL, NULL);
  usher_context_describe_field (context, TICKET, USHER_TICKETS_USER_ID, "Who sells it", NULL, NULL);
  usher_context_describe_field (
      context, TICKET, USHER_TICKETS_ORDER_ID, "The order that holds it", NULL, NULL);
  usher_context_describe_field (
      context, TICKET, USHER_TICKETS_HIDDEN, "Set while its seller is banned", NULL, NULL);
  usher_context_describe_field (
      context, TICKET, USHER_TICKETS_IS_WITHDRAWN, "Set when its owner took it back", NULL, NULL);
  usher_context_describe_field (
      context, USHER_TICKETS_RESERVATION_FAILED, USHER_TICKETS_REASON, NULL, reasons, NULL);
}
