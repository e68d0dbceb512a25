/* usher-bus-suite-hub.c: what the hub says, and where it ends
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#include <string.h>

#include "usher-id.h"

#define CHANNEL "order:created"

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

/* each word of @fields is a member of the page; one that ends in a star is a number */
static void
check_fields (UsherJson *json, const char *prefix, const char *fields)
{
  g_auto (GStrv) words = g_strsplit (fields, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean is_number = g_str_has_suffix (words[i], "*");
      g_autofree char *path =
          g_strdup_printf ("%s%.*s", prefix, (int) strcspn (words[i], "*"), words[i]);
      UsherJsonType type = usher_json_get_kind (json, path);

      if (type == USHER_JSON_MISSING)
        g_test_message ("no %s", path);
      g_assert_cmpint (type, !=, USHER_JSON_MISSING);
      g_assert_cmpint (type == USHER_JSON_NUMBER, ==, is_number);
    }
}

#define HEAD "cluster_id server_id now "
#define PAGE HEAD "offset* limit* count* total* "
#define SUB                                                                             \
  "client_id inbox ack_inbox is_durable is_offline max_inflight* ack_wait* last_sent* " \
  "pending_count* is_stalled"

static void
test_describe_server (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherJson) server = NULL;
  g_autoptr (UsherJson) store = NULL;

  g_test_summary ("The pages of server and store have the fields that people know, and count");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  server = usher_bus_fixture_describe (self->bus, "serverz");
  check_fields (server,
                "",
                HEAD
                "version go state start_time uptime clients* subscriptions* channels* total_msgs* "
                "total_bytes* in_msgs* in_bytes* out_msgs* out_bytes* open_fds* max_fds*");
  g_assert_cmpstr (usher_json_get_string (server, "state"), ==, "STANDALONE");
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_msgs"), ==, 3);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "clients"), ==, 1);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "subscriptions"), ==, 1);
  store = usher_bus_fixture_describe (self->bus, "storez");
  check_fields (store,
                "",
                HEAD "type limits limits.max_channels* limits.max_msgs* limits.max_bytes* "
                     "limits.max_age* limits.max_subscriptions* limits.max_inactivity* total_msgs* "
                     "total_bytes*");
}

static void
test_describe_channels (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "copy" };
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherBusListener) follower = usher_bus_listener_new (self->bus, &plain, TRUE);
  g_autoptr (UsherBusListener) copier = usher_bus_listener_new (self->bus, &durable, TRUE);
  g_autoptr (UsherJson) names = NULL;
  g_autoptr (UsherJson) full = NULL;
  g_autoptr (UsherJson) one = NULL;

  g_test_summary ("The page of channels has the fields that people know, each subscription once");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_fixture_publish (self, "another \"one\"", 1);
  names = usher_bus_fixture_describe (self->bus, "channelsz");
  check_fields (names, "", PAGE "names");
  g_assert_cmpuint (usher_json_get_length (names, "names"), ==, 2);
  g_assert_cmpstr (usher_json_get_string (names, "names.0"), ==, "another \"one\"");
  full = usher_bus_fixture_describe (self->bus, "channelsz?subs=1");
  check_fields (full, "", PAGE "channels");
  check_fields (full,
                "channels.1.",
                "name msgs* bytes* first_seq* last_seq* subs_count* subscriptions");
  check_fields (full, "channels.1.subscriptions.0.", SUB);
  g_assert_cmpstr (usher_json_get_string (full, "channels.1.subscriptions.0.queue_name"),
                   ==,
                   "tickets:tickets");
  g_assert_cmpuint (usher_json_get_length (full, "channels.1.subscriptions"), ==, 3);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "channelsz?subs=1", "channels.1.subs_count"),
                   ==,
                   3);
  g_assert_cmpint (usher_bus_fixture_read (self->bus,
                                           "channelsz?subs=1",
                                           "channels.1.subscriptions.0.pending_count"),
                   ==,
                   3);
  one = usher_bus_fixture_describe (self->bus, "channelsz?channel=order%3Acreated&subs=1");
  g_assert_cmpuint (usher_json_get_length (one, "channels"), ==, 1);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "channelsz?limit=1&offset=1", "count"),
                   ==,
                   1);
}

static void
test_describe_metrics (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherEvent) event = usher_bus_fixture_make_event (self, CHANNEL);
  g_autoptr (UsherJson) page = NULL;

  g_test_summary ("The page of metrics has the counters, and those of each group");

  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_post (self, self->bus, CHANNEL, 2);
  usher_bus_fixture_await_confirms (self, 4);
  usher_bus_listener_expect_ack (listener, 1);
  usher_bus_listener_await (listener, 3);
  usher_bus_fixture_settle (self->bus);
  page = usher_bus_fixture_describe (self->bus, "metrics");
  check_fields (page,
                "",
                "uptime_seconds* failing* members* subscriptions* channels* in_msgs* in_bytes* "
                "out_msgs* out_bytes* dedup_hits* log_bytes* commits* commit_p50_us* "
                "commit_p99_us* commit_max_us* groups");
  check_fields (page,
                "groups.0.",
                "channel group durable members* floor* last_seq* lag* out* pending* suspects* "
                "redeliveries* parked*");
  g_assert_cmpstr (usher_json_get_string (page, "groups.0.group"), ==, "tickets");
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "metrics", "dedup_hits"), ==, 1);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "metrics", "groups.0.out"), ==, 2);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "metrics", "groups.0.lag"), ==, 2);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "metrics", "commits"), >, 0);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "metrics", "log_bytes"), >, 0);
}

