/* test-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <usher-host.h>
#include <usher.h>

#include "usher-test-base.h"

/* what a text may have that JSON, a path or a pattern could stumble over */
#define HOSTILE "\"}],{'\\/\n\t\x01 Ünïcödé \xf0\x9f\x8e\xab <b> $ref #/~1"

typedef struct
{
  char *directory;
  UsherSettings *settings;
  UsherHost *host;
} Fixture;

static UsherHost *
make_host (Fixture *fixture)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;
  UsherHost *host = usher_host_new_shared (fixture->directory, fixture->settings, clock, &error);

  g_assert_no_error (error);

  return host;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-description-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->settings = usher_settings_new ();
  g_assert_true (usher_host_declare_settings (fixture->settings, &error));
  fixture->host = make_host (fixture);
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
try_add (UsherHost *host, const char *name, UsherConfigureFunc configure, GError **error)
{
  GType type = usher_service_register_type (name, configure);
  g_autoptr (UsherService) service = g_object_new (type, NULL);

  return usher_host_add_service (host, name, service, error);
}

static void
add (UsherHost *host, const char *name, UsherConfigureFunc configure)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (try_add (host, name, configure, &error));
  g_assert_no_error (error);
}

static JsonNode *
describe (UsherHost *host, UsherDescriptionFormat format)
{
  g_autofree char *text = usher_host_describe (host, format);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (text, "}\n"));

  return node;
}

/* @path: names with bars between */
static JsonObject *
get_object (JsonNode *node, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "|", -1);
  JsonObject *object = json_node_get_object (node);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_assert_true (json_object_has_member (object, names[i]));
      object = json_object_get_object_member (object, names[i]);
    }

  return object;
}

static gboolean
answer (UsherRequest *request,
        UsherUnit *unit,
        UsherReply *reply,
        gpointer user_data,
        GError **error)
{
  return TRUE;
}

static gboolean
configure_notes (UsherContext *context, GError **error)
{
  static const UsherField fields[] = {
    { "text", USHER_FIELD_STRING, USHER_FIELD_INPUT | USHER_FIELD_REQUIRED, 3, 9 },
    { "place.x", USHER_FIELD_INTEGER, USHER_FIELD_INPUT, -5, 5 },
    { "place.y", USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
    { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  };
  static const UsherField shown[] = {
    { "id", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
    { "when", USHER_FIELD_TIME, USHER_FIELD_NULLABLE | USHER_FIELD_REQUIRED },
  };

  usher_context_add_collection (context, "notes", fields, G_N_ELEMENTS (fields));
  usher_context_add_view (context, "shown", shown, G_N_ELEMENTS (shown));
  usher_context_add_route (context, "GET", "/notes", 0, answer, NULL, NULL);
  usher_context_add_route (context, "GET", "/notes/:id", 0, answer, NULL, NULL);
  usher_context_add_route (
      context, "PUT", "/notes/:key", USHER_ROUTE_SIGNED_IN, answer, NULL, NULL);
  usher_context_add_route (context, "POST", "/plain", 0, answer, NULL, NULL);
  usher_context_describe_route (context, "PUT", "/notes/:key", "Change it", "notes", NULL);
  usher_context_add_answer (context, "GET", "/notes", 200, "notes[]", NULL);
  usher_context_add_answer (context, "GET", "/notes/:id", 200, "notes", NULL);
  usher_context_add_answer (context, "PUT", "/notes/:key", 200, "shown", NULL);
  usher_context_add_answer (context, "PUT", "/notes/:key", 409, NULL, "No");
  usher_context_add_event (context, "note:made", fields, G_N_ELEMENTS (fields));

  return TRUE;
}

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) openapi = NULL;
  JsonObject *schema = NULL;
  JsonObject *operation = NULL;

  g_test_summary ("OpenAPI has each route with what it asks for, answers, and what the host adds");

  add (fixture->host, "notes", configure_notes);
  openapi = describe (fixture->host, USHER_DESCRIPTION_OPENAPI);

  /* both methods of one path call its parameter the same */
  operation = get_object (openapi, "paths|/notes/{id}|put");
  g_assert_cmpstr (json_object_get_string_member (operation, "summary"), ==, "Change it");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (operation, "security")),
                    ==,
                    2);
  get_object (openapi, "paths|/notes/{id}|put|responses|401");
  get_object (openapi, "paths|/notes/{id}|put|responses|415");
  get_object (openapi, "paths|/notes/{id}|put|responses|409|content");
  get_object (openapi, "paths|/notes/{id}|get|responses|304");
  get_object (openapi, "paths|/notes|get|responses|200|headers|Link");
  get_object (openapi, "paths|/plain|post|responses|2XX");

  schema = get_object (openapi, "components|schemas|notes.notes|properties");
  g_assert_false (json_object_has_member (schema, "secret"));
  g_assert_true (json_object_has_member (schema, "version"));
  schema = get_object (openapi, "components|schemas|notes.notes.request");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (schema, "required")),
                    ==,
                    1);
  schema = json_object_get_object_member (schema, "properties");
  g_assert_false (json_object_has_member (schema, "id"));
  g_assert_true (json_object_has_member (schema, "place"));
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) asyncapi = NULL;
  JsonObject *payload = NULL;

  g_test_summary ("AsyncAPI has each channel; the payload of a document has its id and version");

  add (fixture->host, "notes", configure_notes);
  asyncapi = describe (fixture->host, USHER_DESCRIPTION_ASYNCAPI);
  payload = get_object (asyncapi, "components|messages|note.made|payload|properties");
  g_assert_true (json_object_has_member (payload, "version"));
  g_assert_false (json_object_has_member (payload, "secret"));
  g_assert_cmpstr (json_object_get_string_member (get_object (asyncapi, "channels|note.made"),
                                                  "address"),
                   ==,
                   "note:made");
}

