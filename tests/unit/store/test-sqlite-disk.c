/* test-sqlite-disk.c: a disk that fails, and comes back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "store-child.h"
#include "usher-error.h"
#include "usher-sqlite-store.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)
#define ROUNDS   8

typedef struct
{
  char *folder;
  char *path;
  char *disk; /* the switch */
  UsherClock *clock;
  StoreChild *child;
} Fixture;

static StoreChild *
start_child (Fixture *fixture, const char *program)
{
  StoreChild *child = store_child_new_on_disk (program, fixture->path, fixture->disk);
  g_autofree char *ready = store_child_hear (child);

  g_assert_cmpstr (ready, ==, "ready");

  return child;
}

static void
set_up (Fixture *fixture, gconstpointer program)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-disk-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "items.db", NULL);
  fixture->disk = g_build_filename (fixture->folder, "switch", NULL);
  fixture->clock = usher_real_clock_new ();
  fixture->child = start_child (fixture, program);
}

static void
tear_down (Fixture *fixture, gconstpointer program)
{
  g_autofree char *shared = g_strconcat (fixture->path, "-shared", NULL);

  g_clear_pointer (&fixture->child, store_child_free);
  g_assert_finalize_object (fixture->clock);
  g_unlink (fixture->disk);
  g_unlink (shared);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->disk);
  g_free (fixture->path);
  g_free (fixture->folder);
}

/* as one, so that no call reads half of it; NULL: the disk is well */
static void
set_disk (Fixture *fixture, const char *line)
{
  g_autoptr (GError) error = NULL;

  if (line == NULL)
    g_assert_cmpint (g_unlink (fixture->disk), ==, 0);
  else
    g_file_set_contents (fixture->disk, line, -1, &error);
  g_assert_no_error (error);
}

static gint64
ask_number (Fixture *fixture, const char *line)
{
  return store_child_ask_number (fixture->child, line);
}

/* commits fail with @code while the disk is as @line says; reads go on; then it recovers by itself */
static void
assert_recovers (Fixture *fixture, const char *line, UsherError code)
{
  gint64 deadline = 0;

  g_assert_cmpint (ask_number (fixture, "try before"), ==, -1);
  g_assert_cmpint (ask_number (fixture, "figure read-only"), ==, 0);

  set_disk (fixture, line);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (ask_number (fixture, "try lost"), ==, code);
  g_assert_cmpint (ask_number (fixture, "figure read-only"), ==, 1);
  g_assert_cmpint (ask_number (fixture, "count before"), ==, 1);
  g_assert_cmpint (ask_number (fixture, "count lost"), ==, 0);

  set_disk (fixture, NULL);
  deadline = g_get_monotonic_time () + PATIENCE;
  while (ask_number (fixture, "figure read-only") == 1)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  g_assert_cmpint (ask_number (fixture, "try after"), ==, -1);
}

/* what another process finds after this one was killed */
static void
assert_kept (Fixture *fixture, gconstpointer program)
{
  store_child_signal (fixture->child, SIGKILL);
  store_child_free (fixture->child);
  fixture->child = start_child (fixture, program);
  g_assert_cmpint (ask_number (fixture, "count before"), ==, 1);
  g_assert_cmpint (ask_number (fixture, "count lost"), ==, 0);
  g_assert_cmpint (ask_number (fixture, "count after"), ==, 1);
}

static void
test_flush (Fixture *fixture, gconstpointer program)
{
  g_test_summary ("While the disk does not flush nothing is confirmed, and it recovers by itself.");

  assert_recovers (fixture, "flush EIO *.db-wal", USHER_ERROR_UNAVAILABLE);
  assert_kept (fixture, program);
}

static void
test_full (Fixture *fixture, gconstpointer program)
{
  g_test_summary ("While the disk is full nothing is confirmed, and it recovers by itself.");

  assert_recovers (fixture, "write ENOSPC *.db*", USHER_ERROR_FULL);
  assert_kept (fixture, program);
}

