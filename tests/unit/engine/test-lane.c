/* test-lane.c: a service with a store that blocks, and with one that does not
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "lane-stage.h"

static void
test_here (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;

  g_test_summary ("A store that does not block is read, and its handlers run, where requests and "
                  "events come in");

  first = lane_stage_bring (fixture, "GET", "/thing", NULL);
  g_assert_cmpint (fixture->n_answers, ==, 1);
  g_assert_cmpuint (watched_store_count_on (fixture->store, "lookup", g_thread_self ()), ==, 1);

  lane_stage_bring_event (fixture, TRUE);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  g_assert_cmpuint (watched_store_count_on (fixture->store, "was-applied", g_thread_self ()),
                    ==,
                    1);

  second = lane_stage_bring (fixture, "POST", "/thing", "key");
  g_assert_cmpuint (watched_store_count_on (fixture->store, "lookup-request", g_thread_self ()),
                    ==,
                    1);
  g_assert_true (fixture->ran_on == g_thread_self ());
  lane_stage_await_answers (fixture, 2);
  g_assert_cmpuint (usher_reply_get_status (second), ==, 201);
}

static void
test_request (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A store that blocks is not read on the thread that has the request");

  reply = lane_stage_bring (fixture, "GET", "/thing", NULL);
  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup"), ==, 1);
  lane_stage_assert_apart (fixture);
}

static void
test_key (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;

  g_test_summary (
      "Nor is its Idempotency-Key looked up there, and the second request gets the first answer");

  first = lane_stage_bring (fixture, "POST", "/thing", "key");
  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (first), ==, 201);

  second = lane_stage_bring (fixture, "POST", "/thing", "key");
  lane_stage_await_answers (fixture, 2);
  g_assert_cmpuint (usher_reply_get_status (second), ==, 201);
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup-request"), ==, 2);
  lane_stage_assert_apart (fixture);
}

static void
test_event (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary ("Neither the inbox is asked nor a listener run on the bus's thread");

  lane_stage_bring_event (fixture, TRUE);
  answer = fake_bus_await_answer (fixture->bus);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
  g_assert_cmpuint (watched_store_count (fixture->store, "was-applied"), ==, 1);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup"), ==, 1);
  lane_stage_assert_apart (fixture);
}

static void
test_wait (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = lane_stage_bring (fixture, "GET", "/wait", NULL);
  g_autoptr (UsherUnit) unit = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who waited for a document does not go on where its commit is told");

  usher_test_until (usher_waiters_get_n (usher_lane_get_waiters (fixture->lane)) == 1);
  unit = usher_unit_new (USHER_STORE (fixture->store), USHER_CLOCK (fixture->clock));
  document = usher_unit_new_document (unit, "things", &error);
  usher_document_set_id (document, ID);
  usher_unit_insert (unit, document, &error);
  usher_store_commit_sync (USHER_STORE (fixture->store), usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);

  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  lane_stage_assert_apart (fixture);
}

static void
test_watch (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = lane_stage_bring (fixture, "GET", "/wait", NULL);

  g_test_summary ("Who waits looks again when others change that document, or nobody knows which");

  usher_test_until (lane_stage_is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", OTHER_ID);
  g_assert_true (lane_stage_is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", ID);
  usher_test_until (lane_stage_is_waiting (fixture, 2));
  watched_store_tell (fixture->store, NULL, NULL);
  usher_test_until (lane_stage_is_waiting (fixture, 3));

  usher_manual_clock_advance (fixture->clock, WAIT);
  lane_stage_await_answers (fixture, 1);
}

static void
test_watch_query (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = lane_stage_bring (fixture, "GET", "/wait-for-query", NULL);

  g_test_summary ("Who waits for a query looks again when others change any of the collection");

  usher_test_until (lane_stage_is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "thing", ID);
  g_assert_true (lane_stage_is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", OTHER_ID);
  usher_test_until (lane_stage_is_waiting (fixture, 2));
  watched_store_tell (fixture->store, NULL, NULL);
  usher_test_until (lane_stage_is_waiting (fixture, 3));

  usher_manual_clock_advance (fixture->clock, WAIT);
  lane_stage_await_answers (fixture, 1);
}

static void
test_timer (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit =
      usher_unit_new (USHER_STORE (fixture->store), USHER_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Timers are read by the service's own ticker, which prunes and holds the lease, too");

  usher_unit_schedule (unit, "ring", "k", TIME + G_TIME_SPAN_HOUR, NULL);
  usher_store_commit_sync (USHER_STORE (fixture->store), usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);

  usher_test_until (g_atomic_int_get (&fixture->n_runs) == 1);
  usher_test_until (watched_store_count (fixture->store, "prune") > 0);
  g_assert_cmpuint (watched_store_count (fixture->store, "list-timers"), >, 0);
  g_assert_cmpuint (watched_store_count (fixture->store, "hold-lease"), >, 0);
  lane_stage_assert_apart (fixture);
}

static void
test_rest (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = NULL;

  g_test_summary ("A timer that is about to fire when its service comes to rest is waited for");

  usher_test_until (usher_lane_is_idle (fixture->lane));
  unit = usher_unit_new (USHER_STORE (fixture->store), USHER_CLOCK (fixture->clock));
  usher_unit_schedule (unit, "ring", "k", TIME, NULL);
  watched_store_hold (fixture->store, "list-timers");
  g_assert_true (
      usher_store_commit_sync (USHER_STORE (fixture->store), usher_unit_get_commit (unit), NULL));
  usher_test_until (watched_store_count (fixture->store, "list-timers") > 0);

  usher_lane_rest (fixture->lane);
  g_assert_false (usher_lane_is_idle (fixture->lane));
  watched_store_hold (fixture->store, NULL);
  usher_test_until (usher_lane_is_idle (fixture->lane));
  g_assert_cmpint (g_atomic_int_get (&fixture->n_runs), ==, 1);
}

static void
test_outbox (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  guint n = 4097;

  g_test_summary (
      "What the relay had no room for is not read on the bus's thread when there is some");

  for (guint i = 0; i < n; i++)
    {
      g_clear_object (&reply);
      reply = lane_stage_bring (fixture, "POST", "/thing", NULL);
      if (i % MAX_QUEUE == 0)
        lane_stage_await_answers (fixture, (int) i + 1);
    }
  lane_stage_await_answers (fixture, (int) n);
  fake_bus_await_published (fixture->bus, n - 1);
  watched_store_begin (fixture->store);

  for (guint i = 0; i < n - 1; i++)
    fake_bus_confirm (fixture->bus, NULL);
  fake_bus_await_published (fixture->bus, n);
  g_assert_cmpuint (watched_store_count (fixture->store, "list-outbox"), >, 0);
  lane_stage_assert_read_apart (fixture);
}

static void
test_full (LaneStage *fixture, gconstpointer data)
{
  guint n = N_THREADS + MAX_QUEUE;
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (UsherReply) refused = NULL;
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary (
      "Where all threads of the service are taken, requests are refused and events wait");

  fixture->may_go = FALSE;
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_ptr_array_add (replies, lane_stage_bring (fixture, "GET", "/thing", NULL));
      usher_test_until (g_atomic_int_get (&fixture->n_runs) == (int) i + 1);
    }
  for (guint i = N_THREADS; i < n; i++)
    g_ptr_array_add (replies, lane_stage_bring (fixture, "GET", "/thing", NULL));
  g_assert_cmpint (fixture->n_answers, ==, 0);

  refused = lane_stage_bring (fixture, "GET", "/thing", NULL);
  g_assert_cmpint (fixture->n_answers, ==, 1);
  g_assert_cmpuint (usher_reply_get_status (refused), ==, 503);
  g_assert_nonnull (usher_reply_get_header (refused, "Retry-After"));
  g_assert_cmpuint (usher_lane_get_count (fixture->lane, USHER_COUNT_REFUSED), ==, 1);

  lane_stage_bring_event (fixture, FALSE);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 0);

  g_atomic_int_set (&fixture->may_go, TRUE);
  lane_stage_await_answers (fixture, (int) n + 1);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (usher_reply_get_status (g_ptr_array_index (replies, i)), ==, 200);
  answer = fake_bus_await_answer (fixture->bus);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
  lane_stage_assert_apart (fixture);
}

static gpointer
close_lane (gpointer data)
{
  LaneStage *fixture = data;

  g_assert_true (usher_lane_close (fixture->lane, NULL));
  g_atomic_int_set (&fixture->is_closed, TRUE);

  return NULL;
}

static void
test_late (LaneStage *fixture, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *path;
  } late[] = { { "GET", "/thing" }, { "GET", "/then" }, { "GET", "/then" } };
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_object_unref);
  GThread *thread = NULL;

  g_test_summary (
      "What still runs when the service is closed is answered: it finds the store closed");

  fixture->may_go = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    g_ptr_array_add (replies, lane_stage_bring (fixture, late[i].method, late[i].path, NULL));
  usher_test_until (g_atomic_int_get (&fixture->n_runs) == G_N_ELEMENTS (late));
  thread = g_thread_new ("closes", close_lane, fixture);
  usher_test_until (g_atomic_int_get (&fixture->is_closed));
  g_atomic_int_set (&fixture->may_go, TRUE);
  lane_stage_await_answers (fixture, G_N_ELEMENTS (late));
  for (guint i = 0; i < replies->len; i++)
    g_assert_cmpuint (usher_reply_get_status (g_ptr_array_index (replies, i)), ==, 503);
  g_thread_join (thread);
}

static gpointer
drop_store (gpointer data)
{
  usher_lane_drop_store (((LaneStage *) data)->lane, NULL);

  return NULL;
}

/* tells where it was run */
typedef struct
{
  UsherWork work;
  GThread *ran_on; /* (atomic) (unowned) (nullable) */
} Probe;

