/* test-trace.c: what goes on from a request, an event or a timer is in its trace
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-http-client.h"
#include "usher-log-private.h"
#include "usher-test-base.h"

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN   "00f067aa0ba902b7"
#define PARENT "00-" TRACE "-" SPAN "-01"
#define WAIT   (10 * G_TIME_SPAN_SECOND)
#define EVENT  "01900000-0000-7000-8000-000000000001"

typedef struct
{
  Stage stage;
  char *traceparent;      /* (owned) (nullable): what the last handler would tell others */
  char *tracestate;       /* (owned) (nullable) */
  const char *sent_state; /* (nullable): of the next requests, instead of a short one */
  GSocketListener *other; /* (owned) (nullable): whom a handler asks */
  guint16 port;
} Fixture;

static void
note_scope (Fixture *fixture)
{
  const UsherLogScope *scope = usher_log_find_trace ();

  g_clear_pointer (&fixture->traceparent, g_free);
  g_clear_pointer (&fixture->tracestate, g_free);
  if (scope == NULL)
    return;
  fixture->traceparent = g_strdup (scope->traceparent);
  fixture->tracestate = g_strdup (scope->tracestate);
}

static gboolean
on_begin (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  note_scope (data);
  usher_unit_schedule (unit,
                       "ring",
                       g_str_equal (usher_request_get_parameter (request, "id"), "chain") ? "chain"
                                                                                          : "a key",
                       STAGE_TIME + 100,
                       NULL);
  usher_unit_publish (unit, "said", "{}");

  return TRUE;
}

static gboolean
on_fail (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "a secret");

  return FALSE;
}

/* asks another server, with a header that it was given itself where the path says so */
static gboolean
on_ask (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  static const char *const own[] = { "Traceparent: mine", NULL };
  Fixture *fixture = data;
  gboolean is_own = g_str_equal (usher_request_get_parameter (request, "id"), "own");
  g_autoptr (UsherHttpClient) client = usher_http_client_new (WAIT);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", fixture->port);
  g_autoptr (GBytes) answer = NULL;

  note_scope (fixture);
  answer = usher_http_client_send (client, "GET", uri, is_own ? own : NULL, NULL, NULL, error);

  return answer != NULL;
}

static gboolean
on_said (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  note_scope (data);
  usher_unit_schedule (unit, "ring", "of the event", STAGE_TIME + 100, NULL);
  usher_unit_publish (unit, "heard", "{}");

  return TRUE;
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  gboolean is_again = g_str_equal (usher_timer_get_key (timer), "chain again");

  note_scope (data);
  if (g_str_equal (usher_timer_get_key (timer), "chain"))
    usher_unit_schedule (unit, "ring", "chain again", STAGE_TIME + 300, NULL);
  usher_unit_publish (unit, is_again ? "rung-again" : "rung", "{}");

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "POST", "/begin/:id", 0, on_begin, data, NULL);
  usher_context_add_route (context, "POST", "/fail", 0, on_fail, data, NULL);
  usher_context_add_route (context, "POST", "/ask/:id", USHER_ROUTE_BLOCKING, on_ask, data, NULL);
  usher_context_add_listener (context, "said", NULL, on_said, data, NULL);
  usher_context_add_timer (context, "ring", on_ring, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer setting)
{
  stage_init (&fixture->stage, declare, fixture, FALSE, setting);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer setting)
{
  stage_clear (&fixture->stage);
  g_clear_object (&fixture->other);
  g_free (fixture->traceparent);
  g_free (fixture->tracestate);
}

/* @traceparent, @again: (nullable) */
static void
call (Fixture *fixture, const char *path, const char *traceparent, const char *again)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", path);
  g_autoptr (UsherReply) reply = NULL;

  if (traceparent != NULL)
    usher_request_add_header (request, "traceparent", traceparent);
  if (again != NULL)
    usher_request_add_header (request, "Traceparent", again);
  usher_request_add_header (request,
                            "tracestate",
                            fixture->sent_state != NULL ? fixture->sent_state : "vendor=1");
  usher_request_add_header (request, "X-Request-Id", "request-1");
  reply = usher_host_call (fixture->stage.host, request, FALSE);
}

