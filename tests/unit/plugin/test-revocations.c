/* test-revocations.c: who is refused, as the bus tells it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-id.h"
#include "usher-sqlite-connection.h"
#include "usher-test-hub.h"
#include "usher-test.h"

#define ALICE    "a11cea11cea11cea11cea11c"
#define BOB      "b0bb0bb0bb0bb0bb0bb0bb0b"
#define REFUSED  "user:refused"
#define RESTORED "user:restored"
#define ENDED    "session:ended"
#define LIFETIME (7 * G_TIME_SPAN_DAY)

static const char *const channels[] = { REFUSED, RESTORED, ENDED };

typedef struct
{
  char *directory; /* (owned) */
  char *path;      /* (owned): what is known */
  UsherManualClock *clock;
  UsherSessions *sessions;
  FakeBus *bus;
  UsherRevocations *revocations; /* (owned) (nullable) */
  UsherRevocations *other;       /* (owned) (nullable): of another host on the same directory */
  int is_ready;                  /* (atomic) */

  UsherTestHub *hub; /* (owned) (nullable): a real one, in the place of @bus */
  UsherBus *member;  /* (owned) (nullable) */
} Fixture;

static void
open_sessions (Fixture *fixture)
{
  g_autofree char *key_file = g_build_filename (fixture->directory, "key", NULL);
  g_autoptr (GError) error = NULL;

  fixture->sessions = usher_sessions_new (key_file, LIFETIME, USHER_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-revocations-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "host", "sessions.db", NULL);
  fixture->clock = usher_manual_clock_new (STAGE_TIME);
  open_sessions (fixture);
  fixture->bus = fake_bus_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->member != NULL)
    usher_test_hub_leave (fixture->member);
  g_clear_pointer (&fixture->revocations, usher_revocations_free);
  g_clear_pointer (&fixture->other, usher_revocations_free);
  g_clear_pointer (&fixture->hub, usher_test_hub_free);
  g_assert_finalize_object (fixture->bus);
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->clock);
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static void
load (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->revocations = usher_revocations_new (
      fixture->path, channels, fixture->sessions, USHER_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
}

static gboolean
try_to_follow (Fixture *fixture, GError **error)
{
  UsherBus *bus = fixture->member != NULL ? fixture->member : USHER_BUS (fixture->bus);

  return usher_revocations_follow (fixture->revocations, bus, error);
}

static void
follow (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  load (fixture);
  try_to_follow (fixture, &error);
  g_assert_no_error (error);
}

/* Another run of the host, on what this one has left; nothing is loaded yet. */
static void
restart (Fixture *fixture)
{
  if (fixture->member != NULL)
    usher_test_hub_leave (fixture->member);
  g_clear_pointer (&fixture->revocations, usher_revocations_free);
  g_clear_pointer (&fixture->other, usher_revocations_free);
  g_assert_finalize_object (fixture->bus);
  g_assert_finalize_object (fixture->sessions);
  fixture->bus = fake_bus_new ();
  open_sessions (fixture);
  if (fixture->member != NULL)
    fixture->member = usher_test_hub_join (fixture->hub, "host");
}

static void
open_hub (Fixture *fixture)
{
  fixture->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, USHER_CLOCK (fixture->clock));
  fixture->member = usher_test_hub_join (fixture->hub, "host");
}

/* (transfer full) */
static char *
make_user (const char *user, int version)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"version\":%d}", user, version);
}

static void
keep (Fixture *fixture, const char *channel, guint64 sequence, const char *user, int version)
{
  g_autofree char *payload = make_user (user, version);
  g_autoptr (UsherEvent) event = stage_event_new (channel, sequence, payload);

  fake_bus_keep (fixture->bus, event);
}

static void
bring_payload (Fixture *fixture, const char *channel, guint64 sequence, const char *payload)
{
  g_autoptr (UsherEvent) event = stage_event_new (channel, sequence, payload);

  fake_bus_deliver (fixture->bus, event, 1, FALSE);
}

