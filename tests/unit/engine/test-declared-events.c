/* test-declared-events.c: what is published is as it was declared
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaa"
#define CHANNEL "toy:sold"
#define TOYS    "toys"

typedef struct
{
  Stage stage;
  gconstpointer data;
} Fixture;

typedef struct
{
  const char *path;
  const char *payload;
  const char *fault; /* (nullable): what a debug build says of it */
} Text;

static const UsherField sold_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "price", USHER_FIELD_MONEY },
  { "soldAt", USHER_FIELD_TIME },
  { "isNew", USHER_FIELD_BOOLEAN },
  { "buyer.id", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "buyer.rank", USHER_FIELD_INTEGER },
  { "extra", USHER_FIELD_JSON },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

static const UsherField toy_fields[] = {
  { "name",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED,
    3,
    9,
    "Name is required" },
  { "price", USHER_FIELD_MONEY },
  { "madeAt", USHER_FIELD_TIME },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE | USHER_FIELD_REQUIRED },
};

#define BUYER "\"buyer\":{\"id\":\"" ID "\"}"
#define WHOLE "{\"name\":\"a\"," BUYER

static const Text texts[] = {
  { "least", WHOLE "}", NULL },
  { "all",
    WHOLE
    ",\"price\":19.99,\"soldAt\":\"2026-01-01T00:00:00.000Z\",\"isNew\":false,\"extra\":[{}]}",
    NULL },
  { "id-and-version", WHOLE ",\"id\":\"" ID "\",\"version\":3}", NULL },
  { "null", WHOLE ",\"price\":null,\"soldAt\":null,\"isNew\":null,\"extra\":null}", NULL },
  { "anything-in-json", WHOLE ",\"extra\":{\"a\":{\"b\":1}}}", NULL },
  { "missing", "{" BUYER "}", "member “name” is missing" },
  { "missing-null", "{\"name\":null," BUYER "}", "member “name” is missing" },
  { "missing-nested", "{\"name\":\"a\",\"buyer\":{\"rank\":1}}", "member “buyer.id” is missing" },
  { "missing-object", "{\"name\":\"a\"}", "member “buyer.id” is missing" },
  { "missing-object-null", "{\"name\":\"a\",\"buyer\":null}", "member “buyer.id” is missing" },
  { "no-string", "{\"name\":1," BUYER "}", "member “name” is not of type “string”" },
  { "no-id", "{\"name\":\"a\",\"buyer\":{\"id\":\"b\"}}", "member “buyer.id” is not of type “id”" },
  { "no-integer",
    "{\"name\":\"a\",\"buyer\":{\"id\":\"" ID "\",\"rank\":1.5}}",
    "member “buyer.rank” is not of type “integer”" },
  { "no-boolean", WHOLE ",\"isNew\":0}", "member “isNew” is not of type “boolean”" },
  { "no-money", WHOLE ",\"price\":true}", "member “price” is not of type “money”" },
  { "money-as-text", WHOLE ",\"price\":\"19.99\"}", "member “price” is not of type “money”" },
  { "money-of-mills", WHOLE ",\"price\":19.995}", "member “price” is not of type “money”" },
  { "money-as-float", WHOLE ",\"price\":1.99e1}", "member “price” is not of type “money”" },
  { "no-time", WHOLE ",\"soldAt\":\"yesterday\"}", "member “soldAt” is not of type “time”" },
  { "time-as-number", WHOLE ",\"soldAt\":1767225600}", "member “soldAt” is not of type “time”" },
  { "undeclared", WHOLE ",\"colour\":\"red\"}", "member “colour” is not declared" },
  { "undeclared-nested",
    "{\"name\":\"a\",\"buyer\":{\"id\":\"" ID "\",\"version\":1}}",
    "member “buyer.version” is not declared" },
  { "undeclared-dotted", WHOLE ",\"buyer.rank\":1}", "member “buyer.rank” is not declared" },
  { "private", WHOLE ",\"secret\":\"x\"}", "member “secret” is not declared" },
  { "value-for-object", "{\"name\":\"a\",\"buyer\":\"" ID "\"}", "member “buyer” is no object" },
  { "object-for-value", "{\"name\":{}," BUYER "}", "member “name” is not of type “string”" },
  { "array", "[]", "it is no object" },
  { "string", "\"a\"", "it is no object" },
};

static gboolean
publish_text (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  Fixture *fixture = user_data;
  const Text *text = fixture->data;

  usher_unit_publish (unit, CHANNEL, text->payload);

  return TRUE;
}

static gboolean
publish_elsewhere (UsherRequest *request,
                   UsherUnit *unit,
                   UsherReply *reply,
                   gpointer user_data,
                   GError **error)
{
  usher_unit_publish (unit, "toy:lost", "{\"whatever\":1}");

  return TRUE;
}

/* what a debug build does not let pass is 500 there */
static gboolean
build_little (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer user_data,
              GError **error)
{
  UsherPayload *payload = usher_unit_begin_event (unit, CHANNEL);

  usher_payload_set_string (payload, "buyer.id", ID);

  return TRUE;
}

