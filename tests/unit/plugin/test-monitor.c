/* test-monitor.c: a host in numbers, as its admin listener shows them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-bus-metrics.h"
#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-error.h"
#include "usher-reply-private.h"
#include "usher-stream-private.h"
#include "usher-test-hub.h"
#include "usher-test-metrics.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaa"
#define ALICE   "a11cea11cea11cea11cea11c"
#define TIMEOUT (10 * G_TIME_SPAN_SECOND)
#define HOSTILE "<img src=x onerror=alert(1)>\"&'"
#define ESCAPED "&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&apos;"
#define PAYLOAD "{\"x\":\"</script><script>alert(1)</script>\"}"

typedef struct
{
  Stage stage;
  UsherClock *clock; /* (owned) */
  UsherTestHub *hub; /* (owned) (nullable) */
  UsherBus *bus;     /* (owned) (nullable) */
  int n_heard;       /* (atomic) */
  int n_races;       /* (atomic) */
  int n_fired;       /* (atomic) */
} Fixture;

static gboolean
on_plain (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
on_refuse (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FORBIDDEN, "not you");

  return FALSE;
}

static gboolean
on_say (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  const char *channel = usher_request_get_query (request, "channel");

  usher_unit_publish (unit, channel != NULL ? channel : "said", PAYLOAD);
  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

/* loses one race, then sets a timer that is due */
static gboolean
on_bump (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ID, error);

  if (document == NULL)
    return FALSE;
  if (g_atomic_int_compare_and_exchange (&fixture->n_races, 1, 0))
    stage_bump (&fixture->stage, ID);
  usher_document_set_integer (document, "count", 5);
  usher_unit_schedule (unit, "alarm", "key", STAGE_TIME, NULL);

  return usher_unit_replace (unit, document, error);
}

static gboolean
on_said (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  switch (g_atomic_int_add (&fixture->n_heard, 1))
    {
    case 0:
      return TRUE;

    case 1:
      return usher_unit_defer (unit, error, "too early");

    default:
      g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FAILED, "broken");
      return FALSE;
    }
}

static gboolean
on_alarm (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  if (g_atomic_int_add (&fixture->n_fired, 1) > 0)
    return TRUE;

  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FAILED, "not yet");

  return FALSE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/things/:id", 0, on_plain, data, NULL);
  usher_context_add_route (context, "GET", "/refuse", 0, on_refuse, data, NULL);
  usher_context_add_route (context, "POST", "/say", 0, on_say, data, NULL);
  usher_context_add_route (context, "POST", "/bump", 0, on_bump, data, NULL);
  usher_context_add_listener (context, "said", NULL, on_said, data, NULL);
  usher_context_add_timer (context, "alarm", on_alarm, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, FALSE, NULL);
  fixture->clock = usher_real_clock_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
  g_clear_object (&fixture->bus);
  g_clear_pointer (&fixture->hub, usher_test_hub_free);
  g_clear_object (&fixture->clock);
}

/* the host on a real hub */
static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, fixture->clock);
  fixture->bus = usher_test_hub_join (fixture->hub, "stage");
  usher_host_start (fixture->stage.host, fixture->bus, &error);
  g_assert_no_error (error);
}

static UsherReply *
ask_admin (Fixture *fixture, const char *method, const char *target)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);

  return usher_host_call (fixture->stage.host, request, TRUE);
}

/* (transfer full): the answer's body, whose status must be 200 */
static char *
get (Fixture *fixture, const char *target)
{
  g_autoptr (UsherReply) reply = ask_admin (fixture, "GET", target);

  stage_assert_status (reply, 200);

  return stage_dup_body (reply);
}

static UsherJson *
get_json (Fixture *fixture, const char *target)
{
  g_autofree char *body = get (fixture, target);
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_json_parse (body, -1, &error);

  g_assert_no_error (error);

  return json;
}

