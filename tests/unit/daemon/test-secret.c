/* test-secret.c: the program with a keyring, and without one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "keyring-stage.h"
#include "usher-test-base.h"

#define TOKEN "-s admin.token=secret:token"

/* (transfer full): what the data directory has for its key of sessions */
static char *
read_key_file (KeyringStage *fixture)
{
  g_autofree char *path = g_build_filename (fixture->program.data, "session.key", NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static void
run_once (KeyringStage *fixture, const char *more)
{
  g_autofree char *spaced = g_strconcat (" ", more, NULL);

  usher_test_program_start (&fixture->program, "run", spaced);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
}

/* 0.20.5 leaks a string of each item that its file has already, and what a prompt answered */
static void
forgive_libsecret (KeyringStage *fixture)
{
  usher_test_program_set_variable (&fixture->program, "ASAN_OPTIONS", "detect_leaks=0");
}

static void
test_commands (KeyringStage *fixture, gconstpointer data)
{
  g_test_summary ("A secret is kept, listed with who means it, used, and removed, and never told");

  keyring_stage_say (fixture, "secret list " TOKEN, NULL, 1, "*token*missing*admin.token*");
  keyring_stage_say (fixture, "secret set token --stdin", "geheim\n", 0, "*keyring*secret:token*");
  keyring_stage_say (
      fixture, "secret list --json " TOKEN, NULL, 0, "*\"token\"*keyring*admin.token*");
  keyring_stage_say (fixture, "settings admin " TOKEN, NULL, 0, "*admin.token=secret:token*");
  keyring_stage_say (fixture, "secret set token --stdin", "geheimer", 0, "*");
  keyring_stage_say (fixture, "secret rm token", NULL, 0, "");
  keyring_stage_say (fixture, "secret rm token", NULL, 1, "*no “token”*");
  keyring_stage_say (fixture,
                     "check " TOKEN,
                     NULL,
                     1,
                     "*“admin.token”: there is no secret “token”*variable*keyring*");
  keyring_stage_say (fixture, "secret set ../token --stdin", "geheim", 2, "*no name*");
  keyring_stage_say (fixture, "secret set token --stdin", "\n", 2, "*empty*");
  keyring_stage_say (fixture, "secret set token", "geheim", 2, "*--stdin*");
  keyring_stage_say (fixture, "secret rotate else", NULL, 2, "*session*");
}

static void
test_first_run (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("The first key of sessions goes to the keyring, the data directory knows its "
                  "name, and without the "
                  "keyring the host says what to do");

  run_once (fixture, "");
  first = read_key_file (fixture);
  g_assert_true (g_str_has_prefix (first, "secret:session-"));
  keyring_stage_say (fixture, "secret list", NULL, 0, "*session-*keyring*session.key*");
  keyring_stage_say (fixture, "secret rotate session --after 0", NULL, 0, "*from now on*");
  run_once (fixture, "");
  second = read_key_file (fixture);
  g_assert_cmpstr (first, ==, second);

  usher_test_program_set_variable (&fixture->program, "DBUS_SESSION_BUS_ADDRESS", "disabled:");
  keyring_stage_say (
      fixture, "run --listen none --admin none", NULL, 1, "*no session bus*session.key*");
}

static void
test_no_keyring (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->program.data, "session.key", NULL);
  GStatBuf info;

  g_test_summary ("Without a keyring, by its lack or by the setting, the key is a file, and goes "
                  "on when there is one");

  usher_test_program_set_variable (&fixture->program, "USHER_SECRETS__KEYRING", "false");
  run_once (fixture, "");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 32);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  usher_test_program_set_variable (&fixture->program, "USHER_SECRETS__KEYRING", "true");
  run_once (fixture, "");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 32);
}

static void
test_locked (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *key = NULL;

  g_test_summary ("A keyring that is locked is said to be, asks nobody, and keeps no host from its "
                  "first start");

  forgive_libsecret (fixture);
  keyring_stage_say (fixture, "secret set token --stdin", "geheim", 0, "*");
  keyring_stage_lock (fixture);
  keyring_stage_say (
      fixture, "check " TOKEN, NULL, 1, "*“token” cannot be looked up: the keyring is locked*");
  keyring_stage_say (
      fixture, "secret list " TOKEN, NULL, 1, "*refused: secret “token”*the keyring is locked*");
  run_once (fixture, "");
  key = read_key_file (fixture);
  g_assert_false (g_str_has_prefix (key, "secret:"));
}

static void
test_hanging (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *key = NULL;

  g_test_summary ("A keyring that hangs is waited for once, for a bounded time");

  keyring_stage_say (fixture, "secret set token --stdin", "geheim", 0, "*");
  g_subprocess_send_signal (fixture->keyring, SIGSTOP);
  keyring_stage_say (fixture, "check " TOKEN, NULL, 1, "*the keyring did not answer*");
  run_once (fixture, "");
  key = read_key_file (fixture);
  g_assert_false (g_str_has_prefix (key, "secret:"));
}