/* (transfer full): the event of @channel in the outbox */
static UsherEvent *
find_event (Fixture *fixture, const char *channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = usher_host_list_outbox (fixture->stage.host, "stage", &error);

  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (usher_event_get_channel (g_ptr_array_index (events, i)), channel))
      return usher_event_ref (g_ptr_array_index (events, i));

  g_assert_not_reached ();
}

static void
fire (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  stage_turn (&fixture->stage, 200);
  g_assert_cmpint (usher_host_run_timers (fixture->stage.host, &error), >=, 1);
  g_assert_no_error (error);
}

/* It is of the trace, sampled or not, and of another span than @parent. */
static void
assert_goes_on (const char *traceparent, const char *parent)
{
  UsherTraceContext context;
  UsherTraceContext before;

  g_assert_true (usher_trace_context_parse (&context, traceparent));
  g_assert_true (usher_trace_context_parse (&before, parent));
  g_assert_cmpmem (context.trace, sizeof context.trace, before.trace, sizeof before.trace);
  g_assert_cmpint (memcmp (context.span, before.span, sizeof context.span), !=, 0);
  g_assert_cmpint (context.is_sampled, ==, before.is_sampled);
}

static void
test_request (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary (
      "The events of a request, and what its handler asks others, are in the request's trace");

  call (fixture, "/begin/1", PARENT, NULL);
  event = find_event (fixture, "said");

  assert_goes_on (usher_event_get_traceparent (event), PARENT);
  g_assert_cmpstr (usher_event_get_correlation (event), ==, "request-1");
  g_assert_null (usher_event_get_causation (event));
  g_assert_cmpstr (fixture->traceparent, ==, usher_event_get_traceparent (event));
  g_assert_cmpstr (fixture->tracestate, ==, "vendor=1");
}

static void
test_invalid (Fixture *fixture, gconstpointer data)
{
  const char *const headers[][2] = { { NULL, NULL }, { "00-1-2-00", NULL }, { PARENT, PARENT } };

  g_test_summary (
      "Without one good header there is no trace, and none begins where nobody wants spans");

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (UsherEvent) event = NULL;

      call (fixture, "/begin/1", headers[i][0], headers[i][1]);
      event = find_event (fixture, "said");
      g_assert_null (usher_event_get_traceparent (event));
      g_assert_null (fixture->traceparent);
      g_assert_null (fixture->tracestate);
    }
}

static void
test_timer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) said = NULL;
  g_autoptr (UsherEvent) rung = NULL;

  g_test_summary ("A timer goes back to the request that has set it, after a restart too");

  call (fixture, "/begin/1", PARENT, NULL);
  said = find_event (fixture, "said");
  stage_restart (&fixture->stage);
  fire (fixture);
  rung = find_event (fixture, "rung");

  g_assert_cmpstr (usher_event_get_correlation (rung), ==, "request-1");
  g_assert_cmpstr (usher_event_get_causation (rung), ==, "timer:stage/ring/a key");
  assert_goes_on (usher_event_get_traceparent (rung), usher_event_get_traceparent (said));
  g_assert_cmpstr (fixture->traceparent, ==, usher_event_get_traceparent (rung));
}

static void
test_timer_chain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) rung = NULL;
  g_autoptr (UsherEvent) again = NULL;

  g_test_summary ("What a timer has set leaves the trace, and still goes back to the request");

  call (fixture, "/begin/chain", PARENT, NULL);
  fire (fixture);
  rung = find_event (fixture, "rung");
  fire (fixture);
  again = find_event (fixture, "rung-again");

  assert_goes_on (usher_event_get_traceparent (rung), PARENT);
  g_assert_null (usher_event_get_traceparent (again));
  g_assert_cmpstr (usher_event_get_correlation (again), ==, "request-1");
}

static void
test_long_state (Fixture *fixture, gconstpointer data)
{
  g_autofree char *most = g_strnfill (512, 'x');
  g_autofree char *long_state = g_strnfill (513, 'x');

  g_test_summary ("A tracestate that is too long goes no further");

  fixture->sent_state = most;
  call (fixture, "/begin/1", PARENT, NULL);
  g_assert_cmpstr (fixture->tracestate, ==, most);
  fixture->sent_state = long_state;
  call (fixture, "/begin/1", PARENT, NULL);
  g_assert_nonnull (fixture->traceparent);
  g_assert_null (fixture->tracestate);
}

