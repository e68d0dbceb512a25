/* test-revocation-file.c: who is refused, as the file remembers it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "revocation-stage.h"
#include "usher-error.h"
#include "usher-sqlite-connection.h"
#include "usher-test-base.h"

static void
test_restart (RevocationStage *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *token = revocation_stage_begin (fixture, ALICE, &id);
  g_autofree char *bob = revocation_stage_begin (fixture, BOB, NULL);

  g_test_summary ("What was refused is so after a restart, before there is a bus");

  revocation_stage_follow (fixture);
  revocation_stage_end (fixture, 1, id);
  revocation_stage_bring (fixture, REFUSED, 1, BOB, 3);
  revocation_stage_restart (fixture);
  g_assert_true (revocation_stage_is_good (fixture, token));
  revocation_stage_load (fixture);
  g_assert_false (revocation_stage_is_good (fixture, token));
  g_assert_false (revocation_stage_is_good (fixture, bob));
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
}

static void
test_resume (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("Only what is new is replayed, and an old word stays old after a restart");

  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  revocation_stage_keep (fixture, REFUSED, 2, BOB, 5);
  revocation_stage_follow (fixture);
  revocation_stage_restart (fixture);
  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  revocation_stage_keep (fixture, REFUSED, 2, BOB, 5);
  revocation_stage_keep (fixture, REFUSED, 3, ALICE, 2);
  revocation_stage_keep (fixture, RESTORED, 1, BOB, 4);
  revocation_stage_follow (fixture);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 2);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_false (revocation_stage_is_accepted (fixture, BOB));
}

#define ONE_LOG     "0f3a7f5c-6d1e-4c1b-9b1e-000000000001"
#define ANOTHER_LOG "0f3a7f5c-6d1e-4c1b-9b1e-000000000002"

/* Another log, which has @n events, is read from its beginning, and from the next run on from its end. */
static void
read_another (RevocationStage *fixture, guint n)
{
  for (guint i = 0; i < 2; i++)
    {
      revocation_stage_restart (fixture);
      fake_bus_set_reach (fixture->bus, ANOTHER_LOG, n);
      for (guint k = 1; k <= n; k++)
        revocation_stage_keep (fixture, REFUSED, k, BOB, (int) k);
      revocation_stage_follow (fixture);
      g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, i == 0 ? n : 0);
      g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
      g_assert_false (revocation_stage_is_accepted (fixture, BOB));
    }
}

static void
test_shorter_log (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary (
      "A log that is behind is another one: it is read from its beginning, and a ban stays");

  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  revocation_stage_keep (fixture, REFUSED, 2, ALICE, 3);
  revocation_stage_follow (fixture);
  read_another (fixture, 1);
}

static void
test_longer_log (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary (
      "Another log is read from its beginning, though it has come further than the one before");

  fake_bus_set_reach (fixture->bus, ONE_LOG, 1);
  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  revocation_stage_follow (fixture);
  read_another (fixture, 2);
}

static gint64
count (RevocationStage *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) connection = NULL;
  UsherSqliteStatement *statement = NULL;
  gint64 n = 0;

  /* it is made when there is something to write */
  if (!g_file_test (fixture->path, G_FILE_TEST_EXISTS))
    return 0;

  connection = usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);
  g_assert_no_error (error);
  statement = usher_sqlite_connection_get (connection, sql, NULL);
  /* it is laid out this moment */
  if (statement == NULL)
    return 0;

  usher_sqlite_connection_get_integer (connection, statement, 0, &n, &error);
  g_assert_no_error (error);
  usher_sqlite_statement_reset (statement);

  return n;
}

#define IN_BLOCKS "(SELECT coalesce(sum(length(endings)), 0) / 24 FROM usher_ending_blocks)"

static gint64
count_endings (RevocationStage *fixture)
{
  return count (fixture, "SELECT count(*) + " IN_BLOCKS " FROM usher_endings");
}

/* The ids of sessions are numbers here. */
static void
end_some (RevocationStage *fixture, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    {
      g_autofree char *id = g_strdup_printf ("%032x", i * 2654435761U);

      revocation_stage_end (fixture, i, id);
    }
}

static void
assert_ended (RevocationStage *fixture, guint number, gboolean is_ended)
{
  g_autofree char *id = g_strdup_printf ("%032x", number * 2654435761U);
  const gint64 now = revocation_stage_get_time (fixture);
  g_autoptr (UsherSession) session =
      usher_session_new (id, ALICE, "somebody@example.org", now, now + LIFETIME);
  g_autofree char *token = usher_sessions_make_token (fixture->sessions, session, NULL);

  g_assert_true (revocation_stage_is_good (fixture, token) == !is_ended);
}

