/* usher-program.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-program.h"

#include <czmq.h>
#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-error.h"

static gboolean
on_stop_signal (gpointer user_data)
{
  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  g_main_loop_quit (user_data);

  return G_SOURCE_CONTINUE;
}

void
usher_program_prepare (GMainLoop *loop)
{
  g_unix_signal_add (SIGTERM, on_stop_signal, loop);
  g_unix_signal_add (SIGINT, on_stop_signal, loop);
  signal (SIGPIPE, SIG_IGN);
  /* else czmq takes the signals with its first socket */
  zsys_handler_set (NULL);
}

/* What is on disk bears a process that ends anywhere, and nothing of it was served. */
static void
on_early_stop (int number)
{
  static const char text[] = "usher: stopped before it had started\n";

  if (write (STDERR_FILENO, text, sizeof text - 1) < 0)
    _exit (EXIT_FAILURE);
  _exit (EXIT_SUCCESS);
}

void
usher_program_begin_wait (UsherProgramWait *self)
{
  struct sigaction action = { .sa_handler = on_early_stop };

  sigaction (SIGTERM, &action, &self->on_terminate);
  sigaction (SIGINT, &action, &self->on_interrupt);
}

void
usher_program_end_wait (const UsherProgramWait *self)
{
  sigaction (SIGTERM, &self->on_terminate, NULL);
  sigaction (SIGINT, &self->on_interrupt, NULL);
}

void
usher_program_print_line (const char *what, const char *where)
{
  if (where == NULL)
    return;

  printf ("%s on %s\n", what, where);
  fflush (stdout);
}

gboolean
usher_program_make_run_directory (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "run directory “%s” cannot be made: %s",
               path,
               g_strerror (errno));

  return FALSE;
}

static const UsherSetting memory_settings[] = {
  { "host",
    "core-dumps",
    USHER_SETTING_BOOLEAN,
    "false",
    0,
    0,
    "whether a crash may leave a core dump, and debuggers may attach; secrets are in both" },
};

void
usher_program_declare_settings (UsherSettings *settings)
{
  usher_settings_declare (settings, memory_settings, G_N_ELEMENTS (memory_settings), NULL);
}

/* The limit alone would not do: a core that the system pipes to a program is made in spite of it. */
void
usher_program_protect_memory (UsherSettings *settings)
{
  static struct rlimit former;
  struct rlimit none = { 0, 0 };

  if (settings == NULL)
    {
      getrlimit (RLIMIT_CORE, &former);
      none.rlim_max = former.rlim_max;
      if (setrlimit (RLIMIT_CORE, &none) != 0 || prctl (PR_SET_DUMPABLE, 0) != 0)
        g_warning ("core dumps cannot be forbidden: %s", g_strerror (errno));
    }
  else if (usher_settings_get_boolean (settings, "host", "core-dumps"))
    {
      setrlimit (RLIMIT_CORE, &former);
      prctl (PR_SET_DUMPABLE, 1);
    }
}

const char *
usher_program_get_keys (UsherSettings *settings)
{
  const char *keys = usher_settings_get_string (settings, "bus", "keys");

  return keys != NULL && *keys != '\0' ? keys : NULL;
}
