/* usher-proxy-protocol-private.h: what a proxy says before a connection's first request
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Whose connection it is. */
typedef struct
{
  gboolean is_local; /* the proxy's own, such as a look whether we live */
  struct sockaddr_storage address;
  gboolean is_secure; /* it came by TLS */
} UsherProxySource;

/* Reads a header of version 1 or 2. Returns its length, 0 when more must come, -1 when it is none. */
gssize usher_proxy_protocol_read (const char *data, gsize length, UsherProxySource *source);

G_END_DECLS
