/* usher-proxies-private.h: who a client is, when a proxy says so
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

#include "usher-request.h"

G_BEGIN_DECLS

/* Immutable after it was made, any thread. */
typedef struct _UsherProxies UsherProxies;

/* @list: addresses, or networks `10.0.0.0/8`; @is_standard: `Forwarded` (RFC 7239) counts, and not the X-Forwarded headers;
 * INVALID */
UsherProxies *usher_proxies_new (const char *const *list, gboolean is_standard, GError **error);
void usher_proxies_free (UsherProxies *self);
gboolean usher_proxies_contains (UsherProxies *self, GInetAddress *address);
/* what a proxy that is trusted says of a request: its client, how he came and what he took us for. @address: the
 * proxy's own, for one that says nothing */
void usher_proxies_set_origin (UsherProxies *self,
                               UsherRequest *request,
                               const char *address,
                               gboolean is_secure);
/* what would count if who sent the request were trusted. @authority: (out) (nullable): what he says it was asked of.
 * Returns whether he says by HTTPS. */
gboolean usher_proxies_read_claim (UsherProxies *self, UsherRequest *request, char **authority);
/* (nullable); an IPv4 address that is mapped into IPv6 is an IPv4 address */
GInetAddress *usher_proxies_make_address (const struct sockaddr_storage *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherProxies, usher_proxies_free)

G_END_DECLS
