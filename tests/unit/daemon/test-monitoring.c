/* test-monitoring.c: the commands that ask a host that runs, and its page over HTTP
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-http-client.h"
#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-metrics.h"
#include "usher-test-program.h"
#include "usher-test-publisher.h"

#define HOSTILE "<script>alert(1)</script>\"&'"
#define TOKEN   "a-token-of-the-test"

/* A hub that runs, and this test as its member. */
typedef struct
{
  UsherTestProgram program; /* its host is the hub */
  UsherClock *clock;
  UsherBus *bus;                 /* (owned) (nullable) */
  UsherTestPublisher *publisher; /* (owned) */
  int n_deliveries;              /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  usher_test_program_set_up (&fixture->program, data);
  fixture->clock = usher_real_clock_new ();
  fixture->publisher = usher_test_publisher_new ();
}

static void
stop_hub (Fixture *fixture)
{
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
}

static void
leave (Fixture *fixture)
{
  if (fixture->bus != NULL)
    usher_bus_close (fixture->bus, USHER_TEST_PATIENCE, NULL);
  g_clear_object (&fixture->bus);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  leave (fixture);
  if (fixture->program.host != NULL)
    stop_hub (fixture);
  usher_test_program_tear_down (&fixture->program, data);
  usher_test_publisher_free (fixture->publisher);
  g_clear_object (&fixture->clock);
}

/* (transfer full): the assignment of a token, which is in a file */
static char *
make_token (Fixture *fixture, const char *name, const char *token)
{
  g_autofree char *path = g_build_filename (fixture->program.directory, name, NULL);

  usher_test_program_add_file (fixture->program.directory, name, token);
  /* else it is warned of, before what is looked for */
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);

  return g_strdup_printf ("admin.token=file:%s/%s", fixture->program.directory, name);
}

static void
start_hub (Fixture *fixture, const char *admin)
{
  g_autofree char *token = make_token (fixture, "token", TOKEN);
  g_autofree char *arguments = g_strdup_printf ("hub --data %s --run %s/run --admin %s -s %s",
                                                fixture->program.data,
                                                fixture->program.directory,
                                                admin,
                                                token);

  usher_test_program_launch (&fixture->program, arguments, "admin on ");
}

static void
join (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->bus = usher_bus_open (fixture->program.bus, "test", fixture->clock, NULL, &error);
  g_assert_no_error (error);
}

/* returns when it is durable */
static void
publish (Fixture *fixture, const char *channel, const char *payload)
{
  UsherTestPublisher *publisher = fixture->publisher;
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (UsherEvent) event = usher_event_new_full (id,
                                                       channel,
                                                       0,
                                                       usher_clock_get_time (fixture->clock),
                                                       "the-correlation",
                                                       NULL,
                                                       NULL,
                                                       payload,
                                                       (gssize) strlen (payload));
  guint n_before = publisher->n_confirmed;

  usher_test_publisher_post_event (publisher, fixture->bus, event);
  usher_test_publisher_await (publisher, n_before + 1);
  g_assert_cmpuint (publisher->n_refused, ==, 0);
}

/* The command asks the hub, ends with @status and says @pattern. */
static void
assert_says (Fixture *fixture, const char *command, int status, const char *pattern)
{
  g_autofree char *arguments = g_strdup_printf ("%s --admin %s", command, fixture->program.admin);

  usher_test_program_assert_says (&fixture->program, arguments, status, pattern);
}

/* (transfer full): what the command says of the hub as JSON */
static JsonNode *
read_json (Fixture *fixture, const char *command)
{
  g_autofree char *arguments =
      g_strdup_printf ("%s --json --admin %s", command, fixture->program.admin);

  return usher_test_program_read_json (&fixture->program, arguments);
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) json = NULL;

  g_test_summary ("The status of a host is told to people and as JSON, and by the exit status.");

  start_hub (fixture, ANY);
  join (fixture);
  publish (fixture, "order:created", "{}");
  assert_says (fixture,
               "status",
               0,
               "Ready at 127.0.0.1:*, version " PACKAGE_VERSION "\n*"
               "\nBus: STANDALONE, up for *s; events 1, channels 1, members 2\n*");

  json = read_json (fixture, "status");
  usher_test_json_assert_string (json, "address", fixture->program.admin);
  usher_test_json_assert_boolean (json, "ready", TRUE);
  usher_test_json_assert_null (json, "reason");
  usher_test_json_assert_string (json, "version", PACKAGE_VERSION);
  usher_test_json_assert_length (json, "processes", 0);
  usher_test_json_assert_string (json, "bus.state", "STANDALONE");
  usher_test_json_assert_integer (json, "bus.events", 1);
  usher_test_json_assert_integer (json, "bus.members", 2);
  usher_test_json_assert_null (json, "bus.reason");
  usher_test_json_assert_length (json, "groups", 0);
}

