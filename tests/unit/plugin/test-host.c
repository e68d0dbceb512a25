/* test-host.c: the life of a host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "stage.h"
#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-error.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-json.h"

#define TIMEOUT (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  Stage stage;
  int n_inside; /* (atomic) */
  int may_go;   /* (atomic) */
  int n_heard;  /* (atomic) */
} Fixture;

static gboolean
on_plain (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  return TRUE;
}

static gboolean
on_block (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_inside);
  usher_test_until (g_atomic_int_get (&fixture->may_go));

  return TRUE;
}

static gboolean
on_late_wait (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer data,
              GError **error)
{
  on_block (request, unit, reply, data, error);

  return usher_unit_wait_for (unit, "things", "aaaaaaaaaaaaaaaaaaaaaaaa", G_TIME_SPAN_HOUR, error);
}

static gboolean
on_say (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_unit_publish (unit, "said", "{\"word\":\"hello\"}");

  return TRUE;
}

static gboolean
on_said (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  Fixture *fixture = data;

  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, "{\"word\":\"hello\"}");
  g_assert_nonnull (usher_event_get_correlation (event));
  g_atomic_int_inc (&fixture->n_heard);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/plain", 0, on_plain, data, NULL);
  usher_context_add_route (context, "GET", "/block", USHER_ROUTE_BLOCKING, on_block, data, NULL);
  usher_context_add_route (context, "GET", "/late", USHER_ROUTE_BLOCKING, on_late_wait, data, NULL);
  usher_context_add_route (context, "GET", "/say", 0, on_say, data, NULL);
  usher_context_add_route (context, "GET", "/operators", USHER_ROUTE_ADMIN, on_plain, data, NULL);
  usher_context_add_listener (context, "said", NULL, on_said, data, NULL);
}

