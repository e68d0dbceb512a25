/* test-monitoring.c: the commands that ask a host that runs, and its page over HTTP
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-http-client.h"
#include "usher-json.h"
#include "usher-test-json.h"
#include "usher-test-metrics.h"
#include "usher-test.h"

#define HOSTILE "<script>alert(1)</script>\"&'"
#define TOKEN   "a-token-of-the-test"

/* A hub that runs, and this test as its member. */
typedef struct
{
  char *directory; /* (owned) */
  GSubprocessLauncher *launcher;
  GSubprocess *hub; /* (owned) (nullable) */
  char *endpoint;   /* (owned) (nullable) */
  char *admin;      /* (owned) (nullable): ADDR:PORT or unix:PATH */
  UsherClock *clock;
  UsherBus *bus; /* (owned) (nullable) */

  GMutex mutex;
  GCond cond;
  guint n_confirmed;  /* (mutex mutex) */
  guint n_deliveries; /* (mutex mutex) */
} Fixture;

/* a test that aborts takes its hub with it */
static void
on_child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&fixture->mutex);
  g_cond_init (&fixture->cond);
  fixture->clock = usher_real_clock_new ();
  fixture->directory = g_dir_make_tmp ("usher-mon-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_setenv (fixture->launcher, "G_DEBUG", "fatal-criticals", TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "XDG_CONFIG_HOME", fixture->directory, TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "XDG_DATA_HOME", fixture->directory, TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_PLUGIN_PATH", fixture->directory, TRUE);
  g_subprocess_launcher_unsetenv (fixture->launcher, "STATE_DIRECTORY");
  g_subprocess_launcher_unsetenv (fixture->launcher, "RUNTIME_DIRECTORY");
  g_subprocess_launcher_set_child_setup (fixture->launcher, on_child_setup, NULL, NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static void
stop_hub (Fixture *fixture)
{
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (fixture->hub, SIGTERM);
  g_subprocess_communicate_utf8 (fixture->hub, NULL, NULL, NULL, &said, &error);
  g_assert_no_error (error);
  g_test_message ("%s", said);
  if (g_subprocess_get_if_signaled (fixture->hub))
    g_error ("the hub ended by signal %d: %s", g_subprocess_get_term_sig (fixture->hub), said);
  g_assert_cmpint (g_subprocess_get_exit_status (fixture->hub), ==, 0);
  g_clear_object (&fixture->hub);
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
  if (fixture->hub != NULL)
    stop_hub (fixture);
  remove_tree (fixture->directory);

  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->launcher);
  g_free (fixture->admin);
  g_free (fixture->endpoint);
  g_free (fixture->directory);
  g_mutex_clear (&fixture->mutex);
  g_cond_clear (&fixture->cond);
}

/* (transfer full): the process. @words: (transfer none) NULL at the end */
static GSubprocess *
spawn (Fixture *fixture, const char *const *words)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process = NULL;

  g_strv_builder_add (builder, g_getenv ("USHER_TEST_PROGRAM"));
  g_strv_builder_addv (builder, (const char **) words);
  arguments = g_strv_builder_end (builder);
  process =
      g_subprocess_launcher_spawnv (fixture->launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);

  return process;
}

#define spawn(fixture, ...) spawn (fixture, (const char *const[]){ __VA_ARGS__, NULL })

static GDataInputStream *
read_lines (GInputStream *stream)
{
  GDataInputStream *lines = g_data_input_stream_new (stream);

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);

  return lines;
}

static char *
read_line (GDataInputStream *lines)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_test_message ("%s", line);

  return line;
}

static char *
read_word (GDataInputStream *lines, const char *before)
{
  g_autofree char *line = read_line (lines);

  g_assert_true (g_str_has_prefix (line, before));

  return g_strdup (line + strlen (before));
}

/* (transfer full): the assignment of a token, which is in a file */
static char *
make_token (Fixture *fixture, const char *name, const char *token)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, token, -1, &error);
  g_assert_no_error (error);

  return g_strconcat ("admin.token=file:", path, NULL);
}

