/* test-backup.c: “usher backup” and “usher restore” on files that others write to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"
#include "usher-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

#define N_BACKUPS 15
#define LAST_YEAR (365 * G_TIME_SPAN_DAY)

typedef struct
{
  char *directory; /* for all that the test makes */
  char *data;
  char *backup;
  char *other; /* another data directory */
} Fixture;

static void
execute (const char *folder, const char *name, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  sqlite3_close (db);
}

static gint64
query (const char *folder, const char *name, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return value;
}

static void
add_file (const char *folder, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static gboolean
has (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char table[] =
      "PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1)";
  g_autoptr (GError) error = NULL;
  g_autofree char *bus = NULL;
  g_autofree char *key = NULL;

  fixture->directory = g_dir_make_tmp ("usher-backup-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->data = g_build_filename (fixture->directory, "data", NULL);
  fixture->backup = g_build_filename (fixture->directory, "backup", NULL);
  fixture->other = g_build_filename (fixture->directory, "other", NULL);
  bus = g_build_filename (fixture->data, "bus", NULL);
  key = g_build_filename (fixture->data, "session.key", NULL);

  g_assert_cmpint (g_mkdir_with_parents (bus, 0700), ==, 0);
  execute (fixture->data, "a.db", table);
  execute (fixture->data, "bus/log.db", table);
  add_file (fixture->data, "session.key", "secret");
  add_file (fixture->data, "lock", "");
  g_assert_cmpint (g_chmod (key, 0600), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->data);
  g_free (fixture->backup);
  g_free (fixture->other);
}

/* The exit status; what it says must have @pattern. */
static int
run (const char *command,
     const char *folder,
     const char *data,
     const char *option,
     const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                        &error,
                        g_getenv ("USHER_TEST_PROGRAM"),
                        command,
                        "--data",
                        data,
                        folder,
                        option,
                        NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  said = g_strconcat (out, err, NULL);
  g_test_message ("usher %s: %s", command, said);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (!g_pattern_match_simple (pattern, said))
    g_error ("“usher %s” does not say “%s”: %s", command, pattern, said);

  return g_subprocess_get_exit_status (process);
}

static int
back_up (Fixture *fixture, const char *pattern)
{
  return run ("backup", fixture->backup, fixture->data, NULL, pattern);
}

static int
restore (Fixture *fixture, const char *data, const char *option, const char *pattern)
{
  return run ("restore", fixture->backup, data, option, pattern);
}

static void
test_round (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = g_build_filename (fixture->other, "session.key", NULL);
  g_autofree char *text = NULL;
  struct stat status = { 0 };

  g_test_summary ("What a backup has is put back: databases, keys and their modes, and no lock");

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  g_assert_false (has (fixture->backup, "lock"));
  g_assert_false (has (fixture->backup, "a.db-wal"));
  g_assert_cmpint (restore (fixture, fixture->other, NULL, "3 files*"), ==, 0);

  g_assert_cmpint (query (fixture->other, "a.db", "SELECT n FROM t"), ==, 1);
  g_assert_cmpint (query (fixture->other, "bus/log.db", "SELECT n FROM t"), ==, 1);
  g_assert_true (g_file_get_contents (key, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "secret");
  g_assert_cmpint (g_stat (key, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_false (has (fixture->other, "restoring"));
  g_assert_false (has (fixture->other, "restore.tmp"));
}

typedef struct
{
  const char *data; /* (unowned) */
  int stopping;     /* (atomic) */
  gint64 last;
} Writer;

/* one number, first here, then there */
static gpointer
write_both (gpointer user_data)
{
  static const char *const names[] = { "a.db", "bus/log.db" };
  Writer *writer = user_data;
  sqlite3 *dbs[2] = { NULL };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (writer->data, names[i], NULL);

      g_assert_cmpint (sqlite3_open (path, &dbs[i]), ==, SQLITE_OK);
      sqlite3_busy_timeout (dbs[i], 5000);
    }
  for (writer->last = 2; g_atomic_int_get (&writer->stopping) == 0; writer->last++)
    {
      g_autofree char *sql = g_strdup_printf ("UPDATE t SET n=%" G_GINT64_FORMAT, writer->last);

      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (sqlite3_exec (dbs[i], sql, NULL, NULL, NULL), ==, SQLITE_OK);
    }
  for (guint i = 0; i < 2; i++)
    sqlite3_close (dbs[i]);

  return NULL;
}

static void
test_moment (Fixture *fixture, gconstpointer data)
{
  Writer writer = { .data = fixture->data };
  GThread *thread = g_thread_new ("writer", write_both, &writer);
  gint64 before = 0;

  g_test_summary ("All databases of a backup are of one moment, while others write to them");

  for (guint i = 0; i < N_BACKUPS; i++)
    {
      gint64 first = 0;
      gint64 second = 0;

      g_assert_cmpint (back_up (fixture, "*writers waited*"), ==, 0);
      first = query (fixture->backup, "a.db", "SELECT n FROM t");
      second = query (fixture->backup, "bus/log.db", "SELECT n FROM t");
      g_test_message ("%" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, first, second);
      g_assert_true (first == second || first == second + 1);
      g_assert_cmpint (first, >=, before);
      before = first;
      usher_test_remove_tree (fixture->backup);
    }
  g_atomic_int_set (&writer.stopping, 1);
  g_thread_join (thread);

  g_assert_cmpint (before, >, 1);
}

static void
test_target (Fixture *fixture, gconstpointer data)
{
  g_autofree char *partial = g_strconcat (fixture->backup, ".tmp", NULL);
  g_autofree char *inside = g_build_filename (fixture->data, "backup", NULL);
  g_autofree char *none = g_build_filename (fixture->directory, "none", NULL);

  g_test_summary ("A backup goes into a new folder only, and what is not whole is none");

  g_assert_cmpint (run ("backup", inside, fixture->data, NULL, "*in the data directory itself*"),
                   ==,
                   1);
  g_assert_cmpint (run ("backup", fixture->backup, none, NULL, "*cannot be read*"), ==, 1);
  g_assert_false (g_file_test (partial, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_mkdir (partial, 0700), ==, 0);
  g_assert_cmpint (back_up (fixture, "*broken off*"), ==, 1);
  g_assert_cmpint (run ("restore", partial, fixture->other, NULL, "*not finished*"), ==, 1);
  g_assert_cmpint (g_rmdir (partial), ==, 0);

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  g_assert_cmpint (back_up (fixture, "*is there already*"), ==, 1);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = g_build_filename (fixture->backup, "session.key", NULL);
  g_autofree char *manifest = g_build_filename (fixture->backup, "usher-backup.manifest", NULL);
  g_autofree char *text = NULL;
  g_autofree char *evil = NULL;
  g_auto (GStrv) parts = NULL;

  g_test_summary ("A damaged backup is refused, and what is there stays");

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  add_file (fixture->backup, "session.key", "Secret");
  g_assert_cmpint (restore (fixture, fixture->data, "--force", "*session.key*is damaged*"), ==, 1);
  g_assert_cmpint (g_remove (key), ==, 0);
  g_assert_cmpint (restore (fixture, fixture->data, "--force", "*session.key*"), ==, 1);
  g_assert_true (has (fixture->data, "a.db"));
  g_assert_false (has (fixture->data, "restore.tmp"));
  g_assert_false (has (fixture->data, "restoring"));

  g_assert_true (g_file_get_contents (manifest, &text, NULL, NULL));
  parts = g_strsplit (text, "File session.key", -1);
  evil = g_strjoinv ("File ../session.key", parts);
  add_file (fixture->backup, "usher-backup.manifest", evil);
  g_assert_cmpint (restore (fixture, fixture->other, NULL, "*manifest*is damaged*"), ==, 1);
  add_file (fixture->backup, "usher-backup.manifest", "[Backup]\nFormat=2\n");
  g_assert_cmpint (restore (fixture, fixture->other, NULL, "*does not know*"), ==, 1);
}

static void
test_force (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = NULL;
  const char *name = NULL;
  guint n_aside = 0;

  g_test_summary ("What is in the data directory is kept, aside, and only when that was asked for");

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  execute (fixture->data, "a.db", "UPDATE t SET n=2");
  g_assert_cmpint (restore (fixture, fixture->data, NULL, "*is not empty*--force*"), ==, 1);
  g_assert_cmpint (query (fixture->data, "a.db", "SELECT n FROM t"), ==, 2);

  g_assert_cmpint (restore (fixture, fixture->data, "--force", "*what was there is in*"), ==, 0);
  g_assert_cmpint (query (fixture->data, "a.db", "SELECT n FROM t"), ==, 1);

  folder = g_dir_open (fixture->data, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "aside-"))
      {
        g_autofree char *aside = g_build_filename (fixture->data, name, NULL);

        g_assert_cmpint (query (aside, "a.db", "SELECT n FROM t"), ==, 2);
        n_aside++;
      }
  g_assert_cmpuint (n_aside, ==, 1);
}

static void
test_in_use (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->data, "lock", NULL);
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0600);

  g_test_summary ("Nothing is restored under a host that runs");

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  g_assert_cmpint (flock (fd, LOCK_SH), ==, 0);
  g_assert_cmpint (restore (fixture, fixture->data, "--force", "*in use*"), ==, 1);
  close (fd);
  g_assert_cmpint (restore (fixture, fixture->data, "--force", "3 files*"), ==, 0);
}

static void
test_broken_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *mark = g_build_filename (fixture->data, "restoring", NULL);

  g_test_summary ("No host starts on what is half restored; restoring again puts it right");

  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  g_assert_cmpint (g_mkdir (mark, 0700), ==, 0);
  add_file (mark, "a.db", "left over");
  g_assert_cmpint (run ("hub", "--admin=none", fixture->data, NULL, "*is half restored*"), ==, 1);

  g_assert_cmpint (restore (fixture, fixture->data, NULL, "*is not empty*"), ==, 1);
  g_assert_cmpint (restore (fixture, fixture->data, "--force", "3 files*"), ==, 0);
  g_assert_false (has (fixture->data, "restoring"));
  g_assert_false (has (fixture->data, "restore.tmp"));
  g_assert_cmpint (query (fixture->data, "a.db", "SELECT n FROM t"), ==, 1);
}

static void
test_inbox (Fixture *fixture, gconstpointer data)
{
  gint64 now = g_get_real_time ();
  g_autofree char *sql =
      g_strdup_printf ("CREATE TABLE usher_inbox (event, subscriber, time);"
                       "INSERT INTO usher_inbox VALUES ('e', 's', %" G_GINT64_FORMAT ")",
                       now - LAST_YEAR);

  g_test_summary ("What an old backup has applied is known as long as if it had been applied now");

  execute (fixture->data, "a.db", sql);
  g_assert_cmpint (back_up (fixture, "3 files*"), ==, 0);
  g_assert_cmpint (restore (fixture, fixture->other, NULL, "3 files*"), ==, 0);
  g_assert_cmpint (query (fixture->other, "a.db", "SELECT time FROM usher_inbox"), >=, now);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/backup/round", test_round },   { "/backup/moment", test_moment },
    { "/backup/target", test_target }, { "/restore/damaged", test_damaged },
    { "/restore/force", test_force },  { "/restore/in-use", test_in_use },
    { "/restore/inbox", test_inbox },  { "/restore/broken-off", test_broken_off },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
