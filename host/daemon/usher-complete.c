/* usher-complete.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-complete.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usher-commands.h"

/* seconds after which whoever is at a prompt goes on without: a folder, a module or a file may hang */
#define PATIENCE 2

void
usher_completion_add (const UsherCompletion *self, const char *value, const char *meaning)
{
  if (!g_str_has_prefix (value, self->value) ||
      g_ptr_array_find_with_equal_func (self->given, value, g_str_equal, NULL))
    return;

  g_print ("%s%s\t%s\n", self->prefix, value, meaning != NULL ? meaning : "");
}

void
usher_completion_add_path (const UsherCompletion *self, const char *what, gsize n)
{
  g_print (":%s %s%.*s\n", what, self->prefix, (int) n, self->value);
}

/* What the words before the last one say. */
typedef struct
{
  const UsherCommand *command;
  GOptionEntry *entries;       /* (owned) */
  GPtrArray *given;            /* (owned) (element-type utf8): no options */
  GHashTable *options;         /* (owned) (element-type GOptionEntry): those that are given */
  const GOptionEntry *pending; /* (unowned) (nullable): whose value comes next */
  gboolean is_rest;            /* behind “--”: no options any more */
} Line;

static void
line_clear (Line *self)
{
  g_free (self->entries);
  g_ptr_array_unref (self->given);
  g_hash_table_unref (self->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static gboolean
takes_value (const GOptionEntry *entry)
{
  return entry->arg != G_OPTION_ARG_NONE;
}

static gboolean
may_be_repeated (const GOptionEntry *entry)
{
  return entry->arg == G_OPTION_ARG_STRING_ARRAY || entry->arg == G_OPTION_ARG_FILENAME_ARRAY;
}

/* (nullable): of “--long”, “--long=VALUE”, “-s” or “-sVALUE” */
static const GOptionEntry *
find_entry (const Line *line, const char *word)
{
  gsize length = strcspn (word, "=");

  for (const GOptionEntry *entry = line->entries; entry->long_name != NULL; entry++)
    {
      if (g_str_has_prefix (word, "--") && strlen (entry->long_name) == length - 2 &&
          strncmp (word + 2, entry->long_name, length - 2) == 0)
        return entry;
      if (word[1] != '-' && entry->short_name != 0 && word[1] == entry->short_name)
        return entry;
    }

  return NULL;
}

static void
read_option (Line *line, const char *word)
{
  const GOptionEntry *entry = find_entry (line, word);
  gboolean has_value = word[1] == '-' ? strchr (word, '=') != NULL : word[2] != '\0';

  if (entry == NULL)
    return;

  g_hash_table_add (line->options, (gpointer) entry);
  line->pending = takes_value (entry) && !has_value ? entry : NULL;
}

static void
read_words (Line *line, int n_words, char **words)
{
  line->entries = usher_options_list_entries (&line->command->kind, NULL);
  for (int i = 1; i < n_words; i++)
    {
      if (line->pending != NULL)
        line->pending = NULL;
      else if (line->is_rest || words[i][0] != '-' || words[i][1] == '\0')
        g_ptr_array_add (line->given, words[i]);
      else if (g_str_equal (words[i], "--"))
        line->is_rest = TRUE;
      else
        read_option (line, words[i]);
    }
}

/* (transfer full): what the words say, as far as they make sense: those of an unfinished line may be wrong */
static UsherOptions *
make_options (const Line *line, int n_words, char **words)
{
  g_autoptr (GPtrArray) whole = g_ptr_array_new ();
  UsherOptions *options = NULL;

  for (int i = 0; i < (line->pending != NULL ? n_words - 1 : n_words); i++)
    if (!g_str_equal (words[i], "--help") && !g_str_equal (words[i], "-h"))
      g_ptr_array_add (whole, words[i]);
  options = usher_options_new_unfinished ((int) whole->len,
                                          (char **) whole->pdata,
                                          &line->command->kind,
                                          NULL);
  if (options == NULL)
    options = usher_options_new_unfinished (1, words, &line->command->kind, NULL);

  return options;
}

static void
complete_options (const Line *line, UsherCompletion *completion)
{
  for (const GOptionEntry *entry = line->entries; entry->long_name != NULL; entry++)
    {
      g_autofree char *name = g_strconcat ("--", entry->long_name, NULL);
      char letter[] = { '-', entry->short_name, '\0' };

      if ((entry->flags & G_OPTION_FLAG_HIDDEN) != 0 ||
          (g_hash_table_contains (line->options, entry) && !may_be_repeated (entry)))
        continue;
      usher_completion_add (completion, name, entry->description);
      if (entry->short_name != 0)
        usher_completion_add (completion, letter, entry->description);
    }
  usher_completion_add (completion, "--help", "Show help options");
}

/* (transfer full) (nullable): the kind of the word of that index, of “DIR”, “[SERVICE…]”; NULL: none is taken */
static char *
get_kind (const char *arguments, guint index)
{
  g_auto (GStrv) kinds = g_strsplit (arguments != NULL ? arguments : "", " ", -1);
  guint n_kinds = g_strv_length (kinds);

  if (n_kinds == 0 || (index >= n_kinds && strstr (kinds[n_kinds - 1], "…") == NULL))
    return NULL;

  return g_strdup (kinds[MIN (index, n_kinds - 1)]);
}

/* Returns whether a word is taken here that is no option. */
static gboolean
complete_argument (const Line *line, const UsherCompletion *completion)
{
  const UsherOptionsKind *kind = &line->command->kind;
  const char *arguments = kind->arguments;
  guint index = line->given->len;
  g_autofree char *wanted = NULL;

  if (kind->verbs != NULL && index == 0)
    {
      for (const UsherVerb *verb = kind->verbs; verb->name != NULL; verb++)
        usher_completion_add (completion, verb->name, verb->summary);
      return TRUE;
    }

  if (kind->verbs != NULL)
    {
      const UsherVerb *verb = usher_options_find_verb (kind, g_ptr_array_index (line->given, 0));

      arguments = verb != NULL ? verb->arguments : NULL;
      index--;
    }
  wanted = get_kind (arguments, index);
  if (wanted != NULL)
    usher_completion_add_kind (completion, wanted);

  return wanted != NULL;
}

/* @entry: (nullable): whose value the word ends with, behind the prefix */
static void
complete_value (const GOptionEntry *entry, UsherCompletion *completion, const char *word, gsize n)
{
  g_autofree char *prefix = g_strndup (word, n);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  completion->prefix = prefix;
  completion->value = word + n;
  completion->given = none;
  if (entry != NULL && takes_value (entry))
    usher_completion_add_kind (completion, entry->arg_description);
}

static void
complete_word (const Line *line, UsherCompletion *completion, const char *word)
{
  gboolean is_option = word[0] == '-' && !line->is_rest && line->pending == NULL;
  const char *equals = strchr (word, '=');

  completion->prefix = "";
  completion->value = word;
  completion->given = line->given;
  if (line->pending != NULL)
    complete_value (line->pending, completion, word, 0);
  else if (is_option && word[1] == '-' && equals != NULL)
    complete_value (find_entry (line, word), completion, word, (gsize) (equals + 1 - word));
  else if (is_option && word[1] != '-' && word[1] != '\0' && word[2] != '\0')
    complete_value (find_entry (line, word), completion, word, 2);
  else if (is_option || (!complete_argument (line, completion) && !line->is_rest && *word == '\0'))
    complete_options (line, completion);
}

static void
complete_command (const char *word)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  const UsherCompletion completion = { NULL, "", word, none };

  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    usher_completion_add (&completion, command->name, command->kind.summary);
  if (*word != '-')
    return;

  usher_completion_add (&completion, "--help", "Lists the commands");
  usher_completion_add (&completion, "--version", "Tells the version");
}

/* @quote: the one that is open, or 0 */
static gboolean
is_escape (const char *word, char quote)
{
  return *word == '\\' && word[1] != '\0' &&
         (quote == '\0' || (quote == '"' && strchr ("\"\\$`", word[1]) != NULL));
}

/* (transfer full): what a word of a command line means, which may end in quotes; “~/” is the home. @is_quoted: FALSE: quotes
 * are taken off already */
static char *
unquote (const char *word, gboolean is_quoted)
{
  GString *plain = g_string_new (NULL);
  char quote = '\0';

  if (g_str_has_prefix (word, "~/"))
    {
      g_string_append (plain, g_get_home_dir ());
      word++;
    }
  for (; *word != '\0'; word++)
    {
      if (is_quoted && *word == quote)
        quote = '\0';
      else if (is_quoted && quote == '\0' && (*word == '\'' || *word == '"'))
        quote = *word;
      else
        {
          if (is_quoted && is_escape (word, quote))
            word++;
          g_string_append_c (plain, *word);
        }
    }

  return g_string_free (plain, FALSE);
}

static void
on_alarm (int number)
{
  _exit (EXIT_FAILURE);
}

int
usher_complete (int n_words, char **words)
{
  g_auto (Line) line = {
    .given = g_ptr_array_new (),
    .options = g_hash_table_new (NULL, NULL),
  };
  g_autoptr (UsherOptions) options = NULL;
  g_autoptr (GPtrArray) plain = g_ptr_array_new_with_free_func (g_free);
  UsherCompletion completion = { NULL };

  if (n_words < 2)
    return EXIT_USAGE;

  signal (SIGALRM, on_alarm);
  alarm (PATIENCE);
  /* zsh takes all quotes off, fish those of the words that are finished */
  for (int i = 1; i < n_words; i++)
    g_ptr_array_add (plain,
                     unquote (words[i],
                              g_str_equal (words[0], "bash") ||
                                  (g_str_equal (words[0], "fish") && i == n_words - 1)));
  words = (char **) plain->pdata;
  n_words = (int) plain->len;
  line.command = n_words > 1 ? usher_commands_find (words[0]) : NULL;
  if (n_words == 1)
    complete_command (words[0]);
  if (line.command == NULL)
    return EXIT_SUCCESS;

  read_words (&line, n_words - 1, words);
  options = make_options (&line, n_words - 1, words);
  completion.options = options;
  complete_word (&line, &completion, words[n_words - 1]);

  return EXIT_SUCCESS;
}
