/* test-journal.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "usher-error.h"
#include "usher-journal-private.h"

#define CHANNEL "order:created"

typedef struct
{
  char *directory;
  UsherJournal *journal; /* (nullable) */
  UsherJournalBatch *batch;
} Fixture;

static void
open_journal (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->journal, usher_journal_free);
  fixture->journal = usher_journal_new (fixture->directory, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-journal-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->batch = usher_journal_batch_new ();
  open_journal (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "log.db", "log.db-wal", "log.db-shm" };

  usher_journal_batch_free (fixture->batch);
  g_clear_pointer (&fixture->journal, usher_journal_free);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->directory, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
}

static void
add_frame (Fixture *fixture, guint64 base, guint count, gint64 time)
{
  UsherJournalFrame *frame = g_new0 (UsherJournalFrame, 1);
  g_autofree char *text = g_strdup_printf ("frame %" G_GUINT64_FORMAT, base);

  frame->channel = g_strdup (CHANNEL);
  frame->base = base;
  frame->count = count;
  frame->time = time;
  frame->bytes = g_bytes_new (text, strlen (text));
  g_ptr_array_add (fixture->batch->frames, frame);
}

static void
commit (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_journal_commit (fixture->journal, fixture->batch, &error));
  g_assert_no_error (error);
  usher_journal_batch_free (fixture->batch);
  fixture->batch = usher_journal_batch_new ();
}

static void
assert_found (Fixture *fixture, guint64 sequence, guint64 base)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("frame %" G_GUINT64_FORMAT, base);
  UsherJournalFrame *frame = usher_journal_find (fixture->journal, CHANNEL, sequence, &error);

  g_assert_no_error (error);
  if (base == 0)
    {
      g_assert_null (frame);
      return;
    }
  g_assert_nonnull (frame);
  g_assert_cmpuint (frame->base, ==, base);
  g_assert_cmpmem (g_bytes_get_data (frame->bytes, NULL),
                   g_bytes_get_size (frame->bytes),
                   text,
                   strlen (text));
  usher_journal_frame_free (frame);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each sequence is found in its frame, also after the log was opened again");

  add_frame (fixture, 1, 64, 100);
  add_frame (fixture, 65, 1, 200);
  add_frame (fixture, 66, 10, 300);
  commit (fixture);
  for (guint i = 0; i < 2; i++)
    {
      assert_found (fixture, 1, 1);
      assert_found (fixture, 64, 1);
      assert_found (fixture, 65, 65);
      assert_found (fixture, 66, 66);
      assert_found (fixture, 75, 66);
      assert_found (fixture, 76, 0);
      g_assert_cmpuint (usher_journal_find_time (fixture->journal, CHANNEL, 101), ==, 65);
      g_assert_cmpuint (usher_journal_find_time (fixture->journal, CHANNEL, 301), ==, 0);
      open_journal (fixture);
    }
}

static void
store_state (const char *channel, const char *group, gconstpointer state, gsize size, gpointer data)
{
  GString *seen = data;

  g_string_append_printf (seen, "%s/%s=%.*s ", channel, group, (int) size, (const char *) state);
}

static void
test_groups (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The last state of a group is kept, one that was forgotten is gone");

  g_hash_table_insert (fixture->batch->groups,
                       g_strdup (CHANNEL "\ntickets"),
                       g_bytes_new_static ("1", 1));
  g_hash_table_insert (fixture->batch->groups,
                       g_strdup (CHANNEL "\nold"),
                       g_bytes_new_static ("1", 1));
  commit (fixture);
  g_hash_table_insert (fixture->batch->groups,
                       g_strdup (CHANNEL "\ntickets"),
                       g_bytes_new_static ("2", 1));
  g_hash_table_insert (fixture->batch->groups, g_strdup (CHANNEL "\nold"), NULL);
  commit (fixture);
  open_journal (fixture);
  g_assert_true (usher_journal_foreach_group (fixture->journal, store_state, seen, &error));
  g_assert_cmpstr (seen->str, ==, CHANNEL "/tickets=2 ");
}

