/* test-file-modes.c: nobody but its owner reads what a host has written
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-test-program.h"

/* Looks at all below @path; returns how many files there are. */
static guint
assert_closed (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;
  guint n_files = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      gboolean is_public = g_str_has_suffix (name, ".key") && !g_str_equal (name, "session.key");
      struct stat info;

      g_assert_cmpint (g_lstat (below, &info), ==, 0);
      g_test_message ("%s: %04o", below, (guint) info.st_mode & 0777);
      if (S_ISDIR (info.st_mode))
        {
          g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
          n_files += assert_closed (below);
        }
      else
        {
          g_assert_cmpuint (info.st_mode & 0777, ==, is_public ? 0644 : 0600);
          n_files++;
        }
    }

  return n_files;
}

static void
run (UsherTestProgram *fixture, mode_t mask, const char *command, const char *path)
{
  g_autofree char *words = g_strjoin (" ", command, path, "--data", fixture->data, NULL);
  mode_t before = umask (mask);

  usher_test_program_assert_says (fixture, words, 0, "*");
  umask (before);
}

static void
test_modes (UsherTestProgram *fixture, gconstpointer data)
{
  const mode_t mask = (mode_t) GPOINTER_TO_UINT (data);
  g_autofree char *backup = g_build_filename (fixture->directory, "backup", NULL);
  g_autofree char *keys = g_build_filename (fixture->directory, "keys", NULL);
  g_autofree char *make_keys = g_strconcat ("keys ", keys, NULL);
  mode_t before;

  g_test_summary ("Databases, logs, locks, keys and backups are 0600 in folders of 0700");

  usher_test_program_add_plugin (fixture, "good", "");
  before = umask (mask);
  usher_test_program_start (fixture, "run", "");
  umask (before);
  /* the database of the service and the log, each with what lies beside it, and the lock */
  g_assert_cmpuint (assert_closed (fixture->data), >=, 7);
  run (fixture, mask, "backup", backup);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  g_assert_cmpuint (assert_closed (backup), >=, 3);

  run (fixture, mask, "restore --force", backup);
  g_assert_cmpuint (assert_closed (fixture->data), >=, 3);
  before = umask (mask);
  usher_test_program_assert_says (fixture, make_keys, 0, "*");
  umask (before);
  g_assert_cmpuint (assert_closed (keys), ==, 5);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, mask)                 \
  g_test_add (path,                      \
              UsherTestProgram,          \
              GUINT_TO_POINTER (mask),   \
              usher_test_program_set_up, \
              test_modes,                \
              usher_test_program_tear_down)
  test ("/file-modes/none", 0000);
  test ("/file-modes/usual", 0022);
  test ("/file-modes/all", 0777);
#undef test

  return g_test_run ();
}
