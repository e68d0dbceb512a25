/* usher-setup.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-setup.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-background-secrets-private.h"
#include "usher-backups.h"
#include "usher-chained-secrets.h"
#include "usher-error.h"
#include "usher-host-secrets-private.h"
#include "usher-log.h"
#include "usher-module.h"
#include "usher-program.h"
#include "usher-python.h"
#include "usher-settings-private.h"
#include "usher-sites.h"
#include "usher-sources.h"
#include "usher-supervisor.h"
#include "usher-wants-private.h"

/* the kernel ends the children of one that was killed, but not before its own end */
#define TAKE_OVER_TIME (2 * G_TIME_SPAN_SECOND)
/* how long what was found in the keyring passes for what is there, as nobody tells of a change */
#define KEYRING_PERIOD (30 * G_TIME_SPAN_SECOND)

static const UsherSetting log_settings[] = {
  { "log",
    "level",
    USHER_SETTING_STRING,
    "message",
    0,
    0,
    "the least severe that is written: error, warning, message, info, debug" },
};

static const UsherSetting keyring_settings[] = {
  { "secrets",
    "keyring",
    USHER_SETTING_BOOLEAN,
    "true",
    0,
    0,
    "whether secrets are looked for in the keyring, too, and the first key of sessions is kept "
    "there" },
};

void
usher_setup_free (UsherSetup *self)
{
  g_clear_object (&self->host);
  g_clear_object (&self->catalog);
  g_clear_object (&self->settings);
  g_clear_object (&self->keyring);
  g_clear_object (&self->clock);
  g_ptr_array_unref (self->problems);
  g_strfreev (self->services);
  g_clear_error (&self->no_python);
  g_free (self->trouble);
  g_free (self);
}

static void
add_problem (UsherSetup *self, const char *problem)
{
  g_ptr_array_add (self->problems, g_strdup (problem));
}

static void
open_log (UsherSetup *self)
{
  g_autofree char *problem = NULL;
  g_autofree char *public = NULL;

  usher_settings_declare (self->settings, log_settings, G_N_ELEMENTS (log_settings), NULL);
  if (!usher_log_open (usher_settings_get_string (self->settings, "log", "level"), NULL))
    {
      public = usher_settings_dup_public (self->settings, "log", "level");
      problem = g_strdup_printf ("setting “log.level” is “%s”, but wants error, warning, message, "
                                 "info or debug",
                                 public);
      add_problem (self, problem);
      usher_log_open (log_settings[0].default_value, NULL);
    }
}

/* Before what may refer to secrets is declared. */
static void
open_secrets (UsherSetup *self)
{
  g_autoptr (UsherChainedSecrets) secrets = NULL;
  g_autoptr (UsherSecrets) keyring = NULL;

  usher_host_declare_secrets (self->settings, NULL);
  usher_settings_declare (self->settings, keyring_settings, G_N_ELEMENTS (keyring_settings), NULL);
  secrets = usher_chained_secrets_new_default (
      usher_settings_get_string (self->settings, "secrets", "directory"));
  if (usher_settings_get_boolean (self->settings, "secrets", "keyring"))
    {
      self->keyring = usher_keyring_new ();
      keyring = usher_background_secrets_new (USHER_SECRETS (self->keyring), KEYRING_PERIOD);
      usher_chained_secrets_add (secrets, keyring);
    }
  usher_settings_set_secrets (self->settings, USHER_SECRETS (secrets));
}

/* Values that do not fit are found by the check at the end. */
static void
declare_settings (UsherSetup *self)
{
  open_log (self);
  open_secrets (self);
  usher_host_declare_settings (self->settings, NULL);
  usher_supervisor_declare_settings (self->settings, NULL);
  usher_program_declare_settings (self->settings);
  usher_backups_declare_settings (self->settings);
  usher_settings_ignore_group (self->settings, "profile-*");
  for (guint i = 0; self->options->elsewhere != NULL && self->options->elsewhere[i] != NULL; i++)
    usher_settings_ignore_group (self->settings, self->options->elsewhere[i]);
}

/* Whoever named it has the last word. */
static void
warn_of_folder (const char *folder)
{
  struct stat info;

  if (stat (folder, &info) == 0 && (info.st_mode & S_IWOTH) != 0)
    g_printerr ("usher: plugin folder “%s” may be written to by everybody, so anybody could have "
                "their code run here: chmod o-w it\n",
                folder);
}

static void
scan (UsherSetup *self, gboolean needs_plugins)
{
  for (guint i = 0; self->options->plugins[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!usher_catalog_scan (self->catalog, self->options->plugins[i], &error) &&
          (needs_plugins || !g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND)))
        add_problem (self, error->message);
    }
}

static void
warn_of_folders (UsherSetup *self)
{
  for (guint i = 0; self->options->plugins[i] != NULL; i++)
    warn_of_folder (self->options->plugins[i]);
}