static void
declare_clash (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/mine", 0, on_plain, data, NULL);
  usher_context_add_route (context, "GET", "/plain", 0, on_plain, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer with_bus)
{
  stage_init (&fixture->stage, declare, fixture, with_bus != NULL, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer with_bus)
{
  stage_clear (&fixture->stage);
}

static void
assert_reason (Fixture *fixture, const char *expected)
{
  g_autofree char *reason = NULL;

  g_assert_cmpint (usher_host_is_ready (fixture->stage.host, &reason), ==, expected == NULL);
  g_assert_cmpstr (reason, ==, expected);
}

static void
test_ready (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A host is ready when it has started and the bus answers");

  assert_reason (fixture, "the host has not started");
  stage_start (&fixture->stage);
  assert_reason (fixture, NULL);
  fake_bus_set_connected (fixture->stage.bus, FALSE);
  assert_reason (fixture, "the bus does not answer");
  fake_bus_set_connected (fixture->stage.bus, TRUE);
  usher_host_set_trouble (fixture->stage.host, "plugin “bank” failed");
  assert_reason (fixture, "plugin “bank” failed");
  usher_host_set_trouble (fixture->stage.host, NULL);
  assert_reason (fixture, NULL);
}

static void
note_state (UsherHost *host, const char *name, GString *states)
{
  g_autofree char *reason = NULL;
  UsherPluginState state = usher_host_get_service_state (host, name, &reason);

  g_string_append_printf (
      states, "%s %s: %s\n", name, usher_plugin_state_to_string (state), reason);
}

static void
test_services (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) states = g_string_new (NULL);
  g_autoptr (GString) of_clash = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  UsherHost *host = fixture->stage.host;

  g_test_summary ("A host tells how far each service has come, and when that changes");

  g_signal_connect (host, "service-changed::stage", G_CALLBACK (note_state), states);
  g_signal_connect (host, "service-changed::clash", G_CALLBACK (note_state), of_clash);
  note_state (host, "stage", states);
  note_state (host, "nobody", states);
  stage_add (&fixture->stage, "clash", declare_clash, fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  stage_start (&fixture->stage);
  stage_stop (&fixture->stage);

  g_assert_cmpstr (states->str,
                   ==,
                   "stage configured: it has declared what it does\n"
                   "nobody failed: the host has no such service\n"
                   "stage starting: its store is being opened\n"
                   "stage ready: its subscriptions are confirmed\n"
                   "stage draining: the host is stopping\n"
                   "stage stopped: the host has stopped\n");
  g_assert_true (g_str_has_prefix (of_clash->str, "clash failed: "));
  g_assert_nonnull (strstr (of_clash->str, "/plain"));
}

static void
test_failed_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host whose start failed is not ready");

  fake_bus_refuse_subscriptions (fixture->stage.bus);
  g_assert_false (usher_host_start (fixture->stage.host, USHER_BUS (fixture->stage.bus), &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message,
                   ==,
                   "service “stage” did not subscribe to “said”: no seat is free");
  g_assert_cmpint (usher_host_get_service_state (fixture->stage.host, "stage", NULL),
                   ==,
                   USHER_PLUGIN_FAILED);
  assert_reason (fixture, "the host has not started");
}

static gpointer
stop_host (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  usher_host_stop (fixture->stage.host, TIMEOUT, &error);
  g_assert_no_error (error);

  return NULL;
}

static gboolean
is_stopping (Fixture *fixture)
{
  g_autofree char *reason = NULL;

  usher_host_is_ready (fixture->stage.host, &reason);

  return g_strcmp0 (reason, "the host is stopping") == 0;
}

/* stops the host while @path is answered */
static UsherReply *
stop_under (Fixture *fixture, const char *path)
{
  GThread *call = NULL;
  GThread *stopping = NULL;
  g_autoptr (UsherReply) refused = NULL;

  stage_start (&fixture->stage);
  call = stage_call_async (&fixture->stage, path);
  usher_test_until (g_atomic_int_get (&fixture->n_inside) == 1);
  stopping = g_thread_new ("stop", stop_host, fixture);
  usher_test_until (is_stopping (fixture));
  /* drained a moment after it is not ready */
  do
    {
      g_clear_object (&refused);
      refused = stage_call (&fixture->stage, "GET", "/plain", NULL, NULL, NULL);
    }
  while (usher_reply_get_status (refused) == 200);
  stage_assert_status (refused, 503);

  g_atomic_int_set (&fixture->may_go, TRUE);
  g_thread_join (stopping);

  return stage_join (call);
}

static void
test_stop_under_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A stop waits for what is under way and refuses what comes after");

  reply = stop_under (fixture, "/block");
  stage_assert_status (reply, 200);
}

static void
test_stop_late_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Who begins to wait while the host stops is answered too, and told that nothing "
                  "was done");

  reply = stop_under (fixture, "/late");
  stage_assert_status (reply, 503);
  g_assert_cmpstr (usher_reply_get_header (reply, "X-Usher-Draining"), ==, "1");
}

static void
test_left_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) mine = NULL;
  g_autoptr (UsherReply) plain = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service that cannot be added leaves a host that works, and no route");

  g_assert_false (stage_add (&fixture->stage, "clash", declare_clash, fixture, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  g_assert_true (g_str_has_prefix (error->message, "service “clash” did not configure: "));
  stage_start (&fixture->stage);
  mine = stage_call (&fixture->stage, "GET", "/mine", NULL, NULL, NULL);
  stage_assert_status (mine, 404);
  plain = stage_call (&fixture->stage, "GET", "/plain", NULL, NULL, NULL);
  stage_assert_status (plain, 200);
}

static void
declare_group (UsherContext *context, gpointer group)
{
  usher_context_add_listener (context, "said", group, on_said, NULL, NULL);
}

static void
test_groups (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    const char *group;
    const char *owner; /* NULL: it may have it */
  } groups[] = {
    { NULL, NULL },
    { "a-service", NULL },
    { "a-service.second", NULL },
    { "stage-service", "that of service “stage”" },
    { "stage-service.second", "that of service “stage”" },
    { "a-services", "no service's" },
    { "a", "no service's" },
  };

  g_test_summary ("A service listens in groups of its own alone");

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_autoptr (GError) error = NULL;

      stage_add (&fixture->stage, "a", declare_group, (gpointer) groups[i].group, &error);
      if (groups[i].owner == NULL)
        {
          g_assert_no_error (error);
          continue;
        }

      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, groups[i].owner));
    }
}