static gboolean
configure_hostile (UsherContext *context, GError **error)
{
  static const UsherField fields[] = { { "text", USHER_FIELD_STRING, USHER_FIELD_INPUT } };
  static const char *const values[] = { HOSTILE, "", "b", NULL };

  usher_context_add_form (context, "form", fields, G_N_ELEMENTS (fields));
  usher_context_add_route (context, "POST", "/{a}\"/:n\"}ame/:n''ame", 0, answer, NULL, NULL);
  usher_context_add_route (context, "X-PURGE", "/é/%", 0, answer, NULL, NULL);
  usher_context_describe_route (
      context, "POST", "/{a}\"/:n\"}ame/:n''ame", HOSTILE, "form", "form");
  usher_context_add_answer (context, "POST", "/{a}\"/:n\"}ame/:n''ame", 400, NULL, HOSTILE);
  usher_context_add_answer (context, "POST", "/{a}\"/:n\"}ame/:n''ame", 400, NULL, "\xff\xfe");
  usher_context_describe_field (context, "form", "text", HOSTILE, values, HOSTILE);

  return TRUE;
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  static const UsherDescriptionFormat formats[] = {
    USHER_DESCRIPTION_JSON,
    USHER_DESCRIPTION_OPENAPI,
    USHER_DESCRIPTION_ASYNCAPI,
  };
  g_autoptr (JsonNode) openapi = NULL;
  JsonObject *operation = NULL;
  JsonObject *field = NULL;

  g_test_summary ("Quotes, braces, control characters and what is no UTF-8 stay text");

  add (fixture->host, "hostile", configure_hostile);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (JsonNode) node = describe (fixture->host, formats[i]);

      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
    }

  openapi = describe (fixture->host, USHER_DESCRIPTION_OPENAPI);
  operation = get_object (openapi, "paths|/%7Ba%7D%22/{n__ame}/{n__ame_2}|post");
  g_assert_cmpstr (json_object_get_string_member (operation, "summary"), ==, HOSTILE);
  get_object (openapi, "paths|/%C3%A9/%25|x-x-purge");
  field = get_object (openapi, "components|schemas|hostile.form.request|properties|text");
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (field, "enum"), 0),
                   ==,
                   HOSTILE);
  g_assert_cmpstr (json_object_get_string_member (field, "description"), ==, HOSTILE);
}

static gboolean
configure_other (UsherContext *context, GError **error)
{
  usher_context_add_route (context, "DELETE", "/notes/:whatever", 0, answer, NULL, NULL);

  return TRUE;
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherHost) other = make_host (fixture);

  g_test_summary ("The same services give the same text, in whichever order they came");

  add (fixture->host, "notes", configure_notes);
  add (fixture->host, "aside", configure_other);
  add (other, "aside", configure_other);
  add (other, "notes", configure_notes);
  for (guint i = USHER_DESCRIPTION_JSON; i <= USHER_DESCRIPTION_ASYNCAPI; i++)
    {
      g_autofree char *text = usher_host_describe (fixture->host, i);
      g_autofree char *again = usher_host_describe (other, i);

      g_assert_cmpstr (text, ==, again);
    }
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) json = describe (fixture->host, USHER_DESCRIPTION_JSON);
  g_autoptr (JsonNode) openapi = describe (fixture->host, USHER_DESCRIPTION_OPENAPI);
  JsonArray *services = json_object_get_array_member (json_node_get_object (json), "services");

  g_test_summary ("A host without services has a description, in which there are none");

  g_assert_cmpuint (json_array_get_length (services), ==, 0);
  g_assert_cmpuint (json_object_get_size (get_object (openapi, "paths")), ==, 0);
}

