/* test-copies.c: two hosts with one service and its one database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include "usher-error.h"
#include "usher-test-base.h"
#include "usher-test-json.h"

#define ID     "aaaaaaaaaaaaaaaaaaaaaaaa"
#define ALICE  "a11cea11cea11cea11cea11c"
#define NOBODY "0000000000000001"
#define EVENTS 100
#define TIMERS 20

typedef struct _Fixture Fixture;

typedef struct
{
  Fixture *fixture;
  Stage stage;
  int n_runs;   /* (atomic) */
  int n_rings;  /* (atomic) */
  int n_steps;  /* (atomic) */
  int n_losses; /* (atomic): how many steps still lose what they did */
  int is_raced; /* (atomic): the other copy gets the same request first */
} Copy;

/* The first has the lease. */
struct _Fixture
{
  Copy copies[2];
  int may_go; /* (atomic): what blocks goes on */
};

static Stage *
get_stage (Fixture *fixture, guint which)
{
  return &fixture->copies[which].stage;
}

static gboolean
on_wait (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = NULL;

  if (!usher_unit_lookup (unit, "things", ID, &document, error))
    return FALSE;
  if (document == NULL)
    return usher_unit_wait_for (unit, "things", ID, G_TIME_SPAN_HOUR, error);

  usher_reply_set_document (reply, document);
  return TRUE;
}

static gboolean
run_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Copy *copy = data;

  g_atomic_int_inc (&copy->n_steps);
  usher_test_until (g_atomic_int_get (&copy->fixture->may_go));
  usher_reply_set_status (reply, 201);
  if (g_atomic_int_get (&copy->n_losses) == 0)
    return TRUE;

  g_atomic_int_add (&copy->n_losses, -1);
  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the answer was lost");

  return FALSE;
}

static gboolean
insert_thing (UsherUnit *unit, UsherReply *reply, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "things", error);
  g_autofree char *name = g_uuid_string_random ();

  if (document == NULL)
    return FALSE;

  usher_document_set_string (document, "name", name);
  usher_reply_set_status (reply, 201);
  usher_reply_set_document (reply, document);

  return usher_unit_insert (unit, document, error);
}

static gboolean
on_steps (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_unit_then (unit, run_step, data, NULL);

  return insert_thing (unit, reply, error);
}

static UsherReply *
post (Copy *copy, const char *path)
{
  return stage_call (&copy->stage, "POST", path, ALICE, "key", "{}");
}

static gboolean
on_create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Copy *copy = data;

  g_atomic_int_inc (&copy->n_runs);
  if (g_atomic_int_compare_and_exchange (&copy->is_raced, TRUE, FALSE))
    {
      g_autoptr (UsherReply) first = post (&copy->fixture->copies[1], "/create");

      stage_assert_status (first, 201);
    }

  return insert_thing (unit, reply, error);
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  Copy *copy = data;

  g_atomic_int_inc (&copy->n_rings);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/wait", 0, on_wait, data, NULL);
  usher_context_add_route (context, "POST", "/create", 0, on_create, data, NULL);
  usher_context_add_route (context, "POST", "/steps", USHER_ROUTE_BLOCKING, on_steps, data, NULL);
  usher_context_add_timer (context, "ring", on_ring, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->may_go = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (fixture->copies); i++)
    {
      Copy *copy = &fixture->copies[i];

      copy->fixture = fixture;
      stage_init_shared (&copy->stage, i > 0 ? get_stage (fixture, 0) : NULL, declare, copy);
      stage_start (&copy->stage);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (get_stage (fixture, 1));
  stage_clear (get_stage (fixture, 0));
}

static void
publish (Stage *stage, guint n)
{
  g_autoptr (UsherUnit) unit = stage_begin (stage);
  g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", n);

  usher_unit_publish (unit, "things", payload);
  stage_commit (stage, unit);
}

static guint
count_outbox (Stage *stage)
{
  g_autoptr (GPtrArray) events = usher_host_list_outbox (stage->host, "stage", NULL);

  return events != NULL ? events->len : G_MAXUINT;
}

static void
assert_published (Stage *stage, guint first, guint n)
{
  fake_bus_await_published (stage->bus, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *expected = g_strdup_printf ("{\"n\":%u}", first + i);

      g_assert_cmpstr (fake_bus_get_payload (stage->bus, i), ==, expected);
    }
}

/* of the event that was published as the @index-th */
static guint
read_number (Stage *stage, guint index)
{
  g_autoptr (JsonNode) payload = usher_test_json_read (fake_bus_get_payload (stage->bus, index));

  return (guint) usher_test_json_get_integer (payload, "n");
}