static void
test_file_backend (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->program.directory, "own.keyring", NULL);

  g_test_summary ("libsecret's file keeps secrets too, and one that a wrong password hides is said "
                  "to be missing");

  usher_test_program_set_variable (&fixture->program, "SECRET_BACKEND", "file");
  usher_test_program_set_variable (&fixture->program, "SECRET_FILE_TEST_PATH", file);
  usher_test_program_set_variable (&fixture->program, "SECRET_FILE_TEST_PASSWORD", "pw");
  usher_test_program_set_variable (&fixture->program, "DBUS_SESSION_BUS_ADDRESS", "disabled:");
  forgive_libsecret (fixture);
  keyring_stage_say (fixture, "secret set token --stdin", "geheim", 0, "*libsecret's file*");
  keyring_stage_say (fixture, "secret set other --stdin", "geheim", 0, "*libsecret's file*");
  keyring_stage_say (fixture, "secret list " TOKEN, NULL, 0, "*other*token*libsecret's file*");
  run_once (fixture, "");
  run_once (fixture, TOKEN);
  usher_test_program_set_variable (&fixture->program, "SECRET_FILE_TEST_PASSWORD", "wrong");
  keyring_stage_say (fixture, "secret list " TOKEN, NULL, 1, "*missing*");
  usher_test_program_set_variable (&fixture->program, "SECRET_FILE_TEST_PASSWORD", "pw");
  keyring_stage_say (fixture, "secret rm token", NULL, 0, "");
}

/* Reads up to the end of @question, and types @answer. */
static void
answer (GInputStream *stream, const char *question, int terminal, const char *typed)
{
  g_autoptr (GString) said = g_string_new (NULL);
  char letter = 0;

  while (strstr (said->str, question) == NULL)
    {
      g_assert_cmpint (g_input_stream_read (stream, &letter, 1, NULL, NULL), ==, 1);
      g_string_append_c (said, letter);
    }
  g_assert_cmpint (write (terminal, typed, strlen (typed)), ==, (gssize) strlen (typed));
}

static void
test_typed (KeyringStage *fixture, gconstpointer data)
{
  static const char *const second[] = { "geheim\n", "anders\n" };
  static const int status[] = { 0, 2 };

  g_test_summary ("On a terminal a secret is asked for twice, shows nothing, and is kept when both "
                  "are the same");

  for (guint i = 0; i < G_N_ELEMENTS (second); i++)
    {
      char shown[256] = "";
      int outer = -1;
      int inner = -1;
      g_autoptr (GSubprocess) process = NULL;
      GInputStream *stream = NULL;
      struct termios mode;

      g_assert_cmpint (openpty (&outer, &inner, NULL, NULL, NULL), ==, 0);
      g_subprocess_launcher_set_flags (fixture->program.launcher,
                                       G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                           G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
      g_subprocess_launcher_take_stdin_fd (fixture->program.launcher, dup (inner));
      process = usher_test_program_spawn (&fixture->program, "secret set token");
      stream = g_subprocess_get_stderr_pipe (process);
      answer (stream, "“token”: ", outer, "geheim\n");
      answer (stream, "again: ", outer, second[i]);
      g_assert_cmpint (usher_test_subprocess_await_end (process), ==, status[i]);
      g_assert_cmpint (tcgetattr (inner, &mode), ==, 0);
      g_assert_true ((mode.c_lflag & ECHO) != 0);
      g_assert_cmpint (read (outer, shown, sizeof shown - 1), >, 0);
      g_assert_null (strstr (shown, "geheim"));
      close (inner);
      close (outer);
    }
  keyring_stage_say (fixture, "secret list", NULL, 0, "*token*");
}

static void
test_cut_short (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *typed = g_strdup_printf ("%0*d\n", 5000, 1);
  int outer = -1;
  int inner = -1;
  g_autoptr (GSubprocess) process = NULL;

  g_test_summary ("A line that the terminal cuts is no secret");

  g_assert_cmpint (openpty (&outer, &inner, NULL, NULL, NULL), ==, 0);
  g_subprocess_launcher_set_flags (fixture->program.launcher,
                                   G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                       G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_take_stdin_fd (fixture->program.launcher, dup (inner));
  process = usher_test_program_spawn (&fixture->program, "secret set token");
  answer (g_subprocess_get_stderr_pipe (process), "“token”: ", outer, typed);
  g_assert_cmpint (usher_test_subprocess_await_end (process), ==, 2);
  close (inner);
  close (outer);
}

static void
test_rotate (KeyringStage *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->program.directory, "for-kubernetes", NULL);
  g_autofree char *words = g_strdup_printf ("secret rotate session --after 300 --file %s", file);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary (
      "Keys for several machines are made in a file, and where others keep a key it says so");

  keyring_stage_say (fixture, words, NULL, 0, "*signs sessions from 2*");
  keyring_stage_say (fixture, words, NULL, 0, "*");
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  usher_test_program_set_variable (&fixture->program, "USHER_SECRET_SESSION", lines[0]);
  keyring_stage_say (fixture,
                     "secret rotate session -s session.key=secret:session",
                     NULL,
                     1,
                     "*USHER_SECRET_SESSION is not for this program to write*");
  run_once (fixture, "-s session.key=secret:session");
}

#define test(path, func) \
  g_test_add (path, KeyringStage, NULL, keyring_stage_set_up, func, keyring_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/secret-command/commands", test_commands);
  test ("/secret-command/first-run", test_first_run);
  test ("/secret-command/no-keyring", test_no_keyring);
  test ("/secret-command/locked", test_locked);
  test ("/secret-command/hanging", test_hanging);
  test ("/secret-command/file-backend", test_file_backend);
  test ("/secret-command/typed", test_typed);
  test ("/secret-command/cut-short", test_cut_short);
  test ("/secret-command/rotate", test_rotate);

  return g_test_run ();
}
