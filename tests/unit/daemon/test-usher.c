/* test-usher.c: the program as the shell sees it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <gio/gio.h>

#define ANY "127.0.0.1:0"

typedef struct
{
  char *directory; /* for all that the test makes */
  char *plugins;
  char *data;
  GSubprocessLauncher *launcher;
  GSubprocess *host; /* (nullable): a host that runs */
  char *admin;       /* (nullable): its admin listener, ADDR:PORT */
  char *public;      /* (nullable): its public listener */
} Fixture;

/* a test that aborts takes its host with it */
static void
on_child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-daemon-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->plugins = g_build_filename (fixture->directory, "plugins", NULL);
  fixture->data = g_build_filename (fixture->directory, "data", NULL);
  g_assert_cmpint (g_mkdir (fixture->plugins, 0700), ==, 0);

  fixture->launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_setenv (fixture->launcher, "G_DEBUG", "fatal-criticals", TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "XDG_CONFIG_HOME", fixture->directory, TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "XDG_DATA_HOME", fixture->directory, TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_PLUGIN_PATH", fixture->plugins, TRUE);
  g_subprocess_launcher_unsetenv (fixture->launcher, "STATE_DIRECTORY");
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
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->host != NULL)
    {
      g_subprocess_force_exit (fixture->host);
      g_subprocess_wait (fixture->host, NULL, NULL);
    }
  remove_tree (fixture->directory);

  g_clear_object (&fixture->host);
  g_clear_object (&fixture->launcher);
  g_free (fixture->admin);
  g_free (fixture->public);
  g_free (fixture->plugins);
  g_free (fixture->data);
  g_free (fixture->directory);
}

static void
add_file (const char *folder, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* A plugin on the module of that name which was built for tests. @more: further lines of its manifest */
static void
add_plugin_like (Fixture *fixture, const char *name, const char *module, const char *more)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=1.0.0\nABI=1\nModule=%s/%s.so\n%s\n",
                       name,
                       g_getenv ("USHER_TEST_MODULE_DIR"),
                       module,
                       more);

  add_file (fixture->plugins, file, text);
}

static void
add_plugin (Fixture *fixture, const char *name, const char *more)
{
  add_plugin_like (fixture, name, name, more);
}

/* (transfer full): the process. @arguments: with spaces between */
static GSubprocess *
spawn (Fixture *fixture, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (g_getenv ("USHER_TEST_PROGRAM"), " ", arguments, NULL);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GSubprocess *process =
      g_subprocess_launcher_spawnv (fixture->launcher, (const char *const *) words, &error);

  g_assert_no_error (error);

  return process;
}

/* The program ends with @status and says what is in each pattern, on whichever stream. */
static void
assert_says (Fixture *fixture, const char *arguments, int status, const char *const *patterns)
{
  g_autoptr (GSubprocess) process = spawn (fixture, arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *said = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  said = g_strconcat (out, err, NULL);
  g_test_message ("usher %s: %s", arguments, said);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);

  for (; *patterns != NULL; patterns++)
    if (!g_pattern_match_simple (*patterns, said))
      g_error ("“usher %s” does not say “%s”: %s", arguments, *patterns, said);
}

#define assert_says(fixture, arguments, status, ...) \
  assert_says (fixture, arguments, status, (const char *const[]){ __VA_ARGS__, NULL })

/* (transfer full): arguments on the fixture's data directory and free ports */
static char *
make_arguments (Fixture *fixture, const char *command, const char *more)
{
  return g_strdup_printf ("%s --data %s --listen " ANY " --admin " ANY "%s",
                          command,
                          fixture->data,
                          more);
}

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

  return line;
}

/* (transfer full): the first line with @part */
static char *
await_line (GInputStream *stream, const char *part)
{
  g_autoptr (GDataInputStream) lines = read_lines (stream);

  while (TRUE)
    {
      g_autofree char *line = read_line (lines);

      g_test_message ("%s", line);
      if (strstr (line, part) != NULL)
        return g_steal_pointer (&line);
    }
}

/* (transfer full): the word behind @before in @text */
static char *
cut_word (const char *text, const char *before)
{
  const char *start = strstr (text, before);

  g_assert_nonnull (start);
  start += strlen (before);

  return g_strndup (start, strcspn (start, " ,\n"));
}

