/* usher-owner-only.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-owner-only-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0600

void
usher_owner_only_make (const char *path)
{
  if (mknod (path, S_IFREG | MODE, 0) == 0)
    usher_owner_only_narrow (path);
}

void
usher_owner_only_narrow (const char *path)
{
  struct stat info;

  if (stat (path, &info) != 0 || info.st_uid != geteuid () || (info.st_mode & 0777) == MODE)
    return;

  if (g_chmod (path, MODE) != 0)
    g_warning ("file “%s” keeps mode %04o: %s",
               path,
               (guint) info.st_mode & 0777,
               g_strerror (errno));
}