static void
test_describe_clients (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) all = NULL;

  g_test_summary ("The page of clients has the fields that people know");

  all = usher_bus_fixture_describe (self->bus, "clientsz?subs=1");
  check_fields (all, "", PAGE "clients");
  check_fields (all, "clients.0.", "id hb_inbox subs_count* subscriptions");
  check_fields (all, "clients.0.subscriptions." CHANNEL ".0.", SUB);
  g_assert_cmpstr (usher_json_get_string (all, "clients.0.id"), ==, "first");
}

static void
test_describe_unknown (UsherBusFixture *self, gconstpointer data)
{
  static const char *const pages[] = {
    "nothing", "", "channelsz?channel=none", "clientsz?client=none"
  };

  g_test_summary ("A page that is not there is said to be so");

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = usher_bus_describe (self->bus, pages[i], &error);

      g_assert_null (text);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
    }
}

static void
test_describe_offline (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = usher_bus_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherJson) page = NULL;
  gboolean is_offline = FALSE;

  g_test_summary ("A durable group without members is listed");

  g_clear_pointer (&listener, usher_bus_listener_free);
  page = usher_bus_fixture_describe (self->bus, "channelsz?subs=1");
  g_assert_true (
      usher_json_get_boolean (page, "channels.0.subscriptions.0.is_offline", &is_offline));
  g_assert_true (is_offline);
}

static void
test_max_messages (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = NULL;

  g_test_summary ("A full channel refuses, in order, and lets no event go; others do not mind");

  self->limits.max_messages = 100;
  usher_bus_fixture_reopen (self);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_fixture_post (self, self->bus, CHANNEL, 150);
  usher_bus_fixture_await_confirms (self, 150);
  g_assert_cmpuint (self->n_confirmed, ==, 100);
  g_assert_cmpuint (self->n_refused, ==, 50);
  g_assert_cmpint (self->code, ==, USHER_ERROR_FULL);
  usher_bus_listener_assert_run (listener, 1, 100);
  usher_bus_fixture_post (self, self->bus, "other", 1);
  usher_bus_fixture_await_confirms (self, 151);
  g_assert_cmpuint (self->n_confirmed, ==, 101);
}

static void
test_full_duplicate (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherEvent) event = usher_bus_fixture_make_event (self, CHANNEL);

  g_test_summary ("A full channel confirms what it has already");

  self->limits.max_messages = 1;
  usher_bus_fixture_reopen (self);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_post_event (self, self->bus, event);
  usher_bus_fixture_await_confirms (self, 2);
  g_assert_cmpuint (self->n_confirmed, ==, 2);
}

static void
test_max_bytes (UsherBusFixture *self, gconstpointer data)
{
  g_test_summary ("A channel is full by its bytes too");

  self->limits.max_bytes = 10000;
  usher_bus_fixture_reopen (self);
  usher_bus_fixture_post (self, self->bus, CHANNEL, 1000);
  usher_bus_fixture_await_confirms (self, 1000);
  g_assert_cmpuint (self->n_confirmed, >, 10);
  g_assert_cmpuint (self->n_refused, >, 500);
  g_assert_cmpint (self->code, ==, USHER_ERROR_FULL);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_bytes"), <=, 10000);
}

static void
test_full_order (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = NULL;
  g_autofree char *filler = g_strnfill (3000, ' ');
  g_autoptr (UsherEvent) large = NULL;
  g_autofree char *id = NULL;

  g_test_summary (
      "Behind an event that was refused nothing is stored, though there is room for it, until its "
      "publisher knows");

  self->limits.max_bytes = 2000;
  usher_bus_fixture_reopen (self);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_shut (listener);
  usher_bus_fixture_publish (self, CHANNEL, 1);
  usher_bus_listener_await_held (listener);

  /* the thread of the bus is held: nobody can know yet */
  id = usher_uuid_new (USHER_CLOCK (self->clock));
  large = usher_event_new (id, CHANNEL, 0, filler, -1);
  usher_bus_fixture_post_event (self, self->bus, large);
  usher_bus_fixture_post (self, self->bus, CHANNEL, 5);
  usher_bus_fixture_post (self, self->bus, "other", 5);
  usher_bus_listener_release (listener);
  usher_bus_fixture_await_confirms (self, 12);
  g_assert_cmpuint (self->n_refused, ==, 6);
  g_assert_cmpint (self->code, ==, USHER_ERROR_FULL);

  usher_bus_fixture_post (self, self->bus, CHANNEL, 1);
  usher_bus_fixture_await_confirms (self, 13);
  g_assert_cmpuint (self->n_refused, ==, 6);
  usher_bus_listener_assert_run (listener, 1, 2);
}

