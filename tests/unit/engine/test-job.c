/* test-job.c: requests, from the handler to the answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include <string.h>

#include "usher-error.h"
#include "usher-exchange-private.h"
#include "usher-host-private.h"
#include "usher-log.h"
#include "usher-test-base.h"

#define ID    "aaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbb"
#define ALICE "a11cea11cea11cea11cea11c"

typedef struct
{
  Stage stage;
  int n_runs;       /* (atomic) */
  int n_steps;      /* (atomic) */
  int n_races;      /* (atomic): how many runs still lose their race */
  int n_freed;      /* (atomic) */
  int has_waited;   /* (atomic) */
  int may_go;       /* (atomic): what blocks goes on */
  int commits_late; /* (atomic): the document comes between reading and waiting */
} Fixture;

static gboolean
add_one (UsherUnit *unit, UsherReply *reply, GError **error)
{
  g_autoptr (UsherDocument) document = stage_count_up (unit, ID, error);

  if (document != NULL && reply != NULL)
    usher_reply_set_document (reply, document);

  return document != NULL;
}

static void
lose_race (Fixture *fixture)
{
  if (g_atomic_int_get (&fixture->n_races) <= 0)
    return;

  g_atomic_int_add (&fixture->n_races, -1);
  stage_bump (&fixture->stage, ID);
}

static gboolean
on_add (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  if (!add_one (unit, reply, error))
    return FALSE;

  lose_race (fixture);

  return TRUE;
}

static gboolean
insert_thing (UsherUnit *unit, const char *name, UsherReply *reply, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "things", error);

  if (document == NULL)
    return FALSE;

  usher_document_set_string (document, "name", name);
  if (!usher_unit_insert (unit, document, error))
    return FALSE;
  if (reply != NULL)
    {
      usher_reply_set_status (reply, 201);
      usher_reply_set_document (reply, document);
    }

  return TRUE;
}

/* takes the name “gold” unless somebody has it */
static gboolean
on_take (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, "name", "gold");
  found = usher_unit_query (unit, query, error);
  if (found == NULL)
    return FALSE;

  if (found->len > 0)
    {
      usher_reply_set_document (reply, g_ptr_array_index (found, 0));
      return TRUE;
    }

  if (g_atomic_int_add (&fixture->n_runs, 1) == 0)
    stage_insert (&fixture->stage, OTHER, "gold", 7);

  return insert_thing (unit, "gold", reply, error);
}

static gboolean
on_wait (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = NULL;

  g_atomic_int_inc (&fixture->n_runs);
  if (!usher_unit_lookup (unit, "things", ID, &document, error))
    return FALSE;

  if (g_atomic_int_compare_and_exchange (&fixture->commits_late, TRUE, FALSE))
    stage_insert (&fixture->stage, ID, "late", 1);

  if (document != NULL)
    {
      usher_reply_set_document (reply, document);
      return TRUE;
    }

  if (!usher_unit_has_waited (unit))
    return usher_unit_wait_for (unit, "things", ID, 5 * G_TIME_SPAN_SECOND, error);

  g_atomic_int_set (&fixture->has_waited, TRUE);
  g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "it never came");

  return FALSE;
}

static gboolean
on_block (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  usher_test_until (g_atomic_int_get (&fixture->may_go));

  return TRUE;
}

static gboolean
on_silent (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  insert_thing (unit, "silent", reply, NULL);

  return FALSE;
}

static gboolean
on_two (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return insert_thing (unit, "one", reply, error) && insert_thing (unit, "two", reply, error);
}

static gboolean
on_create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autofree char *name = g_strdup_printf ("n%d", g_atomic_int_add (&fixture->n_runs, 1));

  return insert_thing (unit, name, reply, error);
}

typedef struct
{
  Fixture *fixture;
  gboolean fails;
  gboolean is_last;
} Step;

static void
free_step (gpointer data)
{
  Step *step = data;

  g_atomic_int_inc (&step->fixture->n_freed);
  g_free (step);
}

static gboolean
run_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Step *step = data;
  Fixture *fixture = step->fixture;

  g_atomic_int_inc (&fixture->n_steps);
  usher_test_until (g_atomic_int_get (&fixture->may_go));
  if (step->fails)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "no card today");
      return FALSE;
    }
  if (!add_one (unit, reply, error))
    return FALSE;

  if (step->is_last)
    lose_race (fixture);
  else
    {
      Step *next = g_new0 (Step, 1);

      next->fixture = fixture;
      next->is_last = TRUE;
      usher_unit_then (unit, run_step, next, free_step);
    }

  return TRUE;
}

static gboolean
begin_steps (Fixture *fixture, UsherUnit *unit, gboolean fails, GError **error)
{
  Step *step = g_new0 (Step, 1);

  g_atomic_int_inc (&fixture->n_runs);
  step->fixture = fixture;
  step->fails = fails;
  usher_unit_then (unit, run_step, step, free_step);

  return add_one (unit, NULL, error);
}

