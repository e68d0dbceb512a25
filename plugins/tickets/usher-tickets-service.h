/* usher-tickets-service.h: tickets that people list for sale
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_TYPE_TICKETS_SERVICE (usher_tickets_service_get_type ())

G_DECLARE_FINAL_TYPE (UsherTicketsService, usher_tickets_service, USHER, TICKETS_SERVICE, GObject)

/* its halves, each in a file of its own */
void usher_tickets_service_add_routes (UsherContext *context);
void usher_tickets_service_add_listeners (UsherContext *context);
void usher_tickets_service_add_sellers (UsherContext *context);

/* as tickets has heard of it so far */
gboolean usher_tickets_service_is_banned (UsherUnit *unit,
                                          const char *user_id,
                                          gboolean *banned,
                                          GError **error);

G_END_DECLS
