/* usher-proxies-private.h: whose X-Forwarded headers count
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Immutable after it was made, any thread. */
typedef struct _UsherProxies UsherProxies;

/* @list: addresses, or networks `10.0.0.0/8`; INVALID */
UsherProxies *usher_proxies_new (const char *const *list, GError **error);
void usher_proxies_free (UsherProxies *self);
gboolean usher_proxies_contains (UsherProxies *self, GInetAddress *address);
/* the client in an X-Forwarded-For: the last address that is no proxy of ours; (nullable) */
char *usher_proxies_dup_client (UsherProxies *self, const char *forwarded);
/* (nullable); an IPv4 address that is mapped into IPv6 is an IPv4 address */
GInetAddress *usher_proxies_make_address (const struct sockaddr_storage *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherProxies, usher_proxies_free)

G_END_DECLS
