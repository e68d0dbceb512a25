/* test-query-wait.c: requests that wait for a document of which they do not know the id
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

#define ID    "aaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbb"
#define WAIT  (5 * G_TIME_SPAN_SECOND)
#define BUSY  200

typedef struct
{
  Stage stages[2];  /* copies of one service; the first is asked */
  int n_runs;       /* (atomic) */
  int commits_late; /* (atomic): the document comes between reading and waiting */
  int insists;      /* (atomic): it waits, whatever it finds */
  int is_for_none;  /* (atomic): it waits until there is none */
  int count;        /* (atomic): it waits for one with this count, 0: it does not matter */
} Fixture;

/* by a range before the value */
static void
ask_for_count (UsherQuery **query, int count)
{
  usher_query_free (*query);
  *query = usher_query_new ("things");
  usher_query_at_least (*query, "count", 1);
  usher_query_equal_integer (*query, "count", count);
}

static gboolean
on_wait (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) found = NULL;
  gboolean is_there = FALSE;

  g_atomic_int_inc (&fixture->n_runs);
  usher_query_equal (query, "name", "gold");
  found = usher_unit_query (unit, query, error);
  if (found == NULL)
    return FALSE;

  if (g_atomic_int_compare_and_exchange (&fixture->commits_late, TRUE, FALSE))
    stage_insert (&fixture->stages[0], ID, "gold", 1);
  is_there = (found->len > 0) != g_atomic_int_get (&fixture->is_for_none);
  if (is_there && !g_atomic_int_get (&fixture->insists))
    return TRUE;
  if (g_atomic_int_get (&fixture->count) != 0)
    ask_for_count (&query, g_atomic_int_get (&fixture->count));
  if (!usher_unit_has_waited (unit))
    return usher_unit_wait_for_query (unit, query, WAIT, error);

  return usher_refuse (error, USHER_ERROR_NOT_FOUND, "it never came");
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/wait", 0, on_wait, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->stages); i++)
    {
      stage_init_shared (&fixture->stages[i], i > 0 ? &fixture->stages[0] : NULL, declare, fixture);
      stage_start (&fixture->stages[i]);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = G_N_ELEMENTS (fixture->stages); i > 0; i--)
    stage_clear (&fixture->stages[i - 1]);
}

static GThread *
begin_wait (Fixture *fixture)
{
  GThread *call = stage_call_async (&fixture->stages[0], "/wait");

  usher_test_until (stage_get_n_waiters (&fixture->stages[0]) == 1);

  return call;
}

static void
end_call (GThread *call, guint status)
{
  g_autoptr (UsherReply) reply = stage_join (call);

  stage_assert_status (reply, status);
}

static void
remove_thing (Fixture *fixture, const char *id)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stages[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) thing = usher_unit_find (unit, "things", id, &error);

  g_assert_no_error (error);
  usher_unit_remove (unit, thing, &error);
  g_assert_no_error (error);
  stage_commit (&fixture->stages[0], unit);
}

/* What is none of its business wakes it in no more than one of many commits: the other copy's start may be news still. */
static void
assert_sleeps (Fixture *fixture, const char *id)
{
  for (guint i = 0; i < 20; i++)
    {
      stage_bump (&fixture->stages[0], id);
      usher_test_until (stage_get_n_waiters (&fixture->stages[0]) == 1);
    }
  g_assert_cmpint (fixture->n_runs, <=, 2);
}

static void
test_woken (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("Who waits for a query is woken by what fulfils it, and by nothing else");

  call = begin_wait (fixture);
  stage_insert (&fixture->stages[0], OTHER, "silver", 0);
  assert_sleeps (fixture, OTHER);
  stage_insert (&fixture->stages[0], ID, "gold", 0);
  end_call (call, 200);
  g_assert_cmpint (fixture->n_runs, <=, 3);
}

static void
test_number (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("Who waits for a number is woken by it alone, whatever else the document has");

  fixture->count = 21;
  fixture->insists = TRUE;
  stage_insert (&fixture->stages[0], ID, "gold", 0);
  call = begin_wait (fixture);
  assert_sleeps (fixture, ID);
  fixture->insists = FALSE;
  stage_bump (&fixture->stages[0], ID);
  end_call (call, 200);
  g_assert_cmpint (fixture->n_runs, <=, 3);
}

static void
test_removed (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("A document that goes wakes who waits for those like it");

  fixture->is_for_none = TRUE;
  stage_insert (&fixture->stages[0], ID, "gold", 0);
  call = begin_wait (fixture);
  remove_thing (fixture, ID);
  end_call (call, 200);
}

static void
test_late (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A document that comes between reading and waiting is not missed");

  fixture->commits_late = TRUE;
  stage_assert_get (&fixture->stages[0], "/wait", 200);
  g_assert_cmpint (fixture->n_runs, >=, 2);
  g_assert_cmpint (fixture->n_runs, <=, 3);
}

static void
test_other_copy (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("What another copy of the service commits wakes too");

  call = begin_wait (fixture);
  stage_insert (&fixture->stages[1], ID, "gold", 0);
  end_call (call, 200);
}

static void
test_deadline (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("At the deadline the handler runs a last time");

  call = begin_wait (fixture);
  stage_turn (&fixture->stages[0], WAIT);
  end_call (call, 404);
  g_assert_cmpint (fixture->n_runs, >=, 2);
  g_assert_cmpint (fixture->n_runs, <=, 3);
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("However busy a collection is, who waits on looks again at growing intervals");

  fixture->insists = TRUE;
  stage_insert (&fixture->stages[0], ID, "gold", 0);
  call = begin_wait (fixture);
  for (guint i = 0; i < BUSY; i++)
    {
      stage_bump (&fixture->stages[i % 2], ID);
      usher_test_until (stage_get_n_waiters (&fixture->stages[0]) == 1);
    }
  /* the clock stands: the first run, four for nothing, and no more */
  g_assert_cmpint (fixture->n_runs, <=, 6);

  fixture->insists = FALSE;
  stage_turn (&fixture->stages[0], G_TIME_SPAN_SECOND);
  end_call (call, 200);
  g_assert_cmpint (fixture->n_runs, <=, 7);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  GThread *call = NULL;

  g_test_summary ("When the host stops who waits is answered");

  call = begin_wait (fixture);
  stage_restart (&fixture->stages[0]);
  end_call (call, 503);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/query-wait/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("woken", test_woken);
  ADD ("number", test_number);
  ADD ("removed", test_removed);
  ADD ("late", test_late);
  ADD ("other-copy", test_other_copy);
  ADD ("deadline", test_deadline);
  ADD ("busy", test_busy);
  ADD ("stop", test_stop);
#undef ADD

  return g_test_run ();
}
