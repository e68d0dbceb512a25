/* test-lane.c: a service with a store that blocks, and with one that does not
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fake-bus.h"
#include "stage.h"
#include "usher-intake-private.h"
#include "usher-sqlite-store.h"
#include "usher-test-base.h"
#include "usher-upkeep-private.h"
#include "watched-store.h"

#define TIME     STAGE_TIME
#define ID       "aaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_ID "bbbbbbbbbbbbbbbbbbbbbbbb"
#define WAIT     (5 * G_TIME_SPAN_SECOND)

/* threads and queue of a pool that nobody has set */
#define N_THREADS 4
#define MAX_QUEUE 64

typedef struct
{
  char *directory;
  gboolean blocks;
  UsherSettings *settings;
  UsherManualClock *clock;
  UsherSessions *sessions;
  UsherRouter *router;
  UsherWorkers *workers;
  UsherSolitude *solitude;
  UsherLane *lane;
  FakeBus *bus;
  WatchedStore *store;
  int n_runs;      /* (atomic) */
  int n_answers;   /* (atomic) */
  int may_go;      /* (atomic) */
  int is_closed;   /* (atomic) */
  gpointer ran_on; /* (atomic): the thread of the last handler */
} Fixture;

static void
note_run (Fixture *fixture)
{
  g_atomic_pointer_set (&fixture->ran_on, g_thread_self ());
  g_atomic_int_inc (&fixture->n_runs);
}

static gboolean
on_get (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = NULL;

  note_run (fixture);
  while (!g_atomic_int_get (&fixture->may_go))
    g_thread_yield ();

  return usher_unit_lookup (unit, "things", ID, &document, error);
}

static gboolean
on_post (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "things", error);

  note_run (data);
  if (document == NULL)
    return FALSE;

  usher_reply_set_status (reply, 201);
  usher_unit_publish (unit, "said", "{}");

  return usher_unit_insert (unit, document, error);
}

static gboolean
on_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  note_run (data);

  return TRUE;
}

/* nothing to commit, and a step behind that */
static gboolean
on_then (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  if (!on_get (request, unit, reply, data, error))
    return FALSE;

  usher_unit_then (unit, on_step, data, NULL);

  return TRUE;
}

static gboolean
on_wait (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = NULL;

  note_run (data);
  if (!usher_unit_lookup (unit, "things", ID, &document, error))
    return FALSE;

  return document != NULL || usher_unit_wait_for (unit, "things", ID, WAIT, error);
}

static gboolean
on_wait_for_query (UsherRequest *request,
                   UsherUnit *unit,
                   UsherReply *reply,
                   gpointer data,
                   GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");

  note_run (data);
  usher_query_equal (query, "name", "gold");

  return usher_unit_has_waited (unit) || usher_unit_wait_for_query (unit, query, WAIT, error);
}

static gboolean
on_said (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = NULL;

  note_run (data);

  return usher_unit_lookup (unit, "things", ID, &document, error);
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  note_run (data);

  return TRUE;
}

static UsherDeclarations *
declare (Fixture *fixture)
{
  static const UsherField fields[] = {
    { "name", USHER_FIELD_STRING, USHER_FIELD_NONE, 0, 0, NULL },
  };
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRequestHandler handler;
  } routes[] = {
    { "GET", "/thing", on_get }, { "POST", "/thing", on_post },
    { "GET", "/wait", on_wait }, { "GET", "/wait-for-query", on_wait_for_query },
    { "GET", "/then", on_then },
  };
  UsherDeclarations *declarations = usher_declarations_new ("stage");
  g_autoptr (GError) error = NULL;

  usher_declarations_add_schema (declarations,
                                 usher_schema_new ("things", fields, G_N_ELEMENTS (fields), &error),
                                 &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    usher_declarations_add_endpoint (declarations,
                                     usher_endpoint_new (usher_route_new ("stage",
                                                                          routes[i].method,
                                                                          routes[i].pattern,
                                                                          USHER_ROUTE_NONE),
                                                         routes[i].handler,
                                                         fixture,
                                                         NULL));
  usher_declarations_add_listener (
      declarations, usher_listener_new ("said", "stage-service", on_said, fixture, NULL), &error);
  g_assert_no_error (error);
  usher_declarations_add_alarm (declarations,
                                usher_alarm_new ("ring", on_ring, fixture, NULL),
                                &error);
  g_assert_no_error (error);

  return declarations;
}

