/* test-usher.c: the program as the shell sees it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-json.h"
#include "usher-test-program.h"

static void
test_version (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("The program tells its version.");

  usher_test_program_assert_says (fixture, "--version", 0, "usher " PACKAGE_VERSION "\n");
}

static void
test_help (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("The program and each command tell their usage.");

  usher_test_program_assert_says (fixture,
                                  "--help",
                                  0,
                                  "Usage:*",
                                  "*\n  run *",
                                  "*\n  check *",
                                  "*\n  plugins *",
                                  "*\n  settings *");
  usher_test_program_assert_says (
      fixture, "run --help", 0, "Usage:\n  usher run *", "*--listen=ADDR:PORT*");
  usher_test_program_assert_says (
      fixture, "check --help", 0, "Usage:\n  usher check *", "*--data=DIR*");
  usher_test_program_assert_says (
      fixture, "plugins --help", 0, "Usage:\n  usher plugins *", "*--plugins=DIR*");
  usher_test_program_assert_says (
      fixture, "settings --help", 0, "Usage:\n  usher settings *", "*--config=FILE*");
}

static void
test_usage (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A wrong command line is named with where to look, and ends with 2.");

  usher_test_program_assert_says (fixture, "''", 2, "*“” is no command*");
  usher_test_program_assert_says (fixture, "walk", 2, "*“walk” is no command*", "*“usher --help”*");
  usher_test_program_assert_says (fixture, "run --fast", 2, "*--fast*", "*“usher run --help”*");
  usher_test_program_assert_says (fixture, "run --listen", 2, "*--listen*");
  usher_test_program_assert_says (fixture,
                                  "run --listen 3000",
                                  2,
                                  "*--listen is “3000”, but wants ADDR:PORT*");
  usher_test_program_assert_says (fixture,
                                  "run --admin 127.0.0.1:65536",
                                  2,
                                  "*--admin is “127.0.0.1:65536”*");
  usher_test_program_assert_says (fixture, "run --admin a.b.c:1", 2, "*--admin is “a.b.c:1”*");
}

static void
test_plugins (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("Plugins are listed with version, state and why one is not usable.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "empty", "");
  usher_test_program_add_plugin (fixture, "wrong-abi", "");
  usher_test_program_add_plugin (fixture, "no-configure", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  usher_test_program_add_plugin_like (fixture, "lonely", "good", "Requires=nothing");
  usher_test_program_add_file (fixture->plugins,
                               "torn.plugin",
                               "[Plugin]\nName=torn\nVersion=1\nABI=one\n");

  usher_test_program_assert_says (
      fixture,
      "plugins",
      0,
      "*\ngood *1.0.0 *configured *",
      "*\nempty *1.0.0 *failed *has no symbol “usher_plugin”, or hides it: *",
      "*\nwrong-abi *failed *ABI: expected 1, found 2; it is for a newer Usher: *",
      "*\nno-configure *failed *does not implement configure()\n*",
      "*\nfails-configure *failed *it will not have it\n*",
      "*\nlonely *failed *requires “nothing”, which is not there\n*",
      "*\ntorn.plugin *- *failed *key “ABI” is “one”*");
}

static void
test_no_folder (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A plugin folder that is not there is named.");

  usher_test_program_assert_says (fixture,
                                  "plugins --plugins /nowhere",
                                  1,
                                  "*plugin folder “/nowhere” cannot be read*");
}

static void
test_settings (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *user = g_build_filename (fixture->directory, "usher", NULL);
  g_autofree char *config = g_build_filename (fixture->directory, "my.conf", NULL);
  g_autofree char *with_config = g_strconcat ("settings --config ", config, NULL);
  g_autofree char *with_all = g_strconcat (with_config, " -s good.size=7", NULL);

  g_test_summary ("Settings are listed with source, type, range and default; later sources win.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (
      fixture,
      "settings",
      0,
      "*\ngood.size=3\n    from default; integer 1…10, default “3”\n    a number\n*",
      "*host.stop-timeout=*");

  g_assert_cmpint (g_mkdir (user, 0700), ==, 0);
  usher_test_program_add_file (user, "usher.conf", "[good]\nsize=4\n");
  usher_test_program_assert_says (fixture,
                                  "settings",
                                  0,
                                  "*good.size=4\n    from */usher/usher.conf;*");

  usher_test_program_add_file (fixture->directory, "my.conf", "[good]\nsize=5\n");
  usher_test_program_assert_says (fixture, with_config, 0, "*good.size=5\n    from */my.conf;*");

  usher_test_program_set_variable (fixture, "USHER_GOOD__SIZE", "6");
  usher_test_program_assert_says (fixture, with_config, 0, "*good.size=6\n    from environment;*");
  usher_test_program_assert_says (fixture, with_all, 0, "*good.size=7\n    from -s;*");
}