static void
test_own_trace (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A trace that begins here takes no tracestate along");

  call (fixture, "/begin/1", NULL, NULL);
  g_assert_nonnull (fixture->traceparent);
  g_assert_null (fixture->tracestate);
}

static void
test_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = usher_event_new_full (
      EVENT, "said", 1, STAGE_TIME, "request-2", NULL, "00-" TRACE "-" SPAN "-00", "{}", -1);
  g_autoptr (UsherEvent) heard = NULL;
  g_autoptr (UsherEvent) rung = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a listener publishes, and the timer that it sets, go back to its event");

  usher_host_feed (fixture->stage.host, "stage", "stage-service", event, &error);
  g_assert_no_error (error);
  fire (fixture);
  heard = find_event (fixture, "heard");
  rung = find_event (fixture, "rung");

  g_assert_cmpstr (usher_event_get_correlation (heard), ==, "request-2");
  g_assert_cmpstr (usher_event_get_causation (heard), ==, EVENT);
  assert_goes_on (usher_event_get_traceparent (heard), usher_event_get_traceparent (event));
  g_assert_cmpstr (usher_event_get_correlation (rung), ==, "request-2");
  g_assert_cmpstr (usher_event_get_causation (rung), ==, "timer:stage/ring/of the event " EVENT);
  assert_goes_on (usher_event_get_traceparent (rung), usher_event_get_traceparent (heard));
}

/* (transfer full): the head of the request that it answers */
static gpointer
answer_other (gpointer data)
{
  static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";
  Fixture *fixture = data;
  g_autoptr (GSocketConnection) connection =
      g_socket_listener_accept (fixture->other, NULL, NULL, NULL);
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GString *head = g_string_new (NULL);
  char byte = 0;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") &&
         g_input_stream_read (in, &byte, 1, NULL, NULL) == 1)
    g_string_append_c (head, byte);
  g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);

  return g_string_free (head, FALSE);
}

/* (transfer full): what another server was sent by the handler of @path */
static char *
ask_other (Fixture *fixture, const char *path, const char *traceparent)
{
  GThread *thread = NULL;

  fixture->other = g_socket_listener_new ();
  fixture->port = g_socket_listener_add_any_inet_port (fixture->other, NULL, NULL);
  thread = g_thread_new ("other", answer_other, fixture);
  call (fixture, path, traceparent, NULL);

  return g_thread_join (thread);
}

static void
test_client (Fixture *fixture, gconstpointer data)
{
  g_autofree char *head = ask_other (fixture, "/ask/1", PARENT);
  g_autofree char *line = g_strdup_printf ("\r\ntraceparent: %s\r\n", fixture->traceparent);

  g_test_summary ("Whom a handler asks is told the trace");

  assert_goes_on (fixture->traceparent, PARENT);
  g_assert_nonnull (strstr (head, line));
  g_assert_nonnull (strstr (head, "\r\ntracestate: vendor=1\r\n"));
}

static void
test_own_header (Fixture *fixture, gconstpointer data)
{
  g_autofree char *head = ask_other (fixture, "/ask/own", PARENT);

  g_test_summary ("A handler that tells a trace of its own tells that alone");

  g_assert_nonnull (strstr (head, "\r\nTraceparent: mine\r\n"));
  g_assert_null (strstr (head, TRACE));
  g_assert_null (strstr (head, "tracestate"));
}

static void
test_no_trace (Fixture *fixture, gconstpointer data)
{
  g_autofree char *head = ask_other (fixture, "/ask/1", NULL);

  g_test_summary ("Without a trace nobody is told of one");

  g_assert_null (strstr (head, "trace"));
}

/* (transfer full): all that wait */
static GPtrArray *
take_spans (Fixture *fixture)
{
  return usher_tracer_take (usher_host_get_tracer (fixture->stage.host), 100, -1);
}

static const UsherSpan *
find_span (GPtrArray *spans, const char *name)
{
  for (guint i = 0; i < spans->len; i++)
    if (g_str_equal (((UsherSpan *) g_ptr_array_index (spans, i))->name, name))
      return g_ptr_array_index (spans, i);

  g_assert_not_reached ();
}

static const UsherSpanAttribute *
find_attribute (const UsherSpan *span, const char *key)
{
  for (guint i = 0; i < span->n_attributes; i++)
    if (g_str_equal (span->attributes[i].key, key))
      return &span->attributes[i];

  g_assert_not_reached ();
}

