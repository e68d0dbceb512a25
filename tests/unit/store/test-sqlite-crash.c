/* test-sqlite-crash.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-unit.h"

#define SEEDS     20
#define IN_FLIGHT 32
/* units of a child are numbered from here on */
#define FIRST(seed) ((guint) (seed) *1000000)

static const UsherField fields[] = {
  { .name = "n", .type = USHER_FIELD_INTEGER, .flags = USHER_FIELD_INDEXED },
};

static UsherStore *
open_store (const char *path, UsherClock *clock)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  UsherStore *store = usher_sqlite_store_new (path, clock, NULL, &error);

  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

/* The child: commits until it is killed, and writes the number of each unit that is confirmed. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_pending; /* (mutex mutex) */
} Child;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Child *child = user_data;
  guint n = (guint) usher_document_get_integer (usher_commit_get_change (commit, 0)->document, "n");

  g_assert_no_error (error);
  g_assert_cmpint (write (STDOUT_FILENO, &n, sizeof n), ==, sizeof n);
  g_mutex_lock (&child->mutex);
  child->n_pending--;
  g_cond_signal (&child->cond);
  g_mutex_unlock (&child->mutex);
}

static void
insert (UsherUnit *unit, guint n, guint which)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "items", &error);
  g_autofree char *id = g_strdup_printf ("%023x%x", n, which);

  usher_document_set_id (document, id);
  usher_document_set_integer (document, "n", n);
  g_assert_true (usher_unit_insert (unit, document, &error));
}

/* two documents, an event, a timer and an inbox key that belong together */
static void
commit (UsherStore *store, UsherClock *clock, Child *child, guint n)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (store, clock);
  g_autofree char *name = g_strdup_printf ("%u", n);
  g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", n);

  insert (unit, n, 0);
  insert (unit, n, 1);
  usher_unit_publish (unit, name, payload);
  usher_unit_schedule (unit, "expire", name, n, payload);
  usher_commit_set_inbox (usher_unit_get_commit (unit), name, "items");

  g_mutex_lock (&child->mutex);
  while (child->n_pending >= IN_FLIGHT)
    g_cond_wait (&child->cond, &child->mutex);
  child->n_pending++;
  g_mutex_unlock (&child->mutex);
  usher_store_commit (store, usher_unit_get_commit (unit), on_committed, child);
}

static int
run_child (const char *path, guint first)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (UsherStore) store = open_store (path, clock);
  Child child = { 0 };

  g_mutex_init (&child.mutex);
  g_cond_init (&child.cond);
  for (guint n = first;; n++)
    commit (store, clock, &child, n);

  return 0;
}

/* The parent: kills a child after a number of confirmed units that the seed decides, and a moment
 * more. Gives all confirmed numbers. */
static void
run_and_kill (const char *program, const char *path, guint seed, GHashTable *ledger)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *first = g_strdup_printf ("%u", FIRST (seed));
  g_autoptr (GSubprocess) child = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--commit", path, first, NULL);
  GInputStream *pipe = g_subprocess_get_stdout_pipe (child);
  int n_wanted = g_rand_int_range (rand, 1, 600);
  gsize n_read = sizeof (guint);
  guint n;

  g_assert_no_error (error);
  while (g_input_stream_read_all (pipe, &n, sizeof n, &n_read, NULL, &error) && n_read == sizeof n)
    {
      g_hash_table_add (ledger, GUINT_TO_POINTER (n));
      if (--n_wanted == 0)
        {
          usher_test_let_pass (rand, 3 * G_TIME_SPAN_MILLISECOND);
          g_subprocess_force_exit (child);
        }
    }
  g_assert_no_error (error);
  g_assert_cmpint (n_wanted, <=, 0);
  g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
}

static void
count (GHashTable *table, guint n)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (table, GUINT_TO_POINTER (n)));

  g_hash_table_insert (table, GUINT_TO_POINTER (n), GUINT_TO_POINTER (before + 1));
}

static void
count_documents (UsherStore *store, GHashTable *table)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  guint n_found;

  usher_query_limit (query, 1000);
  do
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) found = usher_store_query (store, query, &error);

      g_assert_no_error (error);
      n_found = found->len;
      for (guint i = 0; i < n_found; i++)
        count (table, (guint) usher_document_get_integer (g_ptr_array_index (found, i), "n"));
      if (n_found > 0)
        usher_query_after (query, usher_document_get_id (g_ptr_array_index (found, n_found - 1)));
    }
  while (n_found > 0);
}

/* of each number in the store there are two documents, an event, a timer and an inbox key */
static void
assert_whole (UsherStore *store, GHashTable *ledger)
{
  g_autoptr (GHashTable) table = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GPtrArray) events = usher_store_list_outbox (store, &begin, G_MAXINT, marks, &error);
  g_autoptr (GPtrArray) timers = usher_store_list_timers (store, G_MAXINT64, G_MAXINT, &error);
  GHashTableIter iter;
  gpointer n;
  gpointer n_parts;

  g_assert_no_error (error);
  count_documents (store, table);
  for (guint i = 0; i < events->len; i++)
    count (table,
           (guint) g_ascii_strtoull (usher_event_get_channel (g_ptr_array_index (events, i)),
                                     NULL,
                                     10));
  for (guint i = 0; i < timers->len; i++)
    count (table, (guint) usher_timer_get_due (g_ptr_array_index (timers, i)));

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &n, &n_parts))
    {
      g_autofree char *event = g_strdup_printf ("%u", GPOINTER_TO_UINT (n));
      gboolean applied = FALSE;

      g_assert_cmpuint (GPOINTER_TO_UINT (n_parts), ==, 4);
      g_assert_true (usher_store_was_applied (store, event, "items", &applied, &error));
      g_assert_true (applied);
    }

  g_hash_table_iter_init (&iter, ledger);
  while (g_hash_table_iter_next (&iter, &n, NULL))
    g_assert_true (g_hash_table_contains (table, n));
}

static void
test_killed (gconstpointer program)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("usher-crash-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "items.db", NULL);
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GHashTable) ledger = g_hash_table_new (NULL, NULL);

  g_test_summary (
      "What was confirmed survives SIGKILL at any point, and nothing is there by half.");

  g_assert_no_error (error);
  for (guint seed = 1; seed <= SEEDS; seed++)
    {
      UsherStore *store;

      run_and_kill (program, path, seed, ledger);
      store = open_store (path, clock);
      assert_whole (store, ledger);
      g_assert_true (usher_store_close (store, &error));
      g_assert_finalize_object (store);
    }

  g_test_message ("%u units were confirmed", g_hash_table_size (ledger));
  usher_test_remove_tree (folder);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--commit"))
    return run_child (argv[2], (guint) g_ascii_strtoull (argv[3], NULL, 10));

  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/sqlite-store/killed", argv[0], test_killed);

  return g_test_run ();
}
