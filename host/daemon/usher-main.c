/* usher-main.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-commands.h"

#define RUN_FLAGS                                                                         \
  (USHER_OPTIONS_LISTEN | USHER_OPTIONS_ADMIN | USHER_OPTIONS_PROBE | USHER_OPTIONS_BUS | \
   USHER_OPTIONS_RUN)

typedef struct
{
  const char *name;
  UsherOptionsKind kind;
  int (*func) (const UsherOptions *options);
} Command;

static const Command commands[] = {
  { "run",
    { "Runs services, all that are usable or those that are named.", "[SERVICE…]", RUN_FLAGS },
    usher_run },
  { "hub",
    { "Runs the bus's hub alone, by default at ipc://RUN/bus.",
      NULL,
      USHER_OPTIONS_ADMIN | USHER_OPTIONS_PROBE | USHER_OPTIONS_BUS | USHER_OPTIONS_RUN },
    usher_run_hub },
  { "gateway",
    { "Serves the public for the hosts that are found in the run directory.",
      NULL,
      USHER_OPTIONS_LISTEN | USHER_OPTIONS_ADMIN | USHER_OPTIONS_PROBE | USHER_OPTIONS_RUN },
    usher_run_gateway },
  { "backup",
    { "Copies a data directory as it is at one moment, while hosts run on it, into a new DIR.",
      "DIR" },
    usher_backup },
  { "restore",
    { "Puts a backup into a data directory that nothing runs on.",
      "DIR",
      0,
      usher_restore_entries },
    usher_restore },
  { "keys",
    { "Makes the keys of a bus over tcp, in DIR, and never overwrites any.",
      "DIR",
      0,
      usher_make_keys_entries },
    usher_make_keys },
  { "up",
    { "Runs services in processes of their own and keeps them running.",
      "[SERVICE…]",
      RUN_FLAGS | USHER_OPTIONS_PROFILE,
      usher_up_entries },
    usher_up },
  { "ps",
    { "Lists the processes of an “usher up” that runs.",
      NULL,
      USHER_OPTIONS_ADMIN,
      usher_ps_entries },
    usher_ps },
  { "reload",
    { "Puts new processes in the place of those that have a service.",
      "SERVICE…",
      USHER_OPTIONS_ADMIN },
    usher_reload },
  { "placement",
    { "Explains which process “usher up” would give to which service.",
      "explain [SERVICE…]",
      RUN_FLAGS | USHER_OPTIONS_PROFILE,
      usher_placement_entries },
    usher_explain_placement },
  { "check",
    { "Tells what “usher run” would complain about, and runs nothing.", "[SERVICE…]", RUN_FLAGS },
    usher_check },
  { "plugins",
    { "Lists the plugins and why one is not usable.", "[SERVICE…]", RUN_FLAGS, usher_list_entries },
    usher_list_plugins },
  { "settings",
    { "Lists the settings, or those of some groups, and where their values are from.",
      "[GROUP…]",
      RUN_FLAGS,
      usher_list_entries },
    usher_list_settings },
  { "status",
    { "Tells how the host at --admin is: 0 ready, 1 not ready, 3 not reached.",
      NULL,
      USHER_OPTIONS_ADMIN,
      usher_status_entries },
    usher_status },
  { "events",
    { "Follows events, and lists, shows, replays and drops those that are parked.",
      "tail [CHANNEL] | parked [CHANNEL] | show ID… | replay ID… | drop ID…",
      USHER_OPTIONS_ADMIN,
      usher_events_entries },
    usher_events },
};

static void
print_help (void)
{
  g_print ("Usage:\n  usher COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i].name, commands[i].kind.summary);
  g_print ("\n“usher COMMAND --help” tells the options. “usher --version” tells the version.\n");
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];

  return NULL;
}

/* @program: whose usage it is */
static int
refuse (const char *program, const char *message)
{
  g_printerr ("usher: %s\nTry “%s --help”.\n", message, program);

  return EXIT_USAGE;
}

/* Who reads a listing from a file must not take a part of it for the whole. */
static int
close_output (int status)
{
  if (!ferror (stdout) && fflush (stdout) == 0)
    return status;

  g_printerr ("usher: not all of the output could be written\n");

  return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}

static int
run_command (const Command *command, int argc, char **argv)
{
  g_autofree char *program = g_strdup_printf ("usher %s", command->name);
  g_autoptr (UsherOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  /* for the usage line of --help */
  g_set_prgname (program);
  options = usher_options_new (argc, argv, &command->kind, &error);
  g_set_prgname ("usher");
  if (options == NULL)
    return refuse (program, error->message);

  return close_output (command->func (options));
}

/* UTF-8 whatever the locale: where none is set, GLib would print a ? for each quote */
static void
print_out (const char *text)
{
  fputs (text, stdout);
  fflush (stdout);
}

static void
print_err (const char *text)
{
  fputs (text, stderr);
}

int
main (int argc, char **argv)
{
  const Command *command = NULL;
  g_autofree char *message = NULL;

  /* whatever is made, by plugins too, is this user's alone */
  umask (0077);
  setlocale (LC_ALL, "");
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

  command = find_command (argv[1]);
  if (command != NULL)
    return run_command (command, argc - 1, argv + 1);

  message = g_strdup_printf ("“%s” is no command", argv[1]);

  return refuse ("usher", message);
}
