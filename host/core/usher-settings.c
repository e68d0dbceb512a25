/* usher-settings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-settings.h"

#include <string.h>

#include "usher-chained-secrets.h"
#include "usher-error.h"
#include "usher-settings-private.h"

/* variables that are secrets, whatever their names have in them, without what all of ours begin with */
#define SECRET_VARIABLE "SECRET_"

/**
 * UsherSettings:
 *
 * What the operator may choose: key files, environment, command line, typed and with a range.
 *
 * Values may be given before their setting is declared, as plugins declare theirs late; what nobody
 * declared is found by [method@Settings.check]. Later sources win: files in the order of loading, the environment,
 * assignments. Load and declare on one thread; then reading is safe on any, and only [method@Settings.adopt] changes a value.
 * To read what is not declared is a bug: a critical warning, and `NULL`, 0 or `FALSE`.
 */

typedef enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
} Signal;

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UsherSettings, usher_settings, G_TYPE_OBJECT)

static void
free_given (gpointer data)
{
  UsherGiven *given = data;

  if (given->text != NULL)
    explicit_bzero (given->text, strlen (given->text));
  g_free (given->text);
  g_free (given->source);
  g_free (given);
}

static void
free_declared (gpointer data)
{
  UsherDeclared *declared = data;

  usher_setting_free (declared->setting);
  usher_declared_drop_text (declared);
  g_free (declared->source);
  g_free (declared->reference);
  g_clear_pointer (&declared->kept, usher_kept_secret_free);
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
  g_clear_pointer (&self->retired, g_ptr_array_unref);
  g_clear_pointer (&self->exposed, g_ptr_array_unref);
  g_clear_object (&self->secrets);

  G_OBJECT_CLASS (usher_settings_parent_class)->finalize (object);
}

static void
usher_settings_class_init (UsherSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_settings_finalize;

  /**
   * UsherSettings::changed:
   * @settings: the settings
   *
   * One value was taken over by [method@Settings.adopt], on whose thread this is. The detail is `group.key`.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed",
                                          USHER_TYPE_SETTINGS,
                                          G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);
}

static void
usher_settings_init (UsherSettings *self)
{
  self->declared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_declared);
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_given);
  self->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_given);
  self->strangers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->retired = g_ptr_array_new_with_free_func (g_free);
  self->exposed = g_ptr_array_new_with_free_func (g_free);
  self->secrets = USHER_SECRETS (usher_chained_secrets_new_default (NULL));
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
refuse (const UsherSetting *setting, const UsherGiven *given, GError **error)
{
  g_autofree char *range = NULL;
  /* what is said of it goes to pages too */
  g_autofree char *text = g_utf8_make_valid (given->text, -1);

  if (setting->min != 0 || setting->max != 0)
    range = g_strdup_printf (" from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                             setting->min,
                             setting->max);

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "setting “%s.%s” is “%s” by %s, but wants %s%s",
                       setting->group,
                       setting->key,
                       text,
                       given->source,
                       get_type_name (setting->type),
                       range != NULL ? range : "");
}

/* Puts a value into its setting, if it fits. */
gboolean
usher_settings_apply (UsherSettings *self,
                      UsherDeclared *declared,
                      const UsherGiven *given,
                      GError **error)
{
  const UsherSetting *setting = declared->setting;
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

  if (!usher_settings_resolve (self, declared, given->text, error))
    return FALSE;

  declared->integer = integer;
  g_free (declared->source);
  declared->source = g_strdup (given->source);

  return TRUE;
}

static UsherDeclared *
copy_setting (const UsherSetting *setting)
{
  UsherDeclared *declared = g_new0 (UsherDeclared, 1);

  declared->setting = usher_setting_copy (setting);

  return declared;
}

char *
usher_settings_make_name (const char *group, const char *key)
{
  return g_strconcat (group, ".", key, NULL);
}

/* "http.max-body" as "HTTP__MAX_BODY" */
char *
usher_settings_make_variable (const char *group, const char *key)
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
static const UsherGiven *
find_given (UsherSettings *self, const UsherSetting *setting)
{
  g_autofree char *name = usher_settings_make_name (setting->group, setting->key);
  g_autofree char *variable = usher_settings_make_variable (setting->group, setting->key);
  const UsherGiven *given = g_hash_table_lookup (self->given, name);
  const UsherGiven *from_environment = g_hash_table_lookup (self->variables, variable);

  if (given == NULL || (from_environment != NULL && from_environment->serial > given->serial))
    return from_environment;

  return given;
}

