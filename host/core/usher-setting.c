/* usher-setting.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-setting.h"

/**
 * UsherSetting:
 * @group: (nullable): the group; a service's is its own name, which `NULL` stands for
 * @key: the key
 * @type: the type
 * @default_value: (nullable): the value when nobody says another, as text
 * @min: the least number; no check when @min and @max are both 0
 * @max: the greatest number
 * @description: what it is good for, for a list of all
 *
 * One thing that the operator may choose: where it is found, its type, default and range.
 *
 * In C settings are a static array of these; a row names what it has: `{ .key = "max-notes", .type = USHER_SETTING_INTEGER,
 * .default_value = "10", .min = 1, .max = 100, .description = "notes that a user may have" }`. [ctor@Setting.new] is for bindings; only what that makes, or
 * [method@Setting.copy], is changed or freed.
 */
G_DEFINE_BOXED_TYPE (UsherSetting, usher_setting, usher_setting_copy, usher_setting_free)

/**
 * usher_setting_new:
 * @group: (nullable): the group, `NULL`: that of the service which declares it
 * @key: the key
 * @type: the type
 * @default_value: (nullable): the value when nobody says another, as text
 * @description: what it is good for
 *
 * Makes a setting without a range, for [method@Settings.declare] and [method@Context.add_settings].
 *
 * Returns: (transfer full): the setting
 */
UsherSetting *
usher_setting_new (const char *group,
                   const char *key,
                   UsherSettingType type,
                   const char *default_value,
                   const char *description)
{
  const UsherSetting setting = { group, key, type, default_value, 0, 0, description };

  g_return_val_if_fail (key != NULL, NULL);

  return usher_setting_copy (&setting);
}

/**
 * usher_setting_copy:
 * @self: a setting
 *
 * Copies a setting and its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherSetting *
usher_setting_copy (const UsherSetting *self)
{
  UsherSetting *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (UsherSetting, 1);
  *copy = *self;
  copy->group = g_strdup (self->group);
  copy->key = g_strdup (self->key);
  copy->default_value = g_strdup (self->default_value);
  copy->description = g_strdup (self->description);

  return copy;
}

/**
 * usher_setting_free:
 * @self: (transfer full): a setting that was made or copied
 *
 * Frees a setting and its strings.
 */
void
usher_setting_free (UsherSetting *self)
{
  g_return_if_fail (self != NULL);

  g_free ((char *) self->group);
  g_free ((char *) self->key);
  g_free ((char *) self->default_value);
  g_free ((char *) self->description);
  g_free (self);
}

/**
 * usher_setting_set_range:
 * @self: a setting that was made or copied
 * @min: the least number
 * @max: the greatest number
 *
 * Bounds a number. Both 0: any.
 */
void
usher_setting_set_range (UsherSetting *self, gint64 min, gint64 max)
{
  g_return_if_fail (self != NULL);

  self->min = min;
  self->max = max;
}
