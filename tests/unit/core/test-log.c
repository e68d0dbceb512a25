/* test-log.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-log-private.h"

/* Each test logs in a process of its own, as the writer is set once; the parent reads what it wrote. */

static void
open_log (const char *level)
{
  g_autoptr (GError) error = NULL;

  g_unsetenv ("G_MESSAGES_DEBUG");
  g_assert_true (usher_log_open (level, &error));
  g_assert_no_error (error);
}

static gboolean
is_child (void)
{
  if (g_test_subprocess ())
    return TRUE;

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();

  return FALSE;
}

static void
test_levels (void)
{
  g_test_summary (
      "What is less severe than the level is not written, whatever G_MESSAGES_DEBUG says.");

  if (is_child ())
    {
      open_log ("info");
      g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "seen %d", 1);
      g_log ("usher-test", G_LOG_LEVEL_INFO, "seen %d", 2);
      g_log ("usher-test", G_LOG_LEVEL_DEBUG, "hidden");
      return;
    }

  g_test_trap_assert_stderr ("*message usher-test: seen 1\ninfo usher-test: seen 2\n*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
}

static void
test_scope (void)
{
  g_test_summary (
      "What a thread works on is added; scopes nest, and the message's own fields win.");

  if (is_child ())
    {
      UsherLogScope outer = { .service = "orders", .request = "r1" };
      UsherLogScope inner = { .service = "tickets",
                              .event = "e1",
                              .channel = "order:created",
                              .correlation = "r0",
                              .document = "d1" };

      open_log ("message");
      usher_log_push_scope (&outer);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "one");
      usher_log_push_scope (&inner);
      g_log_structured (
          "usher-test", G_LOG_LEVEL_MESSAGE, "USHER_DOCUMENT", "mine", "MESSAGE", "two");
      usher_log_pop_scope (&inner);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "three");
      usher_log_pop_scope (&outer);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "four");
      return;
    }

  g_test_trap_assert_stderr ("*: one (service=orders request=r1)\n"
                             "*: two (service=tickets event=e1 channel=order:created "
                             "correlation=r0 document=mine)\n"
                             "*: three (service=orders request=r1)\n"
                             "*: four\n*");
}

static void
test_one_line (void)
{
  g_test_summary ("A message is one line, and cannot forge another or steer a terminal.");

  if (is_child ())
    {
      open_log ("message");
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "a\nmessage usher-test: b\r\033[2Jc");
      return;
    }

  g_test_trap_assert_stderr ("*usher-test: a message usher-test: b  [2Jc\n*");
}

static void
test_nobody_reads (void)
{
  g_test_summary ("A pipe that is full or closed neither blocks nor ends the process.");

  if (is_child ())
    {
      g_autofree char *long_text = g_strnfill (20000, 'x');
      int ends[2] = { -1, -1 };
      int old = dup (STDERR_FILENO);

      signal (SIGPIPE, SIG_IGN);
      open_log ("message");
      g_assert_cmpint (pipe (ends), ==, 0);
      g_assert_cmpint (dup2 (ends[1], STDERR_FILENO), ==, STDERR_FILENO);
      for (guint i = 0; i < 200; i++)
        g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "%s", long_text);
      close (ends[0]);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "to nobody");
      g_assert_cmpint (dup2 (old, STDERR_FILENO), ==, STDERR_FILENO);
      g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "went on");
      close (ends[1]);
      close (old);
      return;
    }

  g_test_trap_assert_stderr ("*went on\n*");
}

static void
test_bad_level (void)
{
  static const char *const bad[] = { "", "loud", "DEBUG" };

  g_test_summary ("A level that is none is refused.");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (usher_log_open (bad[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/log/levels", test_levels);
  g_test_add_func ("/log/scope", test_scope);
  g_test_add_func ("/log/one-line", test_one_line);
  g_test_add_func ("/log/nobody-reads", test_nobody_reads);
  g_test_add_func ("/log/bad-level", test_bad_level);

  return g_test_run ();
}
