/* test-sqlite-shared.c: several processes write one file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "shared-fixture.h"
#include "usher-error.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-unit.h"

#define SEEDS      20
#define INCREMENTS 300
/* of which two processes are to get a fair share each */
#define SHARED_COMMITS 5000
/* which one reader follows */
#define WRITERS          3
#define FOLLOWED_COMMITS 1500

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 *first = a;
  const gint64 *second = b;

  return (*first > *second) - (*first < *second);
}

static void
report (const char *what, GArray *times)
{
  g_array_sort (times, compare_times);
  g_test_message ("%s: median %" G_GINT64_FORMAT " µs, longest %" G_GINT64_FORMAT " µs, of %u",
                  what,
                  g_array_index (times, gint64, times->len / 2),
                  g_array_index (times, gint64, times->len - 1),
                  times->len);
}

static void
test_open_at_once (SharedFixture *fixture, gconstpointer data)
{
  StoreChild *children[6];

  g_test_summary ("Processes that open a new file at the same time all get it, laid out once.");

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = store_child_new (fixture->program, fixture->path);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      g_autofree char *ready = store_child_hear (children[i]);

      g_assert_cmpstr (ready, ==, "ready");
      g_assert_cmpint (store_child_ask_number (children[i], "insert chair"), >, 0);
    }

  shared_fixture_open (fixture);
  g_assert_cmpuint (shared_fixture_count_items (fixture, NULL), ==, G_N_ELEMENTS (children));
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    store_child_free (children[i]);
}

static void
test_open_under_load (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) old = shared_fixture_start_child (fixture);
  StoreConfirmed confirmed;

  g_test_summary (
      "Processes that open the file while another one writes all the time do not disturb it.");

  /* it ends at the first commit that fails */
  store_child_load (old, 1, FALSE);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (StoreChild) new = shared_fixture_start_child (fixture);

      g_assert_cmpint (store_child_ask_number (new, "insert new"), >, 0);
      g_assert_true (store_child_next (old, &confirmed));
    }

  for (guint n = confirmed.n; confirmed.n < n + 100;)
    g_assert_true (store_child_next (old, &confirmed));
  shared_fixture_open (fixture);
  g_assert_cmpuint (shared_fixture_count_items (fixture, "new"), ==, 10);
  store_child_signal (old, SIGKILL);
}

static void
test_increments (SharedFixture *fixture, gconstpointer data)
{
  g_test_summary ("Of increments by processes that race none is lost and none counts twice.");

  shared_fixture_race_increments (fixture, INCREMENTS);
}

static void
test_unique (SharedFixture *fixture, gconstpointer data)
{
  g_test_summary ("Of two processes that insert the same unique values each value goes to one.");

  shared_fixture_race_unique (fixture, 200);
}

typedef struct
{
  StoreChild *child;
  int *n_all;       /* (atomic): what was confirmed to both */
  guint n_measured; /* of the first SHARED_COMMITS, those of this child */
  guint longest;    /* wait, in microseconds */
} Load;

static gpointer
measure_load (gpointer data)
{
  Load *load = data;
  StoreConfirmed confirmed;

  while (store_child_next (load->child, &confirmed))
    if (g_atomic_int_add (load->n_all, 1) < SHARED_COMMITS)
      {
        load->n_measured++;
        load->longest = MAX (load->longest, confirmed.delay);
      }

  return NULL;
}

/* Two children write until enough is confirmed. */
static void
run_loads (SharedFixture *fixture, Load loads[2])
{
  GThread *threads[2];
  int n_all = 0;

  for (guint i = 0; i < 2; i++)
    loads[i] = (Load){ .child = shared_fixture_start_child (fixture), .n_all = &n_all };
  for (guint i = 0; i < 2; i++)
    {
      store_child_load (loads[i].child, 1, FALSE);
      threads[i] = g_thread_new ("load", measure_load, &loads[i]);
    }
  usher_test_until (g_atomic_int_get (&n_all) >= SHARED_COMMITS);
  for (guint i = 0; i < 2; i++)
    {
      store_child_signal (loads[i].child, SIGKILL);
      g_thread_join (threads[i]);
      store_child_free (loads[i].child);
    }

  g_test_message ("%u and %u commits, longest waits %u and %u µs",
                  loads[0].n_measured,
                  loads[1].n_measured,
                  loads[0].longest,
                  loads[1].longest);
}