static void
start_hub (Fixture *fixture, const char *admin)
{
  g_autofree char *data = g_build_filename (fixture->directory, "data", NULL);
  g_autofree char *run = g_build_filename (fixture->directory, "run", NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *address = NULL;
  g_autofree char *token = make_token (fixture, "token", TOKEN);

  fixture->hub =
      spawn (fixture, "hub", "--data", data, "--run", run, "--admin", admin, "-s", token);
  lines = read_lines (g_subprocess_get_stdout_pipe (fixture->hub));
  g_free (fixture->endpoint);
  fixture->endpoint = read_word (lines, "bus on ");
  address = read_word (lines, "admin on ");
  g_free (fixture->admin);
  fixture->admin = g_str_has_prefix (address, "http://") ? g_strdup (address + strlen ("http://"))
                                                         : g_steal_pointer (&address);
}

static void
join (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->bus = usher_bus_open (fixture->endpoint, "test", fixture->clock, NULL, &error);
  g_assert_no_error (error);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_no_error (error);
  g_mutex_lock (&fixture->mutex);
  fixture->n_confirmed++;
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

/* returns when it is durable */
static void
publish (Fixture *fixture, const char *channel, const char *payload)
{
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
  guint n_before = 0;

  g_mutex_lock (&fixture->mutex);
  n_before = fixture->n_confirmed;
  g_mutex_unlock (&fixture->mutex);
  usher_bus_publish (fixture->bus, event, on_published, fixture, NULL);
  g_mutex_lock (&fixture->mutex);
  while (fixture->n_confirmed == n_before)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  g_mutex_unlock (&fixture->mutex);
}

/* (transfer full): what the program says on both streams, which must end with @status */
static char *
run (Fixture *fixture, int status, const char *const *words)
{
  g_autoptr (GSubprocess) process = (spawn) (fixture, words);
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_test_message ("%s%s", out, err);
  if (g_subprocess_get_if_signaled (process))
    g_error ("signal %d", g_subprocess_get_term_sig (process));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);

  return g_strconcat (out, err, NULL);
}

#define run(fixture, status, ...) run (fixture, status, (const char *const[]){ __VA_ARGS__, NULL })

static void
assert_says (const char *said, const char *pattern)
{
  if (!g_pattern_match_simple (pattern, said))
    g_error ("“%s” is not in: %s", pattern, said);
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) json = NULL;

  g_test_summary ("The status of a host is told to people and as JSON, and by the exit status.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  publish (fixture, "order:created", "{}");
  said = run (fixture, 0, "status", "--admin", fixture->admin);
  assert_says (said, "Ready at 127.0.0.1:*, version " PACKAGE_VERSION "\n*");
  assert_says (said, "*\nBus: STANDALONE, up for *s; events 1, channels 1, members 2\n*");

  text = run (fixture, 0, "status", "--json", "--admin", fixture->admin);
  json = usher_test_json_read (text);
  usher_test_json_assert_string (json, "$.address", fixture->admin);
  usher_test_json_assert_boolean (json, "$.ready", TRUE);
  usher_test_json_assert_null (json, "$.reason");
  usher_test_json_assert_string (json, "$.version", PACKAGE_VERSION);
  usher_test_json_assert_count (json, "$.processes[*]", 0);
  usher_test_json_assert_string (json, "$.bus.state", "STANDALONE");
  usher_test_json_assert_integer (json, "$.bus.events", 1);
  usher_test_json_assert_integer (json, "$.bus.members", 2);
  usher_test_json_assert_null (json, "$.bus.reason");
  usher_test_json_assert_count (json, "$.groups", 1);
}

static void
test_status_socket (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/admin", fixture->directory);
  g_autofree char *said = NULL;

  g_test_summary ("A host is asked over a socket in a folder, too.");

  start_hub (fixture, address);
  said = run (fixture, 0, "status", "--admin", fixture->admin);
  assert_says (said, "Ready at unix:/*");
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *said = NULL;
  g_autofree char *more = NULL;
  g_autofree char *socket = g_strdup_printf ("unix:%s/nothing", fixture->directory);

  g_test_summary ("Where nothing listens the commands say so and end with 3.");

  said = run (fixture, 3, "status", "--admin", "127.0.0.1:1");
  assert_says (said, "usher: nobody answers at 127.0.0.1:1, see --admin: *");
  more = run (fixture, 3, "events", "tail", "--admin", socket);
  assert_says (more, "usher: nobody answers at unix:/*");
}

static void
test_token (Fixture *fixture, gconstpointer data)
{
  g_autofree char *without = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *right = NULL;
  g_autofree char *token = make_token (fixture, "token", TOKEN);
  g_autofree char *other = make_token (fixture, "other", "x");

  g_test_summary ("Beyond loopback the token is needed, and a wrong one is told.");

  start_hub (fixture, "0.0.0.0:0");
  without = run (fixture, 3, "status", "--admin", fixture->admin);
  assert_says (without, "usher: 0.0.0.0:*admin.token*");
  wrong = run (fixture, 3, "events", "parked", "-s", other, "--admin", fixture->admin);
  assert_says (wrong, "usher: 0.0.0.0:*admin.token*");
  right = run (fixture, 0, "status", "-s", token, "--admin", fixture->admin);
  assert_says (right, "Ready at *");
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *words[4];
    const char *pattern;
  } wrong[] = {
    { { NULL }, "*one of tail, parked, show, replay and drop is missing*" },
    { { "walk" }, "*knows tail, parked, show, replay and drop*" },
    { { "replay" }, "*an ID is missing*" },
    { { "tail", "a", "b" }, "*one channel at most*" },
    { { "tail", "--from=3" }, "*--from wants a channel*" },
    { { "tail", "a", "--from=3", "--all" }, "*contradict each other*" },
  };

  g_test_summary ("A wrong order about events is named and ends with 2.");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const char *const *words = wrong[i].words;
      g_autofree char *said = run (fixture, 2, "events", words[0], words[1], words[2], words[3]);

      assert_says (said, wrong[i].pattern);
    }
}

