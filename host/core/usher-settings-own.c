/* usher-settings-own.c: settings of a service, which are in the group of its name
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-settings-private.h"

#define KEY_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* What no service declared is the host's. */
static gboolean
is_group_of_host (UsherSettings *self, const char *group)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->declared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const UsherDeclared *declared = value;

      if (!declared->is_of_service && g_str_equal (declared->setting->group, group))
        return TRUE;
    }

  return FALSE;
}

static gboolean
refuse (const UsherSetting *setting, const char *reason, GError **error)
{
  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "it declares setting “%s.%s”, but %s",
                       setting->group,
                       setting->key != NULL ? setting->key : "",
                       reason);
}

static gboolean
check (UsherSettings *self, const char *service, const UsherSetting *setting, GError **error)
{
  g_autofree char *reason = NULL;

  if (setting->key == NULL || *setting->key == '\0' ||
      setting->key[strspn (setting->key, KEY_LETTERS)] != '\0')
    return refuse (setting, "a key has letters from a to z, digits and “-”", error);
  if (is_group_of_host (self, setting->group))
    reason = g_strdup_printf ("group “%s” is the host's", setting->group);
  else if (!g_str_equal (setting->group, service))
    reason = g_strdup_printf ("group “%s” is for service “%s”; its own is “%s”",
                              setting->group,
                              setting->group,
                              service);

  return reason == NULL || refuse (setting, reason, error);
}

static void
note_service (UsherSettings *self, const UsherSetting *setting)
{
  g_autofree char *name = usher_settings_make_name (setting->group, setting->key);
  UsherDeclared *declared = g_hash_table_lookup (self->declared, name);

  declared->is_of_service = TRUE;
}

/* (transfer full): @settings, those without a group in that of @service */
static UsherSetting *
fill_groups (const char *service, const UsherSetting *settings, guint n_settings)
{
  UsherSetting *filled = g_new (UsherSetting, n_settings);

  for (guint i = 0; i < n_settings; i++)
    {
      filled[i] = settings[i];
      if (filled[i].group == NULL)
        filled[i].group = service;
    }

  return filled;
}

gboolean
usher_settings_declare_own (UsherSettings *self,
                            const char *service,
                            const UsherSetting *settings,
                            guint n_settings,
                            GError **error)
{
  g_autofree UsherSetting *own = fill_groups (service, settings, n_settings);
  gboolean ok = FALSE;

  for (guint i = 0; i < n_settings; i++)
    if (!check (self, service, &own[i], error))
      return FALSE;

  ok = usher_settings_declare (self, own, n_settings, error);
  for (guint i = 0; i < n_settings; i++)
    note_service (self, &own[i]);

  return ok;
}

char **
usher_settings_list_strangers (UsherSettings *self, const char *prefix)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name = NULL;

  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (g_str_has_prefix (name, prefix) && !g_hash_table_contains (self->declared, name))
      g_hash_table_add (groups, g_strndup (name, strcspn (name, ".")));
  sorted = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);
  for (GList *link = sorted; link != NULL; link = link->next)
    g_strv_builder_add (builder, link->data);

  return g_strv_builder_end (builder);
}
