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
test_version (Program *fixture, gconstpointer data)
{
  g_test_summary ("The program tells its version.");

  program_assert_says (fixture, "--version", 0, "usher " PACKAGE_VERSION "\n");
}

static void
test_help (Program *fixture, gconstpointer data)
{
  g_test_summary ("The program and each command tell their usage.");

  program_assert_says (fixture,
                       "--help",
                       0,
                       "Usage:*",
                       "*\n  run *",
                       "*\n  check *",
                       "*\n  plugins *",
                       "*\n  settings *");
  program_assert_says (fixture, "run --help", 0, "Usage:\n  usher run *", "*--listen=ADDR:PORT*");
  program_assert_says (fixture, "check --help", 0, "Usage:\n  usher check *", "*--data=DIR*");
  program_assert_says (
      fixture, "plugins --help", 0, "Usage:\n  usher plugins *", "*--plugins=DIR*");
  program_assert_says (
      fixture, "settings --help", 0, "Usage:\n  usher settings *", "*--config=FILE*");
}

static void
test_usage (Program *fixture, gconstpointer data)
{
  g_test_summary ("A wrong command line is named and ends with 2.");

  program_assert_says (fixture, "", 2, "*“” is no command*");
  program_assert_says (fixture, "walk", 2, "*“walk” is no command*");
  program_assert_says (fixture, "run --fast", 2, "*--fast*");
  program_assert_says (fixture, "run --listen", 2, "*--listen*");
  program_assert_says (fixture,
                       "run --listen 3000",
                       2,
                       "*--listen is “3000”, but wants ADDR:PORT*");
  program_assert_says (fixture, "run --admin 127.0.0.1:65536", 2, "*--admin is “127.0.0.1:65536”*");
  program_assert_says (fixture, "run --admin a.b.c:1", 2, "*--admin is “a.b.c:1”*");
}

static void
test_plugins (Program *fixture, gconstpointer data)
{
  g_test_summary ("Plugins are listed with version, state and why one is not usable.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin (fixture, "empty", "");
  program_add_plugin (fixture, "wrong-abi", "");
  program_add_plugin (fixture, "no-configure", "");
  program_add_plugin (fixture, "fails-configure", "");
  program_add_plugin_like (fixture, "lonely", "good", "Requires=nothing");
  program_add_file (fixture->plugins, "torn.plugin", "[Plugin]\nName=torn\nVersion=1\nABI=one\n");

  program_assert_says (fixture,
                       "plugins",
                       0,
                       "*\ngood *1.0.0 *configured *",
                       "*\nempty *1.0.0 *failed *has no symbol “usher_plugin”\n*",
                       "*\nwrong-abi *failed *ABI: expected 1, found 2\n*",
                       "*\nno-configure *failed *does not implement configure()\n*",
                       "*\nfails-configure *failed *it will not have it\n*",
                       "*\nlonely *failed *requires “nothing”, which is not there\n*",
                       "*\ntorn.plugin *- *failed *key “ABI” is “one”*");
}

static void
test_no_folder (Program *fixture, gconstpointer data)
{
  g_test_summary ("A plugin folder that is not there is named.");

  program_assert_says (fixture,
                       "plugins --plugins /nowhere",
                       1,
                       "*plugin folder “/nowhere” cannot be read*");
}

static void
test_settings (Program *fixture, gconstpointer data)
{
  g_autofree char *user = g_build_filename (fixture->directory, "usher", NULL);
  g_autofree char *config = g_build_filename (fixture->directory, "my.conf", NULL);
  g_autofree char *with_config = g_strconcat ("settings --config ", config, NULL);
  g_autofree char *with_all = g_strconcat (with_config, " -s good.size=7", NULL);

  g_test_summary ("Settings are listed with source, type, range and default; later sources win.");

  program_add_plugin (fixture, "good", "");
  program_assert_says (
      fixture,
      "settings",
      0,
      "*\ngood.size=3\n    from default; integer 1…10, default “3”\n    a number\n*",
      "*host.stop-timeout=*");

  g_assert_cmpint (g_mkdir (user, 0700), ==, 0);
  program_add_file (user, "usher.conf", "[good]\nsize=4\n");
  program_assert_says (fixture, "settings", 0, "*good.size=4\n    from */usher/usher.conf;*");

  program_add_file (fixture->directory, "my.conf", "[good]\nsize=5\n");
  program_assert_says (fixture, with_config, 0, "*good.size=5\n    from */my.conf;*");

  g_subprocess_launcher_setenv (fixture->launcher, "USHER_GOOD__SIZE", "6", TRUE);
  program_assert_says (fixture, with_config, 0, "*good.size=6\n    from environment;*");
  program_assert_says (fixture, with_all, 0, "*good.size=7\n    from -s;*");
}

static void
test_secret (Program *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;

  g_test_summary ("Secrets are masked in the list of settings.");

  program_add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_GOOD__API_KEY", "hunter2", TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_ADMIN__TOKEN", "swordfish", TRUE);
  process = program_spawn (fixture, "settings");
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, NULL);

  g_assert_nonnull (strstr (out, "good.api-key=********\n"));
  g_assert_nonnull (strstr (out, "admin.token=********\n"));
  g_assert_null (strstr (out, "hunter2"));
  g_assert_null (strstr (out, "swordfish"));
}