static void
test_all_or_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);

  g_test_summary ("A batch that fails leaves nothing, and the next one works");

  add_frame (fixture, 1, 1, 100);
  commit (fixture);
  add_frame (fixture, 2, 1, 100);
  /* the same place again */
  add_frame (fixture, 1, 1, 100);
  g_hash_table_insert (fixture->batch->groups,
                       g_strdup (CHANNEL "\na"),
                       g_bytes_new_static ("1", 1));
  g_assert_false (usher_journal_commit (fixture->journal, fixture->batch, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  assert_found (fixture, 2, 0);
  g_assert_true (usher_journal_foreach_group (fixture->journal, store_state, seen, &error));
  g_assert_cmpstr (seen->str, ==, "");

  g_hash_table_remove_all (fixture->batch->groups);
  g_ptr_array_set_size (fixture->batch->frames, 1);
  commit (fixture);
  assert_found (fixture, 2, 2);
}

static void
execute (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->directory, "log.db", NULL);
  sqlite3 *db = NULL;

  g_clear_pointer (&fixture->journal, usher_journal_free);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A log from a newer version is refused, by name");

  execute (fixture, "PRAGMA user_version = 99");
  g_assert_null (usher_journal_new (fixture->directory, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "newer version"));
  g_assert_nonnull (strstr (error->message, fixture->directory));
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->directory, "log.db", NULL);

  g_test_summary ("A file that is no log is refused and left as it is");

  g_clear_pointer (&fixture->journal, usher_journal_free);
  g_assert_true (g_file_set_contents (
      path, "this is a shopping list, not a database, and long enough", -1, NULL));
  g_assert_null (usher_journal_new (fixture->directory, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
}

static void
store_place (const char *channel,
             guint64 first,
             guint64 last,
             guint64 n_events,
             guint64 n_bytes,
             gpointer data)
{
  g_string_append_printf (
      data, "%s %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "; ", channel, first, last);
}

static void
assert_places (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_journal_foreach_channel (fixture->journal, store_place, seen, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen->str, ==, expected);
}

static void
test_damaged_totals (Fixture *fixture, gconstpointer data)
{
  static const char *const numbers[] = { "0", "5", "75000", "4611686018427387000", "-1" };

  g_test_summary ("How far a channel is its frames say, not a total that a disk has damaged");

  add_frame (fixture, 1, 64, 100);
  add_frame (fixture, 65, 10, 200);
  commit (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *sql =
          g_strdup_printf ("UPDATE totals SET first = %s, last = %s", numbers[i], numbers[i]);

      execute (fixture, sql);
      open_journal (fixture);
      assert_places (fixture, CHANNEL " 1-74; ");
    }
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  UsherExpired *expired = g_new0 (UsherExpired, 1);

  g_test_summary ("A channel whose events have all been dropped goes on where it was");

  add_frame (fixture, 1, 64, 100);
  commit (fixture);
  expired->channel = g_strdup (CHANNEL);
  expired->last = 64;
  g_ptr_array_add (fixture->batch->expired, expired);
  commit (fixture);
  open_journal (fixture);
  assert_places (fixture, CHANNEL " 65-64; ");
  add_frame (fixture, 65, 1, 100);
  commit (fixture);
  assert_places (fixture, CHANNEL " 65-65; ");
}

static void
assert_refused (Fixture *fixture, const char *sql)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  execute (fixture, sql);
  open_journal (fixture);
  g_assert_false (usher_journal_foreach_channel (fixture->journal, store_place, seen, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, fixture->directory));
}

static void
test_damaged_frames (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A frame that cannot be is refused, by name, before anybody counts on it");

  add_frame (fixture, 1, 64, 100);
  add_frame (fixture, 65, 10, 200);
  commit (fixture);
  execute (fixture, "UPDATE frames SET count = 4294967297 WHERE base = 1");
  open_journal (fixture);
  assert_places (fixture, CHANNEL " 1-74; ");
  g_assert_null (usher_journal_find (fixture->journal, CHANNEL, 7, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (usher_journal_list_tail (fixture->journal, CHANNEL, 1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);

  assert_refused (fixture, "UPDATE frames SET count = 4611686018427387000 WHERE base = 65");
  assert_refused (fixture, "UPDATE frames SET count = 0 WHERE base = 65");
  assert_refused (fixture,
                  "UPDATE frames SET count = 1, base = 9223372036854775807 WHERE base = 65");
  assert_refused (fixture, "DELETE FROM frames; UPDATE totals SET first = -7");
  assert_refused (fixture, "UPDATE totals SET first = 9223372036854775807");
}

static void
test_not_writable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->directory, "log.db", NULL);
  g_autofree char *below = g_build_filename (file, "below", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A directory that cannot be made is an error that names it");

  g_assert_null (usher_journal_new (below, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, below));
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/journal/find", test_find);
  add ("/journal/groups", test_groups);
  add ("/journal/all-or-nothing", test_all_or_nothing);
  add ("/journal/dropped", test_dropped);
  add ("/journal/damaged/totals", test_damaged_totals);
  add ("/journal/damaged/frames", test_damaged_frames);
  add ("/journal/newer", test_newer);
  add ("/journal/foreign", test_foreign);
  add ("/journal/not-writable", test_not_writable);

  return g_test_run ();
}
