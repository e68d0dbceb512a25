/* test-behaviour.c: a plugin that behaves wrongly, a disk that is full, and a channel that is
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-metrics.h"
#include "usher-test-program.h"

/* What is counted while the disk is full, and of which so much may be at most. */
#define WATCHED   (2 * G_TIME_SPAN_SECOND)
#define MAX_LINES 60
#define MAX_TICKS 40 /* hundredths of a second of a processor */

/* Reads what the program logs, for as long as it runs. */
typedef struct
{
  GDataInputStream *stream; /* (owned) */
  GThread *thread;          /* (owned) */
  GMutex mutex;
  GString *text; /* (owned) (mutex mutex) */
} Reader;

static gpointer
read_all (gpointer data)
{
  Reader *reader = data;
  char *line = NULL;

  while ((line = g_data_input_stream_read_line (reader->stream, NULL, NULL, NULL)) != NULL)
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reader->mutex);

      g_string_append_printf (reader->text, "%s\n", line);
      g_free (line);
    }

  return NULL;
}

static void
reader_start (Reader *reader, UsherTestProgram *fixture)
{
  g_mutex_init (&reader->mutex);
  reader->text = g_string_new (NULL);
  reader->stream = usher_test_program_read_lines (g_subprocess_get_stderr_pipe (fixture->host));
  reader->thread = g_thread_new ("reader", read_all, reader);
}

/* Reads to the end of a program that has ended. */
static void
reader_finish (Reader *reader)
{
  g_thread_join (g_steal_pointer (&reader->thread));
}

static void
reader_clear (Reader *reader)
{
  g_test_message ("%s", reader->text->str);
  g_object_unref (reader->stream);
  g_string_free (reader->text, TRUE);
  g_mutex_clear (&reader->mutex);
}

static gboolean
has_said (Reader *reader, const char *part)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reader->mutex);

  return strstr (reader->text->str, part) != NULL;
}

