/* test-sites.c: where the databases of services are, by the settings
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-program.h"

#define PASSWORD "sesame-sesame"
#define ADDRESS  "mongodb://usher:" PASSWORD "@127.0.0.1:1"

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
test_folder (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->directory, "elsewhere", NULL);
  g_autofree char *more = g_strdup_printf (" -s good.store-uri=sqlite:%s", folder);
  g_autofree char *path = g_build_filename (folder, "good.db", NULL);
  g_autofree char *config = g_build_filename (fixture->directory, "sites.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[good]\nstore-uri=sqlite:%s\n", folder);
  g_autofree char *backup = g_strdup_printf ("backup %s/backup --data %s --config %s",
                                             fixture->directory,
                                             fixture->data,
                                             config);
  g_autofree char *pattern =
      g_strdup_printf ("*not in it: the database of “good”, sqlite:%s*", path);
  g_autofree char *copy =
      g_build_filename (fixture->directory, "backup", "host", "settings", "1-sites.conf", NULL);

  g_test_summary (
      "A service's own setting says where its database is; a backup says what it has not, and has "
      "the settings");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_add_file (fixture->directory, "sites.conf", text);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  usher_test_program_start (fixture, "run", more);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);

  usher_test_program_assert_says (fixture, backup, 0, pattern);
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS));
}

static void
test_wrong (UsherTestProgram *fixture, gconstpointer data)
{
  static const struct
  {
    const char *assignment;
    const char *pattern;
  } wrong[] = {
    { "store.uri=couch://here", "*setting “store.uri”: “couch://here” is no address*" },
    { "store.uri=mongodb://", "*setting “store.uri”: *name a host*" },
    { "good.store-uri=sqlite:", "*setting “good.store-uri”: *" },
  };

  g_test_summary (
      "What can be no address keeps a host from its start, by name, before a port is open");

  usher_test_program_add_plugin (fixture, "good", "");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *more = g_strconcat (" -s ", wrong[i].assignment, NULL);
      g_autofree char *run = usher_test_program_make_arguments (fixture, "run", more);
      g_autofree char *check = usher_test_program_make_arguments (fixture, "check", more);
      g_autofree char *said = NULL;

      usher_test_program_assert_says (fixture, run, 1, wrong[i].pattern);
      usher_test_program_assert_says (fixture, check, 1, wrong[i].pattern);
      said = hear (fixture, run);
      g_assert_null (strstr (said, "listening on"));
    }

  usher_test_program_assert_says (fixture,
                                  "placement explain -s store.uri=couch://here",
                                  1,
                                  "*setting “store.uri”: “couch://here” is no address*");
}

static void
test_password (UsherTestProgram *fixture, gconstpointer data)
{
  static const char *const commands[] = { "settings", "settings --json", "check", "run" };

  g_test_summary (
      "The password of an address is in nothing that a command says, and on no command line");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_assert_says (fixture,
                                  "settings -s store.uri=" ADDRESS,
                                  2,
                                  "*setting “store.uri” is secret*");

  usher_test_program_set_variable (fixture, "USHER_STORE__URI", ADDRESS);
  usher_test_program_set_variable (fixture, "USHER_STORE__START_TIMEOUT", "0");
  usher_test_program_assert_says (fixture,
                                  "settings store",
                                  0,
                                  "*store.uri=mongodb://***@127.0.0.1:1*");
  usher_test_program_assert_says (fixture, "settings good", 0, "*good.threads=16\n*");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *said = hear (fixture, commands[i]);

      g_assert_null (strstr (said, PASSWORD));
    }
}

static void
test_secret (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->directory, "copied", NULL);
  g_autofree char *from = g_strconcat ("sqlite:", fixture->data, NULL);
  g_autofree char *to = g_strconcat ("sqlite:", folder, NULL);
  g_autofree char *path = g_build_filename (folder, "good.db", NULL);

  g_test_summary ("Addresses of a copy may be secrets, and one that is none is not told");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_start (fixture, "run", "");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  usher_test_program_set_variable (fixture, "USHER_SECRETS__KEYRING", "false");
  usher_test_program_set_variable (fixture, "USHER_SECRET_FROM", from);
  usher_test_program_set_variable (fixture, "USHER_SECRET_TO", to);
  usher_test_program_set_variable (fixture, "USHER_SECRET_WRONG", PASSWORD);
  usher_test_program_assert_says (fixture,
                                  "store copy secret:wrong secret:to",
                                  2,
                                  "*“secret:wrong” is no address*");
  usher_test_program_assert_says (fixture,
                                  "store copy secret:none secret:to",
                                  2,
                                  "*there is no secret “none”*");
  usher_test_program_assert_says (fixture, "store copy secret:from secret:to", 0, "*good:*");
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_stopped (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *said = NULL;
  gint64 began = 0;

  g_test_summary ("Who stops a host that waits for its server need not wait");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "USHER_STORE__URI", ADDRESS);
  usher_test_program_set_variable (fixture, "USHER_STORE__START_TIMEOUT", "60");
  arguments = usher_test_program_make_arguments (fixture, "run", "");
  process = usher_test_program_spawn (fixture, arguments);
  said = usher_test_program_await_line (g_subprocess_get_stderr_pipe (process), "waits up to");
  began = g_get_monotonic_time ();
  g_assert_cmpint (usher_test_subprocess_end (process, SIGTERM), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_TIME_SPAN_SECOND);
}

static void
add (const char *path, void (*test) (UsherTestProgram *, gconstpointer))
{
  g_test_add (
      path, UsherTestProgram, NULL, usher_test_program_set_up, test, usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/sites/folder", test_folder);
  add ("/sites/wrong", test_wrong);
  add ("/sites/password", test_password);
  add ("/sites/secret", test_secret);
  add ("/sites/stopped", test_stopped);

  return g_test_run ();
}