static gint64
read_number (Fixture *fixture, const char *target, const char *path)
{
  g_autoptr (UsherJson) json = get_json (fixture, target);
  gint64 value = 0;

  g_assert_true (usher_json_get_integer (json, path, &value));

  return value;
}

static guint
count_parked (Fixture *fixture)
{
  g_autoptr (UsherJson) json = get_json (fixture, "/parked");

  return usher_json_get_length (json, "items");
}

static void
assert_status (Fixture *fixture, const char *method, const char *target, guint status)
{
  g_autoptr (UsherReply) reply = ask_admin (fixture, method, target);

  stage_assert_status (reply, status);
}

static void
call (Fixture *fixture, const char *method, const char *target, const char *key, guint status)
{
  g_autoptr (UsherReply) reply =
      stage_call (&fixture->stage, method, target, key != NULL ? ALICE : NULL, key, NULL);

  stage_assert_status (reply, status);
}

static char *
get_metrics (Fixture *fixture)
{
  g_autofree char *text = get (fixture, "/metrics");
  g_autofree char *fault = usher_test_metrics_find_fault (text);

  g_assert_cmpstr (fault, ==, NULL);

  return g_steal_pointer (&text);
}

#define ROUTE(method, route) "service=\"stage\",method=\"" method "\",route=\"" route "\""

static void
test_requests (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary (
      "Requests are counted by service, route, method and status, with their durations");

  stage_start (&fixture->stage);
  for (guint i = 0; i < 3; i++)
    call (fixture, "GET", "/things/17", NULL, 200);
  call (fixture, "GET", "/refuse", NULL, 403);
  call (fixture, "GET", "/nowhere", NULL, 404);
  call (fixture, "PUT", "/refuse", NULL, 405);

  text = get_metrics (fixture);
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
test_jobs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Races, kept answers and timers are counted, and what the store holds");

  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, ID, "gold", 1);
  g_atomic_int_set (&fixture->n_races, 1);
  call (fixture, "POST", "/bump", NULL, 200);
  call (fixture, "POST", "/say", "key", 200);
  call (fixture, "POST", "/say", "key", 200);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, &error), >=, 0);
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, &error), >=, 0);
  g_assert_no_error (error);

  text = get_metrics (fixture);
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
give (Fixture *fixture, const char *id, int code)
{
  g_autoptr (UsherEvent) event = usher_event_new (id, "said", STAGE_TIME, "{}", -1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (usher_host_feed (fixture->stage.host, "stage", NULL, event, &error),
                   ==,
                   code < 0);
  if (code >= 0)
    g_assert_error (error, USHER_ERROR, code);
}

static void
test_events_counted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Events are counted by what became of them");

  stage_start (&fixture->stage);
  give (fixture, "01a20e0c-d40b-7000-ac30-000000000001", -1);
  give (fixture, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_DEFER);
  give (fixture, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_FAILED);
  give (fixture, "01a20e0c-d40b-7000-ac30-000000000002", USHER_ERROR_FAILED);

  text = get_metrics (fixture);
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
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  usher_bus_add_metrics (fixture->bus, metrics, &error);
  g_assert_no_error (error);
}

