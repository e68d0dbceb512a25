/* usher-store-suite-upkeep.c: what a store tells of itself, and what it forgets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"
#include "usher-test-wait.h"

#define EVENT "0198c0de-0000-7000-8000-000000000001"

/* A unit with one of each kind: a document, an event that it applies and one that it publishes, a timer, the key of a
 * request. @name tells it from others. */
static UsherUnit *
begin_all_kinds (UsherStoreFixture *fixture, const char *name)
{
  UsherUnit *unit = usher_store_fixture_begin_insert (fixture, name);
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_commit_set_inbox (commit, EVENT, name);
  usher_unit_publish (unit, "item:created", "{}");
  usher_unit_schedule (unit, "expire", name, 1, NULL);
  usher_store_fixture_set_request (unit, name, "process-1");
  usher_commit_take_answer (commit, 201, g_strnfill (200, 'x'));

  return unit;
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_async_queue_push (user_data, commit);
}

/* @n units of all kinds, named “0” and so on */
static void
commit_many (UsherStoreFixture *fixture, guint n)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autoptr (UsherUnit) unit = begin_all_kinds (fixture, name);

      usher_store_commit (fixture->store, usher_unit_get_commit (unit), on_committed, done);
    }
  for (guint i = 0; i < n; i++)
    usher_test_pop (done);
}

static gint64
get_figure (UsherStoreFixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, &error);
  gint64 value = -1;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, name, "x", &value));

  return value;
}

static void
test_describe (UsherStoreFixture *fixture, gconstpointer data)
{
  static const char *const rows[] = { "documents", "outbox", "inbox", "requests", "timers" };

  g_test_summary ("A store counts what it holds, exactly.");

  commit_many (fixture, 300);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *bytes = g_strconcat (rows[i], "-bytes", NULL);

      g_assert_cmpint (get_figure (fixture, rows[i]), ==, 300);
      g_assert_cmpint (get_figure (fixture, bytes), >, 300 * 4);
    }
}

static void
prune (UsherStoreFixture *fixture, gint64 before, gboolean *has_more)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_prune (fixture->store, before, before, has_more, &error));
  g_assert_no_error (error);
}

static gboolean
has_request (UsherStoreFixture *fixture, const char *key)
{
  g_autoptr (UsherRequestRecord) record = usher_store_fixture_lookup_request (fixture, key);

  return record != NULL;
}

static void
test_prune (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) old = begin_all_kinds (fixture, "old");
  g_autoptr (UsherUnit) new = NULL;
  gboolean has_more = TRUE;
  gint64 between;

  g_test_summary ("What is too old to come again is forgotten, documents never.");

  usher_store_fixture_commit (fixture, old);
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  between = usher_clock_get_time (USHER_CLOCK (fixture->clock));
  new = begin_all_kinds (fixture, "new");
  usher_store_fixture_commit (fixture, new);

  prune (fixture, between, &has_more);
  g_assert_false (has_more);
  g_assert_false (usher_store_fixture_was_applied (fixture, EVENT, "old"));
  g_assert_true (usher_store_fixture_was_applied (fixture, EVENT, "new"));
  g_assert_false (has_request (fixture, "old"));
  g_assert_true (has_request (fixture, "new"));
  g_assert_true (usher_store_fixture_has_item (fixture, old));
}

static void
test_prune_slices (UsherStoreFixture *fixture, gconstpointer data)
{
  /* more than a slice of any store; a server is asked for each */
  guint n = usher_store_get_traits (fixture->store)->blocks ? 300 : 800;
  g_autofree char *last = g_strdup_printf ("%u", n - 1);
  gboolean has_more = TRUE;
  guint n_slices = 0;

  g_test_summary ("Much is forgotten a slice at a time, and the store says when it was done.");

  commit_many (fixture, n);
  g_assert_cmpint (get_figure (fixture, "last-prune"), ==, 0);
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);

  for (; has_more; n_slices++)
    prune (fixture, G_MAXINT64, &has_more);

  g_assert_cmpuint (n_slices, >, 1);
  g_assert_cmpint (get_figure (fixture, "last-prune"),
                   ==,
                   usher_clock_get_time (USHER_CLOCK (fixture->clock)));
  g_assert_false (has_request (fixture, last));
  g_assert_false (usher_store_fixture_was_applied (fixture, EVENT, last));
}

static void
on_observed (UsherStore *store, UsherCommit *commit, gpointer user_data)
{
  UsherDocument *document = usher_commit_get_change (commit, 0)->document;

  g_string_append_printf (user_data, "+%s ", usher_document_get_string (document, "name"));
}

typedef struct
{
  GString *journal;  /* (unowned): of the store's thread until it is done */
  GAsyncQueue *done; /* (unowned) */
} Listener;

static void
on_answered (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Listener *listener = user_data;

  g_string_append (listener->journal, error == NULL ? "ok " : "refused ");
  g_async_queue_push (listener->done, commit);
}

/* Many at once, or one after the other where they would overtake each other. */
static void
commit_in_order (UsherStoreFixture *fixture,
                 Listener *listener,
                 UsherUnit *const *units,
                 guint n_units)
{
  gboolean is_ordered = usher_store_get_traits (fixture->store)->orders_events_by_commit;

  for (guint i = 0; i < n_units; i++)
    {
      usher_store_commit (fixture->store, usher_unit_get_commit (units[i]), on_answered, listener);
      if (!is_ordered)
        usher_test_pop (listener->done);
    }
  for (guint i = 0; is_ordered && i < n_units; i++)
    usher_test_pop (listener->done);
}

static void
test_observer (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) journal = g_string_new (NULL);
  g_autoptr (UsherUnit) a = begin_all_kinds (fixture, "a");
  g_autoptr (UsherUnit) a_again = begin_all_kinds (fixture, "b");
  g_autoptr (UsherUnit) taken = usher_store_fixture_begin_taken (fixture);
  g_autoptr (UsherUnit) empty = usher_store_fixture_begin (fixture);
  g_autoptr (UsherUnit) last = usher_store_fixture_begin_insert (fixture, "c");
  UsherUnit *const units[] = { a, a_again, taken, empty };
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Listener listener = { journal, done };

  g_test_summary ("The observer hears of each change, in order and before its commit is answered.");

  usher_commit_set_inbox (usher_unit_get_commit (a_again), EVENT, "a");
  usher_store_set_observer (fixture->store, on_observed, journal, NULL);
  commit_in_order (fixture, &listener, units, G_N_ELEMENTS (units));
  usher_store_fixture_commit (fixture, last);

  g_assert_cmpstr (journal->str, ==, "+a ok ok refused ok +c ");
}

void
usher_store_suite_add_upkeep (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "describe", test_describe);
  usher_store_suite_add_test (maker, "prune/old", test_prune);
  usher_store_suite_add_test (maker, "prune/slices", test_prune_slices);
  usher_store_suite_add_test (maker, "observer", test_observer);
}
