/* usher-up-describe.c: the services of a supervisor, whose own process has none of their code
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

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

/* @complaints: what it has written before it failed */
static gboolean
check (GSubprocess *process, const char *complaints, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return TRUE;

  lines = g_strsplit (complaints, "\n", 2);

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "“usher describe” cannot describe the services: %s",
                       lines[0] != NULL && *lines[0] != '\0' ? lines[0] : "it took too long");
}

char *
usher_up_describe (UsherDescriptionFormat format, gpointer user_data, GError **error)
{
  const UsherUp *self = user_data;
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  g_autofree char *complaints = NULL;

  arguments = make_arguments (program != NULL ? program : "usher",
                              get_option (format),
                              self->life.setup->options);
  g_subprocess_launcher_set_child_setup (launcher, limit_time, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, &cause);
  if (process == NULL ||
      !g_subprocess_communicate_utf8 (process, NULL, NULL, &text, &complaints, &cause))
    {
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "the services are not described: %s",
                    cause->message);
      return NULL;
    }

  return check (process, complaints, error) ? g_steal_pointer (&text) : NULL;
}
