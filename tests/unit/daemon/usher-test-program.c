/* usher-test-program.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-json.h"
#include "usher-test-program.h"
#include "usher-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* a test that aborts takes its host with it */
static void
on_child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
program_set_up (Program *fixture, gconstpointer data)
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

void
program_tear_down (Program *fixture, gconstpointer data)
{
  if (fixture->host != NULL)
    {
      g_subprocess_force_exit (fixture->host);
      g_subprocess_wait (fixture->host, NULL, NULL);
    }
  usher_test_remove_tree (fixture->directory);

  g_clear_object (&fixture->host);
  g_clear_object (&fixture->launcher);
  g_free (fixture->admin);
  g_free (fixture->public);
  g_free (fixture->plugins);
  g_free (fixture->data);
  g_free (fixture->directory);
}

void
program_add_file (const char *folder, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

void
program_add_plugin_like (Program *fixture, const char *name, const char *module, const char *more)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=1.0.0\nABI=1\nModule=%s/%s.so\n%s\n",
                       name,
                       g_getenv ("USHER_TEST_MODULE_DIR"),
                       module,
                       more);

  program_add_file (fixture->plugins, file, text);
}

void
program_add_plugin (Program *fixture, const char *name, const char *more)
{
  program_add_plugin_like (fixture, name, name, more);
}

GSubprocess *
program_spawn (Program *fixture, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (g_getenv ("USHER_TEST_PROGRAM"), " ", arguments, NULL);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GSubprocess *process =
      g_subprocess_launcher_spawnv (fixture->launcher, (const char *const *) words, &error);

  g_assert_no_error (error);

  return process;
}

void
program_assert_says_all (Program *fixture,
                         const char *arguments,
                         int status,
                         const char *const *patterns)
{
  g_autoptr (GSubprocess) process = program_spawn (fixture, arguments);
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

JsonNode *
program_read_json (Program *fixture, const char *arguments)
{
  g_autoptr (GSubprocess) process = program_spawn (fixture, arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_test_message ("usher %s: %s%s", arguments, out, err);
  g_assert_true (g_subprocess_get_successful (process));
  g_assert_cmpstr (err, ==, "");
  g_assert_true (strchr (out, '\n') == out + strlen (out) - 1);

  return usher_test_json_read (out);
}

char *
program_make_arguments (Program *fixture, const char *command, const char *more)
{
  const char *listen = g_str_equal (command, "hub") ? "" : " --listen " ANY;

  return g_strdup_printf ("%s --data %s%s --admin " ANY "%s", command, fixture->data, listen, more);
}

GDataInputStream *
program_read_lines (GInputStream *stream)
{
  GDataInputStream *lines = g_data_input_stream_new (stream);

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);

  return lines;
}

char *
program_read_line (GDataInputStream *lines)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);

  return line;
}

char *
program_await_line (GInputStream *stream, const char *part)
{
  g_autoptr (GDataInputStream) lines = program_read_lines (stream);

  while (TRUE)
    {
      g_autofree char *line = program_read_line (lines);

      g_test_message ("%s", line);
      if (strstr (line, part) != NULL)
        return g_steal_pointer (&line);
    }
}

char *
program_cut_word (const char *text, const char *before)
{
  const char *start = strstr (text, before);

  g_assert_nonnull (start);
  start += strlen (before);

  return g_strndup (start, strcspn (start, " ,\n"));
}

void
program_start (Program *fixture, const char *command, const char *more)
{
  g_autofree char *arguments = program_make_arguments (fixture, command, more);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *public = NULL;
  g_autofree char *admin = NULL;

  g_clear_object (&fixture->host);
  g_clear_pointer (&fixture->public, g_free);
  g_clear_pointer (&fixture->admin, g_free);
  fixture->host = program_spawn (fixture, arguments);
  lines = program_read_lines (g_subprocess_get_stdout_pipe (fixture->host));
  public = program_read_line (lines);
  admin = program_read_line (lines);
  fixture->public = program_cut_word (public, "listening on http://");
  fixture->admin = program_cut_word (admin, "admin on http://");
}

GSocketConnection *
program_send (const char *address, const char *method, const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
      method,
      path,
      address);
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

char *
program_ask (const char *address, const char *method, const char *path)
{
  g_autoptr (GSocketConnection) connection = program_send (address, method, path);
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

void
program_assert_answer (const char *address, const char *path, const char *pattern)
{
  g_autofree char *answer = program_ask (address, "GET", path);

  g_test_message ("%s: %s", path, answer);
  g_assert_true (g_pattern_match_simple (pattern, answer));
}

static gboolean
is_answered (const char *address, const char *path, const char *pattern)
{
  g_autofree char *answer = program_ask (address, "GET", path);

  return g_pattern_match_simple (pattern, answer);
}

void
program_await_answer (const char *address, const char *path, const char *pattern)
{
  usher_test_until (is_answered (address, path, pattern));
}

int
program_stop (Program *fixture, int signal_number)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (fixture->host, signal_number);
  g_subprocess_wait (fixture->host, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (fixture->host));

  return g_subprocess_get_exit_status (fixture->host);
}
