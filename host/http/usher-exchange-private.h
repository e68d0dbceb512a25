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
/* For a listener, which makes an object for one request after the other: begins one, with an empty request. @started:
 * monotonic microseconds */
void usher_exchange_begin (UsherExchange *self,
                           UsherExchangeDoneFunc done,
                           gpointer user_data,
                           gint64 started);
/* FALSE when somebody else still has it, its request or its reply; else it can begin again */
gboolean usher_exchange_recycle (UsherExchange *self);
/* the client has left; on its listener's thread */
void usher_exchange_leave (UsherExchange *self);

G_END_DECLS
