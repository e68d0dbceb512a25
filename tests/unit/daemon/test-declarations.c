/* test-declarations.c: plugins that declare wrongly, by each command that meets them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

static void
add_wrong (UsherTestProgram *fixture, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *manifest =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=1.0.0\nABI=1\nModule=%s/%s.so\n",
                       name,
                       g_getenv ("USHER_TEST_WRONG_DIR"),
                       name);

  usher_test_program_add_file (fixture->plugins, file, manifest);
  /* what would end the program at once is what is looked at here */
  usher_test_program_set_variable (fixture, "G_DEBUG", "");
}

/* what “usher check” says, and what it leaves out of a host that is ready, whether “run” or “up” made it */
static void
check_found (UsherTestProgram *fixture, const char *name, const char *reason)
{
  static const char *const commands[] = { "run", "up" };
  g_autofree char *check = usher_test_program_make_arguments (fixture, "check", "");
  g_autofree char *problem = g_strdup_printf ("*plugin “%s”: *%s*", name, reason);
  g_autofree char *state =
      g_strdup_printf ("*\"name\":\"%s\"*\"state\":\"failed\",\"reason\":\"*%s*", name, reason);

  usher_test_program_assert_says (fixture, check, 1, problem);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      usher_test_program_start (fixture, commands[i], "");
      usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
      usher_test_program_assert_answer (fixture->admin, "/plugins", state);
      usher_test_program_assert_answer (fixture->admin,
                                        "/plugins",
                                        "*\"name\":\"good\"*\"state\":\"ready\"*");
      g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
    }
}

static void
test_null (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A declaration without a handler fails its plugin, and leaves the others alone");

  usher_test_program_add_plugin (fixture, "good", "");
  add_wrong (fixture, "declares-null");
  check_found (fixture, "declares-null", "the listener on “good:made” wants a name and a handler");
}

static void
test_channel (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("So does a listener to what can be no channel");

  usher_test_program_add_plugin (fixture, "good", "");
  add_wrong (fixture, "declares-channel");
  check_found (fixture, "declares-channel", "wants channel “what a channel!”*");
}

static void
test_foreign (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("So does the name of another service, or of the host, whoever comes first");

  usher_test_program_add_plugin (fixture, "good", "");
  add_wrong (fixture, "declares-group");
  add_wrong (fixture, "declares-setting");
  add_wrong (fixture, "declares-setting-of-host");
  check_found (fixture,
               "declares-group",
               "in group “good-service”, which is that of service “good”*“declares-group-service”");
  check_found (fixture, "declares-setting", "“good.size”*for service “good”*“declares-setting”");
  check_found (fixture, "declares-setting-of-host", "“http.colour”*group “http” is the host's");
}

static void
test_no_name (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("So does what can be no name");

  usher_test_program_add_plugin (fixture, "good", "");
  add_wrong (fixture, "declares-key");
  add_wrong (fixture, "declares-no-key");
  add_wrong (fixture, "declares-no-timer");
  add_wrong (fixture, "declares-parameter");
  check_found (fixture, "declares-key", "“declares-key.Bad Key=”*a key has letters");
  check_found (fixture, "declares-no-key", "“declares-no-key.”*a key has letters");
  check_found (fixture, "declares-no-timer", "a timer has no name");
  check_found (fixture, "declares-parameter", "/:id/of/:id*names a parameter once");
}

static gboolean
is_told (UsherTestProgram *fixture, const char *arguments, const char *part)
{
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
  g_autofree char *said = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, NULL);

  return strstr (said, part) != NULL;
}

static void
assert_unready (UsherTestProgram *fixture, const char *command, const char *reason)
{
  g_autofree char *admin = g_strdup_printf ("unix:%s/admin", fixture->directory);
  g_autofree char *arguments =
      g_strdup_printf ("%s --data %s --listen none --admin %s", command, fixture->data, admin);
  g_autofree char *status = g_strdup_printf ("status --admin %s", admin);

  g_clear_object (&fixture->host);
  fixture->host = usher_test_program_spawn (fixture, arguments);
  usher_test_until (is_told (fixture, status, reason));
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_route (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *check = usher_test_program_make_arguments (fixture, "check", "");

  g_test_summary ("Where two want one route nothing is ready, and both are named");

  usher_test_program_add_plugin (fixture, "good", "");
  add_wrong (fixture, "declares-route");
  usher_test_program_assert_says (
      fixture,
      check,
      1,
      "*“good” did not configure: route “GET /good/slow” is taken by service “declares-route”*");
  assert_unready (fixture, "run", "route “GET /good/slow” is taken by service “declares-route”");
  assert_unready (fixture, "up", "route “GET /good/slow” of service “");
}

static void
test_fails (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("So does a configure() that fails");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  check_found (fixture, "fails-configure", "it will not have it");
}

static void
test_named (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *admin = g_strdup_printf ("unix:%s/admin", fixture->directory);
  g_autofree char *up =
      g_strdup_printf ("up good fails-configure --data %s --listen none --admin %s",
                       fixture->data,
                       admin);
  g_autofree char *status = g_strdup_printf ("status --admin %s", admin);
  g_autofree char *ps = g_strdup_printf ("ps --admin %s", admin);

  g_test_summary ("A plugin that was named and fails is not tried again, and nothing is ready");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin (fixture, "fails-configure", "");
  fixture->host = usher_test_program_spawn (fixture, up);
  usher_test_until (
      is_told (fixture, status, "“fails-configure” is failed: it ended with status 4"));
  usher_test_program_assert_says (fixture,
                                  ps,
                                  0,
                                  "*\ngood * ready * it serves *",
                                  "*\nfails-configure  failed  * 0 *it will not have it*");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_session_channel (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *check =
      usher_test_program_make_arguments (fixture,
                                         "check",
                                         " -s 'session.revoke-channel=no channel'");

  g_test_summary ("A channel of the settings that can be none is found before the start");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (
      fixture, check, 1, "*“session.revoke-channel” is “no channel”, which can be no channel*");
}

static void
test_crash (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments = usher_test_program_make_arguments (fixture, "run", "");
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *said = NULL;

  g_test_summary ("A crash in configure() names its plugin");

  add_wrong (fixture, data);
  process = usher_test_program_spawn (fixture, arguments);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, NULL);
  g_test_message ("%s", said);
  g_assert_false (g_subprocess_get_successful (process));
  g_assert_true (g_pattern_match_simple (g_str_equal (data, "crashes-start")
                                             ? "*usher: plugin “crashes-start” crashed in start\n*"
                                             : "*usher: plugin “crashes-configure” crashed in "
                                               "configure\n*",
                                         said));
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer), const char *plugin)
{
  g_autofree char *full = g_strconcat ("/declarations/", path, NULL);

  g_test_add (full,
              UsherTestProgram,
              plugin,
              usher_test_program_set_up,
              func,
              usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("null", test_null, NULL);
  add ("channel", test_channel, NULL);
  add ("fails", test_fails, NULL);
  add ("foreign", test_foreign, NULL);
  add ("no-name", test_no_name, NULL);
  add ("route", test_route, NULL);
  add ("named", test_named, NULL);
  add ("session-channel", test_session_channel, NULL);
  add ("crash/configure", test_crash, "crashes-configure");
  add ("crash/start", test_crash, "crashes-start");

  return g_test_run ();
}
