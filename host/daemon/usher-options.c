/* usher-options.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-options.h"

#include <gio/gio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-guess.h"
#include "usher-notify.h"
#include "usher-plugin-path.h"
#include "usher-settings.h"
#include "usher-sites.h"

#define UNIX "unix:"
#define IPC  "ipc://"
#define TCP  "tcp://"

/* of the 107 bytes of a socket's path */
#define MAX_RUN 80

void
usher_options_free (UsherOptions *self)
{
  g_strfreev (self->arguments);
  g_strfreev (self->assignments);
  g_strfreev (self->plugins);
  g_strfreev (self->elsewhere);
  g_free (self->config);
  g_free (self->data);
  g_free (self->listen);
  g_free (self->admin);
  g_free (self->probe);
  g_free (self->bus);
  g_free (self->name);
  g_free (self->run);
  g_free (self->profile);
  g_free (self);
}

/* (transfer full): what a command is for, and each of its verbs */
static char *
make_summary (const UsherOptionsKind *kind)
{
  GString *summary = g_string_new (kind->summary);
  int width = 0;

  if (kind->verbs == NULL)
    return g_string_free (summary, FALSE);

  for (const UsherVerb *verb = kind->verbs; verb->name != NULL; verb++)
    width = MAX (width,
                 (int) g_utf8_strlen (verb->arguments != NULL ? verb->arguments : "", -1) +
                     (int) strlen (verb->name));
  g_string_append (summary, "\n\nVerbs:");
  for (const UsherVerb *verb = kind->verbs; verb->name != NULL; verb++)
    {
      const char *arguments = verb->arguments != NULL ? verb->arguments : "";
      int used = (int) g_utf8_strlen (arguments, -1) + (int) strlen (verb->name);

      g_string_append_printf (
          summary, "\n  %s %s%*s  %s", verb->name, arguments, width - used, "", verb->summary);
    }

  return g_string_free (summary, FALSE);
}

/* (transfer full): which option may have been meant by the unknown one of a command line */
static char *
guess_option (char **arguments, const GOptionEntry *entries)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (known, g_strdup ("--help"));
  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
    if ((entry->flags & G_OPTION_FLAG_HIDDEN) == 0)
      g_ptr_array_add (known, g_strconcat ("--", entry->long_name, NULL));

  for (guint i = 1; arguments[i] != NULL && !g_str_equal (arguments[i], "--"); i++)
    {
      g_autofree char *word = g_strndup (arguments[i], strcspn (arguments[i], "="));

      if (g_str_has_prefix (word, "--") &&
          !g_ptr_array_find_with_equal_func (known, word, g_str_equal, NULL))
        return usher_guess (word, known);
    }

  return g_strdup ("");
}

static gboolean
parse (UsherOptions *self, char ***arguments, const UsherOptionsKind *kind, GError **error)
{
  const char *takes = kind->verbs != NULL ? "VERB [ARGUMENT…]" : kind->arguments;
  const GOptionEntry rest[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->arguments, NULL, takes },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree GOptionEntry *entries = usher_options_list_entries (kind, self);
  g_autofree char *summary = make_summary (kind);
  g_auto (GStrv) given = g_strdupv (*arguments);
  g_autoptr (GError) cause = NULL;
  g_autofree char *guess = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, rest, NULL);
  if (g_option_context_parse_strv (context, arguments, &cause))
    return TRUE;

  if (g_error_matches (cause, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    guess = guess_option (given, entries);
  g_set_error (
      error, USHER_ERROR, USHER_ERROR_INVALID, "%s%s", cause->message, guess != NULL ? guess : "");

  return FALSE;
}

/* The first folder of a list with colons, as systemd gives $STATE_DIRECTORY. */
static char *
choose_data (void)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (state != NULL && *state != '\0')
    return g_strndup (state, strcspn (state, ":"));

  return g_build_filename (g_get_user_data_dir (), "usher", NULL);
}

static void
set_plugins (UsherOptions *self)
{
  g_auto (GStrv) given = g_steal_pointer (&self->plugins);
  g_auto (GStrv) doubts = NULL;

  self->plugins = usher_plugin_path_list ((const char *const *) given, self->plugins_only, &doubts);
  for (guint i = 0; doubts[i] != NULL; i++)
    g_printerr ("usher: %s with --plugins\n", doubts[i]);
}

