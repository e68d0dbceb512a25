/* usher-write.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-write-private.h"

#include <errno.h>
#include <unistd.h>

/**
 * usher_write_all: (skip)
 * @fd: a descriptor that blocks
 * @bytes: what to write
 * @size: how much of it
 *
 * Writes all, however often it has to, and whatever signals come.
 *
 * Returns: whether all was written; else `errno` says why
 */
gboolean
usher_write_all (int fd, gconstpointer bytes, gsize size)
{
  const guint8 *at = bytes;

  while (size > 0)
    {
      gssize n = write (fd, at, size);

      if (n < 0 && errno != EINTR)
        return FALSE;
      at += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }

  return TRUE;
}
