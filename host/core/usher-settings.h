/* usher-settings.h: what the operator may choose
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"
#include "usher-setting.h"

G_BEGIN_DECLS

#define USHER_TYPE_SETTINGS (usher_settings_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherSettings, usher_settings, USHER, SETTINGS, GObject)

/* Values may be loaded before the settings that they are for are declared (plugins declare
 * theirs late); usher_settings_check() then finds what nobody declared. Sources, later wins: files in the
 * order of loading, environment USHER_GROUP__KEY (`-` is `_`), assignments. Not changed after start, but
 * by usher_settings_adopt(): reading is safe on any thread then. */
USHER_API
UsherSettings *usher_settings_new (void);
/* INVALID names setting, value, source, type and range when a value loaded already does not fit,
 * BUSY when it is declared already with another type or default */
USHER_API
gboolean usher_settings_declare (UsherSettings *self,
                                 const UsherSetting *settings,
                                 guint n_settings,
                                 GError **error);
USHER_API
gboolean usher_settings_load_file (UsherSettings *self, const char *path, GError **error);
/* @environment: (array zero-terminated=1): as g_get_environ() gives it */
USHER_API
gboolean usher_settings_load_environment (UsherSettings *self,
                                          const char *const *environment,
                                          GError **error);
/* @assignment: `group.key=value`; @source: what to call it, for instance "-s" */
USHER_API
gboolean usher_settings_assign (UsherSettings *self,
                                const char *assignment,
                                const char *source,
                                GError **error);
/* declares what @other has, so that all sources can be read again beside it */
USHER_API
void usher_settings_declare_like (UsherSettings *self, UsherSettings *other);
/* takes over one value, for a setting that is read anew each time or at the signal “changed::group.key” */
USHER_API
void usher_settings_adopt (UsherSettings *self,
                           UsherSettings *other,
                           const char *group,
                           const char *key);
/* values of @group are for somebody who is not here: no problem */
USHER_API
void usher_settings_ignore_group (UsherSettings *self, const char *group);
/* (transfer full): a sentence each: an unknown group or key, with its source and the nearest known name, and values that
 * do not fit */
USHER_API
char **usher_settings_list_problems (UsherSettings *self);
/* INVALID: there are problems; names each */
USHER_API
gboolean usher_settings_check (UsherSettings *self, GError **error);

/* reading something that is not declared is a bug: g_critical and NULL, 0 or FALSE */
USHER_API
const char *usher_settings_get_string (UsherSettings *self, const char *group, const char *key);
USHER_API
gint64 usher_settings_get_integer (UsherSettings *self, const char *group, const char *key);
USHER_API
gboolean usher_settings_get_boolean (UsherSettings *self, const char *group, const char *key);
USHER_API
char **usher_settings_dup_list (UsherSettings *self, const char *group, const char *key);

/**
 * UsherSettingsForeachFunc:
 * @setting: a setting that is declared
 * @value: its value as text
 * @source: where the value is from: `default`, the path of a file, `environment`, `-s`
 * @user_data: data of the caller
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

/* whether the value of such a key is masked, and may be “file:PATH” or “credential:NAME” of systemd's */
USHER_API
gboolean usher_setting_is_secret (const char *key);
/* whether it is such a reference, and no secret itself */
USHER_API
gboolean usher_setting_is_reference (const char *value);

/* what lies nearest to @word among @candidates by edit distance, NULL when none is near */
USHER_API
const char *usher_nearest_word (const char *word, const char *const *candidates);

G_END_DECLS
