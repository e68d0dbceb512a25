/* usher-main.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-main.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-commands.h"
#include "usher-complete.h"
#include "usher-guess.h"
#include "usher-inventory.h"
#include "usher-python.h"

static void
print_help (void)
{
  g_print ("Usage:\n  usher COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n");
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    g_print ("  %-10s %s\n", command->name, command->kind.summary);
  g_print ("\n“usher COMMAND --help” tells the options. “usher --version” tells the version.\n");
}

/* (transfer full): of a word that is none */
static char *
make_complaint (const char *word)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *guess = NULL;

  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    g_ptr_array_add (names, (gpointer) command->name);
  guess = usher_guess (word, names);

  return g_strdup_printf ("“%s” is no command%s", word, guess);
}

/* @program: whose usage it is */
static int
refuse (const char *program, const char *message)
{
  g_printerr ("usher: %s\nTry “%s --help”.\n", message, program);

  return EXIT_USAGE;
}

/* of the first write that failed; 0: none did */
static int output_error;

/* UTF-8 whatever the locale: where none is set, GLib would print a ? for each quote */
static void
print_out (const char *text)
{
  if ((fputs (text, stdout) == EOF || fflush (stdout) != 0) && output_error == 0)
    output_error = errno;
}

/* Who reads a listing from a file must not take a part of it for the whole; who closed the pipe has read what he wanted. */
static int
close_output (int status)
{
  if (fflush (stdout) != 0 && output_error == 0)
    output_error = errno;
  if (output_error == EPIPE || (output_error == 0 && !ferror (stdout)))
    return status;

  g_printerr ("usher: not all of the output could be written\n");

  return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}

/* GLib ends the program where it has told of a command's options. */
static gboolean is_parsing;

static void
on_exit_of_help (void)
{
  if (is_parsing && close_output (EXIT_SUCCESS) != EXIT_SUCCESS)
    _exit (EXIT_FAILURE);
}

static int
run_command (const UsherCommand *command, int argc, char **argv)
{
  g_autofree char *program = g_strdup_printf ("usher %s", command->name);
  g_autoptr (UsherOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  /* whatever is made, by plugins too, is this user's alone */
  if (!command->is_for_others)
    umask (0077);
  /* for the usage line of --help */
  g_set_prgname (program);
  is_parsing = TRUE;
  atexit (on_exit_of_help);
  options = usher_options_new (argc, argv, &command->kind, &error);
  is_parsing = FALSE;
  g_set_prgname ("usher");
  if (options == NULL)
    return refuse (program, error->message);

  return close_output (command->func (options));
}

static void
print_err (const char *text)
{
  fputs (text, stderr);
}

int
usher_main (int argc, char **argv, UsherLoader *python)
{
  const UsherCommand *command = NULL;
  g_autofree char *message = NULL;

  setlocale (LC_ALL, "");
  usher_python_set_loader (python);
  /* a closed pipe is an error of the write, for every command alike */
  signal (SIGPIPE, SIG_IGN);
  g_set_print_handler (print_out);
  g_set_printerr_handler (print_err);
  if (argc < 2)
    return refuse ("usher", "a command is missing");

  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    {
      print_help ();
      return close_output (EXIT_SUCCESS);
    }

  if (g_str_equal (argv[1], "--version"))
    {
      g_print ("usher %s\n", PACKAGE_VERSION);
      return close_output (EXIT_SUCCESS);
    }

  /* for programs: the scripts of the shells, and what makes the manual */
  if (g_str_equal (argv[1], "complete"))
    {
      umask (0077);
      return close_output (usher_complete (argc - 2, argv + 2));
    }
  if (g_str_equal (argv[1], "inventory") && argc == 2)
    return close_output (usher_take_inventory ());

  command = usher_commands_find (argv[1]);
  if (command != NULL)
    return run_command (command, argc - 1, argv + 1);

  message = make_complaint (argv[1]);

  return refuse ("usher", message);
}