static void
bring (Fixture *fixture, const char *channel, guint64 sequence, const char *user, int version)
{
  g_autofree char *payload = make_user (user, version);

  bring_payload (fixture, channel, sequence, payload);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_atomic_int_set ((int *) user_data, TRUE);
}

/* in the hub's log when this returns */
static void
publish (Fixture *fixture, const char *channel, const char *user, int version)
{
  g_autofree char *payload = make_user (user, version);
  g_autofree char *id = usher_uuid_new (USHER_CLOCK (fixture->clock));
  g_autoptr (UsherEvent) event = usher_event_new (
      id, channel, usher_clock_get_time (USHER_CLOCK (fixture->clock)), payload, -1);
  int is_there = FALSE;

  usher_bus_publish (fixture->member, event, on_published, &is_there, NULL);
  usher_test_until (g_atomic_int_get (&is_there));
}

/* whether the hub keeps nothing of a channel that had something */
static gboolean
is_dropped (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (fixture->member, USHER_BUS_PART_CHANNELS, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);

      if (g_str_equal (channel->name, name))
        return channel->n_events == 0;
    }

  return FALSE;
}

/* (transfer full) */
static char *
begin (Fixture *fixture, const char *user, char **id)
{
  g_autoptr (UsherSession) session =
      usher_sessions_begin (fixture->sessions, user, "somebody@example.org");

  if (id != NULL)
    *id = g_strdup (usher_session_get_id (session));

  return usher_sessions_make_token (fixture->sessions, session, NULL);
}

static gboolean
is_good (Fixture *fixture, const char *token)
{
  g_autoptr (UsherSession) read = usher_sessions_read_token (fixture->sessions, token);

  return read != NULL;
}

static gboolean
is_accepted (Fixture *fixture, const char *user)
{
  g_autofree char *token = begin (fixture, user, NULL);

  return is_good (fixture, token);
}

static gint64
get_time (Fixture *fixture)
{
  return usher_clock_get_time (USHER_CLOCK (fixture->clock));
}

static void
end (Fixture *fixture, guint64 sequence, const char *id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"userId\":\"" ALICE "\",\"before\":%" G_GINT64_FORMAT
                       ",\"exp\":%" G_GINT64_FORMAT "}",
                       id,
                       get_time (fixture),
                       get_time (fixture) + LIFETIME);

  bring_payload (fixture, ENDED, sequence, payload);
}

static gpointer
follow_on_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  try_to_follow (fixture, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&fixture->is_ready, TRUE);

  return NULL;
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;

  g_test_summary ("Nobody is ready before what the channels hold has come");

  keep (fixture, REFUSED, 1, ALICE, 1);
  fake_bus_hold_deliveries (fixture->bus);
  load (fixture);
  thread = g_thread_new ("follow", follow_on_thread, fixture);
  fake_bus_await_subscriptions (fixture->bus, 3);
  g_assert_false (g_atomic_int_get (&fixture->is_ready));
  fake_bus_release (fixture->bus);
  g_thread_join (thread);
  g_assert_false (is_accepted (fixture, ALICE));
  g_assert_true (is_accepted (fixture, BOB));
}

static void
test_newest (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The newest version wins, whichever channel it came by and when");

  keep (fixture, REFUSED, 1, ALICE, 1);
  keep (fixture, REFUSED, 2, BOB, 3);
  keep (fixture, RESTORED, 1, ALICE, 2);
  keep (fixture, RESTORED, 2, BOB, 2);
  follow (fixture);
  g_assert_true (is_accepted (fixture, ALICE));
  g_assert_false (is_accepted (fixture, BOB));
}

