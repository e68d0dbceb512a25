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
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-error.h"

#define MAX_TEXT 4096

/* read in one go: a child that says too much shall not keep the supervisor from all else */
#define MAX_MESSAGES 1000

struct _UsherNotifySocket
{
  int fd;
  char *path;  /* (owned) */
  ino_t inode; /* of what is at the path */
  guint source;
  UsherNotifyFunc func;
  gpointer user_data;
};

/* sd_notify() may pass descriptors for its manager to keep, of which a supervisor has no use. */
static void
close_descriptors (const struct cmsghdr *part)
{
  gsize n = (part->cmsg_len - CMSG_LEN (0)) / sizeof (int);

  for (gsize i = 0; i < n; i++)
    {
      int fd = -1;

      memcpy (&fd, CMSG_DATA (part) + i * sizeof fd, sizeof fd);
      close (fd);
    }
}

/* The process that sent a message, 0 when the kernel does not say; what else came with it is let go. */
static GPid
take_sender (struct msghdr *message)
{
  GPid pid = 0;

  for (struct cmsghdr *part = CMSG_FIRSTHDR (message); part != NULL;
       part = CMSG_NXTHDR (message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS)
      {
        struct ucred sender;

        memcpy (&sender, CMSG_DATA (part), sizeof sender);
        pid = sender.pid;
      }
    else if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
      close_descriptors (part);

  return pid;
}

/* FALSE: there is no message */
static gboolean
read_message (UsherNotifySocket *self)
{
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
  ssize_t size = recvmsg (self->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

  if (size < 0)
    return FALSE;

  text[size] = '\0';
  self->func (take_sender (&message), text, self->user_data);

  return TRUE;
}

void
usher_notify_socket_read (UsherNotifySocket *self)
{
  for (guint i = 0; i < MAX_MESSAGES; i++)
    if (!read_message (self))
      return;
}

gboolean
usher_notify_socket_is_there (UsherNotifySocket *self)
{
  struct stat info = { 0 };

  return stat (self->path, &info) == 0 && info.st_ino == self->inode;
}

static gboolean
on_message (int fd, GIOCondition condition, gpointer user_data)
{
  read_message (user_data);

  return G_SOURCE_CONTINUE;
}

UsherNotifySocket *
usher_notify_socket_new (const char *path, UsherNotifyFunc func, gpointer user_data, GError **error)
{
  g_autoptr (UsherNotifySocket) self = g_new0 (UsherNotifySocket, 1);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat info = { 0 };
  int on = 1;

  self->path = g_strdup (path);
  self->func = func;
  self->user_data = user_data;
  self->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_unlink (path);

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path ||
      self->fd < 0 || setsockopt (self->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      bind (self->fd, (struct sockaddr *) &address, sizeof address) != 0 || stat (path, &info) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "the socket “%s”, where children are heard, cannot be made: %s",
                   path,
                   g_strerror (errno));
      return NULL;
    }

  self->inode = info.st_ino;
  self->source = g_unix_fd_add (self->fd, G_IO_IN, on_message, self);

  return g_steal_pointer (&self);
}

void
usher_notify_socket_free (UsherNotifySocket *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->fd >= 0)
    {
      if (usher_notify_socket_is_there (self))
        g_unlink (self->path);
      close (self->fd);
    }
  g_free (self->path);
  g_free (self);
}