static void
test_max_age (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherBusListener) listener = NULL;
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_test_summary ("What is too old is dropped, and makes room");

  self->limits.max_age = G_TIME_SPAN_HOUR;
  self->limits.max_bytes = 1000;
  usher_bus_fixture_reopen (self);
  usher_bus_fixture_publish (self, CHANNEL, 5);
  usher_bus_fixture_turn (self, self->bus, G_TIME_SPAN_MINUTE);
  usher_bus_fixture_publish (self, CHANNEL, 5);
  usher_bus_fixture_turn (self, self->bus, 59 * G_TIME_SPAN_MINUTE + G_TIME_SPAN_SECOND);
  while (usher_bus_fixture_read (self->bus, "serverz", "total_msgs") != 5)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_assert_run (listener, 6, 5);
  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_listener_assert_run (listener, 6, 8);

  /* the numbers go on where they were when all is gone, for the next hub too */
  usher_bus_fixture_turn (self, self->bus, 2 * G_TIME_SPAN_HOUR);
  while (usher_bus_fixture_read (self->bus, "serverz", "total_msgs") != 0)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "total_bytes"), ==, 0);
  g_clear_pointer (&listener, usher_bus_listener_free);
  usher_bus_fixture_reopen (self);
  usher_bus_fixture_publish (self, CHANNEL, 2);
  listener = usher_bus_listener_new (self->bus, &wish, TRUE);
  usher_bus_listener_assert_run (listener, 14, 2);
}

static void
on_nothing (UsherDelivery *delivery, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_bad_names (UsherBusFixture *self, gconstpointer data)
{
  static const UsherSubscription wishes[] = {
    { .channel = "" },
    { .channel = "a\nb", .group = "c" },
    { .channel = "a", .group = "b\nc" },
    { .channel = "\xff", .group = "c" },
  };

  g_test_summary ("A subscription that no hub can keep is refused at once");

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (usher_bus_subscribe (self->bus, &wishes[i], on_nothing, NULL, NULL, &error),
                        ==,
                        0);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
  g_assert_cmpint (usher_bus_fixture_read (self->bus, "serverz", "subscriptions"), ==, 0);
}

static void
test_bad_events (UsherBusFixture *self, gconstpointer data)
{
  static const char *const channels[] = { "", "a\nb", "\xff" };

  g_test_summary ("An event that no hub can keep is refused, and those behind it are not");

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      g_autoptr (UsherEvent) event = usher_bus_fixture_make_event (self, channels[i]);

      usher_bus_fixture_post_event (self, self->bus, event);
    }
  {
    g_autoptr (UsherEvent) nameless = usher_event_new ("no uuid", CHANNEL, 0, "{}", -1);
    g_autofree char *id = g_strdup (self->ids->pdata[0]);
    g_autoptr (UsherEvent) garbled =
        usher_event_new_full (id, CHANNEL, 0, 0, "\xff\xfe", NULL, NULL, "{}", -1);

    usher_bus_fixture_post_event (self, self->bus, nameless);
    usher_bus_fixture_post_event (self, self->bus, garbled);
  }
  usher_bus_fixture_await_confirms (self, 5);
  g_assert_cmpuint (self->n_refused, ==, 5);
  g_assert_cmpint (self->code, ==, USHER_ERROR_INVALID);
  usher_bus_fixture_post (self, self->bus, CHANNEL, 1);
  usher_bus_fixture_await_confirms (self, 6);
  g_assert_cmpuint (self->n_confirmed, ==, 1);
}

void
usher_bus_suite_add_hub (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "describe/server", test_describe_server);
  usher_bus_suite_add_test (maker, "describe/channels", test_describe_channels);
  usher_bus_suite_add_test (maker, "describe/metrics", test_describe_metrics);
  usher_bus_suite_add_test (maker, "describe/clients", test_describe_clients);
  usher_bus_suite_add_test (maker, "describe/offline", test_describe_offline);
  usher_bus_suite_add_test (maker, "describe/unknown", test_describe_unknown);
  usher_bus_suite_add_test (maker, "limit/messages", test_max_messages);
  usher_bus_suite_add_test (maker, "limit/duplicate", test_full_duplicate);
  usher_bus_suite_add_test (maker, "limit/bytes", test_max_bytes);
  usher_bus_suite_add_test (maker, "limit/order", test_full_order);
  usher_bus_suite_add_test (maker, "limit/age", test_max_age);
  usher_bus_suite_add_test (maker, "invalid/subscription", test_bad_names);
  usher_bus_suite_add_test (maker, "invalid/event", test_bad_events);
}