static void
test_follow (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A user is refused and accepted again as it is told, and nonsense is passed by");

  follow (fixture);
  g_assert_true (is_accepted (fixture, ALICE));
  bring (fixture, REFUSED, 1, ALICE, 5);
  g_assert_false (is_accepted (fixture, ALICE));
  bring_payload (fixture, REFUSED, 2, "{\"id\":7}");
  bring (fixture, RESTORED, 1, ALICE, 4);
  g_assert_false (is_accepted (fixture, ALICE));
  bring (fixture, RESTORED, 2, ALICE, 6);
  g_assert_true (is_accepted (fixture, ALICE));
  /* one that is late */
  bring (fixture, REFUSED, 3, ALICE, 5);
  g_assert_true (is_accepted (fixture, ALICE));
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 5);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A channel that cannot be followed is an error that names it");

  fake_bus_refuse_subscriptions (fixture->bus);
  load (fixture);
  g_assert_false (try_to_follow (fixture, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "channel “user:refused” of refused users: no seat is free");
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *token = begin (fixture, ALICE, &id);
  g_autofree char *other = begin (fixture, ALICE, NULL);

  g_test_summary ("One session ends and its user's others live, cached or not");

  g_assert_true (is_good (fixture, token));
  follow (fixture);
  end (fixture, 1, id);
  g_assert_false (is_good (fixture, token));
  g_assert_true (is_good (fixture, other));
  g_assert_true (is_accepted (fixture, ALICE));
}

static void
test_end_all (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *bob = begin (fixture, BOB, NULL);
  g_autofree char *same = NULL;
  g_autofree char *after = NULL;

  g_test_summary (
      "All of a user's end that began before, be it in that second; what begins then lives");

  follow (fixture);
  before = begin (fixture, ALICE, NULL);
  usher_manual_clock_advance (fixture->clock, 1);
  same = begin (fixture, ALICE, NULL);
  end (fixture, 1, "*");
  usher_manual_clock_advance (fixture->clock, 1);
  after = begin (fixture, ALICE, NULL);
  g_assert_false (is_good (fixture, before));
  g_assert_true (is_good (fixture, same));
  g_assert_true (is_good (fixture, after));
  g_assert_true (is_good (fixture, bob));

  /* a word that is late takes nothing back */
  bring_payload (fixture,
                 ENDED,
                 2,
                 "{\"id\":\"*\",\"userId\":\"" ALICE "\",\"before\":1,\"exp\":2}");
  g_assert_false (is_good (fixture, before));
}

static void
test_end_nonsense (Fixture *fixture, gconstpointer data)
{
  static const char *const payloads[] = {
    "{\"id\":\"*\"}",
    "{\"id\":\"*\",\"exp\":9000000000000000}",
    "{\"id\":\"*\",\"exp\":9000000000000000,\"before\":9000000000000000}",
    "{\"id\":\"*\",\"exp\":\"9000000000000000\",\"userId\":\"" ALICE "\",\"before\":1}",
    "{\"id\":7,\"exp\":9000000000000000}",
    "{\"id\":\"\",\"exp\":9000000000000000}",
    "{\"exp\":9000000000000000}",
  };
  g_autofree char *token = begin (fixture, ALICE, NULL);

  g_test_summary ("What says no session and no time ends none");

  follow (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    bring_payload (fixture, ENDED, i + 1, payloads[i]);
  g_assert_true (is_good (fixture, token));
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *token = begin (fixture, ALICE, &id);
  g_autofree char *bob = begin (fixture, BOB, NULL);

  g_test_summary ("What was refused is so after a restart, before there is a bus");

  follow (fixture);
  end (fixture, 1, id);
  bring (fixture, REFUSED, 1, BOB, 3);
  restart (fixture);
  g_assert_true (is_good (fixture, token));
  load (fixture);
  g_assert_false (is_good (fixture, token));
  g_assert_false (is_good (fixture, bob));
  g_assert_true (is_accepted (fixture, ALICE));
}

static void
test_resume (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Only what is new is replayed, and an old word stays old after a restart");

  keep (fixture, REFUSED, 1, ALICE, 1);
  keep (fixture, REFUSED, 2, BOB, 5);
  follow (fixture);
  restart (fixture);
  keep (fixture, REFUSED, 1, ALICE, 1);
  keep (fixture, REFUSED, 2, BOB, 5);
  keep (fixture, REFUSED, 3, ALICE, 2);
  keep (fixture, RESTORED, 1, BOB, 4);
  follow (fixture);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 2);
  g_assert_false (is_accepted (fixture, ALICE));
  g_assert_false (is_accepted (fixture, BOB));
}