static void
test_status_socket (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/admin", fixture->program.directory);

  g_test_summary ("A host is asked over a socket in a folder, too.");

  start_hub (fixture, address);
  assert_says (fixture, "status", 0, "Ready at unix:/*");
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *tail =
      g_strdup_printf ("events tail --admin unix:%s/nothing", fixture->program.directory);

  g_test_summary ("Where nothing listens the commands say so and end with 3.");

  usher_test_program_assert_says (&fixture->program,
                                  "status --admin 127.0.0.1:1",
                                  3,
                                  "usher: nobody answers at 127.0.0.1:1, see --admin: *");
  usher_test_program_assert_says (&fixture->program, tail, 3, "usher: nobody answers at unix:/*");
}

static void
test_token (Fixture *fixture, gconstpointer data)
{
  g_autofree char *right = make_token (fixture, "token", TOKEN);
  g_autofree char *wrong = make_token (fixture, "other", "x");
  g_autofree char *with_right = g_strconcat ("status -s ", right, NULL);
  g_autofree char *with_wrong = g_strconcat ("events parked -s ", wrong, NULL);

  g_test_summary ("Beyond loopback the token is needed, and a wrong one is told.");

  start_hub (fixture, "0.0.0.0:0");
  assert_says (fixture, "status", 3, "usher: 0.0.0.0:*admin.token*");
  assert_says (fixture, with_wrong, 3, "usher: 0.0.0.0:*admin.token*");
  assert_says (fixture, with_right, 0, "Ready at *");
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *arguments;
    const char *pattern;
  } wrong[] = {
    { "events", "*one of tail, parked, show, replay and drop is missing*" },
    { "events walk", "*“walk” is not known here, but tail, parked, show, replay and drop*" },
    { "events replay", "*“usher events replay” wants ID…*" },
    { "events tail a b", "*“b” is not wanted here*" },
    { "events tail --from=3", "*--from wants a channel*" },
    { "events tail a --from=3 --all", "*contradict each other*" },
  };

  g_test_summary ("A wrong order about events is named and ends with 2.");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    usher_test_program_assert_says (&fixture->program, wrong[i].arguments, 2, wrong[i].pattern);
}

/* “usher events tail”, which a test follows */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *out;
  GDataInputStream *err;
} Tail;

static void
tail_start (Tail *tail, Fixture *fixture, const char *more)
{
  g_autofree char *arguments =
      g_strdup_printf ("events tail %s --admin %s", more, fixture->program.admin);

  tail->process = usher_test_program_spawn (&fixture->program, arguments);
  tail->out = usher_test_program_read_lines (g_subprocess_get_stdout_pipe (tail->process));
  tail->err = usher_test_program_read_lines (g_subprocess_get_stderr_pipe (tail->process));
}

/* it goes on until it is told to end */
static void
tail_end (Tail *tail)
{
  g_assert_cmpint (usher_test_subprocess_end (tail->process, SIGTERM), ==, 128 + SIGTERM);
  g_object_unref (tail->out);
  g_object_unref (tail->err);
  g_object_unref (tail->process);
}

static void
assert_next (GDataInputStream *lines, const char *pattern)
{
  g_autofree char *line = usher_test_program_read_line (lines);

  if (!g_pattern_match_simple (pattern, line))
    g_error ("“%s” is not “%s”", line, pattern);
}

static void
test_tail (Fixture *fixture, gconstpointer data)
{
  Tail tail;

  g_test_summary (
      "Events are followed from the beginning on, each on a line that moves no cursor.");

  start_hub (fixture, ANY);
  join (fixture);
  publish (fixture, "order:created", "{\"n\":1}");
  publish (fixture, "ticket:created", "{\"n\":\n\"\x1b[2J\"}");
  tail_start (&tail, fixture, "--all");
  assert_next (tail.out, "20*Z order:created 1 *-*-*-*-* the-correlation {\"n\":1}");
  assert_next (tail.out, "20*Z ticket:created 1 *-*-*-*-* the-correlation {\"n\": \" [2J\"}");
  publish (fixture, "order:created", "{\"n\":3}");
  assert_next (tail.out, "20*Z order:created 2 * {\"n\":3}");
  tail_end (&tail);
}

