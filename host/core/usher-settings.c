/* usher-settings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-settings.h"

#include <string.h>

#include "usher-error.h"

#define ENVIRONMENT_PREFIX "USHER_"

/* A value somebody gave, before or after its setting was declared. */
typedef struct
{
  char *text;   /* (owned) */
  char *source; /* (owned) */
  guint serial; /* the later one wins */
} Given;

typedef struct
{
  UsherSetting setting; /* strings (owned) */
  char *text;           /* (owned) (nullable): the value that was given */
  char *source;         /* (owned) (nullable) */
  gint64 integer;
} Declared;

/**
 * UsherSettings:
 *
 * What the operator may choose: key files, environment, command line, typed and with a range.
 *
 * Values may be given before their setting is declared, as plugins declare theirs late; what nobody
 * declared is found by [method@Settings.check]. Later sources win. Load and declare on one thread; then
 * reading is safe on any.
 */
struct _UsherSettings
{
  GObject parent_instance;

  GHashTable *declared;  /* (owned) (element-type utf8 Declared): by "group.key" */
  GHashTable *given;     /* (owned) (element-type utf8 Given): by "group.key" */
  GHashTable *variables; /* (owned) (element-type utf8 Given): by "GROUP__KEY" */
  GHashTable *strangers; /* (owned) (element-type utf8): groups of those who are not here */
  guint n_given;
};

G_DEFINE_FINAL_TYPE (UsherSettings, usher_settings, G_TYPE_OBJECT)

static void
free_given (gpointer data)
{
  Given *given = data;

  g_free (given->text);
  g_free (given->source);
  g_free (given);
}

static void
free_declared (gpointer data)
{
  Declared *declared = data;

  g_free ((char *) declared->setting.group);
  g_free ((char *) declared->setting.key);
  g_free ((char *) declared->setting.default_value);
  g_free ((char *) declared->setting.description);
  g_free (declared->text);
  g_free (declared->source);
  g_free (declared);
}

static void
usher_settings_finalize (GObject *object)
{
  UsherSettings *self = USHER_SETTINGS (object);

  g_clear_pointer (&self->declared, g_hash_table_unref);
  g_clear_pointer (&self->given, g_hash_table_unref);
  g_clear_pointer (&self->variables, g_hash_table_unref);
  g_clear_pointer (&self->strangers, g_hash_table_unref);

  G_OBJECT_CLASS (usher_settings_parent_class)->finalize (object);
}

static void
usher_settings_class_init (UsherSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_settings_finalize;
}

static void
usher_settings_init (UsherSettings *self)
{
  self->declared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_declared);
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_given);
  self->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_given);
  self->strangers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * usher_settings_new:
 *
 * Makes settings of which none is declared.
 *
 * Returns: (transfer full): the settings
 */
UsherSettings *
usher_settings_new (void)
{
  return g_object_new (USHER_TYPE_SETTINGS, NULL);
}

static const char *
get_type_name (UsherSettingType type)
{
  switch (type)
    {
    case USHER_SETTING_INTEGER:
      return "an integer";

    case USHER_SETTING_BOOLEAN:
      return "true or false";

    case USHER_SETTING_LIST:
      return "a list";

    case USHER_SETTING_STRING:
    default:
      return "a string";
    }
}

static gboolean
refuse (const UsherSetting *setting, const Given *given, GError **error)
{
  g_autofree char *range = NULL;

  if (setting->min != 0 || setting->max != 0)
    range = g_strdup_printf (" from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                             setting->min,
                             setting->max);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "setting “%s.%s” is “%s” by %s, but wants %s%s",
               setting->group,
               setting->key,
               given->text,
               given->source,
               get_type_name (setting->type),
               range != NULL ? range : "");

  return FALSE;
}