#define ONE_LOG     "0f3a7f5c-6d1e-4c1b-9b1e-000000000001"
#define ANOTHER_LOG "0f3a7f5c-6d1e-4c1b-9b1e-000000000002"

/* Another log, which has @n events, is read from its beginning, and from the next run on from its end. */
static void
read_another (Fixture *fixture, guint n)
{
  for (guint i = 0; i < 2; i++)
    {
      restart (fixture);
      fake_bus_set_reach (fixture->bus, ANOTHER_LOG, n);
      for (guint k = 1; k <= n; k++)
        keep (fixture, REFUSED, k, BOB, (int) k);
      follow (fixture);
      g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, i == 0 ? n : 0);
      g_assert_false (is_accepted (fixture, ALICE));
      g_assert_false (is_accepted (fixture, BOB));
    }
}

static void
test_shorter_log (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A log that is behind is another one: it is read from its beginning, and a ban stays");

  keep (fixture, REFUSED, 1, ALICE, 1);
  keep (fixture, REFUSED, 2, ALICE, 3);
  follow (fixture);
  read_another (fixture, 1);
}

static void
test_longer_log (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Another log is read from its beginning, though it has come further than the one before");

  fake_bus_set_reach (fixture->bus, ONE_LOG, 1);
  keep (fixture, REFUSED, 1, ALICE, 1);
  follow (fixture);
  read_another (fixture, 2);
}

static gint64
count (Fixture *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);
  UsherSqliteStatement *statement = NULL;
  gint64 n = 0;

  g_assert_no_error (error);
  statement = usher_sqlite_connection_get (connection, sql, &error);
  g_assert_no_error (error);
  usher_sqlite_connection_get_integer (connection, statement, 0, &n, &error);
  g_assert_no_error (error);
  usher_sqlite_statement_reset (statement);

  return n;
}

#define IN_BLOCKS "(SELECT coalesce(sum(length(endings)), 0) / 24 FROM usher_ending_blocks)"

static gint64
count_endings (Fixture *fixture)
{
  return count (fixture, "SELECT count(*) + " IN_BLOCKS " FROM usher_endings");
}

/* The ids of sessions are numbers here. */
static void
end_some (Fixture *fixture, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    {
      g_autofree char *id = g_strdup_printf ("%032x", i * 2654435761U);

      end (fixture, i, id);
    }
}

static void
assert_ended (Fixture *fixture, guint number, gboolean is_ended)
{
  g_autofree char *id = g_strdup_printf ("%032x", number * 2654435761U);
  const gint64 now = get_time (fixture);
  g_autoptr (UsherSession) session =
      usher_session_new (id, ALICE, "somebody@example.org", now, now + LIFETIME);
  g_autofree char *token = usher_sessions_make_token (fixture->sessions, session, NULL);

  g_assert_true (is_good (fixture, token) == !is_ended);
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Many that were ended are so after a restart, and none besides");

  follow (fixture);
  end_some (fixture, 1, 10000);
  usher_test_until (count_endings (fixture) == 10000);
  restart (fixture);
  load (fixture);
  g_assert_cmpint (count (fixture, "SELECT " IN_BLOCKS), >, 0);
  for (guint i = 1; i <= 10000; i++)
    assert_ended (fixture, i, TRUE);
  for (guint i = 10001; i <= 20000; i++)
    assert_ended (fixture, i, FALSE);
}

