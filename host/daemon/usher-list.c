/* usher-list.c: the commands that list
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "usher-commands.h"
#include "usher-guess.h"
#include "usher-host-view-private.h"
#include "usher-setup.h"
#include "usher-sites.h"
#include "usher-table.h"
#include "usher-terminal.h"

static gboolean as_json;

const GOptionEntry usher_list_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All of it as one JSON object", NULL },
  { NULL },
};

/* What is listed, and who knows of it. */
typedef struct
{
  UsherHost *host; /* (nullable) */
  UsherTable *table;
} PluginList;

/* the channels of the events that it has declared */
static void
add_events (const PluginList *list, UsherManifest *manifest, UsherPluginState state)
{
  UsherLane *lane = NULL;
  g_auto (GStrv) channels = NULL;

  if (list->host != NULL && manifest != NULL && state == USHER_PLUGIN_CONFIGURED)
    lane = usher_host_find_lane (list->host, usher_manifest_get_name (manifest), NULL);
  channels = lane != NULL ? usher_lane_dup_channels (lane) : g_new0 (char *, 1);
  usher_table_add_list (list->table, (const char *const *) channels);
}

static void
add_plugin (const char *path,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  const PluginList *list = user_data;
  UsherTable *table = list->table;
  g_autofree char *file = g_path_get_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);

  usher_table_add_text (table, manifest != NULL ? usher_manifest_get_name (manifest) : file);
  usher_table_add_text (table, manifest != NULL ? usher_manifest_get_version (manifest) : NULL);
  usher_table_add_text (table, usher_plugin_state_to_string (state));
  usher_table_add_text (table, folder);
  usher_table_add_text (table, reason);
  add_events (list, manifest, state);
}

