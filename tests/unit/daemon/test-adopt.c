/* test-adopt.c: a log of the bus that is not the one that services know, and the ways out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <sqlite3.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

#define SERVICE "behaves-wrongly"
#define REFUSED \
  "*service “" SERVICE "” did not start: its database and the log of the bus do not fit: *"
#define WAYS "*“usher restore”*“usher run --adopt”, “usher up --adopt” or “usher hub --adopt”*"

typedef struct
{
  UsherTestProgram program;
  UsherTestProgram other; /* a service on another machine, in tests that have one */
  char *log;              /* (owned): the folder */
  char *copy;             /* (owned) */
} Fixture;

static void
add_plugin (UsherTestProgram *program)
{
  g_autofree char *manifest = g_strdup_printf ("[Plugin]\nName=" SERVICE
                                               "\nVersion=1.0.0\nABI=1\nModule=%s/" SERVICE ".so\n",
                                               g_getenv ("USHER_TEST_WRONG_DIR"));

  usher_test_program_add_file (program->plugins, SERVICE ".plugin", manifest);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  usher_test_program_set_up (&fixture->program, data);
  usher_test_program_set_up (&fixture->other, data);
  add_plugin (&fixture->program);
  add_plugin (&fixture->other);
  fixture->log = g_build_filename (fixture->program.data, "bus", NULL);
  fixture->copy = g_build_filename (fixture->program.directory, "copy", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_program_tear_down (&fixture->other, data);
  usher_test_program_tear_down (&fixture->program, data);
  g_free (fixture->log);
  g_free (fixture->copy);
}

static void
copy_tree (const char *from, const char *to)
{
  const char *const arguments[] = { "cp", "-r", from, to, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) copy = NULL;

  usher_test_remove_tree (to);
  copy = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (copy, NULL, &error));
  g_assert_no_error (error);
}

/* What a database says: one number. */
static gint64
query (const char *folder, const char *name, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  if (sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);

  return value;
}

static gint64
count_events (Fixture *fixture)
{
  return query (fixture->log, "log.db", "SELECT coalesce(max(last), 0) FROM totals");
}

static void
publish (UsherTestProgram *program, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *answer =
          usher_test_program_ask (program->public, "POST", "/" SERVICE "/tales");

      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 20"));
    }
}

/* so that all of it is in the log, and the service knows */
static void
await_confirmed (UsherTestProgram *program)
{
  usher_test_program_await_answer (program->admin,
                                   "/metrics",
                                   "*\nusher_unconfirmed_events{service=\"" SERVICE "\"} 0\n*");
}

/* One life of a host, in which @n events are published. @command: and further arguments */
static void
live (Fixture *fixture, const char *command, const char *more, guint n)
{
  usher_test_program_start (&fixture->program, command, more);
  publish (&fixture->program, n);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
}

static void
assert_refused (Fixture *fixture, const char *command, const char *why)
{
  g_autofree char *arguments = usher_test_program_make_arguments (&fixture->program, command, "");
  g_autofree char *pattern = g_strconcat ("*", why, "*", NULL);

  usher_test_program_assert_says (&fixture->program, arguments, 1, REFUSED, pattern, WAYS);
}

/* What “usher check” finds before a start does. @wrong: (nullable): NULL: nothing */
static void
assert_found (Fixture *fixture, const char *wrong)
{
  g_autofree char *arguments = g_strdup_printf ("check --data %s", fixture->program.data);
  g_autofree char *pattern =
      wrong != NULL ? g_strdup_printf ("*service “" SERVICE "” would not start: %s", wrong)
                    : g_strdup ("*nothing is wrong\n");

  usher_test_program_assert_says (&fixture->program, arguments, wrong != NULL ? 1 : 0, pattern);
}

static void
test_emptied (Fixture *fixture, gconstpointer data)
{
  const char *command = data;

  g_test_summary (
      "A log that was deleted is refused, adopted once, and from then on the one that counts");

  live (fixture, command, "", 3);
  g_assert_cmpint (count_events (fixture), ==, 3);
  usher_test_remove_tree (fixture->log);
  assert_refused (fixture, command, "it knows 3 events of log “*”, but the bus has log “*” with 0");
  assert_refused (fixture, command, "with 0");
  live (fixture, command, " --adopt", 0);
  live (fixture, command, "", 2);
  g_assert_cmpint (count_events (fixture), ==, 2);
  live (fixture, command, "", 0);
  usher_test_remove_tree (fixture->log);
  assert_found (fixture, "it knows 2 events of log “*”, but there is no log in “*”; *");
  g_assert_false (g_file_test (fixture->log, G_FILE_TEST_EXISTS));
  assert_refused (fixture, command, "it knows 2 events of log “*”, but the bus has log “*” with 0");
}

static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  const char *command = data;

  g_test_summary ("So is the log of another data directory, and an older copy of the right one; "
                  "that itself is not");

  live (fixture, command, "", 2);
  copy_tree (fixture->log, fixture->copy);
  live (fixture, command, "", 2);
  assert_found (fixture, NULL);
  copy_tree (fixture->copy, fixture->log);
  assert_found (fixture, "it knows 4 events of log “*”, but what the bus has is an older copy*");
  assert_refused (
      fixture,
      command,
      "it knows 4 events of log “*”, but what the bus has is an older copy*has come to 2");
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  const char *command = data;

  g_test_summary (
      "A copy of all data is taken for what it was made of, however both have gone on since");

  live (fixture, command, "", 2);
  copy_tree (fixture->program.data, fixture->copy);
  live (fixture, command, "", 2);
  usher_test_remove_tree (fixture->program.data);
  copy_tree (fixture->copy, fixture->program.data);
  live (fixture, command, "", 1);
  g_assert_cmpint (count_events (fixture), ==, 3);
}