static void
test_forget (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What is over by itself is forgotten");

  follow (fixture);
  end_some (fixture, 1, 10000);
  usher_test_until (count_endings (fixture) == 10000);
  usher_manual_clock_advance (fixture->clock, LIFETIME);
  end_some (fixture, 10001, 11100);
  usher_test_until (count_endings (fixture) == 1100);
  assert_ended (fixture, 10001, TRUE);
}

static void
test_two_hosts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Hosts of one directory share what is known, and one that comes late has it all");

  open_hub (fixture);
  follow (fixture);
  fixture->other = usher_revocations_new (
      fixture->path, channels, fixture->sessions, USHER_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
  usher_revocations_follow (fixture->other, fixture->member, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 300; i++)
    publish (fixture, REFUSED, i % 2 == 0 ? ALICE : BOB, (int) i);
  usher_test_until (!is_accepted (fixture, BOB));
  restart (fixture);

  load (fixture);
  g_assert_false (is_accepted (fixture, ALICE));
  g_assert_false (is_accepted (fixture, BOB));
}

/* Limits of age for a hub, which it has from now on. */
static void
limit (Fixture *fixture, const UsherHubLimits *limits)
{
  usher_test_hub_leave (fixture->member);
  fixture->hub->limits = *limits;
  usher_test_hub_restart (fixture->hub);
  fixture->member = usher_test_hub_join (fixture->hub, "host");
}

static const UsherHubLimits a_minute = { .max_age = G_TIME_SPAN_MINUTE };

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What the log has dropped for its age is not waited for, and is known");

  open_hub (fixture);
  publish (fixture, REFUSED, ALICE, 1);
  follow (fixture);
  g_assert_false (is_accepted (fixture, ALICE));

  restart (fixture);
  limit (fixture, &a_minute);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, REFUSED));
  follow (fixture);
  g_assert_false (is_accepted (fixture, ALICE));

  /* and what comes then is */
  publish (fixture, REFUSED, BOB, 1);
  usher_test_until (!is_accepted (fixture, BOB));
}

static void
test_dropped_unseen (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who has never seen what the log has dropped starts all the same");

  open_hub (fixture);
  limit (fixture, &a_minute);
  publish (fixture, REFUSED, ALICE, 1);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, REFUSED));
  for (guint i = 0; i < 2; i++)
    {
      follow (fixture);
      g_assert_true (is_accepted (fixture, ALICE));
      restart (fixture);
    }
}

static void
test_dropped_elsewhere (Fixture *fixture, gconstpointer data)
{
  static const UsherHubLasting lasting[] = { { REFUSED, 0 } };
  const UsherHubLimits limits = { .max_messages = 1,
                                  .max_age = G_TIME_SPAN_MINUTE,
                                  .lasting = lasting,
                                  .n_lasting = G_N_ELEMENTS (lasting) };

  g_test_summary ("A host with nothing of its own learns of bans that are older than the limit");

  open_hub (fixture);
  limit (fixture, &limits);
  publish (fixture, REFUSED, ALICE, 1);
  publish (fixture, REFUSED, BOB, 1);
  publish (fixture, "ticket:created", ALICE, 1);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, "ticket:created"));
  follow (fixture);
  g_assert_false (is_accepted (fixture, ALICE));
  g_assert_false (is_accepted (fixture, BOB));
}

static void
test_dropped_meanwhile (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;

  g_test_summary ("What is dropped while it is waited for is not waited for any more");

  keep (fixture, REFUSED, 1, ALICE, 1);
  fake_bus_hold_deliveries (fixture->bus);
  load (fixture);
  thread = g_thread_new ("follow", follow_on_thread, fixture);
  fake_bus_await_subscriptions (fixture->bus, 3);
  fake_bus_drop (fixture->bus);
  g_thread_join (thread);
  g_assert_true (is_accepted (fixture, ALICE));
}

