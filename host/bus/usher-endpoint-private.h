/* usher-endpoint-private.h: where a socket is bound, safely
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>
#include <glib.h>

G_BEGIN_DECLS

#define USHER_ENDPOINT_INPROC "inproc://"
#define USHER_ENDPOINT_IPC    "ipc://"
#define USHER_ENDPOINT_TCP    "tcp://"

/* whether nobody else can replace the socket of an ipc endpoint: FORBIDDEN, UNAVAILABLE */
gboolean usher_endpoint_check_folder (const char *endpoint, GError **error);
/* FALSE: zmq_errno() says why. One that was left a moment ago is waited for, a path that is in use is not taken. */
gboolean usher_endpoint_try_bind (zsock_t *socket, const char *endpoint);
/* likewise: BUSY, UNAVAILABLE */
gboolean usher_endpoint_bind (zsock_t *socket, const char *endpoint, GError **error);

G_END_DECLS