static void
test_settings_unknown (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      program_make_arguments (fixture, "run", " -s good.sise=3 -s htp.rate=1 -s nonsense");

  g_test_summary (
      "All settings that are unknown are named with the nearest one, and nothing runs.");

  program_add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_HOST__WORKERZ", "6", TRUE);
  program_assert_says (fixture,
                       arguments,
                       1,
                       "*“good.sise” by -s is unknown, did you mean “good.size”?*",
                       "*“htp.rate” by -s is unknown, did you mean “http.rate”?*",
                       "*“nonsense” by -s is no assignment*",
                       "*“host.workerz” by environment is unknown, did you mean “host.workers”?*");
}

static void
test_settings_range (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      program_make_arguments (fixture,
                              "run",
                              " -s good.size=11 -s host.workers=0 -s host.waiters=many");

  g_test_summary ("All settings that do not fit are named with what is wanted, and nothing runs.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin_like (fixture, "other", "good", "");
  program_assert_says (fixture,
                       arguments,
                       1,
                       "*“good.size” is “11” by -s, but wants an integer from 1 to 10*",
                       "*“host.workers” is “0” by -s, but wants an integer from 1 to 64*",
                       "*“host.waiters” is “many” by -s, but wants an integer from 0 to 1000000*");
}

static void
test_settings_of_others (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      program_make_arguments (fixture, "check", " -s empty.a=1 -s other.b=2 good");

  g_test_summary ("Settings of a plugin that does not run here are no mistake.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin_like (fixture, "other", "good", "");
  program_assert_says (fixture, arguments, 1, "*“empty.a” by -s is unknown*");

  program_add_plugin (fixture, "empty", "");
  program_assert_says (fixture, "settings good -s empty.a=1 -s other.b=2", 0, "*good.size=3*");
}

static void
test_config_missing (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      program_make_arguments (fixture, "run", " --config /nowhere/usher.conf");

  g_test_summary ("A settings file that was asked for and is not there is named.");

  program_add_plugin (fixture, "good", "");
  program_assert_says (fixture, arguments, 1, "*settings file “/nowhere/usher.conf”*");
}

static void
test_run_broken (Program *fixture, gconstpointer data)
{
  g_test_summary ("Plugins that fail are left out and told; the others run.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin (fixture, "empty", "");
  program_add_plugin (fixture, "fails-configure", "");
  program_add_file (fixture->plugins, "torn.plugin", "torn");
  program_start (fixture, "run", "");

  program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
  program_assert_answer (
      fixture->admin,
      "/plugins",
      "*{\"name\":\"empty\",\"version\":\"1.0.0\",\"state\":\"failed\",\"reason\":*"
      "{\"name\":\"fails-configure\",*\"state\":\"failed\",*it will not have it*"
      "{\"name\":\"good\",\"version\":\"1.0.0\",\"state\":\"ready\",*"
      "{\"name\":\"torn.plugin\",\"state\":\"failed\",*");
  g_assert_cmpint (program_stop (fixture, SIGTERM), ==, 0);
}

/* A host that serves what it has, but is not ready. It says so on standard error. */
static void
assert_not_ready (Program *fixture, const char *more, const char *pattern)
{
  g_autofree char *arguments = program_make_arguments (fixture, "run", more);
  g_autofree char *line = NULL;

  fixture->host = program_spawn (fixture, arguments);
  line = program_await_line (g_subprocess_get_stderr_pipe (fixture->host), "not ready: ");
  fixture->admin = program_cut_word (line, "admin on http://");
  program_assert_answer (fixture->admin, "/readyz", pattern);
  program_assert_answer (fixture->admin, "/healthz", "HTTP/1.? 200 *");
  g_assert_cmpint (program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_named_fails (Program *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that was named fails, the host is not ready, and says why.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin (fixture, "fails-configure", "");
  assert_not_ready (fixture,
                    " good fails-configure",
                    "HTTP/1.? 503 *plugin “fails-configure” failed: *it will not have it*");
}

static void
test_required_fails (Program *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that is required by another fails, the host is not ready.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin (fixture, "fails-configure", "");
  program_add_plugin_like (fixture, "above", "good", "Requires=fails-configure");
  assert_not_ready (
      fixture,
      "",
      "HTTP/1.? 503 *plugin “above” failed: it requires “fails-configure”, which failed*");
}

static void
test_nothing_runs (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments = program_make_arguments (fixture, "run", "");

  g_test_summary ("A host without a usable plugin does not run.");

  program_add_plugin (fixture, "empty", "");
  program_assert_says (fixture,
                       arguments,
                       1,
                       "*plugin “empty” failed: *has no symbol*",
                       "*there is no plugin that can run*");
}

static void
test_start_fails (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments = program_make_arguments (fixture, "run", "");

  g_test_summary ("A plugin that does not start keeps the host from running half.");

  program_add_plugin (fixture, "good", "");
  program_add_plugin (fixture, "fails-start", "");
  program_assert_says (fixture,
                       arguments,
                       1,
                       "*service “fails-start” did not start: it has no lights*");
}

static void
test_cycle (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments = program_make_arguments (fixture, "run", " first");

  g_test_summary ("A cycle is shown as a path.");

  program_add_plugin_like (fixture, "first", "good", "Requires=second");
  program_add_plugin_like (fixture, "second", "good", "Requires=first");
  program_assert_says (fixture, arguments, 1, "*first → second → first*");
}

static void
test_unknown_service (Program *fixture, gconstpointer data)
{
  g_autofree char *arguments = program_make_arguments (fixture, "run", " god");

  g_test_summary ("An unknown service is refused with the nearest one.");

  program_add_plugin (fixture, "good", "");
  program_assert_says (fixture, arguments, 1, "*no plugin is named “god”, did you mean “good”?*");
}

static void
test_locked (Program *fixture, gconstpointer data)
{
  g_autofree char *run = program_make_arguments (fixture, "run", "");
  g_autofree char *check = program_make_arguments (fixture, "check", "");
  g_autofree char *pattern = NULL;

  g_test_summary ("A second host on a data directory is refused and names the first's process.");

  program_add_plugin (fixture, "good", "");
  program_start (fixture, "run", "");
  pattern = g_strdup_printf ("*data directory “%s” is in use by another process, %s\n*",
                             fixture->data,
                             g_subprocess_get_identifier (fixture->host));

  program_assert_says (fixture, run, 1, pattern);
  program_assert_says (fixture, check, 1, pattern);
  program_assert_says (fixture, "settings", 0, "*good.size=3*");
  program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_lock_of_the_dead (Program *fixture, gconstpointer data)
{
  g_test_summary ("A host that was killed leaves its data directory to the next.");

  program_add_plugin (fixture, "good", "");
  program_start (fixture, "run", "");
  g_subprocess_force_exit (fixture->host);
  g_subprocess_wait (fixture->host, NULL, NULL);
  g_clear_object (&fixture->host);
  g_clear_pointer (&fixture->admin, g_free);
  g_clear_pointer (&fixture->public, g_free);

  program_start (fixture, "run", "");
  program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_busy_port (Program *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->directory, "other", NULL);
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *public = NULL;
  g_autofree char *admin = NULL;

  g_test_summary ("A port that is in use is named, by check together with all others.");

  program_add_plugin (fixture, "good", "");
  program_start (fixture, "run", "");
  run = g_strdup_printf ("run --data %s --admin " ANY " --listen %s", other, fixture->public);
  check = g_strdup_printf ("check --data %s --listen %s --admin %s",
                           other,
                           fixture->public,
                           fixture->admin);
  public = g_strdup_printf ("*cannot listen on “%s”: *", fixture->public);
  admin = g_strdup_printf ("*cannot listen on “%s”: *", fixture->admin);

  program_assert_says (fixture, run, 1, public);
  program_assert_says (fixture, check, 1, public, admin);
  program_assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_data (Program *fixture, gconstpointer data)
{
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *below = NULL;

  g_test_summary ("A data directory that cannot be made is named.");

  /* below a file, as for the superuser every folder is writable */
  program_add_file (fixture->directory, "data", "a file");
  program_add_plugin (fixture, "good", "");
  below = g_build_filename (fixture->data, "below", NULL);
  g_free (fixture->data);
  fixture->data = g_steal_pointer (&below);
  run = program_make_arguments (fixture, "run", "");
  check = program_make_arguments (fixture, "check", "");

  program_assert_says (fixture, run, 1, "*data directory “*/data/below” cannot be made: *");
  program_assert_says (fixture, check, 1, "*data directory “*/data/below” cannot be made: *");
}

static void
test_check_setting (Program *fixture, gconstpointer data)
{
  g_autofree char *bad = program_make_arguments (fixture, "check", " -s good.size=11");

  g_test_summary ("A plugin's setting that is wrong is told once.");

  program_add_plugin (fixture, "good", "");
  program_assert_says (
      fixture,
      bad,
      1,
      "usher: setting “good.size” is “11” by -s, but wants an integer from 1 to 10\n");
}

static void
test_list_json (Program *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) plugins = NULL;
  g_autoptr (JsonNode) placement = NULL;

  g_test_summary ("Plugins, settings and placement are listed as JSON, without secrets.");

  program_add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_GOOD__API_KEY", "hunter2", TRUE);
  plugins = program_read_json (fixture, "plugins --json");
  usher_test_json_assert_count (plugins, "$.items[*]", 1);
  usher_test_json_assert_string (plugins, "$.items[0].name", "good");
  usher_test_json_assert_string (plugins, "$.items[0].version", "1.0.0");
  usher_test_json_assert_string (plugins, "$.items[0].state", "configured");

  program_assert_says (fixture,
                       "settings --json",
                       0,
                       "{\"items\":[*{\"group\":\"good\",\"key\":\"api-key\",\"value\":"
                       "\"********\",\"source\":\"environment\",*}]}\n",
                       "*{\"group\":\"good\",\"key\":\"size\",\"value\":\"3\",\"source\":"
                       "\"default\",\"type\":\"integer\",\"min\":1,\"max\":10,\"default\":"
                       "\"3\",\"description\":\"a number\"}*");

  placement = program_read_json (fixture, "placement explain --json");
  usher_test_json_assert_string (placement, "$.profile", "spread");
  usher_test_json_assert_string (placement, "$.items[0].process", "hub");
  usher_test_json_assert_count (placement, "$.items[0].services[*]", 0);
  usher_test_json_assert_string (placement, "$.items[1].services[0]", "good");
  usher_test_json_assert_integer (placement, "$.items[1].copies", 1);
  usher_test_json_assert_count (placement, "$.absent[*]", 0);
}

static void
test_check (Program *fixture, gconstpointer data)
{
  g_autofree char *good = program_make_arguments (fixture, "check", "");
  g_autofree char *bad =
      program_make_arguments (fixture, "check", " -s good.size=0 --admin 0.0.0.0:0");

  g_test_summary ("Check tells all that run would complain about, and leaves nothing behind.");

  program_add_plugin (fixture, "good", "");
  program_assert_says (fixture, good, 0, "nothing is wrong\n");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));

  program_add_plugin (fixture, "wrong-size", "");
  program_assert_says (fixture,
                       bad,
                       1,
                       "*plugin “wrong-size”: *size: expected *, found 8*",
                       "*“good.size” is “0” by -s*",
                       "*admin listener needs a token on “0.0.0.0:0”*");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));
}

static void
test_data_default (Program *fixture, gconstpointer data)
{
  g_autofree char *state = g_strconcat (fixture->directory, "/state:/nowhere", NULL);
  g_autofree char *first = g_build_filename (fixture->directory, "state", "session.key", NULL);
  g_autofree char *line = NULL;

  g_test_summary ("Without --data the data are where systemd wants them.");

  program_add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "STATE_DIRECTORY", state, TRUE);
  fixture->host = program_spawn (fixture, "run --listen " ANY " --admin " ANY);
  line = program_await_line (g_subprocess_get_stdout_pipe (fixture->host), "listening on");
  g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
}

static void
test_interrupt (Program *fixture, gconstpointer data)
{
  g_test_summary ("SIGINT stops the host in order too.");

  program_add_plugin (fixture, "good", "");
  program_start (fixture, "run", "");
  g_assert_cmpint (program_stop (fixture, SIGINT), ==, 0);
}

static void
test_second_signal (Program *fixture, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("While the host waits for what is under way, a second signal ends it at once.");

  program_add_plugin (fixture, "good", "");
  program_start (fixture, "run", "");
  connection = program_send (fixture->public, "GET", "/good/slow");
  line =
      program_await_line (g_subprocess_get_stderr_pipe (fixture->host), "this will take a while");

  g_subprocess_send_signal (fixture->host, SIGTERM);
  do
    {
      g_free (answer);
      answer = program_ask (fixture->admin, "GET", "/readyz");
    }
  while (!g_pattern_match_simple ("HTTP/1.? 503 *", answer));

  g_subprocess_send_signal (fixture->host, SIGTERM);
  g_subprocess_wait (fixture->host, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (fixture->host));
  g_assert_cmpint (g_subprocess_get_term_sig (fixture->host), ==, SIGTERM);
}

static void
add (const char *path, void (*func) (Program *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/usher/", path, NULL);

  g_test_add (full, Program, NULL, program_set_up, func, program_tear_down);
}

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
  add ("settings/range", test_settings_range);
  add ("settings/of-others", test_settings_of_others);
  add ("settings/config-missing", test_config_missing);
  add ("check", test_check);
  add ("check/setting", test_check_setting);
  add ("list/json", test_list_json);
  add ("run/broken", test_run_broken);
  add ("run/named-fails", test_named_fails);
  add ("run/required-fails", test_required_fails);
  add ("run/nothing", test_nothing_runs);
  add ("run/start-fails", test_start_fails);
  add ("run/cycle", test_cycle);
  add ("run/unknown-service", test_unknown_service);
  add ("run/locked", test_locked);
  add ("run/lock-of-the-dead", test_lock_of_the_dead);
  add ("run/busy-port", test_busy_port);
  add ("run/data", test_data);
  add ("run/data-default", test_data_default);
  add ("stop/interrupt", test_interrupt);
  add ("stop/second-signal", test_second_signal);

  return g_test_run ();
}
