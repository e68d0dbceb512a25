/* usher-listen-address.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-listen-address-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-error.h"

#define BACKLOG  1024
#define MAX_PATH (sizeof ((struct sockaddr_un *) NULL)->sun_path - 1)
#define OURS     "usher-path"

static GSocketAddress *
parse_path (const char *text, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (text, NULL);

  if (*text != '\0' && strlen (path) <= MAX_PATH)
    return g_unix_socket_address_new (path);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no path for a socket, which has at most %d bytes",
               text,
               (int) MAX_PATH);

  return NULL;
}

GSocketAddress *
usher_listen_address_parse (const char *listen, GError **error)
{
  const char *colon = strrchr (listen, ':');
  GSocketAddress *address = NULL;
  guint64 port = 0;

  if (g_str_has_prefix (listen, "unix:"))
    return parse_path (listen + strlen ("unix:"), error);

  if (colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      gsize bracket = *listen == '[' && colon > listen + 1 && colon[-1] == ']' ? 1 : 0;
      gsize length = (gsize) (colon - listen) - 2 * bracket;
      g_autofree char *host = g_strndup (listen + bracket, length);
      gboolean is_named = strcmp (host, "localhost") == 0;

      address = g_inet_socket_address_new_from_string (is_named ? "127.0.0.1" : host, (guint) port);
    }

  if (address == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "“%s” is no address to listen on, it should look like 127.0.0.1:3000",
                 listen);

  return address;
}

char *
usher_listen_address_dup_host (const char *text)
{
  gsize length = g_hostname_is_ip_address (text) ? strlen (text) : strcspn (text, ":");
  g_autofree char *name = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (*text == '[')
    name = g_strndup (text + 1, strcspn (text + 1, "]"));
  else
    name = g_strndup (text, length > 1 && text[length - 1] == '.' ? length - 1 : length);
  address = g_inet_address_new_from_string (name);

  return address != NULL ? g_inet_address_to_string (address) : g_ascii_strdown (name, -1);
}

/* A socket that a service manager made for us and that listens already. */
static GSocket *
adopt (const char *number, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  guint64 fd = 0;
  int listens = 0;
  socklen_t length = sizeof listens;

  if (!g_ascii_string_to_unsigned (number, 10, 3, G_MAXINT, &fd, NULL) ||
      getsockopt ((int) fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || !listens)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“fd:%s” is no descriptor of a socket that listens",
                   number);
      return NULL;
    }

  socket = g_socket_new_from_fd ((int) fd, error);
  if (socket == NULL)
    return NULL;

  if (fcntl ((int) fd, F_SETFD, FD_CLOEXEC) != 0)
    g_message ("children inherit descriptor %u: %s", (guint) fd, g_strerror (errno));
  g_socket_set_blocking (socket, FALSE);

  return g_steal_pointer (&socket);
}

/* Returns whether nobody accepts on a path that is there, so that it may go. */
static gboolean
is_stale (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean refused = FALSE;

  if (fd < 0)
    return FALSE;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  refused =
      connect (fd, (struct sockaddr *) &address, sizeof address) != 0 && errno == ECONNREFUSED;
  close (fd);

  return refused;
}

static gboolean
make_room (GSocketAddress *address, GError **error)
{
  const char *path = g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address));
  struct stat info = { 0 };

  if (g_lstat (path, &info) != 0)
    return TRUE;

  /* nothing but a socket is ever removed */
  if (S_ISSOCK (info.st_mode) && is_stale (path) && g_unlink (path) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "cannot listen on “unix:%s”: %s",
               path,
               S_ISSOCK (info.st_mode) ? "somebody else does" : "it is there and no socket");

  return FALSE;
}

static gboolean
bind_and_listen (GSocket *socket, GSocketAddress *address, GError **error)
{
  gboolean has_path = G_IS_UNIX_SOCKET_ADDRESS (address);
  const char *path =
      has_path ? g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)) : NULL;

  g_socket_set_listen_backlog (socket, BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  /* the path has this mode from its first moment on */
  if (has_path && fchmod (g_socket_get_fd (socket), 0600) != 0)
    g_message ("the mode of a socket was not set: %s", g_strerror (errno));

  if (!g_socket_bind (socket, address, !has_path, error) || !g_socket_listen (socket, error))
    return FALSE;

  g_object_set_data_full (G_OBJECT (socket), OURS, g_strdup (path), g_free);

  return TRUE;
}

GSocket *
usher_listen_address_open (const char *listen, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local_error = NULL;

  if (g_str_has_prefix (listen, "fd:"))
    return adopt (listen + strlen ("fd:"), error);

  address = usher_listen_address_parse (listen, error);
  if (address == NULL)
    return NULL;
  if (G_IS_UNIX_SOCKET_ADDRESS (address) && !make_room (address, error))
    return NULL;

  socket = g_socket_new (g_socket_address_get_family (address),
                         G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_DEFAULT,
                         &local_error);
  if (socket != NULL && bind_and_listen (socket, address, &local_error))
    return g_steal_pointer (&socket);

  g_set_error (error,
               USHER_ERROR,
               g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)
                   ? USHER_ERROR_BUSY
                   : USHER_ERROR_UNAVAILABLE,
               "cannot listen on “%s”: %s",
               listen,
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
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strconcat ("unix:",
                        g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)),
                        NULL);

  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

  return g_strconcat ("http://", text, NULL);
}

gboolean
usher_listen_address_is_local (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return TRUE;

  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

void
usher_listen_address_forget (GSocket *socket)
{
  const char *path = g_object_get_data (G_OBJECT (socket), OURS);

  if (path != NULL && g_unlink (path) != 0)
    g_debug ("“%s” was gone already: %s", path, g_strerror (errno));
}