/* Whether it looks like ADDR:PORT or [ADDR]:PORT, before anything is opened. */
static gboolean
is_address (const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = g_strndup (text, colon != NULL ? (gsize) (colon - text) : 0);
  gsize length = strlen (host);

  if (length > 1 && host[0] == '[' && host[length - 1] == ']')
    {
      host[length - 1] = '\0';
      memmove (host, host + 1, length - 1);
    }

  return colon != NULL && (g_str_equal (host, "localhost") || g_hostname_is_ip_address (host)) &&
         g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, NULL, NULL);
}

/* “none” becomes NULL. */
static gboolean
check_address (const char *option, char **text, GError **error)
{
  if (*text == NULL)
    return TRUE;

  if (g_str_equal (*text, "none"))
    {
      g_clear_pointer (text, g_free);
      return TRUE;
    }

  if (is_address (*text) || (g_str_has_prefix (*text, UNIX) && (*text)[strlen (UNIX)] != '\0') ||
      g_regex_match_simple ("^fd:[0-9]+$", *text, 0, 0))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "--%s is “%s”, but wants ADDR:PORT, such as %s, or unix:PATH, or none",
               option,
               *text,
               USHER_OPTIONS_DEFAULT_LISTEN);

  return FALSE;
}

/* Everybody on the machine sees the command line of a process. */
static gboolean
check_assignment (const char *assignment, GError **error)
{
  gsize length = strcspn (assignment, "=");
  g_autofree char *name = g_strndup (assignment, length);
  const char *value = assignment[length] == '=' ? assignment + length + 1 : "";
  const char *key = strchr (name, '.');
  g_autofree char *variable = NULL;

  if (key == NULL || *value == '\0' || usher_setting_is_reference (value) ||
      !(usher_setting_is_secret (key + 1) || usher_sites_has_password (value)))
    return TRUE;

  variable = g_strdup_printf ("%.*s__%s", (int) (key - name), name, key + 1);
  g_strdelimit (variable, "-", '_');
  for (char *letter = variable; *letter != '\0'; letter++)
    *letter = g_ascii_toupper (*letter);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "setting “%s” is secret, but others see the command line: put it into a file of "
               "settings or USHER_%s, or say where it is by -s %s=file:PATH, secret:NAME or "
               "credential:NAME",
               name,
               variable,
               name);

  return FALSE;
}

static gboolean
check_assignments (char **assignments, GError **error)
{
  for (guint i = 0; assignments != NULL && assignments[i] != NULL; i++)
    if (!check_assignment (assignments[i], error))
      return FALSE;

  return TRUE;
}

static gboolean
check_bus (const char *endpoint, GError **error)
{
  const char *colon = endpoint != NULL ? strrchr (endpoint, ':') : NULL;

  if (endpoint == NULL || (g_str_has_prefix (endpoint, IPC) && endpoint[strlen (IPC)] != '\0'))
    return TRUE;

  if (g_str_has_prefix (endpoint, TCP) && colon > endpoint + strlen (TCP) &&
      (g_str_equal (colon, ":*") ||
       g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, NULL, NULL)))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "--bus is “%s”, but wants ipc://PATH or tcp://HOST:PORT",
               endpoint);

  return FALSE;
}

/* Names are parts of paths and keys in pages. */
static gboolean
check_name (const char *name, GError **error)
{
  if (name == NULL || g_regex_match_simple ("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", name, 0, 0))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "--name is “%s”, but wants letters, digits, “.”, “_” and “-”, at most 63",
               name);

  return FALSE;
}

/* Sockets lie in it, and the path of a socket is short. */
static gboolean
check_run (const UsherOptions *self, GError **error)
{
  if (strlen (self->run) <= MAX_RUN)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the run directory “%s” is longer than the %d bytes that leave room for a socket's "
               "name; choose another with --run",
               self->run,
               MAX_RUN);

  return FALSE;
}

static char *
choose_run (const char *data)
{
  const char *runtime = g_getenv ("RUNTIME_DIRECTORY");
  g_autofree char *path = NULL;

  if (runtime != NULL && *runtime != '\0')
    return g_strndup (runtime, strcspn (runtime, ":"));

  path = g_canonicalize_filename (data, NULL);

  return g_build_filename (path, "run", NULL);
}

