/* usher-child.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-lines.h"
#include "usher-notify.h"

/* milliseconds that what a dead process has written is waited for: its own children may have the pipe too */
#define LINGER 200

/* of its last line that is kept, in bytes */
#define MAX_WORDS 300

struct _UsherChild
{
  grefcount references; /* what waits for lines or for the end has one */
  char *name;           /* (owned) */
  GSubprocess *process; /* (owned) */
  GPid pid;
  UsherChildState state;
  gboolean was_ready;
  gboolean gave_up;
  gboolean is_left_out;
  char *reason;  /* (owned) */
  char *trouble; /* (owned) (nullable): why it cannot serve although it runs */
  char *killed;  /* (owned) (nullable): why it was killed */
  char *words;   /* (owned) (nullable): what it wrote last */
  gboolean has_exited;
  gboolean is_silent; /* nothing more will be read of it */
  gint64 started;
  gint64 born;     /* monotonic */
  gint64 ready;    /* monotonic; 0: it never was */
  gint64 ended;    /* monotonic; 0: it runs */
  gint64 watchdog; /* microseconds */
  gint64 alive;    /* monotonic; 0: it never said so */
  UsherChildFunc func;
  gpointer user_data;
};

static UsherChild *
ref (UsherChild *self)
{
  g_ref_count_inc (&self->references);

  return self;
}

static void
unref (UsherChild *self)
{
  if (!g_ref_count_dec (&self->references))
    return;

  g_clear_object (&self->process);
  g_free (self->name);
  g_free (self->reason);
  g_free (self->trouble);
  g_free (self->killed);
  g_free (self->words);
  g_free (self);
}

static void
set_state (UsherChild *self, UsherChildState state, const char *reason)
{
  self->state = state;
  if (reason != self->reason)
    {
      g_free (self->reason);
      self->reason = g_strdup (reason);
    }
  if (self->func != NULL)
    self->func (self, self->user_data);
}

/* Between fork and exec, so nothing but system calls. */
static void
tie_to_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (user_data))
    _exit (EXIT_FAILURE);
}

/* All that it has written is read. */
static void
finish (UsherChild *self)
{
  if (self->state != USHER_CHILD_ENDED)
    set_state (self, USHER_CHILD_ENDED, self->reason);
}

/* Where a process listens matters to the supervisor alone. */
static gboolean
is_address (const char *line)
{
  static const char *const beginnings[] = { "listening on ", "admin on ", "bus on " };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (g_str_has_prefix (line, beginnings[i]))
      return TRUE;

  return FALSE;
}

static void
take_line (UsherChild *self, const char *line)
{
  g_autofree char *text = g_utf8_make_valid (line, -1);
  g_autofree char *start = g_strndup (line, MAX_WORDS);

  if (is_address (text))
    {
      g_debug ("%s | %s", self->name, text);
      return;
    }

  g_printerr ("%s | %s\n", self->name, text);
  g_free (self->words);
  self->words = g_utf8_make_valid (start, -1);
}

static void
on_line (const char *line, gpointer user_data)
{
  UsherChild *self = user_data;

  if (line != NULL)
    {
      take_line (self, line);
      return;
    }

  self->is_silent = TRUE;
  if (self->has_exited)
    finish (self);
  unref (self);
}

/* (transfer full): how a process ended, for a person. */
static char *
tell_end (UsherChild *self)
{
  if (self->killed != NULL)
    return g_strdup (self->killed);
  if (g_subprocess_get_if_signaled (self->process))
    return g_strdup_printf ("it was ended by signal %d, %s",
                            g_subprocess_get_term_sig (self->process),
                            strsignal (g_subprocess_get_term_sig (self->process)));

  return g_strdup_printf ("it ended with status %d", g_subprocess_get_exit_status (self->process));
}

static gboolean
on_lingered (gpointer user_data)
{
  UsherChild *self = user_data;

  finish (self);
  unref (self);

  return G_SOURCE_REMOVE;
}

static void
on_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  UsherChild *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  self->gave_up = g_subprocess_get_if_exited (self->process) &&
                  g_subprocess_get_exit_status (self->process) == EXIT_FAILURE;
  self->is_left_out = g_subprocess_get_if_exited (self->process) &&
                      g_subprocess_get_exit_status (self->process) == EXIT_LEFT_OUT;
  self->has_exited = TRUE;
  self->ended = g_get_monotonic_time ();
  g_free (self->reason);
  self->reason = tell_end (self);
  if (self->is_silent)
    finish (self);
  else
    g_timeout_add (LINGER, on_lingered, ref (self));
  unref (self);
}

static GSubprocess *
spawn (const char *const *arguments, const char *notify, guint watchdog, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);

  g_subprocess_launcher_setenv (launcher, "NOTIFY_SOCKET", notify, TRUE);
  /* what was meant for this process alone */
  g_subprocess_launcher_unsetenv (launcher, "WATCHDOG_PID");
  g_subprocess_launcher_unsetenv (launcher, "WATCHDOG_USEC");
  g_subprocess_launcher_unsetenv (launcher, "LISTEN_FDS");
  g_subprocess_launcher_unsetenv (launcher, "LISTEN_PID");
  g_subprocess_launcher_unsetenv (launcher, "JOURNAL_STREAM");
  if (watchdog > 0)
    {
      g_autofree char *period =
          g_strdup_printf ("%" G_GUINT64_FORMAT, (guint64) watchdog * 1000000);

      g_subprocess_launcher_setenv (launcher, "WATCHDOG_USEC", period, TRUE);
    }
  g_subprocess_launcher_set_child_setup (launcher,
                                         tie_to_parent,
                                         GINT_TO_POINTER ((int) getpid ()),
                                         NULL);

  return g_subprocess_launcher_spawnv (launcher, arguments, error);
}