static void
test_bus_counted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Who is around the host adds the numbers of the bus");

  usher_host_add_metrics (fixture->stage.host, add_bus, fixture, NULL);
  start (fixture);
  call (fixture, "POST", "/say?channel=%22a%5Cb%22", NULL, 200);
  call (fixture, "POST", "/say", NULL, 200);
  stage_await (g_atomic_int_get (&fixture->n_heard) == 1);

  text = get_metrics (fixture);
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
test_pages (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (UsherJson) channels = NULL;

  g_test_summary ("The pages of NATS Streaming are there, indented, in pages, and 404 beside them");

  start (fixture);
  call (fixture, "POST", "/say?channel=a%22,%7B%5C%5B", NULL, 200);

  text = get (fixture, "/streaming/serverz");
  g_assert_true (g_str_has_prefix (text, "{\n  \"cluster_id\": \"usher\",\n  \"server_id\": \""));
  g_assert_true (g_str_has_suffix (text, "\n}\n"));

  stage_await (read_number (fixture, "/streaming/channelsz", "total") == 2);
  channels = get_json (fixture, "/streaming/channelsz?limit=1&offset=0");
  g_assert_cmpstr (usher_json_get_string (channels, "names.0"), ==, "a\",{\\[");
  g_assert_cmpuint (usher_json_get_length (channels, "names"), ==, 1);

  assert_status (fixture, "GET", "/streaming/channelsz?channel=nothing", 404);
  assert_status (fixture, "GET", "/streaming/clientsz?client=nobody", 404);
  assert_status (fixture, "GET", "/streaming/nothingz", 404);
  assert_status (fixture, "GET", "/streaming/isFTActive", 204);
}

static void
test_callback (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("No page is ever a script: the name of a function means nothing");

  start (fixture);
  reply = ask_admin (fixture, "GET", "/streaming/storez?callback=a.$b_1");
  stage_assert_status (reply, 200);
  g_assert_true (g_str_has_prefix (usher_reply_get_media_type (reply), "application/json"));
  text = stage_dup_body (reply);
  g_assert_true (g_str_has_prefix (text, "{\n"));
  g_assert_true (g_str_has_suffix (text, "}\n"));
  assert_status (fixture, "GET", "/streaming/storez?callback=alert(1)", 200);
}

static void
test_no_bus (Fixture *fixture, gconstpointer data)
{
  g_autofree char *page = NULL;

  g_test_summary ("Without a bus its pages are not available, and the page for people says so");

  stage_start (&fixture->stage);
  assert_status (fixture, "GET", "/streaming/serverz", 503);
  assert_status (fixture, "GET", "/parked", 503);
  assert_status (fixture, "DELETE", "/parked/1", 503);
  assert_status (fixture, "GET", "/events", 503);
  page = get (fixture, "/");
  g_assert_nonnull (strstr (page, "This host has no bus."));
  g_assert_nonnull (strstr (page, ">Ready<"));
}

static void
test_hub_away (Fixture *fixture, gconstpointer data)
{
  g_autofree char *page = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("When the hub is away the page says so and shows the rest, and numbers are told");

  start (fixture);
  usher_test_hub_stop (fixture->hub);
  stage_await (!usher_bus_is_connected (fixture->bus));

  page = get (fixture, "/streaming");
  g_assert_nonnull (strstr (page, "Not ready: the bus does not answer"));
  g_assert_nonnull (strstr (page, "The bus does not answer."));
  g_assert_nonnull (strstr (page, "<td>stage</td>"));
  assert_status (fixture, "GET", "/streaming/serverz", 503);
  text = get_metrics (fixture);
  usher_test_metrics_assert (text, "usher_ready", 0);
}

typedef struct
{
  Fixture *fixture;
  char *target; /* (owned) */
} Follower;

static gpointer
follow (gpointer data)
{
  Follower *follower = data;

  return get_json (follower->fixture, follower->target);
}

static void
test_follow (Fixture *fixture, gconstpointer data)
{
  Follower follower = { fixture, NULL };
  g_autoptr (UsherJson) page = NULL;
  g_autofree char *cursor = NULL;
  GThread *thread = NULL;

  g_test_summary ("Who asks for events gets those that come, or none when the time is over");

  start (fixture);
  page = get_json (fixture, "/events?wait=0");
  g_assert_cmpuint (usher_json_get_length (page, "items"), ==, 0);
  cursor = g_uri_escape_string (usher_json_get_string (page, "cursor"), NULL, FALSE);
  g_clear_pointer (&page, usher_json_unref);

  follower.target = g_strdup_printf ("/events?cursor=%s&wait=20", cursor);
  thread = g_thread_new ("follow", follow, &follower);
  call (fixture, "POST", "/say", NULL, 200);
  page = g_thread_join (thread);
  g_assert_cmpuint (usher_json_get_length (page, "items"), ==, 1);
  g_assert_cmpstr (usher_json_get_string (page, "items.0.channel"), ==, "said");
  g_assert_cmpstr (usher_json_get_string (page, "items.0.payload"), ==, PAYLOAD);
  g_free (follower.target);

  assert_status (fixture, "GET", "/events?wait=21", 400);
  assert_status (fixture, "GET", "/events?after=-1", 400);
}

