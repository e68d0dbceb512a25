/* usher-proxies.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-proxies-private.h"

#include <netinet/in.h>
#include <string.h>

#include "usher-error.h"

struct _UsherProxies
{
  GPtrArray *masks; /* (owned) (element-type GInetAddressMask) */
};

UsherProxies *
usher_proxies_new (const char *const *list, GError **error)
{
  g_autoptr (UsherProxies) self = g_new0 (UsherProxies, 1);

  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) local_error = NULL;
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (list[i], &local_error);

      if (mask == NULL)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_INVALID,
                       "trusted proxy “%s” is no address: %s",
                       list[i],
                       local_error->message);
          return NULL;
        }
      g_ptr_array_add (self->masks, mask);
    }

  return g_steal_pointer (&self);
}

void
usher_proxies_free (UsherProxies *self)
{
  g_ptr_array_unref (self->masks);
  g_free (self);
}

gboolean
usher_proxies_contains (UsherProxies *self, GInetAddress *address)
{
  for (guint i = 0; i < self->masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->masks, i), address))
      return TRUE;

  return FALSE;
}

char *
usher_proxies_dup_client (UsherProxies *self, const char *forwarded)
{
  g_auto (GStrv) hops = g_strsplit (forwarded, ",", -1);
  char *client = NULL;

  for (guint i = g_strv_length (hops); i > 0; i--)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_strstrip (hops[i - 1]));

      if (address == NULL)
        break;
      g_free (client);
      client = g_inet_address_to_string (address);
      if (!usher_proxies_contains (self, address))
        break;
    }

  return client;
}

GInetAddress *
usher_proxies_make_address (const struct sockaddr_storage *address)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;

  if (address->ss_family == AF_INET)
    return g_inet_address_new_from_bytes ((const guint8 *) &v4->sin_addr, G_SOCKET_FAMILY_IPV4);
  if (address->ss_family != AF_INET6)
    return NULL;
  if (IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr))
    return g_inet_address_new_from_bytes (v6->sin6_addr.s6_addr + 12, G_SOCKET_FAMILY_IPV4);

  return g_inet_address_new_from_bytes (v6->sin6_addr.s6_addr, G_SOCKET_FAMILY_IPV6);
}