#define MANY_ROUTES 25
#define MANY        40

static gboolean
configure_many (UsherContext *context, GError **error)
{
  static const UsherField fields[] = { { "text", USHER_FIELD_STRING, USHER_FIELD_INPUT } };

  usher_context_add_collection (context, "things", fields, G_N_ELEMENTS (fields));
  for (guint i = 0; i < MANY_ROUTES; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%u/:id", usher_context_get_name (context), i);

      usher_context_add_route (context, "GET", path, 0, answer, NULL, NULL);
      usher_context_add_answer (context, "GET", path, 200, "things[]", NULL);
    }

  return TRUE;
}

static void
test_big (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) openapi = NULL;

  g_test_summary ("A host with a thousand routes is described whole");

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("many-%u", i);

      add (fixture->host, name, configure_many);
    }
  openapi = describe (fixture->host, USHER_DESCRIPTION_OPENAPI);
  g_assert_cmpuint (json_object_get_size (get_object (openapi, "paths")), ==, MANY * MANY_ROUTES);
  g_assert_cmpuint (json_object_get_size (get_object (openapi, "components|schemas")),
                    ==,
                    MANY + 1);
}

/* what a wrong description says of one route, table or event */
static gboolean
configure_wrong (UsherContext *context, GError **error)
{
  static const UsherField fields[] = { { "n", USHER_FIELD_INTEGER, USHER_FIELD_INPUT } };
  static const char *const values[] = { "a", NULL };
  const char *what = usher_context_get_name (context);

  usher_context_add_form (context, "form", fields, G_N_ELEMENTS (fields));
  usher_context_add_route (context, "GET", "/a", 0, answer, NULL, NULL);
  if (g_str_equal (what, "wrong-route"))
    usher_context_describe_route (context, "PUT", "/a", NULL, NULL, NULL);
  else if (g_str_equal (what, "wrong-body"))
    usher_context_describe_route (context, "GET", "/a", NULL, "from", NULL);
  else if (g_str_equal (what, "wrong-list"))
    usher_context_describe_route (context, "GET", "/a", NULL, NULL, "form[]");
  else if (g_str_equal (what, "wrong-answer"))
    usher_context_add_answer (context, "GET", "/a", 200, "form[][]", NULL);
  else if (g_str_equal (what, "wrong-status"))
    usher_context_add_answer (context, "GET", "/a", 99, NULL, NULL);
  else if (g_str_equal (what, "wrong-field"))
    usher_context_describe_field (context, "form", "m", NULL, NULL, NULL);
  else if (g_str_equal (what, "wrong-values"))
    usher_context_describe_field (context, NULL, "n", NULL, values, NULL);
  else if (g_str_equal (what, "wrong-event"))
    usher_context_describe_event (context, "no:event", "Never");
  else if (g_str_equal (what, "wrong-view"))
    usher_context_add_view (context, "a view", fields, G_N_ELEMENTS (fields));
  else
    usher_context_add_view (context, "twice", NULL, 0);
  if (g_str_equal (what, "wrong-twice"))
    usher_context_add_view (context, "twice", NULL, 0);

  return TRUE;
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *pattern;
  } cases[] = {
    { "wrong-route", "*route “PUT /a” is described and not declared*" },
    { "wrong-body", "*“GET /a” is described by “from”, which is no view, form or collection*" },
    { "wrong-list", "*“form[]”, which is no*" },
    { "wrong-answer", "*“form[][]”, which is no*" },
    { "wrong-status", "*status 99*" },
    { "wrong-field", "*field “m” of “form” is described and not declared*" },
    { "wrong-values", "*field “n” is no string*" },
    { "wrong-event", "*event “no:event” is described and not declared*" },
    { "wrong-view", "*view “a view”*" },
    { "wrong-twice", "*view “twice” is declared twice*" },
  };

  g_test_summary ("What describes something that is not declared fails its service, with its name");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (try_add (fixture->host, cases[i].name, configure_wrong, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      if (!g_pattern_match_simple (cases[i].pattern, error->message))
        g_error ("“%s” is not “%s”", error->message, cases[i].pattern);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add_test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add_test ("/description/routes", test_routes);
  add_test ("/description/events", test_events);
  add_test ("/description/hostile", test_hostile);
  add_test ("/description/order", test_order);
  add_test ("/description/empty", test_empty);
  add_test ("/description/big", test_big);
  add_test ("/description/wrong", test_wrong);

  return g_test_run ();
}