static UsherStore *
open_store (const char *service,
            const char *uri,
            const UsherStoreOptions *options,
            gpointer user_data,
            GError **error)
{
  Fixture *fixture = user_data;
  g_autofree char *path = g_strdup_printf ("%s/%s.db", fixture->directory, service);
  g_autoptr (UsherStore) inner =
      usher_sqlite_store_new (path, USHER_CLOCK (fixture->clock), NULL, error);

  g_assert_nonnull (inner);
  fixture->store = WATCHED_STORE (watched_store_new (inner, fixture->blocks));

  return USHER_STORE (g_object_ref (fixture->store));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  UsherLaneGround ground = { .open_store = open_store, .user_data = fixture };
  g_autoptr (UsherDeclarations) declarations = declare (fixture);
  g_autofree char *key_file = NULL;
  g_autoptr (GError) error = NULL;

  fixture->blocks = GPOINTER_TO_INT (data);
  fixture->may_go = TRUE;
  fixture->directory = g_dir_make_tmp ("usher-lane-XXXXXX", &error);
  key_file = g_build_filename (fixture->directory, "session.key", NULL);
  fixture->settings = usher_settings_new ();
  usher_host_declare_settings (fixture->settings, &error);
  fixture->clock = usher_manual_clock_new (TIME);
  fixture->sessions =
      usher_sessions_new (key_file, G_TIME_SPAN_HOUR, USHER_CLOCK (fixture->clock), &error);
  fixture->router = usher_router_new (fixture->sessions, 1024);
  fixture->workers = usher_workers_new ("workers", 1, &error);
  fixture->bus = fake_bus_new ();
  fake_bus_hold (fixture->bus);

  fixture->solitude = usher_solitude_new ();
  ground.directory = fixture->directory;
  ground.settings = fixture->settings;
  ground.clock = USHER_CLOCK (fixture->clock);
  ground.workers = fixture->workers;
  ground.solitude = fixture->solitude;
  fixture->lane = usher_lane_new (declarations, &ground);
  usher_intake_add_routes (fixture->lane, fixture->router, fixture->router, &error);
  usher_lane_open (fixture->lane, USHER_BUS (fixture->bus), &error);
  usher_upkeep_start (fixture->lane, TRUE, &error);
  usher_intake_subscribe (fixture->lane, USHER_BUS (fixture->bus), &error);
  g_assert_no_error (error);
  watched_store_begin (fixture->store);
}

static gboolean
is_idle (Fixture *fixture)
{
  return usher_running_get_n_open (usher_lane_get_running (fixture->lane)) == 0;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  usher_test_until (is_idle (fixture));
  usher_ticker_stop (usher_lane_get_ticker (fixture->lane));
  usher_bus_close (USHER_BUS (fixture->bus), 0, &error);
  usher_lane_close (fixture->lane, &error);
  g_assert_no_error (error);
  usher_workers_free (fixture->workers);
  usher_solitude_free (fixture->solitude);
  g_clear_object (&fixture->router);
  usher_lane_free (fixture->lane);
  g_assert_finalize_object (fixture->bus);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->settings);
  g_assert_finalize_object (fixture->clock);
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->directory);
}

static void
on_answer (UsherExchange *exchange, gpointer user_data)
{
  g_atomic_int_inc (&((Fixture *) user_data)->n_answers);
}

/* Brings a request, as a front's thread would; (transfer full): its reply. @key: (nullable) */
static UsherReply *
bring (Fixture *fixture, const char *method, const char *path, const char *key)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, path);
  g_autoptr (UsherSession) session =
      usher_sessions_begin (fixture->sessions, ID, "somebody@example.org");
  UsherExchange *exchange = usher_exchange_new (request, on_answer, fixture);
  UsherReply *reply = g_object_ref (usher_exchange_get_reply (exchange));

  usher_request_set_session (request, session);
  if (key != NULL)
    usher_request_add_header (request, "Idempotency-Key", key);
  usher_router_run (fixture->router, exchange);

  return reply;
}