static void
test_fair (SharedFixture *fixture, gconstpointer data)
{
  Load loads[2];
  guint n_confirmed = 0;
  gboolean is_fair = FALSE;

  g_test_summary (
      "Two processes that write all the time get a fair share each, and none waits for long.");

  /* the scheduler of a busy machine is not always fair itself */
  for (guint i = 0; i < 5 && !is_fair; i++)
    {
      guint least = 0;

      run_loads (fixture, loads);
      least = MIN (loads[0].n_measured, loads[1].n_measured);
      is_fair = least * 10 >= (loads[0].n_measured + loads[1].n_measured) * 3;
      n_confirmed += loads[0].n_measured + loads[1].n_measured;
      g_assert_cmpuint (MAX (loads[0].longest, loads[1].longest), <, 5 * G_TIME_SPAN_SECOND);
    }

  g_assert_true (is_fair);
  shared_fixture_open (fixture);
  g_assert_cmpint (shared_fixture_get_figure (fixture, "documents"), >=, n_confirmed);
}

/* Kills a child somewhere in its work, and tells how long the next commit of this process took. */
static gint64
kill_and_commit (SharedFixture *fixture, guint seed, GHashTable *ledger)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  int n_wanted = g_rand_int_range (rand, 1, 200);
  StoreConfirmed confirmed;
  gint64 start = 0;

  store_child_load (child, seed * 1000000, FALSE);
  while (n_wanted-- > 0 && store_child_next (child, &confirmed))
    g_hash_table_add (ledger, GUINT_TO_POINTER (confirmed.n));
  usher_test_let_pass (rand, 2 * G_TIME_SPAN_MILLISECOND);

  store_child_signal (child, SIGKILL);
  start = g_get_monotonic_time ();
  shared_fixture_insert (fixture, "after");
  start = g_get_monotonic_time () - start;
  while (store_child_next (child, &confirmed))
    g_hash_table_add (ledger, GUINT_TO_POINTER (confirmed.n));

  return start;
}

static void
test_killed (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) ledger = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  GHashTableIter iter;
  gpointer n;

  g_test_summary (
      "A process killed while it writes holds nobody up, and what it confirmed is there.");

  shared_fixture_open (fixture);
  for (guint seed = 1; seed <= SEEDS; seed++)
    {
      gint64 time = kill_and_commit (fixture, seed, ledger);

      g_array_append_val (times, time);
    }
  report ("commit after a kill", times);
  g_assert_cmpint (g_array_index (times, gint64, times->len / 2), <, G_TIME_SPAN_SECOND);
  g_assert_cmpint (g_array_index (times, gint64, times->len - 1), <, 4 * G_TIME_SPAN_SECOND);

  g_assert_cmpuint (shared_fixture_count_items (fixture, "after"), ==, SEEDS);
  g_hash_table_iter_init (&iter, ledger);
  while (g_hash_table_iter_next (&iter, &n, NULL))
    {
      g_autofree char *name = g_strdup_printf ("%u", GPOINTER_TO_UINT (n));

      g_assert_cmpuint (shared_fixture_count_items (fixture, name), ==, 1);
    }
}

static void
test_reads (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = NULL;

  g_test_summary ("What another process has confirmed is seen by the next read.");

  shared_fixture_open (fixture);
  child = shared_fixture_start_child (fixture);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *durable = NULL;

      g_assert_cmpuint (shared_fixture_count_items (fixture, NULL), ==, i);
      durable = store_child_ask (child, "insert chair");
      g_assert_cmpuint (shared_fixture_count_items (fixture, NULL), ==, i + 1);
    }
}

/* waits until the watch has been called @n times in all, and gives when */
static gint64
await_changes (SharedFixture *fixture, guint n)
{
  gint64 deadline = g_get_monotonic_time () + SHARED_PATIENCE;
  gint64 time;

  g_mutex_lock (&fixture->mutex);
  while (fixture->n_changes < n)
    g_assert_true (g_cond_wait_until (&fixture->cond, &fixture->mutex, deadline));
  time = fixture->changed_at;
  g_mutex_unlock (&fixture->mutex);

  return time;
}

static guint
get_n_changes (SharedFixture *fixture)
{
  guint n;

  g_mutex_lock (&fixture->mutex);
  n = fixture->n_changes;
  g_mutex_unlock (&fixture->mutex);

  return n;
}

