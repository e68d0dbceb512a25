/* usher-command-list.c: what the program can be told to do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commands.h"

#define RUN_FLAGS                                                                         \
  (USHER_OPTIONS_LISTEN | USHER_OPTIONS_ADMIN | USHER_OPTIONS_PROBE | USHER_OPTIONS_BUS | \
   USHER_OPTIONS_RUN)

static const UsherVerb events_verbs[] = {
  { "tail", "[CHANNEL]", "Follows the events of a channel, or of all" },
  { "parked", "[CHANNEL]", "Lists the events that a queue group could not do" },
  { "show", "ID…", "Prints the payloads of parked events" },
  { "replay", "ID…", "Lets parked events be tried again" },
  { "drop", "ID…", "Gives parked events up" },
  { NULL },
};

static const UsherVerb new_verbs[] = {
  { "plugin",
    "NAME [DIR]",
    "A service with a test, which runs as it is; by default in C, and in ./NAME" },
  { NULL },
};

static const UsherVerb placement_verbs[] = {
  { "explain", "[SERVICE…]", "Tells who would run where, and why" },
  { NULL },
};

static const UsherVerb secret_verbs[] = {
  { "set", "SECRET", "Keeps a secret in the keyring, which it asks for or reads" },
  { "list", NULL, "Lists secrets, where each is and which settings mean it, and never a value" },
  { "rm", "SECRET…", "Takes secrets out of the keyring" },
  { "rotate", "KEY", "Adds a key to the keys of “session”, which signs from now on" },
  { NULL },
};

static const UsherVerb store_verbs[] = {
  { "copy",
    "FROM TO [SERVICE…]",
    "Copies those of all services, or of those that are named, and compares them then" },
  { NULL },
};

static const UsherVerb timers_verbs[] = {
  { "list", NULL, "Lists the timers that are parked or fail" },
  { "retry", "TIMER…", "Lets parked timers run once more" },
  { "drop", "TIMER…", "Gives timers up" },
  { NULL },
};

const UsherCommand usher_commands[] = {
  { "run",
    { "Runs services, all that are usable or those that are named.",
      "[SERVICE…]",
      RUN_FLAGS | USHER_OPTIONS_ADOPT,
      usher_run_entries },
    usher_run },
  { "hub",
    { "Runs the bus's hub alone, by default at ipc://RUN/bus.",
      NULL,
      USHER_OPTIONS_ADMIN | USHER_OPTIONS_PROBE | USHER_OPTIONS_BUS | USHER_OPTIONS_RUN |
          USHER_OPTIONS_ADOPT },
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
  { "store",
    { "Copies the databases of services from one store to another, while no host runs.",
      NULL,
      USHER_OPTIONS_BARE,
      usher_store_entries,
      store_verbs },
    usher_treat_store },
  { "keys",
    { "Makes the keys of a bus over tcp, in DIR, and never overwrites any.",
      "DIR",
      0,
      usher_make_keys_entries },
    usher_make_keys },
  { "secret",
    { "Keeps, lists and removes secrets that settings refer to, and rotates the keys of sessions.",
      NULL,
      USHER_OPTIONS_NONE,
      usher_secret_entries,
      secret_verbs },
    usher_secret },
  { "new",
    { "Writes a new project into a folder that is not there, to begin with.",
      NULL,
      USHER_OPTIONS_NONE,
      usher_new_entries,
      new_verbs },
    usher_new,
    TRUE },
  { "up",
    { "Runs services in processes of their own and keeps them running.",
      "[SERVICE…]",
      RUN_FLAGS | USHER_OPTIONS_PROFILE | USHER_OPTIONS_ADOPT,
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
      NULL,
      RUN_FLAGS | USHER_OPTIONS_PROFILE,
      usher_placement_entries,
      placement_verbs },
    usher_explain_placement },
  { "check",
    { "Tells what “usher run” would complain about, and runs nothing.", "[SERVICE…]", RUN_FLAGS },
    usher_check },
  { "describe",
    { "Describes what services answer and publish, or tells what a change of that breaks.",
      "[SERVICE…]",
      USHER_OPTIONS_NONE,
      usher_describe_entries },
    usher_describe },
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
      NULL,
      USHER_OPTIONS_ADMIN,
      usher_events_entries,
      events_verbs },
    usher_events },
  { "trace",
    { "Shows what led to what, from the log of the bus: all that goes back to a request or event.",
      "TRACE",
      USHER_OPTIONS_ADMIN,
      usher_trace_entries },
    usher_trace },
  { "timers",
    { "Lists timers that are parked or fail, and retries and drops them.",
      NULL,
      USHER_OPTIONS_ADMIN,
      usher_timers_entries,
      timers_verbs },
    usher_timers },
  { "shell",
    { "Opens Python's prompt with a host at hand, one of its own or one that runs.",
      "[SERVICE…]",
      USHER_OPTIONS_BARE,
      usher_shell_entries },
    usher_open_shell },
  { "help",
    { "Shows a page of the manual, on a command or a topic.", "[TOPIC]", USHER_OPTIONS_BARE },
    usher_help },
  { NULL },
};

const UsherCommand *
usher_commands_find (const char *name)
{
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;

  return NULL;
}
