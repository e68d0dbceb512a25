/* usher-secret-command.c: the command “secret”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usher-chained-secrets.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-host-secrets-private.h"
#include "usher-program.h"
#include "usher-prompt.h"
#include "usher-secret-private.h"
#include "usher-setup.h"
#include "usher-table.h"

#define REFERENCE "secret:"

static gboolean as_json;
static gboolean from_stdin;
static char *key_file;
static gint64 after = -1;

const GOptionEntry usher_secret_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "list: all of it as one JSON object", NULL },
  { "stdin", 0, 0, G_OPTION_ARG_NONE, &from_stdin, "set: read it from standard input", NULL },
  { "file",
    0,
    0,
    G_OPTION_ARG_FILENAME,
    &key_file,
    "rotate: the keys are those of FILE, which is made when it is missing",
    "FILE" },
  { "after",
    0,
    0,
    G_OPTION_ARG_INT64,
    &after,
    "rotate: the new key signs SECONDS from now on, when all machines have it",
    "SECONDS" },
  { NULL },
};

static int
complain (const GError *error)
{
  /* NOLINTNEXTLINE (clang-analyzer-core.NullDereference): who fails says why */
  g_printerr ("usher: %s\n", error->message);

  return g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID) ? EXIT_USAGE : EXIT_FAILURE;
}

static UsherSecret *
read_stdin (GError **error)
{
  UsherSecret *secret = usher_secret_read (STDIN_FILENO);
  gsize size = 0;

  if (secret == NULL)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "standard input cannot be read, or has more than %d bytes",
                    USHER_SECRET_MAX);
      return NULL;
    }

  secret = usher_secret_trim (secret);
  usher_secret_get_data (secret, &size);
  if (size > 0 && strlen (usher_secret_get_text (secret)) == size)
    return secret;

  usher_secret_unref (secret);
  usher_refuse (error,
                USHER_ERROR_INVALID,
                size == 0 ? "standard input is empty"
                          : "standard input has a zero byte, with which a text would end");

  return NULL;
}

/* Twice, for nobody sees what he types. */
static UsherSecret *
ask (const char *name, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Secret “%s”: ", name);
  g_autoptr (UsherSecret) secret = usher_prompt_read (question, error);
  g_autoptr (UsherSecret) again = NULL;

  if (secret != NULL)
    again = usher_prompt_read ("The same again: ", error);
  if (again == NULL)
    return NULL;

  if (usher_secret_equal (secret, again))
    return g_steal_pointer (&secret);

  usher_refuse (error, USHER_ERROR_INVALID, "the two differ, nothing was changed");

  return NULL;
}

static int
set (const UsherOptions *options, const char *name)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (options);
  UsherSecrets *secrets = usher_settings_get_secrets (setup->settings);
  g_autoptr (UsherSecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *place = NULL;

  if (!usher_secret_is_name (name))
    usher_refuse (&error, USHER_ERROR_INVALID, "“%s” is no name of a secret", name);
  else
    secret = from_stdin ? read_stdin (&error) : ask (name, &error);
  if (secret == NULL || !usher_secrets_store (secrets, name, secret, &error))
    return complain (error);

  place = usher_chained_secrets_locate (USHER_CHAINED_SECRETS (secrets), name);
  g_print ("%s is what settings mean by secret:%s\n", place != NULL ? place : name, name);

  return EXIT_SUCCESS;
}

static int
remove_all (const UsherOptions *options, char **names)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (options);
  UsherSecrets *secrets = usher_settings_get_secrets (setup->settings);
  int status = EXIT_SUCCESS;

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!usher_secrets_remove (secrets, names[i], &error))
        status = complain (error);
    }

  return status;
}

/* who refers to which secret */
typedef struct
{
  GHashTable *settings; /* (owned) (element-type utf8 GPtrArray): by the names of secrets */
} References;

static void
refer (References *self, const char *secret, const char *setting)
{
  GPtrArray *list = g_hash_table_lookup (self->settings, secret);

  if (list == NULL)
    {
      list = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->settings, g_strdup (secret), list);
    }
  if (setting != NULL)
    g_ptr_array_add (list, g_strdup (setting));
}

