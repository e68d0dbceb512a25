/* usher-store-suite-groups.c: commits that a store may write together
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"
#include "usher-test-base.h"

#define EVENT_ID "018f0000-0000-7000-8000-000000000001"
/* how many commits come at once, and after how many they are of the same kinds again */
#define N_MANY  64
#define N_KINDS 4

typedef struct
{
  UsherUnit *unit;   /* (owned) */
  GError *error;     /* (owned) (nullable) */
  GAsyncQueue *done; /* (unowned): where it goes when it is known how it went */
} Try;

/* Commits that come while the store is held by a third one, so that whoever writes in groups writes them as one. */
typedef struct
{
  UsherStoreFixture *fixture;
  Try *tries;
  guint n_tries;
} Group;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Try *try = user_data;

  try->error = error != NULL ? g_error_copy (error) : NULL;
  g_async_queue_push (try->done, try);
}

/* on the store's thread, which waits for us */
static void
on_held (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Group *group = user_data;

  g_assert_no_error (error);
  for (guint i = 0; i < group->n_tries; i++)
    usher_store_commit (group->fixture->store,
                        usher_unit_get_commit (group->tries[i].unit),
                        on_committed,
                        &group->tries[i]);
}

static void
commit_together (UsherStoreFixture *fixture, Try *tries, guint n_tries)
{
  Group group = { fixture, tries, n_tries };
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  g_autoptr (UsherUnit) first = usher_store_fixture_begin_insert (fixture, "first");

  for (guint i = 0; i < n_tries; i++)
    tries[i].done = done;
  usher_store_commit (fixture->store, usher_unit_get_commit (first), on_held, &group);
  for (guint i = 0; i < n_tries; i++)
    usher_test_pop (done);
}

static void
clear_tries (Try *tries, guint n_tries)
{
  for (guint i = 0; i < n_tries; i++)
    {
      g_clear_error (&tries[i].error);
      g_object_unref (tries[i].unit);
    }
}

static void
publish_too_much (UsherUnit *unit)
{
  g_autofree char *filler = g_strnfill (USHER_EVENT_MAX_PAYLOAD, 'x');
  g_autofree char *payload = g_strconcat ("\"", filler, "\"", NULL);
  g_autoptr (UsherEvent) event =
      usher_event_new (EVENT_ID, "item:created", usher_unit_get_time (unit), payload, -1);

  usher_commit_publish (usher_unit_get_commit (unit), event);
}

static void
test_large_event (UsherStoreFixture *fixture, gconstpointer data)
{
  Try tries[] = {
    { .unit = usher_store_fixture_begin_insert (fixture, "large") },
    { .unit = usher_store_fixture_begin_insert (fixture, "innocent") },
  };

  g_test_summary (
      "An event that is too large is refused alone: who commits beside it does not notice.");

  publish_too_much (tries[0].unit);
  usher_unit_publish (tries[1].unit, "item:created", "{}");
  commit_together (fixture, tries, G_N_ELEMENTS (tries));

  g_assert_error (tries[0].error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
  g_assert_no_error (tries[1].error);
  g_assert_false (usher_store_fixture_has_item (fixture, tries[0].unit));
  g_assert_true (usher_store_fixture_has_item (fixture, tries[1].unit));
  usher_store_fixture_assert_outbox (fixture, NULL, "item:created");
  clear_tries (tries, G_N_ELEMENTS (tries));
}

static void
test_taken (UsherStoreFixture *fixture, gconstpointer data)
{
  Try tries[] = {
    { .unit = usher_store_fixture_begin_taken (fixture) },
    { .unit = usher_store_fixture_begin_insert (fixture, "innocent") },
  };

  g_test_summary ("A document whose id is taken is refused alone.");

  commit_together (fixture, tries, G_N_ELEMENTS (tries));

  g_assert_error (tries[0].error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_no_error (tries[1].error);
  g_assert_true (usher_store_fixture_has_item (fixture, tries[1].unit));
  clear_tries (tries, G_N_ELEMENTS (tries));
}

/* of the same event as the one before it, or as the one after it */
static UsherUnit *
begin_event (UsherStoreFixture *fixture, guint round)
{
  g_autofree char *event_id = g_strdup_printf ("018f0000-0000-7000-8000-%012x", round);
  UsherUnit *unit = usher_store_fixture_begin_insert (fixture, "applied");

  usher_commit_set_inbox (usher_unit_get_commit (unit), event_id, "orders");

  return unit;
}

static UsherUnit *
begin_kind (UsherStoreFixture *fixture, guint place)
{
  switch (place % N_KINDS)
    {
    case 0:
      return usher_store_fixture_begin_taken (fixture);
    case 1:
    case 2:
      return begin_event (fixture, place / N_KINDS);
    default:
      return usher_store_fixture_begin_insert (fixture, "innocent");
    }
}

static void
assert_round (UsherStoreFixture *fixture, const Try *tries)
{
  gboolean first = !usher_commit_was_applied (usher_unit_get_commit (tries[1].unit));
  gboolean second = !usher_commit_was_applied (usher_unit_get_commit (tries[2].unit));

  g_assert_error (tries[0].error, USHER_ERROR, USHER_ERROR_TAKEN);
  for (guint i = 1; i < N_KINDS; i++)
    g_assert_no_error (tries[i].error);
  g_assert_true (first != second);
  g_assert_cmpint (usher_store_fixture_has_item (fixture, tries[1].unit), ==, first);
  g_assert_cmpint (usher_store_fixture_has_item (fixture, tries[2].unit), ==, second);
  g_assert_true (usher_store_fixture_has_item (fixture, tries[3].unit));
}

static void
test_many (UsherStoreFixture *fixture, gconstpointer data)
{
  Try tries[N_MANY] = { 0 };

  g_test_summary ("Of many commits that come at once each is written or refused by itself.");

  for (guint i = 0; i < N_MANY; i++)
    tries[i].unit = begin_kind (fixture, i);
  commit_together (fixture, tries, N_MANY);

  for (guint i = 0; i < N_MANY; i += N_KINDS)
    assert_round (fixture, &tries[i]);
  clear_tries (tries, N_MANY);
}

void
usher_store_suite_add_groups (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "groups/large-event", test_large_event);
  usher_store_suite_add_test (maker, "groups/taken", test_taken);
  usher_store_suite_add_test (maker, "groups/many", test_many);
}
