/* test-mongo-lease.c: several openings of one database of MongoDB
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mongo-fixture.h"
#include "usher-mongo-process-private.h"
#include "usher-mongo-watch-private.h"
#include "usher-test-base.h"

#define LOG "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01"

/* what a lease never counts up to */
#define MOST "{\"$numberLong\":\"4611686018427387903\"}"

/* how long news may take; what is promised is less, but a machine may be busy with other things */
#define NEWS_TIME (2 * G_TIME_SPAN_SECOND)

/* one that has the database open */
typedef struct
{
  UsherMongoTables *tables;
  UsherMongoTimers *timers;
  UsherMongoOwners *owners;
  UsherMongoLease *lease;
  UsherMongoWatch *watch; /* (nullable) */

  GMutex mutex;
  GString *news;  /* (mutex mutex): of the watch */
  guint n_lost;   /* (mutex mutex) */
  guint n_offers; /* (mutex mutex) */
} Opening;

static Opening *
opening_new (MongoFixture *fixture)
{
  Opening *self = g_new0 (Opening, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  self->news = g_string_new (NULL);
  self->tables = usher_mongo_tables_new ();
  self->timers = usher_mongo_timers_new (fixture->database, self->tables);
  self->owners = usher_mongo_owners_new (fixture->database, &error);
  g_assert_no_error (error);
  self->lease = usher_mongo_lease_new (fixture->database, self->owners);

  return self;
}

static void
on_watch (UsherStore *store,
          const char *collection,
          const char *id,
          gboolean is_lease_free,
          gpointer user_data)
{
  Opening *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_offers += is_lease_free;
  self->n_lost += collection == NULL;
  if (collection != NULL)
    g_string_append_printf (self->news, "%s/%s ", collection, id);
}

static void
watch (Opening *self, MongoFixture *fixture)
{
  const UsherMongoWatchParts parts = { fixture->database, self->owners, self->lease, self->timers };
  g_autoptr (GError) error = NULL;

  self->watch = usher_mongo_watch_new (&parts, &error);
  g_assert_no_error (error);
  usher_mongo_watch_set_func (self->watch, NULL, on_watch, self);
}

static guint
get_n_lost (Opening *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_lost;
}

static guint
get_n_offers (Opening *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_offers;
}

static gboolean
has_heard (Opening *self, const char *news)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return strstr (self->news->str, news) != NULL;
}

/* as a store is closed */
static void
opening_end (Opening *self)
{
  if (self->watch != NULL)
    usher_mongo_watch_stop (self->watch);
  usher_mongo_lease_release (self->lease);
  usher_mongo_owners_end (self->owners);
}

static void
opening_free (Opening *self)
{
  opening_end (self);
  g_clear_pointer (&self->watch, usher_mongo_watch_unref);
  usher_mongo_lease_unref (self->lease);
  usher_mongo_owners_unref (self->owners);
  usher_mongo_timers_unref (self->timers);
  usher_mongo_tables_free (self->tables);
  g_string_free (self->news, TRUE);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

/* asks again and again, as a host does, and gives how long it took */
static gint64
await_lease (Opening *self)
{
  gint64 start = g_get_monotonic_time ();

  usher_test_until (usher_mongo_lease_hold (self->lease));

  return g_get_monotonic_time () - start;
}

static void
keep (Opening *self, guint64 position)
{
  UsherReach reach = { .run = 7, .position = position, .time = 1000 };

  usher_reach_set_log (&reach, LOG);
  usher_mongo_lease_keep_reach (self->lease, &reach);
}

static guint64
get_position (Opening *self)
{
  UsherReach reach;
  g_autoptr (GError) error = NULL;

  usher_mongo_lease_lookup_reach (self->lease, &reach, &error);
  g_assert_no_error (error);

  return reach.position;
}

static void
test_released (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);

  g_test_summary ("The lease is one's, until it is given back; then it is another's at once.");

  g_assert_true (usher_mongo_lease_hold (one->lease));
  g_assert_false (usher_mongo_lease_hold (other->lease));
  g_assert_true (usher_mongo_lease_is_held (one->lease));
  g_assert_false (usher_mongo_lease_is_held (other->lease));

  keep (one, 5);
  usher_mongo_lease_release (one->lease);
  g_assert_cmpuint (get_position (other), ==, 5);
  g_assert_true (usher_mongo_lease_hold (other->lease));
  g_assert_false (usher_mongo_lease_hold (one->lease));
}

