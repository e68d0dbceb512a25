/* usher-parked-page-private.h: the events that no group could do, for /parked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-pages-private.h"

G_BEGIN_DECLS

/* (transfer full): JSON: what is known of each but its payload, 100 at most. Any thread but the bus's; NULL: UNAVAILABLE. */
char *usher_parked_page_make (UsherBus *bus, const UsherBusPageQuery *query, GError **error);
/* (transfer full): likewise of one, with its payload; NULL: NOT_FOUND, UNAVAILABLE */
char *usher_parked_page_make_one (UsherBus *bus, const char *id, GError **error);

G_END_DECLS
