/* test-snapshot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-connection.h"
#include "usher-store-snapshot.h"
#include "usher-store.h"

#define EVENT "0198c0de-0000-7000-8000-000000000001"

typedef struct
{
  char *folder;
  char *path;
  char *uri;
  char *copy; /* a file that is not there yet */
  char *copy_uri;
  UsherClock *clock;
  UsherStore *store;
} Fixture;

static UsherStore *
open_store (Fixture *fixture, const char *uri)
{
  g_autoptr (GError) error = NULL;
  UsherStore *store = usher_store_open (uri, fixture->clock, NULL, &error);

  g_assert_no_error (error);

  return store;
}

static void
close_store (UsherStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_close (store, &error));
  g_assert_finalize_object (store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-snapshot-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "items.db", NULL);
  fixture->uri = g_strconcat ("sqlite:", fixture->path, NULL);
  fixture->copy = g_build_filename (fixture->folder, "copy.db", NULL);
  fixture->copy_uri = g_strconcat ("sqlite:", fixture->copy, NULL);
  fixture->clock = usher_real_clock_new ();
  fixture->store = open_store (fixture, fixture->uri);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_store (fixture->store);
  g_assert_finalize_object (fixture->clock);
  g_unlink (fixture->copy);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->uri);
  g_free (fixture->copy);
  g_free (fixture->copy_uri);
}

static void
apply (UsherStore *store, const char *subscriber, gint64 time)
{
  g_autoptr (UsherCommit) commit = usher_commit_new (time);
  g_autoptr (GError) error = NULL;

  usher_commit_set_inbox (commit, EVENT, subscriber);
  usher_store_commit_sync (store, commit, &error);
  g_assert_no_error (error);
}

static gboolean
was_applied (UsherStore *store, const char *subscriber)
{
  g_autoptr (GError) error = NULL;
  gboolean applied = FALSE;

  g_assert_true (usher_store_was_applied (store, EVENT, subscriber, &applied, &error));

  return applied;
}

static gint64
get_soon (void)
{
  return g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
}

static UsherStoreSnapshot *
begin_snapshot (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  UsherStoreSnapshot *snapshot = usher_store_open_snapshot (fixture->uri, get_soon (), &error);

  g_assert_no_error (error);
  g_assert_true (usher_store_snapshot_hold (snapshot, get_soon (), &error));
  g_assert_true (usher_store_snapshot_begin (snapshot, &error));
  usher_store_snapshot_release (snapshot);

  return snapshot;
}

static void
test_moment (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStoreSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  UsherStore *restored;

  g_test_summary ("A copy has what was committed before it began, and nothing that came after.");

  apply (fixture->store, "before", 1);
  snapshot = begin_snapshot (fixture);
  apply (fixture->store, "after", 1);
  g_assert_true (usher_store_snapshot_copy (snapshot, fixture->copy, &error));

  g_assert_true (usher_store_restore (fixture->copy_uri, 2, &error));
  restored = open_store (fixture, fixture->copy_uri);
  g_assert_true (was_applied (restored, "before"));
  g_assert_false (was_applied (restored, "after"));
  close_store (restored);
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_async_queue_push (user_data, commit);
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncQueue) committed = g_async_queue_new ();
  g_autoptr (UsherCommit) commit = usher_commit_new (1);
  g_autoptr (UsherStoreSnapshot) snapshot = NULL;
  g_autoptr (UsherSqliteConnection) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "While a database is held nobody writes it; who wants to goes on at its release.");

  snapshot = usher_store_open_snapshot (fixture->uri, get_soon (), &error);
  g_assert_no_error (error);
  g_assert_true (usher_store_snapshot_hold (snapshot, get_soon (), &error));

  other = usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);
  g_assert_no_error (error);
  usher_sqlite_connection_set_patience (other, 0);
  g_assert_false (usher_sqlite_connection_begin (other, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);

  usher_commit_set_inbox (commit, EVENT, "waits");
  usher_store_commit (fixture->store, commit, on_committed, committed);
  usher_store_snapshot_release (snapshot);
  g_assert_true (g_async_queue_pop (committed) == commit);
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSqliteConnection) writer = NULL;
  g_autoptr (UsherStoreSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Others that write through the deadline are busy, and nobody is held then.");

  writer = usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);
  g_assert_no_error (error);
  snapshot = usher_store_open_snapshot (fixture->uri, get_soon (), &error);
  g_assert_no_error (error);

  g_assert_true (usher_sqlite_connection_begin (writer, &error));
  g_assert_false (usher_store_snapshot_hold (snapshot, g_get_monotonic_time (), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_true (usher_sqlite_connection_end (writer, TRUE, NULL));
}

static void
test_restore (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherStoreSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_more = FALSE;
  UsherStore *restored;

  g_test_summary ("What an old copy has applied counts from its restoring on.");

  apply (fixture->store, "orders", 1);
  snapshot = begin_snapshot (fixture);
  g_assert_true (usher_store_snapshot_copy (snapshot, fixture->copy, &error));
  g_assert_true (usher_store_restore (fixture->copy_uri, 1000, &error));
  restored = open_store (fixture, fixture->copy_uri);

  g_assert_true (usher_store_prune (restored, 1000, 0, &has_more, &error));
  g_assert_true (was_applied (restored, "orders"));
  g_assert_true (usher_store_prune (restored, 1001, 0, &has_more, &error));
  g_assert_false (was_applied (restored, "orders"));
  close_store (restored);
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (4096, 'x');
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is missing, no database or of no known kind cannot be copied or restored.");

  g_assert_null (usher_store_open_snapshot (fixture->copy_uri, get_soon (), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (g_file_test (fixture->copy, G_FILE_TEST_EXISTS));

  g_assert_true (g_file_set_contents (fixture->copy, text, -1, NULL));
  g_assert_null (usher_store_open_snapshot (fixture->copy_uri, get_soon (), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (usher_store_restore (fixture->copy_uri, 1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_clear_error (&error);

  g_assert_null (usher_store_open_snapshot ("redis://localhost", get_soon (), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (usher_store_restore ("redis://localhost", 1, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/store-snapshot/moment", test_moment);
  add ("/store-snapshot/hold", test_hold);
  add ("/store-snapshot/busy", test_busy);
  add ("/store-snapshot/restore", test_restore);
  add ("/store-snapshot/trouble", test_trouble);
#undef add

  return g_test_run ();
}
