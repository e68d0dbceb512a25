/* usher-order.h: the life of an order
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_ORDER_COLLECTION "orders"
/* asked for in a request; then, private and unique, the ticket that the order holds while it is active */
#define USHER_ORDER_HOLDS "ticketId"
/* what payments has given back for a cancelled order */
#define USHER_ORDER_REFUND_ID "refundId"

extern const UsherField usher_order_fields[10];

gboolean usher_order_has_status (UsherDocument *order, const char *status);
/* @order: as read from the request; @copy: of the ticket that it is for; @expires_at: microseconds */
void usher_order_place (UsherDocument *order,
                        const char *user_id,
                        UsherDocument *copy,
                        gint64 expires_at);
/* Each moves the order, if its status allows, and tells whether it did. */
gboolean usher_order_reserve (UsherDocument *order);
gboolean usher_order_complete (UsherDocument *order);
/* @reason: one of the contract's */
gboolean usher_order_cancel (UsherDocument *order, const char *reason);
gboolean usher_order_refund (UsherDocument *order, const char *refund_id);

G_END_DECLS