/* @more: further arguments, each with a space before it */
static void
start_host (Fixture *fixture, const char *more)
{
  g_autofree char *arguments = make_arguments (fixture, "run", more);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *public = NULL;
  g_autofree char *admin = NULL;

  fixture->host = spawn (fixture, arguments);
  lines = read_lines (g_subprocess_get_stdout_pipe (fixture->host));
  public = read_line (lines);
  admin = read_line (lines);
  fixture->public = cut_word (public, "listening on http://");
  fixture->admin = cut_word (admin, "admin on http://");
}

/* (transfer full): the connection, the request sent */
static GSocketConnection *
send_get (const char *address, const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, address);
  GSocketConnection *connection =
      g_socket_client_connect_to_host (client, address, 0, NULL, &error);

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             text,
                             strlen (text),
                             NULL,
                             NULL,
                             &error);
  g_assert_no_error (error);

  return connection;
}

/* (transfer full): the whole answer */
static char *
get (const char *address, const char *path)
{
  g_autoptr (GSocketConnection) connection = send_get (address, path);
  GString *answer = g_string_new (NULL);
  char part[4096];
  gssize length = 0;

  while ((length = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                        part,
                                        sizeof part,
                                        NULL,
                                        NULL)) > 0)
    g_string_append_len (answer, part, length);

  return g_string_free (answer, FALSE);
}

static void
assert_answer (const char *address, const char *path, const char *pattern)
{
  g_autofree char *answer = get (address, path);

  g_test_message ("%s: %s", path, answer);
  g_assert_true (g_pattern_match_simple (pattern, answer));
}

static int
stop_host (Fixture *fixture, int signal_number)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (fixture->host, signal_number);
  g_subprocess_wait (fixture->host, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (fixture->host));

  return g_subprocess_get_exit_status (fixture->host);
}

static void
test_version (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The program tells its version.");

  assert_says (fixture, "--version", 0, "usher " PACKAGE_VERSION "\n");
}

static void
test_help (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The program and each command tell their usage.");

  assert_says (fixture,
               "--help",
               0,
               "Usage:*",
               "*\n  run *",
               "*\n  check *",
               "*\n  plugins *",
               "*\n  settings *");
  assert_says (fixture, "run --help", 0, "Usage:\n  usher run *", "*--listen=ADDR:PORT*");
  assert_says (fixture, "check --help", 0, "Usage:\n  usher check *", "*--data=DIR*");
  assert_says (fixture, "plugins --help", 0, "Usage:\n  usher plugins *", "*--plugins=DIR*");
  assert_says (fixture, "settings --help", 0, "Usage:\n  usher settings *", "*--config=FILE*");
}

static void
test_usage (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A wrong command line is named and ends with 2.");

  assert_says (fixture, "", 2, "*“” is no command*");
  assert_says (fixture, "walk", 2, "*“walk” is no command*");
  assert_says (fixture, "run --fast", 2, "*--fast*");
  assert_says (fixture, "run --listen", 2, "*--listen*");
  assert_says (fixture, "run --listen 3000", 2, "*--listen is “3000”, but wants ADDR:PORT*");
  assert_says (fixture, "run --admin 127.0.0.1:65536", 2, "*--admin is “127.0.0.1:65536”*");
  assert_says (fixture, "run --admin a.b.c:1", 2, "*--admin is “a.b.c:1”*");
}

