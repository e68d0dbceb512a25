/* usher-complete-kinds.c: what a word of a kind may become
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-admin-client.h"
#include "usher-answer.h"
#include "usher-catalog.h"
#include "usher-commands.h"
#include "usher-complete.h"
#include "usher-help.h"
#include "usher-profile.h"
#include "usher-setup.h"
#include "usher-terminal.h"

/* seconds that somebody at a prompt waits for a host that does not answer */
#define TIMEOUT 1

static void
complete_file (const UsherCompletion *completion)
{
  usher_completion_add_path (completion, "files", 0);
}

static void
complete_folder (const UsherCompletion *completion)
{
  usher_completion_add_path (completion, "folders", 0);
}

static void
complete_language (const UsherCompletion *completion)
{
  usher_completion_add (completion, "c", "A shared object");
  usher_completion_add (completion, "python", "A file, which has a process of its own");
  usher_completion_add (completion, "vala", "A shared object, too");
}

/* A path behind one of the schemes, or the schemes. */
static void
complete_scheme (const UsherCompletion *completion, const char *of_path, const char *meaning)
{
  if (g_str_has_prefix (completion->value, of_path))
    usher_completion_add_path (completion, "files", strlen (of_path));
  else
    usher_completion_add (completion, of_path, meaning);
}

static void
complete_address (const UsherCompletion *completion)
{
  complete_scheme (completion, "unix:", "A socket at PATH");
  usher_completion_add (completion, "127.0.0.1:", "A port for this machine alone");
  usher_completion_add (completion, "none", "Nowhere");
}

static void
complete_endpoint (const UsherCompletion *completion)
{
  complete_scheme (completion, "ipc://", "A socket at PATH");
  usher_completion_add (completion, "tcp://", "A port of HOST");
}

static void
complete_store (const UsherCompletion *completion)
{
  static const char folder[] = "sqlite:";
  static const char file[] = "file:";

  if (g_str_has_prefix (completion->value, folder))
    usher_completion_add_path (completion, "folders", strlen (folder));
  else
    usher_completion_add (completion, folder, "A folder with a file for each service");
  complete_scheme (completion, file, "The address is in the file at PATH");
  usher_completion_add (completion, "mongodb://", "A server with a database for each service");
}

static void
add_plugin (const char *name,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  if (manifest != NULL)
    usher_completion_add (user_data, name, usher_manifest_get_description (manifest));
}

/* Manifests are read, no module is opened. */
static void
complete_service (const UsherCompletion *completion)
{
  g_autoptr (UsherCatalog) catalog = usher_catalog_new ();

  for (guint i = 0; completion->options->plugins[i] != NULL; i++)
    usher_catalog_scan (catalog, completion->options->plugins[i], NULL);
  usher_catalog_foreach (catalog, add_plugin, (gpointer) completion);
}

typedef struct
{
  const UsherCompletion *completion; /* (unowned) */
  const char *group;                 /* (unowned) (nullable): the one before */
} Groups;

/* They come in order. */
static void
add_group (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  Groups *self = user_data;

  if (g_strcmp0 (self->group, setting->group) != 0)
    usher_completion_add (self->completion, setting->group, "Settings of the host");
  self->group = setting->group;
}

/* A service's settings are in the group of its name. */
static void
complete_group (const UsherCompletion *completion)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (completion->options);
  Groups groups = { completion };

  usher_settings_foreach (setup->settings, add_group, &groups);
  complete_service (completion);
}

static void
add_values (const UsherCompletion *completion, const UsherSetting *setting, const char *name)
{
  g_autofree char *prefix = g_strconcat (completion->prefix, name, NULL);
  UsherCompletion rest = *completion;

  rest.prefix = prefix;
  rest.value = completion->value + strlen (name);
  if (setting->type == USHER_SETTING_BOOLEAN)
    {
      usher_completion_add (&rest, "false", NULL);
      usher_completion_add (&rest, "true", NULL);
    }
  if (usher_setting_is_secret (setting->key))
    {
      complete_scheme (&rest, "file:", "It is in the file at PATH");
      usher_completion_add (&rest, "credential:", "It is the service manager's credential NAME");
      usher_completion_add (&rest, "secret:", "It is the secret NAME");
    }
}

static void
add_setting (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  const UsherCompletion *completion = user_data;
  g_autofree char *name = g_strconcat (setting->group, ".", setting->key, "=", NULL);

  if (g_str_has_prefix (completion->value, name))
    add_values (completion, setting, name);
  else
    usher_completion_add (completion, name, setting->description);
}

