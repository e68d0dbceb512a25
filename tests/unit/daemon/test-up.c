/* test-up.c: processes under a supervisor, as the shell sees them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-program.h"

/* The process id of a row of /processes. */
static int
find_pid (UsherTestProgram *fixture, const char *name)
{
  g_autoptr (JsonNode) page = usher_test_program_read_page (fixture->admin, "/processes");
  JsonArray *rows = json_object_get_array_member (json_node_get_object (page), "items");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      if (g_str_equal (json_object_get_string_member (row, "name"), name))
        return (int) json_object_get_int_member (row, "pid");
    }
  g_error ("there is no process “%s”", name);
}

/* A process that is nobody's child here is gone once the kernel does not know it. */
static void
await_gone (int pid)
{
  usher_test_until (kill (pid, 0) != 0);
  g_assert_cmpint (errno, ==, ESRCH);
}

static void
add_two (UsherTestProgram *fixture)
{
  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_plugin_like (fixture, "other", "good", "");
}

/* The module of a plugin in a file of its own, which others may then replace. */
static void
install_module (UsherTestProgram *fixture, const char *module)
{
  usher_test_program_install (fixture, g_getenv ("USHER_TEST_MODULE_DIR"), module, "good.so");
}

static void
add_own_module (UsherTestProgram *fixture)
{
  install_module (fixture, "good");
  usher_test_program_add_file (fixture->plugins,
                               "good.plugin",
                               "[Plugin]\nName=good\nVersion=1.0.0\nABI=1\nModule=good.so\n");
}

static void
test_explain (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("The profiles that are built in are explained");

  add_two (fixture);
  usher_test_program_assert_says (fixture,
                                  "placement explain",
                                  0,
                                  "profile spread, built in*",
                                  "*\nhub  * 1 *",
                                  "*\ngood  * 1  good\n*",
                                  "*\nother * 1  other\n*");
  usher_test_program_assert_says (fixture,
                                  "placement explain --profile one",
                                  0,
                                  "*\nhost  * 1  good other\n*");
  usher_test_program_assert_says (
      fixture, "placement explain --profile pairs", 0, "*\ngood  * 2  good\n*", "*\nother * 2 *");
  usher_test_program_assert_says (fixture,
                                  "placement explain good",
                                  0,
                                  "*\ngood  * 1  good\n*",
                                  "*No process of their own:\n  other: it was not named\n");
}

static void
test_explain_settings (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A profile of the settings is explained");

  add_two (fixture);
  usher_test_program_assert_says (
      fixture,
      "placement explain --profile x -s profile-x.processes=good*3 -s "
      "profile-x.bus=tcp://127.0.0.1:9",
      0,
      "profile x, by the settings of group profile-x\n*",
      "*\nbus * tcp://127.0.0.1:9,*",
      "*\ngood  * 3  good\n*",
      "*No process of their own:\n  other: profile “x” does not have it\n");
  usher_test_program_assert_says (
      fixture,
      "placement explain --profile x -s profile-x.processes=good+other*2",
      0,
      "*\ngood  * 2  good other\n*");
}

static void
test_explain_wrong (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A profile that makes no sense is refused with what is wrong");

  add_two (fixture);
  usher_test_program_assert_says (fixture,
                                  "placement explain --profile x",
                                  1,
                                  "*there is no profile “x”: built in are*");
  usher_test_program_assert_says (
      fixture,
      "placement explain --profile x -s profile-x.processes=good;nobody",
      1,
      "*profile “x” has “nobody”, which cannot run*");
  usher_test_program_assert_says (
      fixture,
      "placement explain --profile x -s profile-x.processes=good;other+good",
      1,
      "*profile “x” has “good” in two processes*");
  usher_test_program_assert_says (fixture,
                                  "placement explain --profile x -s profile-x.processes=good*0",
                                  1,
                                  "*wants “0” copies of “good”, but 1 to 64 can be*");
  usher_test_program_assert_says (fixture,
                                  "placement explain --bus tcp://127.0.0.1:0",
                                  1,
                                  "*“tcp://127.0.0.1:0”, but is to be*a port that is not 0*");
  usher_test_program_assert_says (fixture, "placement", 2, "*“explain” is missing*");
}