static void
test_fence (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);
  gint64 time = 0;

  g_test_summary (
      "Who shows no life for a second loses the lease, and what it is told then is not kept.");

  g_assert_true (usher_mongo_lease_hold (one->lease));
  keep (one, 5);
  g_assert_true (usher_mongo_lease_flush (one->lease));

  time = await_lease (other);
  g_test_message ("taken over after %" G_GINT64_FORMAT " µs", time);
  g_assert_cmpint (time, >, 300 * G_TIME_SPAN_MILLISECOND);
  g_assert_false (usher_mongo_lease_is_held (one->lease));

  keep (one, 9);
  g_assert_false (usher_mongo_lease_flush (one->lease));
  g_assert_cmpuint (get_position (other), ==, 5);
  g_assert_true (usher_mongo_lease_hold (other->lease));
}

static void
damage (MongoFixture *fixture, const char *members)
{
  g_autofree char *command = g_strdup_printf (
      "{\"update\":\"_usher\",\"updates\":[{\"q\":{\"_id\":\"lease\"},\"u\":{\"$set\":%s}}]}",
      members);

  mongo_fixture_run (fixture, command);
}

static gboolean
is_sound (MongoFixture *fixture)
{
  g_autofree char *said = mongo_fixture_ask (fixture,
                                             "{\"count\":\"_usher\",\"query\":{\"_id\":\"lease\","
                                             "\"token\":{\"$type\":\"long\",\"$lt\":" MOST
                                             "},\"beat\":{\"$type\":\"long\",\"$lt\":" MOST
                                             "},\"token.0\":{\"$exists\":false},"
                                             "\"beat.0\":{\"$exists\":false}}}");

  return strstr (said, "\"n\" : 1") != NULL;
}

static void
test_damaged (MongoFixture *fixture, gconstpointer data)
{
  static const char *const damages[] = {
    "{\"token\":\"one\"}",
    "{\"beat\":\"one\"}",
    "{\"token\":null,\"beat\":1.5}",
    "{\"token\":{\"$numberLong\":\"9223372036854775807\"}}",
    "{\"beat\":{\"$numberLong\":\"9223372036854775807\"}}",
    "{\"token\":[{\"$numberLong\":\"1\"}]}",
    "{\"beat\":[{\"$numberLong\":\"1\"}]}",
  };
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);

  g_test_summary ("A lease that somebody edited so that it counts nothing is counted anew.");

  g_assert_true (usher_mongo_lease_hold (one->lease));
  keep (one, 5);
  g_assert_true (usher_mongo_lease_flush (one->lease));
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_test_expect_message ("usher-store", G_LOG_LEVEL_MESSAGE, "*of its lease was damaged*");
      damage (fixture, damages[i]);
      usher_test_until (usher_mongo_lease_hold (one->lease) && is_sound (fixture));
      g_test_assert_expected_messages ();
      g_assert_false (usher_mongo_lease_hold (other->lease));
      g_assert_cmpuint (get_position (other), ==, 5);
    }

  usher_mongo_lease_release (one->lease);
  usher_test_until (usher_mongo_lease_hold (other->lease));
}

static void
test_race (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) openings = g_ptr_array_new_with_free_func ((GDestroyNotify) opening_free);
  guint n = 0;

  g_test_summary ("Of several that want a new lease one gets it.");

  for (guint i = 0; i < 6; i++)
    g_ptr_array_add (openings, opening_new (fixture));
  for (guint i = 0; i < openings->len; i++)
    n += usher_mongo_lease_hold (((Opening *) g_ptr_array_index (openings, i))->lease);
  g_assert_cmpuint (n, ==, 1);
}

