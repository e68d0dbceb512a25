/* usher-program.h: what each command that runs on does
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <signal.h>

#include "usher-settings.h"

G_BEGIN_DECLS

/* while a host starts; of the stack */
typedef struct
{
  struct sigaction on_terminate;
  struct sigaction on_interrupt;
} UsherProgramWait;

/* SIGTERM and SIGINT quit @loop, the second one ends the program at once; SIGPIPE is ignored */
void usher_program_prepare (GMainLoop *loop);
/* SIGTERM and SIGINT end the program at once, with success, as no main loop runs: until end_wait() */
void usher_program_begin_wait (UsherProgramWait *self);
void usher_program_end_wait (const UsherProgramWait *self);
/* “WHAT on WHERE”, which scripts read; nothing when @where is NULL */
void usher_program_print_line (const char *what, const char *where);

/* of mode 0700, when it is missing: for sockets */
gboolean usher_program_make_run_directory (const char *path, GError **error);

/* Nobody gets at the memory by a core dump or a debugger, but root; children that run another program are not concerned. It begins with the
 * first call, and ends when the settings want it so. @settings: (nullable): they are not read yet */
void usher_program_protect_memory (UsherSettings *settings);
void usher_program_declare_settings (UsherSettings *settings);

/* (nullable): the directory of the keys for tcp */
const char *usher_program_get_keys (UsherSettings *settings);

G_END_DECLS