static guint
count_lines (Reader *reader, const char *part)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reader->mutex);
  guint n = 0;

  for (const char *at = strstr (reader->text->str, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

/* @more: further arguments, each with a space before it */
static void
start_plugin (UsherTestProgram *fixture, const char *more)
{
  g_autofree char *manifest =
      g_strdup_printf ("[Plugin]\nName=behaves-wrongly\nVersion=1.0.0\nABI=1\n"
                       "Module=%s/behaves-wrongly.so\n",
                       g_getenv ("USHER_TEST_WRONG_DIR"));

  usher_test_program_add_file (fixture->plugins, "behaves-wrongly.plugin", manifest);
  usher_test_program_start (fixture, "run", more);
}

static void
set_disk (const char *path, const char *action)
{
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);

  g_assert_true (g_file_set_contents (temporary, action, -1, NULL));
  g_assert_cmpint (g_rename (temporary, path), ==, 0);
}

/* What a process has used of a processor, in hundredths of a second. */
static guint64
get_ticks (UsherTestProgram *fixture)
{
  g_autofree char *path =
      g_strdup_printf ("/proc/%s/stat", g_subprocess_get_identifier (fixture->host));
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  words = g_strsplit (strrchr (text, ')'), " ", -1);

  return g_ascii_strtoull (words[12], NULL, 10) + g_ascii_strtoull (words[13], NULL, 10);
}

static gboolean
is_later (gint64 time)
{
  return g_get_monotonic_time () > time;
}

static void
check_quiet (UsherTestProgram *fixture, Reader *reader)
{
  guint64 ticks = get_ticks (fixture);
  guint n_lines = count_lines (reader, "\n");
  gint64 end = g_get_monotonic_time () + WATCHED;

  usher_test_until (is_later (end));
  g_assert_cmpuint (count_lines (reader, "\n") - n_lines, <=, MAX_LINES);
  g_assert_cmpuint (get_ticks (fixture) - ticks, <=, MAX_TICKS);
}

static void
start_on_disk (UsherTestProgram *fixture, const char *disk, const char *more)
{
  usher_test_program_set_variable (fixture, "LD_PRELOAD", g_getenv ("USHER_TEST_DISK_LIBRARY"));
  usher_test_program_set_variable (fixture, "USHER_TEST_DISK", disk);
  /* what is preloaded comes before the library of AddressSanitizer, if there is one */
  usher_test_program_set_variable (fixture, "ASAN_OPTIONS", "verify_asan_link_order=0");
  start_plugin (fixture, more);
}

static void
test_full_disk (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *disk = g_build_filename (fixture->directory, "disk", NULL);
  Reader reader = { 0 };

  g_test_summary ("While the disk is full timers cost next to nothing, and go on when it is not");

  start_on_disk (fixture, disk, "");
  reader_start (&reader, fixture);
  usher_test_program_await_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  g_free (usher_test_program_ask (fixture->public, "POST", "/behaves-wrongly/alarms"));

  set_disk (disk, "all ENOSPC *behaves-wrongly.db*");
  usher_test_until (has_said (&reader, "timers of service “behaves-wrongly” rest"));
  usher_test_program_await_answer (
      fixture->admin,
      "/readyz",
      "HTTP/1.1 200 *{\"status\":\"degraded\",\"reason\":\"*“behaves-wrongly” takes no changes*");
  check_quiet (fixture, &reader);

  set_disk (disk, "");
  usher_test_until (has_said (&reader, "timers of service “behaves-wrongly” fire again"));
  usher_test_program_await_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  reader_finish (&reader);
  reader_clear (&reader);
}

static void
check_unwritten (UsherTestProgram *fixture, double expected)
{
  g_autofree char *metrics = usher_test_program_ask (fixture->admin, "GET", "/metrics");

  usher_test_metrics_assert (metrics, "usher_sessions_unwritten", expected);
  usher_test_metrics_assert (metrics, "usher_sessions_refused_users", 0);
  usher_test_metrics_assert (metrics, "usher_sessions_ended", 0);
}

static void
test_unwritten_sessions (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *disk = g_build_filename (fixture->directory, "disk", NULL);
  Reader reader = { 0 };

  g_test_summary ("A disk that does not take who is refused is told of: in /readyz, in the "
                  "metrics, and in the log once");

  start_on_disk (fixture, disk, " -s session.revoke-channel=wrong:told");
  reader_start (&reader, fixture);
  usher_test_program_await_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  check_unwritten (fixture, 0);

  set_disk (disk, "all ENOSPC *sessions.db*");
  g_free (usher_test_program_ask (fixture->public, "POST", "/behaves-wrongly/tales"));
  usher_test_program_await_answer (
      fixture->admin,
      "/readyz",
      "HTTP/1.1 200 *{\"status\":\"degraded\",\"reason\":\"“host/sessions.db” takes no changes*");
  check_unwritten (fixture, 1);
  check_quiet (fixture, &reader);

  set_disk (disk, "");
  usher_test_program_await_answer (fixture->admin, "/readyz", "*{\"status\":\"ready\"}*");
  check_unwritten (fixture, 0);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  reader_finish (&reader);
  g_assert_cmpuint (count_lines (&reader, "refused sessions are not written"), ==, 1);
  g_assert_cmpuint (count_lines (&reader, "sessions.db” is written again"), ==, 1);
  reader_clear (&reader);
}

static void
test_full_channel (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *status = NULL;
  g_autofree char *metrics = NULL;
  Reader reader = { 0 };

  g_test_summary (
      "A full channel is told of: once in the log, in /readyz, in the metrics, by usher status");

  start_plugin (fixture, " -s bus.max-messages=2 -s host.stop-timeout=1");
  reader_start (&reader, fixture);
  status = g_strdup_printf ("status --admin %s", fixture->admin);
  usher_test_program_assert_says (fixture, status, 0, "*Ready at *", "*channels 0, members *");
  for (guint i = 0; i < 5; i++)
    g_free (usher_test_program_ask (fixture->public, "POST", "/behaves-wrongly/tales"));

  usher_test_program_await_answer (fixture->admin,
                                   "/readyz",
                                   "HTTP/1.1 200 *{\"status\":\"degraded\",\"reason\":\"channel "
                                   "“wrong:told” of the bus is full*");
  usher_test_program_assert_says (fixture,
                                  status,
                                  0,
                                  "*Degraded at *: channel “wrong:told” of the bus is full*",
                                  "*channels 1 (1 full), members *");
  metrics = usher_test_program_ask (fixture->admin, "GET", "/metrics");
  usher_test_metrics_assert (metrics, "usher_bus_full_channels", 1);
  usher_test_metrics_assert (metrics, "usher_bus_channel_full{channel=\"wrong:told\"}", 1);
  usher_test_metrics_assert (metrics, "usher_outbox_full_channels{service=\"behaves-wrongly\"}", 1);

  /* the outbox was tried again meanwhile, and is once more */
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  reader_finish (&reader);
  g_assert_cmpuint (count_lines (&reader, "channel “wrong:told” is full"), ==, 1);
  g_assert_true (has_said (&reader, "it has 2 events, "));
  g_assert_true (has_said (&reader, "bus.max-messages is 2"));
  reader_clear (&reader);
}

static void
test_slow (UsherTestProgram *fixture, gconstpointer data)
{
  Reader reader = { 0 };

  g_test_summary ("A handler that keeps a thread of the listener is told of, once");

  start_plugin (fixture, "");
  reader_start (&reader, fixture);
  for (guint i = 0; i < 3; i++)
    g_free (usher_test_program_ask (fixture->public, "GET", "/behaves-wrongly/dawdle"));
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);
  reader_finish (&reader);
  g_assert_cmpuint (
      count_lines (&reader, "“GET /behaves-wrongly/dawdle” kept a thread of the listener"), ==, 1);
  g_assert_true (has_said (&reader, "USHER_ROUTE_BLOCKING"));
  reader_clear (&reader);
}

static void
add (const char *path, void (*func) (UsherTestProgram *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/behaviour/", path, NULL);

  g_test_add (
      full, UsherTestProgram, NULL, usher_test_program_set_up, func, usher_test_program_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("full-disk", test_full_disk);
  add ("unwritten-sessions", test_unwritten_sessions);
  add ("full-channel", test_full_channel);
  add ("slow", test_slow);

  return g_test_run ();
}
