/* test-revocations.c: who is refused, as the bus tells it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "stage.h"
#include "usher-error.h"

#define ALICE "a11cea11cea11cea11cea11c"
#define BOB   "b0bb0bb0bb0bb0bb0bb0bb0b"

typedef struct
{
  char *directory;
  UsherClock *clock;
  UsherSessions *sessions;
  FakeBus *bus;
  UsherRevocations *revocations;
  int is_ready; /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key_file = NULL;
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-revocations-XXXXXX", &error);
  g_assert_no_error (error);
  key_file = g_build_filename (fixture->directory, "key", NULL);
  fixture->clock = USHER_CLOCK (usher_manual_clock_new (STAGE_TIME));
  fixture->sessions = usher_sessions_new (key_file, G_TIME_SPAN_HOUR, fixture->clock, &error);
  g_assert_no_error (error);
  fixture->bus = fake_bus_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key_file = g_build_filename (fixture->directory, "key", NULL);

  usher_revocations_free (fixture->revocations);
  g_assert_finalize_object (fixture->bus);
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->clock);
  g_remove (key_file);
  g_remove (fixture->directory);
  g_free (fixture->directory);
}

static void
follow (Fixture *fixture, GError **error)
{
  fixture->revocations = usher_revocations_new (
      USHER_BUS (fixture->bus), fixture->sessions, "user:refused", "user:restored", error);
}

static UsherEvent *
make (const char *channel, guint64 sequence, const char *user, int version)
{
  g_autofree char *payload = g_strdup_printf ("{\"id\":\"%s\",\"version\":%d}", user, version);

  return stage_event_new (channel, sequence, payload);
}

static void
keep (Fixture *fixture, const char *channel, guint64 sequence, const char *user, int version)
{
  g_autoptr (UsherEvent) event = make (channel, sequence, user, version);

  fake_bus_keep (fixture->bus, event);
}

static void
bring (Fixture *fixture, const char *channel, guint64 sequence, const char *user, int version)
{
  g_autoptr (UsherEvent) event = make (channel, sequence, user, version);

  fake_bus_deliver (fixture->bus, event, 1, FALSE);
}

static gboolean
is_accepted (Fixture *fixture, const char *user)
{
  g_autoptr (UsherSession) session =
      usher_sessions_begin (fixture->sessions, user, "somebody@example.org");
  g_autofree char *token = usher_sessions_make_token (fixture->sessions, session, NULL);
  g_autoptr (UsherSession) read = usher_sessions_read_token (fixture->sessions, token);

  return read != NULL;
}

static gpointer
follow_on_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  follow (fixture, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&fixture->is_ready, TRUE);

  return NULL;
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;

  g_test_summary ("Nobody is ready before what the channel holds has come");

  keep (fixture, "user:refused", 1, ALICE, 1);
  fake_bus_hold_deliveries (fixture->bus);
  thread = g_thread_new ("follow", follow_on_thread, fixture);
  fake_bus_await_subscriptions (fixture->bus, 1);
  g_assert_false (g_atomic_int_get (&fixture->is_ready));
  fake_bus_release (fixture->bus);
  g_thread_join (thread);
  g_assert_false (is_accepted (fixture, ALICE));
  g_assert_true (is_accepted (fixture, BOB));
}

static void
test_newest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("The newest version wins, whichever channel it came by and when");

  keep (fixture, "user:refused", 1, ALICE, 1);
  keep (fixture, "user:refused", 2, BOB, 3);
  keep (fixture, "user:restored", 1, ALICE, 2);
  keep (fixture, "user:restored", 2, BOB, 2);
  follow (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (is_accepted (fixture, ALICE));
  g_assert_false (is_accepted (fixture, BOB));
}

static void
test_follow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) nonsense = stage_event_new ("user:refused", 2, "{\"id\":7}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A user is refused and accepted again as it is told, and nonsense is passed by");

  follow (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (is_accepted (fixture, ALICE));
  bring (fixture, "user:refused", 1, ALICE, 5);
  g_assert_false (is_accepted (fixture, ALICE));
  fake_bus_deliver (fixture->bus, nonsense, 1, FALSE);
  bring (fixture, "user:restored", 1, ALICE, 4);
  g_assert_false (is_accepted (fixture, ALICE));
  bring (fixture, "user:restored", 2, ALICE, 6);
  g_assert_true (is_accepted (fixture, ALICE));
  /* one that is late */
  bring (fixture, "user:refused", 3, ALICE, 5);
  g_assert_true (is_accepted (fixture, ALICE));
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 5);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A channel that cannot be followed is an error that names it");

  fake_bus_refuse_subscriptions (fixture->bus);
  follow (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "channel “user:refused” of refused users: no seat is free");
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

  return g_test_run ();
}
