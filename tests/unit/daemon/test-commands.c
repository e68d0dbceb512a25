/* test-commands.c: where commands look, and what they leave out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usher-test-program.h"

/* (transfer full): all that a command writes, whatever its status */
static char *
hear (UsherTestProgram *fixture, const char *arguments)
{
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_test_message ("usher %s: %s%s", arguments, out, err);

  return g_strconcat (out, err, NULL);
}

static void
test_settings_group (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *of_host = NULL;
  g_autofree char *of_good = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("The settings of a group are listed alone");

  usher_test_program_add_plugin (fixture, "good", "");
  of_host = hear (fixture, "settings host");
  g_assert_nonnull (strstr (of_host, "host.stop-timeout="));
  g_assert_null (strstr (of_host, "http."));
  g_assert_null (strstr (of_host, "good."));

  of_good = hear (fixture, "settings good bus");
  g_assert_nonnull (strstr (of_good, "good.size=3"));
  g_assert_nonnull (strstr (of_good, "bus.max-age="));
  g_assert_null (strstr (of_good, "host."));

  json = hear (fixture, "settings good --json");
  g_assert_nonnull (strstr (json, "\"group\":\"good\""));
  g_assert_null (strstr (json, "\"group\":\"host\""));

  usher_test_program_assert_says (fixture,
                                  "settings goof",
                                  1,
                                  "*there are no settings of “goof”, did you mean “good”?*");
}

static void
test_plugins (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->directory, "more", NULL);
  g_autofree char *twice =
      g_strdup_printf ("plugins --plugins %s --plugins %s/../more", folder, fixture->plugins);
  g_autofree char *manifest =
      g_strdup_printf ("[Plugin]\nName=wrong-abi\nVersion=1.0.0\nABI=1\nModule=%s/wrong-abi.so\n",
                       g_getenv ("USHER_TEST_MODULE_DIR"));
  g_autofree char *only = g_strconcat (twice, " --plugins-only", NULL);
  g_autofree char *said = NULL;

  g_test_summary ("--plugins adds a folder to those that are known");

  usher_test_program_add_plugin (fixture, "good", "");
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  usher_test_program_add_file (folder, "wrong-abi.plugin", manifest);

  usher_test_program_assert_says (
      fixture, twice, 0, "*\ngood * 1.0.0 * configured *", "*\nwrong-abi * failed *");
  said = hear (fixture, only);
  g_assert_null (strstr (said, "\ngood "));
  g_assert_null (strstr (said, "is taken by"));
}

static void
test_config (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *config = g_build_filename (fixture->directory, "named.conf", NULL);
  g_autofree char *other = g_build_filename (fixture->directory, "other.conf", NULL);
  g_autofree char *with_other = g_strconcat ("settings good --config ", other, NULL);

  g_test_summary ("The environment names the file of settings where the command line does not");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_file (fixture->directory, "named.conf", "[good]\nsize=5\n");
  usher_test_program_add_file (fixture->directory, "other.conf", "[good]\nsize=6\n");
  usher_test_program_set_variable (fixture, "USHER_CONFIG", config);
  usher_test_program_assert_says (fixture, "settings good", 0, "*good.size=5\n*");
  usher_test_program_assert_says (fixture, with_other, 0, "*good.size=6\n*");
}

static void
test_wants (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *said = NULL;

  g_test_summary ("What a plugin wants and does not find is told, with the nearest name");

  usher_test_program_add_plugin (fixture, "good", "Wants=fails-starts;nothing-like-it");
  usher_test_program_add_plugin (fixture, "fails-start", "Wants=good >= 2;good < 2");
  usher_test_program_assert_says (
      fixture,
      "plugins",
      0,
      "*plugin “good” wants “fails-starts”, which is not there, did you mean “fails-start”?*",
      "*plugin “good” wants “nothing-like-it”, which is not there\n*",
      "*plugin “fails-start” wants “good >= 2”, but there is version 1.0.0\n*");
  said = hear (fixture, "plugins");
  g_assert_null (strstr (said, "wants “good < 2”"));
}