static void
test_many (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("Many that were ended are so after a restart, and none besides");

  revocation_stage_follow (fixture);
  end_some (fixture, 1, 10000);
  usher_test_until (count_endings (fixture) == 10000);
  revocation_stage_restart (fixture);
  revocation_stage_load (fixture);
  g_assert_cmpint (count (fixture, "SELECT " IN_BLOCKS), >, 0);
  for (guint i = 1; i <= 10000; i++)
    assert_ended (fixture, i, TRUE);
  for (guint i = 10001; i <= 20000; i++)
    assert_ended (fixture, i, FALSE);
}

static void
test_forget (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("What is over by itself is forgotten");

  revocation_stage_follow (fixture);
  end_some (fixture, 1, 10000);
  usher_test_until (count_endings (fixture) == 10000);
  usher_manual_clock_advance (fixture->clock, LIFETIME);
  end_some (fixture, 10001, 11100);
  usher_test_until (count_endings (fixture) == 1100);
  assert_ended (fixture, 10001, TRUE);
}

static gint64
count_users (RevocationStage *fixture)
{
  return count (fixture, "SELECT count(*) FROM usher_users");
}

static void
test_replaced_log (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("What another log says that takes the place of the one before is written");

  revocation_stage_follow (fixture);
  revocation_stage_bring (fixture, REFUSED, 5, ALICE, 1);
  revocation_stage_bring (fixture, REFUSED, 1, BOB, 1);
  revocation_stage_bring (fixture, REFUSED, 2, ALICE, 2);
  usher_test_until (count (fixture, "SELECT sequence FROM usher_positions") == 2);
  g_assert_cmpint (count_users (fixture), ==, 2);

  /* one that is told by its name */
  fake_bus_set_reach (fixture->bus, ONE_LOG, 1);
  revocation_stage_bring (fixture, REFUSED, 3, ALICE, 3);
  fake_bus_set_reach (fixture->bus, ANOTHER_LOG, 1);
  revocation_stage_bring (fixture, REFUSED, 1, BOB, 4);
  revocation_stage_bring (fixture, REFUSED, 4, "another", 1);
  usher_test_until (
      count (fixture, "SELECT sequence FROM usher_positions WHERE log = '" ANOTHER_LOG "'") == 4);
  g_assert_cmpint (count (fixture, "SELECT version FROM usher_users WHERE id = '" BOB "'"), ==, 4);
}

/* Takes a table away from who writes, or gives it back. */
static void
rename_table (RevocationStage *fixture, const char *from, const char *to)
{
  g_autofree char *sql = g_strdup_printf ("ALTER TABLE %s RENAME TO %s", from, to);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);

  g_assert_no_error (error);
  usher_sqlite_connection_execute (connection, sql, &error);
  g_assert_no_error (error);
}

static void
test_unwritten (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("What a file does not take is refused all the same, written later, or comes "
                  "again from the bus");

  revocation_stage_follow (fixture);
  revocation_stage_bring (fixture, REFUSED, 1, ALICE, 1);
  usher_test_until (count_users (fixture) == 1);
  rename_table (fixture, "usher_positions", "elsewhere");
  revocation_stage_bring (fixture, REFUSED, 2, BOB, 1);
  g_assert_false (revocation_stage_is_accepted (fixture, BOB));
  usher_test_until (!usher_revocations_are_kept (fixture->revocations));
  rename_table (fixture, "elsewhere", "usher_positions");
  usher_test_until (count_users (fixture) == 2);
  usher_test_until (usher_revocations_are_kept (fixture->revocations));

  rename_table (fixture, "usher_positions", "elsewhere");
  revocation_stage_bring (fixture, REFUSED, 3, "somebody", 1);
  revocation_stage_restart (fixture);
  rename_table (fixture, "elsewhere", "usher_positions");
  g_assert_cmpint (count_users (fixture), ==, 2);
  for (guint i = 1; i <= 3; i++)
    revocation_stage_keep (fixture, REFUSED, i, "somebody", 1);
  revocation_stage_follow (fixture);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 1);
  g_assert_false (revocation_stage_is_accepted (fixture, "somebody"));
}

static void
test_damaged (RevocationStage *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (fixture->path);

  g_test_summary ("A file that is none is refused by its name, with the way out");

  revocation_stage_load (fixture);
  revocation_stage_restart (fixture);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "nonsense, and more of it", -1, NULL));
  fixture->revocations = usher_revocations_new (fixture->path,
                                                revocation_stage_channels,
                                                fixture->sessions,
                                                USHER_CLOCK (fixture->clock),
                                                &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_true (strstr (error->message, fixture->path) && strstr (error->message, "-wal"));
}

#define add(path, func)                 \
  g_test_add ("/revocation-file/" path, \
              RevocationStage,          \
              NULL,                     \
              revocation_stage_set_up,  \
              func,                     \
              revocation_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("restart", test_restart);
  add ("resume", test_resume);
  add ("shorter-log", test_shorter_log);
  add ("longer-log", test_longer_log);
  add ("many", test_many);
  add ("forget", test_forget);
  add ("replaced-log", test_replaced_log);
  add ("unwritten", test_unwritten);
  add ("damaged", test_damaged);

  return g_test_run ();
}