static void
test_tail_ends (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *target;
    int status;
    const char *err;
  } outputs[] = {
    { ">/dev/full", 1, "usher: not all of the output could be written\n" },
    { "| head -n 1", 0, "" },
  };

  g_test_summary ("Following ends when the output takes nothing, or nobody reads it any more.");

  start_hub (fixture, ANY);
  join (fixture);
  publish (fixture, "order:created", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autofree char *line =
          g_strdup_printf ("sh -c '\"$USHER_TEST_PROGRAM\" events tail --all --admin %s %s'",
                           fixture->program.admin,
                           outputs[i].target);
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;
      g_autoptr (GError) error = NULL;
      int status = 0;

      g_spawn_command_line_sync (line, &out, &err, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (err, ==, outputs[i].err);
      g_assert_cmpint (WEXITSTATUS (status), ==, outputs[i].status);
    }
}

static void
test_tail_channel (Fixture *fixture, gconstpointer data)
{
  Tail tail;
  g_autofree char *line = NULL;
  g_autoptr (JsonNode) event = NULL;

  g_test_summary ("One channel is followed from a sequence on, as JSON.");

  start_hub (fixture, ANY);
  join (fixture);
  for (guint i = 0; i < 3; i++)
    publish (fixture, "a b", "{}");
  publish (fixture, "other", "{}");
  tail_start (&tail, fixture, "'a b' --from=3 --json");
  line = usher_test_program_read_line (tail.out);
  event = usher_test_json_read (line);
  usher_test_json_assert_string (event, "channel", "a b");
  usher_test_json_assert_string (event, "payload", "{}");
  usher_test_json_assert_integer (event, "sequence", 3);
  tail_end (&tail);
}

static void
test_tail_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/admin", fixture->program.directory);
  Tail tail;

  g_test_summary ("Who follows finds the next hub, says so, and misses nothing.");

  start_hub (fixture, address);
  join (fixture);
  publish (fixture, "a", "{\"n\":1}");
  tail_start (&tail, fixture, "a --all");
  assert_next (tail.out, "* a 1 *{\"n\":1}");

  leave (fixture);
  stop_hub (fixture);
  assert_next (tail.err, "usher: *; trying again");
  start_hub (fixture, address);
  join (fixture);
  publish (fixture, "a", "{\"n\":2}");
  assert_next (tail.out, "* a 2 *{\"n\":2}");
  tail_end (&tail);
}

static void
test_tail_unknown (Fixture *fixture, gconstpointer data)
{
  Tail tail;

  g_test_summary ("Who follows a channel that is not there is told, as it may be a typing error.");

  start_hub (fixture, ANY);
  tail_start (&tail, fixture, "ordr:created");
  assert_next (tail.err, "usher: there is no channel “ordr:created” yet; *");
  tail_end (&tail);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_atomic_int_inc (&fixture->n_deliveries);
  usher_delivery_nak (delivery, 0, "the reason " HOSTILE);
  usher_delivery_unref (delivery);
}

/* (nullable): the id of the one event that is parked */
static char *
dup_parked (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) parked = usher_bus_list_parked (fixture->bus, NULL, 0, 2, &error);

  g_assert_no_error (error);

  return parked->len == 1 ? g_strdup (((UsherParkedEvent *) g_ptr_array_index (parked, 0))->id)
                          : NULL;
}

/* (transfer full): the id of an event that is parked now */
static char *
park (Fixture *fixture, const char *channel)
{
  const UsherSubscription wish = {
    .channel = channel, .group = "group", .durable = "group", .max_deliver = 1
  };
  g_autoptr (GError) error = NULL;
  char *id = NULL;

  usher_bus_subscribe (fixture->bus, &wish, on_delivery, fixture, NULL, &error);
  g_assert_no_error (error);
  publish (fixture, channel, "{\"x\":\"" HOSTILE "\"}");

  usher_test_until ((id = dup_parked (fixture)) != NULL);

  return id;
}

static void
test_parked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *show = NULL;
  g_autofree char *replay = NULL;
  g_autoptr (JsonNode) json = NULL;

  g_test_summary ("Parked events are listed with their reason, shown, replayed and dropped.");

  start_hub (fixture, ANY);
  join (fixture);
  id = park (fixture, "a");
  assert_says (fixture,
               "events parked",
               0,
               "ID * SINCE * CHANNEL * GROUP *\n* a * group * the reason <script>*");
  json = read_json (fixture, "events parked a");
  usher_test_json_assert_length (json, "items", 1);
  usher_test_json_assert_string (json, "items.0.id", id);
  usher_test_json_assert_string (json, "items.0.channel", "a");
  usher_test_json_assert_string (json, "items.0.kind", "failed");
  usher_test_json_assert_integer (json, "items.0.attempts", 1);
  usher_test_json_assert_string (json, "items.0.reasons.0", "the reason " HOSTILE);
  usher_test_json_assert_integer (json, "items.0.bytes", strlen ("{\"x\":\"" HOSTILE "\"}"));
  show = g_strconcat ("events show ", id, NULL);
  assert_says (fixture, show, 0, "{\"x\":\"" HOSTILE "\"}\n");
  assert_says (fixture, "events show nothing", 1, "usher: no event “nothing” is parked\n");

  replay = g_strconcat ("events replay ", id, NULL);
  assert_says (fixture, replay, 0, "*");
  assert_says (fixture, "events drop nothing", 1, "usher: no event “nothing” is parked\n");

  /* it was tried again */
  usher_test_until (g_atomic_int_get (&fixture->n_deliveries) >= 2);
}

