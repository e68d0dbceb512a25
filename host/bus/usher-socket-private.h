/* usher-socket-private.h: how sockets of ZeroMQ are made
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>
#include <glib.h>

G_BEGIN_DECLS

/* before the first one of the process; any thread, and as often as one likes */
void usher_socket_begin (void);
/* (nullable): NULL: the process has no file descriptors left for one, where czmq itself would abort */
zsock_t *usher_socket_new (int type);

G_END_DECLS
