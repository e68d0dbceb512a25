/* test-monitor.c: what the bus tells, on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "admin-stage.h"
#include "usher-reply-private.h"
#include "usher-stream-private.h"
#include "usher-test-base.h"
#include "usher-test-metrics.h"

#define HOSTILE "<img src=x onerror=alert(1)>\"&'"

static gint64
read_number (AdminStage *stage, const char *target, const char *path)
{
  g_autoptr (JsonNode) json = admin_stage_get_json (stage, target);

  return usher_test_json_get_integer (json, path);
}

static guint
count_rows (AdminStage *stage, const char *target)
{
  g_autoptr (JsonNode) json = admin_stage_get_json (stage, target);

  return usher_test_json_get_length (json, "items");
}

static void
test_pages (AdminStage *stage, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) channels = NULL;

  g_test_summary ("The pages of NATS Streaming are there, indented, in pages, and 404 beside them");

  admin_stage_start (stage);
  admin_stage_call (stage, "POST", "/say?channel=a%22,%7B%5C%5B", NULL, 200);

  text = admin_stage_get (stage, "/streaming/serverz");
  g_assert_true (g_str_has_prefix (text, "{\n  \"cluster_id\": \"usher\",\n  \"server_id\": \""));
  g_assert_true (g_str_has_suffix (text, "\n}\n"));

  usher_test_until (read_number (stage, "/streaming/channelsz", "total") == 2);
  channels = admin_stage_get_json (stage, "/streaming/channelsz?limit=1&offset=0");
  usher_test_json_assert_string (channels, "names.0", "a\",{\\[");
  usher_test_json_assert_length (channels, "names", 1);

  admin_stage_assert_status (stage, "GET", "/streaming/channelsz?channel=nothing", 404);
  admin_stage_assert_status (stage, "GET", "/streaming/clientsz?client=nobody", 404);
  admin_stage_assert_status (stage, "GET", "/streaming/nothingz", 404);
  admin_stage_assert_status (stage, "GET", "/streaming/isFTActive", 204);
}

static void
test_callback (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("No page is ever a script: the name of a function means nothing");

  admin_stage_start (stage);
  reply = admin_stage_ask (stage, "GET", "/streaming/storez?callback=a.$b_1");
  stage_assert_status (reply, 200);
  g_assert_true (g_str_has_prefix (usher_reply_get_media_type (reply), "application/json"));
  text = stage_dup_body (reply);
  g_assert_true (g_str_has_prefix (text, "{\n"));
  g_assert_true (g_str_has_suffix (text, "}\n"));
  admin_stage_assert_status (stage, "GET", "/streaming/storez?callback=alert(1)", 200);
}

static void
test_no_bus (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *page = NULL;

  g_test_summary ("Without a bus its pages are not available, and say so");

  stage_start (&stage->stage);
  admin_stage_assert_status (stage, "GET", "/streaming/serverz", 503);
  admin_stage_assert_status (stage, "GET", "/parked", 503);
  admin_stage_assert_status (stage, "DELETE", "/parked/1", 503);
  admin_stage_assert_status (stage, "GET", "/events", 503);
  reply = admin_stage_ask (stage, "GET", "/streaming/serverz");
  page = stage_dup_body (reply);
  g_assert_cmpstr (page, ==, "{\"errors\":[{\"message\":\"This host has no bus\"}]}");
  admin_stage_assert_status (stage, "GET", "/services", 200);
}

static void
test_hub_away (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *page = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("When the hub is away its pages say so, and the others tell the rest");

  admin_stage_start (stage);
  usher_test_hub_stop (stage->hub);
  usher_test_until (!usher_bus_is_connected (stage->bus));

  reply = admin_stage_ask (stage, "GET", "/streaming/serverz");
  stage_assert_status (reply, 503);
  page = stage_dup_body (reply);
  g_assert_cmpstr (page, ==, "{\"errors\":[{\"message\":\"The bus does not answer\"}]}");
  admin_stage_assert_status (stage, "GET", "/readyz", 503);
  admin_stage_assert_status (stage, "GET", "/services", 200);
  text = admin_stage_get (stage, "/metrics");
  usher_test_metrics_assert (text, "usher_ready", 0);
}

typedef struct
{
  AdminStage *stage;
  char *target; /* (owned) */
} Follower;

static gpointer
follow (gpointer data)
{
  Follower *follower = data;

  return admin_stage_get_json (follower->stage, follower->target);
}