static gboolean
on_steps (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_reply_set_status (reply, 202);

  return begin_steps (data, unit, FALSE, error);
}

static gboolean
on_bad_step (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer data,
             GError **error)
{
  return begin_steps (data, unit, TRUE, error);
}

static gboolean
run_empty_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_steps);
  usher_reply_set_status (reply, 201);
  usher_reply_take_json (reply, g_strdup ("{\"said\":true}"));

  return TRUE;
}

static gboolean
on_empty_step (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer data,
               GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  usher_unit_then (unit, run_empty_step, fixture, NULL);

  return add_one (unit, NULL, error);
}

static gboolean
on_log (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_message ("a handler speaks");
  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/add", 0, on_add, data, NULL);
  usher_context_add_route (context, "GET", "/take", 0, on_take, data, NULL);
  usher_context_add_route (context, "GET", "/wait", 0, on_wait, data, NULL);
  usher_context_add_route (context, "GET", "/silent", 0, on_silent, data, NULL);
  usher_context_add_route (context, "GET", "/two", 0, on_two, data, NULL);
  usher_context_add_route (context, "GET", "/steps", 0, on_steps, data, NULL);
  usher_context_add_route (context, "GET", "/bad-step", 0, on_bad_step, data, NULL);
  usher_context_add_route (context, "GET", "/log", 0, on_log, data, NULL);
  usher_context_add_route (context, "GET", "/block", USHER_ROUTE_BLOCKING, on_block, data, NULL);
  usher_context_add_route (context, "POST", "/create", 0, on_create, data, NULL);
  usher_context_add_route (context, "POST", "/steps", 0, on_steps, data, NULL);
  usher_context_add_route (context, "POST", "/bad-step", 0, on_bad_step, data, NULL);
  usher_context_add_route (context, "POST", "/empty-step", 0, on_empty_step, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer setting)
{
  fixture->may_go = TRUE;
  stage_init (&fixture->stage, declare, fixture, FALSE, setting);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer setting)
{
  stage_clear (&fixture->stage);
}

static UsherReply *
get (Fixture *fixture, const char *path)
{
  return stage_call (&fixture->stage, "GET", path, NULL, NULL, NULL);
}

static UsherReply *
post (Fixture *fixture, const char *path, const char *key, const char *body)
{
  return stage_call (&fixture->stage, "POST", path, ALICE, key, body);
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A lost race runs the handler again on the document as it is now");

  stage_insert (&fixture->stage, ID, "a", 10);
  fixture->n_races = 3;
  stage_assert_get (&fixture->stage, "/add", 200);
  g_assert_cmpint (fixture->n_runs, ==, 4);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 14);
}

static void
test_conflict_limit (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A race that is always lost is given up with 409 after 16 more runs");

  stage_insert (&fixture->stage, ID, "a", 0);
  fixture->n_races = 1000;
  stage_assert_get (&fixture->stage, "/add", 409);
  g_assert_cmpint (fixture->n_runs, ==, 17);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 17);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("Who finds a unique key taken runs again and sees the winner");

  reply = get (fixture, "/take");
  stage_assert_status (reply, 200);
  body = stage_dup_body (reply);
  g_assert_nonnull (strstr (body, OTHER));
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

/* a call that waits for the thing */
static GThread *
begin_wait (Fixture *fixture)
{
  GThread *call = stage_call_async (&fixture->stage, "/wait");

  usher_test_until (stage_get_n_waiters (&fixture->stage) == 1);

  return call;
}

static void
end_call (GThread *call, guint status)
{
  g_autoptr (UsherReply) reply = stage_join (call);

  stage_assert_status (reply, status);
}

static void
test_wait_document (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("Who waits for a document is woken by it, and by no other");

  call = begin_wait (fixture);
  stage_insert (&fixture->stage, OTHER, "b", 0);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);
  stage_insert (&fixture->stage, ID, "a", 0);
  end_call (call, 200);
  g_assert_cmpint (fixture->has_waited, ==, FALSE);
}

static void
test_wait_deadline (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("At the deadline the handler runs a last time, and not before");

  call = begin_wait (fixture);
  stage_turn (&fixture->stage, 5 * G_TIME_SPAN_SECOND - 1);
  usher_waiters_expire (usher_lane_get_waiters (fixture->stage.lane), FALSE);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);
  stage_turn (&fixture->stage, 1);
  end_call (call, 404);
  g_assert_true (fixture->has_waited);
  g_assert_cmpint (fixture->n_runs, ==, 2);
}