/* Puts a value into its setting, if it fits. */
static gboolean
apply (Declared *declared, const Given *given, GError **error)
{
  const UsherSetting *setting = &declared->setting;
  gint64 integer = 0;

  switch (setting->type)
    {
    case USHER_SETTING_INTEGER:
      if (!g_ascii_string_to_signed (given->text, 10, G_MININT64, G_MAXINT64, &integer, NULL) ||
          ((setting->min != 0 || setting->max != 0) &&
           (integer < setting->min || integer > setting->max)))
        return refuse (setting, given, error);
      break;

    case USHER_SETTING_BOOLEAN:
      if (!g_str_equal (given->text, "true") && !g_str_equal (given->text, "false"))
        return refuse (setting, given, error);
      integer = g_str_equal (given->text, "true");
      break;

    case USHER_SETTING_STRING:
    case USHER_SETTING_LIST:
    default:
      break;
    }

  declared->integer = integer;
  g_free (declared->text);
  g_free (declared->source);
  declared->text = g_strdup (given->text);
  declared->source = g_strdup (given->source);

  return TRUE;
}

static Declared *
copy_setting (const UsherSetting *setting)
{
  Declared *declared = g_new0 (Declared, 1);

  declared->setting = *setting;
  declared->setting.group = g_strdup (setting->group);
  declared->setting.key = g_strdup (setting->key);
  declared->setting.default_value = g_strdup (setting->default_value);
  declared->setting.description = g_strdup (setting->description);

  return declared;
}

static char *
make_name (const char *group, const char *key)
{
  return g_strconcat (group, ".", key, NULL);
}

/* "http.max-body" as "HTTP__MAX_BODY" */
static char *
make_variable (const char *group, const char *key)
{
  g_autofree char *name = g_strconcat (group, "__", key, NULL);
  char *variable = g_ascii_strup (name, -1);

  g_strdelimit (variable, "-", '_');

  return variable;
}

static gboolean
is_same (const UsherSetting *a, const UsherSetting *b)
{
  return a->type == b->type && g_strcmp0 (a->default_value, b->default_value) == 0;
}

/* The value that counts: the later of what was given by name and by variable. */
static const Given *
find_given (UsherSettings *self, const UsherSetting *setting)
{
  g_autofree char *name = make_name (setting->group, setting->key);
  g_autofree char *variable = make_variable (setting->group, setting->key);
  const Given *given = g_hash_table_lookup (self->given, name);
  const Given *from_environment = g_hash_table_lookup (self->variables, variable);

  if (given == NULL || (from_environment != NULL && from_environment->serial > given->serial))
    return from_environment;

  return given;
}

static gboolean
declare_one (UsherSettings *self, const UsherSetting *setting, GError **error)
{
  g_autofree char *name = make_name (setting->group, setting->key);
  Declared *declared = g_hash_table_lookup (self->declared, name);
  Given by_default = { (char *) setting->default_value, (char *) "default", 0 };
  const Given *given = find_given (self, setting);

  if (declared != NULL && !is_same (&declared->setting, setting))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_BUSY,
                   "setting “%s” is declared twice, and differently",
                   name);
      return FALSE;
    }

  if (declared == NULL)
    {
      declared = copy_setting (setting);
      g_hash_table_insert (self->declared, g_strdup (name), declared);
    }

  return apply (declared, &by_default, error) && (given == NULL || apply (declared, given, error));
}

/**
 * usher_settings_declare:
 * @self: settings
 * @settings: (array length=n_settings): what there is to choose
 * @n_settings: how many
 * @error: return location for a [error@Error]
 *
 * Declares settings. They are copied. The same setting may be declared again if type and default are the same.
 * All are declared, also when one does not fit; that one keeps its default.
 *
 * Returns: whether the values that were given already fit: `USHER_ERROR_INVALID` says which does not, where
 *   it is from and what is wanted; `USHER_ERROR_BUSY`: declared already, and differently
 */