static void
assert_child (const UsherSpan *span, const UsherSpan *parent)
{
  g_assert_cmpmem (span->parent, 8, parent->context.span, 8);
  g_assert_cmpmem (span->context.trace, 16, parent->context.trace, 16);
  g_assert_cmpint (span->began, >=, parent->began);
  g_assert_cmpint (span->ended, <=, parent->ended);
}

static void
test_spans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) spans = NULL;
  const UsherSpan *request = NULL;
  char id[17];

  g_test_summary (
      "A request has a span of its route, with the handler and the commit in it, and no query");

  call (fixture, "/begin/1?token=secret", PARENT, NULL);
  spans = take_spans (fixture);
  g_assert_cmpuint (spans->len, ==, 3);
  request = find_span (spans, "POST /begin/:id");
  usher_trace_context_format_id (request->parent, 8, id);

  g_assert_cmpstr (id, ==, SPAN);
  g_assert_cmpint (request->kind, ==, USHER_SPAN_SERVER);
  g_assert_false (request->has_failed);
  g_assert_cmpint (find_attribute (request, "http.response.status_code")->number, ==, 200);
  g_assert_cmpstr (find_attribute (request, "http.route")->text, ==, "/begin/:id");
  g_assert_cmpstr (find_attribute (request, "url.path")->text, ==, "/begin/1");
  assert_child (find_span (spans, "handler"), request);
  assert_child (find_span (spans, "commit"), request);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) spans = NULL;
  const UsherSpan *request = NULL;

  g_test_summary ("A span that failed has the kind of the error, and not what it said");

  call (fixture, "/fail", NULL, NULL);
  spans = take_spans (fixture);
  request = find_span (spans, "POST /fail");

  g_assert_true (request->has_failed);
  g_assert_cmpint (find_attribute (request, "http.response.status_code")->number, ==, 503);
  g_assert_cmpstr (find_attribute (request, "error.type")->text, ==, "unavailable");
  for (guint i = 0; i < request->n_attributes; i++)
    if (request->attributes[i].text != NULL)
      g_assert_null (strstr (request->attributes[i].text, "secret"));
}

static void
test_timer_spans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) spans = NULL;
  const UsherSpan *timer = NULL;

  g_test_summary ("A timer's span is behind the one of the request that has set it");

  call (fixture, "/begin/1", NULL, NULL);
  fire (fixture);
  spans = take_spans (fixture);
  timer = find_span (spans, "timer ring");

  g_assert_cmpmem (timer->parent, 8, find_span (spans, "POST /begin/:id")->context.span, 8);
  g_assert_cmpstr (find_attribute (timer, "usher.timer.key")->text, ==, "a key");
}

static void
test_unsampled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) spans = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("Who began a trace and does not want it kept has it so, and it goes on");

  call (fixture, "/begin/1", "00-" TRACE "-" SPAN "-00", NULL);
  spans = take_spans (fixture);
  event = find_event (fixture, "said");

  g_assert_cmpuint (spans->len, ==, 0);
  assert_goes_on (usher_event_get_traceparent (event), "00-" TRACE "-" SPAN "-00");
}

#define SPANS "trace.otlp-endpoint=http://127.0.0.1:1"

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    const char *setting;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/trace/request", NULL, test_request },
    { "/trace/invalid", NULL, test_invalid },
    { "/trace/timer", NULL, test_timer },
    { "/trace/timer/chain", NULL, test_timer_chain },
    { "/trace/event", NULL, test_event },
    { "/trace/long-state", NULL, test_long_state },
    { "/trace/client", NULL, test_client },
    { "/trace/client/own-header", NULL, test_own_header },
    { "/trace/client/no-trace", NULL, test_no_trace },
    { "/trace/kept/request", SPANS, test_request },
    { "/trace/kept/timer", SPANS, test_timer },
    { "/trace/kept/event", SPANS, test_event },
    { "/trace/kept/own", SPANS, test_own_trace },
    { "/trace/spans", SPANS, test_spans },
    { "/trace/spans/failure", SPANS, test_failure },
    { "/trace/spans/timer", SPANS, test_timer_spans },
    { "/trace/spans/unsampled", SPANS, test_unsampled },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].setting, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
