/* usher-exchange-private.h: the part of an exchange that is the router's
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"

G_BEGIN_DECLS

/* (nullable): the route that the router found, opaque to everybody else */
void usher_exchange_set_route (UsherExchange *self, gconstpointer route);
gconstpointer usher_exchange_get_route (UsherExchange *self);

G_END_DECLS