static void
assert_route (JsonNode *registration, const char *path, const char *pattern, gboolean is_admin)
{
  JsonNode *route = usher_test_json_find (registration, path);

  g_assert_nonnull (route);
  usher_test_json_assert_string (route, "service", "stage");
  usher_test_json_assert_string (route, "method", "GET");
  usher_test_json_assert_string (route, "pattern", pattern);
  usher_test_json_assert_boolean (route, "admin", is_admin);
  usher_test_json_assert_boolean (route, "signed_in", FALSE);
}

static void
test_register (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = g_build_filename (fixture->stage.directory, "run", NULL);
  g_autofree char *listen = g_strdup_printf ("unix:%s/a.http", run);
  g_autofree char *file = g_build_filename (run, "a.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) json = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host that is registered tells where it listens and what it serves");

  stage_start (&fixture->stage);
  g_assert_cmpint (g_mkdir (run, 0700), ==, 0);
  g_assert_true (usher_host_listen (fixture->stage.host, listen, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (usher_host_register (fixture->stage.host, run, "a", &error));
  g_assert_no_error (error);

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  json = usher_test_json_read (text);
  usher_test_json_assert_string (json, "name", "a");
  usher_test_json_assert_string (json, "listen", listen);
  usher_test_json_assert_null (json, "admin");
  usher_test_json_assert_string (json, "services.0", "stage");
  assert_route (json, "routes.0", "/plain", FALSE);
  assert_route (json, "routes.4", "/operators", TRUE);
}

static gpointer
run_stop (gpointer data)
{
  Fixture *fixture = data;

  return GINT_TO_POINTER (usher_host_stop (fixture->stage.host, TIMEOUT, NULL));
}

static void
test_lame_duck (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->stage.directory, "a.json", NULL);
  g_autoptr (UsherReply) early = NULL;
  GThread *thread = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who stops is first of all not to be found any more, and serves on for a moment");

  stage_start (&fixture->stage);
  g_assert_true (usher_host_register (fixture->stage.host, fixture->stage.directory, "a", &error));
  g_assert_no_error (error);

  thread = g_thread_new ("stop", run_stop, fixture);
  usher_test_until (!g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_false (usher_host_is_ready (fixture->stage.host, NULL));
  early = stage_call (&fixture->stage, "GET", "/plain", NULL, NULL, NULL);
  stage_assert_status (early, 200);

  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
}

static void
test_register_name (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", ".a", "..", "../a", "a/b", "a b", "a\n", "é" };

  g_test_summary ("A name that could lead elsewhere is refused");

  stage_start (&fixture->stage);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          usher_host_register (fixture->stage.host, fixture->stage.directory, names[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static void
test_hub (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestHub) hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, NULL);
  g_autoptr (UsherBus) bus = usher_test_hub_join (hub, "stage");
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a request publishes reaches the listener over a real hub");

  usher_host_start (fixture->stage.host, bus, &error);
  g_assert_no_error (error);

  reply = stage_call (&fixture->stage, "GET", "/say", NULL, NULL, NULL);
  stage_assert_status (reply, 200);
  usher_test_until (g_atomic_int_get (&fixture->n_heard) == 1);

  stage_stop (&fixture->stage);
  usher_test_hub_leave (g_steal_pointer (&bus));
}

#define add(path, with_bus, func) \
  g_test_add ("/host/" path, Fixture, GINT_TO_POINTER (with_bus), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("ready", TRUE, test_ready);
  add ("services", TRUE, test_services);
  add ("start/failure", TRUE, test_failed_start);
  add ("stop/under-way", TRUE, test_stop_under_way);
  add ("stop/late-wait", FALSE, test_stop_late_wait);
  add ("left-out", FALSE, test_left_out);
  add ("groups", FALSE, test_groups);
  add ("hub", FALSE, test_hub);
  add ("register/file", FALSE, test_register);
  add ("register/stop", FALSE, test_lame_duck);
  add ("register/bad-name", FALSE, test_register_name);

  return g_test_run ();
}