static void
add_defaults (UsherOptions *self, UsherOptionsFlags flags)
{
  char *run = self->run;

  if ((flags & USHER_OPTIONS_ADMIN) != 0)
    usher_notify_take_sockets ((flags & USHER_OPTIONS_LISTEN) != 0 ? &self->listen : NULL,
                               &self->admin,
                               (flags & USHER_OPTIONS_PROBE) != 0 ? &self->probe : NULL);
  self->has_run = run != NULL;
  if (self->data == NULL)
    self->data = choose_data ();
  if (self->config == NULL)
    self->config = g_strdup (g_getenv ("USHER_CONFIG"));
  set_plugins (self);
  if (self->listen == NULL)
    self->listen = g_strdup (USHER_OPTIONS_DEFAULT_LISTEN);
  if (self->admin == NULL)
    self->admin = g_strdup (USHER_OPTIONS_DEFAULT_ADMIN);
  self->run = run != NULL ? g_canonicalize_filename (run, NULL) : choose_run (self->data);
  g_free (run);
}

static gboolean
check (UsherOptions *self, UsherOptionsFlags flags, GError **error)
{
  return check_address ("listen", &self->listen, error) &&
         check_address ("admin", &self->admin, error) &&
         check_address ("probe", &self->probe, error) &&
         check_assignments (self->assignments, error) && check_bus (self->bus, error) &&
         check_name (self->name, error) &&
         (!self->has_run || (flags & USHER_OPTIONS_RUN) == 0 || check_run (self, error));
}

/* (transfer full): “tail, parked and drop” */
static char *
list_verbs (const UsherVerb *verbs)
{
  GString *list = g_string_new (verbs->name);

  for (const UsherVerb *verb = verbs + 1; verb->name != NULL && verbs->name != NULL; verb++)
    g_string_append_printf (list, "%s%s", verb[1].name != NULL ? ", " : " and ", verb->name);

  return g_string_free (list, FALSE);
}

/* Whether as many words are there as @arguments, such as “[CHANNEL]”, calls for. */
static gboolean
check_words (const char *command, char **words, const char *arguments, GError **error)
{
  g_auto (GStrv) wanted = g_strsplit (arguments != NULL ? arguments : "", " ", -1);
  guint n_words = words != NULL ? g_strv_length (words) : 0;
  guint n_wanted = g_strv_length (wanted);

  for (guint i = n_words; i < n_wanted; i++)
    if (*wanted[i] != '[')
      return usher_refuse (error, USHER_ERROR_INVALID, "“%s” wants %s", command, arguments);
  if (n_words <= n_wanted || (arguments != NULL && strstr (arguments, "…") != NULL))
    return TRUE;

  return usher_refuse (error, USHER_ERROR_INVALID, "“%s” is not wanted here", words[n_wanted]);
}

static gboolean
check_verb (const UsherOptionsKind *kind, const char *word, GError **error)
{
  g_autofree char *list = list_verbs (kind->verbs);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *guess = NULL;

  if (word == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   kind->verbs[1].name != NULL ? "one of %s is missing" : "“%s” is missing",
                   list);
      return FALSE;
    }

  if (usher_options_find_verb (kind, word) != NULL)
    return TRUE;

  for (const UsherVerb *verb = kind->verbs; verb->name != NULL; verb++)
    g_ptr_array_add (names, (gpointer) verb->name);
  guess = usher_guess (word, names);
  return usher_refuse (
      error, USHER_ERROR_INVALID, "“%s” is not known here, but %s%s", word, list, guess);
}

static gboolean
check_arguments (const UsherOptions *self, const UsherOptionsKind *kind, GError **error)
{
  char **words = self->arguments;
  const UsherVerb *verb = NULL;
  g_autofree char *command = NULL;

  if (kind->verbs == NULL)
    return check_words (g_get_prgname (), words, kind->arguments, error);
  if (!check_verb (kind, words != NULL ? words[0] : NULL, error))
    return FALSE;

  verb = usher_options_find_verb (kind, words[0]);
  command = g_strdup_printf ("%s %s", g_get_prgname (), verb->name);

  return check_words (command, words + 1, verb->arguments, error);
}

UsherOptions *
usher_options_new_unfinished (int argc, char **argv, const UsherOptionsKind *kind, GError **error)
{
  g_autoptr (UsherOptions) self = g_new0 (UsherOptions, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;

  for (int i = 0; i < argc; i++)
    g_strv_builder_add (builder, argv[i]);
  arguments = g_strv_builder_end (builder);

  if (!parse (self, &arguments, kind, error))
    return NULL;

  add_defaults (self, kind->flags);
  if (!check (self, kind->flags, error))
    return NULL;

  return g_steal_pointer (&self);
}

UsherOptions *
usher_options_new (int argc, char **argv, const UsherOptionsKind *kind, GError **error)
{
  g_autoptr (UsherOptions) self = usher_options_new_unfinished (argc, argv, kind, error);

  if (self == NULL || !check_arguments (self, kind, error))
    return NULL;

  return g_steal_pointer (&self);
}