static void
test_complete (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *channels = NULL;
  g_autofree char *parked = NULL;
  g_autofree char *again = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("A shell is told the channels and the parked events of a host that runs.");

  start_hub (fixture, ANY);
  join (fixture);
  publish (fixture, "a b", "{}");
  id = park (fixture, "a");
  channels = g_strdup_printf ("complete bash events tail --admin %s ''", fixture->program.admin);
  parked = g_strdup_printf ("complete bash events show --admin=%s ''", fixture->program.admin);
  usher_test_program_assert_says (&fixture->program, channels, 0, "a\t\na b\t\n");
  expected = g_strdup_printf ("%s\ta\n", id);
  usher_test_program_assert_says (&fixture->program, parked, 0, expected);
  again =
      g_strdup_printf ("complete bash events show --admin=%s %s ''", fixture->program.admin, id);
  usher_test_program_assert_says (&fixture->program, again, 0, "");
  usher_test_program_assert_says (&fixture->program,
                                  "complete bash events tail --admin 127.0.0.1:1 ''",
                                  0,
                                  "");
}

static void
test_drop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *drop = NULL;

  g_test_summary ("A parked event that is dropped is parked no more.");

  start_hub (fixture, ANY);
  join (fixture);
  id = park (fixture, "a");
  drop = g_strconcat ("events drop ", id, NULL);
  assert_says (fixture, drop, 0, "*");
  assert_says (fixture, "events parked", 0, "Nothing is parked.\n");
}

static void
test_page (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (JsonNode) parked = NULL;

  g_test_summary (
      "A hub has the page for people, and tells what is parked, whatever it is called.");

  start_hub (fixture, ANY);
  join (fixture);
  id = park (fixture, HOSTILE);
  usher_test_program_assert_answer (
      fixture->program.admin,
      "/streaming",
      "HTTP/1.1 200 *data-page=\"parked?limit=100\" data-list=\"items\"*");
  parked = usher_test_program_read_page (fixture->program.admin, "/parked?limit=100");
  usher_test_json_assert_string (parked, "items.0.id", id);
  usher_test_json_assert_string (parked, "items.0.channel", HOSTILE);
}

/* (transfer full): the body of a page, however it is sent */
static char *
get (Fixture *fixture, const char *path)
{
  g_autoptr (UsherHttpClient) client = usher_http_client_new (10 * G_USEC_PER_SEC);
  g_autofree char *uri = g_strconcat ("http://", fixture->program.admin, path, NULL);
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) body =
      usher_http_client_send (client, "GET", uri, NULL, NULL, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_metrics (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;

  g_test_summary ("A hub alone tells the numbers of the bus.");

  start_hub (fixture, ANY);
  join (fixture);
  publish (fixture, HOSTILE "\\", "{}");
  text = get (fixture, "/metrics");
  fault = usher_test_metrics_find_fault (text);
  g_assert_cmpstr (fault, ==, NULL);
  usher_test_metrics_assert (text, "usher_ready", 1);
  usher_test_metrics_assert (text, "usher_bus_members", 2);
  usher_test_metrics_assert (
      text, "usher_bus_channel_events{channel=\"<script>alert(1)</script>\\\"&'\\\\\"}", 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/monitoring/" path, Fixture, NULL, set_up, func, tear_down)
  add ("status", test_status);
  add ("status/socket", test_status_socket);
  add ("unreachable", test_unreachable);
  add ("token", test_token);
  add ("events/usage", test_usage);
  add ("events/tail", test_tail);
  add ("events/tail/ends", test_tail_ends);
  add ("events/tail/channel", test_tail_channel);
  add ("events/tail/restart", test_tail_restart);
  add ("events/tail/unknown", test_tail_unknown);
  add ("events/parked", test_parked);
  add ("events/drop", test_drop);
  add ("events/complete", test_complete);
  add ("page", test_page);
  add ("metrics", test_metrics);
#undef add

  return g_test_run ();
}