static void
end (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (process));
}

static void
test_tail (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) tail = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  g_test_summary (
      "Events are followed from the beginning on, each on a line that moves no cursor.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  publish (fixture, "order:created", "{\"n\":1}");
  publish (fixture, "ticket:created", "{\"n\":\n\"\x1b[2J\"}");
  tail = spawn (fixture, "events", "tail", "--all", "--admin", fixture->admin);
  lines = read_lines (g_subprocess_get_stdout_pipe (tail));
  first = read_line (lines);
  assert_says (first, "20*Z order:created 1 *-*-*-*-* the-correlation {\"n\":1}");
  second = read_line (lines);
  assert_says (second, "20*Z ticket:created 1 *-*-*-*-* the-correlation {\"n\": \" [2J\"}");
  publish (fixture, "order:created", "{\"n\":3}");
  third = read_line (lines);
  assert_says (third, "20*Z order:created 2 * {\"n\":3}");
  end (tail);
}

static void
test_tail_channel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) tail = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  g_autoptr (JsonNode) event = NULL;

  g_test_summary ("One channel is followed from a sequence on, as JSON.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  for (guint i = 0; i < 3; i++)
    publish (fixture, "a b", "{}");
  publish (fixture, "other", "{}");
  tail = spawn (fixture, "events", "tail", "a b", "--from=3", "--json", "--admin", fixture->admin);
  lines = read_lines (g_subprocess_get_stdout_pipe (tail));
  line = read_line (lines);
  event = usher_test_json_read (line);
  usher_test_json_assert_string (event, "$.channel", "a b");
  usher_test_json_assert_string (event, "$.payload", "{}");
  usher_test_json_assert_integer (event, "$.sequence", 3);
  end (tail);
}

static void
test_tail_restart (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/admin", fixture->directory);
  g_autoptr (GSubprocess) tail = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GDataInputStream) words = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *word = NULL;

  g_test_summary ("Who follows finds the next hub, says so, and misses nothing.");

  start_hub (fixture, address);
  join (fixture);
  publish (fixture, "a", "{\"n\":1}");
  tail = spawn (fixture, "events", "tail", "a", "--all", "--admin", address);
  lines = read_lines (g_subprocess_get_stdout_pipe (tail));
  words = read_lines (g_subprocess_get_stderr_pipe (tail));
  first = read_line (lines);
  assert_says (first, "* a 1 *{\"n\":1}");

  leave (fixture);
  stop_hub (fixture);
  word = read_line (words);
  assert_says (word, "usher: *; trying again");
  start_hub (fixture, address);
  join (fixture);
  publish (fixture, "a", "{\"n\":2}");
  second = read_line (lines);
  assert_says (second, "* a 2 *{\"n\":2}");
  end (tail);
}