static void
test_plugins (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Plugins are listed with version, state and why one is not usable.");

  add_plugin (fixture, "good", "");
  add_plugin (fixture, "empty", "");
  add_plugin (fixture, "wrong-abi", "");
  add_plugin (fixture, "no-configure", "");
  add_plugin (fixture, "fails-configure", "");
  add_plugin_like (fixture, "lonely", "good", "Requires=nothing");
  add_file (fixture->plugins, "torn.plugin", "[Plugin]\nName=torn\nVersion=1\nABI=one\n");

  assert_says (fixture,
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
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A plugin folder that is not there is named.");

  assert_says (fixture,
               "plugins --plugins /nowhere",
               1,
               "*plugin folder “/nowhere” cannot be read*");
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_autofree char *user = g_build_filename (fixture->directory, "usher", NULL);
  g_autofree char *config = g_build_filename (fixture->directory, "my.conf", NULL);
  g_autofree char *with_config = g_strconcat ("settings --config ", config, NULL);
  g_autofree char *with_all = g_strconcat (with_config, " -s good.size=7", NULL);

  g_test_summary ("Settings are listed with source, type, range and default; later sources win.");

  add_plugin (fixture, "good", "");
  assert_says (fixture,
               "settings",
               0,
               "*\ngood.size=3\n    from default; integer 1…10, default “3”\n    a number\n*",
               "*host.stop-timeout=*");

  g_assert_cmpint (g_mkdir (user, 0700), ==, 0);
  add_file (user, "usher.conf", "[good]\nsize=4\n");
  assert_says (fixture, "settings", 0, "*good.size=4\n    from */usher/usher.conf;*");

  add_file (fixture->directory, "my.conf", "[good]\nsize=5\n");
  assert_says (fixture, with_config, 0, "*good.size=5\n    from */my.conf;*");

  g_subprocess_launcher_setenv (fixture->launcher, "USHER_GOOD__SIZE", "6", TRUE);
  assert_says (fixture, with_config, 0, "*good.size=6\n    from environment;*");
  assert_says (fixture, with_all, 0, "*good.size=7\n    from -s;*");
}

static void
test_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;

  g_test_summary ("Secrets are masked in the list of settings.");

  add_plugin (fixture, "good", "");
  process = spawn (fixture, "settings -s good.api-key=hunter2 -s admin.token=swordfish");
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, NULL);

  g_assert_nonnull (strstr (out, "good.api-key=********\n"));
  g_assert_nonnull (strstr (out, "admin.token=********\n"));
  g_assert_null (strstr (out, "hunter2"));
  g_assert_null (strstr (out, "swordfish"));
}

static void
test_settings_unknown (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      make_arguments (fixture, "run", " -s good.sise=3 -s htp.rate=1 -s nonsense");

  g_test_summary (
      "All settings that are unknown are named with the nearest one, and nothing runs.");

  add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "USHER_HOST__WORKERZ", "6", TRUE);
  assert_says (fixture,
               arguments,
               1,
               "*“good.sise” by -s is unknown, did you mean “good.size”?*",
               "*“htp.rate” by -s is unknown, did you mean “http.rate”?*",
               "*“nonsense” by -s is no assignment*",
               "*“host.workerz” by environment is unknown, did you mean “host.workers”?*");
}

static void
test_settings_range (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      make_arguments (fixture, "run", " -s good.size=11 -s host.workers=0 -s host.waiters=many");

  g_test_summary ("All settings that do not fit are named with what is wanted, and nothing runs.");

  add_plugin (fixture, "good", "");
  add_plugin_like (fixture, "other", "good", "");
  assert_says (fixture,
               arguments,
               1,
               "*“good.size” is “11” by -s, but wants an integer from 1 to 10*",
               "*“host.workers” is “0” by -s, but wants an integer from 1 to 64*",
               "*“host.waiters” is “many” by -s, but wants an integer from 0 to 1000000*");
}

static void
test_settings_of_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "check", " -s empty.a=1 -s other.b=2 good");

  g_test_summary ("Settings of a plugin that does not run here are no mistake.");

  add_plugin (fixture, "good", "");
  add_plugin_like (fixture, "other", "good", "");
  assert_says (fixture, arguments, 1, "*“empty.a” by -s is unknown*");

  add_plugin (fixture, "empty", "");
  assert_says (fixture, "settings good -s empty.a=1 -s other.b=2", 0, "*good.size=3*");
}

static void
test_config_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "run", " --config /nowhere/usher.conf");

  g_test_summary ("A settings file that was asked for and is not there is named.");

  add_plugin (fixture, "good", "");
  assert_says (fixture, arguments, 1, "*settings file “/nowhere/usher.conf”*");
}

