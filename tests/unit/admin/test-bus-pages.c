/* test-bus-pages.c: the figures of a bus, as NATS Streaming shows itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-bus-pages-private.h"
#include "usher-error.h"
#include "usher-parked-page-private.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-json.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL "order:created"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets",
                                        .max_deliver = 1 };

typedef struct
{
  UsherTestHub *hub;
  UsherBus *bus;
  UsherTestPublisher *publisher;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, NULL);
  self->bus = usher_test_hub_join (self->hub, "first");
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
}

static void
publish (Fixture *self, const char *channel, guint n)
{
  usher_test_publisher_publish (self->publisher, self->bus, channel, n);
}

/* (transfer full): @target: the name of a page, perhaps with a query */
static char *
make_page (Fixture *self, const char *target, GError **error)
{
  g_autofree char *path = g_strconcat ("/", target, NULL);
  g_autofree char *name = g_strndup (target, strcspn (target, "?"));
  g_autoptr (UsherRequest) request = usher_request_new ("GET", path);
  UsherBusPageQuery query = { 0 };

  usher_bus_page_query_read (&query, request);
  if (g_str_equal (name, "parked"))
    return usher_parked_page_make (self->bus, &query, error);

  return usher_bus_page_make (self->bus, name, &query, error);
}

static JsonNode *
get_page (Fixture *self, const char *target)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = make_page (self, target, &error);

  g_assert_no_error (error);

  return usher_test_json_read (text);
}

/* each word of @fields is a member of the page; one that ends in a star is a number */
static void
check_fields (JsonNode *page, const char *prefix, const char *fields)
{
  g_auto (GStrv) words = g_strsplit (fields, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean is_number = g_str_has_suffix (words[i], "*");
      g_autofree char *path =
          g_strdup_printf ("%s%.*s", prefix, (int) strcspn (words[i], "*"), words[i]);
      JsonNode *node = usher_test_json_find (page, path);

      if (node == NULL)
        g_error ("no %s", path);
      g_assert_cmpint (json_node_get_value_type (node) == G_TYPE_INT64, ==, is_number);
    }
}

#define HEAD "cluster_id server_id now "
#define PAGE HEAD "offset* limit* count* total* "
#define SUB                                                                             \
  "client_id inbox ack_inbox is_durable is_offline max_inflight* ack_wait* last_sent* " \
  "pending_count* is_stalled"

static void
test_server (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (JsonNode) server = NULL;
  g_autoptr (JsonNode) store = NULL;

  g_test_summary ("The pages of server and store have the fields that people know, and count");

  publish (self, CHANNEL, 3);
  server = get_page (self, "serverz");
  check_fields (server,
                "",
                HEAD
                "version go state start_time uptime clients* subscriptions* channels* total_msgs* "
                "total_bytes* in_msgs* in_bytes* out_msgs* out_bytes* open_fds* max_fds*");
  usher_test_json_assert_string (server, "state", "STANDALONE");
  usher_test_json_assert_integer (server, "total_msgs", 3);
  usher_test_json_assert_integer (server, "clients", 1);
  usher_test_json_assert_integer (server, "subscriptions", 1);
  store = get_page (self, "storez");
  check_fields (store,
                "",
                HEAD "type limits limits.max_channels* limits.max_msgs* limits.max_bytes* "
                     "limits.max_age* limits.max_subscriptions* limits.max_inactivity* total_msgs* "
                     "total_bytes*");
}

static void
test_channels (Fixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "copy" };
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherTestListener) follower = usher_test_listener_new (self->bus, &plain, TRUE);
  g_autoptr (UsherTestListener) copier = usher_test_listener_new (self->bus, &durable, TRUE);
  g_autoptr (JsonNode) names = NULL;
  g_autoptr (JsonNode) full = NULL;
  g_autoptr (JsonNode) one = NULL;
  g_autoptr (JsonNode) rest = NULL;

  g_test_summary ("The page of channels has the fields that people know, each subscription once");

  publish (self, CHANNEL, 3);
  publish (self, "another \"one\"", 1);
  names = get_page (self, "channelsz");
  check_fields (names, "", PAGE "names");
  usher_test_json_assert_length (names, "names", 2);
  usher_test_json_assert_string (names, "names.0", "another \"one\"");
  full = get_page (self, "channelsz?subs=1");
  check_fields (full, "", PAGE "channels");
  check_fields (full,
                "channels.1.",
                "name msgs* bytes* first_seq* last_seq* subs_count* subscriptions");
  check_fields (full, "channels.1.subscriptions.0.", SUB);
  usher_test_json_assert_string (full, "channels.1.subscriptions.0.queue_name", "tickets:tickets");
  usher_test_json_assert_length (full, "channels.1.subscriptions", 3);
  usher_test_json_assert_integer (full, "channels.1.subs_count", 3);
  usher_test_json_assert_integer (full, "channels.1.subscriptions.0.pending_count", 3);
  one = get_page (self, "channelsz?channel=order%3Acreated&subs=1");
  usher_test_json_assert_length (one, "channels", 1);
  rest = get_page (self, "channelsz?limit=1&offset=1");
  usher_test_json_assert_integer (rest, "count", 1);
  usher_test_json_assert_string (rest, "names.0", CHANNEL);
}

