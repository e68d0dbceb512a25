/* test-admin.c: what operators see of a host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "admin-stage.h"
#include "usher-bus-metrics.h"
#include "usher-error.h"
#include "usher-test-base.h"
#include "usher-test-metrics.h"

static char *
get_metrics (AdminStage *stage)
{
  g_autofree char *text = admin_stage_get (stage, "/metrics");
  g_autofree char *fault = usher_test_metrics_find_fault (text);

  g_assert_cmpstr (fault, ==, NULL);

  return g_steal_pointer (&text);
}

#define ROUTE(method, route) "service=\"stage\",method=\"" method "\",route=\"" route "\""

static void
test_requests (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary (
      "Requests are counted by service, route, method and status, with their durations");

  stage_start (&stage->stage);
  for (guint i = 0; i < 3; i++)
    admin_stage_call (stage, "GET", "/things/17", NULL, 200);
  admin_stage_call (stage, "GET", "/refuse", NULL, 403);
  admin_stage_call (stage, "GET", "/nowhere", NULL, 404);
  admin_stage_call (stage, "PUT", "/refuse", NULL, 405);

  text = get_metrics (stage);
  usher_test_metrics_assert (
      text, "usher_requests_total{" ROUTE ("GET", "/things/:id") ",status=\"2xx\"}", 3);
  usher_test_metrics_assert (
      text, "usher_requests_total{" ROUTE ("GET", "/things/:id") ",status=\"4xx\"}", 0);
  usher_test_metrics_assert (text,
                             "usher_requests_total{" ROUTE ("GET", "/refuse") ",status=\"4xx\"}",
                             1);
  usher_test_metrics_assert (
      text, "usher_requests_total{service=\"\",method=\"\",route=\"\",status=\"4xx\"}", 2);
  usher_test_metrics_assert (
      text, "usher_request_duration_seconds_count{" ROUTE ("GET", "/things/:id") "}", 3);
  g_assert_cmpfloat (usher_test_metrics_get (
                         text,
                         "usher_request_duration_seconds_sum{" ROUTE ("GET", "/things/:id") "}"),
                     >,
                     0);
  usher_test_metrics_assert (text, "usher_ready", 1);
}

static void
test_jobs (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Races, kept answers and timers are counted, and what the store holds");

  stage_start (&stage->stage);
  stage_insert (&stage->stage, ADMIN_STAGE_ID, "gold", 1);
  g_atomic_int_set (&stage->n_races, 1);
  admin_stage_call (stage, "POST", "/bump", NULL, 200);
  admin_stage_call (stage, "POST", "/say", "key", 200);
  admin_stage_call (stage, "POST", "/say", "key", 200);
  g_assert_cmpint (usher_host_run_timers (stage->stage.host, &error), >=, 0);
  stage_turn (&stage->stage, G_TIME_SPAN_HOUR);
  g_assert_cmpint (usher_host_run_timers (stage->stage.host, &error), >=, 0);
  g_assert_no_error (error);

  text = get_metrics (stage);
  usher_test_metrics_assert (text, "usher_conflicts_total{service=\"stage\"}", 1);
  usher_test_metrics_assert (text, "usher_store_keep_inbox_seconds{service=\"stage\"}", 86400);
  usher_test_metrics_assert (text, "usher_store_keep_requests_seconds{service=\"stage\"}", 86400);
  usher_test_metrics_assert (text, "usher_repeated_requests_total{service=\"stage\"}", 1);
  usher_test_metrics_assert (text, "usher_timers_fired_total{service=\"stage\"}", 1);
  usher_test_metrics_assert (text, "usher_timers_failed_total{service=\"stage\"}", 1);
  g_assert_cmpfloat (usher_test_metrics_get (text, "usher_commits_total{service=\"stage\"}"), >, 4);
  g_assert_cmpfloat (usher_test_metrics_get (text, "usher_store_documents{service=\"stage\"}"),
                     >=,
                     0);
}

static void
give (AdminStage *stage, const char *id, int code)
{
  g_autoptr (UsherEvent) event = usher_event_new (id, "said", STAGE_TIME, "{}", -1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (usher_host_feed (stage->stage.host, "stage", NULL, event, &error), ==, code < 0);
  if (code >= 0)
    g_assert_error (error, USHER_ERROR, code);
}

static void
test_events_counted (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Events are counted by what became of them");

  stage_start (&stage->stage);
  give (stage, "01a20e0c-d40b-7000-ac30-000000000001", -1);
  give (stage, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_DEFER);
  give (stage, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_FAILED);
  give (stage, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_FAILED);

  text = get_metrics (stage);
#define EVENTS(result)                                                                             \
  "usher_events_total{service=\"stage\",channel=\"said\",group=\"stage-service\",result=\"" result \
  "\"}"
  usher_test_metrics_assert (text, EVENTS ("handled"), 1);
  usher_test_metrics_assert (text, EVENTS ("deferred"), 1);
  usher_test_metrics_assert (text, EVENTS ("failed"), 2);
  usher_test_metrics_assert (text, EVENTS ("known"), 0);
}

static void
add_bus (UsherMetrics *metrics, gpointer user_data)
{
  AdminStage *stage = user_data;
  g_autoptr (GError) error = NULL;

  usher_bus_add_metrics (stage->bus, metrics, &error);
  g_assert_no_error (error);
}

static void
test_bus_counted (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Who is around the host adds the numbers of the bus");

  usher_admin_add_metrics (stage->admin, add_bus, stage, NULL);
  admin_stage_start (stage);
  admin_stage_call (stage, "POST", "/say?channel=%22a%5Cb%22", NULL, 200);
  admin_stage_call (stage, "POST", "/say", NULL, 200);
  usher_test_until (g_atomic_int_get (&stage->n_heard) == 1);

  text = get_metrics (stage);
  usher_test_metrics_assert (text, "usher_bus_members", 1);
  usher_test_metrics_assert (text, "usher_bus_published_events_total", 2);
  usher_test_metrics_assert (text, "usher_bus_channel_events{channel=\"\\\"a\\\\b\\\"\"}", 1);
  usher_test_metrics_assert (text,
                             "usher_bus_group_members{channel=\"said\",group=\"stage-service\"}",
                             1);
  usher_test_metrics_assert (
      text, "usher_bus_group_parked_events{channel=\"said\",group=\"stage-service\"}", 0);
  g_assert_cmpfloat (
      usher_test_metrics_get (text, "usher_bus_commit_duration_seconds{quantile=\"0.99\"}"), >, 0);
  g_assert_cmpfloat (usher_test_metrics_get (text, "usher_bus_log_bytes"), >, 0);
}

static void
test_services (AdminStage *stage, gconstpointer data)
{
  g_autoptr (JsonNode) services = NULL;

  g_test_summary ("Each service tells what it has done and what its store holds");

  stage_start (&stage->stage);
  stage_insert (&stage->stage, ADMIN_STAGE_ID, "gold", 1);
  services = admin_stage_get_json (stage, "/services");
  usher_test_json_assert_length (services, "items", 1);
  usher_test_json_assert_string (services, "items.0.service", "stage");
  usher_test_json_assert_integer (services, "items.0.commits", 1);
  usher_test_json_assert_integer (services, "items.0.waiting", 0);
  usher_test_json_assert_integer (services, "items.0.store.outbox", 0);
  g_assert_cmpint (usher_test_json_get_integer (services, "items.0.store.file-bytes"), >, 0);
}

static void
test_events (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Each service tells of the events that it has declared, but for what is private");

  stage_start (&stage->stage);
  text = admin_stage_get (stage, "/services");
  g_assert_nonnull (strstr (text,
                            "\"events\":[{\"channel\":\"said\",\"members\":["
                            "{\"name\":\"word\",\"type\":\"string\",\"required\":true},"
                            "{\"name\":\"speaker.id\",\"type\":\"id\",\"required\":false},"
                            "{\"name\":\"price\",\"type\":\"money\",\"required\":false}]},"
                            "{\"channel\":\"left\",\"members\":[]}]"));
}

static void
test_bare (AdminStage *stage, gconstpointer data)
{
  Stage bare = { 0 };
  g_autoptr (UsherRequest) health = usher_request_new ("GET", "/healthz");
  g_autoptr (UsherRequest) ready = usher_request_new ("GET", "/readyz");
  g_autoptr (UsherRequest) metrics = usher_request_new ("GET", "/metrics");
  g_autoptr (UsherReply) alive = NULL;
  g_autoptr (UsherReply) well = NULL;
  g_autoptr (UsherReply) nothing = NULL;

  g_test_summary ("A host alone tells that it lives and whether it is ready, and nothing else");

  stage_init (&bare, NULL, NULL, FALSE, NULL);
  stage_start (&bare);
  alive = usher_host_call (bare.host, health, TRUE);
  stage_assert_status (alive, 200);
  well = usher_host_call (bare.host, ready, TRUE);
  stage_assert_status (well, 200);
  nothing = usher_host_call (bare.host, metrics, TRUE);
  stage_assert_status (nothing, 404);
  stage_clear (&bare);
}

static void
test_twice (AdminStage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host has one only");

  g_assert_null (usher_admin_new (stage->stage.host, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
}

static void
on_bus_closed (UsherHost *host, AdminStage *stage)
{
  admin_stage_assert_status (stage, "GET", "/services", 503);
  admin_stage_assert_status (stage, "GET", "/metrics", 503);
  admin_stage_assert_status (stage, "GET", "/streaming/serverz", 503);
  admin_stage_assert_status (stage, "GET", "/events", 503);
  admin_stage_assert_status (stage, "GET", "/", 200);
}

static void
test_stop (AdminStage *stage, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Before the stores close, nothing looks at them any more");

  admin_stage_start (stage);
  admin_stage_assert_status (stage, "GET", "/services", 200);
  admin_stage_assert_status (stage, "GET", "/streaming/serverz", 200);
  g_signal_connect (stage->stage.host, "bus-closed", G_CALLBACK (on_bus_closed), stage);
  usher_host_stop (stage->stage.host, G_TIME_SPAN_SECOND, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/admin/" path, AdminStage, NULL, admin_stage_set_up, func, admin_stage_tear_down)
  add ("metrics/requests", test_requests);
  add ("metrics/jobs", test_jobs);
  add ("metrics/events", test_events_counted);
  add ("metrics/bus", test_bus_counted);
  add ("services", test_services);
  add ("events", test_events);
  add ("new/bare", test_bare);
  add ("new/twice", test_twice);
  add ("stop", test_stop);
#undef add

  return g_test_run ();
}
