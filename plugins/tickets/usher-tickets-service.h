/* usher-tickets-service.h: who is banned, and what that means for tickets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* what hides the tickets of a banned user, and shows them again */
void usher_tickets_service_add_sellers (UsherContext *context);
/* @banned: (out): whether its seller is, as tickets has heard of it so far, whether @ticket is hidden yet or not */
gboolean usher_tickets_service_is_banned (UsherUnit *unit,
                                          UsherDocument *ticket,
                                          gboolean *banned,
                                          GError **error);

G_END_DECLS