static void
test_ready (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *status = NULL;

  g_test_summary ("Each copy has a process, and the two lines come when all are ready");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", " --profile pairs");
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
  usher_test_program_assert_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"hub\",\"state\":\"ready\"*\"name\":\"good.1\",\"state\":\"ready\"*"
      "\"name\":\"good.2\",\"state\":\"ready\"*");
  usher_test_program_assert_answer (fixture->admin, "/processes/good.2/readyz", "HTTP/1.1 200 *");
  usher_test_program_assert_answer (
      fixture->admin,
      "/metrics",
      "HTTP/1.1 200 *\nprocess_resident_memory_bytes{process=\"good.2\"} *"
      "\nusher_process_ready{process=\"good.1\"} 1\n*");
  usher_test_program_assert_answer (fixture->admin, "/processes/nobody/readyz", "HTTP/1.1 404 *");
  /* a name of a page that would be a head, and a second request */
  usher_test_program_assert_answer (fixture->admin,
                                    "/processes/good.2/readyz%20HTTP%2F1.1%0D%0AX-A:%20b",
                                    "HTTP/1.1 404 *");
  usher_test_program_assert_answer (fixture->admin, "/", "HTTP/1.1 200 *data-page=\"processes\"*");
  status = g_strdup_printf ("status --admin %s", fixture->admin);
  usher_test_program_assert_says (
      fixture,
      status,
      0,
      "Ready at *\nPROCESS *\ngood.1 * ready *\nPROCESS *\ngood.1 * good * ready *"
      "\nBus: STANDALONE, *");
  usher_test_program_assert_answer (
      fixture->admin,
      "/streaming/clientsz",
      "*\"id\": \"good.1-1\"*\"id\": \"good.2-1\"*\"id\": \"supervisor\"*");
  g_assert_cmpint (find_pid (fixture, "good.1"), !=, find_pid (fixture, "good.2"));

  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_settings (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      usher_test_program_make_arguments (fixture, "up", " -s good.size=11");

  g_test_summary ("A process that cannot do what it is told ends the start, with its words");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture,
                                  arguments,
                                  1,
                                  "*good-1 | usher: setting “good.size” is “11” by -s*",
                                  "*usher: process “good” cannot run: it ended with status 1*");
}

static void
test_busy_port (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *arguments =
      g_strdup_printf ("up --data %s --admin " ANY " --listen 127.0.0.1:%u", fixture->data, port);

  g_test_summary ("A public port that another has ends the start");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture,
                                  arguments,
                                  1,
                                  "*usher: cannot listen on “127.0.0.1:*”:*in use*");
}

static void
test_restart (UsherTestProgram *fixture, gconstpointer data)
{
  int pid = 0;

  g_test_summary ("A process that dies is started again");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  pid = find_pid (fixture, "good");
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"good\",\"state\":\"ready\"*\"generation\":2,\"restarts\":1*");
  g_assert_cmpint (find_pid (fixture, "good"), !=, pid);
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_restart_hub (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A hub that dies is started again, and the others join it");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  g_assert_cmpint (kill (find_pid (fixture, "hub"), SIGKILL), ==, 0);
  usher_test_program_await_answer (fixture->admin,
                                   "/processes",
                                   "*\"name\":\"hub\",\"state\":\"ready\"*\"restarts\":1*");
  usher_test_program_await_answer (fixture->admin, "/streaming/clientsz", "*\"id\": \"good-1\"*");
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_hangs (UsherTestProgram *fixture, gconstpointer data)
{
  int pid = 0;

  g_test_summary ("A process that hangs is killed and started again");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", " -s supervisor.watchdog=2");
  pid = find_pid (fixture, "good");
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  usher_test_program_await_answer (fixture->admin,
                                   "/processes",
                                   "*\"name\":\"good\",\"state\":\"ready\"*\"restarts\":1*");
  await_gone (pid);
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_give_up (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary (
      "A process that dies too often is given up, with the reason, and can be reloaded");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", " -s supervisor.max-restarts=1");
  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGKILL), ==, 0);
  usher_test_program_await_answer (fixture->admin,
                                   "/processes",
                                   "*\"name\":\"good\",\"state\":\"ready\"*\"restarts\":1*");
  g_assert_cmpint (kill (find_pid (fixture, "good"), SIGKILL), ==, 0);
  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"good\",\"state\":\"failed\",\"reason\":\"it ended 2 times within "
      "60 s, at last so: it was ended by signal 9*");
  usher_test_program_await_answer (fixture->admin,
                                   "/readyz",
                                   "HTTP/1.1 503 *service “good” has no process that is ready*");

  g_free (usher_test_program_ask (fixture->admin, "POST", "/services/good/reload"));
  usher_test_program_await_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_reload (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *answer = NULL;
  g_autofree char *unknown = NULL;
  int pid = 0;

  g_test_summary ("A reload puts a new process in the place of the old one");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  pid = find_pid (fixture, "good");
  answer = usher_test_program_ask (fixture->admin, "POST", "/services/good/reload");
  g_assert_true (
      g_pattern_match_simple ("HTTP/1.1 200 *\"process\":\"good\",\"generation\":2*", answer));
  g_assert_cmpint (find_pid (fixture, "good"), !=, pid);
  await_gone (pid);

  unknown = usher_test_program_ask (fixture->admin, "POST", "/services/goood/reload");
  g_assert_true (
      g_pattern_match_simple ("HTTP/1.1 404 *no process has the service “goood”*", unknown));
}

