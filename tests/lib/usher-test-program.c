/* usher-test-program.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-program.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* what shells add to a signal's number */
#define SIGNALLED 128

/* a test that aborts takes its processes with it */
static void
on_child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocessLauncher *
usher_test_launcher_new (GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  /* a warning is the host's word to its operator, not a bug */
  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "fatal-criticals", TRUE);
  /* whoever tests keeps his keyring */
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, on_child_setup, NULL, NULL);

  return launcher;
}

int
usher_test_subprocess_await_end (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);

  return g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process)
                                              : SIGNALLED + g_subprocess_get_term_sig (process);
}

int
usher_test_subprocess_end (GSubprocess *process, int signal_number)
{
  g_subprocess_send_signal (process, signal_number);

  return usher_test_subprocess_await_end (process);
}

void
usher_test_program_run (const char *command, ...)
{
  g_autoptr (GSubprocessLauncher) launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  const char *word = command;
  va_list more;

  g_ptr_array_add (words, (gpointer) g_getenv ("USHER_TEST_PROGRAM"));
  va_start (more, command);
  for (; word != NULL; word = va_arg (more, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (more);
  g_ptr_array_add (words, NULL);

  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) words->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("usher %s: %s", command, said);
  g_assert_true (g_subprocess_get_successful (process));
}

void
usher_test_program_set_up (UsherTestProgram *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-daemon-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->plugins = g_build_filename (fixture->directory, "plugins", NULL);
  fixture->data = g_build_filename (fixture->directory, "data", NULL);
  g_assert_cmpint (g_mkdir (fixture->plugins, 0700), ==, 0);

  fixture->launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  usher_test_program_set_variable (fixture, "XDG_CONFIG_HOME", fixture->directory);
  usher_test_program_set_variable (fixture, "XDG_DATA_HOME", fixture->directory);
  usher_test_program_set_variable (fixture, "USHER_PLUGIN_PATH", fixture->plugins);
  g_subprocess_launcher_unsetenv (fixture->launcher, "STATE_DIRECTORY");
  g_subprocess_launcher_unsetenv (fixture->launcher, "RUNTIME_DIRECTORY");
}

static void
forget_host (UsherTestProgram *fixture)
{
  g_clear_object (&fixture->host);
  g_clear_pointer (&fixture->admin, g_free);
  g_clear_pointer (&fixture->public, g_free);
  g_clear_pointer (&fixture->bus, g_free);
}

void
usher_test_program_tear_down (UsherTestProgram *fixture, gconstpointer data)
{
  if (fixture->host != NULL)
    usher_test_subprocess_end (fixture->host, SIGKILL);
  usher_test_remove_tree (fixture->directory);

  forget_host (fixture);
  g_clear_object (&fixture->launcher);
  g_free (fixture->plugins);
  g_free (fixture->data);
  g_free (fixture->directory);
}

void
usher_test_program_add (const char *path,
                        void (*func) (UsherTestProgram *fixture, gconstpointer data))
{
  g_test_add (
      path, UsherTestProgram, NULL, usher_test_program_set_up, func, usher_test_program_tear_down);
}

void
usher_test_program_set_variable (UsherTestProgram *fixture, const char *name, const char *value)
{
  g_subprocess_launcher_setenv (fixture->launcher, name, value, TRUE);
}

void
usher_test_program_add_file (const char *folder, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

void
usher_test_program_add_plugin_like (UsherTestProgram *fixture,
                                    const char *name,
                                    const char *module,
                                    const char *more)
{
  g_autofree char *file = g_strconcat (name, ".plugin", NULL);
  g_autofree char *text =
      g_strdup_printf ("[Plugin]\nName=%s\nVersion=1.0.0\nABI=1\nModule=%s/%s.so\n%s\n",
                       name,
                       g_getenv ("USHER_TEST_MODULE_DIR"),
                       module,
                       more);

  usher_test_program_add_file (fixture->plugins, file, text);
}

void
usher_test_program_add_plugin (UsherTestProgram *fixture, const char *name, const char *more)
{
  usher_test_program_add_plugin_like (fixture, name, name, more);
}

void
usher_test_program_install (UsherTestProgram *fixture,
                            const char *directory,
                            const char *module,
                            const char *name)
{
  g_autofree char *from = g_strdup_printf ("%s/%s.so", directory, module);
  g_autofree char *to = g_build_filename (fixture->plugins, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (from, &text, &length, &error));
  g_assert_no_error (error);
  /* by renaming, as a linker leaves the file that is mapped alone */
  g_assert_true (g_file_set_contents (to, text, (gssize) length, &error));
  g_assert_no_error (error);
}

GSubprocess *
usher_test_program_spawn (UsherTestProgram *fixture, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strconcat (g_getenv ("USHER_TEST_PROGRAM"), " ", arguments, NULL);
  g_auto (GStrv) words = NULL;
  GSubprocess *process = NULL;

  g_shell_parse_argv (line, NULL, &words, &error);
  g_assert_no_error (error);
  process = g_subprocess_launcher_spawnv (fixture->launcher, (const char *const *) words, &error);
  g_assert_no_error (error);

  return process;
}

void
usher_test_program_assert_says_all (UsherTestProgram *fixture,
                                    const char *arguments,
                                    int status,
                                    const char *const *patterns)
{
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
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
usher_test_program_read_json (UsherTestProgram *fixture, const char *arguments)
{
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
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
usher_test_program_make_arguments (UsherTestProgram *fixture, const char *command, const char *more)
{
  const char *listen = g_str_equal (command, "hub") ? "" : " --listen " ANY;

  return g_strdup_printf ("%s --data %s%s --admin " ANY "%s", command, fixture->data, listen, more);
}

GDataInputStream *
usher_test_program_read_lines (GInputStream *stream)
{
  GDataInputStream *lines = g_data_input_stream_new (stream);

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);

  return lines;
}

char *
usher_test_program_read_line (GDataInputStream *lines)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_test_message ("%s", line);

  return line;
}

char *
usher_test_program_await_line (GInputStream *stream, const char *part)
{
  g_autoptr (GDataInputStream) lines = usher_test_program_read_lines (stream);

  while (TRUE)
    {
      g_autofree char *line = usher_test_program_read_line (lines);

      if (strstr (line, part) != NULL)
        return g_steal_pointer (&line);
    }
}

char *
usher_test_program_cut_word (const char *text, const char *before)
{
  const char *start = strstr (text, before);

  g_assert_nonnull (start);
  start += strlen (before);

  return g_strndup (start, strcspn (start, " ,\n"));
}

/* keeps where something listens, if @line tells it */
static void
note_address (UsherTestProgram *fixture, const char *line)
{
  const struct
  {
    const char *prefix;
    char **address;
  } kinds[] = {
    { "listening on ", &fixture->public },
    { "admin on ", &fixture->admin },
    { "bus on ", &fixture->bus },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (line, kinds[i].prefix))
      {
        const char *address = line + strlen (kinds[i].prefix);

        g_free (*kinds[i].address);
        *kinds[i].address =
            g_strdup (g_str_has_prefix (address, "http://") ? address + 7 : address);
      }
}

void
usher_test_program_launch (UsherTestProgram *fixture, const char *arguments, const char *last)
{
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;

  forget_host (fixture);
  fixture->host = usher_test_program_spawn (fixture, arguments);
  lines = usher_test_program_read_lines (g_subprocess_get_stdout_pipe (fixture->host));
  do
    {
      g_free (line);
      line = usher_test_program_read_line (lines);
      note_address (fixture, line);
    }
  while (!g_str_has_prefix (line, last));
}

void
usher_test_program_start (UsherTestProgram *fixture, const char *command, const char *more)
{
  g_autofree char *arguments = usher_test_program_make_arguments (fixture, command, more);

  usher_test_program_launch (fixture, arguments, "admin on ");
}

int
usher_test_program_stop (UsherTestProgram *fixture, int signal_number)
{
  return usher_test_subprocess_end (fixture->host, signal_number);
}

GSocketConnection *
usher_test_program_send (const char *address, const char *method, const char *path)
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
usher_test_program_ask (const char *address, const char *method, const char *path)
{
  g_autoptr (GSocketConnection) connection = usher_test_program_send (address, method, path);
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

JsonNode *
usher_test_program_read_page (const char *address, const char *path)
{
  g_autofree char *answer = usher_test_program_ask (address, "GET", path);
  const char *body = strstr (answer, "\r\n\r\n");

  g_test_message ("%s: %s", path, answer);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  g_assert_nonnull (body);

  return usher_test_json_read (body);
}

void
usher_test_program_assert_answer (const char *address, const char *path, const char *pattern)
{
  g_autofree char *answer = usher_test_program_ask (address, "GET", path);

  g_test_message ("%s: %s", path, answer);
  g_assert_true (g_pattern_match_simple (pattern, answer));
}

static gboolean
is_answered (const char *address, const char *path, const char *pattern)
{
  g_autofree char *answer = usher_test_program_ask (address, "GET", path);

  return g_pattern_match_simple (pattern, answer);
}

void
usher_test_program_await_answer (const char *address, const char *path, const char *pattern)
{
  usher_test_until (is_answered (address, path, pattern));
}
