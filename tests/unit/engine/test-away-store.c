/* test-away-store.c: a service whose store hangs, or is away
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "lane-stage.h"

static void
test_unread (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) held = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "What does without the store is answered where it comes in, while others wait for the "
      "store; with an Idempotency-Key the store is asked");

  lane_stage_bring_many (fixture, "GET", "/who", MANY);
  watched_store_hold (fixture->store, "lookup");
  held = lane_stage_bring (fixture, "GET", "/thing", NULL);
  reply = lane_stage_bring (fixture, "GET", "/who", NULL);
  g_assert_cmpint (fixture->n_answers, ==, MANY + 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_true (fixture->ran_on == g_thread_self ());

  watched_store_hold (fixture->store, NULL);
  lane_stage_await_answers (fixture, MANY + 2);
  lane_stage_bring_many (fixture, "POST", "/thing", MANY + 1);
  g_assert_true (fixture->ran_on == g_thread_self ());
  g_clear_object (&reply);
  reply = lane_stage_bring (fixture, "POST", "/thing", "key");
  lane_stage_await_answers (fixture, 2 * MANY + 4);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup-request"), ==, 1);
  lane_stage_assert_apart (fixture);
}

static void
test_reads_at_last (LaneStage *fixture, gconstpointer data)
{
  int n_runs = 0;

  g_test_summary (
      "A handler that wants to read after all is run again where it may, and from then on "
      "there alone");

  lane_stage_bring_many (fixture, "GET", "/sometimes", MANY);
  fixture->reads = TRUE;
  n_runs = fixture->n_runs;
  lane_stage_bring_many (fixture, "GET", "/sometimes", 1);
  g_assert_cmpint (fixture->n_runs, ==, n_runs + 2);
  lane_stage_assert_apart (fixture);

  fixture->reads = FALSE;
  lane_stage_bring_many (fixture, "GET", "/sometimes", MANY + 1);
  g_assert_cmpint (fixture->n_runs, ==, n_runs + 2 + MANY + 1);
  lane_stage_assert_apart (fixture);
}

static void
test_deadline (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = lane_stage_bring (fixture, "GET", "/wait-for-query", NULL);

  g_test_summary (
      "Who waits for a document is answered in time while the ticker waits for the store");

  usher_test_until (lane_stage_is_waiting (fixture, 1));
  watched_store_hold (fixture->store, "hold-lease");
  watched_store_begin (fixture->store);
  watched_store_tell (fixture->store, NULL, NULL);
  usher_test_until (watched_store_count (fixture->store, "hold-lease") > 0 &&
                    lane_stage_is_waiting (fixture, 2));

  usher_manual_clock_advance (fixture->clock, WAIT);
  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  watched_store_hold (fixture->store, NULL);
}

static void
test_outbox_hangs (LaneStage *fixture, gconstpointer data)
{
  UsherLaneFigures figures;

  g_test_summary (
      "While the outbox is read of a store that hangs, units are committed, the bus and operators "
      "are answered, and what was committed meanwhile is published");

  lane_stage_bring_many (fixture, "POST", "/thing", 1);
  fake_bus_await_published (fixture->bus, 1);
  watched_store_hold (fixture->store, "list-outbox");
  watched_store_begin (fixture->store);
  watched_store_tell (fixture->store, "things", ID);
  usher_test_until (watched_store_count (fixture->store, "list-outbox") > 0);

  lane_stage_bring_many (fixture, "POST", "/thing", 2);
  fake_bus_confirm (fixture->bus, NULL);
  g_assert_null (usher_lane_dup_full_channel (fixture->lane));
  usher_lane_get_figures (fixture->lane, &figures);
  g_assert_true (figures.is_behind);
  g_assert_cmpuint (figures.n_unconfirmed, ==, 0);

  watched_store_hold (fixture->store, NULL);
  fake_bus_await_published (fixture->bus, 3);
}

static void
test_figures (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (GVariant) figures = NULL;
  g_autoptr (GVariant) late = NULL;
  gint64 next_due = 0;
  gint64 began = 0;

  g_test_summary (
      "Who asks for the numbers of a store that hangs gets the last that are known, soon");

  figures = usher_lane_describe_store (fixture->lane, &next_due);
  g_assert_nonnull (figures);
  g_assert_cmpint (next_due, ==, G_MAXINT64);
  watched_store_hold (fixture->store, "describe");
  began = g_get_monotonic_time ();
  late = usher_lane_describe_store (fixture->lane, &next_due);
  g_assert_true (g_variant_equal (late, figures));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_TIME_SPAN_SECOND);
  watched_store_hold (fixture->store, NULL);
}

static void
test_away (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (FakeAnswer) again = NULL;

  g_test_summary (
      "While the store is away requests are refused and its ticker asks nothing; an event is "
      "kept for a moment, then goes back to the bus as if it had not come");

  watched_store_set_away (fixture->store, TRUE);
  g_assert_true (usher_lane_is_away (fixture->lane));
  g_assert_false (usher_lane_takes_changes (fixture->lane));
  reply = lane_stage_bring (fixture, "GET", "/thing", NULL);
  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 503);

  /* the tick that hands the first back comes after any that began while the store was there */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FakeAnswer) answer = NULL;

      lane_stage_bring_event (fixture, FALSE);
      usher_test_until (lane_stage_is_idle (fixture));
      g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 0);
      watched_store_begin (fixture->store);
      usher_manual_clock_advance (fixture->clock, 2 * G_TIME_SPAN_SECOND);
      answer = fake_bus_await_answer (fixture->bus);
      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_HAND_BACK);
    }
  g_assert_cmpuint (watched_store_count (fixture->store, NULL), ==, 0);

  lane_stage_bring_event (fixture, FALSE);
  usher_test_until (lane_stage_is_idle (fixture));
  watched_store_set_away (fixture->store, FALSE);
  again = fake_bus_await_answer (fixture->bus);
  g_assert_cmpint (again->kind, ==, USHER_ANSWER_HAND_BACK);
}

static void
add (const char *name, void (*test) (LaneStage *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/away-store/", name, NULL);

  g_test_add (
      path, LaneStage, GINT_TO_POINTER (TRUE), lane_stage_set_up, test, lane_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("unread", test_unread);
  add ("unread/not", test_reads_at_last);
  add ("deadline", test_deadline);
  add ("outbox/hangs", test_outbox_hangs);
  add ("figures", test_figures);
  add ("away", test_away);

  return g_test_run ();
}
