/* test-request-documents.c: the documents that a request brings and names
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-request-documents.h"

#define ANN   "aaaaaaaaaaaaaaaaaaaaaaaa"
#define BOB   "bbbbbbbbbbbbbbbbbbbbbbbb"
#define NOTES "notes"

typedef struct
{
  Stage stage;
} Fixture;

static const UsherField note_fields[] = {
  { "text",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED,
    1,
    9,
    "Text is required" },
  { "userId", USHER_FIELD_ID },
};

static gboolean
create (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) note = usher_request_read_new (request, unit, NOTES, error);

  if (note == NULL)
    return FALSE;

  /* of nobody, where nobody asks */
  if (usher_request_get_user_id (request) != NULL)
    usher_document_set_string (note, "userId", usher_request_get_user_id (request));
  usher_reply_set_status (reply, 201);
  if (!usher_unit_create (unit, note, "note:created", error))
    return FALSE;

  usher_reply_set_document (reply, note);

  return TRUE;
}

static gboolean
show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) note = usher_request_find (request, unit, NOTES, error);

  if (note == NULL)
    return FALSE;

  usher_reply_set_document (reply, note);

  return TRUE;
}

static gboolean
edit (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) wanted = usher_request_read_new (request, unit, NOTES, error);
  g_autoptr (UsherDocument) note = NULL;

  if (wanted == NULL)
    return FALSE;

  note = usher_request_find_own (request, unit, NOTES, "userId", error);
  if (note == NULL)
    return FALSE;

  usher_document_merge (note, wanted);

  return usher_unit_update (unit, note, "note:updated", error);
}

static gboolean
edit_silently (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer data,
               GError **error)
{
  g_autoptr (UsherDocument) note = usher_request_find (request, unit, NOTES, error);

  if (note == NULL)
    return FALSE;

  usher_document_set_string (note, "text", "silent");

  return usher_unit_update (unit, note, NULL, error);
}

static gboolean
read_unknown (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer data,
              GError **error)
{
  g_autoptr (UsherDocument) note = usher_request_read_new (request, unit, "nots", error);

  return note != NULL;
}

static gboolean
find_unowned (UsherRequest *request,
              UsherUnit *unit,
              UsherReply *reply,
              gpointer data,
              GError **error)
{
  g_autoptr (UsherDocument) note = usher_request_find_own (request, unit, NOTES, "owner", error);

  return note != NULL;
}

