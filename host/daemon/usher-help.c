/* usher-help.c: shows the pages of the manual, with or without a program for that
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-help.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usher-commands.h"
#include "usher-guess.h"

const UsherTopic usher_topics[] = {
  { "usher", "usher.1", "The program: commands, options, variables, signals" },
  { "conf", "usher.conf.5", "Settings: files, which of them wins, and what can be set" },
  { "plugin", "usher-plugin.5", "Plugins: the manifest, the module, where they are found" },
  { NULL },
};

/* @installed: from the folder of the program.
 * (transfer full) (nullable): where a file of the manual is, installed beside the program or as it was built with it */
static char *
find_file (const char *installed, const char *name)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program != NULL ? program : ".");
  g_autofree char *path = g_build_filename (folder, installed, name, NULL);
  g_autofree char *built = g_build_filename (folder, "..", "..", "data", "manual", name, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&path);

  return g_file_test (built, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&built) : NULL;
}

static void
on_forked (gpointer user_data)
{
  signal (SIGPIPE, SIG_DFL);
}

/* Whether it has shown the file; output is this program's. @input: (nullable) */
static gboolean
spawn (const char *const *argv, const char *input)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      input == NULL ? G_SUBPROCESS_FLAGS_STDIN_INHERIT : G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_set_child_setup (launcher, on_forked, NULL, NULL);
  if (input != NULL)
    g_subprocess_launcher_set_stdin_file_path (launcher, input);
  process = g_subprocess_launcher_spawnv (launcher, argv, NULL);

  return process != NULL && g_subprocess_wait (process, NULL, NULL) &&
         (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) == 0);
}

static gboolean
show_by_man (const char *page)
{
  const char *section = strrchr (page, '.') + 1;
  g_autofree char *folder = g_strdup_printf (USHER_MAN_DIR "/man%s", section);
  g_autofree char *path = find_file (folder, page);
  g_autofree char *man = g_find_program_in_path ("man");
  const char *argv[] = { man, path, NULL };

  return man != NULL && path != NULL && spawn (argv, NULL);
}

static gboolean
show_as_text (const char *page)
{
  g_autofree char *name = g_strconcat (page, ".txt", NULL);
  g_autofree char *path = find_file (USHER_HELP_DIR, name);
  const char *pager = g_getenv ("PAGER");
  const char *argv[] = { "sh", "-c", pager, NULL };
  g_autofree char *text = NULL;

  if (path == NULL)
    return FALSE;
  if (pager != NULL && pager[strspn (pager, " \t")] != '\0' && isatty (STDOUT_FILENO) &&
      spawn (argv, path))
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;

  g_print ("%s", text);

  return TRUE;
}

static int
show (const char *page, const char *topic)
{
  if (show_by_man (page) || show_as_text (page))
    return EXIT_SUCCESS;

  g_printerr ("usher: the page %s is not installed\n", page);
  if (usher_commands_find (topic) != NULL)
    g_printerr ("“usher %s --help” tells the options.\n", topic);

  return EXIT_FAILURE;
}

static int
list_topics (void)
{
  g_print ("“usher help TOPIC” shows a page of the manual.\n\nPages:\n");
  for (const UsherTopic *topic = usher_topics; topic->name != NULL; topic++)
    g_print ("  %-10s %s\n", topic->name, topic->summary);
  g_print ("\nCommands:\n");
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    g_print ("  %-10s %s\n", command->name, command->kind.summary);

  return EXIT_SUCCESS;
}

static int
refuse (const char *word)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *guess = NULL;

  for (const UsherTopic *topic = usher_topics; topic->name != NULL; topic++)
    g_ptr_array_add (names, (gpointer) topic->name);
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    g_ptr_array_add (names, (gpointer) command->name);
  guess = usher_guess (word, names);
  g_printerr ("usher: there is no help on “%s”%s\nTry “usher help”.\n", word, guess);

  return EXIT_USAGE;
}

int
usher_help (const UsherOptions *options)
{
  const char *word = options->arguments != NULL ? options->arguments[0] : NULL;
  g_autofree char *page = NULL;

  if (word == NULL)
    return list_topics ();

  /* a page by its own name too, such as usher.conf */
  for (const UsherTopic *topic = usher_topics; topic->name != NULL; topic++)
    if (g_str_equal (topic->name, word) ||
        (g_str_has_prefix (topic->page, word) && topic->page[strlen (word)] == '.' &&
         strchr (topic->page + strlen (word) + 1, '.') == NULL))
      return show (topic->page, word);
  if (usher_commands_find (word) == NULL)
    return refuse (word);

  page = g_strdup_printf ("usher-%s.1", word);

  return show (page, word);
}
