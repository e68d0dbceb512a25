/* usher-socket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-socket-private.h"

#include <errno.h>

#include "usher-descriptors-private.h"

/* more than the most members that a hub may be told to let in, where czmq has 1024 by itself; each costs a start some time */
#define MAX_SOCKETS 16384

void
usher_socket_begin (void)
{
  void *context = zsys_init ();

  /* the first socket would take SIGINT and SIGTERM */
  zsys_handler_set (NULL);
  zmq_ctx_set (context, ZMQ_MAX_SOCKETS, MAX_SOCKETS);
}

zsock_t *
usher_socket_new (int type)
{
  if (usher_descriptors_are_left ())
    return zsock_new (type);

  errno = EMFILE;

  return NULL;
}
