/* usher-socket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-socket-private.h"

#include <errno.h>

#include "usher-descriptors-private.h"

void
usher_socket_begin (void)
{
  void *context = zsys_init ();

  /* the first socket would take SIGINT and SIGTERM */
  zsys_handler_set (NULL);
  /* each has a descriptor, which are what there is an end of; czmq's own limit is 1024 */
  zmq_ctx_set (context, ZMQ_MAX_SOCKETS, zmq_ctx_get (context, ZMQ_SOCKET_LIMIT));
}

zsock_t *
usher_socket_new (int type)
{
  if (usher_descriptors_are_left ())
    return zsock_new (type);

  errno = EMFILE;

  return NULL;
}