static void
declare (UsherContext *context, gpointer data)
{
  static const UsherRouteEntry routes[] = {
    { "POST", "/notes", USHER_ROUTE_NONE, create },
    { "GET", "/notes/:id", USHER_ROUTE_NONE, show },
    { "PUT", "/notes/:id", USHER_ROUTE_NONE, edit },
    { "DELETE", "/notes/:id", USHER_ROUTE_NONE, edit_silently },
    { "GET", "/nameless", USHER_ROUTE_NONE, show },
    { "POST", "/unknown", USHER_ROUTE_NONE, read_unknown },
    { "GET", "/unowned/:id", USHER_ROUTE_NONE, find_unowned },
  };

  usher_context_add_collection (context, NOTES, note_fields, G_N_ELEMENTS (note_fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, NULL, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* (transfer full): the body of the answer */
static char *
call (Fixture *fixture,
      const char *method,
      const char *path,
      const char *user,
      const char *body,
      guint status)
{
  g_autoptr (UsherReply) reply = stage_call (&fixture->stage, method, path, user, NULL, body);

  stage_assert_status (reply, status);

  return stage_dup_body (reply);
}

static void
assert_call (Fixture *fixture, const char *method, const char *path, const char *user, guint status)
{
  const char *body = g_str_equal (method, "PUT") ? "{\"text\":\"b\"}" : NULL;
  g_autofree char *answer = call (fixture, method, path, user, body, status);
}

/* (transfer full): the path of a note of @user */
static char *
make_note (Fixture *fixture, const char *user)
{
  g_autofree char *body = call (fixture, "POST", "/notes", user, "{\"text\":\"a\"}", 201);

  return g_strdup_printf ("/notes/%.24s", body + strlen ("{\"id\":\""));
}

static void
test_read_new (Fixture *fixture, gconstpointer data)
{
  g_autofree char *refused = NULL;
  g_autofree char *made = NULL;

  g_test_summary ("A document is read out of the body by its collection, and problems are told.");

  refused = call (fixture, "POST", "/notes", ANN, "{\"text\":\"\"}", 400);
  g_assert_cmpstr (refused,
                   ==,
                   "{\"errors\":[{\"message\":\"Text is required\",\"field\":\"text\"}]}");
  made = call (fixture, "POST", "/notes", ANN, "{\"text\":\"a\",\"userId\":\"" BOB "\"}", 201);
  g_assert_nonnull (strstr (made, "\"text\":\"a\",\"userId\":\"" ANN "\"}"));
}

static void
test_create (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_note (fixture, ANN);
  g_autofree char *stored = NULL;

  g_test_summary ("A document that is created is stored and published as it is.");

  stored = call (fixture, "GET", path, NULL, NULL, 200);
  fake_bus_await_published (fixture->stage.bus, 1);
  g_assert_cmpstr (fake_bus_get_payload (fixture->stage.bus, 0), ==, stored);
  g_assert_nonnull (strstr (stored, "\"version\":0"));
}

static void
test_update (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_note (fixture, ANN);
  g_autofree char *stored = NULL;
  g_autofree char *last = NULL;

  g_test_summary ("A document that is updated is stored and published with its new version, unless "
                  "nobody shall know.");

  assert_call (fixture, "PUT", path, ANN, 200);
  stored = call (fixture, "GET", path, NULL, NULL, 200);
  fake_bus_await_published (fixture->stage.bus, 2);
  g_assert_cmpstr (fake_bus_get_payload (fixture->stage.bus, 1), ==, stored);
  g_assert_nonnull (strstr (stored, "\"version\":1,\"text\":\"b\""));

  assert_call (fixture, "DELETE", path, ANN, 200);
  last = call (fixture, "GET", path, NULL, NULL, 200);
  g_assert_nonnull (strstr (last, "\"version\":2,\"text\":\"silent\""));
  assert_call (fixture, "PUT", path, ANN, 200);
  fake_bus_await_published (fixture->stage.bus, 3);
  g_assert_nonnull (strstr (fake_bus_get_payload (fixture->stage.bus, 2), "\"version\":3"));
}

static void
test_find_own (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_note (fixture, ANN);
  g_autofree char *refused = NULL;

  g_test_summary ("A document is its owner's alone, and one that is not there is not found.");

  refused = call (fixture, "PUT", path, BOB, "{\"text\":\"b\"}", 401);
  g_assert_cmpstr (refused, ==, "{\"errors\":[{\"message\":\"Not authorized\"}]}");
  assert_call (fixture, "PUT", path, NULL, 401);
  assert_call (fixture, "PUT", path, ANN, 200);
  assert_call (fixture, "PUT", "/notes/" BOB, ANN, 404);
  assert_call (fixture, "GET", "/notes/x", ANN, 404);
}

static void
test_find_own_of_nobody (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_note (fixture, NULL);

  g_test_summary (
      "What has no owner is nobody's: neither theirs who are signed in, nor theirs who are not.");

  assert_call (fixture, "GET", path, NULL, 200);
  assert_call (fixture, "PUT", path, ANN, 401);
  assert_call (fixture, "PUT", path, NULL, 401);
}

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_note (fixture, ANN);
  g_autofree char *unowned = g_strconcat ("/unowned/", path + strlen ("/notes/"), NULL);

  g_test_summary ("A route without :id, a collection and a field that are not declared are faults "
                  "of the program.");

  g_test_expect_message ("usher-http",
                         G_LOG_LEVEL_MESSAGE,
                         "*the pattern of the route has no “:id”*");
  assert_call (fixture, "GET", "/nameless", ANN, 500);
  g_test_assert_expected_messages ();
  g_test_expect_message ("usher-http", G_LOG_LEVEL_MESSAGE, "*“nots”*");
  assert_call (fixture, "POST", "/unknown", ANN, 500);
  g_test_assert_expected_messages ();
  g_test_expect_message ("usher-http", G_LOG_LEVEL_MESSAGE, "*“owner”*");
  assert_call (fixture, "GET", unowned, ANN, 500);
  g_test_assert_expected_messages ();
}

#define ADD(path, func) \
  g_test_add ("/request-documents/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("read-new", test_read_new);
  ADD ("create", test_create);
  ADD ("update", test_update);
  ADD ("find-own", test_find_own);
  ADD ("find-own/of-nobody", test_find_own_of_nobody);
  ADD ("faults", test_faults);

  return g_test_run ();
}
