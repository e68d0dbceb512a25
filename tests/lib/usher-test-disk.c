/* usher-test-disk.c: a disk that fails or stalls when a file says so, for LD_PRELOAD
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/*
 * LD_PRELOAD=…/libusher-test-disk.so USHER_TEST_DISK=SWITCH program …
 *
 * SWITCH is a file. While it is missing or empty nothing happens. Else its one line, read anew at each call, is
 *
 *     CALLS ACTION PATTERN
 *
 * CALLS: “flush” (fsync, fdatasync), “write” (pwrite, write, ftruncate, posix_fallocate) or “all”
 * ACTION: “EIO”, “ENOSPC”, “EDQUOT”, or a number of milliseconds that the call takes longer
 * PATTERN: of the file's path, as in a shell; * goes over slashes too: “*.db-wal”
 *
 * Write it under another name and rename it, so that no call reads half of it. A child inherits both variables. A
 * program with AddressSanitizer needs ASAN_OPTIONS=verify_asan_link_order=0.
 */

#define _GNU_SOURCE
/* else pwrite() is pwrite64(), and the other name is not met */
#undef _FILE_OFFSET_BITS

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* FALSE: the switch is off */
static int
read_switch (char *line, size_t size)
{
  const char *path = getenv ("USHER_TEST_DISK");
  long fd = path != NULL ? syscall (SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
  long n_read;

  if (fd < 0)
    return 0;

  n_read = syscall (SYS_read, fd, line, size - 1);
  syscall (SYS_close, fd);
  if (n_read <= 0)
    return 0;

  line[n_read] = '\0';
  return 1;
}

static int
is_meant (int fd, const char *pattern)
{
  char link[64];
  char path[PATH_MAX];
  ssize_t length;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/')
    return 0;

  path[length] = '\0';
  return fnmatch (pattern, path, 0) == 0;
}

static int
stall (const char *action)
{
  long delay = strtol (action, NULL, 10);
  struct timespec time = { delay / 1000, delay % 1000 * 1000000 };

  nanosleep (&time, NULL);
  return 0;
}

/* 0, perhaps after a while, or the error that the call shall have */
static int
meet (const char *call, int fd)
{
  char line[PATH_MAX + 64];
  char calls[16];
  char action[16];
  int saved = errno;
  int start = 0;
  int code = 0;

  if (!read_switch (line, sizeof line) ||
      sscanf (line, "%15s %15s %n", calls, action, &start) != 2 || start == 0)
    {
      errno = saved;
      return 0;
    }

  line[strcspn (line, "\n")] = '\0';
  if ((strcmp (calls, call) == 0 || strcmp (calls, "all") == 0) && is_meant (fd, line + start))
    {
      if (strcmp (action, "EIO") == 0)
        code = EIO;
      else if (strcmp (action, "ENOSPC") == 0)
        code = ENOSPC;
      else if (strcmp (action, "EDQUOT") == 0)
        code = EDQUOT;
      else
        code = stall (action);
    }

  errno = code != 0 ? code : saved;
  return code;
}

int
fsync (int fd)
{
  return meet ("flush", fd) != 0 ? -1 : (int) syscall (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return meet ("flush", fd) != 0 ? -1 : (int) syscall (SYS_fdatasync, fd);
}

ssize_t
write (int fd, const void *data, size_t size)
{
  return meet ("write", fd) != 0 ? -1 : syscall (SYS_write, fd, data, size);
}

ssize_t
pwrite (int fd, const void *data, size_t size, off_t offset)
{
  return meet ("write", fd) != 0 ? -1 : syscall (SYS_pwrite64, fd, data, size, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t size, off64_t offset)
{
  return meet ("write", fd) != 0 ? -1 : syscall (SYS_pwrite64, fd, data, size, offset);
}

int
ftruncate (int fd, off_t size)
{
  return meet ("write", fd) != 0 ? -1 : (int) syscall (SYS_ftruncate, fd, size);
}

int
ftruncate64 (int fd, off64_t size)
{
  return meet ("write", fd) != 0 ? -1 : (int) syscall (SYS_ftruncate, fd, size);
}

int
posix_fallocate (int fd, off_t offset, off_t size)
{
  int code = meet ("write", fd);

  if (code != 0)
    return code;

  return syscall (SYS_fallocate, fd, 0, offset, size) == 0 ? 0 : errno;
}

int
posix_fallocate64 (int fd, off64_t offset, off64_t size)
{
  return posix_fallocate (fd, offset, size);
}
