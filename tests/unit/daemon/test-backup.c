/* test-backup.c: “usher backup” and “usher restore” on files that others write to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

#define N_BACKUPS 15
#define LAST_YEAR (365 * G_TIME_SPAN_DAY)

typedef struct
{
  UsherTestProgram program;
  const char *data; /* the program's */
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
  g_autofree char *bus = NULL;
  g_autofree char *key = NULL;

  usher_test_program_set_up (&fixture->program, data);
  fixture->data = fixture->program.data;
  fixture->backup = g_build_filename (fixture->program.directory, "backup", NULL);
  fixture->other = g_build_filename (fixture->program.directory, "other", NULL);
  bus = g_build_filename (fixture->data, "bus", NULL);
  key = g_build_filename (fixture->data, "session.key", NULL);

  g_assert_cmpint (g_mkdir_with_parents (bus, 0700), ==, 0);
  execute (fixture->data, "a.db", table);
  execute (fixture->data, "bus/log.db", table);
  usher_test_program_add_file (fixture->data, "session.key", "secret");
  usher_test_program_add_file (fixture->data, "lock", "");
  g_assert_cmpint (g_chmod (key, 0600), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_program_tear_down (&fixture->program, data);
  g_free (fixture->backup);
  g_free (fixture->other);
}

/* It ends with @status and says @pattern. @words: the command, and its options */
static void
run (Fixture *fixture,
     const char *words,
     const char *folder,
     const char *data,
     int status,
     const char *pattern)
{
  g_autofree char *arguments = g_strdup_printf ("%s --data %s %s", words, data, folder);

  usher_test_program_assert_says (&fixture->program, arguments, status, pattern);
}

static void
back_up (Fixture *fixture, int status, const char *pattern)
{
  run (fixture, "backup", fixture->backup, fixture->data, status, pattern);
}

static void
restore (Fixture *fixture, const char *data, const char *option, int status, const char *pattern)
{
  g_autofree char *words = g_strconcat ("restore ", option, NULL);

  run (fixture, words, fixture->backup, data, status, pattern);
}

static void
test_round (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = g_build_filename (fixture->other, "session.key", NULL);
  g_autofree char *text = NULL;
  struct stat status = { 0 };

  g_test_summary ("What a backup has is put back: databases, keys and their modes, and no lock");

  back_up (fixture, 0, "3 files*");
  g_assert_false (has (fixture->backup, "lock"));
  g_assert_false (has (fixture->backup, "a.db-wal"));
  restore (fixture, fixture->other, NULL, 0, "3 files*");

  g_assert_cmpint (query (fixture->other, "a.db", "SELECT n FROM t"), ==, 1);
  g_assert_cmpint (query (fixture->other, "bus/log.db", "SELECT n FROM t"), ==, 1);
  g_assert_true (g_file_get_contents (key, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "secret");
  g_assert_cmpint (g_stat (key, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_false (has (fixture->other, "restoring"));
  g_assert_false (has (fixture->other, "restore.tmp"));
}

static void
add_plugin_to (const char *data)
{
  g_autofree char *folder = g_build_filename (data, "plugins", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  usher_test_program_add_file (folder, "some.plugin", "");
}

static void
test_plugins (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "The folder of plugins in a data directory is no data: neither copied nor in the way");

  add_plugin_to (fixture->data);
  add_plugin_to (fixture->other);
  back_up (fixture, 0, "3 files*");
  g_assert_false (has (fixture->backup, "plugins"));
  restore (fixture, fixture->other, NULL, 0, "3 files*");
  g_assert_true (has (fixture->other, "plugins/some.plugin"));
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

      back_up (fixture, 0, "*writers waited*");
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
  g_autofree char *none = g_build_filename (fixture->program.directory, "none", NULL);

  g_test_summary ("A backup goes into a new folder only, and what is not whole is none");

  run (fixture, "backup", inside, fixture->data, 1, "*in the data directory itself*");
  run (fixture, "backup", fixture->backup, none, 1, "*cannot be read: *No such file*");
  g_assert_false (g_file_test (partial, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_mkdir (partial, 0700), ==, 0);
  back_up (fixture, 1, "*broken off*");
  run (fixture, "restore", partial, fixture->other, 1, "*not finished*");
  g_assert_cmpint (g_rmdir (partial), ==, 0);

  back_up (fixture, 0, "3 files*");
  back_up (fixture, 1, "*is there already*");
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

  back_up (fixture, 0, "3 files*");
  usher_test_program_add_file (fixture->backup, "session.key", "Secret");
  restore (fixture, fixture->data, "--force", 1, "*session.key*is damaged*");
  g_assert_cmpint (g_remove (key), ==, 0);
  restore (fixture, fixture->data, "--force", 1, "*session.key*");
  g_assert_true (has (fixture->data, "a.db"));
  g_assert_false (has (fixture->data, "restore.tmp"));
  g_assert_false (has (fixture->data, "restoring"));

  g_assert_true (g_file_get_contents (manifest, &text, NULL, NULL));
  parts = g_strsplit (text, "File session.key", -1);
  evil = g_strjoinv ("File ../session.key", parts);
  usher_test_program_add_file (fixture->backup, "usher-backup.manifest", evil);
  restore (fixture, fixture->other, NULL, 1, "*manifest*is damaged*");
  usher_test_program_add_file (fixture->backup, "usher-backup.manifest", "[Backup]\nFormat=2\n");
  restore (fixture, fixture->other, NULL, 1, "*does not know*");
}

static void
test_force (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = NULL;
  const char *name = NULL;
  guint n_aside = 0;

  g_test_summary ("What is in the data directory is kept, aside, and only when that was asked for");

  back_up (fixture, 0, "3 files*");
  execute (fixture->data, "a.db", "UPDATE t SET n=2");
  restore (fixture, fixture->data, NULL, 1, "*is not empty*--force*");
  g_assert_cmpint (query (fixture->data, "a.db", "SELECT n FROM t"), ==, 2);

  restore (fixture, fixture->data, "--force", 0, "*what was there is in*");
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

  back_up (fixture, 0, "3 files*");
  g_assert_cmpint (flock (fd, LOCK_SH), ==, 0);
  restore (fixture, fixture->data, "--force", 1, "*in use*");
  close (fd);
  restore (fixture, fixture->data, "--force", 0, "3 files*");
}

static void
test_broken_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *mark = g_build_filename (fixture->data, "restoring", NULL);

  g_test_summary ("No host starts on what is half restored; restoring again puts it right");

  back_up (fixture, 0, "3 files*");
  g_assert_cmpint (g_mkdir (mark, 0700), ==, 0);
  usher_test_program_add_file (mark, "a.db", "left over");
  run (fixture, "hub", "--admin=none", fixture->data, 1, "*is half restored*");

  restore (fixture, fixture->data, NULL, 1, "*is not empty*");
  restore (fixture, fixture->data, "--force", 0, "3 files*");
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
  back_up (fixture, 0, "3 files*");
  restore (fixture, fixture->other, NULL, 0, "3 files*");
  g_assert_cmpint (query (fixture->other, "a.db", "SELECT time FROM usher_inbox"), >=, now);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/backup/round", test_round);
  add ("/backup/plugins", test_plugins);
  add ("/backup/moment", test_moment);
  add ("/backup/target", test_target);
  add ("/restore/damaged", test_damaged);
  add ("/restore/force", test_force);
  add ("/restore/in-use", test_in_use);
  add ("/restore/inbox", test_inbox);
  add ("/restore/broken-off", test_broken_off);
#undef add

  return g_test_run ();
}