static void
test_commands (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *ps = NULL;
  g_autofree char *json = NULL;
  g_autofree char *reload = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *dead = NULL;
  g_autoptr (JsonNode) processes = NULL;

  g_test_summary ("The commands show and reload the processes of the one at --admin");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  ps = g_strdup_printf ("ps --admin %s", fixture->admin);
  json = g_strconcat (ps, " --json", NULL);
  reload = g_strdup_printf ("reload good --admin %s", fixture->admin);
  unknown = g_strdup_printf ("reload nobody --admin %s", fixture->admin);
  dead = g_strdup_printf ("ps --admin unix:%s/nothing", fixture->directory);

  usher_test_program_assert_says (fixture, reload, 0, "good is served by a new process\n");
  usher_test_program_assert_says (
      fixture, ps, 0, "*\nhub  * ready *", "*\ngood * ready * 2 * 0 *it serves\n*");
  processes = usher_test_program_read_json (fixture, json);
  usher_test_json_assert_string (processes, "profile", "spread");
  usher_test_json_assert_length (processes, "items", 2);
  usher_test_json_assert_string (processes, "items.1.name", "good");
  usher_test_json_assert_integer (processes, "items.1.generation", 2);
  usher_test_json_assert_string (processes, "items.1.services.0", "good");
  usher_test_program_assert_says (fixture, unknown, 1, "*no process has the service “nobody”*");
  usher_test_program_assert_says (fixture, "reload", 2, "*“usher reload” wants SERVICE…*");
  usher_test_program_assert_says (fixture, dead, 3, "*nobody answers at unix:*");
}

/* asks for a new process, which a busy machine may give up */
static gboolean
is_replaced (UsherTestProgram *fixture, int pid)
{
  g_free (usher_test_program_ask (fixture->admin, "POST", "/services/good/reload"));

  return find_pid (fixture, "good") != pid;
}

static void
test_roll_back (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *answer = NULL;
  int pid = 0;

  g_test_summary ("When the new process does not get ready the old one goes on");

  add_own_module (fixture);
  usher_test_program_start (fixture, "up", " -s supervisor.start-timeout=5");
  pid = find_pid (fixture, "good");
  install_module (fixture, "empty");
  answer = usher_test_program_ask (fixture->admin, "POST", "/services/good/reload");
  g_assert_true (g_pattern_match_simple ("HTTP/1.1 503 *did not take over*", answer));
  g_assert_cmpint (find_pid (fixture, "good"), ==, pid);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");

  install_module (fixture, "good");
  usher_test_until (is_replaced (fixture, pid));
}

static void
test_watch (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("A module that is built anew is loaded by a new process");

  add_own_module (fixture);
  usher_test_program_start (fixture, "up", " --watch");
  install_module (fixture, "good");
  usher_test_program_await_answer (
      fixture->admin,
      "/processes",
      "*\"name\":\"good\",\"state\":\"ready\"*\"generation\":2,\"restarts\":0*");
}

/* waits for a new process in the place of @pid, whose number it returns */
static int
await_another (UsherTestProgram *fixture, int pid)
{
  usher_test_until (find_pid (fixture, "good") != pid);

  return find_pid (fixture, "good");
}

static void
test_watch_again (UsherTestProgram *fixture, gconstpointer data)
{
  int pid = 0;

  g_test_summary ("What is built while a reload is under way is loaded after it");

  add_own_module (fixture);
  usher_test_program_start (fixture, "up", " --watch -s supervisor.start-timeout=5");
  pid = find_pid (fixture, "good");
  /* one that hangs as it starts: the reload is under way for as long as it may */
  usher_test_program_install (fixture,
                              g_getenv ("USHER_TEST_MODULE_DIR"),
                              "hangs-start",
                              "good.so");
  g_free (usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host),
                                         "it waits to be killed"));
  install_module (fixture, "good");
  await_another (fixture, pid);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