static void
test_outbox (Fixture *fixture, gconstpointer data)
{
  Stage *holder = get_stage (fixture, 0);
  Stage *other = get_stage (fixture, 1);

  g_test_summary ("One copy sends the events of both, in the order of their commits");

  for (guint i = 0; i < EVENTS; i++)
    publish (get_stage (fixture, i % 3 % 2), i);

  assert_published (holder, 0, EVENTS);
  g_assert_cmpuint (fake_bus_get_n_published (other->bus), ==, 0);
  g_assert_true (usher_relay_is_idle (usher_lane_get_relay (other->lane)));
  usher_test_until (count_outbox (holder) == 0);
  g_assert_cmpuint (fake_bus_get_n_published (holder->bus), ==, EVENTS);
}

static void
test_outbox_take_over (Fixture *fixture, gconstpointer data)
{
  Stage *holder = get_stage (fixture, 0);
  Stage *other = get_stage (fixture, 1);
  guint first = 0;

  g_test_summary (
      "When the copy that sends the events ends, the other begins where nothing is confirmed");

  fake_bus_hold (holder->bus);
  for (guint i = 0; i < EVENTS; i++)
    publish (get_stage (fixture, i % 2), i);
  fake_bus_await_published (holder->bus, EVENTS);
  for (guint i = 0; i < 10; i++)
    fake_bus_confirm (holder->bus, NULL);
  g_assert_cmpuint (fake_bus_get_n_published (other->bus), ==, 0);

  usher_host_stop (holder->host, 0, NULL);
  fake_bus_await_published (other->bus, EVENTS - 10);
  first = read_number (other, 0);
  g_assert_cmpuint (first, <=, 10);
  assert_published (other, first, EVENTS - first);
  publish (other, EVENTS);
  assert_published (other, first, EVENTS + 1 - first);
  usher_test_until (count_outbox (other) == 0);
}

static void
test_lost_lease (Fixture *fixture, gconstpointer data)
{
  Stage *holder = get_stage (fixture, 0);
  Stage *other = get_stage (fixture, 1);
  g_autoptr (GError) full = g_error_new_literal (USHER_ERROR, USHER_ERROR_FULL, "no room");

  g_test_summary ("What the bus still says to a copy that has lost the lease changes nothing");

  fake_bus_hold (holder->bus);
  fake_bus_hold (other->bus);
  for (guint i = 0; i < 3; i++)
    publish (holder, i);

  /* as if it had been stopped for a while; it may be first to take it again */
  do
    usher_store_release_lease (stage_get_store (holder));
  while (!usher_store_hold_lease (stage_get_store (other)));
  assert_published (other, 0, 3);
  usher_test_until (usher_relay_is_idle (usher_lane_get_relay (holder->lane)));
  fake_bus_confirm (holder->bus, NULL);
  fake_bus_confirm (holder->bus, full);
  fake_bus_confirm (holder->bus, NULL);
  g_assert_cmpuint (count_outbox (holder), ==, 3);

  for (guint i = 0; i < 3; i++)
    fake_bus_confirm (other->bus, NULL);
  usher_test_until (count_outbox (holder) == 0);
}

static void
set_timers (Fixture *fixture)
{
  for (guint i = 0; i < TIMERS; i++)
    {
      Stage *stage = get_stage (fixture, i % 2);
      g_autoptr (UsherUnit) unit = stage_begin (stage);
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (unit, "ring", key, STAGE_TIME + G_TIME_SPAN_MINUTE, NULL);
      stage_commit (stage, unit);
    }
}

static void
test_timers (Fixture *fixture, gconstpointer data)
{
  Stage *holder = get_stage (fixture, 0);

  g_test_summary ("A timer fires once, in one copy, whichever set it");

  set_timers (fixture);
  stage_turn (holder, G_TIME_SPAN_MINUTE);
  usher_test_until (stage_get_n_timers (holder, "ring") == 0);
  g_assert_cmpint (fixture->copies[0].n_rings, ==, TIMERS);
  g_assert_cmpint (fixture->copies[1].n_rings, ==, 0);
  g_assert_cmpint (usher_host_run_timers (get_stage (fixture, 1)->host, NULL), ==, 0);
}

static void
test_timers_heard (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (get_stage (fixture, 1));

  g_test_summary ("A timer that the other copy sets and that is due is fired at once");

  usher_unit_schedule (unit, "ring", "k", STAGE_TIME, NULL);
  stage_commit (get_stage (fixture, 1), unit);
  usher_test_until (g_atomic_int_get (&fixture->copies[0].n_rings) == 1);
  usher_test_until (stage_get_n_timers (get_stage (fixture, 1), "ring") == 0);
}

static void
test_timers_take_over (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When the copy that fires the timers ends, the other fires them");

  set_timers (fixture);
  stage_stop (get_stage (fixture, 0));
  stage_turn (get_stage (fixture, 1), G_TIME_SPAN_MINUTE);
  usher_test_until (stage_get_n_timers (get_stage (fixture, 1), "ring") == 0);
  g_assert_cmpint (fixture->copies[0].n_rings, ==, 0);
  g_assert_cmpint (fixture->copies[1].n_rings, ==, TIMERS);
}

