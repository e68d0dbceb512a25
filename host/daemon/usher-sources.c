/* usher-sources.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sources.h"

#include "usher-error.h"
#include "usher-log.h"

#define SYSTEM_FILE "/etc/usher/usher.conf"

static void
load_file (UsherSettings *settings, const char *path, gboolean required, GPtrArray *problems)
{
  g_autoptr (GError) error = NULL;

  if (!usher_settings_load_file (settings, path, &error) &&
      (required || !g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND)))
    g_ptr_array_add (problems, g_strdup (error->message));
}

/* (transfer full) */
static char *
make_own_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "usher", "usher.conf", NULL);
}

GPtrArray *
usher_sources_list_files (const UsherOptions *options)
{
  g_autofree char *own = make_own_path ();
  const char *const paths[] = { SYSTEM_FILE, own, options->config };
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (paths[i] != NULL && g_file_test (paths[i], G_FILE_TEST_IS_REGULAR))
      g_ptr_array_add (files, g_strdup (paths[i]));

  return files;
}

void
usher_sources_load (const UsherOptions *options, UsherSettings *settings, GPtrArray *problems)
{
  g_autofree char *own = make_own_path ();
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;

  load_file (settings, SYSTEM_FILE, FALSE, problems);
  load_file (settings, own, FALSE, problems);
  if (options->config != NULL)
    load_file (settings, options->config, TRUE, problems);

  if (!usher_settings_load_environment (settings, (const char *const *) environment, &error))
    g_ptr_array_add (problems, g_strdup (error->message));

  for (guint i = 0; options->assignments != NULL && options->assignments[i] != NULL; i++)
    {
      g_clear_error (&error);
      if (!usher_settings_assign (settings, options->assignments[i], "-s", &error))
        g_ptr_array_add (problems, g_strdup (error->message));
    }
}

/* What is read anew each time it is needed, or by who listens to the signal “changed”. All else is read once, when a service or a listener is set up. */
static const struct
{
  const char *group;
  const char *key;
} live_settings[] = {
  { "host", "stop-timeout" }, { "http", "access-log" },  { "http", "rate" },
  { "log", "level" },         { "store", "keep-inbox" }, { "store", "keep-requests" },
};

gboolean
usher_sources_is_live (const UsherSetting *setting)
{
  for (guint i = 0; i < G_N_ELEMENTS (live_settings); i++)
    if (g_str_equal (live_settings[i].group, setting->group) &&
        g_str_equal (live_settings[i].key, setting->key))
      return TRUE;

  return FALSE;
}

typedef struct
{
  UsherSettings *current; /* (unowned) */
  UsherSettings *fresh;   /* (unowned) */
  GString *taken;         /* (unowned): names */
  GString *waiting;       /* (unowned): of those that want a restart */
} Comparison;

static void
compare (const UsherSetting *setting, const char *value, const char *source, gpointer user_data)
{
  Comparison *self = user_data;
  const char *current = usher_settings_get_string (self->current, setting->group, setting->key);
  const char *next = usher_settings_get_string (self->fresh, setting->group, setting->key);
  GString *names = usher_sources_is_live (setting) ? self->taken : self->waiting;

  /* what a reference leads to is looked at when it is needed */
  if (g_strcmp0 (next, current) == 0)
    return;

  g_string_append_printf (
      names, "%s%s.%s", names->len > 0 ? ", " : "", setting->group, setting->key);
  if (usher_sources_is_live (setting))
    usher_settings_adopt (self->current, self->fresh, setting->group, setting->key);
}

static void
take_over (UsherSettings *current, UsherSettings *fresh)
{
  g_autoptr (GString) taken = g_string_new (NULL);
  g_autoptr (GString) waiting = g_string_new (NULL);
  Comparison comparison = { current, fresh, taken, waiting };

  usher_settings_foreach (fresh, compare, &comparison);
  usher_log_set_level (usher_settings_get_string (current, "log", "level"), NULL);
  g_message ("the settings were read again: %s%s",
             taken->len > 0 ? "changed: " : "nothing changed",
             taken->str);
  if (waiting->len > 0)
    g_message ("these settings change with the next start only: %s", waiting->str);
}

static void
add_problems (UsherSettings *settings, GPtrArray *problems)
{
  g_auto (GStrv) more = usher_settings_list_problems (settings);

  for (guint i = 0; more[i] != NULL; i++)
    g_ptr_array_add (problems, g_strdup (more[i]));
  if (!usher_log_is_level (usher_settings_get_string (settings, "log", "level")))
    g_ptr_array_add (problems, g_strdup ("setting “log.level” is no level of the log"));
}

void
usher_sources_read_again (const UsherOptions *options, UsherSettings *settings)
{
  g_autoptr (UsherSettings) fresh = usher_settings_new ();
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

  usher_sources_load (options, fresh, problems);
  usher_settings_declare_like (fresh, settings);
  add_problems (fresh, problems);
  if (problems->len == 0)
    {
      take_over (settings, fresh);
      return;
    }

  for (guint i = 0; i < problems->len; i++)
    g_message ("the settings stay as they are: %s", (const char *) g_ptr_array_index (problems, i));
}