static void
test_run_broken (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Plugins that fail are left out and told; the others run.");

  add_plugin (fixture, "good", "");
  add_plugin (fixture, "empty", "");
  add_plugin (fixture, "fails-configure", "");
  add_file (fixture->plugins, "torn.plugin", "torn");
  start_host (fixture, "");

  assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
  assert_answer (fixture->admin,
                 "/plugins",
                 "*{\"name\":\"empty\",\"version\":\"1.0.0\",\"state\":\"failed\",\"reason\":*"
                 "{\"name\":\"fails-configure\",*\"state\":\"failed\",*it will not have it*"
                 "{\"name\":\"good\",\"version\":\"1.0.0\",\"state\":\"ready\",*"
                 "{\"name\":\"torn.plugin\",\"state\":\"failed\",*");
  g_assert_cmpint (stop_host (fixture, SIGTERM), ==, 0);
}

/* A host that serves what it has, but is not ready. It says so on standard error. */
static void
assert_not_ready (Fixture *fixture, const char *more, const char *pattern)
{
  g_autofree char *arguments = make_arguments (fixture, "run", more);
  g_autofree char *line = NULL;

  fixture->host = spawn (fixture, arguments);
  line = await_line (g_subprocess_get_stderr_pipe (fixture->host), "not ready: ");
  fixture->admin = cut_word (line, "admin on http://");
  assert_answer (fixture->admin, "/readyz", pattern);
  assert_answer (fixture->admin, "/healthz", "HTTP/1.? 200 *");
  g_assert_cmpint (stop_host (fixture, SIGTERM), ==, 0);
}

static void
test_named_fails (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that was named fails, the host is not ready, and says why.");

  add_plugin (fixture, "good", "");
  add_plugin (fixture, "fails-configure", "");
  assert_not_ready (fixture,
                    " good fails-configure",
                    "HTTP/1.? 503 *plugin “fails-configure” failed: *it will not have it*");
}

static void
test_required_fails (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When a plugin that is required by another fails, the host is not ready.");

  add_plugin (fixture, "good", "");
  add_plugin (fixture, "fails-configure", "");
  add_plugin_like (fixture, "above", "good", "Requires=fails-configure");
  assert_not_ready (
      fixture,
      "",
      "HTTP/1.? 503 *plugin “above” failed: it requires “fails-configure”, which failed*");
}

static void
test_nothing_runs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "run", "");

  g_test_summary ("A host without a usable plugin does not run.");

  add_plugin (fixture, "empty", "");
  assert_says (fixture,
               arguments,
               1,
               "*plugin “empty” failed: *has no symbol*",
               "*there is no plugin that can run*");
}

static void
test_start_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "run", "");

  g_test_summary ("A plugin that does not start keeps the host from running half.");

  add_plugin (fixture, "good", "");
  add_plugin (fixture, "fails-start", "");
  assert_says (fixture, arguments, 1, "*service “fails-start” did not start: it has no lights*");
}

static void
test_cycle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "run", " first");

  g_test_summary ("A cycle is shown as a path.");

  add_plugin_like (fixture, "first", "good", "Requires=second");
  add_plugin_like (fixture, "second", "good", "Requires=first");
  assert_says (fixture, arguments, 1, "*first → second → first*");
}

static void
test_unknown_service (Fixture *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, "run", " god");

  g_test_summary ("An unknown service is refused with the nearest one.");

  add_plugin (fixture, "good", "");
  assert_says (fixture, arguments, 1, "*no plugin is named “god”, did you mean “good”?*");
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = make_arguments (fixture, "run", "");
  g_autofree char *check = make_arguments (fixture, "check", "");
  g_autofree char *pattern = NULL;

  g_test_summary ("A second host on a data directory is refused and names the first's process.");

  add_plugin (fixture, "good", "");
  start_host (fixture, "");
  pattern = g_strdup_printf ("*data directory “%s” is in use by another process, %s\n*",
                             fixture->data,
                             g_subprocess_get_identifier (fixture->host));

  assert_says (fixture, run, 1, pattern);
  assert_says (fixture, check, 1, pattern);
  assert_says (fixture, "settings", 0, "*good.size=3*");
  assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_lock_of_the_dead (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A host that was killed leaves its data directory to the next.");

  add_plugin (fixture, "good", "");
  start_host (fixture, "");
  g_subprocess_force_exit (fixture->host);
  g_subprocess_wait (fixture->host, NULL, NULL);
  g_clear_object (&fixture->host);
  g_clear_pointer (&fixture->admin, g_free);
  g_clear_pointer (&fixture->public, g_free);

  start_host (fixture, "");
  assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_busy_port (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->directory, "other", NULL);
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *public = NULL;
  g_autofree char *admin = NULL;

  g_test_summary ("A port that is in use is named, by check together with all others.");

  add_plugin (fixture, "good", "");
  start_host (fixture, "");
  run = g_strdup_printf ("run --data %s --admin " ANY " --listen %s", other, fixture->public);
  check = g_strdup_printf ("check --data %s --listen %s --admin %s",
                           other,
                           fixture->public,
                           fixture->admin);
  public = g_strdup_printf ("*cannot listen on “%s”: *", fixture->public);
  admin = g_strdup_printf ("*cannot listen on “%s”: *", fixture->admin);

  assert_says (fixture, run, 1, public);
  assert_says (fixture, check, 1, public, admin);
  assert_answer (fixture->admin, "/readyz", "HTTP/1.? 200 *");
}