static void
run_probe (UsherWork *work)
{
  g_atomic_pointer_set (&((Probe *) work)->ran_on, g_thread_self ());
}

/* whether the pool ends, so that its work is done where it is brought */
static gboolean
is_ending (LaneStage *fixture, GPtrArray *probes)
{
  Probe *probe = g_new0 (Probe, 1);

  probe->work.run = run_probe;
  g_ptr_array_add (probes, probe);
  usher_lane_push (fixture->lane, USHER_PLACE_POOL, &probe->work);

  return g_atomic_pointer_get (&probe->ran_on) == g_thread_self ();
}

static void
test_late_step (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) probes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (UsherReply) reply = NULL;
  GThread *thread = NULL;

  g_test_summary ("A handler that still runs when its threads end has its step");

  fixture->may_go = FALSE;
  reply = lane_stage_bring (fixture, "GET", "/then", NULL);
  usher_test_until (g_atomic_int_get (&fixture->n_runs) == 1);
  thread = g_thread_new ("drops", drop_store, fixture);
  usher_test_until (is_ending (fixture, probes));
  g_atomic_int_set (&fixture->may_go, TRUE);
  lane_stage_await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_runs), ==, 2);
  g_thread_join (thread);
  g_assert_true (usher_store_close (USHER_STORE (fixture->store), NULL));
}

static void
add (const char *name, gboolean blocks, void (*test) (LaneStage *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/lane/", name, NULL);

  g_test_add (
      path, LaneStage, GINT_TO_POINTER (blocks), lane_stage_set_up, test, lane_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("here", FALSE, test_here);
  add ("watch", FALSE, test_watch);
  add ("watch/query", FALSE, test_watch_query);
  add ("blocks/request", TRUE, test_request);
  add ("blocks/key", TRUE, test_key);
  add ("blocks/event", TRUE, test_event);
  add ("blocks/wait", TRUE, test_wait);
  add ("blocks/timer", TRUE, test_timer);
  add ("rest", FALSE, test_rest);
  add ("blocks/outbox", TRUE, test_outbox);
  add ("blocks/full", TRUE, test_full);
  add ("blocks/late", TRUE, test_late);
  add ("blocks/late/step", TRUE, test_late_step);

  return g_test_run ();
}
