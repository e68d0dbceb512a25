/* test-sqlite-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-unit.h"

static const UsherField fields[] = {
  { .name = "name", .type = USHER_FIELD_STRING },
  { .name = "number", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_UNIQUE },
};

typedef struct
{
  char *folder;
  char *path;
  UsherClock *clock;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-sqlite-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "items.db", NULL);
  fixture->clock = usher_real_clock_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->clock);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static UsherStore *
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  UsherStore *store = usher_sqlite_store_new (fixture->path, fixture->clock, NULL, &error);

  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

static void
close_store (UsherStore *store)
{
  g_autoptr (GError) error = NULL;

  usher_store_close (store, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (store);
}

/* opening @path fails with @code, and the message names the path and says @words */
static void
assert_refused (Fixture *fixture, const char *path, UsherError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (usher_sqlite_store_new (path, fixture->clock, NULL, &error));
  g_assert_error (error, USHER_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, words));
}

static void
execute (Fixture *fixture, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A file from a newer version is refused with both versions.");

  close_store (open_store (fixture));
  execute (fixture, "UPDATE usher_schema SET value='7' WHERE name='layout'");

  assert_refused (fixture, fixture->path, USHER_ERROR_CORRUPT, "layout 7");
  assert_refused (fixture, fixture->path, USHER_ERROR_CORRUPT, "knows layout 1");
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A database of another program is refused and left alone.");

  execute (fixture, "CREATE TABLE photos (name TEXT)");

  assert_refused (fixture, fixture->path, USHER_ERROR_CORRUPT, "another program");
  execute (fixture, "INSERT INTO photos VALUES ('sea')");
}

static void
test_no_database (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (5000, 'x');

  g_test_summary ("A file that is no database is refused.");

  g_assert_true (g_file_set_contents (fixture->path, text, -1, &error));
  assert_refused (fixture, fixture->path, USHER_ERROR_CORRUPT, "not a database");
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *below = g_build_filename (fixture->path, "items.db", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder that is missing, or is a file, is refused.");

  assert_refused (fixture, below, USHER_ERROR_UNAVAILABLE, "unable to open");
  g_assert_true (g_file_set_contents (fixture->path, "", 0, &error));
  assert_refused (fixture, below, USHER_ERROR_UNAVAILABLE, "unable to open");
}

static void
test_is_folder (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A path that is a folder is refused.");

  assert_refused (fixture, fixture->folder, USHER_ERROR_UNAVAILABLE, "unable to open");
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A folder and a file that cannot be written are refused.");

  if (geteuid () == 0)
    {
      g_test_skip ("root may write anything");
      return;
    }

  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  assert_refused (fixture, fixture->path, USHER_ERROR_UNAVAILABLE, "unable to open");
  g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
  close_store (open_store (fixture));
  g_assert_cmpint (g_chmod (fixture->path, 0400), ==, 0);
  assert_refused (fixture, fixture->path, USHER_ERROR_UNAVAILABLE, "not writable");
}

static void
test_case (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("Items", fields, G_N_ELEMENTS (fields), &error);

  g_test_summary ("Collections that differ in the case of letters do not share a table.");

  g_assert_no_error (error);
  g_assert_false (usher_store_add_collection (store, schema, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);

  close_store (store);
}

static UsherUnit *
begin_insert (Fixture *fixture, UsherStore *store, const char *name, const char *number)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_unit_new (store, fixture->clock);
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "items", &error);

  g_assert_no_error (error);
  usher_document_set_string (document, "name", name);
  usher_document_set_string (document, "number", number);
  g_assert_true (usher_unit_insert (unit, document, &error));
  usher_unit_publish_document (unit, "item:created", document);

  return unit;
}

static void
insert (Fixture *fixture, UsherStore *store, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = begin_insert (fixture, store, name, NULL);

  usher_store_commit_sync (store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

static guint
count_items (UsherStore *store)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = usher_store_query (store, query, &error);

  g_assert_no_error (error);

  return found->len;
}

static guint
count_events (UsherStore *store)
{
  g_autoptr (GError) error = NULL;
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = usher_store_list_outbox (store, &begin, 1000, marks, &error);

  g_assert_no_error (error);

  return events->len;
}

static void
test_shared (Fixture *fixture, gconstpointer data)
{
  UsherStore *one = open_store (fixture);
  UsherStore *other = open_store (fixture);

  g_test_summary ("Two stores on one file, as two processes have them, see each other's commits.");

  insert (fixture, one, "a");
  insert (fixture, other, "b");
  g_assert_cmpuint (count_items (one), ==, 2);
  g_assert_cmpuint (count_items (other), ==, 2);

  close_store (one);
  insert (fixture, other, "c");
  close_store (other);
}

/* Holds the store's thread in a callback, so that what is queued meanwhile is one group. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean is_held;
  gboolean may_go;
  GString *journal;
} Gate;

static void
on_held (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Gate *gate = user_data;

  g_mutex_lock (&gate->mutex);
  gate->is_held = TRUE;
  g_cond_signal (&gate->cond);
  while (!gate->may_go)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
hold (Gate *gate, Fixture *fixture, UsherStore *store)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (store, fixture->clock);

  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  gate->journal = g_string_new (NULL);
  usher_store_commit (store, usher_unit_get_commit (unit), on_held, gate);
  g_mutex_lock (&gate->mutex);
  while (!gate->is_held)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
let_go (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->may_go = TRUE;
  g_cond_signal (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static void
clear_gate (Gate *gate)
{
  g_string_free (gate->journal, TRUE);
  g_cond_clear (&gate->cond);
  g_mutex_clear (&gate->mutex);
}

/* notes the outcome: “.” and the code of the error */
static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Gate *gate = user_data;

  if (error == NULL)
    g_string_append (gate->journal, "ok ");
  else
    g_string_append_printf (gate->journal, "%d ", error->code);
}

