/* usher-setting.h: one thing that the operator may choose
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherSettingType:
 * @USHER_SETTING_STRING: a text
 * @USHER_SETTING_INTEGER: a `gint64`, within a range
 * @USHER_SETTING_BOOLEAN: `true` or `false`
 * @USHER_SETTING_LIST: texts, `;` between them
 *
 * What the value of a setting is.
 */
typedef enum
{
  USHER_SETTING_STRING,
  USHER_SETTING_INTEGER,
  USHER_SETTING_BOOLEAN,
  USHER_SETTING_LIST,
} UsherSettingType;

typedef struct
{
  const char *group;
  const char *key;
  UsherSettingType type;
  const char *default_value;
  gint64 min;
  gint64 max;
  const char *description;
} UsherSetting;

#define USHER_TYPE_SETTING (usher_setting_get_type ())

USHER_API
GType usher_setting_get_type (void);
USHER_API
UsherSetting *usher_setting_new (const char *group,
                                 const char *key,
                                 UsherSettingType type,
                                 const char *default_value,
                                 const char *description);
USHER_API
UsherSetting *usher_setting_copy (const UsherSetting *self);
USHER_API
void usher_setting_free (UsherSetting *self);
USHER_API
void usher_setting_set_range (UsherSetting *self, gint64 min, gint64 max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSetting, usher_setting_free)

G_END_DECLS
