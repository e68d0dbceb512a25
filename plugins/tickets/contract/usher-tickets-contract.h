/* usher-tickets-contract.h: what tickets says to the other services
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* id, version, title, price, userId */
#define USHER_TICKETS_CREATED "ticket:created"
/* the same and, when the ticket is reserved, orderId; while its seller is banned, hidden */
#define USHER_TICKETS_UPDATED "ticket:updated"
/* id, version: the last one that the ticket has */
#define USHER_TICKETS_WITHDRAWN "ticket:withdrawn"
/* orderId, reason, ticket.id, ticket.version */
#define USHER_TICKETS_RESERVATION_FAILED "ticket:reservation-failed"

#define USHER_TICKETS_ID             "id"
#define USHER_TICKETS_VERSION        "version"
#define USHER_TICKETS_TITLE          "title"
#define USHER_TICKETS_PRICE          "price"
#define USHER_TICKETS_USER_ID        "userId"
#define USHER_TICKETS_ORDER_ID       "orderId"
#define USHER_TICKETS_HIDDEN         "hidden"
#define USHER_TICKETS_IS_WITHDRAWN   "withdrawn"
#define USHER_TICKETS_REASON         "reason"
#define USHER_TICKETS_TICKET_ID      "ticket.id"
#define USHER_TICKETS_TICKET_VERSION "ticket.version"

/* why a reservation failed: title or price are not what they were, the ticket was taken back, its seller is banned */
#define USHER_TICKETS_REASON_PRICE_CHANGED "price-changed"
#define USHER_TICKETS_REASON_WITHDRAWN     "withdrawn"
#define USHER_TICKETS_REASON_SELLER_BANNED "seller-banned"
