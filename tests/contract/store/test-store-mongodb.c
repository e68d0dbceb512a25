/* test-store-mongodb.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"
#include "usher-test-mongodb.h"

static gpointer
make_place (const UsherStoreMaker *self)
{
  g_autofree char *name = usher_test_mongodb_make_name (self->server);

  return usher_test_mongodb_make_uri (self->server, name);
}

static UsherStore *
open_store (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  const UsherStoreOptions options = { .documents_a_commit = documents_a_commit };

  return usher_store_open (place, clock, &options, error);
}

static UsherStore *
open_limited (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  return open_store (place, clock, 1, error);
}

static UsherStore *
open_copy (gpointer place, UsherClock *clock, GError **error)
{
  const UsherStoreOptions options = { .is_shared = TRUE };

  return usher_store_open (place, clock, &options, error);
}

/* one of several processes: it needs the lease for what is asked of it here */
static UsherStore *
open_shared (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  const UsherStoreOptions options = { .is_shared = TRUE, .documents_a_commit = documents_a_commit };
  UsherStore *store = usher_store_open (place, clock, &options, error);

  if (store != NULL)
    g_assert_true (usher_store_hold_lease (store));

  return store;
}

/* @prefix: of the suites' names; what is not about who shares a database is not run twice */
static int
run_suites (UsherTestMongodb *server, const char *prefix)
{
  g_autofree char *shared_name = g_strconcat (prefix, "-shared", NULL);
  g_autofree char *limited_name = g_strconcat (prefix, "-limited", NULL);
  UsherStoreMaker whole = { prefix, make_place,        open_store,
                            g_free, .has_limit = TRUE, .server = server };
  UsherStoreMaker shared = whole;
  UsherStoreMaker limited = whole;

  shared.name = shared_name;
  shared.open = open_shared;
  shared.open_copy = open_copy;
  limited.name = limited_name;
  limited.open = open_limited;

  usher_store_suite_add (&whole);
  usher_store_suite_add_copies (&shared);
  usher_store_suite_add_outbox (&shared);
  usher_store_suite_add_races (&shared);
  usher_store_suite_add_reach (&shared);
  usher_store_suite_add_homes (&limited);
  usher_store_suite_add_requests (&limited);
  usher_store_suite_add_timers (&limited);

  return g_test_run ();
}

static void
test_no_server (gconstpointer lack)
{
  g_test_summary ("The suite is run on the kind of server that there is.");

  g_test_skip (lack);
}

/* “set” after the options: on a replica set */
int
main (int argc, char **argv)
{
  gboolean is_set = FALSE;
  UsherTestMongodbFlags flags = USHER_TEST_MONGODB_STANDALONE;
  g_autoptr (UsherTestMongodb) server = NULL;
  const char *lack = NULL;

  g_test_init (&argc, &argv, NULL);

  is_set = argc > 1 && g_str_equal (argv[argc - 1], "set");
  if (is_set)
    flags = USHER_TEST_MONGODB_REPLICA_SET;
  lack = usher_test_mongodb_get_lack (flags, FALSE);
  if (lack != NULL)
    {
      g_test_add_data_func ("/store/mongodb/server", lack, test_no_server);
      return g_test_run ();
    }
  server = usher_test_mongodb_new (flags);

  return run_suites (server, is_set ? "mongodb-set" : "mongodb");
}
