/* usher-listen-address-private.h: sockets that listen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* "ADDR:PORT" or "[ADDR]:PORT", numeric; INVALID */
GInetSocketAddress *usher_listen_address_parse (const char *listen, GError **error);
/* bound and listening; BUSY names an address in use */
GSocket *usher_listen_address_open (GInetSocketAddress *address, GError **error);
/* "http://ADDR:PORT" with the port that was given */
char *usher_listen_address_make_uri (GSocket *socket);

G_END_DECLS
