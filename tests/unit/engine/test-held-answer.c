/* test-held-answer.c: answers that are decided, and given when others have followed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include <string.h>

#include "usher-error.h"
#include "usher-test-base.h"

#define ID    "aaaaaaaaaaaaaaaaaaaaaaaa"
#define ALICE "a11cea11cea11cea11cea11c"
#define HOLD  (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  Stage stage;
  int n_runs;  /* (atomic): of the handler */
  int n_looks; /* (atomic) */
  int n_freed; /* (atomic) */
} Fixture;

/* until the thing counts two */
static gboolean
look (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ID, error);

  g_assert_null (reply);
  g_atomic_int_inc (&fixture->n_looks);
  if (document == NULL)
    return FALSE;
  if (usher_document_get_integer (document, "count") < 2 && !usher_unit_has_waited (unit))
    return usher_unit_wait_for (unit, "things", ID, HOLD, error);

  return TRUE;
}

static void
note_freed (gpointer data)
{
  g_atomic_int_inc (&((Fixture *) data)->n_freed);
}

/* counts one, and holds the answer */
static gboolean
on_held (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = stage_count_up (unit, ID, error);

  g_atomic_int_inc (&fixture->n_runs);
  if (document == NULL)
    return FALSE;

  usher_reply_set_status (reply, 201);
  usher_reply_set_document (reply, document);
  usher_unit_hold_answer (unit, look, fixture, note_freed);

  return TRUE;
}

/* takes longer than the answer is held, and changes nothing */
static gboolean
run_long_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  stage_turn (&fixture->stage, 2 * HOLD);
  usher_reply_set_status (reply, 202);
  usher_unit_hold_answer (unit, look, fixture, note_freed);

  return TRUE;
}

static gboolean
on_long (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = stage_count_up (unit, ID, error);

  usher_unit_then (unit, run_long_step, data, NULL);

  return document != NULL;
}

/* has nothing to commit */
static gboolean
on_look (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_reply_set_status (reply, 204);
  usher_unit_hold_answer (unit, look, data, NULL);

  return TRUE;
}

static gboolean
change_and_fail (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = stage_count_up (unit, ID, error);

  g_assert_nonnull (document);
  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "cannot look");

  return FALSE;
}

static gboolean
on_blind (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_reply_set_status (reply, 201);
  usher_unit_hold_answer (unit, change_and_fail, data, NULL);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "POST", "/held", USHER_ROUTE_BLOCKING, on_held, data, NULL);
  usher_context_add_route (context, "POST", "/long", 0, on_long, data, NULL);
  usher_context_add_route (context, "POST", "/look", 0, on_look, data, NULL);
  usher_context_add_route (context, "POST", "/blind", 0, on_blind, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer setting)
{
  stage_init (&fixture->stage, declare, fixture, FALSE, setting);
  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, ID, "a", 0);
}

static void
tear_down (Fixture *fixture, gconstpointer setting)
{
  stage_clear (&fixture->stage);
}

static UsherReply *
post (Fixture *fixture, const char *path)
{
  return stage_call (&fixture->stage, "POST", path, ALICE, "k", "{}");
}

typedef struct
{
  Fixture *fixture; /* (unowned) */
  const char *path;
} Call;

static gpointer
run_call (gpointer data)
{
  g_autofree Call *call = data;

  return post (call->fixture, call->path);
}

/* a request whose answer is held */
static GThread *
begin (Fixture *fixture, const char *path)
{
  Call *call = g_new0 (Call, 1);
  GThread *thread = NULL;

  call->fixture = fixture;
  call->path = path;
  thread = g_thread_new ("call", run_call, call);
  usher_test_until (stage_get_n_waiters (&fixture->stage) == 1);

  return thread;
}

static void
end (GThread *thread, guint status)
{
  g_autoptr (UsherReply) reply = stage_join (thread);

  stage_assert_status (reply, status);
}

static void
test_followed (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/held");
  g_autoptr (UsherReply) first = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("An answer that is held is given when the look is content, as it was decided");

  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
  stage_bump (&fixture->stage, ID);
  first = stage_join (thread);
  stage_assert_status (first, 201);
  body = stage_dup_body (first);
  g_assert_nonnull (strstr (body, "\"count\":1"));
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_cmpint (fixture->n_looks, ==, 2);
  usher_test_until (g_atomic_int_get (&fixture->n_freed) == 1);
}

static void
test_repeated (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/held");
  g_autoptr (UsherReply) second = post (fixture, "/held");
  g_autoptr (UsherReply) first = NULL;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  g_test_summary ("Who repeats a request whose answer is held gets it, and so does the first");

  stage_assert_status (second, 201);
  stage_bump (&fixture->stage, ID);
  first = stage_join (thread);
  one = stage_dup_body (first);
  two = stage_dup_body (second);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpint (fixture->n_runs, ==, 1);
}

static void
test_deadline (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/held");

  g_test_summary ("At the deadline the answer is given all the same, and not before");

  stage_turn (&fixture->stage, HOLD - 1);
  usher_waiters_expire (usher_lane_get_waiters (fixture->stage.lane), FALSE);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);
  stage_turn (&fixture->stage, 1);
  end (thread, 201);
}

static void
test_long_step (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/long");

  g_test_summary (
      "What a step waits for counts from its beginning, however long the one before took");

  stage_turn (&fixture->stage, HOLD);
  end (thread, 202);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/held");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host that stops gives the answers that it holds");

  g_assert_true (usher_host_stop (fixture->stage.host, 10 * G_TIME_SPAN_SECOND, &error));
  g_assert_no_error (error);
  end (thread, 201);
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  GThread *thread = begin (fixture, "/held");
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Where no more may wait the answer is given at once");

  reply = stage_call (&fixture->stage, "POST", "/look", ALICE, NULL, "{}");
  stage_assert_status (reply, 204);
  g_assert_cmpuint (stage_get_n_waiters (&fixture->stage), ==, 1);
  stage_bump (&fixture->stage, ID);
  end (thread, 201);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = post (fixture, "/blind");

  g_test_summary ("A look that fails holds nothing, and what it changed is not committed");

  stage_assert_status (reply, 201);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, setting, func) \
  g_test_add ("/held-answer/" path, Fixture, setting, set_up, func, tear_down)
  add ("followed", NULL, test_followed);
  add ("repeated", NULL, test_repeated);
  add ("deadline", NULL, test_deadline);
  add ("long-step", NULL, test_long_step);
  add ("stop", NULL, test_stop);
  add ("full", "host.waiters=1", test_full);
  add ("failure", NULL, test_failure);
#undef add

  return g_test_run ();
}
