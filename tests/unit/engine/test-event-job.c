/* test-event-job.c: events, from the delivery to its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct
{
  Stage stage;
  int n_runs;      /* (atomic) */
  int n_steps;     /* (atomic) */
  int n_early;     /* (atomic): runs of “early” */
  int fails;       /* an UsherError, -1: not */
  int inside;      /* (atomic): a handler of “first” is in its step of the commit */
  int step_fails;  /* (atomic) */
  gboolean silent; /* fails without an error */
} Fixture;

static gboolean
add_one (UsherUnit *unit, GError **error)
{
  g_autoptr (UsherDocument) document = stage_count_up (unit, ID, error);

  return document != NULL;
}

static gboolean
on_plain (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  if (fixture->silent)
    return FALSE;
  if (fixture->fails >= 0)
    {
      g_set_error (error, USHER_ERROR, fixture->fails, "not like this");
      return FALSE;
    }

  return add_one (unit, error);
}

/* loses its race each time */
static gboolean
on_racing (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  if (!add_one (unit, error))
    return FALSE;

  stage_bump (&fixture->stage, ID);

  return TRUE;
}

/* comes too early until the document is there */
static gboolean
on_early (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = NULL;

  g_atomic_int_inc (&fixture->n_early);
  if (!usher_unit_lookup (unit, "things", ID, &document, error))
    return FALSE;

  return document != NULL ? add_one (unit, error)
                          : usher_unit_defer (unit, error, "thing %s is not there", ID);
}

static gboolean
on_first (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "things", error);

  if (document == NULL)
    return FALSE;

  usher_document_set_id (document, ID);
  usher_document_set_string (document, "name", "first");

  return usher_unit_insert (unit, document, error);
}

static gboolean
run_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_assert_null (reply);
  g_atomic_int_inc (&fixture->n_steps);
  if (g_atomic_int_get (&fixture->step_fails))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "the step stumbled");
      return FALSE;
    }

  return add_one (unit, error);
}

static gboolean
on_steps (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_runs);
  usher_unit_then (unit, run_step, fixture, NULL);

  return add_one (unit, error);
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_listener (context, "plain", NULL, on_plain, data, NULL);
  usher_context_add_listener (context, "racing", NULL, on_racing, data, NULL);
  usher_context_add_listener (context, "early", NULL, on_early, data, NULL);
  usher_context_add_listener (context, "first", NULL, on_first, data, NULL);
  usher_context_add_listener (context, "steps", NULL, on_steps, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->fails = -1;
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static FakeAnswer *
give (Fixture *fixture, const char *channel, guint attempt)
{
  g_autoptr (UsherEvent) event = stage_event_new (channel, 1, "{}");

  fake_bus_deliver (fixture->stage.bus, event, attempt, FALSE);

  return fake_bus_await_answer (fixture->stage.bus);
}

static void
assert_answer (Fixture *fixture, const char *channel, UsherAnswerKind kind)
{
  g_autoptr (FakeAnswer) answer = give (fixture, channel, 1);

  g_assert_cmpint (answer->kind, ==, kind);
}

static void
test_ack (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An event is acknowledged once what it changed is committed");

  stage_insert (&fixture->stage, ID, "a", 0);
  assert_answer (fixture, "plain", USHER_ANSWER_ACK);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = stage_event_new ("plain", 1, "{}");

  g_test_summary ("An event that was applied changes nothing when it comes again, marked or not");

  stage_insert (&fixture->stage, ID, "a", 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FakeAnswer) answer = NULL;

      fake_bus_deliver (fixture->stage.bus, event, 1, i == 1);
      answer = fake_bus_await_answer (fixture->stage.bus);
      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
    }
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
  /* one that is marked does not even reach the handler */
  g_assert_cmpint (fixture->n_runs, ==, 2);
}

static void
test_nak (Fixture *fixture, gconstpointer data)
{
  static const int codes[] = { USHER_ERROR_FAILED, USHER_ERROR_INVALID, USHER_ERROR_NOT_FOUND };
  gint64 delay = 0;

  g_test_summary ("An event that fails is given back with its reason, each time for longer");

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (FakeAnswer) answer = NULL;

      fixture->fails = codes[i];
      answer = give (fixture, "plain", i + 1);
      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_NAK);
      g_assert_cmpstr (answer->reason, ==, "not like this");
      g_assert_cmpint (answer->delay, >, delay);
      delay = answer->delay;
    }
}

