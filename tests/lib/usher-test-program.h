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

/* Whatever is started so ends with the test, however that ends, and at its first critical message. */
GSubprocessLauncher *usher_test_launcher_new (GSubprocessFlags flags);
/* Sends the signal and waits: the exit status, or 128 and the signal that it died of */
int usher_test_subprocess_end (GSubprocess *process, int signal_number);
int usher_test_subprocess_await_end (GSubprocess *process);

/* runs “usher @command …”, NULL at the end, which must succeed */
void usher_test_program_run (const char *command, ...) G_GNUC_NULL_TERMINATED;

/* What a process writes; the stream stays open when that is freed. */
GDataInputStream *usher_test_program_read_lines (GInputStream *stream);
char *usher_test_program_read_line (GDataInputStream *lines);
/* (transfer full): the first line with @part, of a stream that nobody reads by lines besides */
char *usher_test_program_await_line (GInputStream *stream, const char *part);
/* (transfer full): the word behind @before in @text */
char *usher_test_program_cut_word (const char *text, const char *before);

/* A fixture: folders of its own, and a process of the program that may run. What goes wrong ends the test. */
typedef struct
{
  char *directory; /* (owned): for all that the test makes */
  char *plugins;   /* (owned) */
  char *data;      /* (owned) */
  GSubprocessLauncher *launcher;
  GSubprocess *host; /* (owned) (nullable): a host that runs */
  char *admin;       /* (owned) (nullable): its admin listener, ADDR:PORT or unix:PATH */
  char *public;      /* (owned) (nullable): its public listener */
  char *bus;         /* (owned) (nullable): where members join its hub */
} UsherTestProgram;

void usher_test_program_set_up (UsherTestProgram *fixture, gconstpointer data);
void usher_test_program_tear_down (UsherTestProgram *fixture, gconstpointer data);

void usher_test_program_add (const char *path,
                             void (*func) (UsherTestProgram *fixture, gconstpointer data));

void usher_test_program_add_file (const char *folder, const char *name, const char *text);
/* A plugin on the module of that name which was built for tests. @more: further lines of its manifest */
void usher_test_program_add_plugin_like (UsherTestProgram *fixture,
                                         const char *name,
                                         const char *module,
                                         const char *more);
void usher_test_program_add_plugin (UsherTestProgram *fixture, const char *name, const char *more);
void
usher_test_program_set_variable (UsherTestProgram *fixture, const char *name, const char *value);

/* puts a module of @directory where the program finds plugins, as @name, in the place of what had that name */
void usher_test_program_install (UsherTestProgram *fixture,
                                 const char *directory,
                                 const char *module,
                                 const char *name);
/* (transfer full): the process. @arguments: with spaces between, quoted as for a shell */
GSubprocess *usher_test_program_spawn (UsherTestProgram *fixture, const char *arguments);
/* The program ends with @status and says what is in each pattern, on whichever stream. */
void usher_test_program_assert_says_all (UsherTestProgram *fixture,
                                         const char *arguments,
                                         int status,
                                         const char *const *patterns);
#define usher_test_program_assert_says(fixture, arguments, status, ...) \
  usher_test_program_assert_says_all (fixture,                          \
                                      arguments,                        \
                                      status,                           \
                                      (const char *const[]){ __VA_ARGS__, NULL })

/* (transfer full): the JSON that the program prints on one line, alone, ending with 0 */
JsonNode *usher_test_program_read_json (UsherTestProgram *fixture, const char *arguments);

/* (transfer full): arguments on the fixture's data directory and free ports */
char *usher_test_program_make_arguments (UsherTestProgram *fixture,
                                         const char *command,
                                         const char *more);
/* starts it and reads its standard output up to the line that begins with @last; what listens is told there */
void usher_test_program_launch (UsherTestProgram *fixture, const char *arguments, const char *last);
/* “usher @command” until it is ready; @more: further arguments, each with a space before it */
void usher_test_program_start (UsherTestProgram *fixture, const char *command, const char *more);
int usher_test_program_stop (UsherTestProgram *fixture, int signal_number);

/* (transfer full): the connection, the request sent */
GSocketConnection *
usher_test_program_send (const char *address, const char *method, const char *path);
/* (transfer full): the whole answer */
char *usher_test_program_ask (const char *address, const char *method, const char *path);
/* (transfer full): the JSON of a page, which is there */
JsonNode *usher_test_program_read_page (const char *address, const char *path);
/* of a GET */
void usher_test_program_assert_answer (const char *address, const char *path, const char *pattern);
/* until a GET is answered so */
void usher_test_program_await_answer (const char *address, const char *path, const char *pattern);

G_END_DECLS