static void
test_data (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = NULL;
  g_autofree char *check = NULL;
  g_autofree char *below = NULL;

  g_test_summary ("A data directory that cannot be made is named.");

  /* below a file, as for the superuser every folder is writable */
  add_file (fixture->directory, "data", "a file");
  add_plugin (fixture, "good", "");
  below = g_build_filename (fixture->data, "below", NULL);
  g_free (fixture->data);
  fixture->data = g_steal_pointer (&below);
  run = make_arguments (fixture, "run", "");
  check = make_arguments (fixture, "check", "");

  assert_says (fixture, run, 1, "*data directory “*/data/below” cannot be made: *");
  assert_says (fixture, check, 1, "*data directory “*/data/below” cannot be made: *");
}

static void
test_check (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = make_arguments (fixture, "check", "");
  g_autofree char *bad = make_arguments (fixture, "check", " -s good.size=0 --admin 0.0.0.0:0");

  g_test_summary ("Check tells all that run would complain about, and leaves nothing behind.");

  add_plugin (fixture, "good", "");
  assert_says (fixture, good, 0, "nothing is wrong\n");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));

  add_plugin (fixture, "wrong-size", "");
  assert_says (fixture,
               bad,
               1,
               "*plugin “wrong-size”: *size: expected *, found 8*",
               "*“good.size” is “0” by -s*",
               "*admin listener needs a token on “0.0.0.0:0”*");
  g_assert_false (g_file_test (fixture->data, G_FILE_TEST_EXISTS));
}

static void
test_data_default (Fixture *fixture, gconstpointer data)
{
  g_autofree char *state = g_strconcat (fixture->directory, "/state:/nowhere", NULL);
  g_autofree char *first = g_build_filename (fixture->directory, "state", "session.key", NULL);
  g_autofree char *line = NULL;

  g_test_summary ("Without --data the data are where systemd wants them.");

  add_plugin (fixture, "good", "");
  g_subprocess_launcher_setenv (fixture->launcher, "STATE_DIRECTORY", state, TRUE);
  fixture->host = spawn (fixture, "run --listen " ANY " --admin " ANY);
  line = await_line (g_subprocess_get_stdout_pipe (fixture->host), "listening on");
  g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
}

static void
test_interrupt (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("SIGINT stops the host in order too.");

  add_plugin (fixture, "good", "");
  start_host (fixture, "");
  g_assert_cmpint (stop_host (fixture, SIGINT), ==, 0);
}

static void
test_second_signal (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("While the host waits for what is under way, a second signal ends it at once.");

  add_plugin (fixture, "good", "");
  start_host (fixture, "");
  connection = send_get (fixture->public, "/good/slow");
  line = await_line (g_subprocess_get_stderr_pipe (fixture->host), "this will take a while");

  g_subprocess_send_signal (fixture->host, SIGTERM);
  do
    {
      g_free (answer);
      answer = get (fixture->admin, "/readyz");
    }
  while (!g_pattern_match_simple ("HTTP/1.? 503 *", answer));

  g_subprocess_send_signal (fixture->host, SIGTERM);
  g_subprocess_wait (fixture->host, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (fixture->host));
  g_assert_cmpint (g_subprocess_get_term_sig (fixture->host), ==, SIGTERM);
}

static void
add (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/usher/", path, NULL);

  g_test_add (full, Fixture, NULL, set_up, func, tear_down);
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