static gboolean
build_all (UsherRequest *request,
           UsherUnit *unit,
           UsherReply *reply,
           gpointer user_data,
           GError **error)
{
  UsherPayload *payload = usher_unit_begin_event (unit, CHANNEL);

  usher_payload_set_string (payload, "name", "a");
  usher_payload_set_string (payload, "buyer.id", ID);
  usher_payload_set_money (payload, "price", 1999);
  usher_payload_set_time (payload, "soldAt", STAGE_TIME);
  usher_payload_set_boolean (payload, "isNew", TRUE);
  usher_payload_set_integer (payload, "buyer.rank", 3);
  usher_payload_set_json (payload, "extra", "[1]");

  return TRUE;
}

/* a step is a handler too */
static gboolean
build_in_step (UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  return build_little (NULL, unit, reply, user_data, error);
}

static gboolean
build_later (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  usher_unit_then (unit, build_in_step, NULL, NULL);

  return TRUE;
}

/* an event that is begun by who fails is not published, and may be no whole one */
static gboolean
build_and_fail (UsherRequest *request,
                UsherUnit *unit,
                UsherReply *reply,
                gpointer user_data,
                GError **error)
{
  build_little (request, unit, reply, user_data, error);

  return usher_refuse (error, USHER_ERROR_INVALID, "after all");
}

static gboolean
make_toy (UsherRequest *request,
          UsherUnit *unit,
          UsherReply *reply,
          gpointer user_data,
          GError **error)
{
  g_autoptr (UsherDocument) toy = usher_unit_new_document (unit, TOYS, error);
  const char *name = usher_request_get_query (request, "name");

  usher_document_set_string (toy, "name", name);
  usher_document_set_integer (toy, "price", 1999);
  usher_document_set_integer (toy, "madeAt", STAGE_TIME);
  usher_document_set_string (toy, "secret", "x");

  return usher_unit_create (unit, toy, "toy:made", error);
}

/* of a table that is not its own: as some members are, by another name of the type, and too many */
static gboolean
tell_as (UsherRequest *request,
         UsherUnit *unit,
         UsherReply *reply,
         gpointer user_data,
         GError **error)
{
  g_autoptr (UsherDocument) toy = usher_unit_new_document (unit, TOYS, error);
  g_autofree char *channel =
      g_strconcat ("toy:", usher_request_get_parameter (request, "how"), NULL);

  usher_document_set_string (toy, "name", ID);
  usher_document_set_integer (toy, "price", 1999);

  return usher_unit_create (unit, toy, channel, error);
}

/* of a later generation, which has a member more */
static gboolean
tell_of_stranger (UsherRequest *request,
                  UsherUnit *unit,
                  UsherReply *reply,
                  gpointer user_data,
                  GError **error)
{
  static const char *const text =
      "{\"id\":\"" ID "\",\"version\":2,\"name\":\"car\",\"wheels\":4,\"box\":{\"size\":1}}";
  g_autoptr (UsherDocument) like = usher_unit_new_document (unit, TOYS, error);
  g_autoptr (UsherDocument) toy = usher_document_new_from_text (
      usher_document_get_schema (like), ID, 2, text, (gssize) strlen (text), NULL);

  usher_unit_publish_document (unit, "toy:made", toy);

  return TRUE;
}

/* what others than its own table say of a toy */
static const UsherField loose_fields[] = {
  { "id", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "version", USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED },
  { "name", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "price", USHER_FIELD_JSON },
  { "colour", USHER_FIELD_STRING },
};

static const UsherField narrow_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static const UsherField wide_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "price", USHER_FIELD_MONEY },
  { "colour", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static const UsherField other_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { "price", USHER_FIELD_BOOLEAN },
};

static const UsherField versioned_fields[] = {
  { "version", USHER_FIELD_STRING },
  { "name", USHER_FIELD_STRING },
  { "price", USHER_FIELD_MONEY },
};