static void
test_wait (Fixture *fixture, gconstpointer data)
{
  GThread *call = stage_call_async (get_stage (fixture, 1), "/wait");
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who waits for a document is woken when another copy commits it");

  usher_test_until (stage_get_n_waiters (get_stage (fixture, 1)) == 1);
  stage_insert (get_stage (fixture, 0), ID, "thing", 1);
  reply = stage_join (call);
  stage_assert_status (reply, 200);
}

static gpointer
post_steps (gpointer data)
{
  return post (data, "/steps");
}

static void
test_key_running (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) third = NULL;

  g_test_summary (
      "A key whose request still runs in another copy is refused with 409, and answered after");

  fixture->may_go = FALSE;
  thread = g_thread_new ("post", post_steps, &fixture->copies[0]);
  usher_test_until (g_atomic_int_get (&fixture->copies[0].n_steps) == 1);
  second = post (&fixture->copies[1], "/steps");
  stage_assert_status (second, 409);

  g_atomic_int_set (&fixture->may_go, TRUE);
  first = stage_join (thread);
  stage_assert_status (first, 201);
  third = post (&fixture->copies[1], "/steps");
  stage_assert_status (third, 201);
  g_assert_cmpint (fixture->copies[1].n_steps, ==, 0);
}

static void
test_key_race (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  g_test_summary (
      "Of two copies that get one request at the same time both give the answer of one");

  fixture->copies[0].is_raced = TRUE;
  first = post (&fixture->copies[0], "/create");
  second = post (&fixture->copies[1], "/create");
  stage_assert_status (first, 201);
  one = stage_dup_body (first);
  two = stage_dup_body (second);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 1);
  g_assert_cmpint (fixture->copies[1].n_runs, ==, 1);
}

/* what a process leaves that dies between two steps, of the request that post() makes */
static void
leave_key (Fixture *fixture, const char *path)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (UsherUnit) unit = stage_begin (get_stage (fixture, 1));
  g_autofree char *text = g_strconcat (path, "\n{}", NULL);

  g_checksum_update (checksum, (const guchar *) text, -1);
  usher_commit_take_request (usher_unit_get_commit (unit),
                             usher_request_record_new (ALICE ":key",
                                                       g_checksum_get_string (checksum),
                                                       NOBODY));
  usher_unit_publish (unit, "things", "{}");
  stage_commit (get_stage (fixture, 1), unit);
}

static void
test_key_dead (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key that a dead copy left without an answer runs the handler, once");

  leave_key (fixture, "/create");
  for (guint i = 0; i < G_N_ELEMENTS (fixture->copies); i++)
    {
      g_autoptr (UsherReply) reply = post (&fixture->copies[i], "/create");

      stage_assert_status (reply, 201);
    }
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 1);
  g_assert_cmpint (fixture->copies[1].n_runs, ==, 0);
}

static void
test_key_lost (Fixture *fixture, gconstpointer data)
{
  Copy *copies = fixture->copies;
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) third = NULL;

  g_test_summary (
      "A key whose answer was lost in one copy runs the handler in any, and its answer counts");

  copies[0].n_losses = 1;
  first = post (&copies[0], "/steps");
  stage_assert_status (first, 503);
  second = post (&copies[1], "/steps");
  stage_assert_status (second, 201);
  third = post (&copies[0], "/steps");
  stage_assert_status (third, 201);
  g_assert_cmpint (copies[0].n_steps, ==, 1);
  g_assert_cmpint (copies[1].n_steps, ==, 1);
}

static void
test_key_lost_twice (Fixture *fixture, gconstpointer data)
{
  Copy *copies = fixture->copies;
  GThread *thread = NULL;
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) third = NULL;

  g_test_summary ("Who takes a key over has it: another copy is refused meanwhile");

  copies[0].n_losses = 1;
  first = post (&copies[0], "/steps");
  stage_assert_status (first, 503);
  fixture->may_go = FALSE;
  thread = g_thread_new ("post", post_steps, &copies[1]);
  usher_test_until (g_atomic_int_get (&copies[1].n_steps) == 1);
  third = post (&copies[0], "/steps");
  stage_assert_status (third, 409);
  g_atomic_int_set (&fixture->may_go, TRUE);
  second = stage_join (thread);
  stage_assert_status (second, 201);
}

#define add(path, func) g_test_add ("/copies/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("outbox/order", test_outbox);
  add ("outbox/take-over", test_outbox_take_over);
  add ("outbox/lost-lease", test_lost_lease);
  add ("timers/once", test_timers);
  add ("timers/heard", test_timers_heard);
  add ("timers/take-over", test_timers_take_over);
  add ("wait", test_wait);
  add ("key/running", test_key_running);
  add ("key/race", test_key_race);
  add ("key/dead", test_key_dead);
  add ("key/lost", test_key_lost);
  add ("key/lost-twice", test_key_lost_twice);

  return g_test_run ();
}
