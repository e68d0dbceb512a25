/* usher-store-suite-copies.c: several have one database, as the copies of a service do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"
#include "usher-test-wait.h"

#define EVENT "0198c0de-0000-7000-8000-000000000004"
#define ID    "65920080aaaaaaaaaa000007"

/* what a watch was told */
typedef struct
{
  int n_told;  /* (atomic) */
  int n_named; /* (atomic): of these, of the item below */
} Told;

static UsherStore *
open_copy (UsherStoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  UsherStore *copy =
      fixture->maker->open_copy (fixture->place, USHER_CLOCK (fixture->clock), &error);

  g_assert_no_error (error);
  usher_store_add_collection (copy, fixture->schema, &error);
  g_assert_no_error (error);

  return copy;
}

static void
close_copy (UsherStore *copy)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_close (copy, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (copy);
}

/* renames item @id by way of @store; FALSE: refused as a conflict */
static gboolean
rename_by (UsherStoreFixture *fixture, UsherStore *store, UsherDocument *document, const char *name)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (store, USHER_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;

  usher_document_set_string (document, "name", name);
  usher_unit_replace (unit, document, &error);
  g_assert_no_error (error);
  if (usher_store_commit_sync (store, usher_unit_get_commit (unit), &error))
    return TRUE;

  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);

  return FALSE;
}

static UsherDocument *
read_by (UsherStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = NULL;

  usher_store_lookup (store, "items", id, &document, &error);
  g_assert_no_error (error);
  g_assert_nonnull (document);
  usher_store_end_reads (store);

  return document;
}

static void
test_conflict (UsherStoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_store_fixture_insert (fixture, "a");
  UsherStore *copy = open_copy (fixture);
  g_autoptr (UsherDocument) mine = usher_store_fixture_read (fixture, id);
  g_autoptr (UsherDocument) theirs = read_by (copy, id);
  g_autoptr (UsherDocument) after = NULL;

  g_test_summary ("Of two copies that change one document the second one conflicts, and sees.");

  g_assert_true (rename_by (fixture, copy, theirs, "theirs"));
  g_assert_false (rename_by (fixture, fixture->store, mine, "mine"));
  after = read_by (fixture->store, id);
  g_assert_cmpstr (usher_document_get_string (after, "name"), ==, "theirs");
  g_assert_cmpint (usher_document_get_version (after), ==, 1);
  close_copy (copy);
}

static void
test_applied (UsherStoreFixture *fixture, gconstpointer data)
{
  UsherStore *copy = open_copy (fixture);
  g_autoptr (UsherUnit) mine = usher_store_fixture_begin_insert (fixture, "mine");
  g_autoptr (UsherUnit) theirs = usher_unit_new (copy, USHER_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event that one copy has applied is applied.");

  usher_commit_set_inbox (usher_unit_get_commit (theirs), EVENT, "orders");
  usher_store_commit_sync (copy, usher_unit_get_commit (theirs), &error);
  g_assert_no_error (error);
  usher_commit_set_inbox (usher_unit_get_commit (mine), EVENT, "orders");
  usher_store_fixture_commit (fixture, mine);

  g_assert_true (usher_commit_was_applied (usher_unit_get_commit (mine)));
  g_assert_false (usher_store_fixture_has_item (fixture, mine));
  g_clear_object (&theirs);
  close_copy (copy);
}

static guint
count_outbox (UsherStoreFixture *fixture)
{
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events =
      usher_store_list_outbox (fixture->store, &begin, 10, marks, &error);

  g_assert_no_error (error);
  usher_store_end_reads (fixture->store);

  return events->len;
}

static void
test_left (UsherStoreFixture *fixture, gconstpointer data)
{
  UsherStore *copy = open_copy (fixture);
  g_autoptr (UsherUnit) unit = usher_unit_new (copy, USHER_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who has the lease finds the events and timers of the others.");

  usher_unit_publish (unit, "a", "{}");
  usher_unit_publish (unit, "b", "{}");
  usher_unit_schedule (unit, "expire", "k", 100, NULL);
  usher_store_commit_sync (copy, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  g_clear_object (&unit);
  close_copy (copy);

  usher_test_until (count_outbox (fixture) == 2);
  usher_store_fixture_assert_outbox (fixture, NULL, "ab");
  usher_test_until (usher_store_get_next_due (fixture->store) == 100);
}

static void
on_told (UsherStore *store,
         const char *collection,
         const char *id,
         gboolean is_lease_free,
         gpointer user_data)
{
  Told *told = user_data;

  if (g_strcmp0 (id, ID) == 0)
    g_atomic_int_inc (&told->n_named);
  g_atomic_int_inc (&told->n_told);
}

static void
test_watch (UsherStoreFixture *fixture, gconstpointer data)
{
  const UsherStoreTraits *traits = usher_store_get_traits (fixture->store);
  Told *told = g_new0 (Told, 1);
  int *count = traits->watches_documents ? &told->n_named : &told->n_told;
  UsherStore *copy = open_copy (fixture);
  g_autoptr (UsherUnit) unit = usher_unit_new (copy, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherDocument) document = usher_store_fixture_make (fixture, unit, "a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A watch is told what other copies commit, and which document where it knows.");

  usher_store_set_watch (fixture->store, on_told, told, g_free, &error);
  g_assert_no_error (error);
  usher_document_set_id (document, ID);
  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);
  usher_store_commit_sync (copy, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  usher_test_until (g_atomic_int_get (count) > 0);
  g_clear_object (&unit);
  close_copy (copy);
}

static void
test_lease (UsherStoreFixture *fixture, gconstpointer data)
{
  UsherStore *copy = open_copy (fixture);

  g_test_summary ("One has the lease; when it gives that back another one gets it.");

  g_assert_true (usher_store_hold_lease (fixture->store));
  g_assert_false (usher_store_hold_lease (copy));
  usher_store_release_lease (fixture->store);
  usher_test_until (usher_store_hold_lease (copy));
  g_assert_false (usher_store_hold_lease (fixture->store));
  close_copy (copy);
  usher_test_until (usher_store_hold_lease (fixture->store));
}

static void
test_owner (UsherStoreFixture *fixture, gconstpointer data)
{
  UsherStore *copy = open_copy (fixture);
  g_autofree char *owner = g_strdup (usher_store_get_owner (copy));

  g_test_summary ("A copy is known to live until it is closed.");

  g_assert_cmpstr (owner, !=, usher_store_get_owner (fixture->store));
  g_assert_true (usher_store_is_owner_alive (fixture->store, owner));
  close_copy (copy);
  usher_test_until (!usher_store_is_owner_alive (fixture->store, owner));
  g_assert_true (
      usher_store_is_owner_alive (fixture->store, usher_store_get_owner (fixture->store)));
}

void
usher_store_suite_add_copies (const UsherStoreMaker *maker)
{
  usher_store_suite_add_test (maker, "copies/conflict", test_conflict);
  usher_store_suite_add_test (maker, "copies/applied", test_applied);
  usher_store_suite_add_test (maker, "copies/left", test_left);
  usher_store_suite_add_test (maker, "copies/watch", test_watch);
  usher_store_suite_add_test (maker, "copies/lease", test_lease);
  usher_store_suite_add_test (maker, "copies/owner", test_owner);
}
