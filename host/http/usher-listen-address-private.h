/* usher-listen-address-private.h: sockets that listen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* (transfer full): of "ADDR:PORT", "[ADDR]:PORT" or "unix:PATH"; INVALID */
GSocketAddress *usher_listen_address_parse (const char *listen, GError **error);
/* what hosts are compared by: without brackets, port, and the dot of the root; addresses as they are written usually */
char *usher_listen_address_dup_host (const char *text);
/* @listen: "ADDR:PORT", "[ADDR]:PORT" (numeric), "unix:PATH", or "fd:N", a socket that listens already. Bound and
 * listening; INVALID; BUSY names an address in use; UNAVAILABLE */
GSocket *usher_listen_address_open (const char *listen, GError **error);
/* "http://ADDR:PORT" with the port that was given, or "unix:PATH" */
char *usher_listen_address_make_uri (GSocket *socket);
/* whether only this machine reaches it */
gboolean usher_listen_address_is_local (GSocket *socket);
/* Removes the path of a socket that usher_listen_address_open() made, before the socket is closed. */
void usher_listen_address_forget (GSocket *socket);

G_END_DECLS