/* what is written; ABORTED until @sought is there */
static UsherStreamState
read_stream (UsherStream *stream, GString *text, const char *sought)
{
  UsherStreamState state = USHER_STREAM_OPEN;
  GString *more = usher_stream_take (stream, &state);

  if (more != NULL)
    {
      g_string_append_len (text, more->str, (gssize) more->len);
      g_string_free (more, TRUE);
    }

  return strstr (text->str, sought) != NULL ? state : USHER_STREAM_ABORTED;
}

static void
test_stream (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/events?channel=said");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherStream) stream = NULL;

  g_test_summary ("Who accepts a stream of events gets those that come, until the host stops");

  start (fixture);
  usher_request_add_header (request, "Accept", "text/event-stream");
  reply = usher_host_call (fixture->stage.host, request, TRUE);
  stage_assert_status (reply, 200);
  stream = usher_reply_steal_stream (reply);
  call (fixture, "POST", "/say", NULL, 200);
  call (fixture, "POST", "/say?channel=other", NULL, 200);
  call (fixture, "POST", "/say", NULL, 200);
  stage_await (read_stream (stream, text, "data: {\"sequence\":2,") != USHER_STREAM_ABORTED);
  g_assert_true (g_str_has_prefix (text->str, "retry: 1000\n\nid: "));
  g_assert_nonnull (strstr (text->str, "said:1\ndata: {\"sequence\":1,\"channel\":\"said\""));
  g_assert_null (strstr (text->str, "\"other\""));
  usher_monitor_drain (fixture->stage.host->monitor);
  stage_await (read_stream (stream, text, "retry") == USHER_STREAM_ENDED);
}

static gpointer
stop_soon (gpointer data)
{
  Fixture *fixture = data;

  g_usleep (50000);
  usher_monitor_drain (fixture->stage.host->monitor);

  return NULL;
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  GThread *thread = NULL;
  g_autoptr (UsherJson) page = NULL;
  gint64 start_time = 0;

  g_test_summary ("Who waits for events is answered when the host stops");

  start (fixture);
  start_time = g_get_monotonic_time ();
  thread = g_thread_new ("stop", stop_soon, fixture);
  page = get_json (fixture, "/events?wait=20");
  g_assert_cmpuint (usher_json_get_length (page, "items"), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start_time, <, 15 * G_TIME_SPAN_SECOND);
  g_thread_join (thread);
  assert_status (fixture, "GET", "/events?wait=20", 503);
}

static void
on_parked (UsherDelivery *delivery, gpointer user_data)
{
  usher_delivery_nak (delivery, 0, HOSTILE);
  usher_delivery_unref (delivery);
}

/* an event with a hostile channel, payload and reason is parked */
static void
park (Fixture *fixture)
{
  const UsherSubscription wish = {
    .channel = HOSTILE, .group = HOSTILE, .durable = HOSTILE, .max_deliver = 1
  };
  g_autofree char *channel = g_uri_escape_string (HOSTILE, NULL, FALSE);
  g_autofree char *target = g_strconcat ("/say?channel=", channel, NULL);
  g_autoptr (GError) error = NULL;

  usher_bus_subscribe (fixture->bus, &wish, on_parked, NULL, NULL, &error);
  g_assert_no_error (error);
  call (fixture, "POST", target, NULL, 200);
  stage_await (count_parked (fixture) == 1);
}

