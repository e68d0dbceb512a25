/* test-mongo-shared.c: several processes have one database of MongoDB
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "shared-fixture.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-test-mongodb.h"
#include "usher-unit.h"

#define INCREMENTS 100
#define WAKES      10
/* what is promised is 50 ms, but a machine may be busy with other things */
#define WAKE_TIME (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  const char *program;
  UsherTestMongodb *server;
} Place;

static void
set_up (SharedFixture *fixture, gconstpointer data)
{
  const Place *place = data;
  g_autofree char *name = usher_test_mongodb_make_name (place->server);

  shared_fixture_set_up (fixture, place->program);
  g_free (fixture->path);
  fixture->path = usher_test_mongodb_make_uri (place->server, name);
}

/* asks again and again, as a host does, and gives how long it took */
static gint64
await_lease (SharedFixture *fixture)
{
  gint64 start = g_get_monotonic_time ();

  usher_test_until (usher_store_hold_lease (fixture->store));

  return g_get_monotonic_time () - start;
}

static guint
get_n_offers (SharedFixture *fixture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  return fixture->n_offers;
}

static void
schedule (SharedFixture *fixture)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (fixture->store, fixture->clock);
  g_autoptr (GError) error = NULL;

  usher_unit_schedule (unit, "ring", "k", 1, NULL);
  usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

static void
test_killed (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  g_autofree char *owner = store_child_ask (child, "owner");
  gint64 token = 0;
  guint n = 0;

  g_test_summary ("The lease of a process that was killed on this machine is free at once, and its "
                  "owner is dead.");

  shared_fixture_open (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  g_assert_false (usher_store_hold_lease (fixture->store));
  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-held"), ==, 0);
  g_assert_true (usher_store_is_owner_alive (fixture->store, owner));
  token = shared_fixture_get_figure (fixture, "lease-token");

  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);
  n = get_n_offers (fixture);
  store_child_signal (child, SIGKILL);
  usher_test_until (get_n_offers (fixture) > n);
  g_test_message ("taken over after %" G_GINT64_FORMAT " µs", await_lease (fixture));
  usher_test_until (!usher_store_is_owner_alive (fixture->store, owner));
  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-token"), ==, token + 1);
  g_assert_cmpint (shared_fixture_get_figure (fixture, "lease-held"), ==, 1);
}

static void
test_fence (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);
  g_autofree char *fired = NULL;
  gint64 time = 0;

  g_test_summary ("Who was stopped and lost the lease fires nothing.");

  shared_fixture_open (fixture);
  schedule (fixture);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 1);

  store_child_signal (child, SIGSTOP);
  time = await_lease (fixture);
  g_test_message ("taken over after %" G_GINT64_FORMAT " µs", time);
  g_assert_cmpint (time, >, 300 * G_TIME_SPAN_MILLISECOND);
  store_child_signal (child, SIGCONT);

  fired = store_child_ask (child, "fire");
  g_assert_cmpstr (fired, ==, "applied");
  g_assert_true (usher_store_hold_lease (fixture->store));
  g_assert_cmpint (usher_store_get_next_due (fixture->store), ==, 1);
  g_assert_cmpint (store_child_ask_number (child, "lease"), ==, 0);
}

static void
test_wake (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (StoreChild) child = shared_fixture_start_child (fixture);

  g_test_summary ("What another process commits is heard of soon.");

  shared_fixture_open (fixture);
  for (guint i = 0; i < WAKES; i++)
    {
      gint64 written = store_child_ask_number (child, "insert chair");
      gint64 heard = 0;

      g_mutex_lock (&fixture->mutex);
      while (fixture->changed_at < written)
        g_assert_true (
            g_cond_wait_until (&fixture->cond, &fixture->mutex, written + SHARED_PATIENCE));
      heard = fixture->changed_at;
      g_mutex_unlock (&fixture->mutex);
      g_test_message ("heard of after %" G_GINT64_FORMAT " µs", heard - written);
      g_assert_cmpint (heard - written, <, WAKE_TIME);
    }
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

  shared_fixture_race_unique (fixture, 50);
}

static void
skip (gconstpointer lack)
{
  g_test_summary ("There is a server of the kind.");

  g_test_skip (lack);
}

#define add(path, func) \
  g_test_add ("/mongo-shared/" path, SharedFixture, &place, set_up, func, shared_fixture_tear_down)

/* “set” after the options: on a replica set */
int
main (int argc, char **argv)
{
  g_autoptr (UsherTestMongodb) server = NULL;
  Place place = { .program = argv[0] };
  UsherTestMongodbFlags flags = USHER_TEST_MONGODB_STANDALONE;
  const char *lack = NULL;

  if (store_child_run (argc, argv))
    return 0;

  g_test_init (&argc, &argv, NULL);

  if (argc > 1 && g_str_equal (argv[argc - 1], "set"))
    flags = USHER_TEST_MONGODB_REPLICA_SET;
  lack = usher_test_mongodb_get_lack (flags, FALSE);
  if (lack != NULL)
    {
      g_test_add_data_func ("/mongo-shared/server", lack, skip);
      return g_test_run ();
    }
  server = usher_test_mongodb_new (flags);
  place.server = server;
  add ("killed", test_killed);
  add ("fence", test_fence);
  add ("wake", test_wake);
  add ("increments", test_increments);
  add ("unique", test_unique);

  return g_test_run ();
}
