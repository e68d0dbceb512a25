/* usher-list.c: the commands that list
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-setup.h"

static void
print_plugin (const char *name,
              UsherManifest *manifest,
              UsherPluginState state,
              const char *reason,
              gpointer user_data)
{
  g_print ("%-20s %-10s %-12s %s\n",
           name,
           manifest != NULL ? usher_manifest_get_version (manifest) : "-",
           usher_plugin_state_to_string (state),
           reason);
}

int
usher_list_plugins (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = usher_setup_new (options, USHER_SETUP_LOOK);

  usher_setup_print_problems (setup);
  g_print ("%-20s %-10s %-12s %s\n", "NAME", "VERSION", "STATE", "REASON");
  usher_catalog_foreach (setup->catalog, print_plugin, NULL);

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

/* (transfer full): “integer 1…10” */
static char *
describe_type (const UsherSetting *setting)
{
  if (setting->min == 0 && setting->max == 0)
    return g_strdup (get_type_name (setting->type));

  return g_strdup_printf ("%s %" G_GINT64_FORMAT "…%" G_GINT64_FORMAT,
                          get_type_name (setting->type),
                          setting->min,
                          setting->max);
}

static void
print_setting (const UsherSetting *setting,
               const char *value,
               const char *source,
               gpointer user_data)
{
  g_autofree char *type = describe_type (setting);

  g_print ("%s.%s=%s\n    from %s; %s, default “%s”\n    %s\n",
           setting->group,
           setting->key,
           usher_setting_is_secret (setting->key) && *value != '\0' ? "********" : value,
           source,
           type,
           setting->default_value != NULL ? setting->default_value : "",
           setting->description);
}

int
usher_list_settings (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = usher_setup_new (options, USHER_SETUP_LOOK);

  usher_settings_foreach (setup->settings, print_setting, NULL);
  usher_setup_print_problems (setup);

  return setup->problems->len > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
