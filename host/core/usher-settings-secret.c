/* usher-settings-secret.c: secrets that are not in the settings themselves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-folder-secrets.h"
#include "usher-settings-private.h"

#define CREDENTIAL "credential:"
#define FILE_PATH  "file:"
#define SECRET     "secret:"

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
 * Looks whether a value says where the secret is, by `secret:NAME`, `file:PATH` or `credential:NAME`, and is none itself.
 *
 * Returns: whether it does
 */
gboolean
usher_setting_is_reference (const char *value)
{
  g_return_val_if_fail (value != NULL, FALSE);

  return g_str_has_prefix (value, SECRET) || g_str_has_prefix (value, FILE_PATH) ||
         g_str_has_prefix (value, CREDENTIAL);
}

void
usher_declared_drop_text (UsherDeclared *self)
{
  /* the text of a secret is the secret's */
  if (self->secret == NULL || self->text != usher_secret_get_text (self->secret))
    g_free (self->text);
  self->text = NULL;
  g_clear_pointer (&self->secret, usher_secret_unref);
}

/* A file by its path, be its name as it may. */
static UsherKeptSecret *
keep_file (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (UsherSecrets) files = usher_folder_secrets_new (folder);

  return usher_kept_secret_new (files, name);
}

static UsherKeptSecret *
keep_credential (const char *name, GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *clean = g_utf8_make_valid (name, -1);
  g_autoptr (UsherSecrets) files = NULL;

  if (folder == NULL || !usher_secret_is_name (name))
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "there is no credential “%s”%s",
                    clean,
                    folder == NULL ? ", for $CREDENTIALS_DIRECTORY is not set" : "");
      return NULL;
    }

  files = usher_folder_secrets_new (folder);

  return usher_kept_secret_new (files, name);
}

/* (transfer full): where a reference leads */
static UsherKeptSecret *
follow (UsherSettings *self, const char *reference, GError **error)
{
  if (g_str_has_prefix (reference, SECRET))
    return usher_kept_secret_new (self->secrets, reference + strlen (SECRET));
  if (g_str_has_prefix (reference, FILE_PATH))
    return keep_file (reference + strlen (FILE_PATH));

  return keep_credential (reference + strlen (CREDENTIAL), error);
}

static void
take_text (UsherDeclared *declared, const char *text, UsherSecret *secret)
{
  gboolean is_same = g_strcmp0 (declared->text, text) == 0;

  /* somebody may have got the text that is there */
  if (is_same && (secret == NULL) == (declared->secret == NULL))
    return;

  usher_declared_drop_text (declared);
  declared->secret = secret != NULL ? usher_secret_ref (secret) : NULL;
  declared->text = secret != NULL ? (char *) usher_secret_get_text (secret) : g_strdup (text);
}

static gboolean
resolve_reference (UsherSettings *self,
                   UsherDeclared *declared,
                   const char *reference,
                   GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (UsherSecret) secret = NULL;
  g_autoptr (UsherKeptSecret) kept = follow (self, reference, &cause);

  if (kept != NULL)
    secret = usher_kept_secret_dup (kept, &cause);

  /* what it refers to is known, be it there or not */
  g_clear_pointer (&declared->kept, usher_kept_secret_free);
  declared->kept = g_steal_pointer (&kept);
  g_free (declared->reference);
  declared->reference = g_strdup (reference);
  if (secret == NULL)
    return usher_refuse (
        error,
        USHER_ERROR_INVALID,
        "the secret of setting “%s.%s”: %s",
        declared->setting->group,
        declared->setting->key,
        /* NOLINTNEXTLINE (clang-analyzer-core.NullDereference): who finds none says why */
        cause->message);

  take_text (declared, usher_secret_get_text (secret), secret);

  return TRUE;
}

gboolean
usher_settings_resolve (UsherSettings *self,
                        UsherDeclared *declared,
                        const char *text,
                        GError **error)
{
  const UsherSetting *setting = declared->setting;
  gboolean is_string = setting->type == USHER_SETTING_STRING && text != NULL;
  gboolean is_secret = is_string && usher_setting_is_secret (setting->key);
  g_autoptr (UsherSecret) secret = NULL;

  if (is_string &&
      (g_str_has_prefix (text, SECRET) || (is_secret && usher_setting_is_reference (text))))
    return resolve_reference (self, declared, text, error);

  g_clear_pointer (&declared->kept, usher_kept_secret_free);
  g_clear_pointer (&declared->reference, g_free);
  if (is_secret && *text != '\0')
    secret = usher_secret_new (text);
  take_text (declared, text, secret);

  return TRUE;
}

/**
 * usher_settings_set_secrets:
 * @self: settings
 * @secrets: where secrets are
 *
 * Says where `secret:NAME` leads, by default [ctor@ChainedSecrets.new_default] without a folder. Before settings are declared.
 */
void
usher_settings_set_secrets (UsherSettings *self, UsherSecrets *secrets)
{
  g_return_if_fail (USHER_IS_SETTINGS (self));
  g_return_if_fail (USHER_IS_SECRETS (secrets));

  g_set_object (&self->secrets, secrets);
  self->has_own_secrets = TRUE;
}

gboolean
usher_settings_has_own_secrets (UsherSettings *self)
{
  return self->has_own_secrets;
}

/**
 * usher_settings_get_secrets:
 * @self: settings
 *
 * Gets where `secret:NAME` leads.
 *
 * Returns: (transfer none): where secrets are
 */
UsherSecrets *
usher_settings_get_secrets (UsherSettings *self)
{
  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);

  return self->secrets;
}

static UsherDeclared *
find (UsherSettings *self, const char *group, const char *key)
{
  g_autofree char *name = usher_settings_make_name (group, key);
  UsherDeclared *declared = g_hash_table_lookup (self->declared, name);

  if (declared == NULL)
    g_critical ("setting “%s” is not declared", name);

  return declared;
}

/**
 * usher_settings_get_reference:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets what the value of a setting refers to, such as `secret:NAME`, whether that is there or not.
 *
 * Returns: (nullable): the reference, `NULL`: the value is given as it is
 */
const char *
usher_settings_get_reference (UsherSettings *self, const char *group, const char *key)
{
  const UsherDeclared *declared = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (group != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  declared = find (self, group, key);

  return declared != NULL ? declared->reference : NULL;
}

char *
usher_settings_dup_public (UsherSettings *self, const char *group, const char *key)
{
  const UsherDeclared *declared = find (self, group, key);

  if (declared == NULL)
    return NULL;
  if (declared->reference != NULL)
    return g_strdup (declared->reference);

  return g_strdup (usher_setting_is_secret (key) ? "***" : declared->text);
}

/**
 * usher_settings_dup_secret:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets the value of a setting that is a string as a secret, as it is now: where it refers to one that was changed since, such as
 * a file of a volume, that is the new one; while it cannot be had, the old one. Never waits for a keyring. Any thread.
 *
 * Returns: (transfer full) (nullable): the secret, `NULL` where there is none: nothing is set
 */
UsherSecret *
usher_settings_dup_secret (UsherSettings *self, const char *group, const char *key)
{
  const UsherDeclared *declared = NULL;
  UsherSecret *secret = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (group != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  declared = find (self, group, key);
  if (declared == NULL)
    return NULL;

  if (declared->kept != NULL)
    secret = usher_kept_secret_dup (declared->kept, NULL);
  if (secret == NULL && declared->secret != NULL)
    secret = usher_secret_ref (declared->secret);
  if (secret == NULL && declared->text != NULL && *declared->text != '\0')
    secret = usher_secret_new (declared->text);

  return secret;
}
