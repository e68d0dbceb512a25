/* usher-socket-events-private.h: what happens to the connections of a socket
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>
#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): a socket that gets the @events of @socket, for the same thread */
zsock_t *usher_socket_events_new (zsock_t *socket, int events);
/* before @socket is destroyed; either may be NULL */
void usher_socket_events_free (zsock_t *self, zsock_t *socket);
/* the next event, 0 when there is none */
guint usher_socket_events_take (zsock_t *self);

G_END_DECLS