static void
test_full_late (Fixture *fixture, gconstpointer program)
{
  g_test_summary ("A disk that says only at the flush that it is full is full.");

  assert_recovers (fixture, "flush ENOSPC *.db-wal", USHER_ERROR_FULL);
  assert_kept (fixture, program);
}

static void
test_copy (Fixture *fixture, gconstpointer program)
{
  g_autofree char *large = g_strnfill (200, 'x');
  g_autofree char *line = g_strconcat ("try ", large, NULL);

  g_test_summary ("When the log cannot be copied into the database it grows, and nothing is lost.");

  set_disk (fixture, "flush EIO *.db");
  for (guint i = 0; i < 600; i++)
    g_assert_cmpint (ask_number (fixture, line), ==, -1);
  g_assert_cmpint (ask_number (fixture, "figure log-bytes"), >, 1000 * 4096);
  set_disk (fixture, NULL);
  g_assert_cmpint (ask_number (fixture, line), ==, -1);

  store_child_signal (fixture->child, SIGKILL);
  store_child_free (fixture->child);
  fixture->child = start_child (fixture, program);
  g_assert_cmpint (ask_number (fixture, "figure documents"), ==, 601);
}

/* reads until it has heard of @n units that went as @failed says */
static void
read_ledger (Fixture *fixture, GHashTable *ledger, guint n, gboolean failed)
{
  StoreConfirmed confirmed;

  while (n > 0 && store_child_next (fixture->child, &confirmed))
    {
      g_hash_table_insert (ledger,
                           GUINT_TO_POINTER (confirmed.n),
                           GINT_TO_POINTER (confirmed.failed));
      if (confirmed.failed == failed)
        n--;
    }
}

static void
assert_ledger (Fixture *fixture, GHashTable *ledger)
{
  guint n_failed = 0;
  GHashTableIter iter;
  gpointer n;
  gpointer failed;

  g_hash_table_iter_init (&iter, ledger);
  while (g_hash_table_iter_next (&iter, &n, &failed))
    {
      g_autofree char *line = g_strdup_printf ("count %u", GPOINTER_TO_UINT (n));

      g_assert_cmpint (ask_number (fixture, line), ==, GPOINTER_TO_INT (failed) ? 0 : 1);
      n_failed += failed != NULL;
    }
  g_test_message ("%u units were confirmed, %u refused",
                  g_hash_table_size (ledger) - n_failed,
                  n_failed);
}

static void
test_load (Fixture *fixture, gconstpointer program)
{
  const char *const troubles[] = {
    "flush EIO *.db-wal",
    "write ENOSPC *.db*",
    "all EIO *.db*",
    "flush 20 *.db-wal",
  };
  g_autoptr (GHashTable) ledger = g_hash_table_new (NULL, NULL);

  g_test_summary (
      "Of a disk that fails again and again under load all that was confirmed survives a kill, "
      "and nothing that was refused.");

  store_child_load (fixture->child, 1, TRUE);
  for (guint i = 0; i < ROUNDS; i++)
    {
      guint which = i % G_N_ELEMENTS (troubles);

      read_ledger (fixture, ledger, 200, FALSE);
      set_disk (fixture, troubles[which]);
      read_ledger (fixture, ledger, 50, which < 3);
      set_disk (fixture, NULL);
    }
  read_ledger (fixture, ledger, 200, FALSE);
  store_child_signal (fixture->child, SIGKILL);
  read_ledger (fixture, ledger, G_MAXUINT, FALSE);
  store_child_free (fixture->child);

  fixture->child = start_child (fixture, program);
  assert_ledger (fixture, ledger);
}

#define add(path, program, func) \
  g_test_add ("/sqlite-disk/" path, Fixture, program, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  if (store_child_run (argc, argv))
    return 0;

  g_test_init (&argc, &argv, NULL);

  add ("flush", argv[0], test_flush);
  add ("full", argv[0], test_full);
  add ("full-late", argv[0], test_full_late);
  add ("copy", argv[0], test_copy);
  add ("load", argv[0], test_load);

  return g_test_run ();
}
