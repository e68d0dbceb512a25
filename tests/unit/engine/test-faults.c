/* test-faults.c: what a program does wrong is refused as its own fault, alone
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct
{
  const char *name;
  /* does one thing wrong; @thing: a document that is not inserted yet */
  gboolean (*act) (UsherUnit *unit, UsherDocument *thing, GError **error);
  const char *reason; /* what the log says, a pattern */
} Case;

typedef struct
{
  Stage stage;
  const Case *wrong;
} Fixture;

static GAsyncQueue *lines; /* (element-type utf8): of the log, on any thread */

static GLogWriterOutput
keep_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && (level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_MESSAGE)
      g_async_queue_push (lines, g_strdup (fields[i].value));

  return G_LOG_WRITER_HANDLED;
}

/* There is one line, it has the handler and the reason, and no other follows. */
static void
assert_said (Fixture *fixture, const char *handler)
{
  g_autofree char *line = g_async_queue_try_pop (lines);
  g_autofree char *other = g_async_queue_try_pop (lines);
  g_autofree char *pattern =
      g_strdup_printf ("*service “stage”, %s: %s", handler, fixture->wrong->reason);

  g_assert_nonnull (line);
  g_test_message ("%s", line);
  g_assert_null (other);
  if (!g_pattern_match_simple (pattern, line))
    g_error ("“%s” does not fit “%s”", line, pattern);
}

static gboolean
no_channel (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_publish (unit, "", "{}");

  return TRUE;
}

static gboolean
odd_channel (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_publish_document (unit, "thing created\n", thing);

  return TRUE;
}

static gboolean
long_channel (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autofree char *name = g_strnfill (USHER_CHANNEL_MAX_LENGTH + 1, 'x');

  usher_unit_publish (unit, name, "{}");

  return TRUE;
}

static gboolean
no_json (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_publish (unit, "thing:created", "{\"a\":}");

  return TRUE;
}

static gboolean
too_large (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autofree char *filler = g_strnfill (USHER_EVENT_MAX_PAYLOAD, 'x');
  g_autofree char *payload = g_strconcat ("\"", filler, "\"", NULL);

  usher_unit_publish (unit, "thing:created", payload);

  return TRUE;
}

static gboolean
large_document (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autofree char *filler = g_strnfill (USHER_EVENT_MAX_PAYLOAD, 'x');

  usher_document_set_string (thing, "name", filler);
  usher_unit_publish_document (unit, "thing:created", thing);

  return TRUE;
}

static gboolean
no_timer (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_schedule (unit, "rang", "k", usher_unit_get_time (unit), NULL);

  return TRUE;
}

static gboolean
no_timer_dropped (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_unschedule (unit, "rang", "k");

  return TRUE;
}

static gboolean
timer_no_json (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_schedule (unit, "ring", "k", usher_unit_get_time (unit), "k");

  return TRUE;
}

static gboolean
no_collection (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherDocument) found = usher_unit_find (unit, "thongs", ID, error);

  return found != NULL;
}

static gboolean
no_collection_new (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherDocument) made = usher_unit_new_document (unit, "thongs", error);

  return made != NULL;
}

static gboolean
no_collection_wait (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  return usher_unit_wait_for (unit, "thongs", ID, G_TIME_SPAN_MINUTE, error);
}

static gboolean
no_field (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_document_set_string (thing, "price", "x");

  return TRUE;
}

static gboolean
no_field_read (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  return usher_document_get_integer (thing, "cuont") == 0;
}

static gboolean
wrong_type (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_document_set_string (thing, "count", "7");

  return TRUE;
}

static gboolean
no_text (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_document_set_string (thing, "name", "\xff");

  return TRUE;
}

static gboolean
no_id (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_document_set_id (thing, "first");

  return usher_unit_insert (unit, thing, error);
}

static gboolean
not_read (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  return usher_unit_replace (unit, thing, error);
}

static gboolean
twice (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  if (!usher_unit_insert (unit, thing, error))
    return FALSE;

  return usher_unit_insert (unit, thing, error);
}

static gboolean
no_index (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, "count", "7");
  found = usher_unit_query (unit, query, error);

  return found != NULL;
}

static gboolean
no_index_order (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");
  g_autoptr (GPtrArray) found = NULL;

  usher_query_order_by (query, "count");
  found = usher_unit_query (unit, query, error);

  return found != NULL;
}

static gboolean
no_collection_wait_query (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("thongs");

  return usher_unit_wait_for_query (unit, query, G_TIME_SPAN_MINUTE, error);
}

static gboolean
no_field_wait_query (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("things");

  usher_query_equal (query, "cuont", "7");

  return usher_unit_wait_for_query (unit, query, G_TIME_SPAN_MINUTE, error);
}

static gboolean
deferred (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  return usher_unit_defer (unit, error, "the moon is not full");
}

static gboolean
hidden (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  g_autoptr (GError) ignored = NULL;

  return !usher_unit_replace (unit, thing, &ignored);
}

/* the id of a document that is not inserted */
static gboolean
no_key (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_schedule (
      unit, "ring", usher_document_get_id (thing), usher_unit_get_time (unit), NULL);

  return TRUE;
}

static gboolean
no_key_dropped (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_unschedule (unit, "ring", usher_document_get_id (thing));

  return TRUE;
}

static gboolean
no_payload (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_publish (unit, "thing:created", NULL);

  return TRUE;
}

static gboolean
no_document (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_publish_document (unit, "thing:created", NULL);

  return TRUE;
}

static gboolean
no_step (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_then (unit, NULL, NULL, NULL);

  return TRUE;
}

static gboolean
no_look (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  usher_unit_hold_answer (unit, NULL, NULL, NULL);

  return TRUE;
}