/* the documents of one that was killed, as if it had been here or on another machine, a minute ago by the server's clock */
static void
insert_dead (MongoFixture *fixture, const char *name, gboolean is_here, GPid pid)
{
  g_auto (bson_t) process = BSON_INITIALIZER;
  g_autofree char *text = NULL;
  g_autofree char *command = NULL;

  usher_mongo_process_append (&process);
  text = bson_as_relaxed_extended_json (&process, NULL);
  if (!is_here)
    /* NOLINTNEXTLINE (bugprone-not-null-terminated-result): within a text */
    memcpy (strstr (text, "\"host\""), "\"hast\"", 6);
  command = g_strdup_printf (
      "{\"update\":\"_usher\",\"updates\":[{\"q\":{\"_id\":\"owner %s\"},\"u\":[{\"$set\":"
      "{\"p\":{\"$literal\":%s}}},{\"$replaceWith\":{\"$mergeObjects\":[\"$p\",{\"_id\":"
      "\"$_id\",\"beat\":1,\"pid\":%d,\"seen\":{\"$subtract\":[\"$$NOW\",%d]}}]}}],"
      "\"upsert\":true}]}",
      name,
      text,
      pid,
      is_here ? 0 : 60000);
  mongo_fixture_run (fixture, command);
}

static void
test_owners (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);
  const char *name = usher_mongo_owners_get_name (other->owners);
  GPid pid = fork ();

  if (pid == 0)
    _exit (0);

  g_test_summary (
      "An owner lives until it ends in order, its process does, or it is silent for long.");

  waitpid (pid, NULL, 0);
  g_assert_true (usher_mongo_owners_is_alive (one->owners, name));
  g_assert_true (
      usher_mongo_owners_is_alive (one->owners, usher_mongo_owners_get_name (one->owners)));
  g_assert_false (usher_mongo_owners_is_alive (one->owners, "nobody"));
  opening_end (other);
  g_assert_false (usher_mongo_owners_is_alive (one->owners, name));

  insert_dead (fixture, "killed", TRUE, pid);
  g_assert_false (usher_mongo_owners_is_alive (one->owners, "killed"));
  insert_dead (fixture, "silent", FALSE, pid);
  g_assert_true (usher_mongo_owners_beat (one->owners, NULL));
  g_assert_true (usher_mongo_owners_is_alive (one->owners, "silent"));
  usher_test_until (!usher_mongo_owners_is_alive (one->owners, "silent"));
}

/* until @condition, and how long that took */
#define measure(condition, what)                                   \
  G_STMT_START                                                     \
  {                                                                \
    gint64 start = g_get_monotonic_time ();                        \
    usher_test_until (condition);                                  \
    start = g_get_monotonic_time () - start;                       \
    g_test_message (what " after %" G_GINT64_FORMAT " µs", start); \
    g_assert_cmpint (start, <, NEWS_TIME);                         \
  }                                                                \
  G_STMT_END

/* whether it heard of more than @n commits; as long as it has the lease it hears of nothing else */
static gboolean
hears_more (Opening *self, guint n)
{
  g_assert_true (usher_mongo_lease_hold (self->lease));

  return get_n_lost (self) > n;
}

static void
test_poll (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);
  guint n = 0;

  g_test_summary (
      "Where the server tells nothing others are asked, often, as long as there are any.");

  g_assert_true (usher_mongo_lease_hold (one->lease));
  watch (one, fixture);
  watch (other, fixture);
  usher_test_until (usher_mongo_owners_get_n_others (one->owners) == 1);
  usher_test_until (usher_mongo_owners_get_n_others (other->owners) == 1);
  for (guint i = 0; i < 5; i++)
    {
      n = get_n_lost (one);
      usher_mongo_watch_announce (other->watch);
      measure (hears_more (one, n), "a commit was heard of");
    }

  n = get_n_lost (one);
  opening_end (other);
  measure (hears_more (one, n), "an end was heard of");
  usher_test_until (usher_mongo_owners_get_n_others (one->owners) == 0);
}

static void
test_offer (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);
  g_autoptr (Opening) other = opening_new (fixture);
  guint n = 0;

  g_test_summary (
      "Who watches hears that the lease is free, and nothing of that while it is held.");

  g_assert_true (usher_mongo_lease_hold (other->lease));
  watch (one, fixture);
  n = get_n_offers (one);
  usher_mongo_lease_release (other->lease);
  measure (get_n_offers (one) > n, "the lease was offered");
  g_assert_true (usher_mongo_lease_hold (one->lease));
}

