/* usher-settings-secret.c: secrets that are not in the settings themselves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-settings-private.h"

#define CREDENTIAL "credential:"
#define FILE_PATH  "file:"

/**
 * usher_setting_is_secret:
 * @key: the key of a setting
 *
 * Looks whether the value of a setting is for no eye: its key is `token`, `secret`, `password` or `key`, or ends
 * in one of them after a `-`.
 *
 * Returns: whether it is
 */
gboolean
usher_setting_is_secret (const char *key)
{
  static const char *const endings[] = { "token", "secret", "password", "key" };

  g_return_val_if_fail (key != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *ending = g_strconcat ("-", endings[i], NULL);

      if (g_str_equal (key, endings[i]) || g_str_has_suffix (key, ending))
        return TRUE;
    }

  return FALSE;
}

/**
 * usher_setting_is_reference:
 * @value: the value of a setting that is secret
 *
 * Looks whether a value says where the secret is, by `file:PATH` or `credential:NAME`, and is none itself.
 *
 * Returns: whether it does
 */
gboolean
usher_setting_is_reference (const char *value)
{
  g_return_val_if_fail (value != NULL, FALSE);

  return g_str_has_prefix (value, FILE_PATH) || g_str_has_prefix (value, CREDENTIAL);
}

static char *
read_secret (const UsherSetting *setting, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;

  if (g_file_get_contents (path, &text, NULL, &cause))
    return g_strdup (g_strchomp (text));

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the secret of setting “%s.%s”: %s",
               setting->group,
               setting->key,
               cause->message);

  return NULL;
}

char *
usher_settings_resolve (const UsherSetting *setting, const char *text, GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  const char *name = NULL;
  g_autofree char *path = NULL;

  if (text == NULL || setting->type != USHER_SETTING_STRING ||
      !usher_setting_is_secret (setting->key))
    return g_strdup (text);
  if (g_str_has_prefix (text, FILE_PATH))
    return read_secret (setting, text + strlen (FILE_PATH), error);
  if (!g_str_has_prefix (text, CREDENTIAL))
    return g_strdup (text);

  name = text + strlen (CREDENTIAL);
  if (folder == NULL || *name == '\0' || strchr (name, '/') != NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "the secret of setting “%s.%s”: there is no credential “%s”",
                   setting->group,
                   setting->key,
                   name);
      return NULL;
    }

  path = g_build_filename (folder, name, NULL);

  return read_secret (setting, path, error);
}