/* Plugins declare theirs, of which only the one that is meant is asked, if that can be told. */
static void
complete_setting (const UsherCompletion *completion)
{
  g_autofree char *group = g_strndup (completion->value, strcspn (completion->value, "."));
  char *services[] = { group, NULL };
  UsherOptions all = *completion->options;
  g_autoptr (UsherSetup) setup = NULL;

  all.arguments = strchr (completion->value, '.') != NULL ? services : NULL;
  setup = usher_setup_new (&all, USHER_SETUP_LOOK);
  usher_settings_foreach (setup->settings, add_setting, (gpointer) completion);
}

static void
add_profile (const char *name, const char *why, gpointer user_data)
{
  usher_completion_add (user_data, name, why);
}

static void
complete_profile (const UsherCompletion *completion)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (completion->options);

  usher_profile_foreach (setup->settings, add_profile, (gpointer) completion);
}

/* What a host that runs tells: of each of @items that member, and what another one says of it. */
static void
complete_by_host (const UsherCompletion *completion,
                  const char *target,
                  const char *items,
                  const char *member,
                  const char *meaning)
{
  g_autoptr (UsherAdminClient) client = usher_admin_client_new (completion->options, TIMEOUT, NULL);
  g_autoptr (JsonObject) page =
      client != NULL ? usher_admin_client_get (client, target, NULL) : NULL;

  for (guint i = 0; page != NULL && i < usher_answer_get_length (page, items); i++)
    {
      JsonObject *item = usher_answer_get_item (page, items, i);
      const char *name = usher_answer_get_text (item, member);
      g_autofree char *clean = usher_terminal_clean (name != NULL ? name : "");
      const char *about = meaning != NULL ? usher_answer_get_text (item, meaning) : NULL;
      g_autofree char *clean_about = usher_terminal_clean (about != NULL ? about : "");

      if (name != NULL && g_str_equal (name, clean))
        usher_completion_add (completion, name, clean_about);
    }
}

static void
complete_channel (const UsherCompletion *completion)
{
  complete_by_host (completion, "/streaming/channelsz?subs=1", "channels", "name", NULL);
}

static void
complete_parked (const UsherCompletion *completion)
{
  complete_by_host (completion, "/parked", "items", "id", "channel");
}

static void
complete_timer (const UsherCompletion *completion)
{
  complete_by_host (completion, "/timers", "items", "id", "state");
}

static void
complete_topic (const UsherCompletion *completion)
{
  for (const UsherTopic *topic = usher_topics; topic->name != NULL; topic++)
    usher_completion_add (completion, topic->name, topic->summary);
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    usher_completion_add (completion, command->name, command->kind.summary);
}

static void
complete_key (const UsherCompletion *completion)
{
  usher_completion_add (completion, "session", "What signs sessions");
}

static void
complete_secret (const UsherCompletion *completion)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (completion->options);
  g_auto (GStrv) names = usher_secrets_list (usher_settings_get_secrets (setup->settings));

  for (guint i = 0; names[i] != NULL; i++)
    usher_completion_add (completion, names[i], NULL);
}

static const struct
{
  const char *name;
  void (*complete) (
      const UsherCompletion *completion); /* (nullable): only who writes it knows it */
} kinds[] = {
  { "ADDR:PORT|unix:PATH|none", complete_address },
  { "CHANNEL", complete_channel },
  { "DIR", complete_folder },
  { "FILE", complete_file },
  { "FROM", complete_store },
  { "GROUP", complete_group },
  { "GROUP.KEY=VALUE", complete_setting },
  { "ID", complete_parked },
  { "KEY", complete_key },
  { "LANGUAGE", complete_language },
  { "N", NULL },
  { "NAME", NULL },
  { "PROFILE", complete_profile },
  { "SECONDS", NULL },
  { "SECRET", complete_secret },
  { "SEQ", NULL },
  { "SERVICE", complete_service },
  { "SPDX", NULL },
  { "TIMER", complete_timer },
  { "TO", complete_store },
  { "TOPIC", complete_topic },
  { "TRACE", NULL },
  { "ipc://PATH|tcp://HOST:PORT", complete_endpoint },
};

/* The index of “[SERVICE…]”; G_N_ELEMENTS (kinds): there is none of that name. */
static guint
find_kind (const char *kind)
{
  g_autofree char *name =
      g_strndup (kind + strspn (kind, "["), strcspn (kind + strspn (kind, "["), "]"));
  guint index = 0;

  if (g_str_has_suffix (name, "…"))
    name[strlen (name) - strlen ("…")] = '\0';
  while (index < G_N_ELEMENTS (kinds) && !g_str_equal (name, kinds[index].name))
    index++;

  return index;
}

void
usher_completion_add_kind (const UsherCompletion *self, const char *kind)
{
  guint index = find_kind (kind);

  if (index < G_N_ELEMENTS (kinds) && kinds[index].complete != NULL)
    kinds[index].complete (self);
}

gboolean
usher_completion_knows_kind (const char *kind)
{
  return find_kind (kind) < G_N_ELEMENTS (kinds);
}
