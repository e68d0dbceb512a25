/* usher-socket-events.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-socket-events-private.h"

#include <string.h>

#include "usher-socket-private.h"

zsock_t *
usher_socket_events_new (zsock_t *socket, int events)
{
  void *raw = zsock_resolve (socket);
  g_autofree char *endpoint = g_strdup_printf ("inproc://usher-socket-events-%p", raw);
  zsock_t *monitor = usher_socket_new (ZMQ_PAIR);

  /* libzmq's thread would wait for room */
  if (monitor != NULL)
    zsock_set_rcvhwm (monitor, 0);
  if (monitor != NULL && (zmq_socket_monitor (raw, endpoint, events) != 0 ||
                          zsock_connect (monitor, "%s", endpoint) != 0))
    zsock_destroy (&monitor);

  return monitor;
}

void
usher_socket_events_free (zsock_t *self, zsock_t *socket)
{
  if (self == NULL)
    return;

  /* libzmq's thread would wait for ever for somebody who takes the next event */
  if (socket != NULL)
    zmq_socket_monitor (zsock_resolve (socket), NULL, 0);
  zsock_destroy (&self);
}

guint
usher_socket_events_take (zsock_t *self)
{
  void *raw = zsock_resolve (self);
  guint16 event = 0;
  char address[256];

  /* the event and its value, then the address */
  if (zmq_recv (raw, &event, sizeof event, ZMQ_DONTWAIT) < (int) sizeof event)
    return 0;
  zmq_recv (raw, address, sizeof address, ZMQ_DONTWAIT);

  return event;
}