static void
test_escaping (Fixture *fixture, gconstpointer data)
{
  g_autofree char *page = NULL;
  g_auto (GStrv) scripts = NULL;

  g_test_summary (
      "Whatever a channel, a group, a reason or a payload is called, the page stays ours");

  start (fixture);
  park (fixture);
  page = get (fixture, "/");

  g_assert_null (strstr (page, "<img"));
  g_assert_null (strstr (page, "alert(1)</script>"));
  g_assert_nonnull (strstr (page, "<td>" ESCAPED "</td>"));
  g_assert_nonnull (strstr (page, "{&quot;x&quot;:&quot;&lt;/script&gt;&lt;script&gt;alert(1)"));
  scripts = g_strsplit (page, "<script", -1);
  g_assert_cmpuint (g_strv_length (scripts), ==, 2);
}

/* (transfer full): the hash of what is between the tags, as a policy has it */
static char *
hash_between (const char *page, const char *before, const char *after)
{
  const char *start = strstr (page, before);
  const char *end = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_assert_nonnull (start);
  start += strlen (before);
  end = strstr (start, after);
  g_assert_nonnull (end);
  g_checksum_update (checksum, (const guchar *) start, end - start);
  g_checksum_get_digest (checksum, digest, &length);
  text = g_base64_encode (digest, length);

  return g_strdup_printf ("-src 'sha256-%s';", text);
}

static void
test_policy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *page = NULL;
  g_autofree char *script = NULL;
  g_autofree char *style = NULL;
  const char *policy = NULL;

  g_test_summary ("The page may run its own script, use its own style, and nothing else");

  start (fixture);
  reply = ask_admin (fixture, "GET", "/streaming");
  stage_assert_status (reply, 200);
  g_assert_cmpstr (usher_reply_get_media_type (reply), ==, "text/html; charset=utf-8");
  page = stage_dup_body (reply);
  policy = usher_reply_get_header (reply, "Content-Security-Policy");
  g_assert_true (g_str_has_prefix (policy, "default-src 'none'; "));
  g_assert_null (strstr (policy, "unsafe"));
  script = hash_between (page, "<script>", "</script>");
  style = hash_between (page, "<style>", "</style>");
  g_assert_nonnull (strstr (policy, script));
  g_assert_nonnull (strstr (policy, style));
  g_assert_null (strstr (page, "http:"));
  g_assert_null (strstr (page, "https:"));
  g_assert_null (strstr (page, " style="));
  g_assert_null (strstr (page, " onclick="));
}

static void
test_services (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherJson) services = NULL;
  gint64 value = -1;

  g_test_summary ("Each service tells what it has done and what its store holds");

  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, ID, "gold", 1);
  services = get_json (fixture, "/services");
  g_assert_cmpuint (usher_json_get_length (services, ""), ==, 1);
  g_assert_cmpstr (usher_json_get_string (services, "0.service"), ==, "stage");
  g_assert_true (usher_json_get_integer (services, "0.commits", &value) && value == 1);
  g_assert_true (usher_json_get_integer (services, "0.waiting", &value) && value == 0);
  g_assert_true (usher_json_get_integer (services, "0.store.outbox", &value) && value == 0);
  g_assert_true (usher_json_get_integer (services, "0.store.file-bytes", &value) && value > 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/monitor/" path, Fixture, NULL, set_up, func, tear_down)
  add ("metrics/requests", test_requests);
  add ("metrics/jobs", test_jobs);
  add ("metrics/events", test_events_counted);
  add ("metrics/bus", test_bus_counted);
  add ("services", test_services);
  add ("pages", test_pages);
  add ("pages/callback", test_callback);
  add ("pages/no-bus", test_no_bus);
  add ("events/follow", test_follow);
  add ("events/stream", test_stream);
  add ("events/stop", test_stop);
  add ("html/escaping", test_escaping);
  add ("html/policy", test_policy);
  add ("html/hub-away", test_hub_away);
#undef add

  return g_test_run ();
}