static void
test_silent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary ("A handler that fails without an error gives the event back");

  fixture->silent = TRUE;
  answer = give (fixture, "plain", 1);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_NAK);
  g_assert_nonnull (answer->reason);
}

static void
test_not_to_blame (Fixture *fixture, gconstpointer data)
{
  static const int codes[] = {
    USHER_ERROR_UNAVAILABLE, USHER_ERROR_FULL, USHER_ERROR_CONFLICT, USHER_ERROR_TAKEN
  };

  g_test_summary ("What is not the event's fault counts no attempt");

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      fixture->fails = codes[i];
      assert_answer (fixture, "plain", USHER_ANSWER_DEFER);
    }
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A race that is always lost is a deferral in the end");

  stage_insert (&fixture->stage, ID, "a", 0);
  assert_answer (fixture, "racing", USHER_ANSWER_DEFER);
  g_assert_cmpint (fixture->n_runs, ==, 17);
}

static void
test_defer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary ("An event that is too early goes back to the bus when nothing is under way");

  answer = give (fixture, "early", 1);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_DEFER);
  g_assert_nonnull (strstr (answer->reason, ID));
  g_assert_cmpint (fixture->n_early, ==, 1);
}

/* holds up the store's thread until it is told */
static void
on_hold (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_atomic_int_set (&fixture->inside, 1);
  usher_test_until (g_atomic_int_get (&fixture->inside) == 2);
}

static void
hold_store (Fixture *fixture)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  usher_unit_schedule (unit, "nobody", "hold", STAGE_TIME * 2, NULL);
  usher_store_commit (stage_get_store (&fixture->stage),
                      usher_unit_get_commit (unit),
                      on_hold,
                      fixture);
  usher_test_until (g_atomic_int_get (&fixture->inside) == 1);
}

static void
test_defer_here (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) first = stage_event_new ("first", 1, "{}");
  g_autoptr (UsherEvent) early = stage_event_new ("early", 2, "{}");

  g_test_summary (
      "An event that is too early is tried again after the one that is being committed");

  hold_store (fixture);
  fake_bus_deliver (fixture->stage.bus, first, 1, FALSE);
  fake_bus_deliver (fixture->stage.bus, early, 1, FALSE);
  g_assert_cmpint (fixture->n_early, ==, 1);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->stage.bus), ==, 0);

  g_atomic_int_set (&fixture->inside, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FakeAnswer) answer = fake_bus_await_answer (fixture->stage.bus);

      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
    }
  g_assert_cmpint (fixture->n_early, ==, 2);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
}

static void
test_steps (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The step of an event runs before the acknowledgement, without a reply");

  stage_insert (&fixture->stage, ID, "a", 0);
  assert_answer (fixture, "steps", USHER_ANSWER_ACK);
  g_assert_cmpint (fixture->n_steps, ==, 1);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 2);
}

static void
test_step_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = stage_event_new ("steps", 1, "{}");
  g_autoptr (FakeAnswer) first = NULL;
  g_autoptr (FakeAnswer) second = NULL;

  g_test_summary ("A step that fails gives the event back; what it follows is not done twice");

  stage_insert (&fixture->stage, ID, "a", 0);
  fixture->step_fails = TRUE;
  fake_bus_deliver (fixture->stage.bus, event, 1, FALSE);
  first = fake_bus_await_answer (fixture->stage.bus);
  g_assert_cmpint (first->kind, ==, USHER_ANSWER_NAK);
  g_assert_cmpstr (first->reason, ==, "the step stumbled");

  fake_bus_deliver (fixture->stage.bus, event, 2, TRUE);
  second = fake_bus_await_answer (fixture->stage.bus);
  g_assert_cmpint (second->kind, ==, USHER_ANSWER_ACK);
  g_assert_cmpint (fixture->n_steps, ==, 1);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);
}

#define add(path, func) g_test_add ("/event/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("ack", test_ack);
  add ("again", test_again);
  add ("nak", test_nak);
  add ("silent", test_silent);
  add ("not-to-blame", test_not_to_blame);
  add ("conflict", test_conflict);
  add ("defer/bus", test_defer);
  add ("defer/here", test_defer_here);
  add ("steps/ack", test_steps);
  add ("steps/failure", test_step_failure);

  return g_test_run ();
}