static void
bring_event (Fixture *fixture, gboolean redelivered)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (UsherEvent) event =
      usher_event_new_full (id, "said", 1, TIME, NULL, NULL, NULL, "{}", 2);

  fake_bus_deliver (fixture->bus, event, 1, redelivered);
}

#define await_answers(fixture, n) usher_test_until (g_atomic_int_get (&(fixture)->n_answers) == (n))

/* Nothing was read on this thread, which is a front's and the bus's, nor on the one that tells of commits. */
static void
assert_apart (Fixture *fixture)
{
  GThread *teller = watched_store_get_thread (fixture->store);

  g_assert_cmpuint (watched_store_count_on (fixture->store, NULL, g_thread_self ()), ==, 0);
  if (teller != NULL)
    g_assert_cmpuint (watched_store_count_on (fixture->store, NULL, teller), ==, 0);
  g_assert_true (g_atomic_pointer_get (&fixture->ran_on) != g_thread_self ());
  g_assert_true (g_atomic_pointer_get (&fixture->ran_on) != teller);
}

static void
test_here (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;

  g_test_summary ("A store that does not block is read, and its handlers run, where requests and "
                  "events come in");

  first = bring (fixture, "GET", "/thing", NULL);
  g_assert_cmpint (fixture->n_answers, ==, 1);
  g_assert_cmpuint (watched_store_count_on (fixture->store, "lookup", g_thread_self ()), ==, 1);

  bring_event (fixture, TRUE);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  g_assert_cmpuint (watched_store_count_on (fixture->store, "was-applied", g_thread_self ()),
                    ==,
                    1);

  second = bring (fixture, "POST", "/thing", "key");
  g_assert_cmpuint (watched_store_count_on (fixture->store, "lookup-request", g_thread_self ()),
                    ==,
                    1);
  g_assert_true (fixture->ran_on == g_thread_self ());
  await_answers (fixture, 2);
  g_assert_cmpuint (usher_reply_get_status (second), ==, 201);
}

static void
test_request (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A store that blocks is not read on the thread that has the request");

  reply = bring (fixture, "GET", "/thing", NULL);
  await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup"), ==, 1);
  assert_apart (fixture);
}

static void
test_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;

  g_test_summary (
      "Nor is its Idempotency-Key looked up there, and the second request gets the first answer");

  first = bring (fixture, "POST", "/thing", "key");
  await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (first), ==, 201);

  second = bring (fixture, "POST", "/thing", "key");
  await_answers (fixture, 2);
  g_assert_cmpuint (usher_reply_get_status (second), ==, 201);
  g_assert_cmpint (fixture->n_runs, ==, 1);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup-request"), ==, 2);
  assert_apart (fixture);
}

static void
test_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary ("Neither the inbox is asked nor a listener run on the bus's thread");

  bring_event (fixture, TRUE);
  answer = fake_bus_await_answer (fixture->bus);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
  g_assert_cmpuint (watched_store_count (fixture->store, "was-applied"), ==, 1);
  g_assert_cmpuint (watched_store_count (fixture->store, "lookup"), ==, 1);
  assert_apart (fixture);
}

static void
test_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = bring (fixture, "GET", "/wait", NULL);
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

  await_answers (fixture, 1);
  g_assert_cmpuint (usher_reply_get_status (reply), ==, 200);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  assert_apart (fixture);
}

static gboolean
is_waiting (Fixture *fixture, int n_runs)
{
  return g_atomic_int_get (&fixture->n_runs) == n_runs &&
         usher_waiters_get_n (usher_lane_get_waiters (fixture->lane)) == 1;
}

