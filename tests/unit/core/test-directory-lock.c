/* test-directory-lock.c: who may use a directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usher-directory-lock-private.h"
#include "usher-error.h"

typedef struct
{
  char *parent;
  char *directory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->parent = g_dir_make_tmp ("usher-lock-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->directory = g_build_filename (fixture->parent, "data", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->directory, "lock", NULL);

  g_remove (lock);
  g_remove (fixture->directory);
  g_remove (fixture->parent);
  g_free (fixture->directory);
  g_free (fixture->parent);
}

static UsherDirectoryLock *
take (const char *directory, UsherDirectoryUse use, GError **error)
{
  return usher_directory_lock_new (directory, "lock", "data directory", use, error);
}

static void
test_second (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) first = NULL;
  g_autoptr (UsherDirectoryLock) second = NULL;
  g_autofree char *pid = g_strdup_printf ("process, %d", (int) getpid ());
  g_autoptr (GError) error = NULL;

  g_test_summary ("A second host is refused and told whose the directory is, until it is free");

  first = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
  second = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_null (second);
  g_assert_nonnull (strstr (error->message, pid));
  g_assert_nonnull (strstr (error->message, fixture->directory));

  g_clear_error (&error);
  g_clear_pointer (&first, usher_directory_lock_free);
  second = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
}

static void
test_shared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) first = NULL;
  g_autoptr (UsherDirectoryLock) second = NULL;
  g_autoptr (UsherDirectoryLock) alone = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Those who share a directory keep out who wants it alone");

  first = take (fixture->directory, USHER_DIRECTORY_SHARED, &error);
  g_assert_no_error (error);
  second = take (fixture->directory, USHER_DIRECTORY_SHARED, &error);
  g_assert_no_error (error);
  alone = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_null (alone);
}

static void
test_share (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) first = NULL;
  g_autoptr (UsherDirectoryLock) second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who has a directory alone may let others share it");

  first = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
  second = take (fixture->directory, USHER_DIRECTORY_SHARED, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_clear_error (&error);

  g_assert_true (usher_directory_lock_share (first, &error));
  g_assert_no_error (error);
  second = take (fixture->directory, USHER_DIRECTORY_SHARED, &error);
  g_assert_no_error (error);
}

static void
test_mode (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) lock = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_test_summary ("A directory that is made is for its owner alone");

  lock = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->directory, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
}

/* a child that says when it has the lock and waits to be killed */
static pid_t
fork_holder (const char *directory)
{
  int pipe_fds[2];
  char byte = 0;
  pid_t child = 0;

  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  child = fork ();
  if (child == 0)
    {
      if (take (directory, USHER_DIRECTORY_ALONE, NULL) != NULL && write (pipe_fds[1], "l", 1) == 1)
        pause ();
      _exit (1);
    }

  close (pipe_fds[1]);
  g_assert_cmpint (read (pipe_fds[0], &byte, 1), ==, 1);
  close (pipe_fds[0]);

  return child;
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) lock = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pid = NULL;
  pid_t child = fork_holder (fixture->directory);

  g_test_summary ("The lock goes with its process, however that ends");

  pid = g_strdup_printf ("process, %d", (int) child);
  lock = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);

  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  lock = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
}

static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file where the directory shall be is refused by name");

  g_assert_true (g_file_set_contents (fixture->directory, "x", -1, NULL));
  lock = take (fixture->directory, USHER_DIRECTORY_ALONE, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (lock);
  g_assert_nonnull (strstr (error->message, fixture->directory));
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDirectoryLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A directory that cannot be written is refused by name");

  /* nobody may make a file there, not even root */
  lock = take ("/proc/self", USHER_DIRECTORY_ALONE, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (lock);
  g_assert_nonnull (strstr (error->message, "“/proc/self” is not writable"));
}

#define add(path, func) g_test_add ("/directory-lock/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("second", test_second);
  add ("shared", test_shared);
  add ("share", test_share);
  add ("mode", test_mode);
  add ("killed", test_killed);
  add ("file", test_file);
  add ("read-only", test_read_only);

  return g_test_run ();
}
