/* usher-orders-listeners.h: what tickets, time and payments mean for orders
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

void usher_orders_listeners_add (UsherContext *context);

G_END_DECLS