static void
test_watch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = bring (fixture, "GET", "/wait", NULL);

  g_test_summary ("Who waits looks again when others change that document, or nobody knows which");

  usher_test_until (is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", OTHER_ID);
  g_assert_true (is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", ID);
  usher_test_until (is_waiting (fixture, 2));
  watched_store_tell (fixture->store, NULL, NULL);
  usher_test_until (is_waiting (fixture, 3));

  usher_manual_clock_advance (fixture->clock, WAIT);
  await_answers (fixture, 1);
}

static void
test_watch_query (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = bring (fixture, "GET", "/wait-for-query", NULL);

  g_test_summary ("Who waits for a query looks again when others change any of the collection");

  usher_test_until (is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "thing", ID);
  g_assert_true (is_waiting (fixture, 1));
  watched_store_tell (fixture->store, "things", OTHER_ID);
  usher_test_until (is_waiting (fixture, 2));
  watched_store_tell (fixture->store, NULL, NULL);
  usher_test_until (is_waiting (fixture, 3));

  usher_manual_clock_advance (fixture->clock, WAIT);
  await_answers (fixture, 1);
}

static void
test_timer (Fixture *fixture, gconstpointer data)
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
  assert_apart (fixture);
}

static void
test_outbox (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  guint n = 4097;

  g_test_summary (
      "What the relay had no room for is not read on the bus's thread when there is some");

  for (guint i = 0; i < n; i++)
    {
      g_clear_object (&reply);
      reply = bring (fixture, "POST", "/thing", NULL);
      if (i % MAX_QUEUE == 0)
        await_answers (fixture, (int) i + 1);
    }
  await_answers (fixture, (int) n);
  fake_bus_await_published (fixture->bus, n - 1);
  watched_store_begin (fixture->store);

  for (guint i = 0; i < n - 1; i++)
    fake_bus_confirm (fixture->bus, NULL);
  fake_bus_await_published (fixture->bus, n);
  g_assert_cmpuint (watched_store_count (fixture->store, "list-outbox"), >, 0);
  assert_apart (fixture);
}

static void
test_full (Fixture *fixture, gconstpointer data)
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
      g_ptr_array_add (replies, bring (fixture, "GET", "/thing", NULL));
      usher_test_until (g_atomic_int_get (&fixture->n_runs) == (int) i + 1);
    }
  for (guint i = N_THREADS; i < n; i++)
    g_ptr_array_add (replies, bring (fixture, "GET", "/thing", NULL));
  g_assert_cmpint (fixture->n_answers, ==, 0);

  refused = bring (fixture, "GET", "/thing", NULL);
  g_assert_cmpint (fixture->n_answers, ==, 1);
  g_assert_cmpuint (usher_reply_get_status (refused), ==, 503);
  g_assert_nonnull (usher_reply_get_header (refused, "Retry-After"));
  g_assert_cmpuint (usher_lane_get_count (fixture->lane, USHER_COUNT_REFUSED), ==, 1);

  bring_event (fixture, FALSE);
  g_assert_cmpuint (fake_bus_get_n_answers (fixture->bus), ==, 0);

  g_atomic_int_set (&fixture->may_go, TRUE);
  await_answers (fixture, (int) n + 1);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (usher_reply_get_status (g_ptr_array_index (replies, i)), ==, 200);
  answer = fake_bus_await_answer (fixture->bus);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
  assert_apart (fixture);
}

static gpointer
close_lane (gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (usher_lane_close (fixture->lane, NULL));
  g_atomic_int_set (&fixture->is_closed, TRUE);

  return NULL;
}

static void
test_late (Fixture *fixture, gconstpointer data)
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
    g_ptr_array_add (replies, bring (fixture, late[i].method, late[i].path, NULL));
  usher_test_until (g_atomic_int_get (&fixture->n_runs) == G_N_ELEMENTS (late));
  thread = g_thread_new ("closes", close_lane, fixture);
  usher_test_until (g_atomic_int_get (&fixture->is_closed));
  g_atomic_int_set (&fixture->may_go, TRUE);
  await_answers (fixture, G_N_ELEMENTS (late));
  for (guint i = 0; i < replies->len; i++)
    g_assert_cmpuint (usher_reply_get_status (g_ptr_array_index (replies, i)), ==, 503);
  g_thread_join (thread);
}

static void
add (const char *name, gboolean blocks, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/lane/", name, NULL);

  g_test_add (path, Fixture, GINT_TO_POINTER (blocks), set_up, test, tear_down);
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
  add ("blocks/outbox", TRUE, test_outbox);
  add ("blocks/full", TRUE, test_full);
  add ("blocks/late", TRUE, test_late);

  return g_test_run ();
}
