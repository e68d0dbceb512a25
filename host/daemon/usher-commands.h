/* usher-commands.h: what the program can be told to do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-options.h"
#include "usher-setting.h"

G_BEGIN_DECLS

/* the exit status of a wrong command line */
#define EXIT_USAGE 2

typedef struct
{
  const char *name;
  UsherOptionsKind kind;
  int (*func) (const UsherOptions *options); /* returns the exit status */
  gboolean is_for_others;                    /* what it makes is as open as the umask says */
} UsherCommand;

/* all of them; the last has no name */
extern const UsherCommand usher_commands[];
/* (nullable) */
const UsherCommand *usher_commands_find (const char *name);

/* each returns the exit status */
int usher_run (const UsherOptions *options);
int usher_secret (const UsherOptions *options);
int usher_run_hub (const UsherOptions *options);
int usher_run_gateway (const UsherOptions *options);
int usher_up (const UsherOptions *options);
int usher_ps (const UsherOptions *options);
int usher_reload (const UsherOptions *options);
int usher_explain_placement (const UsherOptions *options);
int usher_backup (const UsherOptions *options);
int usher_restore (const UsherOptions *options);
int usher_make_keys (const UsherOptions *options);
int usher_new (const UsherOptions *options);
int usher_check (const UsherOptions *options);
int usher_describe (const UsherOptions *options);
int usher_list_plugins (const UsherOptions *options);
int usher_list_settings (const UsherOptions *options);
int usher_open_shell (const UsherOptions *options);
int usher_status (const UsherOptions *options);
int usher_events (const UsherOptions *options);
int usher_treat_store (const UsherOptions *options);
int usher_timers (const UsherOptions *options);
int usher_trace (const UsherOptions *options);
int usher_help (const UsherOptions *options);

/* the options that a command adds */
extern const GOptionEntry usher_describe_entries[];
extern const GOptionEntry usher_events_entries[];
extern const GOptionEntry usher_list_entries[];
extern const GOptionEntry usher_make_keys_entries[];
extern const GOptionEntry usher_new_entries[];
extern const GOptionEntry usher_placement_entries[];
extern const GOptionEntry usher_ps_entries[];
extern const GOptionEntry usher_restore_entries[];
extern const GOptionEntry usher_run_entries[];
extern const GOptionEntry usher_secret_entries[];
extern const GOptionEntry usher_shell_entries[];
extern const GOptionEntry usher_status_entries[];
extern const GOptionEntry usher_store_entries[];
extern const GOptionEntry usher_timers_entries[];
extern const GOptionEntry usher_trace_entries[];
extern const GOptionEntry usher_up_entries[];

/* (transfer full): “integer 1…10” */
char *usher_list_describe_type (const UsherSetting *setting);

G_END_DECLS
