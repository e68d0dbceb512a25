/* usher-shell.c: the command “usher shell”: Python's prompt, in a process of its own
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "usher-commands.h"

/* the one that has gi on Debian */
#define PYTHON "/usr/bin/python3"

static char *admin;
static char *data;
static char **plugins;
static char **assignments;
static gboolean has_real_time;

const GOptionEntry usher_shell_entries[] = {
  { "admin",
    0,
    0,
    G_OPTION_ARG_STRING,
    &admin,
    "Be at the host that runs there, instead of making one",
    "ADDR:PORT|unix:PATH|none" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Keep the data in DIR; by default nowhere", "DIR" },
  { "plugins",
    0,
    0,
    G_OPTION_ARG_FILENAME_ARRAY,
    &plugins,
    "Look for plugins in DIR too; may be repeated",
    "DIR" },
  { "real-time",
    0,
    0,
    G_OPTION_ARG_NONE,
    &has_real_time,
    "Let time go on, instead of turning it by hand",
    NULL },
  { "set",
    's',
    0,
    G_OPTION_ARG_STRING_ARRAY,
    &assignments,
    "Set one setting; may be repeated",
    "GROUP.KEY=VALUE" },
  { NULL },
};

/* Python looks for modules in the working directory first, unless it is told not to: what lies there is not the shell. */
static const char begin[] = "import sys\n"
                            "try:\n"
                            "    from usher import shell\n"
                            "except ImportError as missing:\n"
                            "    sys.exit(f'usher shell: {missing}')\n"
                            "sys.exit(shell.main(sys.argv[1:]))\n";

static void
add_each (GPtrArray *argv, const char *option, char **values)
{
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    g_ptr_array_add (argv, g_strconcat (option, values[i], NULL));
}

/* (transfer full) */
static GPtrArray *
make_arguments (const UsherOptions *options)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (PYTHON));
  g_ptr_array_add (argv, g_strdup ("-P"));
  g_ptr_array_add (argv, g_strdup ("-c"));
  g_ptr_array_add (argv, g_strdup (begin));
  if (admin != NULL)
    g_ptr_array_add (argv, g_strconcat ("--admin=", admin, NULL));
  if (data != NULL)
    g_ptr_array_add (argv, g_strconcat ("--data=", data, NULL));
  if (has_real_time)
    g_ptr_array_add (argv, g_strdup ("--real-time"));
  add_each (argv, "--plugins=", plugins);
  add_each (argv, "-s", assignments);
  g_ptr_array_add (argv, g_strdup ("--"));
  add_each (argv, "", options->arguments);
  g_ptr_array_add (argv, NULL);

  return argv;
}

/* The package is beside the program where that is installed; elsewhere the environment says where it is. */
static void
find_package (void)
{
  const char *others = g_getenv ("PYTHONPATH");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program != NULL ? program : "/");
  g_autofree char *beside = g_canonicalize_filename (USHER_PYTHON_FROM_PROGRAM, folder);
  g_autofree char *package = g_build_filename (beside, "usher", NULL);
  g_autofree char *path = NULL;

  if (!g_file_test (package, G_FILE_TEST_IS_DIR))
    return;

  path = others != NULL && *others != '\0' ? g_strconcat (beside, ":", others, NULL)
                                           : g_strdup (beside);
  g_setenv ("PYTHONPATH", path, TRUE);
}

int
usher_open_shell (const UsherOptions *options)
{
  g_autoptr (GPtrArray) argv = make_arguments (options);

  find_package ();
  execv (PYTHON, (char **) argv->pdata);
  g_printerr ("usher: " PYTHON " cannot be run: %s; install python3 and python3-gi\n",
              g_strerror (errno));

  return EXIT_FAILURE;
}
