/* usher-followers-private.h: those who follow the events of the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-exchange.h"

G_BEGIN_DECLS

/* One question waits in the hub for all of them, on one thread. Any thread. */
typedef struct _UsherFollowers UsherFollowers;

UsherFollowers *usher_followers_new (void);
/* takes ownership of @exchange. @wait: microseconds, of who does not accept a stream: it is answered with a page as soon as there
 * are events, or then */
void
usher_followers_add (UsherFollowers *self, UsherBus *bus, UsherExchange *exchange, gint64 wait);
/* answers who waits and ends the streams; who comes later is refused */
void usher_followers_drain (UsherFollowers *self);
/* waits until all are answered */
void usher_followers_stop (UsherFollowers *self);
/* not before no exchange can tell any more that its client is gone */
void usher_followers_free (UsherFollowers *self);

G_END_DECLS
