/* test-context.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher-host.h>
#include <usher.h>

#include "usher-test-base.h"

typedef struct
{
  char *directory;
  UsherSettings *settings;
  UsherHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-context-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->settings = usher_settings_new ();
  g_assert_true (usher_host_declare_settings (fixture->settings, &error));
  fixture->host = usher_host_new (fixture->directory, fixture->settings, clock, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->host);
  g_assert_finalize_object (fixture->settings);
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->directory);
}

static gboolean
add (Fixture *fixture, const char *name, UsherConfigureFunc configure, GError **error)
{
  GType type = usher_service_register_type (name, configure);
  g_autoptr (UsherService) service = g_object_new (type, NULL);

  return usher_host_add_service (fixture->host, name, service, error);
}

static void
assert_refused (Fixture *fixture, UsherConfigureFunc configure, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (add (fixture, "notes", configure, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, message);
}

/* @status: what a request of nobody is answered */
static void
assert_answer (Fixture *fixture, const char *method, const char *path, guint status)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, path);
  g_autoptr (UsherReply) reply = usher_host_call (fixture->host, request, FALSE);

  g_assert_cmpuint (usher_reply_get_status (reply), ==, status);
}

static gboolean
answer (UsherRequest *request,
        UsherUnit *unit,
        UsherReply *reply,
        gpointer user_data,
        GError **error)
{
  g_assert_true (USHER_IS_CONTEXT (user_data));
  usher_reply_set_status (reply, 204);

  return TRUE;
}

static gboolean
take (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
configure_routes (UsherContext *context, GError **error)
{
  static const UsherRouteEntry routes[] = {
    { "GET", "/notes", USHER_ROUTE_NONE, answer },
    { "DELETE", "/notes/:id", USHER_ROUTE_SIGNED_IN, answer },
  };

  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), context);
  usher_context_add_routes (context, NULL, 0, NULL);

  return TRUE;
}

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A table declares all its routes, each with its flags and the data of the table.");

  g_assert_true (add (fixture, "notes", configure_routes, &error));
  g_assert_true (usher_host_start (fixture->host, NULL, &error));
  g_assert_no_error (error);
  assert_answer (fixture, "GET", "/notes", 204);
  assert_answer (fixture, "DELETE", "/notes/1", 401);
  g_assert_true (usher_host_stop (fixture->host, G_TIME_SPAN_SECOND, &error));
}

static gboolean
configure_no_handler (UsherContext *context, GError **error)
{
  static const UsherRouteEntry routes[] = {
    { "GET", "/notes", USHER_ROUTE_NONE, answer },
    { "PUT", "/notes/:id", USHER_ROUTE_NONE, NULL },
  };

  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), context);

  return TRUE;
}

static gboolean
configure_no_method (UsherContext *context, GError **error)
{
  const UsherRouteEntry route = { NULL, "/notes", USHER_ROUTE_NONE, answer };

  usher_context_add_routes (context, &route, 1, context);

  return TRUE;
}

static gboolean
configure_one_no_handler (UsherContext *context, GError **error)
{
  usher_context_add_route (context, "GET", "/notes", USHER_ROUTE_NONE, NULL, NULL, NULL);

  return TRUE;
}

static gboolean
configure_timer_no_handler (UsherContext *context, GError **error)
{
  usher_context_add_timer (context, "ring", NULL, NULL, NULL);

  return TRUE;
}

static void
test_routes_lack (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A route or timer without a handler or a method fails the configuration and is named.");

  assert_refused (
      fixture,
      configure_no_handler,
      "service “notes” did not configure: route “PUT /notes/:id” wants a name and a handler");
  assert_refused (fixture,
                  configure_no_method,
                  "service “notes” did not configure: route “ /notes” wants a name and a handler");
  assert_refused (
      fixture,
      configure_one_no_handler,
      "service “notes” did not configure: route “GET /notes” wants a name and a handler");
  assert_refused (fixture,
                  configure_timer_no_handler,
                  "service “notes” did not configure: timer “ring” wants a name and a handler");
}

static gboolean
configure_listeners (UsherContext *context, GError **error)
{
  static const UsherListenerEntry listeners[] = {
    { "ticket:created", NULL, take },
    { "ticket:created", "notes-service.again", take },
  };

  usher_context_add_listeners (context, listeners, G_N_ELEMENTS (listeners), NULL);

  return TRUE;
}

