/* usher-up-describe.c: the services of a supervisor, whose own process has none of their code
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-up-private.h"

/* in seconds: what takes longer is ended by the kernel */
#define PATIENCE 10

static void
limit_time (gpointer user_data)
{
  alarm (PATIENCE);
}

static void
add_option (GPtrArray *arguments, const char *option, const char *value)
{
  if (value == NULL)
    return;

  g_ptr_array_add (arguments, (gpointer) option);
  g_ptr_array_add (arguments, (gpointer) value);
}

static void
add_options (GPtrArray *arguments, const char *option, char *const *values)
{
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    add_option (arguments, option, values[i]);
}

/* (transfer full): borrows from @options */
static GPtrArray *
make_arguments (const char *program, const char *format, const UsherOptions *options)
{
  GPtrArray *arguments = g_ptr_array_new ();

  g_ptr_array_add (arguments, (gpointer) program);
  g_ptr_array_add (arguments, (gpointer) "describe");
  g_ptr_array_add (arguments, (gpointer) format);
  for (guint i = 0; options->arguments != NULL && options->arguments[i] != NULL; i++)
    g_ptr_array_add (arguments, options->arguments[i]);
  add_option (arguments, "--config", options->config);
  add_options (arguments, "--set", options->assignments);
  add_options (arguments, "--plugins", options->plugins);
  g_ptr_array_add (arguments, (gpointer) "--plugins-only");
  g_ptr_array_add (arguments, NULL);

  return arguments;
}

static const char *
get_option (UsherDescriptionFormat format)
{
  switch (format)
    {
    case USHER_DESCRIPTION_OPENAPI:
      return "--openapi";

    case USHER_DESCRIPTION_ASYNCAPI:
      return "--asyncapi";

    case USHER_DESCRIPTION_JSON:
    default:
      return "--json";
    }
}

/* Memory that it writes to, @name: for those who debug. A pipe would be at its end only when no process that it leaves behind has it
 * any more. */
static int
make_output (const char *name, GError **error)
{
  int fd = memfd_create (name, MFD_CLOEXEC);

  if (fd < 0)
    usher_refuse (error,
                  USHER_ERROR_UNAVAILABLE,
                  "the services are not described: memory for it: %s",
                  g_strerror (errno));

  return fd;
}

/* (transfer full) (nullable): what was written to @fd */
static char *
read_output (int fd, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *bytes = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &bytes, &size, error))
    return NULL;

  return g_utf8_make_valid (bytes, (gssize) size);
}

/* (transfer full): why it has failed; @complaints: what it has written before */
static char *
find_reason (GSubprocess *process, const char *complaints)
{
  int number = 0;

  if (!g_subprocess_get_if_signaled (process))
    return *complaints != '\0' ? g_strndup (complaints, strcspn (complaints, "\n"))
                               : g_strdup_printf ("it ended with status %d",
                                                  g_subprocess_get_exit_status (process));

  number = g_subprocess_get_term_sig (process);

  return number == SIGALRM
             ? g_strdup ("it took too long")
             : g_strdup_printf ("signal %d (%s) ended it", number, strsignal (number));
}

static gboolean
check (GSubprocess *process, const char *complaints, GError **error)
{
  g_autofree char *reason = NULL;

  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return TRUE;

  reason = find_reason (process, complaints);

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "“usher describe” cannot describe the services: %s",
                       reason);
}

/* (transfer full) (nullable): it, when it has ended */
static GSubprocess *
run (const char *const *arguments, int out, int complaints, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (out, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_take_stderr_fd (launcher, fcntl (complaints, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_set_child_setup (launcher, limit_time, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, arguments, error);
  if (process == NULL || !g_subprocess_wait (process, NULL, error))
    return NULL;

  return g_steal_pointer (&process);
}

/* (transfer full) (nullable) */
static char *
run_and_read (const char *const *arguments, int out, int err, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GSubprocess) process = run (arguments, out, err, &cause);
  g_autofree char *text = process != NULL ? read_output (out, &cause) : NULL;
  g_autofree char *complaints = text != NULL ? read_output (err, &cause) : NULL;

  if (complaints == NULL)
    {
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "the services are not described: %s",
                    cause->message);
      return NULL;
    }

  return check (process, complaints, error) ? g_steal_pointer (&text) : NULL;
}

char *
usher_up_describe (UsherDescriptionFormat format, gpointer user_data, GError **error)
{
  const UsherUp *self = user_data;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GPtrArray) arguments = make_arguments (program != NULL ? program : "usher",
                                                    get_option (format),
                                                    self->life.setup->options);
  int out = make_output ("description", error);
  int err = out >= 0 ? make_output ("complaints", error) : -1;
  char *text = NULL;

  if (err >= 0)
    text = run_and_read ((const char *const *) arguments->pdata, out, err, error);
  if (err >= 0)
    close (err);
  if (out >= 0)
    close (out);

  return text;
}