static void
back_up (Fixture *fixture, const char *command)
{
  g_autofree char *arguments = g_strdup_printf ("%s --data %s %s/backup",
                                                command,
                                                fixture->program.data,
                                                fixture->program.directory);

  usher_test_program_assert_says (&fixture->program, arguments, 0, "*files*");
}

static void
test_restore (Fixture *fixture, gconstpointer data)
{
  const char *command = data;

  g_test_summary ("What a backup brings back fits, whatever was lost; its log alone does not");

  usher_test_program_start (&fixture->program, command, "");
  publish (&fixture->program, 3);
  back_up (fixture, "backup");
  publish (&fixture->program, 2);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  usher_test_remove_tree (fixture->log);
  g_free (fixture->copy);
  fixture->copy = g_build_filename (fixture->program.directory, "backup", "bus", NULL);
  copy_tree (fixture->copy, fixture->log);
  assert_refused (fixture, command, "it knows 5 events*older copy*has come to 3");
  back_up (fixture, "restore --force");
  live (fixture, command, "", 1);
  g_assert_cmpint (count_events (fixture), ==, 4);
}

static void
test_earlier_build (Fixture *fixture, gconstpointer data)
{
  const char *command = data;

  g_test_summary ("Data of builds that knew no names of logs are taken over without a word");

  live (fixture, command, "", 3);
  query (fixture->program.data, SERVICE ".db", "DELETE FROM usher_outbox WHERE number = 0");
  query (fixture->log, "log.db", "DROP TABLE lineage");
  query (fixture->log, "log.db", "DROP TABLE runs");
  live (fixture, command, "", 1);
  usher_test_remove_tree (fixture->log);
  assert_refused (fixture, command, "it knows 4 events");
}

/* a service of its own data, at the hub of the program */
static void
start_other (Fixture *fixture)
{
  g_autofree char *more =
      g_strdup_printf (" --bus %s -s host.stop-timeout=1", fixture->program.bus);

  usher_test_program_start (&fixture->other, "run", more);
}

static void
test_hub (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = NULL;
  g_autofree char *more = NULL;

  g_test_summary (
      "A hub that comes back with another log keeps services out, which are not ready and say why");

  usher_test_program_start (&fixture->program, "hub", "");
  more = g_strdup_printf (" --bus %s", fixture->program.bus);
  start_other (fixture);
  publish (&fixture->other, 3);
  await_confirmed (&fixture->other);
  usher_test_program_await_answer (fixture->other.admin, "/readyz", "HTTP/1.1 200 *");
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGKILL), ==, 128 + SIGKILL);
  usher_test_remove_tree (fixture->log);
  usher_test_program_start (&fixture->program, "hub", "");
  usher_test_program_await_answer (fixture->other.admin,
                                   "/readyz",
                                   "HTTP/1.1 503 *hub refuses this member*it knows 3 events*");
  publish (&fixture->other, 2);
  usher_test_program_assert_answer (fixture->program.admin, "/readyz", "HTTP/1.1 200 *");
  g_assert_cmpint (usher_test_program_stop (&fixture->other, SIGTERM), !=, 128 + SIGKILL);

  arguments = usher_test_program_make_arguments (&fixture->other, "run", more);
  usher_test_program_assert_says (
      &fixture->other, arguments, 1, REFUSED, "*it knows 3 events*", WAYS);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  g_assert_cmpint (count_events (fixture), ==, 0);

  /* what waited is published then */
  usher_test_program_start (&fixture->program, "hub", " --adopt");
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  usher_test_program_start (&fixture->program, "hub", "");
  start_other (fixture);
  usher_test_until (count_events (fixture) == 2);
}

static void
test_reconnect (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Services that were kept out come in by themselves once the log is adopted, or back");

  usher_test_program_start (&fixture->program, "hub", "");
  start_other (fixture);
  publish (&fixture->other, 3);
  await_confirmed (&fixture->other);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  copy_tree (fixture->log, fixture->copy);
  usher_test_remove_tree (fixture->log);
  usher_test_program_start (&fixture->program, "hub", "");
  usher_test_program_await_answer (fixture->other.admin, "/readyz", "HTTP/1.1 503 *refuses*");
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  copy_tree (fixture->copy, fixture->log);
  usher_test_program_start (&fixture->program, "hub", "");
  usher_test_program_await_answer (fixture->other.admin, "/readyz", "HTTP/1.1 200 *");
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
  usher_test_remove_tree (fixture->log);
  usher_test_program_start (&fixture->program, "hub", " --adopt");
  usher_test_program_await_answer (fixture->other.admin, "/readyz", "HTTP/1.1 200 *");
  publish (&fixture->other, 1);
  usher_test_until (count_events (fixture) == 1);
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Only who has a log adopts it, and none that a hub has open");

  usher_test_program_assert_says (&fixture->program,
                                  "run --adopt --bus ipc:///tmp/bus",
                                  2,
                                  "*--adopt*usher hub*");
  usher_test_program_assert_says (&fixture->program,
                                  "gateway --adopt",
                                  2,
                                  "*Unknown option --adopt*");
}

#define add(path, func, data) g_test_add ("/adopt/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("run/emptied", test_emptied, "run");
  add ("run/replaced", test_replaced, "run");
  add ("run/copy", test_copy, "run");
  add ("run/restore", test_restore, "run");
  add ("run/earlier-build", test_earlier_build, "run");
  add ("up/emptied", test_emptied, "up");
  add ("up/replaced", test_replaced, "up");
  add ("up/restore", test_restore, "up");
  add ("hub/emptied", test_hub, NULL);
  add ("hub/reconnect", test_reconnect, NULL);
  add ("usage", test_usage, NULL);

  return g_test_run ();
}
