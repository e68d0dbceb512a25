/* usher-settings-load.c: where values are from
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "usher-error.h"
#include "usher-settings-private.h"

#define ENVIRONMENT_PREFIX "USHER_"

/* A secret itself, in a file that is open to others. */
static void
note_exposed (UsherSettings *self, const char *name, const char *text, const char *path)
{
  const char *key = strchr (name, '.');
  struct stat info;

  if (key == NULL || !usher_setting_is_secret (key + 1) || *text == '\0' ||
      usher_setting_is_reference (text) || stat (path, &info) != 0 || (info.st_mode & S_IROTH) == 0)
    return;

  g_ptr_array_add (self->exposed,
                   g_strdup_printf ("setting “%s” is secret, but everybody may read it in “%s”: "
                                    "“chmod o-r” helps, or a reference such as secret:NAME",
                                    name,
                                    path));
}

static gboolean
load_group (UsherSettings *self,
            GKeyFile *file,
            const char *group,
            const char *path,
            GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *raw_name = usher_settings_make_name (group, keys[i]);
      g_autofree char *name = g_utf8_make_valid (raw_name, -1);
      g_autofree char *text = g_key_file_get_string (file, group, keys[i], NULL);

      if (text == NULL)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_INVALID,
                       "setting “%s” in “%s” has a bad escape",
                       name,
                       path);
          return FALSE;
        }
      note_exposed (self, name, text, path);
      if (!usher_settings_give (self, name, text, path, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * usher_settings_load_file:
 * @self: settings
 * @path: the path of a key file
 * @error: return location for a [error@Error]
 *
 * Takes the values of a file.
 *
 * Returns: whether the file could be read and what is declared fits; `USHER_ERROR_NOT_FOUND`: there is none
 */
gboolean
usher_settings_load_file (UsherSettings *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) groups = NULL;
  g_autofree char *absolute = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &cause))
    {
      gboolean missing = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);
      /* a line of the file is in it */
      g_autofree char *why = g_utf8_make_valid (cause->message, -1);

      g_set_error (error,
                   USHER_ERROR,
                   missing ? USHER_ERROR_NOT_FOUND : USHER_ERROR_INVALID,
                   "settings file “%s”: %s",
                   path,
                   why);
      return FALSE;
    }

  absolute = g_canonicalize_filename (path, NULL);
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!load_group (self, file, groups[i], absolute, error))
      return FALSE;

  return TRUE;
}

/**
 * usher_settings_list_exposed:
 * @self: settings
 *
 * Lists the secrets that stand in files which everybody on the machine may read.
 *
 * Returns: (transfer full) (array zero-terminated=1): a sentence each, which names setting and file
 */
char **
usher_settings_list_exposed (UsherSettings *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);

  for (guint i = 0; i < self->exposed->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->exposed, i));

  return g_strv_builder_end (builder);
}

/* A variable cannot tell `-` from `_`: it waits until its setting is declared. */
static gboolean
take_variable (UsherSettings *self, const char *name, const char *text, GError **error)
{
  UsherGiven *given = g_new0 (UsherGiven, 1);
  GHashTableIter iter;
  gpointer value = NULL;

  given->text = g_strdup (text);
  given->source = g_strdup ("environment");
  given->serial = ++self->n_given;
  g_hash_table_insert (self->variables, g_utf8_make_valid (name, -1), given);

  g_hash_table_iter_init (&iter, self->declared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      UsherDeclared *declared = value;
      g_autofree char *variable =
          usher_settings_make_variable (declared->setting->group, declared->setting->key);

      if (g_str_equal (variable, name))
        return usher_settings_apply (self, declared, given, error);
    }

  return TRUE;
}

/**
 * usher_settings_load_environment:
 * @self: settings
 * @environment: (array zero-terminated=1): as [func@GLib.get_environ] gives it
 * @error: return location for a [error@Error]
 *
 * Takes the values of variables `USHER_GROUP__KEY`, upper case, with `_` for `-`.
 *
 * Returns: whether what is declared fits
 */
gboolean
usher_settings_load_environment (UsherSettings *self,
                                 const char *const *environment,
                                 GError **error)
{
  g_return_val_if_fail (USHER_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (environment != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (; *environment != NULL; environment++)
    {
      const char *equals = strchr (*environment, '=');
      g_autofree char *name = NULL;

      if (equals == NULL || !g_str_has_prefix (*environment, ENVIRONMENT_PREFIX))
        continue;

      name = g_strndup (*environment + strlen (ENVIRONMENT_PREFIX),
                        (gsize) (equals - *environment) - strlen (ENVIRONMENT_PREFIX));
      if (strstr (name, "__") != NULL && !take_variable (self, name, equals + 1, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * usher_settings_assign:
 * @self: settings
 * @assignment: `group.key=value`
 * @source: what to call it, for instance `-s`
 * @error: return location for a [error@Error]
 *
 * Takes one value.
 *
 * Returns: whether it is an assignment, and fits when its setting is declared
 */
gboolean
usher_settings_assign (UsherSettings *self,
                       const char *assignment,
                       const char *source,
                       GError **error)
{
  const char *equals = NULL;
  const char *dot = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (assignment != NULL, FALSE);
  g_return_val_if_fail (source != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  equals = strchr (assignment, '=');
  dot = strchr (assignment, '.');
  if (equals == NULL || dot == NULL || dot > equals || dot == assignment || dot + 1 == equals)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” by %s is no assignment: group.key=value",
                   assignment,
                   source);
      return FALSE;
    }

  name = g_strndup (assignment, (gsize) (equals - assignment));

  return usher_settings_give (self, name, equals + 1, source, error);
}