static void
test_secret (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;

  g_test_summary ("Secrets are masked in the list of settings.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "USHER_GOOD__API_KEY", "hunter2");
  usher_test_program_set_variable (fixture, "USHER_ADMIN__TOKEN", "swordfish");
  process = usher_test_program_spawn (fixture, "settings");
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, NULL);

  g_assert_nonnull (strstr (out, "good.api-key=********\n"));
  g_assert_nonnull (strstr (out, "admin.token=********\n"));
  g_assert_null (strstr (out, "hunter2"));
  g_assert_null (strstr (out, "swordfish"));
}

static void
test_settings_unknown (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      usher_test_program_make_arguments (fixture,
                                         "run",
                                         " -s good.sise=3 -s htp.rate=1 -s nonsense");

  g_test_summary (
      "All settings that are unknown are named with the nearest one, and nothing runs.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "USHER_HOST__WORKERZ", "6");
  usher_test_program_assert_says (
      fixture,
      arguments,
      1,
      "*“good.sise” by -s is unknown, did you mean “good.size”?*",
      "*“htp.rate” by -s is unknown, did you mean “http.rate”?*",
      "*“nonsense” by -s is no assignment*",
      "*“host.workerz” by environment is unknown, did you mean “host.workers”?*");
}

static void
test_settings_of_others (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      usher_test_program_make_arguments (fixture, "check", " -s empty.a=1 -s other.b=2 good");

  g_test_summary ("Settings of a plugin that does not run here are no mistake.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin_like (fixture, "other", "good", "");
  usher_test_program_assert_says (fixture, arguments, 1, "*“empty.a” by -s is unknown*");

  usher_test_program_add_plugin (fixture, "empty", "");
  usher_test_program_assert_says (fixture,
                                  "settings good -s empty.a=1 -s other.b=2",
                                  0,
                                  "*good.size=3*");
}

typedef struct
{
  const char *path;
  const char *rule;
  struct
  {
    const char *name;
    const char *module; /* whose it is, of those that are built for tests */
    const char *more;   /* further lines of its manifest */
  } plugins[3];         /* up to one without a name */
  const char *command;
  const char *more; /* further arguments, each with a space before it */
  const char *patterns[4];
} Refusal;

/* clang-format off */
static const Refusal refusals[] = {
  { "/usher/settings/range", "All settings that do not fit are named with what is wanted, and nothing runs",
    { { "good", "good", "" }, { "other", "good", "" } },
    "run", " -s good.size=11 -s host.workers=0 -s host.waiters=many",
    { "*“good.size” is “11” by -s, but wants an integer from 1 to 10*",
      "*“host.workers” is “0” by -s, but wants an integer from 1 to 64*",
      "*“host.waiters” is “many” by -s, but wants an integer from 0 to 1000000*" } },

  { "/usher/settings/config-missing", "A settings file that was asked for and is not there is named",
    { { "good", "good", "" } },
    "run", " --config /nowhere/usher.conf",
    { "*settings file “/nowhere/usher.conf”*" } },

  { "/usher/check/setting", "A plugin's setting that is wrong is told once",
    { { "good", "good", "" } },
    "check", " -s good.size=11",
    { "usher: setting “good.size” is “11” by -s, but wants an integer from 1 to 10\n" } },

  { "/usher/run/nothing", "A host without a usable plugin does not run",
    { { "empty", "empty", "" } },
    "run", "",
    { "*plugin “empty” failed: *has no symbol*", "*there is no plugin that can run*" } },

  { "/usher/run/start-fails", "A plugin that does not start keeps the host from running half",
    { { "good", "good", "" }, { "fails-start", "fails-start", "" } },
    "run", "",
    { "*service “fails-start” did not start: it has no lights*" } },

  { "/usher/run/cycle", "A cycle is shown as a path",
    { { "first", "good", "Requires=second" }, { "second", "good", "Requires=first" } },
    "run", " first",
    { "*first → second → first*" } },

  { "/usher/run/unknown-service", "An unknown service is refused with the nearest one",
    { { "good", "good", "" } },
    "run", " god",
    { "*no plugin is named “god”, did you mean “good”?*" } },
};
/* clang-format on */

static void
test_refusal (UsherTestProgram *fixture, gconstpointer data)
{
  const Refusal *refusal = data;
  g_autofree char *arguments =
      usher_test_program_make_arguments (fixture, refusal->command, refusal->more);

  g_test_summary (refusal->rule);

  for (guint i = 0; refusal->plugins[i].name != NULL; i++)
    usher_test_program_add_plugin_like (fixture,
                                        refusal->plugins[i].name,
                                        refusal->plugins[i].module,
                                        refusal->plugins[i].more);
  usher_test_program_assert_says_all (fixture, arguments, 1, refusal->patterns);
}

static void
test_run_broken (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("Plugins that fail are left out and told; the others run.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "empty", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  usher_test_program_add_file (fixture->plugins, "torn.plugin", "torn");
  usher_test_program_start (fixture, "run", "");

  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
  usher_test_program_assert_answer (
      fixture->admin,
      "/plugins",
      "*{\"name\":\"empty\",\"version\":\"1.0.0\",\"state\":\"failed\",\"reason\":*"
      "{\"name\":\"fails-configure\",*\"state\":\"failed\",*it will not have it*"
      "{\"name\":\"good\",\"version\":\"1.0.0\",\"state\":\"ready\",*"
      "{\"name\":\"torn.plugin\",\"state\":\"failed\",*");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

/* A host that serves what it has, but is not ready. It says so on standard error. */
static void
assert_not_ready (UsherTestProgram *fixture, const char *more, const char *pattern)
{
  g_autofree char *arguments = usher_test_program_make_arguments (fixture, "run", more);
  g_autofree char *line = NULL;

  fixture->host = usher_test_program_spawn (fixture, arguments);
  line =
      usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host), "not ready: ");
  fixture->admin = usher_test_program_cut_word (line, "admin on http://");
  usher_test_program_assert_answer (fixture->admin, "/readyz", pattern);
  usher_test_program_assert_answer (fixture->admin, "/healthz", "HTTP/1.? 200 *");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_named_fails (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that was named fails, the host is not ready, and says why.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  assert_not_ready (fixture,
                    " good fails-configure",
                    "HTTP/1.? 503 *plugin “fails-configure” failed: *it will not have it*");
}

static void
test_required_fails (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that is required by another fails, the host is not ready.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  usher_test_program_add_plugin_like (fixture, "above", "good", "Requires=fails-configure");
  assert_not_ready (
      fixture,
      "",
      "HTTP/1.? 503 *plugin “above” failed: it requires “fails-configure”, which failed*");
}

static void
test_locked (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *run = usher_test_program_make_arguments (fixture, "run", "");
  g_autofree char *check = usher_test_program_make_arguments (fixture, "check", "");
  g_autofree char *pattern = NULL;

  g_test_summary ("A second host on a data directory is refused and names the first's process.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  pattern = g_strdup_printf ("*data directory “%s” is in use by another process, %s\n*",
                             fixture->data,
                             g_subprocess_get_identifier (fixture->host));

  usher_test_program_assert_says (fixture, run, 1, pattern);
  usher_test_program_assert_says (fixture, check, 1, pattern);
  usher_test_program_assert_says (fixture, "settings", 0, "*good.size=3*");
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_lock_of_the_dead (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A host that was killed leaves its data directory to the next.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  usher_test_program_stop (fixture, SIGKILL);

  usher_test_program_start (fixture, "run", "");
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_busy_port (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->directory, "other", NULL);
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *public = NULL;
  g_autofree char *admin = NULL;

  g_test_summary ("A port that is in use is named, by check together with all others.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  run = g_strdup_printf ("run --data %s --admin " ANY " --listen %s", other, fixture->public);
  check = g_strdup_printf ("check --data %s --listen %s --admin %s",
                           other,
                           fixture->public,
                           fixture->admin);
  public = g_strdup_printf ("*cannot listen on “%s”: *", fixture->public);
  admin = g_strdup_printf ("*cannot listen on “%s”: *", fixture->admin);

  usher_test_program_assert_says (fixture, run, 1, public);
  usher_test_program_assert_says (fixture, check, 1, public, admin);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_data (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *below = NULL;

  g_test_summary ("A data directory that cannot be made is named.");

  /* below a file, as for the superuser every folder is writable */
  usher_test_program_add_file (fixture->directory, "data", "a file");
  usher_test_program_add_plugin (fixture, "good", "");
  below = g_build_filename (fixture->data, "below", NULL);
  g_free (fixture->data);
  fixture->data = g_steal_pointer (&below);
  run = usher_test_program_make_arguments (fixture, "run", "");
  check = usher_test_program_make_arguments (fixture, "check", "");

  usher_test_program_assert_says (fixture,
                                  run,
                                  1,
                                  "*data directory “*/data/below” cannot be made: *");
  usher_test_program_assert_says (fixture,
                                  check,
                                  1,
                                  "*data directory “*/data/below” cannot be made: *");
}

static void
test_list_json (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) plugins = NULL;
  g_autoptr (JsonNode) placement = NULL;

  g_test_summary ("Plugins, settings and placement are listed as JSON, without secrets.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "USHER_GOOD__API_KEY", "hunter2");
  plugins = usher_test_program_read_json (fixture, "plugins --json");
  usher_test_json_assert_length (plugins, "items", 1);
  usher_test_json_assert_string (plugins, "items.0.name", "good");
  usher_test_json_assert_string (plugins, "items.0.version", "1.0.0");
  usher_test_json_assert_string (plugins, "items.0.state", "configured");

  usher_test_program_assert_says (
      fixture,
      "settings --json",
      0,
      "{\"items\":[*{\"group\":\"good\",\"key\":\"api-key\",\"value\":"
      "\"********\",\"source\":\"environment\",*}]}\n",
      "*{\"group\":\"good\",\"key\":\"size\",\"value\":\"3\",\"source\":"
      "\"default\",\"type\":\"integer\",\"min\":1,\"max\":10,\"default\":"
      "\"3\",\"description\":\"a number\"}*");

  placement = usher_test_program_read_json (fixture, "placement explain --json");
  usher_test_json_assert_string (placement, "profile", "spread");
  usher_test_json_assert_string (placement, "items.0.process", "hub");
  usher_test_json_assert_length (placement, "items.0.services", 0);
  usher_test_json_assert_string (placement, "items.1.services.0", "good");
  usher_test_json_assert_integer (placement, "items.1.copies", 1);
  usher_test_json_assert_length (placement, "absent", 0);
}

static void
test_check (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *good = usher_test_program_make_arguments (fixture, "check", "");
  g_autofree char *bad =
      usher_test_program_make_arguments (fixture, "check", " -s good.size=0 --admin 0.0.0.0:0");

  g_test_summary ("Check tells all that run would complain about, and leaves nothing behind.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture, good, 0, "nothing is wrong\n");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));

  usher_test_program_add_plugin (fixture, "wrong-size", "");
  usher_test_program_assert_says (fixture,
                                  bad,
                                  1,
                                  "*plugin “wrong-size”: *size: expected *, found 8*",
                                  "*“good.size” is “0” by -s*",
                                  "*admin listener needs a token on “0.0.0.0:0”*");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));
}

static void
test_data_default (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *state = g_strconcat (fixture->directory, "/state:/nowhere", NULL);
  g_autofree char *first = g_build_filename (fixture->directory, "state", "session.key", NULL);
  g_autofree char *line = NULL;

  g_test_summary ("Without --data the data are where systemd wants them.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "STATE_DIRECTORY", state);
  fixture->host = usher_test_program_spawn (fixture, "run --listen " ANY " --admin " ANY);
  line =
      usher_test_program_await_line (g_subprocess_get_stdout_pipe (fixture->host), "listening on");
  g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
}

static void
test_interrupt (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("SIGINT stops the host in order too.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGINT), ==, 0);
}

static void
test_second_signal (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *line = NULL;

  g_test_summary ("While the host waits for what is under way, a second signal ends it at once.");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  connection = usher_test_program_send (fixture->public, "GET", "/good/slow");
  line = usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host),
                                        "this will take a while");

  g_subprocess_send_signal (fixture->host, SIGTERM);
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.? 503 *");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 128 + SIGTERM);
}

#define add(path, func) usher_test_program_add ("/usher/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("version", test_version);
  add ("help", test_help);
  add ("usage", test_usage);
  add ("plugins/states", test_plugins);
  add ("plugins/no-folder", test_no_folder);
  add ("settings/sources", test_settings);
  add ("settings/secret", test_secret);
  add ("settings/unknown", test_settings_unknown);
  add ("settings/of-others", test_settings_of_others);
  add ("check", test_check);
  add ("list/json", test_list_json);
  add ("run/broken", test_run_broken);
  add ("run/named-fails", test_named_fails);
  add ("run/required-fails", test_required_fails);
  add ("run/locked", test_locked);
  add ("run/lock-of-the-dead", test_lock_of_the_dead);
  add ("run/busy-port", test_busy_port);
  add ("run/data", test_data);
  add ("run/data-default", test_data_default);
  add ("stop/interrupt", test_interrupt);
  add ("stop/second-signal", test_second_signal);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    g_test_add (refusals[i].path,
                UsherTestProgram,
                &refusals[i],
                usher_test_program_set_up,
                test_refusal,
                usher_test_program_tear_down);

  return g_test_run ();
}