gboolean
usher_settings_declare (UsherSettings *self,
                        const UsherSetting *settings,
                        guint n_settings,
                        GError **error)
{
  gboolean ok = TRUE;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (settings != NULL || n_settings == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (guint i = 0; i < n_settings; i++)
    ok = declare_one (self, &settings[i], ok ? error : NULL) && ok;

  return ok;
}

/* Keeps a value, and puts it into its setting when that is declared. */
static gboolean
give (UsherSettings *self, const char *name, const char *text, const char *source, GError **error)
{
  Declared *declared = g_hash_table_lookup (self->declared, name);
  Given *given = g_new0 (Given, 1);

  given->text = g_strdup (text);
  given->source = g_strdup (source);
  given->serial = ++self->n_given;
  g_hash_table_insert (self->given, g_strdup (name), given);

  return declared == NULL || apply (declared, given, error);
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
      g_autofree char *name = make_name (group, keys[i]);
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
      if (!give (self, name, text, path, error))
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

      g_set_error (error,
                   USHER_ERROR,
                   missing ? USHER_ERROR_NOT_FOUND : USHER_ERROR_INVALID,
                   "settings file “%s”: %s",
                   path,
                   cause->message);
      return FALSE;
    }

  absolute = g_canonicalize_filename (path, NULL);
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!load_group (self, file, groups[i], absolute, error))
      return FALSE;

  return TRUE;
}

/* A variable cannot tell `-` from `_`: it waits until its setting is declared. */
static gboolean
take_variable (UsherSettings *self, const char *name, const char *text, GError **error)
{
  Given *given = g_new0 (Given, 1);
  GHashTableIter iter;
  gpointer value = NULL;

  given->text = g_strdup (text);
  given->source = g_strdup ("environment");
  given->serial = ++self->n_given;
  g_hash_table_insert (self->variables, g_strdup (name), given);

  g_hash_table_iter_init (&iter, self->declared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Declared *declared = value;
      g_autofree char *variable = make_variable (declared->setting.group, declared->setting.key);

      if (g_str_equal (variable, name))
        return apply (declared, given, error);
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

  return give (self, name, equals + 1, source, error);
}

/**
 * usher_settings_ignore_group:
 * @self: settings
 * @group: a group
 *
 * Takes values of a group as meant for somebody who is not here: they are not unknown to
 * [method@Settings.check].
 */
void
usher_settings_ignore_group (UsherSettings *self, const char *group)
{
  g_return_if_fail (USHER_IS_SETTINGS (self));
  g_return_if_fail (group != NULL);

  g_hash_table_add (self->strangers, g_strdup (group));
}

static char *
describe_unknown (UsherSettings *self, const char *name, const Given *given)
{
  g_autofree gpointer *known = g_hash_table_get_keys_as_array (self->declared, NULL);
  const char *nearest = usher_nearest_word (name, (const char *const *) known);

  return g_strdup_printf ("setting “%s” by %s is unknown%s%s%s",
                          name,
                          given->source,
                          nearest != NULL ? ", did you mean “" : "",
                          nearest != NULL ? nearest : "",
                          nearest != NULL ? "”?" : "");
}

static gboolean
is_ignored (UsherSettings *self, const char *name)
{
  g_autofree char *group = g_strndup (name, strcspn (name, "."));

  return g_hash_table_contains (self->strangers, group);
}

static void
list_unknown_names (UsherSettings *self, GPtrArray *problems)
{
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!g_hash_table_contains (self->declared, name) && !is_ignored (self, name))
      g_ptr_array_add (problems, describe_unknown (self, name, value));
}

static void
list_unknown_variables (UsherSettings *self, GHashTable *known, GPtrArray *problems)
{
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->variables);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);
      g_auto (GStrv) parts = g_strsplit (lower, "__", 2);
      g_autofree char *dotted = g_strjoinv (".", parts);

      g_strdelimit (dotted, "_", '-');
      if (!g_hash_table_contains (known, name) && !is_ignored (self, dotted))
        g_ptr_array_add (problems, describe_unknown (self, dotted, value));
    }
}

/* Values that do not fit; on the way, the names of all variables that there can be. */
static void
list_misfits (UsherSettings *self, GHashTable *known, GPtrArray *problems)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->declared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Declared *declared = value;
      const UsherSetting *setting = &declared->setting;
      const Given *given = find_given (self, setting);
      g_autoptr (GError) error = NULL;

      g_hash_table_add (known, make_variable (setting->group, setting->key));
      if (given != NULL && !apply (declared, given, &error))
        g_ptr_array_add (problems, g_strdup (error->message));
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * usher_settings_list_problems:
 * @self: settings
 *
 * Looks for values that do not fit, and for those of settings that nobody declared. After all have
 * declared theirs.
 *
 * Returns: (transfer full) (array zero-terminated=1): a sentence each, which names setting and source and, for an
 *   unknown one, the nearest known one
 */