/* Writes @length bytes of the module, or all, to where it is, as a linker does: into a file that is new. */
static void
write_module (UsherTestProgram *fixture, gssize length)
{
  g_autofree char *from = g_build_filename (g_getenv ("USHER_TEST_MODULE_DIR"), "good.so", NULL);
  g_autofree char *to = g_build_filename (fixture->plugins, "good.so", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  FILE *file = NULL;

  g_file_get_contents (from, &text, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (to), ==, 0);
  file = g_fopen (to, "w");
  g_assert_nonnull (file);
  size = length < 0 ? size : (gsize) length;
  g_assert_cmpuint (fwrite (text, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_watch_broken (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *line = NULL;
  int pid = 0;

  g_test_summary (
      "A module that is half written, or gone, keeps the old process; a whole one is loaded");

  add_own_module (fixture);
  usher_test_program_start (fixture, "up", " --watch");
  pid = find_pid (fixture, "good");
  usher_test_program_add_file (fixture->plugins, "good.so.tmp", "of an editor");
  write_module (fixture, 5000);
  line = usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host),
                                        "built anew, but");
  g_assert_nonnull (strstr (line, "the old one serves on"));
  g_assert_cmpint (find_pid (fixture, "good"), ==, pid);
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");

  write_module (fixture, -1);
  await_another (fixture, pid);
}

static void
test_killed (UsherTestProgram *fixture, gconstpointer data)
{
  int hub = 0;
  int good = 0;

  g_test_summary ("With the supervisor its processes end, and another can start at once");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  hub = find_pid (fixture, "hub");
  good = find_pid (fixture, "good");
  /* even one that cannot act */
  g_assert_cmpint (kill (good, SIGSTOP), ==, 0);
  usher_test_program_stop (fixture, SIGKILL);
  await_gone (hub);
  await_gone (good);

  usher_test_program_start (fixture, "up", "");
  usher_test_program_assert_answer (fixture->admin, "/readyz", "HTTP/1.1 200 *");
}

static void
test_in_use (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *up = usher_test_program_make_arguments (fixture, "up", "");
  g_autofree char *run = usher_test_program_make_arguments (fixture, "run", "");
  g_autofree char *pattern = NULL;

  g_test_summary ("Who wants a directory alone is told whose it is");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "up", "");
  pattern = g_strdup_printf ("*is in use by another process,*%s*",
                             g_subprocess_get_identifier (fixture->host));
  usher_test_program_assert_says (fixture, up, 1, pattern);
  usher_test_program_assert_says (fixture, run, 1, pattern);
}

static void
test_stranger (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *hub = usher_test_program_make_arguments (fixture, "hub", "");
  g_autofree char *up = usher_test_program_make_arguments (fixture, "up", "");
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *line = NULL;
  g_autofree char *pattern = NULL;

  g_test_summary ("A process that was started by hand keeps a supervisor out, and is named");

  /* a hub needs no plugins */
  usher_test_program_set_variable (fixture, "USHER_PLUGIN_PATH", "/nowhere");
  process = usher_test_program_spawn (fixture, hub);
  usher_test_program_set_variable (fixture, "USHER_PLUGIN_PATH", fixture->plugins);
  usher_test_program_add_plugin (fixture, "good", "");
  line = usher_test_program_await_line (g_subprocess_get_stdout_pipe (process), "admin on");
  pattern = g_strdup_printf ("*is in use by another process, %s\n*",
                             g_subprocess_get_identifier (process));
  usher_test_program_assert_says (fixture, up, 1, pattern);

  g_assert_cmpint (usher_test_subprocess_end (process, SIGTERM), ==, 0);
}

#define add(path, func) usher_test_program_add ("/up/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("explain/built-in", test_explain);
  add ("explain/settings", test_explain_settings);
  add ("explain/wrong", test_explain_wrong);
  add ("ready", test_ready);
  add ("settings", test_settings);
  add ("busy-port", test_busy_port);
  add ("restart/service", test_restart);
  add ("restart/hub", test_restart_hub);
  add ("restart/hangs", test_hangs);
  add ("restart/give-up", test_give_up);
  add ("reload/service", test_reload);
  add ("reload/commands", test_commands);
  add ("reload/roll-back", test_roll_back);
  add ("reload/watch", test_watch);
  add ("reload/watch-again", test_watch_again);
  add ("reload/watch-broken", test_watch_broken);
  add ("killed", test_killed);
  add ("in-use", test_in_use);
  add ("stranger", test_stranger);

  return g_test_run ();
}
