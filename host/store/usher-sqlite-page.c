/* usher-sqlite-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* locks of open files, locks that wait by the monotonic clock */
#define _GNU_SOURCE

#include "config.h"

#include "usher-sqlite-page-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-owner-only-private.h"

/* "USHS" */
#define MAGIC 0x55534853
/* how often the file is found with nobody who made it, before that is an error */
#define MOST_TRIES 100
/* locked by whoever uses the file; ids lie behind */
#define USE_LOCK 0

static gboolean
refuse (const char *path, int code, GError **error)
{
  gboolean is_full = code == ENOSPC || code == EDQUOT;

  return usher_refuse (error,
                       is_full ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
                       "shared memory “%s”: %s",
                       path,
                       g_strerror (code));
}

/* A lock of the open file, not of the process: a process may open one file twice. */
static gboolean
lock (UsherSqlitePageFile *self, short type, gint64 start, gboolean waits)
{
  struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1 };
  int code;

  do
    code = fcntl (self->fd, waits ? F_OFD_SETLKW : F_OFD_SETLK, &range);
  while (code != 0 && errno == EINTR);

  return code == 0;
}

static gboolean
map (UsherSqlitePageFile *self)
{
  gpointer page =
      mmap (NULL, sizeof (UsherSqlitePage), PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);

  self->page = page != MAP_FAILED ? page : NULL;
  return self->page != NULL;
}

static void
init_mutex (pthread_mutex_t *mutex)
{
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_setpshared (&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust (&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
}

/* Nobody else uses the file. */
static gboolean
make_page (UsherSqlitePageFile *self, const char *path, GError **error)
{
  /* with blocks of its own: a write into memory that finds no room on the disk would be a signal */
  int code = posix_fallocate (self->fd, 0, sizeof (UsherSqlitePage));

  if (code != 0)
    return refuse (path, code, error);
  if (!map (self))
    return refuse (path, errno, error);

  memset (self->page, 0, sizeof *self->page);
  init_mutex (&self->page->queue);
  init_mutex (&self->page->write);
  self->page->size = sizeof *self->page;
  __atomic_store_n (&self->page->magic, MAGIC, __ATOMIC_RELEASE);

  return TRUE;
}

/* FALSE without an error: whoever wanted to make the page has died. */
static gboolean
join_page (UsherSqlitePageFile *self, const char *path, GError **error)
{
  struct stat status;

  if (fstat (self->fd, &status) != 0)
    return refuse (path, errno, error);
  if (status.st_size < (off_t) sizeof *self->page)
    return FALSE;
  if (!map (self))
    return refuse (path, errno, error);

  if (__atomic_load_n (&self->page->magic, __ATOMIC_ACQUIRE) == MAGIC)
    {
      if (self->page->size == sizeof *self->page)
        return TRUE;
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "shared memory “%s” is in use by another version of this program",
                   path);
    }

  munmap (self->page, sizeof *self->page);
  self->page = NULL;
  return FALSE;
}

static gboolean
try_to_join (UsherSqlitePageFile *self, const char *path, GError **error)
{
  /* from alone to one of several: nobody comes between */
  if (lock (self, F_WRLCK, USE_LOCK, FALSE))
    {
      if (!make_page (self, path, error))
        return FALSE;
      return lock (self, F_RDLCK, USE_LOCK, FALSE) || refuse (path, errno, error);
    }

  if ((errno != EAGAIN && errno != EACCES) || !lock (self, F_RDLCK, USE_LOCK, TRUE))
    return refuse (path, errno, error);
  if (join_page (self, path, error))
    return TRUE;

  lock (self, F_UNLCK, USE_LOCK, FALSE);
  return FALSE;
}

gboolean
usher_sqlite_page_open (UsherSqlitePageFile *self, const char *path, GError **error)
{
  GError *trouble = NULL;

  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0)
    return refuse (path, errno, error);

  usher_owner_only_narrow (path);
  for (guint i = 0; i < MOST_TRIES && trouble == NULL; i++)
    if (try_to_join (self, path, &trouble))
      return TRUE;

  if (trouble == NULL)
    return refuse (path, EAGAIN, error);

  g_propagate_error (error, trouble);
  return FALSE;
}

void
usher_sqlite_page_unlock (UsherSqlitePageFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
usher_sqlite_page_close (UsherSqlitePageFile *self)
{
  usher_sqlite_page_unlock (self);
  if (self->page != NULL)
    munmap (self->page, sizeof *self->page);
  self->page = NULL;
}

gboolean
usher_sqlite_page_mark (UsherSqlitePageFile *self, gint64 id, const char *path, GError **error)
{
  return lock (self, F_WRLCK, id, FALSE) || refuse (path, errno, error);
}

gboolean
usher_sqlite_page_is_marked (UsherSqlitePageFile *self, gint64 id)
{
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = id, .l_len = 1 };

  /* who cannot be asked is taken for alive */
  return fcntl (self->fd, F_OFD_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

gboolean
usher_sqlite_page_is_alone (UsherSqlitePageFile *self)
{
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = USE_LOCK, .l_len = 1 };

  /* who cannot be asked is taken for there */
  return fcntl (self->fd, F_OFD_GETLK, &range) == 0 && range.l_type == F_UNLCK;
}
