/* usher-inventory.c: all that the program knows of itself, for who makes the manual
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-inventory.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-complete.h"
#include "usher-help.h"
#include "usher-manifest-keys-private.h"
#include "usher-setup.h"
#include "usher-sources.h"
#include "usher-terminal.h"

typedef struct
{
  JsonBuilder *builder; /* (owned) */
  gboolean is_whole;    /* no kind of word is unknown */
} Inventory;

/* @value: (nullable) */
static void
add_text (Inventory *self, const char *member, const char *value)
{
  json_builder_set_member_name (self->builder, member);
  if (value != NULL)
    json_builder_add_string_value (self->builder, value);
  else
    json_builder_add_null_value (self->builder);
}

static void
add_boolean (Inventory *self, const char *member, gboolean value)
{
  json_builder_set_member_name (self->builder, member);
  json_builder_add_boolean_value (self->builder, value);
}

static void
begin_list (Inventory *self, const char *member)
{
  json_builder_set_member_name (self->builder, member);
  json_builder_begin_array (self->builder);
}

/* @kind: (nullable): a kind of word that nobody knows how to complete is a fault of the program */
static void
check_kind (Inventory *self, const char *kind)
{
  if (kind == NULL || usher_completion_knows_kind (kind))
    return;

  g_printerr ("usher: “%s” is no kind of word that usher-complete-kinds.c knows\n", kind);
  self->is_whole = FALSE;
}

/* @arguments: (nullable) */
static void
add_arguments (Inventory *self, const char *arguments)
{
  g_auto (GStrv) kinds = g_strsplit (arguments != NULL ? arguments : "", " ", -1);

  for (guint i = 0; kinds[i] != NULL; i++)
    check_kind (self, kinds[i]);
  add_text (self, "arguments", arguments);
}

static void
add_verbs (Inventory *self, const UsherVerb *verbs)
{
  begin_list (self, "verbs");
  for (const UsherVerb *verb = verbs; verb != NULL && verb->name != NULL; verb++)
    {
      json_builder_begin_object (self->builder);
      add_text (self, "name", verb->name);
      add_arguments (self, verb->arguments);
      add_text (self, "summary", verb->summary);
      json_builder_end_object (self->builder);
    }
  json_builder_end_array (self->builder);
}

static void
add_option (Inventory *self, const GOptionEntry *entry)
{
  char letter[] = { entry->short_name, '\0' };

  check_kind (self, entry->arg_description);
  json_builder_begin_object (self->builder);
  add_text (self, "name", entry->long_name);
  add_text (self, "short", entry->short_name != 0 ? letter : NULL);
  add_text (self, "value", entry->arg_description);
  add_text (self, "summary", entry->description);
  json_builder_end_object (self->builder);
}

static void
add_commands (Inventory *self)
{
  begin_list (self, "commands");
  for (const UsherCommand *command = usher_commands; command->name != NULL; command++)
    {
      g_autofree GOptionEntry *entries = usher_options_list_entries (&command->kind, NULL);

      json_builder_begin_object (self->builder);
      add_text (self, "name", command->name);
      add_text (self, "summary", command->kind.summary);
      add_arguments (self, command->kind.arguments);
      add_verbs (self, command->kind.verbs);
      begin_list (self, "options");
      for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
        if ((entry->flags & G_OPTION_FLAG_HIDDEN) == 0)
          add_option (self, entry);
      json_builder_end_array (self->builder);
      json_builder_end_object (self->builder);
    }
  json_builder_end_array (self->builder);
}

static void
add_topics (Inventory *self)
{
  begin_list (self, "topics");
  for (const UsherTopic *topic = usher_topics; topic->name != NULL; topic++)
    {
      json_builder_begin_object (self->builder);
      add_text (self, "name", topic->name);
      add_text (self, "page", topic->page);
      add_text (self, "summary", topic->summary);
      json_builder_end_object (self->builder);
    }
  json_builder_end_array (self->builder);
}

static void
add_setting (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  Inventory *self = user_data;
  g_autofree char *type = usher_list_describe_type (setting);

  json_builder_begin_object (self->builder);
  add_text (self, "group", setting->group);
  add_text (self, "key", setting->key);
  add_text (self, "type", type);
  add_text (self, "default", setting->default_value);
  add_text (self, "description", setting->description);
  add_boolean (self, "secret", usher_setting_is_secret (setting->key));
  add_boolean (self, "live", usher_sources_is_live (setting));
  json_builder_end_object (self->builder);
}

static void
add_settings (Inventory *self)
{
  char *no_folders[] = { NULL };
  const UsherOptions options = { .plugins = no_folders };
  g_autoptr (UsherSetup) setup = usher_setup_new_settings (&options);

  begin_list (self, "settings");
  usher_settings_foreach (setup->settings, add_setting, self);
  json_builder_end_array (self->builder);
}

static void
add_manifest (Inventory *self)
{
  begin_list (self, "keys");
  for (const UsherManifestKey *key = usher_manifest_list_keys (); key->name != NULL; key++)
    {
      json_builder_begin_object (self->builder);
      add_text (self, "name", key->name);
      add_text (self, "form", key->form);
      add_boolean (self, "required", key->is_required);
      add_text (self, "description", key->description);
      json_builder_end_object (self->builder);
    }
  json_builder_end_array (self->builder);
}

int
usher_take_inventory (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Inventory self = { builder, TRUE };

  json_builder_begin_object (builder);
  add_text (&self, "version", PACKAGE_VERSION);
  add_commands (&self);
  add_topics (&self);
  add_settings (&self);
  add_manifest (&self);
  json_builder_end_object (builder);
  usher_terminal_print_built (builder);

  return self.is_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