int
usher_list_plugins (const UsherOptions *options)
{
  static const UsherColumn columns[] = {
    { "name", "NAME" },     { "version", "VERSION" }, { "state", "STATE" },
    { "folder", "FOLDER" }, { "reason", "REASON" },   { "events", "EVENTS", USHER_COLUMN_LIST },
  };
  g_autoptr (UsherSetup) setup = usher_setup_new (options, USHER_SETUP_LOOK);
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  PluginList list = { setup->host, table };

  /* for programs; on a terminal they would be the longest of all */
  usher_table_hide_column (table, "events");
  usher_setup_print_problems (setup);
  usher_catalog_foreach_file (setup->catalog, add_plugin, &list);
  if (as_json)
    usher_table_print_json (table);
  else
    usher_table_print (table);

  return setup->problems->len > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const char *
get_type_name (UsherSettingType type)
{
  switch (type)
    {
    case USHER_SETTING_INTEGER:
      return "integer";

    case USHER_SETTING_BOOLEAN:
      return "boolean";

    case USHER_SETTING_LIST:
      return "list";

    case USHER_SETTING_STRING:
    default:
      return "string";
    }
}

char *
usher_list_describe_type (const UsherSetting *setting)
{
  if (setting->min == 0 && setting->max == 0)
    return g_strdup (get_type_name (setting->type));

  return g_strdup_printf ("%s %" G_GINT64_FORMAT "…%" G_GINT64_FORMAT,
                          get_type_name (setting->type),
                          setting->min,
                          setting->max);
}

/* (transfer full) */
static char *
mask (const UsherSetting *setting, const char *value)
{
  if (usher_setting_is_secret (setting->key) && *value != '\0' &&
      !usher_setting_is_reference (value))
    return g_strdup ("********");

  return usher_sites_dup_public (value);
}

/* Which settings are listed. */
typedef struct
{
  const char *const *groups; /* (unowned) (nullable): NULL: all */
  UsherTable *table;         /* (unowned) */
  GPtrArray *known;          /* (unowned): names of groups */
} Choice;

static gboolean
is_chosen (const Choice *choice, const UsherSetting *setting)
{
  return choice->groups == NULL || g_strv_contains (choice->groups, setting->group);
}

/* Not a row: what a setting means would not fit on it, and the first line can stand in a file as it is. */
static void
print_setting (const UsherSetting *setting,
               const char *value,
               const char *source,
               gpointer user_data)
{
  const Choice *choice = user_data;
  g_autofree char *type = usher_list_describe_type (setting);
  g_autofree char *shown = mask (setting, value);
  g_autofree char *clean = usher_terminal_clean (shown);

  if (!is_chosen (choice, setting))
    return;

  g_print ("%s.%s=%s\n    from %s; %s, default “%s”\n    %s\n",
           setting->group,
           setting->key,
           clean,
           source,
           type,
           setting->default_value != NULL ? setting->default_value : "",
           setting->description);
}

static void
add_setting (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  const Choice *choice = user_data;
  UsherTable *table = choice->table;
  g_autofree char *shown = mask (setting, value);
  gboolean has_range = setting->min != 0 || setting->max != 0;

  if (!is_chosen (choice, setting))
    return;

  usher_table_add_text (table, setting->group);
  usher_table_add_text (table, setting->key);
  usher_table_add_text (table, shown);
  usher_table_add_text (table, source);
  usher_table_add_text (table, get_type_name (setting->type));
  for (guint i = 0; i < 2; i++)
    if (has_range)
      usher_table_add_number (table, i == 0 ? setting->min : setting->max);
    else
      usher_table_add_text (table, NULL);
  usher_table_add_text (table, setting->default_value);
  usher_table_add_text (table, setting->description);
}

static void
note_group (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  const Choice *choice = user_data;

  if (!g_ptr_array_find_with_equal_func (choice->known, setting->group, g_str_equal, NULL))
    g_ptr_array_add (choice->known, (gpointer) setting->group);
}

/* A group may be missing since its plugin has failed. */
static void
check_group (UsherSetup *setup, const Choice *choice, const char *group)
{
  g_autofree char *reason = NULL;
  g_autofree char *guess = NULL;
  UsherPluginState state = usher_catalog_get_state (setup->catalog, group, &reason);

  if (g_ptr_array_find_with_equal_func (choice->known, group, g_str_equal, NULL))
    return;

  guess = usher_guess (group, choice->known);
  g_ptr_array_add (setup->problems,
                   g_strdup_printf ("there are no settings of “%s”%s: %s",
                                    group,
                                    guess,
                                    state == USHER_PLUGIN_FAILED ? reason : "it declares none"));
}

static void
list_settings (UsherSetup *setup, const Choice *choice)
{
  usher_settings_foreach (setup->settings, note_group, (gpointer) choice);
  for (guint i = 0; choice->groups != NULL && choice->groups[i] != NULL; i++)
    check_group (setup, choice, choice->groups[i]);

  usher_settings_foreach (setup->settings,
                          as_json ? add_setting : print_setting,
                          (gpointer) choice);
  if (as_json)
    usher_table_print_json (choice->table);
  usher_setup_print_problems (setup);
}

int
usher_list_settings (const UsherOptions *options)
{
  static const UsherColumn columns[] = {
    { "group", "GROUP" },
    { "key", "KEY" },
    { "value", "VALUE" },
    { "source", "SOURCE" },
    { "type", "TYPE" },
    { "min", "MIN", USHER_COLUMN_NUMBER },
    { "max", "MAX", USHER_COLUMN_NUMBER },
    { "default", "DEFAULT" },
    { "description", "DESCRIPTION" },
  };
  /* names are of groups here, and any plugin may have one */
  UsherOptions all = *options;
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (UsherTable) table = usher_table_new (columns, G_N_ELEMENTS (columns));
  g_autoptr (UsherSetup) setup = NULL;
  const Choice choice = { (const char *const *) options->arguments, table, known };

  all.arguments = NULL;
  setup = usher_setup_new (&all, USHER_SETUP_LOOK);
  list_settings (setup, &choice);

  return setup->problems->len > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