static void
test_groups (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, CHANNEL);
  g_autoptr (JsonNode) page = NULL;

  g_test_summary ("The page of groups has the counters, and those of each group");

  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 2);
  usher_test_publisher_await (self->publisher, 4);
  usher_test_listener_expect_ack (listener, 1);
  usher_test_listener_await (listener, 3);
  usher_test_hub_settle (self->bus);
  page = get_page (self, "groupsz");
  check_fields (page,
                "",
                "uptime_seconds* failing* members* subscriptions* channels* in_msgs* in_bytes* "
                "out_msgs* out_bytes* dedup_hits* log_bytes* commits* commit_p50_us* "
                "commit_p99_us* commit_max_us* groups");
  check_fields (page,
                "groups.0.",
                "channel group durable members* floor* last_seq* lag* out* pending* suspects* "
                "redeliveries* parked*");
  usher_test_json_assert_string (page, "groups.0.group", "tickets");
  usher_test_json_assert_integer (page, "dedup_hits", 1);
  usher_test_json_assert_integer (page, "groups.0.out", 2);
  usher_test_json_assert_integer (page, "groups.0.lag", 2);
  g_assert_cmpint (usher_test_json_get_integer (page, "commits"), >, 0);
  g_assert_cmpint (usher_test_json_get_integer (page, "log_bytes"), >, 0);
}

static void
test_clients (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (JsonNode) all = NULL;

  g_test_summary ("The page of clients has the fields that people know");

  all = get_page (self, "clientsz?subs=1");
  check_fields (all, "", PAGE "clients");
  check_fields (all, "clients.0.", "id hb_inbox subs_count* subscriptions");
  check_fields (all, "clients.0.subscriptions." CHANNEL ".0.", SUB);
  usher_test_json_assert_string (all, "clients.0.id", "first");
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  static const char *const pages[] = {
    "nothing", "", "channelsz?channel=none", "clientsz?client=none"
  };

  g_test_summary ("A page that is not there is said to be so");

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = make_page (self, pages[i], &error);

      g_assert_null (text);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
    }
}

static void
test_offline (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (JsonNode) page = NULL;

  g_test_summary ("A durable group without members is listed");

  g_clear_pointer (&listener, usher_test_listener_free);
  page = get_page (self, "channelsz?subs=1");
  usher_test_json_assert_boolean (page, "channels.0.subscriptions.0.is_offline", TRUE);
}

static gboolean
is_parked (Fixture *self, JsonNode **page)
{
  json_node_unref (*page);
  *page = get_page (self, "parked?limit=10");

  return usher_test_json_get_length (*page, "items") > 0;
}

static void
test_parked (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (JsonNode) page = get_page (self, "parked");

  g_test_summary ("What is parked is listed under items");

  usher_test_json_assert_length (page, "items", 0);
  check_fields (page, "", "items");
  g_assert_null (usher_test_json_find (page, "next"));
  publish (self, CHANNEL, 1);
  {
    g_autoptr (UsherDelivery) delivery = usher_test_listener_take (listener);

    usher_delivery_nak (delivery, 0, "a \"reason\"");
  }
  usher_test_until (is_parked (self, &page));
  check_fields (page,
                "items.0.",
                "id channel group sequence* eventId time attempts* kind reasons bytes*");
  check_fields (page, "", "items next*");
  usher_test_json_assert_string (page, "items.0.channel", CHANNEL);
  usher_test_json_assert_string (page, "items.0.kind", "failed");
  usher_test_json_assert_string (page, "items.0.reasons.0", "a \"reason\"");
  usher_test_json_assert_integer (page, "items.0.attempts", 1);
  usher_test_json_assert_integer (page, "items.0.bytes", strlen ("{\"n\":0}"));
}

static void
test_exact (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("The text of a page is what it has always been, to the byte");

  publish (self, "a", 2);
  text = make_page (self, "channelsz?limit=5", &error);
  g_assert_no_error (error);
  g_assert_nonnull (
      strstr (text, ",\"offset\":0,\"limit\":5,\"count\":1,\"total\":1,\"names\":[\"a\"]}"));
  g_assert_true (g_str_has_prefix (text, "{\"cluster_id\":\"usher\",\"server_id\":\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/bus-pages/" path, Fixture, NULL, set_up, func, tear_down)
  add ("server", test_server);
  add ("channels", test_channels);
  add ("groups", test_groups);
  add ("clients", test_clients);
  add ("offline", test_offline);
  add ("unknown", test_unknown);
  add ("parked", test_parked);
  add ("exact", test_exact);
#undef add

  return g_test_run ();
}
