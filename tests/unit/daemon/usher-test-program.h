/* usher-test-program.h: the program as a shell runs it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ANY "127.0.0.1:0"

/* A fixture: folders of its own, and a host that may run. What goes wrong ends the test. */
typedef struct
{
  char *directory; /* for all that the test makes */
  char *plugins;
  char *data;
  GSubprocessLauncher *launcher;
  GSubprocess *host; /* (nullable): a host that runs */
  char *admin;       /* (nullable): its admin listener, ADDR:PORT */
  char *public;      /* (nullable): its public listener */
} Program;

void program_set_up (Program *fixture, gconstpointer data);
void program_tear_down (Program *fixture, gconstpointer data);

void program_add_file (const char *folder, const char *name, const char *text);
/* A plugin on the module of that name which was built for tests. @more: further lines of its manifest */
void
program_add_plugin_like (Program *fixture, const char *name, const char *module, const char *more);
void program_add_plugin (Program *fixture, const char *name, const char *more);

/* (transfer full): the process. @arguments: with spaces between */
GSubprocess *program_spawn (Program *fixture, const char *arguments);
/* The program ends with @status and says what is in each pattern, on whichever stream. */
void program_assert_says_all (Program *fixture,
                              const char *arguments,
                              int status,
                              const char *const *patterns);
#define program_assert_says(fixture, arguments, status, ...) \
  program_assert_says_all (fixture, arguments, status, (const char *const[]){ __VA_ARGS__, NULL })

/* (transfer full): the JSON that the program prints on one line, alone, ending with 0 */
JsonNode *program_read_json (Program *fixture, const char *arguments);

/* (transfer full): arguments on the fixture's data directory and free ports */
char *program_make_arguments (Program *fixture, const char *command, const char *more);
GDataInputStream *program_read_lines (GInputStream *stream);
char *program_read_line (GDataInputStream *lines);
/* (transfer full): the first line with @part */
char *program_await_line (GInputStream *stream, const char *part);
/* (transfer full): the word behind @before in @text */
char *program_cut_word (const char *text, const char *before);

/* “usher @command” until it is ready; @more: further arguments, each with a space before it */
void program_start (Program *fixture, const char *command, const char *more);
int program_stop (Program *fixture, int signal_number);

/* (transfer full): the connection, the request sent */
GSocketConnection *program_send (const char *address, const char *method, const char *path);
/* (transfer full): the whole answer */
char *program_ask (const char *address, const char *method, const char *path);
/* of a GET */
void program_assert_answer (const char *address, const char *path, const char *pattern);
/* until a GET is answered so */
void program_await_answer (const char *address, const char *path, const char *pattern);

G_END_DECLS
