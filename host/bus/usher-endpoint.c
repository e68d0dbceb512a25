/* usher-endpoint.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-endpoint-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-error.h"

#define BIND_PATIENCE (300 * G_TIME_SPAN_MILLISECOND)

/* Whoever could replace the socket could be the hub; abstract ones are everybody's. */
gboolean
usher_endpoint_check_folder (const char *endpoint, GError **error)
{
  const char *path = endpoint + strlen (USHER_ENDPOINT_IPC);
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  if (*path != '@' && stat (folder, &info) == 0 &&
      ((info.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (info.st_mode & S_ISVTX) != 0))
    return TRUE;

  if (*path == '@')
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "endpoint “%s” would be open to every user: give it a path",
                 endpoint);
  else if (stat (folder, &info) != 0)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "endpoint “%s” cannot be bound: “%s” is not there",
                 endpoint,
                 folder);
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "“%s” has mode %04o, so that others can replace sockets in it: “chmod 700 %s” "
                 "helps",
                 folder,
                 (guint) info.st_mode & 07777,
                 folder);

  return FALSE;
}

/* libzmq takes the path of a socket from whoever has it, and any other file too. */
static gboolean
is_path_taken (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat info;
  gboolean is_taken = FALSE;
  int fd = -1;

  if (lstat (path, &info) != 0)
    return FALSE;
  if (!S_ISSOCK (info.st_mode))
    return TRUE;
  /* such a path fails at the bind */
  if (strlen (path) >= sizeof address.sun_path)
    return FALSE;

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  memcpy (address.sun_path, path, strlen (path) + 1);
  /* what a hub that was killed has left refuses */
  is_taken = fd >= 0 &&
             (connect (fd, (struct sockaddr *) &address, sizeof address) == 0 || errno == EAGAIN);
  if (fd >= 0)
    close (fd);

  return is_taken;
}

static gboolean
try_to_bind (zsock_t *socket, const char *endpoint)
{
  if (g_str_has_prefix (endpoint, USHER_ENDPOINT_IPC) &&
      is_path_taken (endpoint + strlen (USHER_ENDPOINT_IPC)))
    {
      errno = EADDRINUSE;
      return FALSE;
    }

  return zsock_bind (socket, "%s", endpoint) >= 0;
}

/* A hub that has just closed leaves its endpoints a moment later: sockets are closed behind its back. */
gboolean
usher_endpoint_try_bind (zsock_t *socket, const char *endpoint)
{
  gint64 deadline = g_get_monotonic_time () + BIND_PATIENCE;

  while (!try_to_bind (socket, endpoint))
    {
      if (zmq_errno () != EADDRINUSE || g_get_monotonic_time () > deadline)
        return FALSE;
      g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }
  /* whatever the umask */
  if (g_str_has_prefix (endpoint, USHER_ENDPOINT_IPC))
    g_chmod (endpoint + strlen (USHER_ENDPOINT_IPC), 0600);

  return TRUE;
}

gboolean
usher_endpoint_bind (zsock_t *socket, const char *endpoint, GError **error)
{
  if (usher_endpoint_try_bind (socket, endpoint))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               zmq_errno () == EADDRINUSE ? USHER_ERROR_BUSY : USHER_ERROR_UNAVAILABLE,
               "endpoint “%s” cannot be bound: %s",
               endpoint,
               zmq_strerror (zmq_errno ()));

  return FALSE;
}
