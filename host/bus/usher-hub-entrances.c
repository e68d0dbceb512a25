/* usher-hub-entrances.c: where members come in, and who may
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "usher-descriptors-private.h"
#include "usher-error.h"

#define BIND_PATIENCE (300 * G_TIME_SPAN_MILLISECOND)
#define INPROC        "inproc://"
#define IPC           "ipc://"
#define TCP           "tcp://"

/**
 * usher_hub_set_keys:
 * @self: a hub
 * @directory: keys, as [func@keys_make] makes them
 * @error: return location for a [error@Error]
 *
 * Lets only members whose key the hub knows come in over tcp, and encrypts all that is exchanged with them. To be called
 * before [method@Hub.bind], which refuses tcp after this has failed. A process can have one hub with keys. Who may join
 * is looked up anew for each connection, so a file that comes or goes counts for the next one. Any thread.
 *
 * Returns: whether the keys are used: `USHER_ERROR_NOT_FOUND` names a file that is missing, `USHER_ERROR_FORBIDDEN` one
 *   that others can read, `USHER_ERROR_CORRUPT` one that has no key; `USHER_ERROR_UNAVAILABLE` when keys cannot be used
 */
gboolean
usher_hub_set_keys (UsherHub *self, const char *directory, GError **error)
{
  UsherHubCall call = { NULL };

  g_return_val_if_fail (USHER_IS_HUB (self), FALSE);
  g_return_val_if_fail (directory != NULL, FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_atomic_int_set (&self->wants_keys, 1);
  call.guard = usher_guard_new (directory, error);
  if (call.guard == NULL)
    return FALSE;

  usher_hub_call (self, &call, NULL);
  g_atomic_int_set (&self->has_keys, 1);

  return TRUE;
}

/* Whoever could replace the socket could be the hub; abstract ones are everybody's. */
static gboolean
check_folder (const char *endpoint, GError **error)
{
  const char *path = endpoint + strlen (IPC);
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

gboolean
usher_hub_may_bind (UsherHub *self, const char *endpoint, GError **error)
{
  if (g_str_has_prefix (endpoint, INPROC))
    return TRUE;
  if (g_str_has_prefix (endpoint, IPC))
    return check_folder (endpoint, error);

  if (!g_str_has_prefix (endpoint, TCP))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "endpoint “%s” is neither inproc, ipc nor tcp",
                 endpoint);
  else if (g_atomic_int_get (&self->has_keys))
    return TRUE;
  else if (!g_atomic_int_get (&self->wants_keys))
    return usher_keys_may_miss (endpoint, error);
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "endpoint “%s” stays shut: its keys cannot be used",
                 endpoint);

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
  if (g_str_has_prefix (endpoint, IPC) && is_path_taken (endpoint + strlen (IPC)))
    {
      errno = EADDRINUSE;
      return FALSE;
    }

  return zsock_bind (socket, "%s", endpoint) >= 0;
}

/* A hub that has just closed leaves its endpoints a moment later: sockets are closed behind its back. */
static gboolean
bind_patiently (zsock_t *socket, const char *endpoint)
{
  gint64 deadline = g_get_monotonic_time () + BIND_PATIENCE;

  while (!try_to_bind (socket, endpoint))
    {
      if (zmq_errno () != EADDRINUSE || g_get_monotonic_time () > deadline)
        return FALSE;
      g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }
  /* whatever the umask */
  if (g_str_has_prefix (endpoint, IPC))
    g_chmod (endpoint + strlen (IPC), 0600);

  return TRUE;
}

static gboolean
bind_or_tell (zsock_t *socket, const char *endpoint, GError **error)
{
  if (bind_patiently (socket, endpoint))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               zmq_errno () == EADDRINUSE ? USHER_ERROR_BUSY : USHER_ERROR_UNAVAILABLE,
               "endpoint “%s” cannot be bound: %s",
               endpoint,
               zmq_strerror (zmq_errno ()));

  return FALSE;
}

/* On the hub's thread. */
gboolean
usher_hub_bind_entrance (UsherHub *self, UsherHubCall *call, GError **error)
{
  UsherEntrance *entrance = NULL;
  gboolean is_tcp = g_str_has_prefix (call->endpoint, TCP);
  g_autofree char *live = NULL;

  if (self->guard != NULL && !usher_guard_set (self->guard, self->router, is_tcp))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "endpoint “%s” stays shut: its keys cannot be used",
                   call->endpoint);
      return FALSE;
    }

  usher_link_set_family (self->router, call->endpoint);
  if (!bind_or_tell (self->router, call->endpoint, error))
    return FALSE;
  call->bound = g_strdup (zsock_endpoint (self->router));

  /* over tcp one port is enough: a firewall has one rule, and a connection is whole or gone */
  live = is_tcp ? NULL : g_strconcat (call->bound, ".live", NULL);
  if (live != NULL && !bind_or_tell (self->live, live, error))
    {
      zsock_unbind (self->router, "%s", call->bound);
      return FALSE;
    }

  entrance = g_new0 (UsherEntrance, 1);
  entrance->endpoint = g_strdup (call->bound);
  entrance->live = g_steal_pointer (&live);
  entrance->is_remote = !g_str_has_prefix (call->endpoint, INPROC);
  g_ptr_array_add (self->entrances, entrance);

  return TRUE;
}

gboolean
usher_hub_open_push (UsherHub *self, const UsherEntrance *entrance, UsherMember *member)
{
  g_autofree char *wanted = NULL;
  zsock_t *push = NULL;

  member->is_remote = entrance->is_remote;
  if (entrance->live == NULL)
    {
      member->endpoint = g_strdup (entrance->endpoint);
      return TRUE;
    }

  if (!usher_descriptors_are_left (usher_wake_get_fd (self->wake)))
    {
      errno = EMFILE;
      return FALSE;
    }
  wanted = g_strdup_printf ("%s.m%u", entrance->endpoint, ++self->last_member);
  push = zsock_new (ZMQ_PUSH);
  /* how much is out is bounded by max-in-flight */
  zsock_set_sndhwm (push, 0);
  zsock_set_linger (push, 0);
  if (!bind_patiently (push, wanted))
    {
      zsock_destroy (&push);
      return FALSE;
    }
  member->endpoint = g_steal_pointer (&wanted);
  member->push = push;

  return TRUE;
}

gboolean
usher_hub_can_deliver (const UsherMember *member)
{
  /* who says hello before its way is there, or never lets it be */
  return member->push == NULL || (zsock_events (member->push) & ZMQ_POLLOUT) != 0;
}

gboolean
usher_hub_deliver (UsherHub *self, UsherMember *member, GByteArray *frame)
{
  gboolean sent = FALSE;

  if (member->push == NULL)
    return usher_hub_send (self, member->identity, frame);

  sent = zmq_send (zsock_resolve (member->push), frame->data, frame->len, ZMQ_DONTWAIT) >= 0;
  g_byte_array_unref (frame);

  return sent;
}

void
usher_hub_tell_grown (UsherHub *self, GPtrArray *followers, const UsherHubChannel *channel)
{
  for (guint i = 0; i < followers->len; i++)
    {
      const UsherSeat *seat = g_ptr_array_index (followers, i);
      GByteArray *frame = NULL;

      if (seat->member->push != NULL)
        continue;
      /* it fetches as much as it can take, so nothing piles up here */
      frame = usher_frame_new (USHER_FRAME_GROWN);
      usher_frame_add_text (frame, usher_hub_channel_get_name (channel));
      usher_frame_add_u64 (frame, usher_hub_channel_get_last (channel));
      usher_hub_send (self, seat->member->identity, frame);
    }
}