static gboolean
configure_deaf (UsherContext *context, GError **error)
{
  const UsherListenerEntry listener = { "ticket:created" };

  usher_context_add_listeners (context, &listener, 1, NULL);

  return TRUE;
}

static gboolean
configure_foreign_group (UsherContext *context, GError **error)
{
  const UsherListenerEntry listener = { "ticket:created", "orders-service", take };

  usher_context_add_listeners (context, &listener, 1, NULL);

  return TRUE;
}

static void
test_listeners (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A table declares all its listeners, and what is wrong with one is said.");

  g_assert_true (add (fixture, "notes", configure_listeners, &error));
  g_assert_no_error (error);
  assert_refused (fixture,
                  configure_deaf,
                  "service “notes” did not configure: the listener on “ticket:created” wants a "
                  "name and a handler");
  assert_refused (fixture,
                  configure_foreign_group,
                  "service “notes” did not configure: it listens to “ticket:created” in group "
                  "“orders-service”, which is that of service “orders”; those of “notes” are "
                  "“notes-service” and “notes-service.*”");
}

static gboolean
configure_settings (UsherContext *context, GError **error)
{
  static const UsherSetting settings[] = {
    { .key = "max", .type = USHER_SETTING_INTEGER, .default_value = "3", .min = 1, .max = 9 },
    { "notes", "colour", USHER_SETTING_STRING, "blue" },
  };

  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));

  return TRUE;
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A setting without a group is in that of the service, for all who look there.");

  g_assert_true (usher_settings_assign (fixture->settings, "notes.max=7", "the test", &error));
  g_assert_true (add (fixture, "notes", configure_settings, &error));
  g_assert_no_error (error);
  g_assert_cmpint (usher_settings_get_integer (fixture->settings, "notes", "max"), ==, 7);
  g_assert_cmpstr (usher_settings_get_string (fixture->settings, "notes", "colour"), ==, "blue");
}

static void
test_settings_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "The range of a setting without a group holds, and the error has its whole name.");

  g_assert_true (usher_settings_assign (fixture->settings, "notes.max=10", "the test", &error));
  g_assert_false (add (fixture, "notes", configure_settings, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "notes.max"));
}

static void
test_settings_of_host (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A service that is called as a group of the host's has no settings without a group.");

  g_assert_false (add (fixture, "http", configure_settings, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“http.max”, but group “http” is the host's"));
}

static const UsherField note_fields[] = {
  { "id", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "text", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "author.id", USHER_FIELD_ID },
};

static gboolean
configure_events (UsherContext *context, GError **error)
{
  static const UsherEventEntry events[] = {
    { "note:created", note_fields, G_N_ELEMENTS (note_fields) },
    { "note:lost", NULL, 0 },
  };

  usher_context_add_events (context, events, G_N_ELEMENTS (events));

  return TRUE;
}

static gboolean
configure_less (UsherContext *context, GError **error)
{
  usher_context_add_event (context, "note:created", note_fields, 2);

  return TRUE;
}

static gboolean
configure_more (UsherContext *context, GError **error)
{
  const UsherField more = { "colour", USHER_FIELD_STRING };

  usher_context_add_event (context, "note:lost", &more, 1);

  return TRUE;
}

static gboolean
configure_other_type (UsherContext *context, GError **error)
{
  UsherField fields[3] = { note_fields[0], note_fields[1], note_fields[2] };

  fields[2].type = USHER_FIELD_STRING;
  usher_context_add_event (context, "note:created", fields, G_N_ELEMENTS (fields));

  return TRUE;
}

static gboolean
configure_optional (UsherContext *context, GError **error)
{
  UsherField fields[3] = { note_fields[0], note_fields[1], note_fields[2] };

  fields[1].flags = USHER_FIELD_NONE;
  usher_context_add_event (context, "note:created", fields, G_N_ELEMENTS (fields));
  usher_context_add_route (context, "GET", "/optional", USHER_ROUTE_NONE, answer, context, NULL);

  return TRUE;
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Services that declare one channel alike are welcome.");

  g_assert_true (add (fixture, "notes", configure_events, &error));
  g_assert_true (add (fixture, "notes-2", configure_events, &error));
  g_assert_no_error (error);
}

static void
test_events_differ (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    UsherConfigureFunc configure;
    const char *event;
    const char *member;
  } cases[] = {
    { configure_less, "note:created", "author.id" },
    { configure_more, "note:lost", "colour" },
    { configure_other_type, "note:created", "author.id" },
    { configure_optional, "note:created", "text" },
  };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service that declares an event in another way than one before it is refused.");

  g_assert_true (add (fixture, "first", configure_events, &error));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message =
          g_strdup_printf ("service “notes” did not configure: event “%s” is declared by service "
                           "“first” too, and differently: member “%s”",
                           cases[i].event,
                           cases[i].member);

      assert_refused (fixture, cases[i].configure, message);
    }

  /* nor has it a route then */
  g_assert_true (usher_host_start (fixture->host, NULL, &error));
  assert_answer (fixture, "GET", "/optional", 404);
  g_assert_true (usher_host_stop (fixture->host, G_TIME_SPAN_SECOND, &error));
}

