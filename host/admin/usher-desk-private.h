/* usher-desk-private.h: a few threads for answers that may wait
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"

G_BEGIN_DECLS

/* The admin listener's thread waits for nobody: what may wait for the hub or a store does so here. Any thread. */
typedef struct _UsherDesk UsherDesk;

/* finishes @exchange, which is not its own */
typedef void (*UsherDeskFunc) (UsherExchange *exchange, gpointer user_data);

UsherDesk *usher_desk_new (void);
/* takes ownership of @exchange; it is refused when the desk drains, or there is no thread for it */
void
usher_desk_push (UsherDesk *self, UsherExchange *exchange, UsherDeskFunc func, gpointer user_data);
/* what comes later is refused */
void usher_desk_drain (UsherDesk *self);
/* waits for what is under way */
void usher_desk_stop (UsherDesk *self);
void usher_desk_free (UsherDesk *self);

G_END_DECLS
