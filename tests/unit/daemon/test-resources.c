/* test-resources.c: the program where the system gives it too little
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

/* more threads than a start can want */
#define MANY_THREADS 500

static void
on_child_setup (gpointer user_data)
{
  const struct rlimit limit = { GPOINTER_TO_UINT (user_data), GPOINTER_TO_UINT (user_data) };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static void
limit_files (UsherTestProgram *fixture, guint n)
{
  g_subprocess_launcher_set_child_setup (fixture->launcher,
                                         on_child_setup,
                                         GUINT_TO_POINTER (n),
                                         NULL);
}

/* The program ends with status 1. Returns: (transfer full): what it says */
static char *
fail (UsherTestProgram *fixture, const char *arguments)
{
  g_autoptr (GSubprocess) process = usher_test_program_spawn (fixture, arguments);
  g_autoptr (GError) error = NULL;
  char *said = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, &error);
  g_assert_no_error (error);
  g_test_message ("usher %s: %s", arguments, said);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);

  return said;
}

/* refused with the number of files that it needs, and with so many it starts */
static void
check_files (UsherTestProgram *fixture, const char *command)
{
  g_autofree char *arguments = usher_test_program_make_arguments (fixture, command, "");
  g_autofree char *said = NULL;
  g_autofree char *needed = NULL;

  limit_files (fixture, 64);
  said = fail (fixture, arguments);
  g_assert_true (g_pattern_match_simple ("usher: only 64 files may be open at once, but * are "
                                         "needed here: see “ulimit -n”, or LimitNOFILE= of the "
                                         "unit\n",
                                         said));

  needed = usher_test_program_cut_word (said, "at once, but ");
  limit_files (fixture, (guint) strtoul (needed, NULL, 10));
  /* of the services and children there is not known yet */
  if (g_str_equal (command, "run") || g_str_equal (command, "up"))
    {
      g_free (said);
      g_free (needed);
      said = fail (fixture, arguments);
      needed = usher_test_program_cut_word (said, "at once, but ");
      limit_files (fixture, (guint) strtoul (needed, NULL, 10));
    }
  usher_test_program_launch (fixture, arguments, "admin on");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
}

static void
test_files (UsherTestProgram *fixture, gconstpointer data)
{
  g_test_summary ("Who may open too few files is told at the start how many it takes");

  usher_test_program_add_plugin (fixture, "good", "");
  check_files (fixture, data);
}

static void
limit_threads (UsherTestProgram *fixture, guint n)
{
  g_autofree char *limit = g_strdup_printf ("%u", n);

  usher_test_program_set_variable (fixture, "USHER_TEST_THREADS", limit);
}

/* Whether the program becomes ready; else it ends with status 1 and a reason. */
static gboolean
starts_with (UsherTestProgram *fixture, guint n_threads, const char *arguments)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  limit_threads (fixture, n_threads);
  process = usher_test_program_spawn (fixture, arguments);
  lines = usher_test_program_read_lines (g_subprocess_get_stdout_pipe (process));
  out = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  if (out != NULL)
    {
      g_assert_cmpint (usher_test_subprocess_end (process, SIGTERM), ==, 0);
      return TRUE;
    }

  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &err, NULL);
  g_test_message ("%u threads: %s", n_threads, err);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (err, "thread"));

  return FALSE;
}

/* (transfer full): of a hub alone one that is reached over tcp, which takes a thread more */
static char *
make_arguments (UsherTestProgram *fixture, const char *command)
{
  g_autofree char *keys = g_build_filename (fixture->directory, "keys", NULL);
  g_autofree char *more = g_strdup_printf (" --run %s/run --bus tcp://127.0.0.1:* -s bus.keys=%s",
                                           fixture->directory,
                                           keys);

  if (!g_str_equal (command, "hub"))
    return usher_test_program_make_arguments (fixture, command, "");

  usher_test_program_run ("keys", keys, NULL);

  return usher_test_program_make_arguments (fixture, command, more);
}

static void
test_threads (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments = make_arguments (fixture, data);
  g_autofree char *said = NULL;
  g_autofree char *needed = NULL;
  guint n = 0;

  g_test_summary ("Threads that cannot be made are an error, whichever they are");

  usher_test_program_add_plugin (fixture, "good", "");
  usher_test_program_set_variable (fixture, "LD_PRELOAD", g_getenv ("USHER_TEST_THREADS_LIBRARY"));
  /* what is preloaded comes before the library of AddressSanitizer, if there is one */
  usher_test_program_set_variable (fixture, "ASAN_OPTIONS", "verify_asan_link_order=0");

  limit_threads (fixture, 3);
  said = fail (fixture, arguments);
  g_assert_true (
      g_pattern_match_simple ("usher: only 3 threads can be made, but * are needed here: see "
                              "“ulimit -u”, or TasksMax= of the unit: *\n",
                              said));

  /* those that were made to try are gone again, but this system counts them */
  needed = usher_test_program_cut_word (said, "can be made, but ");
  for (n = (guint) strtoul (needed, NULL, 10);
       n < MANY_THREADS && !starts_with (fixture, n, arguments);
       n++)
    continue;
  g_assert_cmpuint (n, >, (guint) strtoul (needed, NULL, 10));
  g_assert_cmpuint (n, <, MANY_THREADS);
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer), const char *command)
{
  g_autofree char *full = g_strconcat ("/resources/", path, NULL);

  g_test_add (full,
              UsherTestProgram,
              command,
              usher_test_program_set_up,
              func,
              usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("files/run", test_files, "run");
  add ("files/hub", test_files, "hub");
  add ("files/gateway", test_files, "gateway");
  add ("files/up", test_files, "up");
  add ("threads/run", test_threads, "run");
  add ("threads/hub", test_threads, "hub");

  return g_test_run ();
}
