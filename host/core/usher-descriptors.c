/* usher-descriptors.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* for accept4() */
#define _GNU_SOURCE
#include "config.h"

#include "usher-descriptors-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gmodule.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* for a socket, its mailbox, its listener and its connection, twice, and what connections leave */
#define RESERVE 32
/* that connections to libzmq leave */
#define LAST_RESERVE 16

gboolean
usher_descriptors_are_left (void)
{
  int fds[RESERVE];
  guint n = 1;

  fds[0] = eventfd (0, EFD_CLOEXEC);
  if (fds[0] < 0)
    return FALSE;
  while (n < RESERVE && (fds[n] = fcntl (fds[0], F_DUPFD_CLOEXEC, 0)) >= 0)
    n++;
  for (guint i = 0; i < n; i++)
    close (fds[i]);

  return n == RESERVE;
}

static gboolean
is_thread_of_zeromq (void)
{
  char name[16] = "";

  pthread_getname_np (pthread_self (), name, sizeof name);

  return g_str_has_prefix (name, "ZMQbg");
}

/* The lowest one that is free is the next. */
static gboolean
is_of_reserve (int fd)
{
  struct rlimit limit = { 0 };

  return getrlimit (RLIMIT_NOFILE, &limit) == 0 && (rlim_t) fd + LAST_RESERVE >= limit.rlim_cur;
}

/* Who connects to libzmq takes a descriptor each time, and could take all: libzmq would try for ever, and ends the process where ipc
 * says EMFILE, though it bears the ENFILE of a system without any. So the last ones are not for it: whoever would get one is hung
 * up on. This stands before the function of libc for the whole process, and is the same for all but libzmq. */
G_MODULE_EXPORT int
accept4 (int fd, struct sockaddr *address, socklen_t *length, int flags)
{
  int accepted = (int) syscall (SYS_accept4, fd, address, length, flags);

  if (!is_thread_of_zeromq () || (accepted < 0 && errno != EMFILE))
    return accepted;
  if (accepted >= 0 && !is_of_reserve (accepted))
    return accepted;

  /* somebody else has the reserve: whoever waits is there at once again */
  if (accepted < 0)
    poll (NULL, 0, 1);
  else
    close (accepted);
  g_message ("no file descriptors are left for who connects to the bus: see “ulimit -n”");
  errno = ENFILE;

  return -1;
}