static void
test_wait_clock (Fixture *fixture, gconstpointer data)
{
  UsherManualClock *clock = fixture->stage.clock;
  GThread *call = NULL;

  g_test_summary ("A wait is as long as it was meant to be, whatever the clock is set to");

  call = begin_wait (fixture);
  usher_manual_clock_set_time (clock, STAGE_TIME + G_TIME_SPAN_DAY);
  usher_waiters_expire (usher_lane_get_waiters (fixture->stage.lane), FALSE);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);
  usher_manual_clock_set_time (clock, STAGE_TIME - G_TIME_SPAN_DAY);
  stage_turn (&fixture->stage, 5 * G_TIME_SPAN_SECOND);
  usher_test_until (stage_get_n_waiters (&fixture->stage) == 0);
  end_call (call, 404);
}

static void
on_given_up (UsherExchange *exchange, gpointer user_data)
{
  g_atomic_int_set ((int *) user_data, TRUE);
}

static void
test_wait_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/wait");
  int is_over = FALSE;
  UsherExchange *exchange = usher_exchange_new (request, on_given_up, &is_over);
  UsherReply *reply = usher_exchange_get_reply (exchange);

  g_test_summary ("The wait of a client that left ends, and the handler does not run again");

  g_object_ref (exchange);
  usher_router_run (fixture->stage.host->router, exchange);
  usher_test_until (stage_get_n_waiters (&fixture->stage) == 1);
  usher_exchange_leave (exchange);
  g_assert_true (g_atomic_int_get (&is_over));
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 0);
  stage_assert_status (reply, 503);
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_finalize_object (exchange);
}

static void
test_wait_lost (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A document that is committed between the reading and the waiting is not missed");

  fixture->commits_late = TRUE;
  stage_assert_get (&fixture->stage, "/wait", 200);
  g_assert_cmpint (fixture->n_runs, ==, 2);
}

static void
test_wait_full (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("No more may wait than the setting says; the next one decides at once");

  call = begin_wait (fixture);
  stage_assert_get (&fixture->stage, "/wait", 404);
  g_assert_true (fixture->has_waited);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);

  stage_insert (&fixture->stage, ID, "a", 0);
  end_call (call, 200);
}

static void
test_wait_stop (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who waits when the host stops is answered 503");

  call = begin_wait (fixture);
  g_assert_true (usher_host_stop (fixture->stage.host, 10 * G_TIME_SPAN_SECOND, &error));
  g_assert_no_error (error);
  reply = stage_join (call);
  stage_assert_status (reply, 503);
  g_assert_nonnull (usher_reply_get_header (reply, "Retry-After"));
}

static guint
count_queued (Fixture *fixture)
{
  UsherLaneFigures figures;

  usher_lane_get_figures (fixture->stage.lane, &figures);

  return figures.n_queued;
}

static void
test_pool_full (Fixture *fixture, gconstpointer data)
{
  GThread *calls[5];
  g_autoptr (UsherReply) refused = NULL;

  g_test_summary ("When threads and queue are taken a request that blocks is answered 503");

  fixture->may_go = FALSE;
  for (guint i = 0; i < 4; i++)
    {
      calls[i] = stage_call_async (&fixture->stage, "/block");
      usher_test_until (g_atomic_int_get (&fixture->n_runs) == (int) i + 1);
    }
  calls[4] = stage_call_async (&fixture->stage, "/block");
  usher_test_until (count_queued (fixture) == 1);

  refused = get (fixture, "/block");
  stage_assert_status (refused, 503);
  g_assert_nonnull (usher_reply_get_header (refused, "Retry-After"));

  g_atomic_int_set (&fixture->may_go, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    end_call (calls[i], 200);
}

static void
test_silent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("A handler that fails without an error is answered 500 and tells nothing");

  reply = get (fixture, "/silent");
  stage_assert_status (reply, 500);
  body = stage_dup_body (reply);
  g_assert_null (strstr (body, "handler"));
  g_assert_null (strstr (body, "silent"));
}

static void
test_two_documents (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A unit that is too large is refused with 500 and nothing of it is written");

  stage_assert_get (&fixture->stage, "/two", 500);
  found = usher_store_query (stage_get_store (&fixture->stage), query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_steps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("Steps follow each other, each on what the one before committed");

  stage_insert (&fixture->stage, ID, "a", 0);
  reply = get (fixture, "/steps");
  /* the answer is the last one's: the 202 of the handler is gone */
  stage_assert_status (reply, 200);
  body = stage_dup_body (reply);
  g_assert_nonnull (strstr (body, "\"count\":3"));
  g_assert_cmpint (fixture->n_steps, ==, 2);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 3);
  usher_test_until (g_atomic_int_get (&fixture->n_freed) == 2);
}

static void
test_step_conflict (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A step that lost its race runs again, and not what was before it");

  stage_insert (&fixture->stage, ID, "a", 0);
  fixture->n_races = 2;
  stage_assert_get (&fixture->stage, "/steps", 200);
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_cmpint (fixture->n_steps, ==, 4);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 5);
  usher_test_until (g_atomic_int_get (&fixture->n_freed) == 2);
}

