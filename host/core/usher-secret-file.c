/* usher-secret-file.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-secret-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-write-private.h"

static gboolean
fail (const char *path, int code, GError **error)
{
  return usher_refuse (error,
                       code == ENOSPC || code == EDQUOT ? USHER_ERROR_FULL
                                                        : USHER_ERROR_UNAVAILABLE,
                       "key file “%s” cannot be made: %s",
                       path,
                       g_strerror (code));
}

static void
sync_directory (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fsync (fd) != 0)
    g_info ("directory “%s” was not synced: %s", directory, g_strerror (errno));
  close (fd);
}

/* (transfer full) (nullable): beside @path, which it becomes; errno says why not. @like: (nullable): whose mode and owner */
static char *
write_temporary (const char *path, UsherSecret *secret, const struct stat *like)
{
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", path);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  gsize size = 0;
  const guint8 *data = usher_secret_get_data (secret, &size);
  gboolean ok = fd >= 0;
  int code = 0;

  if (!ok)
    return NULL;

  /* one that everybody may write to would be refused */
  if (like != NULL)
    ok = (like->st_uid == geteuid () || fchown (fd, like->st_uid, like->st_gid) == 0) &&
         fchmod (fd, like->st_mode & 0775) == 0;
  ok = ok && usher_write_all (fd, data, size) && fsync (fd) == 0;
  code = ok ? 0 : errno;
  if (close (fd) != 0 && ok)
    code = errno;
  if (code == 0)
    return g_steal_pointer (&temporary);

  g_unlink (temporary);
  errno = code;

  return NULL;
}

gboolean
usher_secret_file_make (const char *path, UsherSecret *secret, GError **error)
{
  g_autofree char *temporary = write_temporary (path, secret, NULL);
  int code = 0;

  if (temporary == NULL)
    return fail (path, errno, error);

  if (link (temporary, path) != 0 && errno != EEXIST)
    code = errno;
  g_unlink (temporary);
  if (code != 0)
    return fail (path, code, error);
  sync_directory (path);

  return TRUE;
}

gboolean
usher_secret_file_replace (const char *path, UsherSecret *secret, GError **error)
{
  g_autofree char *temporary = NULL;
  struct stat info;

  if (lstat (path, &info) != 0)
    return fail (path, errno, error);
  if (!S_ISREG (info.st_mode))
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "“%s” is a link, or no file, so what it leads to is for others to write",
                         path);

  temporary = write_temporary (path, secret, &info);
  if (temporary == NULL)
    return fail (path, errno, error);
  if (g_rename (temporary, path) != 0)
    {
      int code = errno;

      g_unlink (temporary);
      return fail (path, code, error);
    }
  sync_directory (path);

  return TRUE;
}

int
usher_secret_file_lock (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  while (fd >= 0 && flock (fd, LOCK_EX) != 0 && errno == EINTR)
    continue;

  return fd;
}
