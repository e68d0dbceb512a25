/* test-conditions.c: a client that names the version it has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"

#include <string.h>

#include "usher-test-base.h"

#define ID    "aaaaaaaaaaaaaaaaaaaaaaaa"
#define FIRST "\"" ID "-0\""
#define NEXT  "\"" ID "-1\""
#define OTHER "\"" ID "-9\""
#define OWN   "\"mine\""

typedef struct
{
  Stage stage;
  int n_races; /* (atomic): how many runs somebody else comes before */
  int n_runs;  /* (atomic) */
} Fixture;

static gboolean
on_show (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ID, error);

  if (document == NULL)
    return FALSE;

  usher_reply_set_document (reply, document);

  return TRUE;
}

/* shows what nobody has stored */
static gboolean
on_show_other (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer data,
               GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ID, error);

  if (document == NULL)
    return FALSE;

  usher_document_set_integer (document, "count", 77);
  usher_reply_set_document (reply, document);

  return TRUE;
}

static gboolean
on_show_own (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer data,
             GError **error)
{
  usher_reply_set_header (reply, "ETag", OWN);

  return on_show (request, unit, reply, data, error);
}

static gboolean
on_list (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) documents = usher_unit_query (unit, query, error);

  if (documents == NULL)
    return FALSE;

  usher_reply_set_documents (reply, documents);

  return TRUE;
}

static gboolean
on_change (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Fixture *fixture = data;
  g_autoptr (UsherDocument) document = NULL;

  g_atomic_int_inc (&fixture->n_runs);
  document = usher_unit_find (unit, "things", ID, error);
  if (document == NULL || !usher_request_match (request, document, error))
    return FALSE;

  /* somebody else comes between the check and the commit */
  if (g_atomic_int_get (&fixture->n_races) > 0)
    {
      g_atomic_int_add (&fixture->n_races, -1);
      stage_bump (&fixture->stage, ID);
    }

  usher_document_set_integer (document,
                              "count",
                              usher_document_get_integer (document, "count") + 1);
  usher_reply_set_document (reply, document);

  return usher_unit_replace (unit, document, error);
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/thing", 0, on_show, data, NULL);
  usher_context_add_route (context, "PUT", "/thing", 0, on_change, data, NULL);
  usher_context_add_route (context, "GET", "/other", 0, on_show_other, data, NULL);
  usher_context_add_route (context, "GET", "/own", 0, on_show_own, data, NULL);
  usher_context_add_route (context, "GET", "/things", 0, on_list, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, FALSE, NULL);
  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, ID, "a", 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static UsherReply *
call (Fixture *fixture, const char *method, const char *path, const char *name, const char *value)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, path);

  if (name != NULL)
    usher_request_add_header (request, name, value);

  return usher_host_call (fixture->stage.host, request, FALSE);
}

static void
assert_call (Fixture *fixture,
             const char *method,
             const char *path,
             const char *name,
             const char *value,
             guint status)
{
  g_autoptr (UsherReply) reply = call (fixture, method, path, name, value);

  g_test_message ("%s %s %s: %s", method, path, name, value);
  stage_assert_status (reply, status);
}

static void
assert_tag (UsherReply *reply, const char *tag)
{
  g_assert_cmpstr (usher_reply_get_header (reply, "ETag"), ==, tag);
}

static void
note_tag (const char *name, const char *value, gpointer data)
{
  if (strcmp (name, "ETag") == 0)
    g_string_append (data, value);
}

static void
test_shown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = call (fixture, "GET", "/thing", NULL, NULL);
  g_autoptr (UsherReply) next = NULL;
  g_autoptr (UsherReply) head = NULL;
  g_autoptr (GString) said = g_string_new (NULL);

  g_test_summary ("One document has a tag, which changes with it");

  assert_tag (first, FIRST);
  usher_reply_foreach_header (first, note_tag, said);
  g_assert_cmpstr (said->str, ==, FIRST);
  stage_bump (&fixture->stage, ID);
  next = call (fixture, "GET", "/thing", NULL, NULL);
  assert_tag (next, NEXT);
  head = call (fixture, "HEAD", "/thing", NULL, NULL);
  assert_tag (head, NEXT);
}