static gboolean
configure_twice (UsherContext *context, GError **error)
{
  usher_context_add_event (context, "note:created", note_fields, G_N_ELEMENTS (note_fields));
  usher_context_add_event (context, "note:created", note_fields, G_N_ELEMENTS (note_fields));

  return TRUE;
}

static gboolean
configure_no_channel (UsherContext *context, GError **error)
{
  usher_context_add_event (context, "note created", note_fields, G_N_ELEMENTS (note_fields));

  return TRUE;
}

static gboolean
configure_bad_name (UsherContext *context, GError **error)
{
  const UsherField field = { "two words", USHER_FIELD_STRING };

  usher_context_add_event (context, "note:created", &field, 1);

  return TRUE;
}

static gboolean
configure_no_name (UsherContext *context, GError **error)
{
  const UsherField field = { NULL, USHER_FIELD_STRING };

  usher_context_add_event (context, "note:created", &field, 1);

  return TRUE;
}

static gboolean
configure_two_ids (UsherContext *context, GError **error)
{
  const UsherField fields[] = { note_fields[0], note_fields[0] };

  usher_context_add_event (context, "note:created", fields, G_N_ELEMENTS (fields));

  return TRUE;
}

static gboolean
configure_clash (UsherContext *context, GError **error)
{
  const UsherField fields[] = { note_fields[2], { "author", USHER_FIELD_STRING } };

  usher_context_add_event (context, "note:created", fields, G_N_ELEMENTS (fields));

  return TRUE;
}

static void
test_events_malformed (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    UsherConfigureFunc configure;
    const char *reason;
  } cases[] = {
    { configure_twice, "event “note:created” is declared twice" },
    { configure_no_channel, "“note created” is no name for the channel of an event" },
    { configure_bad_name,
      "event “note:created”: field “two words” of collection “payload” has no usable name" },
    { configure_no_name,
      "event “note:created”: field “” of collection “payload” has no usable name" },
    { configure_two_ids, "event “note:created”: field “id” is there twice" },
    { configure_clash,
      "event “note:created”: field “author” of collection “payload” clashes with another that "
      "nests" },
  };

  g_test_summary ("A table that is wrong fails the configuration, which names channel and member.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message =
          g_strconcat ("service “notes” did not configure: ", cases[i].reason, NULL);

      assert_refused (fixture, cases[i].configure, message);
    }
}

static void
test_types (void)
{
  const char *const names[] = { "notes", "my-notes", "my_notes", "notes-2", "n" };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_test_summary ("Each name has a type of its own, which is the same whenever it is asked for.");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GType type = usher_service_register_type (names[i], configure_routes);

      g_assert_true (g_type_is_a (type, USHER_TYPE_SERVICE));
      g_assert_true (g_hash_table_add (seen, GSIZE_TO_POINTER (type)));
      g_assert_true (usher_service_register_type (names[i], configure_routes) == type);
    }
}