/* Names what the command line names, by a file or not. */
static void
take_services (UsherSetup *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char **words = self->options->arguments;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = usher_python_is_file (words[i])
                                  ? usher_catalog_add_file (self->catalog, words[i], &error)
                                  : g_strdup (words[i]);

      if (error != NULL)
        add_problem (self, error->message);
      else
        g_strv_builder_add (builder, name);
    }
  if (words != NULL)
    self->services = g_strv_builder_end (builder);
}

/* Whether anything is looked for in the plugin folders, which need not be there otherwise. */
static gboolean
names_plugins (UsherSetup *self)
{
  char **words = self->options->arguments;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (!usher_python_is_file (words[i]))
      return TRUE;

  return words == NULL;
}

/* Where one of the services wants it, all that this process is for is done by the interpreter's. */
static void
become_python (UsherSetup *self)
{
  g_autoptr (GError) error = NULL;

  if (usher_python_get_loader () != NULL || self->problems->len > 0 ||
      !usher_python_is_among (self->catalog, (const char *const *) self->services))
    return;

  usher_python_become (self->options->plugins, &error);
  self->no_python = g_steal_pointer (&error);
}

static void
set_trouble (UsherSetup *self, const char *name, const char *reason)
{
  if (self->trouble == NULL)
    self->trouble = g_strdup_printf ("plugin “%s” failed: %s", name, reason);
}

static gboolean
is_named (UsherSetup *self, const char *name)
{
  char **services = self->services;

  return services != NULL && !self->options->leaves_out &&
         g_strv_contains ((const char *const *) services, name);
}

static void
fail_plugin (UsherSetup *self, const char *name, const char *reason)
{
  usher_catalog_set_state (self->catalog, name, USHER_PLUGIN_FAILED, reason);
  if (is_named (self, name))
    set_trouble (self, name, reason);
}

/* (transfer full) (nullable): what a plugin requires and what failed. */
static char *
find_failed_requirement (UsherSetup *self, UsherManifest *manifest)
{
  const char *const *requires = usher_manifest_get_requires (manifest);

  for (guint i = 0; requires[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (requires[i], strcspn (requires[i], " <>="));

      if (usher_catalog_get_state (self->catalog, name, NULL) == USHER_PLUGIN_FAILED)
        return g_steal_pointer (&name);
    }

  return NULL;
}

static UsherService *
load (UsherSetup *self, UsherManifest *manifest, GError **error)
{
  UsherLoader *loader = usher_python_get_loader ();

  if (!usher_manifest_is_python (manifest))
    return usher_module_load (manifest, error);
  if (loader != NULL)
    return usher_loader_load (loader, manifest, error);

  usher_refuse (error,
                USHER_ERROR_UNAVAILABLE,
                "%s",
                self->no_python != NULL ? self->no_python->message
                                        : "it is in Python, which does not run here");

  return NULL;
}

static void
add_plugin (UsherSetup *self, UsherManifest *manifest)
{
  const char *name = usher_manifest_get_name (manifest);
  g_autofree char *failed = find_failed_requirement (self, manifest);
  g_autoptr (UsherService) service = NULL;
  g_autoptr (GError) error = NULL;

  if (failed != NULL)
    {
      g_autofree char *reason = g_strdup_printf ("it requires “%s”, which failed", failed);

      fail_plugin (self, name, reason);
      set_trouble (self, name, reason);
      return;
    }

  usher_wants_tell (self->catalog, manifest);
  service = load (self, manifest, &error);
  if (service == NULL)
    {
      fail_plugin (self, name, error->message);
      return;
    }

  usher_catalog_set_state (self->catalog, name, USHER_PLUGIN_LOADED, "its module fits");
  if (self->host == NULL)
    return;

  if (!usher_host_add_service (self->host, name, service, &error))
    {
      fail_plugin (self, name, error->message);
      /* of two that want one route, neither is the one to leave out */
      if (g_error_matches (error, USHER_ERROR, USHER_ERROR_CONFLICT))
        set_trouble (self, name, error->message);
      return;
    }

  self->n_services++;
  usher_catalog_set_state (self->catalog,
                           name,
                           USHER_PLUGIN_CONFIGURED,
                           "it has declared what it does");
}

/* A plugin that cannot be put in order lacks something that is required, so the host is not ready. */
static void
on_resolved (const char *name,
             UsherManifest *manifest,
             UsherPluginState state,
             const char *reason,
             gpointer user_data)
{
  if (manifest != NULL && state == USHER_PLUGIN_FAILED)
    set_trouble (user_data, name, reason);
}

static void
on_plugin (const char *name,
           UsherManifest *manifest,
           UsherPluginState state,
           const char *reason,
           gpointer user_data)
{
  gboolean *has_some = user_data;

  *has_some = TRUE;
}

static gboolean
is_empty (UsherCatalog *catalog)
{
  gboolean has_some = FALSE;

  usher_catalog_foreach (catalog, on_plugin, &has_some);

  return !has_some;
}

static void
add_plugins (UsherSetup *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) manifests = NULL;

  manifests = usher_catalog_resolve (self->catalog, (const char *const *) self->services, &error);
  if (manifests == NULL)
    {
      add_problem (self, error->message);
      return;
    }

  usher_catalog_foreach (self->catalog, on_resolved, self);
  for (guint i = 0; i < manifests->len; i++)
    add_plugin (self, g_ptr_array_index (manifests, i));
}