static void
test_not_shown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) other = call (fixture, "GET", "/other", NULL, NULL);
  g_autoptr (UsherReply) list = call (fixture, "GET", "/things", NULL, NULL);
  g_autoptr (UsherReply) change = call (fixture, "PUT", "/thing", NULL, NULL);
  g_autoptr (UsherReply) own = call (fixture, "GET", "/own", NULL, NULL);

  g_test_summary ("What is no stored document, or an answer to a change, has none; a handler's own "
                  "is the only one");

  assert_tag (other, NULL);
  assert_tag (list, NULL);
  assert_tag (change, NULL);
  assert_tag (own, OWN);
  assert_call (fixture, "GET", "/other", "If-None-Match", "*", 200);
  assert_call (fixture, "GET", "/things", "If-Match", OTHER, 200);
  assert_call (fixture, "GET", "/own", "If-None-Match", OWN, 304);
}

static void
test_unchanged (Fixture *fixture, gconstpointer data)
{
  static const char *const same[] = { FIRST, "W/" FIRST, OTHER ", " FIRST, "*" };
  static const char *const different[] = { OTHER, "W/" OTHER, "nonsense", "" };

  g_test_summary (
      "If-None-Match: who has the version gets no body; a list that names none does not count");

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autoptr (UsherReply) reply = call (fixture, "GET", "/thing", "If-None-Match", same[i]);

      stage_assert_status (reply, 304);
      assert_tag (reply, FIRST);
      g_assert_null (usher_reply_get_body (reply));
      g_assert_null (usher_reply_get_media_type (reply));
      assert_call (fixture, "HEAD", "/thing", "If-None-Match", same[i], 304);
    }
  for (guint i = 0; i < G_N_ELEMENTS (different); i++)
    assert_call (fixture, "GET", "/thing", "If-None-Match", different[i], 200);
}

static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/thing");
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Several fields are one list");

  usher_request_add_header (request, "If-None-Match", OTHER);
  usher_request_add_header (request, "If-None-Match", FIRST);
  reply = usher_host_call (fixture->stage.host, request, FALSE);
  stage_assert_status (reply, 304);
}

static void
test_read_match (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) refused = call (fixture, "GET", "/thing", "If-Match", OTHER);

  g_test_summary ("If-Match: another version is not shown");

  stage_assert_status (refused, 412);
  assert_tag (refused, NULL);
  assert_call (fixture, "GET", "/thing", "If-Match", FIRST, 200);
  assert_call (fixture, "GET", "/thing", "If-Match", "W/" FIRST, 412);
  assert_call (fixture, "GET", "/thing", "If-Match", "nonsense", 400);
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *value;
    guint status;
  } rows[] = {
    { "If-Match", OTHER, 412 },         { "If-Match", "W/" FIRST, 412 },
    { "If-Match", "nonsense", 400 },    { "If-Match", "", 400 },
    { "If-None-Match", "*", 412 },      { "If-None-Match", "W/" FIRST, 412 },
    { "If-None-Match", "\"open", 400 }, { "If-Match", OTHER ", " FIRST, 200 },
  };

  g_test_summary ("A change is made to the version that the client has, and to no other");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_call (fixture, "PUT", "/thing", rows[i].name, rows[i].value, rows[i].status);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);

  assert_call (fixture, "PUT", "/thing", "If-Match", FIRST, 412);
  assert_call (fixture, "PUT", "/thing", "If-Match", NEXT, 200);
  assert_call (fixture, "PUT", "/thing", "If-Match", "*", 200);
  assert_call (fixture, "PUT", "/thing", "If-None-Match", FIRST, 200);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 4);
}

static void
test_race (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who comes between the check and the commit is seen");

  fixture->n_races = 1;
  assert_call (fixture, "PUT", "/thing", "If-Match", FIRST, 412);
  g_assert_cmpint (fixture->n_runs, ==, 2);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 1);

  fixture->n_races = 1;
  assert_call (fixture, "PUT", "/thing", "If-Match", "*", 200);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/conditions/" path, Fixture, NULL, set_up, func, tear_down)
  add ("shown", test_shown);
  add ("not-shown", test_not_shown);
  add ("unchanged", test_unchanged);
  add ("lines", test_lines);
  add ("read-match", test_read_match);
  add ("change", test_change);
  add ("race", test_race);
#undef add

  return g_test_run ();
}