static void
test_types_of_one_name (Fixture *fixture, gconstpointer data)
{
  GType first = usher_service_register_type ("twice", configure_routes);
  GType second = usher_service_register_type ("twice", configure_no_handler);
  g_autoptr (UsherService) service = g_object_new (second, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Two modules of one name have each its own function, and no type is given twice.");

  g_assert_true (first != second);
  g_assert_true (usher_service_register_type ("twice", configure_no_handler) == second);
  g_assert_false (usher_host_add_service (fixture->host, "twice", service, &error));
  g_assert_nonnull (strstr (error->message, "“PUT /notes/:id”"));
}

static gpointer
register_notes (gpointer data)
{
  return GSIZE_TO_POINTER (usher_service_register_type ("threads", configure_routes));
}

static void
test_types_of_threads (void)
{
  GThread *threads[8];
  gpointer expected = NULL;

  g_test_summary ("Threads that ask at once get one type.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("register", register_notes, NULL);
  expected = register_notes (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == expected);
}

static gboolean
read_form (UsherRequest *request,
           UsherUnit *unit,
           UsherReply *reply,
           gpointer context,
           GError **error)
{
  UsherSchema *form = usher_context_get_form (context, "credentials");
  g_autoptr (UsherDocument) asked = usher_request_read (request, form, error);

  g_assert_null (usher_context_get_form (context, "other"));
  if (asked == NULL)
    return FALSE;

  g_assert_cmpstr (usher_document_get_string (asked, "name"), ==, "ann");
  usher_reply_set_status (reply, 204);

  return TRUE;
}

static gboolean
configure_form (UsherContext *context, GError **error)
{
  static const UsherField fields[] = {
    { "name", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED },
  };
  static const UsherRouteEntry route = { "POST", "/names", USHER_ROUTE_NONE, read_form };

  usher_context_add_form (context, "credentials", fields, G_N_ELEMENTS (fields));
  usher_context_add_routes (context, &route, 1, context);

  return TRUE;
}

static guint
post_name (Fixture *fixture, const char *json)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/names");
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  g_autoptr (UsherReply) reply = NULL;

  usher_request_add_header (request, "Content-Type", "application/json");
  usher_request_set_body (request, body);
  reply = usher_host_call (fixture->host, request, FALSE);

  return usher_reply_get_status (reply);
}

static void
test_form (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What is asked for in a body is declared once, and is no collection of the store.");

  g_assert_true (add (fixture, "notes", configure_form, &error));
  g_assert_true (usher_host_start (fixture->host, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (post_name (fixture, "{\"name\":\"ann\"}"), ==, 204);
  g_assert_cmpuint (post_name (fixture, "{}"), ==, 400);
  g_assert_true (usher_host_stop (fixture->host, G_TIME_SPAN_SECOND, &error));
}

static gboolean
configure_bad_form (UsherContext *context, GError **error)
{
  static const UsherField twice[] = {
    { "name", USHER_FIELD_STRING },
    { "name", USHER_FIELD_ID },
  };

  usher_context_add_form (context, "credentials", twice, G_N_ELEMENTS (twice));

  return TRUE;
}

static void
test_form_wrong (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A form whose fields are wrong fails the configuration.");

  g_assert_false (add (fixture, "notes", configure_bad_form, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static gboolean
configure_forms (UsherContext *context, GError **error)
{
  static const UsherField fields[] = { { "name", USHER_FIELD_STRING } };

  usher_context_add_form (context, "credentials", fields, G_N_ELEMENTS (fields));
  usher_context_add_form (context, "credentials", fields, G_N_ELEMENTS (fields));

  return TRUE;
}

static void
test_form_twice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Two forms of one name fail the configuration.");

  assert_refused (fixture,
                  configure_forms,
                  "service “notes” did not configure: form “credentials” is declared twice");
}

#define ADD(path, func) g_test_add ("/context/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("routes", test_routes);
  ADD ("routes/lack", test_routes_lack);
  ADD ("listeners", test_listeners);
  ADD ("form", test_form);
  ADD ("form/twice", test_form_twice);
  ADD ("form/wrong", test_form_wrong);
  ADD ("settings", test_settings);
  ADD ("settings/range", test_settings_range);
  ADD ("settings/of-host", test_settings_of_host);
  ADD ("events", test_events);
  ADD ("events/differ", test_events_differ);
  ADD ("events/malformed", test_events_malformed);
  g_test_add_func ("/context/types", test_types);
  ADD ("types/of-one-name", test_types_of_one_name);
  g_test_add_func ("/context/types/of-threads", test_types_of_threads);

  return g_test_run ();
}
