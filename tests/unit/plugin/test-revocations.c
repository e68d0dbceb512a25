/* test-revocations.c: who is refused, as the bus tells it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "revocation-stage.h"
#include "usher-error.h"
#include "usher-sessions-private.h"

static void
assert_counts (RevocationStage *fixture, guint n_ended, guint n_refused)
{
  guint ended = 0;
  guint refused = 0;

  usher_sessions_count (fixture->sessions, &ended, &refused);
  g_assert_cmpuint (ended, ==, n_ended);
  g_assert_cmpuint (refused, ==, n_refused);
}

typedef struct
{
  RevocationStage *stage; /* (unowned) */
  int is_ready;           /* (atomic) */
} Follower;

static gpointer
follow_on_thread (gpointer data)
{
  Follower *self = data;
  g_autoptr (GError) error = NULL;

  revocation_stage_try_to_follow (self->stage, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&self->is_ready, TRUE);

  return NULL;
}

static void
test_replay (RevocationStage *fixture, gconstpointer data)
{
  Follower follower = { .stage = fixture };
  GThread *thread = NULL;

  g_test_summary ("Nobody is ready before what the channels hold has come");

  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  fake_bus_hold_deliveries (fixture->bus);
  revocation_stage_load (fixture);
  thread = g_thread_new ("follow", follow_on_thread, &follower);
  fake_bus_await_subscriptions (fixture->bus, 3);
  g_assert_false (g_atomic_int_get (&follower.is_ready));
  fake_bus_release (fixture->bus);
  g_thread_join (thread);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_true (revocation_stage_is_accepted (fixture, BOB));
}

static void
test_dropped_meanwhile (RevocationStage *fixture, gconstpointer data)
{
  Follower follower = { .stage = fixture };
  GThread *thread = NULL;

  g_test_summary ("What is dropped while it is waited for is not waited for any more");

  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  fake_bus_hold_deliveries (fixture->bus);
  revocation_stage_load (fixture);
  thread = g_thread_new ("follow", follow_on_thread, &follower);
  fake_bus_await_subscriptions (fixture->bus, 3);
  fake_bus_drop (fixture->bus);
  g_thread_join (thread);
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
}

static void
test_newest (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("The newest version wins, whichever channel it came by and when");

  revocation_stage_keep (fixture, REFUSED, 1, ALICE, 1);
  revocation_stage_keep (fixture, REFUSED, 2, BOB, 3);
  revocation_stage_keep (fixture, RESTORED, 1, ALICE, 2);
  revocation_stage_keep (fixture, RESTORED, 2, BOB, 2);
  revocation_stage_follow (fixture);
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_false (revocation_stage_is_accepted (fixture, BOB));
}

static void
test_follow (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("A user is refused and accepted again as it is told, and nonsense is passed by");

  revocation_stage_follow (fixture);
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
  revocation_stage_bring (fixture, REFUSED, 1, ALICE, 5);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  assert_counts (fixture, 0, 1);
  revocation_stage_bring_payload (fixture, REFUSED, 2, "{\"id\":7}");
  revocation_stage_bring (fixture, RESTORED, 1, ALICE, 4);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  revocation_stage_bring (fixture, RESTORED, 2, ALICE, 6);
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
  assert_counts (fixture, 0, 0);
  /* one that is late */
  revocation_stage_bring (fixture, REFUSED, 3, ALICE, 5);
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 5);
}

static void
test_refused (RevocationStage *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A channel that cannot be followed is an error that names it");

  fake_bus_refuse_subscriptions (fixture->bus);
  revocation_stage_load (fixture);
  g_assert_false (revocation_stage_try_to_follow (fixture, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "channel “user:refused” of refused users: no seat is free");
}

static void
test_end (RevocationStage *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *token = revocation_stage_begin (fixture, ALICE, &id);
  g_autofree char *other = revocation_stage_begin (fixture, ALICE, NULL);

  g_test_summary ("One session ends and its user's others live, cached or not");

  g_assert_true (revocation_stage_is_good (fixture, token));
  revocation_stage_follow (fixture);
  revocation_stage_end (fixture, 1, id);
  g_assert_false (revocation_stage_is_good (fixture, token));
  g_assert_true (revocation_stage_is_good (fixture, other));
  g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
  assert_counts (fixture, 1, 0);
}

static void
test_end_all (RevocationStage *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *bob = revocation_stage_begin (fixture, BOB, NULL);
  g_autofree char *same = NULL;
  g_autofree char *after = NULL;

  g_test_summary (
      "All of a user's end that began before, be it in that second; what begins then lives");

  revocation_stage_follow (fixture);
  before = revocation_stage_begin (fixture, ALICE, NULL);
  usher_manual_clock_advance (fixture->clock, 1);
  same = revocation_stage_begin (fixture, ALICE, NULL);
  revocation_stage_end (fixture, 1, "*");
  usher_manual_clock_advance (fixture->clock, 1);
  after = revocation_stage_begin (fixture, ALICE, NULL);
  g_assert_false (revocation_stage_is_good (fixture, before));
  g_assert_true (revocation_stage_is_good (fixture, same));
  g_assert_true (revocation_stage_is_good (fixture, after));
  g_assert_true (revocation_stage_is_good (fixture, bob));

  /* a word that is late takes nothing back */
  revocation_stage_bring_payload (fixture,
                                  ENDED,
                                  2,
                                  "{\"id\":\"*\",\"userId\":\"" ALICE "\",\"before\":1,\"exp\":2}");
  g_assert_false (revocation_stage_is_good (fixture, before));
}

static void
test_end_nonsense (RevocationStage *fixture, gconstpointer data)
{
  static const char *const payloads[] = {
    "{\"id\":\"*\"}",
    "{\"id\":\"*\",\"exp\":9000000000000000}",
    "{\"id\":\"*\",\"exp\":9000000000000000,\"before\":9000000000000000}",
    "{\"id\":\"*\",\"exp\":\"9000000000000000\",\"userId\":\"a11ce\",\"before\":1}",
    "{\"id\":7,\"exp\":9000000000000000}",
    "{\"id\":\"\",\"exp\":9000000000000000}",
    "{\"exp\":9000000000000000}",
  };
  g_autofree char *token = revocation_stage_begin (fixture, ALICE, NULL);

  g_test_summary ("What says no session and no time ends none");

  revocation_stage_follow (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    revocation_stage_bring_payload (fixture, ENDED, i + 1, payloads[i]);
  g_assert_true (revocation_stage_is_good (fixture, token));
}

#define add(path, func)                \
  g_test_add ("/revocations/" path,    \
              RevocationStage,         \
              NULL,                    \
              revocation_stage_set_up, \
              func,                    \
              revocation_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("replay", test_replay);
  add ("dropped", test_dropped_meanwhile);
  add ("newest", test_newest);
  add ("follow", test_follow);
  add ("refused", test_refused);
  add ("end/one", test_end);
  add ("end/all", test_end_all);
  add ("end/nonsense", test_end_nonsense);

  return g_test_run ();
}