static void
test_tail_unknown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) tail = NULL;
  g_autoptr (GDataInputStream) words = NULL;
  g_autofree char *word = NULL;

  g_test_summary ("Who follows a channel that is not there is told, as it may be a typing error.");

  start_hub (fixture, "127.0.0.1:0");
  tail = spawn (fixture, "events", "tail", "ordr:created", "--admin", fixture->admin);
  words = read_lines (g_subprocess_get_stderr_pipe (tail));
  word = read_line (words);
  assert_says (word, "usher: there is no channel “ordr:created” yet; *");
  end (tail);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_mutex_lock (&fixture->mutex);
  fixture->n_deliveries++;
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
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
  g_autofree char *list = NULL;
  g_autofree char *text = NULL;
  g_autofree char *payload = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *unknown = NULL;
  g_autoptr (JsonNode) json = NULL;

  g_test_summary ("Parked events are listed with their reason, shown, replayed and dropped.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  id = park (fixture, "a");
  list = run (fixture, 0, "events", "parked", "--admin", fixture->admin);
  assert_says (list, "ID * SINCE * CHANNEL * GROUP *\n* a * group * the reason <script>*");
  text = run (fixture, 0, "events", "parked", "a", "--json", "--admin", fixture->admin);
  json = usher_test_json_read (text);
  usher_test_json_assert_count (json, "$.items[*]", 1);
  usher_test_json_assert_string (json, "$.items[0].id", id);
  usher_test_json_assert_string (json, "$.items[0].channel", "a");
  usher_test_json_assert_string (json, "$.items[0].kind", "failed");
  usher_test_json_assert_integer (json, "$.items[0].attempts", 1);
  usher_test_json_assert_string (json, "$.items[0].reasons[0]", "the reason " HOSTILE);
  usher_test_json_assert_integer (json, "$.items[0].bytes", strlen ("{\"x\":\"" HOSTILE "\"}"));
  payload = run (fixture, 0, "events", "show", id, "--admin", fixture->admin);
  g_assert_cmpstr (payload, ==, "{\"x\":\"" HOSTILE "\"}\n");
  missing = run (fixture, 1, "events", "show", "nothing", "--admin", fixture->admin);
  assert_says (missing, "usher: no event “nothing” is parked\n");

  g_free (run (fixture, 0, "events", "replay", id, "--admin", fixture->admin));
  unknown = run (fixture, 1, "events", "drop", "nothing", "--admin", fixture->admin);
  assert_says (unknown, "usher: no event “nothing” is parked\n");

  /* it was tried again */
  g_mutex_lock (&fixture->mutex);
  while (fixture->n_deliveries < 2)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  g_mutex_unlock (&fixture->mutex);
}

static void
test_drop (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *none = NULL;

  g_test_summary ("A parked event that is dropped is parked no more.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  id = park (fixture, "a");
  g_free (run (fixture, 0, "events", "drop", id, "--admin", fixture->admin));
  none = run (fixture, 0, "events", "parked", "--admin", fixture->admin);
  g_assert_cmpstr (none, ==, "Nothing is parked.\n");
}

/* (transfer full): the body of a page */
static char *
get (Fixture *fixture, const char *path)
{
  g_autoptr (UsherHttpClient) client = usher_http_client_new (10);
  g_autofree char *uri = g_strconcat ("http://", fixture->admin, path, NULL);
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) body =
      usher_http_client_send (client, "GET", uri, NULL, NULL, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_page (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *page = NULL;
  g_autofree char *text = NULL;
  g_autoptr (UsherJson) parked = NULL;

  g_test_summary (
      "A hub has the page for people, and tells what is parked, whatever it is called.");

  start_hub (fixture, "127.0.0.1:0");
  join (fixture);
  id = park (fixture, HOSTILE);
  page = get (fixture, "/streaming");
  g_assert_nonnull (strstr (page, "data-page=\"parked?limit=100\" data-list=\"items\""));
  text = get (fixture, "/parked?limit=100");
  parked = usher_json_parse (text, -1, NULL);
  g_assert_cmpstr (usher_json_get_string (parked, "items.0.id"), ==, id);
  g_assert_cmpstr (usher_json_get_string (parked, "items.0.channel"), ==, HOSTILE);
}

static void
test_metrics (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;

  g_test_summary ("A hub alone tells the numbers of the bus.");

  start_hub (fixture, "127.0.0.1:0");
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
  add ("events/tail/channel", test_tail_channel);
  add ("events/tail/restart", test_tail_restart);
  add ("events/tail/unknown", test_tail_unknown);
  add ("events/parked", test_parked);
  add ("events/drop", test_drop);
  add ("page", test_page);
  add ("metrics", test_metrics);
#undef add

  return g_test_run ();
}
