/* usher-listen-address.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-listen-address-private.h"

#include <string.h>

#include "usher-error.h"

#define BACKLOG 1024

static char *
make_text (GInetSocketAddress *address)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  g_autofree char *name = g_inet_address_to_string (host);
  guint port = g_inet_socket_address_get_port (address);

  if (g_inet_address_get_family (host) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[%s]:%u", name, port);

  return g_strdup_printf ("%s:%u", name, port);
}

GInetSocketAddress *
usher_listen_address_parse (const char *listen, GError **error)
{
  const char *colon = strrchr (listen, ':');
  g_autofree char *host = NULL;
  g_autoptr (GInetAddress) address = NULL;
  guint64 port = 0;
  gsize length = 0;

  if (colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      host = g_strndup (listen, (gsize) (colon - listen));
      length = strlen (host);
      if (length > 1 && host[0] == '[' && host[length - 1] == ']')
        {
          host[length - 1] = '\0';
          memmove (host, host + 1, length - 1);
        }
      if (strcmp (host, "localhost") == 0)
        address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
      else
        address = g_inet_address_new_from_string (host);
    }

  if (address == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” is no address to listen on, it should look like 127.0.0.1:3000",
                   listen);
      return NULL;
    }

  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (address, (guint16) port));
}

GSocket *
usher_listen_address_open (GInetSocketAddress *address, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = make_text (address);
  GSocketAddress *where = G_SOCKET_ADDRESS (address);

  socket = g_socket_new (g_socket_address_get_family (where),
                         G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP,
                         &local_error);
  if (socket != NULL)
    {
      g_socket_set_listen_backlog (socket, BACKLOG);
      g_socket_set_blocking (socket, FALSE);
      if (g_socket_bind (socket, where, TRUE, &local_error) &&
          g_socket_listen (socket, &local_error))
        return g_steal_pointer (&socket);
    }

  g_set_error (error,
               USHER_ERROR,
               g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)
                   ? USHER_ERROR_BUSY
                   : USHER_ERROR_UNAVAILABLE,
               "cannot listen on “%s”: %s",
               text,
               local_error->message);

  return NULL;
}

char *
usher_listen_address_make_uri (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  g_autofree char *text = NULL;

  if (address == NULL)
    return NULL;

  text = make_text (G_INET_SOCKET_ADDRESS (address));

  return g_strconcat ("http://", text, NULL);
}
