/* usher-directory-lock.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-directory-lock-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "usher-error.h"

#define LOCK_FILE "lock"

/* The lock is the kernel's: it goes with the process, however that ends. */
struct _UsherDirectoryLock
{
  int fd;
};

static gpointer
refuse (const char *directory, const char *what, int code, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               code == ENOSPC ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "data directory “%s” %s: %s",
               directory,
               what,
               g_strerror (code));

  return NULL;
}

static void
tell_holder (const char *path, const char *directory, GError **error)
{
  g_autofree char *pid = NULL;

  g_file_get_contents (path, &pid, NULL, NULL);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "data directory “%s” is in use by another host, process %s",
               directory,
               pid != NULL ? g_strstrip (pid) : "unknown");
}

UsherDirectoryLock *
usher_directory_lock_new (const char *directory, GError **error)
{
  g_autoptr (UsherDirectoryLock) self = g_new0 (UsherDirectoryLock, 1);
  g_autofree char *path = g_build_filename (directory, LOCK_FILE, NULL);
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());

  self->fd = -1;
  if (g_mkdir_with_parents (directory, 0700) != 0)
    return refuse (directory, "cannot be made", errno, error);

  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return refuse (directory, "is not writable", errno, error);

  if (flock (self->fd, LOCK_EX | LOCK_NB) != 0)
    {
      tell_holder (path, directory, error);
      return NULL;
    }

  if (ftruncate (self->fd, 0) != 0 || write (self->fd, pid, strlen (pid)) < 0)
    return refuse (directory, "is not writable", errno, error);

  return g_steal_pointer (&self);
}

void
usher_directory_lock_free (UsherDirectoryLock *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}