static gboolean
no_channel_begun (UsherUnit *unit, UsherDocument *thing, GError **error)
{
  return usher_unit_begin_event (unit, NULL) == NULL;
}

static const Case cases[] = {
  { "channel/empty", no_channel, "“” is no name for a channel" },
  { "channel/odd", odd_channel, "“thing created*” is no name for a channel" },
  { "channel/long", long_channel, "“xxx*” is no name for a channel" },
  { "payload/no-json", no_json, "*channel “thing:created” is no JSON: *" },
  { "payload/large", too_large, "*channel “thing:created” has 8388610 bytes*" },
  { "payload/large-document", large_document, "*channel “thing:created” has 8388* bytes*" },
  { "timer/unknown", no_timer, "timer “rang” is not declared" },
  { "timer/unknown-dropped", no_timer_dropped, "timer “rang” is not declared" },
  { "timer/no-json", timer_no_json, "*timer “ring” is no JSON: *" },
  { "collection/find", no_collection, "the store has no collection “thongs”" },
  { "collection/new", no_collection_new, "the store has no collection “thongs”" },
  { "collection/wait", no_collection_wait, "the store has no collection “thongs”" },
  { "field/unknown", no_field, "collection “things” has no field “price”" },
  { "field/unknown-read", no_field_read, "collection “things” has no field “cuont”" },
  { "field/type", wrong_type, "collection “things” has no field “count” of this type" },
  { "field/no-text", no_text, "field “name” * no UTF-8" },
  { "id/none", no_id, "“first” is no id for a document of collection “things”" },
  { "id/not-read", not_read, "document “” of collection “things” has no id*" },
  { "document/twice", twice, "document * is changed by this unit already" },
  { "query/no-index", no_index, "collection “things” has no index on “count”" },
  { "query/no-index-order", no_index_order, "collection “things” has no index on “count”" },
  { "collection/wait-query", no_collection_wait_query, "the store has no collection “thongs”" },
  { "field/wait-query", no_field_wait_query, "collection “things” has no field “cuont”" },
  { "deferred",
    deferred,
    "a request cannot be deferred (the moon is not full): usher_unit_wait_for()*" },
  { "timer/no-key", no_key, "usher_unit_schedule() is given no key: *usher_unit_create()*" },
  { "timer/no-key-dropped", no_key_dropped, "usher_unit_unschedule() is given no key: *" },
  { "payload/none", no_payload, "usher_unit_publish() is given no payload" },
  { "document/none", no_document, "usher_unit_publish_document() is given no document" },
  { "step/none", no_step, "usher_unit_then() is given no step" },
  { "look/none", no_look, "usher_unit_hold_answer() is given no look" },
  { "channel/none-begun", no_channel_begun, "usher_unit_begin_event() is given no channel" },
  { "ignored", hidden, "document “” of collection “things” has no id*" },
};

/* something innocent beside what is wrong */
static gboolean
do_wrong (Fixture *fixture, UsherUnit *unit, GError **error)
{
  g_autoptr (UsherDocument) innocent = usher_unit_new_document (unit, "things", error);
  g_autoptr (UsherDocument) thing = usher_unit_new_document (unit, "things", error);

  usher_document_set_id (innocent, ID);
  usher_document_set_string (innocent, "name", "innocent");

  return usher_unit_insert (unit, innocent, error) && fixture->wrong->act (unit, thing, error);
}

static gboolean
on_request (UsherRequest *request,
            UsherUnit *unit,
            UsherReply *reply,
            gpointer data,
            GError **error)
{
  return do_wrong (data, unit, error);
}

static gboolean
on_event (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  return do_wrong (data, unit, error);
}

static gboolean
on_timer (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  return do_wrong (data, unit, error);
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_route (context, "GET", "/wrong/:how", 0, on_request, data, NULL);
  usher_context_add_listener (context, "thing:wanted", NULL, on_event, data, NULL);
  usher_context_add_timer (context, "ring", on_timer, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->wrong = data;
  stage_init (&fixture->stage, declare, fixture, FALSE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static void
test_request (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A request whose handler does wrong is answered 500, and the log says why, once");

  reply = stage_call (&fixture->stage, "GET", "/wrong/so", NULL, NULL, NULL);
  stage_assert_status (reply, 500);
  assert_said (fixture, "route “GET /wrong/:how”");
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, -1);
}

static void
test_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = stage_event_new ("thing:wanted", 1, "{}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event whose handler does wrong fails, and the log says why, once");

  g_assert_false (usher_host_feed (fixture->stage.host, "stage", NULL, event, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FAILED);
  assert_said (fixture, "listener to “thing:wanted” in group “stage-service”");
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, -1);
}

static void
test_timer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit =
      usher_unit_new (stage_get_store (&fixture->stage), USHER_CLOCK (fixture->stage.clock));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A timer whose handler does wrong is set anew, and the log says why, once");

  usher_unit_schedule (unit, "ring", "k", STAGE_TIME, NULL);
  usher_store_commit_sync (stage_get_store (&fixture->stage), usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  usher_host_run_timers (fixture->stage.host, &error);
  g_assert_no_error (error);
  assert_said (fixture, "timer “ring”");
  g_assert_cmpuint (stage_get_n_timers (&fixture->stage, "ring"), ==, 1);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, -1);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  lines = g_async_queue_new_full (g_free);
  g_log_set_writer_func (keep_line, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/faults/request/", cases[i].name, NULL);

      g_test_add (path, Fixture, &cases[i], set_up, test_request, tear_down);
    }
  g_test_add ("/faults/event", Fixture, &cases[0], set_up, test_event, tear_down);
  g_test_add ("/faults/timer", Fixture, &cases[0], set_up, test_timer, tear_down);

  status = g_test_run ();
  g_async_queue_unref (lines);

  return status;
}
