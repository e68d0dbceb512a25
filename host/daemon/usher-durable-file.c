/* usher-durable-file.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-durable-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-write-private.h"

#define BLOCK (256 * 1024)

static gboolean
fail (const char *path, const char *what, GError **error)
{
  int code = errno;

  g_set_error (error,
               USHER_ERROR,
               code == ENOSPC || code == EDQUOT ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "file “%s” cannot be %s: %s",
               path,
               what,
               g_strerror (code));

  return FALSE;
}

/* Reads all of @in into @checksum, and into @out unless that is -1. */
static gboolean
pump (int in, int out, GChecksum *checksum, guint64 *size)
{
  g_autofree guint8 *block = g_malloc (BLOCK);
  gssize n = 0;

  *size = 0;
  while ((n = read (in, block, BLOCK)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || (out >= 0 && !usher_write_all (out, block, (gsize) n)))
        return FALSE;
      g_checksum_update (checksum, block, n);
      *size += (guint64) n;
    }

  return TRUE;
}

gboolean
usher_durable_file_copy (const char *from,
                         const char *to,
                         int mode,
                         guint64 *size,
                         char **sum,
                         GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  int in = open (from, O_RDONLY | O_CLOEXEC);
  int out = -1;
  gboolean ok = in >= 0 || fail (from, "read", error);

  if (ok)
    {
      out = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      ok = (out >= 0 && pump (in, out, checksum, size) && fchmod (out, (mode_t) mode) == 0 &&
            fsync (out) == 0) ||
           fail (to, "written", error);
    }
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  if (ok)
    *sum = g_strdup (g_checksum_get_string (checksum));

  return ok;
}

gboolean
usher_durable_file_finish (const char *path, int mode, guint64 *size, char **sum, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  int fd = open (path, O_RDWR | O_CLOEXEC);
  gboolean ok = (fd >= 0 && fchmod (fd, (mode_t) mode) == 0 && fsync (fd) == 0 &&
                 pump (fd, -1, checksum, size)) ||
                fail (path, "flushed", error);

  if (fd >= 0)
    close (fd);
  if (ok)
    *sum = g_strdup (g_checksum_get_string (checksum));

  return ok;
}

gboolean
usher_durable_file_write (const char *path, const char *text, int mode, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gboolean ok = (fd >= 0 && usher_write_all (fd, text, strlen (text)) &&
                 fchmod (fd, (mode_t) mode) == 0 && fsync (fd) == 0) ||
                fail (path, "written", error);

  if (fd >= 0)
    close (fd);

  return ok;
}

gboolean
usher_durable_file_make_parent (const char *root, const char *path, GError **error)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);

  return g_mkdir_with_parents (parent, 0700) == 0 || fail (parent, "made", error);
}

gboolean
usher_durable_file_sync_folder (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = (fd >= 0 && fsync (fd) == 0) || fail (path, "flushed", error);

  if (fd >= 0)
    close (fd);

  return ok;
}

gboolean
usher_durable_file_sync_tree (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_file_test (below, G_FILE_TEST_IS_DIR) && !g_file_test (below, G_FILE_TEST_IS_SYMLINK) &&
          !usher_durable_file_sync_tree (below, error))
        return FALSE;
    }

  return usher_durable_file_sync_folder (path, error);
}

void
usher_durable_file_remove_tree (const char *path)
{
  g_autoptr (GDir) folder = NULL;
  const char *name = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      usher_durable_file_remove_tree (below);
    }
  g_remove (path);
}
