/* usher-settings.h: what the operator may choose
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"
#include "usher-secrets.h"
#include "usher-setting.h"

G_BEGIN_DECLS

#define USHER_TYPE_SETTINGS (usher_settings_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherSettings, usher_settings, USHER, SETTINGS, GObject)

USHER_API
UsherSettings *usher_settings_new (void);
USHER_API
gboolean usher_settings_declare (UsherSettings *self,
                                 const UsherSetting *settings,
                                 guint n_settings,
                                 GError **error);
USHER_API
gboolean usher_settings_load_file (UsherSettings *self, const char *path, GError **error);
USHER_API
gboolean usher_settings_load_environment (UsherSettings *self,
                                          const char *const *environment,
                                          GError **error);
USHER_API
gboolean usher_settings_assign (UsherSettings *self,
                                const char *assignment,
                                const char *source,
                                GError **error);
USHER_API
void usher_settings_set_secrets (UsherSettings *self, UsherSecrets *secrets);
USHER_API
UsherSecrets *usher_settings_get_secrets (UsherSettings *self);
USHER_API
void usher_settings_declare_like (UsherSettings *self, UsherSettings *other);
USHER_API
void usher_settings_adopt (UsherSettings *self,
                           UsherSettings *other,
                           const char *group,
                           const char *key);
USHER_API
void usher_settings_ignore_group (UsherSettings *self, const char *group);
USHER_API
char **usher_settings_list_problems (UsherSettings *self);
USHER_API
char **usher_settings_list_exposed (UsherSettings *self);
USHER_API
gboolean usher_settings_check (UsherSettings *self, GError **error);

USHER_API
const char *usher_settings_get_string (UsherSettings *self, const char *group, const char *key);
USHER_API
const char *usher_settings_get_reference (UsherSettings *self, const char *group, const char *key);
USHER_API
UsherSecret *usher_settings_dup_secret (UsherSettings *self, const char *group, const char *key);
USHER_API
gint64 usher_settings_get_integer (UsherSettings *self, const char *group, const char *key);
USHER_API
gboolean usher_settings_get_boolean (UsherSettings *self, const char *group, const char *key);
USHER_API
char **usher_settings_dup_list (UsherSettings *self, const char *group, const char *key);

/**
 * UsherSettingsForeachFunc:
 * @setting: a setting that is declared
 * @value: its value as text, or what refers to that, such as `secret:NAME`
 * @source: where the value is from: `default`, the path of a file, `environment`, `-s`
 * @user_data: (closure): data of the caller
 *
 * Is called for one setting of all.
 */
typedef void (*UsherSettingsForeachFunc) (const UsherSetting *setting,
                                          const char *value,
                                          const char *source,
                                          gpointer user_data);
USHER_API
void
usher_settings_foreach (UsherSettings *self, UsherSettingsForeachFunc func, gpointer user_data);

USHER_API
gboolean usher_setting_is_secret (const char *key);
USHER_API
gboolean usher_setting_is_reference (const char *value);

USHER_API
const char *usher_nearest_word (const char *word, const char *const *candidates);

G_END_DECLS
