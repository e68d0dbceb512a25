/* usher-orders-contract.h: what orders says to the other services
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* id, version, status, userId, expiresAt, ticket.id, ticket.title, ticket.price, ticket.version */
#define USHER_ORDERS_CREATED "order:created"
/* id, version, status */
#define USHER_ORDERS_UPDATED "order:updated"
/* id, version, ticket.id, reason */
#define USHER_ORDERS_CANCELLED "order:cancelled"

#define USHER_ORDERS_ID             "id"
#define USHER_ORDERS_VERSION        "version"
#define USHER_ORDERS_STATUS         "status"
#define USHER_ORDERS_USER_ID        "userId"
#define USHER_ORDERS_EXPIRES_AT     "expiresAt"
#define USHER_ORDERS_REASON         "reason"
#define USHER_ORDERS_TICKET_ID      "ticket.id"
#define USHER_ORDERS_TICKET_TITLE   "ticket.title"
#define USHER_ORDERS_TICKET_PRICE   "ticket.price"
#define USHER_ORDERS_TICKET_VERSION "ticket.version"

/* not reserved yet */
#define USHER_ORDERS_STATUS_CREATED "created"
/* reserved */
#define USHER_ORDERS_STATUS_AWAITING  "awaiting:payment"
#define USHER_ORDERS_STATUS_COMPLETE  "complete"
#define USHER_ORDERS_STATUS_CANCELLED "cancelled"

/* why an order is cancelled: one of these, or why its reservation failed */
#define USHER_ORDERS_REASON_USER    "user"
#define USHER_ORDERS_REASON_EXPIRED "expired"
