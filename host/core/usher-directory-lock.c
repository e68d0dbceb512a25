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
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-owner-only-private.h"

/* The lock is the kernel's: it goes with the process, however that ends. */
struct _UsherDirectoryLock
{
  int fd;
  char *what; /* (owned): with the directory, for errors */
};

static gpointer
refuse (const char *what, const char *why, int code, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               code == ENOSPC ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "%s %s: %s",
               what,
               why,
               g_strerror (code));

  return NULL;
}

/* The process of a line such as “1: FLOCK  ADVISORY  WRITE 1234 fe:01:4711 0 EOF” if it locks this file, else 0. */
static int
read_holder (const char *line, ino_t inode)
{
  unsigned long long locked = 0;
  int pid = 0;

  /* NOLINTNEXTLINE (cert-err34-c): the kernel's numbers fit */
  if (sscanf (line, "%*d: FLOCK %*s %*s %d %*x:%*x:%llu", &pid, &locked) == 2 && locked == inode)
    return pid;

  return 0;
}

/* (transfer full): the processes that have a file locked. */
static char *
list_holders (int fd)
{
  GString *holders = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  struct stat info;

  if (fstat (fd, &info) == 0 && g_file_get_contents ("/proc/locks", &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      int pid = read_holder (lines[i], info.st_ino);

      if (pid > 0)
        g_string_append_printf (holders, "%s%d", holders->len > 0 ? ", " : "", pid);
    }
  if (holders->len == 0)
    g_string_append (holders, "unknown");

  return g_string_free (holders, FALSE);
}

static gboolean
take (UsherDirectoryLock *self, UsherDirectoryUse use, GError **error)
{
  g_autofree char *holders = NULL;
  int operation = use == USHER_DIRECTORY_ALONE ? LOCK_EX : LOCK_SH;

  if (flock (self->fd, operation | LOCK_NB) == 0)
    return TRUE;

  if (errno != EWOULDBLOCK)
    {
      refuse (self->what, "cannot be locked", errno, error);
      return FALSE;
    }

  holders = list_holders (self->fd);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "%s is in use by another process, %s",
               self->what,
               holders);

  return FALSE;
}

UsherDirectoryLock *
usher_directory_lock_new (const char *directory,
                          const char *file,
                          const char *what,
                          UsherDirectoryUse use,
                          GError **error)
{
  g_autoptr (UsherDirectoryLock) self = g_new0 (UsherDirectoryLock, 1);
  g_autofree char *path = g_build_filename (directory, file, NULL);

  self->fd = -1;
  self->what = g_strdup_printf ("%s “%s”", what, directory);
  if (g_mkdir_with_parents (directory, 0700) != 0)
    return refuse (self->what, "cannot be made", errno, error);

  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return refuse (self->what, "is not writable", errno, error);

  usher_owner_only_narrow (path);
  if (!take (self, use, error))
    return NULL;

  return g_steal_pointer (&self);
}

gboolean
usher_directory_lock_share (UsherDirectoryLock *self, GError **error)
{
  return take (self, USHER_DIRECTORY_SHARED, error);
}

void
usher_directory_lock_free (UsherDirectoryLock *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->what);
  g_free (self);
}
