/* usher-store-suite-races.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

#define THREADS 8
#define ROUNDS  100
/* where each of them is a question over the network */
#define BLOCKING_ROUNDS 20
#define EVENT           "0198c0de-0000-7000-8000-000000000002"

typedef struct
{
  UsherStoreFixture *fixture;
  const char *id;  /* (unowned): of the item that all want */
  int n_committed; /* (atomic) */
  int n_applied;   /* (atomic): was_applied */
  int n_refused;   /* (atomic) */
  guint n_rounds;  /* of each racer */
} Race;

static void
run (UsherStoreFixture *fixture, Race *race, guint n_threads, GThreadFunc func)
{
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);

  race->fixture = fixture;
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("racer", func, race);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

/* the error that is expected of a loser is no failure of the test */
static gboolean
commit (Race *race, UsherUnit *unit, UsherError expected)
{
  g_autoptr (GError) error = NULL;

  if (usher_store_commit_sync (race->fixture->store, usher_unit_get_commit (unit), &error))
    {
      g_atomic_int_inc (usher_commit_was_applied (usher_unit_get_commit (unit))
                            ? &race->n_applied
                            : &race->n_committed);
      return TRUE;
    }

  g_assert_error (error, USHER_ERROR, (int) expected);
  g_atomic_int_inc (&race->n_refused);
  return FALSE;
}

static gpointer
increment (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < race->n_rounds;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherUnit) unit = usher_store_fixture_begin (race->fixture);
      g_autoptr (UsherDocument) document = usher_unit_find (unit, "items", race->id, &error);

      g_assert_no_error (error);
      usher_document_set_integer (document,
                                  "price",
                                  usher_document_get_integer (document, "price") + 1);
      g_assert_true (usher_unit_replace (unit, document, &error));
      if (commit (race, unit, USHER_ERROR_CONFLICT))
        i++;
    }

  return NULL;
}

static void
test_increments (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "counter");
  gboolean blocks = usher_store_get_traits (fixture->store)->blocks;
  Race race = { .id = id, .n_rounds = blocks ? BLOCKING_ROUNDS : ROUNDS };
  gint64 total = THREADS * (gint64) race.n_rounds;
  g_autoptr (UsherDocument) document = NULL;

  g_test_summary ("Of increments by threads that race none is lost and none counts twice.");

  run (fixture, &race, THREADS, increment);

  document = usher_store_fixture_read (fixture, id);
  g_assert_cmpint (usher_document_get_integer (document, "price"), ==, total);
  g_assert_cmpint (usher_document_get_version (document), ==, total);
  g_assert_cmpint (race.n_committed, ==, total);
}

static gpointer
insert_unique (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (race->fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (race->fixture, unit, "x");

  usher_document_set_string (document, "number", "N1");
  g_assert_true (usher_unit_insert (unit, document, &error));
  usher_unit_publish_document (unit, "item:created", document);
  commit (race, unit, USHER_ERROR_TAKEN);

  return NULL;
}

static void
test_unique (UsherStoreFixture *fixture, gconstpointer data)
{
  Race race = { 0 };
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GError) error = NULL;
  const UsherMark begin = { 0 };

  g_test_summary ("Of ten inserts of one unique value that race one wins.");

  run (fixture, &race, 10, insert_unique);

  g_assert_cmpint (race.n_committed, ==, 1);
  g_assert_cmpint (race.n_refused, ==, 9);
  events = usher_store_list_outbox (fixture->store, &begin, 100, marks, &error);
  g_assert_cmpuint (events->len, ==, 1);
}

static gpointer
apply_event (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (race->fixture);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (race->fixture, unit, "x");

  usher_commit_set_inbox (usher_unit_get_commit (unit), EVENT, "orders");
  g_assert_true (usher_unit_insert (unit, document, &error));
  commit (race, unit, USHER_ERROR_CONFLICT);

  return NULL;
}

static void
test_inbox (UsherStoreFixture *fixture, gconstpointer data)
{
  Race race = { 0 };
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of ten deliveries of one event that race one is applied.");

  run (fixture, &race, 10, apply_event);

  g_assert_cmpint (race.n_committed, ==, 1);
  g_assert_cmpint (race.n_applied, ==, 9);
  found = usher_store_query (fixture->store, query, &error);
  g_assert_cmpuint (found->len, ==, 1);
}

static gpointer
read_only (gpointer data)
{
  Race *race = data;
  g_autoptr (UsherDocument) document = usher_store_fixture_read (race->fixture, race->id);

  g_assert_nonnull (document);
  return NULL;
}

static void
test_threads_end (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "chair");
  Race race = { .id = id };
  g_autoptr (GDir) descriptors = NULL;
  g_autoptr (GError) error = NULL;
  guint n_open = 0;

  g_test_summary ("A thread that read and ended leaves nothing open.");

  for (guint i = 0; i < 20; i++)
    run (fixture, &race, 10, read_only);

  descriptors = g_dir_open ("/proc/self/fd", 0, &error);
  g_assert_no_error (error);
  while (g_dir_read_name (descriptors) != NULL)
    n_open++;
  g_assert_cmpuint (n_open, <, 60);
}

void
usher_store_suite_add_races (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "race/increments", test_increments);
  usher_store_suite_add_test (maker, "race/unique", test_unique);
  usher_store_suite_add_test (maker, "race/inbox", test_inbox);
  usher_store_suite_add_test (maker, "race/threads-end", test_threads_end);
}