/* The settings of a plugin that does not run here are no mistake. */
static void
ignore_settings (const char *name,
                 UsherManifest *manifest,
                 UsherPluginState state,
                 const char *reason,
                 gpointer user_data)
{
  if (manifest != NULL && state != USHER_PLUGIN_CONFIGURED)
    usher_settings_ignore_group (user_data, name);
}

static void
check_settings (UsherSetup *self)
{
  g_auto (GStrv) problems = NULL;

  if (self->host != NULL)
    usher_sites_check (self->host, self->settings, self->problems);
  usher_catalog_foreach (self->catalog, ignore_settings, self->settings);
  problems = usher_settings_list_problems (self->settings);
  for (guint i = 0; problems[i] != NULL; i++)
    add_problem (self, problems[i]);
}

UsherSetup *
usher_setup_new_settings (const UsherOptions *options)
{
  UsherSetup *self = g_new0 (UsherSetup, 1);

  self->options = options;
  self->clock = usher_real_clock_new ();
  self->settings = usher_settings_new ();
  self->catalog = usher_catalog_new ();
  self->problems = g_ptr_array_new_with_free_func (g_free);
  usher_sources_load (options, self->settings, self->problems);
  declare_settings (self);

  return self;
}

static UsherHost *
try_host (UsherSetup *self, const char *directory, UsherSetupUse use, GError **error)
{
  if (use == USHER_SETUP_SHARED)
    return usher_host_new_shared (directory, self->settings, self->clock, error);

  return usher_host_new (directory, self->settings, self->clock, error);
}

static void
open_host (UsherSetup *self, const char *directory, UsherSetupUse use)
{
  gint64 deadline = g_get_monotonic_time () + (use == USHER_SETUP_TAKE_OVER ? TAKE_OVER_TIME : 0);
  g_autoptr (GError) error = NULL;

  self->host = try_host (self, directory, use, &error);
  while (self->host == NULL && g_error_matches (error, USHER_ERROR, USHER_ERROR_BUSY) &&
         g_get_monotonic_time () < deadline)
    {
      g_usleep (20000);
      g_clear_error (&error);
      self->host = try_host (self, directory, use, &error);
    }
  if (self->host == NULL)
    add_problem (self, error->message);
}

static void
remove_folder (const char *directory)
{
  g_autoptr (GDir) folder = g_dir_open (directory, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
}

/* A host that never starts, so that plugins can say what they declare. */
static void
open_passing_host (UsherSetup *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("usher-XXXXXX", &error);

  if (directory == NULL)
    {
      add_problem (self, error->message);
      return;
    }

  /* its key goes with it */
  if (self->keyring != NULL)
    usher_keyring_set_read_only (self->keyring);
  open_host (self, directory, USHER_SETUP_ALONE);
  remove_folder (directory);
}

static void
open (UsherSetup *self, UsherSetupUse use)
{
  warn_of_folders (self);
  if (use != USHER_SETUP_LOOK)
    open_host (self, self->options->data, use);
  if (self->host == NULL)
    open_passing_host (self);
}

UsherSetup *
usher_setup_new (const UsherOptions *options, UsherSetupUse use)
{
  UsherSetup *self = usher_setup_new_settings (options);

  take_services (self);
  scan (self, names_plugins (self));
  /* before anything is locked */
  become_python (self);
  open (self, use);
  self->has_no_plugins = self->problems->len == 0 && is_empty (self->catalog);
  add_plugins (self);
  check_settings (self);
  self->is_left_out = self->n_services == 0 && self->problems->len == 0 && options->leaves_out;
  if (self->n_services == 0 && self->problems->len == 0 && !self->is_left_out)
    add_problem (self, "there is no plugin that can run");

  return self;
}

UsherSetup *
usher_setup_new_bare (const UsherOptions *options, UsherSetupUse use, gboolean needs_plugins)
{
  UsherSetup *self = usher_setup_new_settings (options);

  if (needs_plugins)
    take_services (self);
  scan (self, needs_plugins && names_plugins (self));
  open (self, use);
  check_settings (self);

  return self;
}

char *
usher_setup_dup_word (UsherSetup *self, const char *service)
{
  for (guint i = 0; self->services != NULL && self->services[i] != NULL; i++)
    if (g_str_equal (self->services[i], service) &&
        usher_python_is_file (self->options->arguments[i]))
      return g_canonicalize_filename (self->options->arguments[i], NULL);

  return g_strdup (service);
}

void
usher_setup_print_problems (UsherSetup *self)
{
  g_auto (GStrv) exposed = usher_settings_list_exposed (self->settings);

  for (guint i = 0; exposed[i] != NULL; i++)
    g_printerr ("usher: %s\n", exposed[i]);
  for (guint i = 0; i < self->problems->len; i++)
    g_printerr ("usher: %s\n", (const char *) g_ptr_array_index (self->problems, i));
}