static void
test_not_reached (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const commands[] = {
    "status", "ps", "reload good", "events parked", "events tail"
  };

  g_test_summary ("Each command that asks ends with status 3 when nobody answers");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *arguments =
          g_strdup_printf ("%s --admin unix:%s/nothing", commands[i], fixture->directory);

      usher_test_program_assert_says (fixture, arguments, 3, "*nobody answers at unix:*");
    }
}

static void
test_alone (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *ps = NULL;
  g_autofree char *reload = NULL;

  g_test_summary ("Who asks a host alone for processes is told that there is no supervisor");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  ps = g_strdup_printf ("ps --admin %s", fixture->admin);
  reload = g_strdup_printf ("reload good --admin %s", fixture->admin);
  usher_test_program_assert_says (fixture, ps, 1, "*there is no supervisor at *");
  usher_test_program_assert_says (fixture, reload, 1, "*there is no supervisor at *");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_full (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const commands[] = { "settings", "settings --json", "--help", "run --help",
                                          "help",     "--version" };

  g_test_summary ("A listing that could not be written is a failure");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *line =
          g_strdup_printf ("sh -c '\"$USHER_TEST_PROGRAM\" %s >/dev/full'", commands[i]);
      g_autofree char *err = NULL;
      g_autoptr (GError) error = NULL;
      int status = 0;

      g_spawn_command_line_sync (line, NULL, &err, &status, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_suffix (err, "usher: not all of the output could be written\n"));
      g_assert_cmpint (WEXITSTATUS (status), ==, 1);
    }
}

static void
test_closed (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const commands[] = { "settings", "settings --json", "--help", "run --help",
                                          "help",     "--version" };

  g_test_summary ("A pipe that is closed ends a listing without a word, with the usual status");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (GSubprocessLauncher) launcher =
          g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
      g_autoptr (GSubprocess) process = NULL;
      g_autofree char *line = g_strdup_printf ("exec \"$USHER_TEST_PROGRAM\" %s", commands[i]);
      g_autofree char *err = NULL;
      g_autoptr (GError) error = NULL;
      int ends[2];

      g_unix_open_pipe (ends, FD_CLOEXEC, &error);
      g_assert_no_error (error);
      close (ends[0]);
      g_subprocess_launcher_setenv (launcher,
                                    "USHER_PLUGIN_PATH",
                                    g_getenv ("USHER_TEST_PLUGIN_DIR"),
                                    TRUE);
      g_subprocess_launcher_take_stdout_fd (launcher, ends[1]);
      process = g_subprocess_launcher_spawn (launcher, &error, "sh", "-c", line, NULL);
      g_assert_no_error (error);
      g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &err, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (err, ==, "");
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
    }
}

static void
test_guesses (UsherTestProgram *fixture, gconstpointer data)
{
  static const struct
  {
    const char *arguments;
    const char *pattern;
  } wrong[] = {
    { "rnu", "*“rnu” is no command, did you mean “run”?*" },
    { "zebra-crossing", "*“zebra-crossing” is no command\n*" },
    { "run --confg=x", "*--confg*, did you mean “--config”?*" },
    { "run --plugins-only --listn", "*--listn*did you mean “--listen”?*" },
    { "run --leave-ou", "*--leave-ou\n*" },
    { "events tial", "*“tial” is not known here*did you mean “tail”?*" },
    { "placement", "*“explain” is missing*" },
    { "hub x", "*“x” is not wanted here*" },
    { "backup a b", "*“b” is not wanted here*" },
    { "reload", "*“usher reload” wants SERVICE…*" },
  };

  g_test_summary ("A word that is wrong is told with what may have been meant");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    usher_test_program_assert_says (fixture, wrong[i].arguments, 2, wrong[i].pattern);
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/commands/", path, NULL);

  g_test_add (
      full, UsherTestProgram, NULL, usher_test_program_set_up, func, usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("settings/group", test_settings_group);
  add ("plugins", test_plugins);
  add ("config", test_config);
  add ("wants", test_wants);
  add ("not-reached", test_not_reached);
  add ("alone", test_alone);
  add ("full", test_full);
  add ("closed", test_closed);
  add ("guesses", test_guesses);

  return g_test_run ();
}