static UsherUnit *
begin_rename (Fixture *fixture, UsherStore *store, const char *id, const char *name)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_unit_new (store, fixture->clock);
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "items", id, &error);

  g_assert_no_error (error);
  usher_document_set_string (document, "name", name);
  g_assert_true (usher_unit_replace (unit, document, &error));

  return unit;
}

static void
test_group (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  g_autoptr (UsherUnit) first = begin_insert (fixture, store, "a", "N1");
  const char *id =
      usher_document_get_id (usher_commit_get_change (usher_unit_get_commit (first), 0)->document);
  g_autoptr (GPtrArray) units = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
      g_strdup_printf ("ok %d %d ok ", USHER_ERROR_CONFLICT, USHER_ERROR_TAKEN);
  Gate gate = { 0 };

  g_test_summary ("In a group a unit that is refused is undone alone.");

  g_assert_true (usher_store_commit_sync (store, usher_unit_get_commit (first), &error));
  g_ptr_array_add (units, begin_rename (fixture, store, id, "winner"));
  g_ptr_array_add (units, begin_rename (fixture, store, id, "loser"));
  g_ptr_array_add (units, begin_insert (fixture, store, "taken", "N1"));
  g_ptr_array_add (units, begin_insert (fixture, store, "b", "N2"));

  hold (&gate, fixture, store);
  for (guint i = 0; i < units->len; i++)
    usher_store_commit (store,
                        usher_unit_get_commit (g_ptr_array_index (units, i)),
                        on_committed,
                        &gate);
  let_go (&gate);
  insert (fixture, store, "last");

  g_assert_cmpstr (gate.journal->str, ==, expected);
  g_assert_cmpuint (count_items (store), ==, 3);
  g_assert_cmpuint (count_events (store), ==, 3);
  clear_gate (&gate);
  g_ptr_array_set_size (units, 0);
  g_clear_object (&first);
  close_store (store);
}

/* No file of this process may grow over @size; a write beyond it fails as on a full disk. */
static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = size;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  g_autofree char *large = g_strnfill (300000, 'x');
  g_autoptr (GPtrArray) units = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *expected =
      g_strdup_printf ("%d %d %d ", USHER_ERROR_FULL, USHER_ERROR_FULL, USHER_ERROR_FULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = NULL;
  Gate gate = { 0 };

  g_test_summary ("A full disk fails the whole group, and the store works again after it.");

  insert (fixture, store, "before");
  g_ptr_array_add (units, begin_insert (fixture, store, "small", NULL));
  g_ptr_array_add (units, begin_insert (fixture, store, large, NULL));
  g_ptr_array_add (units, begin_insert (fixture, store, "other", NULL));

  hold (&gate, fixture, store);
  limit_files (200000);
  for (guint i = 0; i < units->len; i++)
    usher_store_commit (store,
                        usher_unit_get_commit (g_ptr_array_index (units, i)),
                        on_committed,
                        &gate);
  let_go (&gate);
  g_ptr_array_set_size (units, 0);
  unit = begin_insert (fixture, store, large, NULL);
  g_assert_false (usher_store_commit_sync (store, usher_unit_get_commit (unit), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FULL);
  g_assert_nonnull (strstr (error->message, fixture->path));
  limit_files (RLIM_INFINITY);

  g_assert_cmpstr (gate.journal->str, ==, expected);
  g_assert_cmpuint (count_items (store), ==, 1);
  g_assert_cmpuint (count_events (store), ==, 1);
  insert (fixture, store, large);
  g_assert_cmpuint (count_items (store), ==, 2);
  clear_gate (&gate);
  g_clear_object (&unit);
  close_store (store);
}

/* what a read sees stays until the reads end */
static gboolean
is_empty (UsherStore *store)
{
  usher_store_end_reads (store);

  return count_events (store) == 0;
}

static void
test_trim_quiet (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  UsherStore *other = open_store (fixture);
  const UsherMark first = { { 1, 0 } };

  g_test_summary ("A trimmed outbox is emptied without another commit, soon.");

  insert (fixture, store, "a");
  g_assert_cmpuint (count_events (other), ==, 1);
  usher_store_trim_outbox (store, &first);
  g_assert_cmpuint (count_events (store), ==, 0);

  usher_test_until (is_empty (other));

  close_store (other);
  close_store (store);
}

static void
test_reach (Fixture *fixture, gconstpointer data)
{
  UsherReach reach = { .position = 3 };
  UsherStore *store = open_store (fixture);
  g_autoptr (GError) error = NULL;

  g_test_summary ("How far a log has come costs no write of its own.");

  usher_reach_set_log (&reach, "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01");
  usher_store_keep_reach (store, &reach);
  close_store (store);
  store = open_store (fixture);
  g_assert_true (usher_store_lookup_reach (store, &reach, &error));
  g_assert_no_error (error);
  g_assert_false (usher_reach_is_known (&reach));
  close_store (store);
}

static void
test_log (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  g_autofree char *large = g_strnfill (1000000, 'x');
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  GStatBuf status;

  g_test_summary (
      "A thread that reads and does not say when it is done does not make the log grow.");

  g_assert_cmpuint (count_items (store), ==, 0);
  for (guint i = 0; i < 40; i++)
    insert (fixture, store, large);
  g_assert_cmpint (g_stat (log, &status), ==, 0);
  g_assert_cmpint (status.st_size, <, 10000000);
  g_assert_cmpuint (count_items (store), ==, 40);

  close_store (store);
}

static void
on_last (gpointer data, GObject *store)
{
  g_atomic_int_set ((int *) data, 1);
}

static void
on_dropped (UsherCommit *commit, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  UsherUnit *unit = begin_insert (fixture, store, "a", NULL);
  int is_gone = 0;
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);

  g_test_summary ("A store may end with the last unit, on its own thread.");

  g_object_weak_ref (G_OBJECT (store), on_last, &is_gone);
  usher_store_commit (store, usher_unit_get_commit (unit), on_dropped, NULL);
  g_object_unref (store);
  g_object_unref (unit);

  usher_test_until (g_atomic_int_get (&is_gone));
  usher_test_until (!g_file_test (log, G_FILE_TEST_EXISTS));

  store = open_store (fixture);
  g_assert_cmpuint (count_items (store), ==, 1);
  close_store (store);
}

