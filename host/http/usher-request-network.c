/* usher-request-network.c: whose a request is, for who counts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "usher-request.h"

/* of an IPv6 address: what one household has at least */
#define NETWORK_SIZE 8
/* before an IPv4 address that is mapped into IPv6 */
#define MAPPED_SIZE 12

static const guint8 mapped[MAPPED_SIZE] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static char *
format_network (const guint8 *bytes)
{
  guint8 network[16] = { 0 };
  g_autoptr (GInetAddress) inet = NULL;
  g_autofree char *text = NULL;

  memcpy (network, bytes, NETWORK_SIZE);
  inet = g_inet_address_new_from_bytes (network, G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (inet);

  return g_strconcat (text, "/64", NULL);
}

static char *
format_v4 (const guint8 *bytes)
{
  g_autoptr (GInetAddress) inet =
      g_inet_address_new_from_bytes (bytes + MAPPED_SIZE, G_SOCKET_FAMILY_IPV4);

  return g_inet_address_to_string (inet);
}

/**
 * usher_request_dup_network:
 * @self: a request
 *
 * Gets whose the request is for who counts by address: the address of the client, of IPv6 its /64, as who has one
 * address there has them all.
 *
 * Returns: (transfer full): the network, empty when the address is not known
 */
char *
usher_request_dup_network (UsherRequest *self)
{
  const char *address = usher_request_get_address (self);
  g_autoptr (GInetAddress) inet = NULL;
  const guint8 *bytes = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  if (strchr (address, ':') != NULL)
    inet = g_inet_address_new_from_string (address);
  if (inet == NULL || g_inet_address_get_family (inet) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);

  bytes = g_inet_address_to_bytes (inet);

  return memcmp (bytes, mapped, sizeof mapped) == 0 ? format_v4 (bytes) : format_network (bytes);
}