static void
test_watch (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = NULL;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_test_summary ("Another process hears of a commit within milliseconds.");

  shared_fixture_open (fixture);
  g_assert_true (usher_store_hold_lease (fixture->store));
  child = shared_fixture_start_child (fixture);
  for (guint i = 0; i < 50; i++)
    {
      guint n = get_n_changes (fixture);
      gint64 durable = 0;
      gint64 time = 0;

      g_assert_true (usher_store_hold_lease (fixture->store));
      durable = store_child_ask_number (child, "insert chair");
      time = MAX (0, await_changes (fixture, n + 1) - durable);
      g_array_append_val (times, time);
    }

  report ("another's commit is heard of", times);
  g_assert_cmpint (g_array_index (times, gint64, times->len / 2), <, 100 * G_TIME_SPAN_MILLISECOND);
}

static void
test_watch_quiet (SharedFixture *fixture, gconstpointer data)
{
  g_test_summary ("A process does not hear of its own commits.");

  shared_fixture_open (fixture);
  g_assert_true (usher_store_hold_lease (fixture->store));
  for (guint i = 0; i < 100; i++)
    shared_fixture_insert (fixture, "chair");

  /* the lease was free at first */
  g_mutex_lock (&fixture->mutex);
  g_assert_cmpuint (fixture->n_changes, ==, fixture->n_offers);
  g_mutex_unlock (&fixture->mutex);
}

static void
test_held (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;
  g_autoptr (StoreChild) child = NULL;
  g_autofree char *pid = NULL;
  StoreConfirmed confirmed;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who waits too long for a process that is stopped is told which.");

  shared_fixture_open (fixture);
  for (guint i = 0; i < 50 && error == NULL; i++)
    {
      /* until it is stopped in the middle of a commit */
      g_clear_pointer (&child, store_child_free);
      g_clear_object (&unit);
      child = shared_fixture_start_child (fixture);
      g_free (pid);
      pid = g_strdup_printf ("process %s ", g_subprocess_get_identifier (child->process));
      store_child_load (child, 1, FALSE);
      g_assert_true (store_child_next (child, &confirmed));
      store_child_signal (child, SIGSTOP);
      unit = store_child_begin (fixture->store, fixture->clock, "late");
      usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error);
      store_child_signal (child, SIGKILL);
    }

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);
  shared_fixture_insert (fixture, "after");
}

/* Goes on to the end; how many documents it passed. */
static guint
follow (SharedFixture *fixture, UsherQuery *query)
{
  guint n_seen = 0;
  guint n_found = 0;

  do
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) found = usher_store_query (fixture->store, query, &error);

      g_assert_no_error (error);
      n_found = found->len;
      n_seen += n_found;
      if (n_found > 0)
        usher_query_after (query, usher_document_get_id (g_ptr_array_index (found, n_found - 1)));
    }
  while (n_found > 0);

  usher_store_end_reads (fixture->store);
  return n_seen;
}

static void
test_followed (SharedFixture *fixture, gconstpointer data)
{
  StoreChild *children[WRITERS];
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (UsherQuery) again = usher_query_new ("items");
  guint n_seen = 0;

  g_test_summary ("Who follows a collection from its oldest document on misses none of several "
                  "processes that write.");

  shared_fixture_open (fixture);
  usher_query_oldest_first (query, TRUE);
  usher_query_oldest_first (again, TRUE);
  for (guint i = 0; i < WRITERS; i++)
    {
      children[i] = shared_fixture_start_child (fixture);
      store_child_load (children[i], 1, FALSE);
    }
  for (guint i = 0; i < FOLLOWED_COMMITS; i++)
    {
      StoreConfirmed confirmed;

      g_assert_true (store_child_next (children[i % WRITERS], &confirmed));
      n_seen += follow (fixture, query);
    }
  for (guint i = 0; i < WRITERS; i++)
    {
      store_child_signal (children[i], SIGKILL);
      store_child_free (children[i]);
    }

  n_seen += follow (fixture, query);
  g_assert_cmpuint (n_seen, >=, FOLLOWED_COMMITS);
  g_assert_cmpuint (n_seen, ==, follow (fixture, again));
}

#define add(path, func) shared_fixture_add ("/sqlite-shared/" path, argv[0], func)

int
main (int argc, char **argv)
{
  if (store_child_run (argc, argv))
    return 0;

  g_test_init (&argc, &argv, NULL);

  add ("open-at-once", test_open_at_once);
  add ("open-under-load", test_open_under_load);
  add ("increments", test_increments);
  add ("unique", test_unique);
  add ("fair", test_fair);
  add ("killed", test_killed);
  add ("held", test_held);
  add ("reads", test_reads);
  add ("followed", test_followed);
  add ("watch/time", test_watch);
  add ("watch/quiet", test_watch_quiet);

  return g_test_run ();
}