static void
note_setting (const UsherSetting *setting,
              const char *value,
              const char *source,
              gpointer user_data)
{
  g_autofree char *name = g_strconcat (setting->group, ".", setting->key, NULL);

  if (setting->type == USHER_SETTING_STRING && g_str_has_prefix (value, REFERENCE))
    refer (user_data, value + strlen (REFERENCE), name);
}

/* What the data directory says of its key. */
static void
note_key_file (References *self, const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "session.key", NULL);
  g_autofree char *text = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL) && g_str_has_prefix (text, REFERENCE))
    refer (self, g_strchomp (text) + strlen (REFERENCE), path);
}

/* Why no place has it. */
static char *
explain (UsherChainedSecrets *secrets, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSecret) secret = usher_secrets_lookup (USHER_SECRETS (secrets), name, &error);

  if (error == NULL || g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    return g_strdup ("missing");

  return g_strconcat ("refused: ", error->message, NULL);
}

static gboolean
add_row (UsherTable *table, References *references, UsherChainedSecrets *secrets, const char *name)
{
  g_autofree char *place = usher_chained_secrets_locate (secrets, name);
  g_autofree char *reason = place == NULL ? explain (secrets, name) : NULL;
  GPtrArray *settings = g_hash_table_lookup (references->settings, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < settings->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (settings, i));
  list = g_strv_builder_end (builder);
  usher_table_add_text (table, name);
  usher_table_add_text (table, place != NULL ? place : reason);
  usher_table_add_list (table, (const char *const *) list);

  return place != NULL;
}

static int
list (const UsherOptions *options)
{
  static const UsherColumn columns[] = {
    { "name", "NAME" },
    { "place", "PLACE" },
    { "settings", "SETTINGS", USHER_COLUMN_LIST },
  };
  /* names are of no services here */
  UsherOptions all = *options;
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  g_autoptr (UsherSetup) setup = NULL;
  g_autoptr (GList) sorted = NULL;
  g_auto (GStrv) names = NULL;
  References references = { NULL };
  UsherSecrets *secrets = NULL;
  gboolean ok = TRUE;

  all.arguments = NULL;
  setup = usher_setup_new (&all, USHER_SETUP_LOOK);
  secrets = usher_settings_get_secrets (setup->settings);
  references.settings =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  names = usher_secrets_list (secrets);
  for (guint i = 0; names[i] != NULL; i++)
    refer (&references, names[i], NULL);
  usher_settings_foreach (setup->settings, note_setting, &references);
  note_key_file (&references, options->data);

  sorted = g_list_sort (g_hash_table_get_keys (references.settings), (GCompareFunc) strcmp);
  for (GList *link = sorted; link != NULL; link = link->next)
    ok = add_row (table, &references, USHER_CHAINED_SECRETS (secrets), link->data) && ok;
  if (as_json)
    usher_table_print_json (table);
  else
    usher_table_print (table);
  g_hash_table_unref (references.settings);

  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
rotate (const UsherOptions *options, const char *what)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (options);
  g_autoptr (UsherSessionSource) source = NULL;
  g_autoptr (GError) error = NULL;
  gint64 lifetime = usher_settings_get_integer (setup->settings, "session", "lifetime");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *place = NULL;
  g_autofree char *when = NULL;
  gint64 from = -1;

  if (!g_str_equal (what, "session"))
    usher_refuse (&error, USHER_ERROR_INVALID, "“%s” is not known here, but “session”", what);
  else if (key_file != NULL)
    source = usher_session_source_new (key_file, NULL);
  else
    source = usher_host_open_session_keys (options->data, setup->settings, &error);
  if (source != NULL)
    from = usher_session_source_rotate (source, now, after, lifetime, &error);
  if (from < 0)
    return complain (error);

  place = usher_session_source_describe (source);
  when = usher_time_format (from * G_USEC_PER_SEC);
  g_print ("%s has one more key, which signs sessions from %s on; those of before stay good until "
           "they end\n",
           place,
           from > now ? when : "now");

  return EXIT_SUCCESS;
}

int
usher_secret (const UsherOptions *options)
{
  char **words = options->arguments;

  usher_program_protect_memory (NULL);
  if (g_str_equal (words[0], "set"))
    return set (options, words[1]);
  if (g_str_equal (words[0], "rm"))
    return remove_all (options, words + 1);
  if (g_str_equal (words[0], "rotate"))
    return rotate (options, words[1]);

  return list (options);
}