/* whether a timer of that key can be parked */
static void
park (UsherStore *store, UsherClock *clock, const char *key)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (usher_clock_get_time (clock));
  g_autoptr (UsherTimerHistory) history = usher_timer_history_new ();
  g_autoptr (UsherTimer) timer = NULL;
  g_autoptr (UsherTimer) parked = NULL;
  g_autoptr (GError) error = NULL;

  usher_store_lookup_timer (store, "expire", key, &timer, &error);
  g_assert_no_error (error);
  history->parked = 7;
  usher_timer_history_add_reason (history, "it fails");
  usher_commit_set_anew (commit, timer, 100, 0, history);
  usher_store_commit_sync (store, commit, &error);
  g_assert_no_error (error);
  usher_store_lookup_timer (store, "expire", key, &parked, &error);
  g_assert_no_error (error);
  g_assert_true (usher_timer_is_parked (parked));
}

static void
test_older_timers (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = open_store (fixture);
  g_autoptr (UsherUnit) unit = usher_unit_new (store, fixture->clock);
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "The timers of a file of an earlier version are as they were, and have room for more.");

  usher_unit_schedule (unit, "expire", "a", 100, NULL);
  usher_store_commit_sync (store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  g_clear_object (&unit);
  close_store (store);
  execute (fixture,
           "DROP INDEX usher_timers_trouble;"
           "ALTER TABLE usher_timers DROP COLUMN since;"
           "ALTER TABLE usher_timers DROP COLUMN deaths;"
           "ALTER TABLE usher_timers DROP COLUMN trial;"
           "ALTER TABLE usher_timers DROP COLUMN trier;"
           "ALTER TABLE usher_timers DROP COLUMN parked;"
           "ALTER TABLE usher_timers DROP COLUMN reasons;");

  store = open_store (fixture);
  timers = usher_store_list_timers (store, 100, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (timers->len, ==, 1);
  g_assert_cmpint (usher_timer_get_since (g_ptr_array_index (timers, 0)), ==, 0);
  g_assert_null (usher_timer_get_history (g_ptr_array_index (timers, 0)));
  park (store, fixture->clock, "a");
  close_store (store);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/sqlite-store/open/newer", test_newer);
  add ("/sqlite-store/open/foreign", test_foreign);
  add ("/sqlite-store/open/no-database", test_no_database);
  add ("/sqlite-store/open/no-folder", test_no_folder);
  add ("/sqlite-store/open/is-folder", test_is_folder);
  add ("/sqlite-store/open/read-only", test_read_only);
  add ("/sqlite-store/open/older-timers", test_older_timers);
  add ("/sqlite-store/case", test_case);
  add ("/sqlite-store/shared", test_shared);
  add ("/sqlite-store/group", test_group);
  add ("/sqlite-store/full", test_full);
  add ("/sqlite-store/trim/quiet", test_trim_quiet);
  add ("/sqlite-store/reach", test_reach);
  add ("/sqlite-store/log", test_log);
  add ("/sqlite-store/dropped", test_dropped);

  return g_test_run ();
}
