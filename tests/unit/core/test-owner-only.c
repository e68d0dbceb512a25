/* test-owner-only.c: files that nobody but their owner may read
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "usher-directory-lock-private.h"
#include "usher-sqlite-connection.h"

typedef struct
{
  mode_t umask;
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-owner-only-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "a.db", NULL);
  fixture->umask = umask ((mode_t) GPOINTER_TO_UINT (data));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a.db", "a.db-wal", "a.db-shm", "lock" };

  umask (fixture->umask);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
assert_mode (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  struct stat info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_test_message ("%s: %04o", name, (guint) info.st_mode & 0777);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static UsherSqliteConnection *
write_some (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  UsherSqliteConnection *connection =
      usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_CREATE, &error);

  g_assert_no_error (error);
  usher_sqlite_connection_use_log (connection, &error);
  g_assert_no_error (error);
  usher_sqlite_connection_execute (connection,
                                   "CREATE TABLE seats (name); INSERT INTO seats VALUES ('A1')",
                                   &error);
  g_assert_no_error (error);

  return connection;
}

static void
test_database (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSqliteConnection) connection = NULL;

  g_test_summary ("A database and the files beside it are their owner's alone");

  connection = write_some (fixture);
  assert_mode (fixture, "a.db");
  assert_mode (fixture, "a.db-wal");
  assert_mode (fixture, "a.db-shm");
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDirectoryLock) lock = NULL;

  g_test_summary ("A lock is its owner's alone");

  lock = usher_directory_lock_new (
      fixture->folder, "lock", "directory", USHER_DIRECTORY_ALONE, &error);
  g_assert_no_error (error);
  assert_mode (fixture, "lock");
}

static void
test_earlier (Fixture *fixture, gconstpointer data)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) first = write_some (fixture);
  g_autoptr (UsherSqliteConnection) second = NULL;

  g_test_summary ("What an earlier version left to others is taken from them");

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (fixture->path, ends[i], NULL);

      g_assert_cmpint (g_chmod (path, 0644), ==, 0);
    }

  second = usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_CREATE, &error);
  g_assert_no_error (error);
  assert_mode (fixture, "a.db");
  assert_mode (fixture, "a.db-wal");
  assert_mode (fixture, "a.db-shm");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, mask, func) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (mask), set_up, func, tear_down)
  test ("/owner-only/database/none", 0000, test_database);
  test ("/owner-only/database/usual", 0022, test_database);
  test ("/owner-only/database/all", 0777, test_database);
  test ("/owner-only/lock/none", 0000, test_lock);
  test ("/owner-only/lock/all", 0777, test_lock);
  test ("/owner-only/earlier", 0022, test_earlier);
#undef test

  return g_test_run ();
}
