/* usher-notify-socket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-notify-socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-error.h"

#define MAX_TEXT 4096

struct _UsherNotifySocket
{
  int fd;
  char *path; /* (owned) */
  guint source;
  UsherNotifyFunc func;
  gpointer user_data;
};

/* The process that sent a message, 0 when the kernel does not say. */
static GPid
find_sender (struct msghdr *message)
{
  for (struct cmsghdr *part = CMSG_FIRSTHDR (message); part != NULL;
       part = CMSG_NXTHDR (message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS)
      {
        struct ucred sender;

        memcpy (&sender, CMSG_DATA (part), sizeof sender);
        return sender.pid;
      }

  return 0;
}

static gboolean
on_message (int fd, GIOCondition condition, gpointer user_data)
{
  UsherNotifySocket *self = user_data;
  char text[MAX_TEXT + 1];
  struct iovec vector = { text, MAX_TEXT };
  union
  {
    struct cmsghdr head;
    char room[CMSG_SPACE (sizeof (struct ucred)) + CMSG_SPACE (sizeof (int) * 16)];
  } control;
  struct msghdr message = {
    .msg_iov = &vector,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  ssize_t size = recvmsg (fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

  if (size < 0)
    return G_SOURCE_CONTINUE;

  text[size] = '\0';
  self->func (find_sender (&message), text, self->user_data);

  return G_SOURCE_CONTINUE;
}

UsherNotifySocket *
usher_notify_socket_new (const char *path, UsherNotifyFunc func, gpointer user_data, GError **error)
{
  g_autoptr (UsherNotifySocket) self = g_new0 (UsherNotifySocket, 1);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int on = 1;

  self->path = g_strdup (path);
  self->func = func;
  self->user_data = user_data;
  self->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_unlink (path);

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path ||
      self->fd < 0 || setsockopt (self->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      bind (self->fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "the socket “%s”, where children are heard, cannot be made: %s",
                   path,
                   g_strerror (errno));
      return NULL;
    }

  self->source = g_unix_fd_add (self->fd, G_IO_IN, on_message, self);

  return g_steal_pointer (&self);
}

void
usher_notify_socket_free (UsherNotifySocket *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->fd >= 0)
    {
      g_unlink (self->path);
      close (self->fd);
    }
  g_free (self->path);
  g_free (self);
}