static void
declare (UsherContext *context, gpointer user_data)
{
  static const UsherRouteEntry routes[] = {
    { "GET", "/text", USHER_ROUTE_NONE, publish_text },
    { "GET", "/elsewhere", USHER_ROUTE_NONE, publish_elsewhere },
    { "GET", "/little", USHER_ROUTE_NONE, build_little },
    { "GET", "/all", USHER_ROUTE_NONE, build_all },
    { "GET", "/later", USHER_ROUTE_NONE, build_later },
    { "GET", "/fail", USHER_ROUTE_NONE, build_and_fail },
    { "GET", "/toy", USHER_ROUTE_NONE, make_toy },
    { "GET", "/stranger", USHER_ROUTE_NONE, tell_of_stranger },
    { "GET", "/as/:how", USHER_ROUTE_NONE, tell_as },
  };

  usher_context_add_collection (context, TOYS, toy_fields, G_N_ELEMENTS (toy_fields));
  usher_context_add_event (context, CHANNEL, sold_fields, G_N_ELEMENTS (sold_fields));
  usher_context_add_event (context, "toy:made", toy_fields, G_N_ELEMENTS (toy_fields));
  usher_context_add_event (context, "toy:loose", loose_fields, G_N_ELEMENTS (loose_fields));
  usher_context_add_event (context, "toy:narrow", narrow_fields, G_N_ELEMENTS (narrow_fields));
  usher_context_add_event (context, "toy:wide", wide_fields, G_N_ELEMENTS (wide_fields));
  usher_context_add_event (context, "toy:other", other_fields, G_N_ELEMENTS (other_fields));
  usher_context_add_event (context,
                           "toy:versioned",
                           versioned_fields,
                           G_N_ELEMENTS (versioned_fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), user_data);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->data = data;
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* @channel, @fault: (nullable): what a debug build says of the event that @path publishes */
static void
assert_published (Fixture *fixture, const char *path, const char *channel, const char *fault)
{
  gboolean passes = fault == NULL || !USHER_CHECKS_EVENTS;
  g_autofree char *line =
      g_strdup_printf ("*an event of channel “%s” is not as it is declared: %s", channel, fault);

  if (!passes)
    g_test_expect_message ("usher-http", G_LOG_LEVEL_MESSAGE, line);
  stage_assert_get (&fixture->stage, path, passes ? 200 : 500);
  g_test_assert_expected_messages ();
  if (passes)
    fake_bus_await_published (fixture->stage.bus, 1);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, passes ? 1 : 0);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  const Text *text = data;

  g_test_summary (
      "What a debug build publishes is as it was declared, or a fault that names the member.");

  assert_published (fixture, "/text", CHANNEL, text->fault);
}

static void
test_undeclared (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Nobody looks at what is published on a channel that is not declared.");

  assert_published (fixture, "/elsewhere", "toy:lost", NULL);
}

static void
test_payload (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What a payload's functions write is of the types of that name.");

  assert_published (fixture, "/all", CHANNEL, NULL);
  g_assert_cmpstr (fake_bus_get_payload (fixture->stage.bus, 0),
                   ==,
                   "{\"name\":\"a\",\"buyer\":{\"id\":\"" ID "\",\"rank\":3},\"price\":19.99,"
                   "\"soldAt\":\"2026-01-01T00:00:00.000Z\",\"isNew\":true,\"extra\":[1]}");
}

static void
test_payload_lacks (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A payload that lacks a member is a fault, of a handler and of a step.");

  assert_published (fixture, data, CHANNEL, "member “name” is missing");
}

static void
test_payload_of_failure (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What was begun by a handler that fails is not published, nor held against anything.");

  stage_assert_get (&fixture->stage, "/fail", 400);
  stage_assert_get (&fixture->stage, "/all", 200);
  fake_bus_await_published (fixture->stage.bus, 1);
  g_assert_cmpuint (fake_bus_get_n_published (fixture->stage.bus), ==, 1);
}

static void
test_document (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The table of a collection declares what its documents are published as.");

  assert_published (fixture, "/toy?name=car", "toy:made", NULL);
}

static void
test_document_lacks (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A document without what is required is a fault too.");

  assert_published (fixture, "/toy", "toy:made", "member “name” is missing");
}

static void
test_document_range (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The range of a field is for input, and none for what is published.");

  assert_published (fixture, "/toy?name=a", "toy:made", NULL);
}

static void
test_document_of_stranger (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A document of another generation has members that its schema does not know.");

  assert_published (fixture, "/stranger", "toy:made", NULL);
}

static void
test_document_as (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *how;
    const char *fault;
  } cases[] = {
    { "narrow", "member “price” is not declared" },
    { "wide", "member “colour” is missing" },
    { "other", "member “price” is not of type “boolean”" },
    { "versioned", "member “version” is not of type “string”" },
  };

  g_test_summary (
      "A document that is published by another table than its own is held against that.");

  for (guint i = 0; i < G_N_ELEMENTS (cases) && USHER_CHECKS_EVENTS; i++)
    {
      g_autofree char *path = g_strconcat ("/as/", cases[i].how, NULL);
      g_autofree char *channel = g_strconcat ("toy:", cases[i].how, NULL);

      assert_published (fixture, path, channel, cases[i].fault);
    }
  assert_published (fixture, "/as/loose", "toy:loose", NULL);
}

#define ADD(path, data, func) \
  g_test_add ("/declared-events/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = g_strconcat ("/declared-events/text/", texts[i].path, NULL);

      g_test_add (path, Fixture, &texts[i], set_up, test_text, tear_down);
    }
  ADD ("undeclared", NULL, test_undeclared);
  ADD ("payload", NULL, test_payload);
  ADD ("payload/lacks", "/little", test_payload_lacks);
  ADD ("payload/lacks/in-step", "/later", test_payload_lacks);
  ADD ("payload/of-failure", NULL, test_payload_of_failure);
  ADD ("document", NULL, test_document);
  ADD ("document/lacks", NULL, test_document_lacks);
  ADD ("document/range", NULL, test_document_range);
  ADD ("document/of-stranger", NULL, test_document_of_stranger);
  ADD ("document/as", NULL, test_document_as);

  return g_test_run ();
}
