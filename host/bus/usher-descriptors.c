/* usher-descriptors.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-descriptors-private.h"

#include <fcntl.h>
#include <unistd.h>

/* for a socket, its mailbox, its listener and its connection, twice */
#define RESERVE 16

gboolean
usher_descriptors_are_left (int fd)
{
  int fds[RESERVE];
  guint n = 0;

  while (n < RESERVE && (fds[n] = fcntl (fd, F_DUPFD_CLOEXEC, 0)) >= 0)
    n++;
  for (guint i = 0; i < n; i++)
    close (fds[i]);

  return n == RESERVE;
}
