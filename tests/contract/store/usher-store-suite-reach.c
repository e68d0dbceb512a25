/* usher-store-suite-reach.c: how far the log of the bus had come is kept with what depends on it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

#define LOG   "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01"
#define OTHER "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f02"

static void
keep (UsherStoreFixture *fixture, const char *log, guint64 position)
{
  UsherReach reach = { .run = 7, .position = position, .time = 1000 + (gint64) position };

  usher_reach_set_log (&reach, log);
  usher_store_keep_reach (fixture->store, &reach);
}

static void
assert_kept (UsherStoreFixture *fixture, const char *log, guint64 position)
{
  UsherReach reach;
  g_autoptr (GError) error = NULL;

  usher_store_lookup_reach (fixture->store, &reach, &error);
  g_assert_no_error (error);
  usher_store_end_reads (fixture->store);
  g_assert_cmpstr (reach.log, ==, log);
  g_assert_cmpuint (reach.position, ==, position);
  if (*log == '\0')
    return;

  g_assert_cmpuint (reach.run, ==, 7);
  g_assert_cmpint (reach.time, ==, 1000 + position);
}

static void
insert (UsherStoreFixture *fixture, const char *name)
{
  g_free (usher_store_fixture_insert (fixture, name));
}

static void
reopen (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  usher_store_fixture_reopen (fixture, NULL, &error);
  g_assert_no_error (error);
}

static void
test_none (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("A store that was never told of a log knows none.");

  insert (fixture, "chair");
  assert_kept (fixture, "", 0);
}

static void
test_commit (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("What is told is kept with the next commit, for good.");

  keep (fixture, LOG, 3);
  insert (fixture, "chair");
  assert_kept (fixture, LOG, 3);
  keep (fixture, LOG, 9);
  insert (fixture, "table");
  assert_kept (fixture, LOG, 9);
  reopen (fixture);
  assert_kept (fixture, LOG, 9);
}

static void
test_trim (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin (fixture);

  g_test_summary (
      "No event leaves the outbox unless it is known how far the log had come with it.");

  usher_unit_publish (unit, "a", "{}");
  usher_store_fixture_commit (fixture, unit);
  keep (fixture, LOG, 1);
  usher_store_trim_outbox (fixture->store, usher_commit_get_mark (usher_unit_get_commit (unit), 0));
  g_clear_object (&unit);
  reopen (fixture);
  usher_store_fixture_assert_outbox (fixture, NULL, "");
  assert_kept (fixture, LOG, 1);
}

static void
test_less (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What says less of the same log changes nothing, in this run and in the next one.");

  keep (fixture, LOG, 9);
  keep (fixture, LOG, 8);
  insert (fixture, "chair");
  assert_kept (fixture, LOG, 9);
  reopen (fixture);
  keep (fixture, LOG, 7);
  insert (fixture, "table");
  assert_kept (fixture, LOG, 9);
}

static void
test_other (UsherStoreFixture *fixture, gconstpointer data)
{
  g_test_summary ("Another log takes the place of the one that was known.");

  keep (fixture, LOG, 9);
  insert (fixture, "chair");
  keep (fixture, OTHER, 2);
  insert (fixture, "table");
  assert_kept (fixture, OTHER, 2);
}

static void
test_no_event (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) figures = NULL;
  g_autoptr (GError) error = NULL;
  gint64 outbox = -1;

  g_test_summary ("What is kept is no event of the outbox.");

  keep (fixture, LOG, 9);
  insert (fixture, "chair");
  assert_kept (fixture, LOG, 9);
  usher_store_fixture_assert_outbox (fixture, NULL, "");
  figures = usher_store_describe (fixture->store, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, "outbox", "x", &outbox));
  g_assert_cmpint (outbox, ==, 0);
}

void
usher_store_suite_add_reach (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "reach/none", test_none);
  usher_store_suite_add_test (maker, "reach/commit", test_commit);
  usher_store_suite_add_test (maker, "reach/trim", test_trim);
  usher_store_suite_add_test (maker, "reach/less", test_less);
  usher_store_suite_add_test (maker, "reach/other", test_other);
  usher_store_suite_add_test (maker, "reach/no-event", test_no_event);
}
