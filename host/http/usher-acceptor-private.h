/* usher-acceptor-private.h: takes connections and counts them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

#include "usher-proxies-private.h"
#include "usher-refusals-private.h"

G_BEGIN_DECLS

/* A connection that was taken. */
typedef struct
{
  int fd;
  socklen_t length;
  struct sockaddr_storage address;
} UsherIncoming;

/* takes over the descriptor; on the acceptor's thread */
typedef void (*UsherAcceptorFunc) (const UsherIncoming *incoming, gpointer user_data);

typedef struct _UsherAcceptor UsherAcceptor;

/* @max, @max_per_address: connections at once; who comes on top of them is answered 503 and closed.
 * @proxies may hold any number. */
UsherAcceptor *usher_acceptor_new (guint max,
                                   guint max_per_address,
                                   UsherProxies *proxies,
                                   UsherRefusals *refusals);
gboolean usher_acceptor_start (UsherAcceptor *self,
                               const char *listen,
                               UsherAcceptorFunc func,
                               gpointer user_data,
                               GError **error);
const char *usher_acceptor_get_uri (UsherAcceptor *self);
gboolean usher_acceptor_is_local (UsherAcceptor *self);
/* a connection is over; any thread */
void usher_acceptor_release (UsherAcceptor *self, const struct sockaddr_storage *address);
/* it turned out whose connection it is; FALSE: he has too many, and it counts as before */
gboolean usher_acceptor_move (UsherAcceptor *self,
                              const struct sockaddr_storage *from,
                              const struct sockaddr_storage *to);
/* takes who waits already, then closes the listening socket */
void usher_acceptor_close (UsherAcceptor *self);
void usher_acceptor_free (UsherAcceptor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAcceptor, usher_acceptor_free)

G_END_DECLS