char **
usher_settings_list_problems (UsherSettings *self)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new ();

  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);

  list_misfits (self, known, problems);
  list_unknown_names (self, problems);
  list_unknown_variables (self, known, problems);
  g_ptr_array_sort (problems, compare_texts);
  g_ptr_array_add (problems, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&problems), FALSE);
}

/**
 * usher_settings_check:
 * @self: settings
 * @error: return location for a [error@Error]
 *
 * Fails with what [method@Settings.list_problems] finds.
 *
 * Returns: whether there is none; else `USHER_ERROR_INVALID` names each
 */
gboolean
usher_settings_check (UsherSettings *self, GError **error)
{
  g_auto (GStrv) problems = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  problems = usher_settings_list_problems (self);
  if (problems[0] == NULL)
    return TRUE;

  text = g_strjoinv ("; ", problems);
  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_INVALID, text);

  return FALSE;
}

static const Declared *
find (UsherSettings *self, const char *group, const char *key)
{
  g_autofree char *name = make_name (group, key);
  const Declared *declared = g_hash_table_lookup (self->declared, name);

  if (declared == NULL)
    g_critical ("setting “%s” is not declared", name);

  return declared;
}

/**
 * usher_settings_get_string:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets a value as text.
 *
 * Returns: (nullable): the value, which lives as long as @self; `NULL` when it is not declared or without
 *   a default
 */
const char *
usher_settings_get_string (UsherSettings *self, const char *group, const char *key)
{
  const Declared *declared = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (group != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  declared = find (self, group, key);

  return declared != NULL ? declared->text : NULL;
}

/**
 * usher_settings_get_integer:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets an integer.
 *
 * Returns: the value, 0 when it is not declared
 */
gint64
usher_settings_get_integer (UsherSettings *self, const char *group, const char *key)
{
  const Declared *declared = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), 0);
  g_return_val_if_fail (group != NULL, 0);
  g_return_val_if_fail (key != NULL, 0);

  declared = find (self, group, key);

  return declared != NULL ? declared->integer : 0;
}

/**
 * usher_settings_get_boolean:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets a truth.
 *
 * Returns: the value, `FALSE` when it is not declared
 */
gboolean
usher_settings_get_boolean (UsherSettings *self, const char *group, const char *key)
{
  return usher_settings_get_integer (self, group, key) != 0;
}

/**
 * usher_settings_dup_list:
 * @self: settings
 * @group: a group
 * @key: a key
 *
 * Gets a list: the parts of the text between `;`, without the space around them and without empty ones.
 *
 * Returns: (transfer full) (array zero-terminated=1): the parts
 */
char **
usher_settings_dup_list (UsherSettings *self, const char *group, const char *key)
{
  const char *text = usher_settings_get_string (self, group, key);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ";", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (builder, parts[i]);

  return g_strv_builder_end (builder);
}

/**
 * usher_settings_foreach:
 * @self: settings
 * @func: (scope call) (closure user_data): called for each
 * @user_data: data for @func
 *
 * Goes through the declared settings, sorted by group and key.
 */
void
usher_settings_foreach (UsherSettings *self, UsherSettingsForeachFunc func, gpointer user_data)
{
  g_autoptr (GList) names = NULL;

  g_return_if_fail (USHER_IS_SETTINGS (self));
  g_return_if_fail (func != NULL);

  names = g_list_sort (g_hash_table_get_keys (self->declared), (GCompareFunc) strcmp);
  for (GList *link = names; link != NULL; link = link->next)
    {
      const Declared *declared = g_hash_table_lookup (self->declared, link->data);

      func (&declared->setting,
            declared->text != NULL ? declared->text : "",
            declared->source,
            user_data);
    }
}