static void
test_follow (AdminStage *stage, gconstpointer data)
{
  Follower follower = { stage, NULL };
  g_autoptr (JsonNode) page = NULL;
  g_autofree char *cursor = NULL;
  GThread *thread = NULL;

  g_test_summary ("Who asks for events gets those that come, or none when the time is over");

  admin_stage_start (stage);
  page = admin_stage_get_json (stage, "/events?wait=0");
  usher_test_json_assert_length (page, "items", 0);
  cursor = g_uri_escape_string (usher_test_json_get_string (page, "cursor"), NULL, FALSE);
  g_clear_pointer (&page, json_node_unref);

  follower.target = g_strdup_printf ("/events?cursor=%s&wait=20", cursor);
  thread = g_thread_new ("follow", follow, &follower);
  admin_stage_call (stage, "POST", "/say", NULL, 200);
  page = g_thread_join (thread);
  usher_test_json_assert_length (page, "items", 1);
  usher_test_json_assert_string (page, "items.0.channel", "said");
  usher_test_json_assert_string (page, "items.0.payload", ADMIN_STAGE_PAYLOAD);
  g_free (follower.target);

  admin_stage_assert_status (stage, "GET", "/events?wait=21", 400);
  admin_stage_assert_status (stage, "GET", "/events?after=-1", 400);
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
test_stream (AdminStage *stage, gconstpointer data)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/events?channel=said");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherStream) stream = NULL;

  g_test_summary ("Who accepts a stream of events gets those that come, until the host stops");

  admin_stage_start (stage);
  usher_request_add_header (request, "Accept", "text/event-stream");
  reply = usher_host_call (stage->stage.host, request, TRUE);
  stage_assert_status (reply, 200);
  stream = usher_reply_steal_stream (reply);
  admin_stage_call (stage, "POST", "/say", NULL, 200);
  admin_stage_call (stage, "POST", "/say?channel=other", NULL, 200);
  admin_stage_call (stage, "POST", "/say", NULL, 200);
  usher_test_until (read_stream (stream, text, "data: {\"sequence\":2,") != USHER_STREAM_ABORTED);
  g_assert_true (g_str_has_prefix (text->str, "retry: 1000\n\nid: "));
  g_assert_nonnull (strstr (text->str, "said:1\ndata: {\"sequence\":1,\"channel\":\"said\""));
  g_assert_null (strstr (text->str, "\"other\""));
  g_signal_emit_by_name (stage->stage.host, "drained");
  usher_test_until (read_stream (stream, text, "retry") == USHER_STREAM_ENDED);
  admin_stage_assert_status (stage, "GET", "/events?wait=20", 503);
}

static void
on_parked (UsherDelivery *delivery, gpointer user_data)
{
  usher_delivery_nak (delivery, 0, HOSTILE);
  usher_delivery_unref (delivery);
}

/* an event with a hostile channel, payload and reason is parked */
static void
park (AdminStage *stage)
{
  const UsherSubscription wish = {
    .channel = HOSTILE, .group = HOSTILE, .durable = HOSTILE, .max_deliver = 1
  };
  g_autofree char *channel = g_uri_escape_string (HOSTILE, NULL, FALSE);
  g_autofree char *target = g_strconcat ("/say?channel=", channel, NULL);
  g_autoptr (GError) error = NULL;

  usher_bus_subscribe (stage->bus, &wish, on_parked, NULL, NULL, &error);
  g_assert_no_error (error);
  admin_stage_call (stage, "POST", target, NULL, 200);
  usher_test_until (count_rows (stage, "/parked") == 1);
}

static void
test_parked (AdminStage *stage, gconstpointer data)
{
  g_autoptr (JsonNode) page = NULL;
  g_autoptr (JsonNode) event = NULL;
  g_autofree char *list = NULL;
  g_autofree char *target = NULL;

  g_test_summary ("Parked events are told as they are, whatever they are called, each with its "
                  "payload alone, and dropped");

  admin_stage_start (stage);
  park (stage);
  page = admin_stage_get_json (stage, "/parked");
  usher_test_json_assert_string (page, "items.0.channel", HOSTILE);
  usher_test_json_assert_string (page, "items.0.group", HOSTILE);
  usher_test_json_assert_string (page, "items.0.reasons.0", HOSTILE);
  usher_test_json_assert_integer (page, "items.0.bytes", strlen (ADMIN_STAGE_PAYLOAD));
  list = admin_stage_get (stage, "/parked");
  g_assert_null (strstr (list, "alert(1)</script>"));
  target = g_strconcat ("/parked/", usher_test_json_get_string (page, "items.0.id"), NULL);
  event = admin_stage_get_json (stage, target);
  usher_test_json_assert_string (event, "channel", HOSTILE);
  usher_test_json_assert_string (event, "payload", ADMIN_STAGE_PAYLOAD);
  admin_stage_assert_status (stage, "GET", "/parked/nothing", 404);
  admin_stage_assert_status (stage, "DELETE", target, 204);
  g_assert_cmpuint (count_rows (stage, "/parked"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/monitor/" path, AdminStage, NULL, admin_stage_set_up, func, admin_stage_tear_down)
  add ("pages", test_pages);
  add ("pages/callback", test_callback);
  add ("pages/no-bus", test_no_bus);
  add ("pages/hub-away", test_hub_away);
  add ("parked", test_parked);
  add ("events/follow", test_follow);
  add ("events/stream", test_stream);
#undef add

  return g_test_run ();
}