/* Takes a table away from who writes, or gives it back. */
static void
rename_table (Fixture *fixture, const char *from, const char *to)
{
  g_autofree char *sql = g_strdup_printf ("ALTER TABLE %s RENAME TO %s", from, to);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) connection =
      usher_sqlite_connection_new (fixture->path, NULL, USHER_SQLITE_NONE, &error);

  g_assert_no_error (error);
  usher_sqlite_connection_execute (connection, sql, &error);
  g_assert_no_error (error);
}

static gint64
count_users (Fixture *fixture)
{
  return count (fixture, "SELECT count(*) FROM usher_users");
}

static void
test_replaced_log (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What another log says that takes the place of the one before is written");

  follow (fixture);
  bring (fixture, REFUSED, 5, ALICE, 1);
  bring (fixture, REFUSED, 1, BOB, 1);
  bring (fixture, REFUSED, 2, ALICE, 2);
  usher_test_until (count (fixture, "SELECT sequence FROM usher_positions") == 2);
  g_assert_cmpint (count_users (fixture), ==, 2);

  /* one that is told by its name */
  fake_bus_set_reach (fixture->bus, ONE_LOG, 1);
  bring (fixture, REFUSED, 3, ALICE, 3);
  fake_bus_set_reach (fixture->bus, ANOTHER_LOG, 1);
  bring (fixture, REFUSED, 1, BOB, 4);
  bring (fixture, REFUSED, 4, "another", 1);
  usher_test_until (
      count (fixture, "SELECT sequence FROM usher_positions WHERE log = '" ANOTHER_LOG "'") == 4);
  g_assert_cmpint (count (fixture, "SELECT version FROM usher_users WHERE id = '" BOB "'"), ==, 4);
}

static void
test_unwritten (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What a file does not take is refused all the same, written later, or comes "
                  "again from the bus");

  follow (fixture);
  bring (fixture, REFUSED, 1, ALICE, 1);
  usher_test_until (count_users (fixture) == 1);
  rename_table (fixture, "usher_positions", "elsewhere");
  bring (fixture, REFUSED, 2, BOB, 1);
  g_assert_false (is_accepted (fixture, BOB));
  rename_table (fixture, "elsewhere", "usher_positions");
  usher_test_until (count_users (fixture) == 2);

  rename_table (fixture, "usher_positions", "elsewhere");
  bring (fixture, REFUSED, 3, "somebody", 1);
  restart (fixture);
  rename_table (fixture, "elsewhere", "usher_positions");
  g_assert_cmpint (count_users (fixture), ==, 2);
  for (guint i = 1; i <= 3; i++)
    keep (fixture, REFUSED, i, "somebody", 1);
  follow (fixture);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 1);
  g_assert_false (is_accepted (fixture, "somebody"));
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is none is refused by its name, with the way out");

  load (fixture);
  restart (fixture);
  g_assert_true (g_file_set_contents (fixture->path, "nonsense, and more of it", -1, NULL));
  fixture->revocations = usher_revocations_new (
      fixture->path, channels, fixture->sessions, USHER_CLOCK (fixture->clock), &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_true (strstr (error->message, fixture->path) && strstr (error->message, "-wal"));
}

#define add(path, func) g_test_add ("/revocations/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("replay", test_replay);
  add ("newest", test_newest);
  add ("follow", test_follow);
  add ("refused", test_refused);
  add ("end/one", test_end);
  add ("end/all", test_end_all);
  add ("end/nonsense", test_end_nonsense);
  add ("restart", test_restart);
  add ("resume", test_resume);
  add ("shorter-log", test_shorter_log);
  add ("longer-log", test_longer_log);
  add ("many", test_many);
  add ("forget", test_forget);
  add ("two-hosts", test_two_hosts);
  add ("dropped/known", test_dropped);
  add ("dropped/unseen", test_dropped_unseen);
  add ("dropped/elsewhere", test_dropped_elsewhere);
  add ("dropped/meanwhile", test_dropped_meanwhile);
  add ("replaced-log", test_replaced_log);
  add ("unwritten", test_unwritten);
  add ("damaged", test_damaged);

  return g_test_run ();
}