static void
test_away (MongoFixture *fixture, gconstpointer data)
{
  UsherTestMongodb *server = (UsherTestMongodb *) data;
  g_autoptr (Opening) one = opening_new (fixture);
  guint n = 0;

  g_test_summary (
      "After the server was away all may have changed, and the lease is still whose it was.");

  watch (one, fixture);
  g_assert_true (usher_mongo_lease_hold (one->lease));
  usher_test_mongodb_kill (server);
  usher_test_until (!usher_mongo_lease_hold (one->lease));
  n = get_n_lost (one);
  usher_test_mongodb_start (server);
  usher_test_until (get_n_lost (one) > n);
  usher_test_until (usher_mongo_lease_hold (one->lease));
}

static void
commit (MongoFixture *fixture, const char *owner, guint number)
{
  g_autofree char *command = g_strdup_printf (
      "{\"update\":\"items\",\"updates\":[{\"q\":{\"_id\":{\"$oid\":\"65920080aaaaaaaaaa%06x\"}},"
      "\"u\":[{\"$set\":{\"_commit\":\"%s-%u\"}}],\"upsert\":true}]}",
      number,
      owner,
      number);

  mongo_fixture_run (fixture, command);
}

static void
test_stream (MongoFixture *fixture, gconstpointer data)
{
  g_autoptr (Opening) one = opening_new (fixture);

  g_test_summary (
      "On a replica set each document that others committed is named, and none of our own.");

  watch (one, fixture);
  usher_test_until (get_n_lost (one) > 0);
  commit (fixture, usher_mongo_owners_get_name (one->owners), 1);
  commit (fixture, "another", 2);
  measure (has_heard (one, "items/65920080aaaaaaaaaa000002 "), "a commit was heard of");
  g_assert_false (has_heard (one, "items/65920080aaaaaaaaaa000001 "));

  mongo_fixture_run (fixture,
                     "{\"insert\":\"_carriers\",\"documents\":[{\"_id\":\"x\",\"_commit\":"
                     "\"another-3\"}]}");
  usher_test_until (get_n_lost (one) > 1);
}

static void
test_stream_away (MongoFixture *fixture, gconstpointer data)
{
  UsherTestMongodb *server = (UsherTestMongodb *) data;
  g_autoptr (Opening) one = opening_new (fixture);

  g_test_summary ("The stream goes on after the server was away.");

  watch (one, fixture);
  usher_test_until (get_n_lost (one) > 0);
  usher_test_mongodb_kill (server);
  usher_test_mongodb_start (server);
  usher_test_until (usher_mongo_owners_beat (one->owners, NULL));
  commit (fixture, "another", 3);
  usher_test_until (has_heard (one, "items/65920080aaaaaaaaaa000003 ") || get_n_lost (one) > 1);
  commit (fixture, "another", 4);
  usher_test_until (has_heard (one, "items/65920080aaaaaaaaaa000004 "));
}

static void
skip (gconstpointer lack)
{
  g_test_summary ("There is a server of the kind.");

  g_test_skip (lack);
}

/* (nullable): a server with @flags, which may be killed; NULL: there is none, and a test says so */
static UsherTestMongodb *
start (UsherTestMongodbFlags flags, const char *path)
{
  const char *lack = usher_test_mongodb_get_lack (flags, TRUE);

  if (lack == NULL)
    return usher_test_mongodb_new (flags);

  g_test_add_data_func (path, lack, skip);

  return NULL;
}

#define add(path, func)             \
  g_test_add ("/mongo-lease/" path, \
              MongoFixture,         \
              server,               \
              mongo_fixture_set_up, \
              func,                 \
              mongo_fixture_tear_down)

static void
add_alone (UsherTestMongodb *server)
{
  add ("released", test_released);
  add ("fence", test_fence);
  add ("damaged", test_damaged);
  add ("race", test_race);
  add ("owners", test_owners);
  add ("poll", test_poll);
  add ("offer", test_offer);
  add ("away", test_away);
}

static void
add_stream (UsherTestMongodb *server)
{
  add ("stream", test_stream);
  add ("stream/away", test_stream_away);
}

int
main (int argc, char **argv)
{
  g_autoptr (UsherTestMongodb) alone = NULL;
  g_autoptr (UsherTestMongodb) set = NULL;

  g_test_init (&argc, &argv, NULL);

  alone = start (USHER_TEST_MONGODB_STANDALONE, "/mongo-lease/standalone");
  set = start (USHER_TEST_MONGODB_REPLICA_SET, "/mongo-lease/set");
  if (alone != NULL)
    add_alone (alone);
  if (set != NULL)
    add_stream (set);

  return g_test_run ();
}