static gboolean
declare_one (UsherSettings *self, const UsherSetting *setting, GError **error)
{
  g_autofree char *name = usher_settings_make_name (setting->group, setting->key);
  UsherDeclared *declared = g_hash_table_lookup (self->declared, name);
  UsherGiven by_default = { (char *) setting->default_value, (char *) "default", 0 };
  const UsherGiven *given = find_given (self, setting);

  if (declared != NULL && !is_same (declared->setting, setting))
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

  return usher_settings_apply (self, declared, &by_default, error) &&
         (given == NULL || usher_settings_apply (self, declared, given, error));
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
gboolean
usher_settings_give (UsherSettings *self,
                     const char *name,
                     const char *text,
                     const char *source,
                     GError **error)
{
  UsherDeclared *declared = g_hash_table_lookup (self->declared, name);
  UsherGiven *given = g_new0 (UsherGiven, 1);

  given->text = g_strdup (text);
  given->source = g_strdup (source);
  given->serial = ++self->n_given;
  g_hash_table_insert (self->given, g_utf8_make_valid (name, -1), given);

  return declared == NULL || usher_settings_apply (self, declared, given, error);
}

/**
 * usher_settings_ignore_group:
 * @self: settings
 * @group: a group, or `KIND-*` for all whose names begin so
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
describe_unknown (UsherSettings *self, const char *name, const UsherGiven *given)
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
  const char *dash = strchr (group, '-');
  g_autofree char *kind = NULL;

  if (dash != NULL)
    kind = g_strdup_printf ("%.*s*", (int) (dash + 1 - group), group);

  return g_hash_table_contains (self->strangers, group) ||
         (kind != NULL && g_hash_table_contains (self->strangers, kind));
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
      if (!g_hash_table_contains (known, name) && !is_ignored (self, dotted) &&
          !g_str_has_prefix (name, SECRET_VARIABLE))
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
      UsherDeclared *declared = value;
      const UsherSetting *setting = declared->setting;
      const UsherGiven *given = find_given (self, setting);
      g_autoptr (GError) error = NULL;

      g_hash_table_add (known, usher_settings_make_variable (setting->group, setting->key));
      if (given != NULL && !usher_settings_apply (self, declared, given, &error))
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

static const UsherDeclared *
find (UsherSettings *self, const char *group, const char *key)
{
  g_autofree char *name = usher_settings_make_name (group, key);
  const UsherDeclared *declared = g_hash_table_lookup (self->declared, name);

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
  const UsherDeclared *declared = NULL;

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
  const UsherDeclared *declared = NULL;

  g_return_val_if_fail (USHER_IS_SETTINGS (self), 0);
  g_return_val_if_fail (group != NULL, 0);
  g_return_val_if_fail (key != NULL, 0);

  declared = find (self, group, key);

  return declared != NULL ? __atomic_load_n (&declared->integer, __ATOMIC_RELAXED) : 0;
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
      const UsherDeclared *declared = g_hash_table_lookup (self->declared, link->data);

      const char *value = declared->reference != NULL ? declared->reference : declared->text;

      func (declared->setting, value != NULL ? value : "", declared->source, user_data);
    }
}

/**
 * usher_settings_declare_like:
 * @self: settings
 * @other: settings in which all is declared
 *
 * Declares what is declared in @other, ignores what that ignores and looks secrets up where that does. So all sources can be read again, into @self,
 * beside the settings that are in use. Values that do not fit are among [method@Settings.list_problems].
 */
void
usher_settings_declare_like (UsherSettings *self, UsherSettings *other)
{
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  g_return_if_fail (USHER_IS_SETTINGS (self));
  g_return_if_fail (USHER_IS_SETTINGS (other));

  g_set_object (&self->secrets, other->secrets);
  g_hash_table_iter_init (&iter, other->declared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    usher_settings_declare (self, ((UsherDeclared *) value)->setting, 1, NULL);
  g_hash_table_iter_init (&iter, other->strangers);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    usher_settings_ignore_group (self, name);
}

/**
 * usher_settings_adopt:
 * @self: settings that are in use
 * @other: settings in which the same one is declared
 * @group: a group
 * @key: a key
 *
 * Takes over the value of one setting, and where it is from, and says so by [signal@Settings::changed]. It is for settings
 * that are read anew each time they are needed, or by who listens to that; a text that somebody has got stays valid as
 * long as @self. The thread that loaded them.
 */
void
usher_settings_adopt (UsherSettings *self, UsherSettings *other, const char *group, const char *key)
{
  g_autofree char *name = usher_settings_make_name (group, key);
  UsherDeclared *own = g_hash_table_lookup (self->declared, name);
  const UsherDeclared *theirs = g_hash_table_lookup (other->declared, name);

  g_return_if_fail (own != NULL);
  g_return_if_fail (theirs != NULL);

  if (own->secret == NULL)
    g_ptr_array_add (self->retired, own->text);
  g_atomic_pointer_set (&own->text, g_strdup (theirs->text));
  g_free (own->source);
  own->source = g_strdup (theirs->source);
  __atomic_store_n (&own->integer, theirs->integer, __ATOMIC_RELAXED);
  g_signal_emit (self, signals[SIGNAL_CHANGED], g_quark_from_string (name));
}
