/* usher-store-command.c: the databases of services, treated as a whole
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "usher-commands.h"
#include "usher-error.h"
#include "usher-setup.h"
#include "usher-store-copy.h"
#include "usher-store-progress.h"
#include "usher-store-uri-private.h"
#include "usher-terminal.h"

#define FILE_PATH "file:"
#define SECRET    "secret:"

static gboolean as_json;

const GOptionEntry usher_store_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "What was copied as one JSON object", NULL },
  { NULL },
};

/* Everybody on the machine sees the command line of a process. */
static gboolean
check_secret (const char *address, GError **error)
{
  g_autofree char *public = usher_store_uri_dup_public (address);

  return g_str_equal (public, address) ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "“%s” has a secret, but others see the command line: put the address into "
                       "a file or a secret and say file:PATH or secret:NAME",
                       public);
}

static char *
look_up (UsherSecrets *secrets, const char *name, GError **error)
{
  g_autoptr (UsherSecret) secret = usher_secrets_lookup (secrets, name, error);

  return secret != NULL ? g_strdup (usher_secret_get_text (secret)) : NULL;
}

/* (transfer full) (nullable): the address that a word of the command line stands for */
static char *
read_address (UsherSecrets *secrets, const char *word, GError **error)
{
  gboolean is_secret = g_str_has_prefix (word, SECRET);
  gboolean is_file = g_str_has_prefix (word, FILE_PATH);
  g_autofree char *text = NULL;
  g_autofree char *probe = NULL;
  g_autoptr (GError) cause = NULL;

  if (is_secret)
    text = look_up (secrets, word + strlen (SECRET), error);
  else if (!is_file)
    text = check_secret (word, error) ? g_strdup (word) : NULL;
  else if (!g_file_get_contents (word + strlen (FILE_PATH), &text, NULL, &cause))
    usher_refuse (error, USHER_ERROR_INVALID, "the address in “%s”: %s", word, cause->message);

  if (text == NULL)
    return NULL;

  probe = usher_store_make_uri_named (g_strstrip (text),
                                      is_secret || is_file ? word : NULL,
                                      "service",
                                      error);

  return probe != NULL ? g_steal_pointer (&text) : NULL;
}

static void
print_service (const char *service, GVariant *counts)
{
  static const char *const parts[] = { "documents", "events", "inbox", "requests", "timers" };

  g_print ("%s:", service);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      gint64 n_rows = 0;

      g_variant_lookup (counts, parts[i], "x", &n_rows);
      g_print ("%s %" G_GINT64_FORMAT " %s", i > 0 ? "," : "", n_rows, parts[i]);
    }
  g_print ("\n");
}

static void
print_result (GVariant *result)
{
  GVariantIter iter;
  const char *service = NULL;
  GVariant *counts = NULL;

  if (as_json)
    {
      g_autoptr (JsonNode) root = json_gvariant_serialize (result);

      usher_terminal_print_json (root);
      return;
    }

  g_variant_iter_init (&iter, result);
  while (g_variant_iter_loop (&iter, "{&s@a{sx}}", &service, &counts))
    print_service (service, counts);
  g_print (
      "All is copied and was compared. Now set “store.uri” to the new address. The log of the bus, "
      "sessions and settings are in no database: they stay with the data directory\n");
}

static int
copy (const UsherOptions *options, char **words)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (options);
  UsherSecrets *secrets = usher_settings_get_secrets (setup->settings);
  g_autoptr (GError) error = NULL;
  g_autofree char *from = read_address (secrets, words[0], &error);
  g_autofree char *to = from != NULL ? read_address (secrets, words[1], &error) : NULL;
  g_autoptr (UsherStoreProgress) progress = NULL;
  g_autoptr (GVariant) result = NULL;

  if (to == NULL)
    {
      /* NOLINTNEXTLINE (clang-analyzer-core.NullDereference): who fails says why */
      g_printerr ("usher: %s\nTry “usher store --help”.\n", error->message);
      return EXIT_USAGE;
    }

  progress = usher_store_progress_new ();
  result = usher_store_copy (
      from, to, (const char *const *) words + 2, usher_store_progress_tell, progress, &error);
  g_clear_pointer (&progress, usher_store_progress_free);
  if (result == NULL)
    {
      g_printerr ("usher: no store was copied: %s\n", error->message);
      return EXIT_FAILURE;
    }

  print_result (result);

  return EXIT_SUCCESS;
}

int
usher_treat_store (const UsherOptions *options)
{
  /* there is one verb */
  return copy (options, options->arguments + 1);
}
