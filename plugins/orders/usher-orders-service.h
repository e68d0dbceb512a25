/* usher-orders-service.h: orders, each of which holds a ticket for a while
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_ORDERS_SERVICE (usher_orders_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherOrdersService, usher_orders_service, USHER, ORDERS_SERVICE, GObject)

/* its parts, each in a file of its own */
void usher_orders_service_add_routes (UsherContext *context);
void usher_orders_service_add_listeners (UsherContext *context);
void usher_orders_service_add_copies (UsherContext *context);

G_END_DECLS