static void
test_step_failure (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A step that fails is the answer; what was committed before it stays");

  stage_insert (&fixture->stage, ID, "a", 0);
  stage_assert_get (&fixture->stage, "/bad-step", 503);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
  usher_test_until (g_atomic_int_get (&fixture->n_freed) == 1);
}

static void
assert_post (Fixture *fixture, const char *path, const char *key, const char *body, guint status)
{
  g_autoptr (UsherReply) reply = post (fixture, path, key, body);

  stage_assert_status (reply, status);
}

static void
test_key_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = post (fixture, "/create", "k", "{\"a\":1}");
  g_autoptr (UsherReply) second = post (fixture, "/create", "k", "{\"a\":1}");
  g_autofree char *one = stage_dup_body (first);
  g_autofree char *two = stage_dup_body (second);

  g_test_summary ("The same key and body get the first answer again and change nothing");

  stage_assert_status (first, 201);
  stage_assert_status (second, 201);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

static void
test_key_other (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key that was used for another body is refused with 409");

  assert_post (fixture, "/create", "k", "{\"a\":1}", 201);
  assert_post (fixture, "/create", "k", "{\"a\":2}", 409);
  assert_post (fixture, "/create", "l", "{\"a\":2}", 201);
  g_assert_cmpint (fixture->n_runs, ==, 2);
}

static gpointer
post_steps (gpointer data)
{
  return post (data, "/steps", "k", "{}");
}

static void
test_key_running (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) third = NULL;
  g_autofree char *one = NULL;
  g_autofree char *three = NULL;

  g_test_summary ("A key whose request still runs is refused with 409, and answered after");

  stage_insert (&fixture->stage, ID, "a", 0);
  fixture->may_go = FALSE;
  thread = g_thread_new ("post", post_steps, fixture);
  usher_test_until (g_atomic_int_get (&fixture->n_steps) == 1);
  assert_post (fixture, "/steps", "k", "{}", 409);

  g_atomic_int_set (&fixture->may_go, TRUE);
  first = stage_join (thread);
  stage_assert_status (first, 200);
  third = post (fixture, "/steps", "k", "{}");
  one = stage_dup_body (first);
  three = stage_dup_body (third);
  g_assert_cmpstr (one, ==, three);
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

static void
test_key_empty_step (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("The answer of a step that changes nothing is kept too");

  stage_insert (&fixture->stage, ID, "a", 0);
  first = post (fixture, "/empty-step", "k", "{}");
  second = post (fixture, "/empty-step", "k", "{}");
  body = stage_dup_body (second);
  stage_assert_status (first, 201);
  stage_assert_status (second, 201);
  g_assert_cmpstr (body, ==, "{\"said\":true}");
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
}

static void
test_key_unanswered (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key that an earlier process left without an answer runs the handler");

  stage_insert (&fixture->stage, ID, "a", 0);
  assert_post (fixture, "/bad-step", "k", "{}", 503);
  stage_restart (&fixture->stage);
  assert_post (fixture, "/bad-step", "k", "{}", 503);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 2);
}

static void
test_log (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a handler logs says by itself for which service and request");

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*a handler speaks (*service=stage*request=*");
      return;
    }

  g_unsetenv ("JOURNAL_STREAM");
  g_assert_true (usher_log_open ("message", &error));
  stage_assert_get (&fixture->stage, "/log", 200);
}

#define add(path, setting, func) \
  g_test_add ("/job/" path, Fixture, setting, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("conflict/again", NULL, test_conflict);
  add ("conflict/limit", NULL, test_conflict_limit);
  add ("conflict/taken", NULL, test_taken);
  add ("wait/document", NULL, test_wait_document);
  add ("wait/deadline", NULL, test_wait_deadline);
  add ("wait/clock", NULL, test_wait_clock);
  add ("wait/gone", NULL, test_wait_gone);
  add ("wait/lost", NULL, test_wait_lost);
  add ("wait/full", "host.waiters=1", test_wait_full);
  add ("wait/stop", NULL, test_wait_stop);
  add ("pool/full", "stage.queue=1", test_pool_full);
  add ("failure/silent", NULL, test_silent);
  add ("failure/two-documents", "store.documents-a-unit=1", test_two_documents);
  add ("steps/order", NULL, test_steps);
  add ("steps/conflict", NULL, test_step_conflict);
  add ("steps/failure", NULL, test_step_failure);
  add ("key/same", NULL, test_key_same);
  add ("key/other", NULL, test_key_other);
  add ("key/running", NULL, test_key_running);
  add ("key/unanswered", NULL, test_key_unanswered);
  add ("key/empty-step", NULL, test_key_empty_step);

  add ("log", NULL, test_log);

  return g_test_run ();
}
