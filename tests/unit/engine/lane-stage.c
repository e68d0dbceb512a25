/* lane-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "lane-stage.h"

#include "usher-intake-private.h"
#include "usher-sqlite-store.h"
#include "usher-upkeep-private.h"

static void
note_run (LaneStage *fixture)
{
  g_atomic_pointer_set (&fixture->ran_on, g_thread_self ());
  g_atomic_int_inc (&fixture->n_runs);
}

static gboolean
on_get (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  LaneStage *fixture = data;
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

/* reads nothing */
static gboolean
on_who (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  note_run (data);

  return TRUE;
}

static gboolean
on_sometimes (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer data,
              GError **error)
{
  LaneStage *fixture = data;
  g_autoptr (UsherDocument) document = NULL;

  note_run (fixture);

  return !fixture->reads || usher_unit_lookup (unit, "things", ID, &document, error);
}

static UsherDeclarations *
declare (LaneStage *fixture)
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
    { "GET", "/thing", on_get },           { "POST", "/thing", on_post },
    { "GET", "/wait", on_wait },           { "GET", "/wait-for-query", on_wait_for_query },
    { "GET", "/then", on_then },           { "GET", "/who", on_who },
    { "GET", "/sometimes", on_sometimes },
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
  LaneStage *fixture = user_data;
  g_autofree char *path = g_strdup_printf ("%s/%s.db", fixture->directory, service);
  g_autoptr (UsherStore) inner =
      usher_sqlite_store_new (path, USHER_CLOCK (fixture->clock), NULL, error);

  g_assert_nonnull (inner);
  fixture->store = WATCHED_STORE (watched_store_new (inner, fixture->blocks));

  return USHER_STORE (g_object_ref (fixture->store));
}

void
lane_stage_set_up (LaneStage *fixture, gconstpointer data)
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
  usher_settings_assign (fixture->settings, "stage.threads=4", "test", &error);
  usher_settings_assign (fixture->settings, "stage.queue=64", "test", &error);
  usher_lane_declare_settings (declarations, fixture->settings, &error);
  g_assert_no_error (error);
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

gboolean
lane_stage_is_idle (LaneStage *fixture)
{
  return usher_running_get_n_open (usher_lane_get_running (fixture->lane)) == 0;
}

void
lane_stage_tear_down (LaneStage *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  usher_test_until (lane_stage_is_idle (fixture));
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
  g_atomic_int_inc (&((LaneStage *) user_data)->n_answers);
}

UsherReply *
lane_stage_bring (LaneStage *fixture, const char *method, const char *path, const char *key)
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

void
lane_stage_bring_event (LaneStage *fixture, gboolean redelivered)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (UsherEvent) event =
      usher_event_new_full (id, "said", 1, TIME, NULL, NULL, NULL, "{}", 2);

  fake_bus_deliver (fixture->bus, event, 1, redelivered);
}

void
lane_stage_assert_read_apart (LaneStage *fixture)
{
  GThread *teller = watched_store_get_thread (fixture->store);

  g_assert_cmpuint (watched_store_count_on (fixture->store, NULL, g_thread_self ()), ==, 0);
  if (teller != NULL)
    g_assert_cmpuint (watched_store_count_on (fixture->store, NULL, teller), ==, 0);
}

void
lane_stage_assert_apart (LaneStage *fixture)
{
  GThread *teller = watched_store_get_thread (fixture->store);

  lane_stage_assert_read_apart (fixture);
  g_assert_true (g_atomic_pointer_get (&fixture->ran_on) != g_thread_self ());
  g_assert_true (g_atomic_pointer_get (&fixture->ran_on) != teller);
}

void
lane_stage_bring_many (LaneStage *fixture, const char *method, const char *path, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      int n_answers = g_atomic_int_get (&fixture->n_answers);
      g_autoptr (UsherReply) reply = lane_stage_bring (fixture, method, path, NULL);

      lane_stage_await_answers (fixture, n_answers + 1);
    }
}

gboolean
lane_stage_is_waiting (LaneStage *fixture, int n_runs)
{
  return g_atomic_int_get (&fixture->n_runs) == n_runs &&
         usher_waiters_get_n (usher_lane_get_waiters (fixture->lane)) == 1;
}