UsherChild *
usher_child_new (const char *const *arguments,
                 const char *name,
                 const char *notify,
                 guint watchdog,
                 GError **error)
{
  g_autoptr (GSubprocess) process = spawn (arguments, notify, watchdog, error);
  UsherChild *self = NULL;

  if (process == NULL)
    {
      g_prefix_error (error, "process “%s” cannot be started: ", name);
      return NULL;
    }

  self = g_new0 (UsherChild, 1);
  g_ref_count_init (&self->references);
  self->name = g_strdup (name);
  self->process = g_steal_pointer (&process);
  self->pid = (GPid) g_ascii_strtoll (g_subprocess_get_identifier (self->process), NULL, 10);
  self->started = g_get_real_time ();
  self->born = g_get_monotonic_time ();
  self->watchdog = (gint64) watchdog * G_TIME_SPAN_SECOND;
  self->reason = g_strdup ("it has been started");
  usher_lines_read (g_subprocess_get_stdout_pipe (self->process), on_line, ref (self));
  g_subprocess_wait_async (self->process, NULL, on_end, ref (self));

  return self;
}

void
usher_child_set_func (UsherChild *self, UsherChildFunc func, gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
}

void
usher_child_free (UsherChild *self)
{
  self->func = NULL;
  if (self->state != USHER_CHILD_ENDED)
    g_subprocess_force_exit (self->process);
  unref (self);
}

static void
take_trouble (UsherChild *self, const char *trouble)
{
  g_free (self->trouble);
  self->trouble = *trouble != '\0' ? g_utf8_make_valid (trouble, -1) : NULL;
  set_state (self, self->state, self->reason);
}

gboolean
usher_child_take_notice (UsherChild *self, GPid pid, const char *text)
{
  g_auto (GStrv) lines = NULL;

  if (pid != self->pid || self->has_exited)
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_equal (lines[i], "READY=1") && self->state == USHER_CHILD_STARTING)
        {
          self->was_ready = TRUE;
          self->ready = g_get_monotonic_time ();
          set_state (self, USHER_CHILD_READY, "it serves");
        }
      else if (g_str_equal (lines[i], "STOPPING=1"))
        set_state (self, USHER_CHILD_STOPPING, "it finishes what is under way");
      else if (g_str_equal (lines[i], "WATCHDOG=1"))
        self->alive = g_get_monotonic_time ();
      else if (g_str_has_prefix (lines[i], USHER_NOTIFY_TROUBLE))
        take_trouble (self, lines[i] + strlen (USHER_NOTIFY_TROUBLE));
      else if (g_str_has_prefix (lines[i], "STATUS="))
        {
          g_autofree char *status = g_utf8_make_valid (lines[i] + strlen ("STATUS="), -1);

          set_state (self, self->state, status);
        }
    }

  return TRUE;
}

void
usher_child_signal (UsherChild *self, int number)
{
  if (!self->has_exited)
    g_subprocess_send_signal (self->process, number);
}

void
usher_child_kill (UsherChild *self, const char *why)
{
  if (self->has_exited)
    return;

  g_free (self->killed);
  self->killed = g_strdup (why);
  g_subprocess_force_exit (self->process);
}

gboolean
usher_child_is_alive (UsherChild *self)
{
  return self->watchdog == 0 || self->alive == 0 || self->has_exited ||
         self->state != USHER_CHILD_READY || g_get_monotonic_time () - self->alive < self->watchdog;
}

void
usher_child_forgive (UsherChild *self, gint64 gap)
{
  if (self->alive != 0)
    self->alive += gap;
}

UsherChildState
usher_child_get_state (UsherChild *self)
{
  return self->state;
}

const char *
usher_child_get_name (UsherChild *self)
{
  return self->name;
}

GPid
usher_child_get_pid (UsherChild *self)
{
  return self->pid;
}

gint64
usher_child_get_started (UsherChild *self)
{
  return self->started;
}

gboolean
usher_child_was_ready (UsherChild *self)
{
  return self->was_ready;
}

gint64
usher_child_get_served (UsherChild *self)
{
  return self->ready != 0 && self->ended != 0 ? self->ended - self->ready : 0;
}

gboolean
usher_child_gave_up (UsherChild *self)
{
  return self->gave_up && self->killed == NULL;
}

gboolean
usher_child_is_left_out (UsherChild *self)
{
  return self->is_left_out && self->killed == NULL;
}

const char *
usher_child_get_reason (UsherChild *self)
{
  return self->reason;
}

const char *
usher_child_get_trouble (UsherChild *self)
{
  return self->trouble;
}

char *
usher_child_dup_end (UsherChild *self)
{
  double uptime = (double) (self->ended - self->born) / G_TIME_SPAN_SECOND;

  return g_strdup_printf ("%s, after %.1f s%s%s%s",
                          self->reason,
                          uptime,
                          self->words != NULL ? "; its last words: “" : "",
                          self->words != NULL ? self->words : "",
                          self->words != NULL ? "”" : "");
}
