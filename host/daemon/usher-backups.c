/* usher-backups.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-backups.h"

#include <string.h>

#include "usher-json-writer.h"
#include "usher-python.h"

#define GROUP "admin"
#define KEY   "backups"

/* A process of its own makes the copy: one that opened the databases of this one beside SQLite would lose it their locks. */
struct _UsherBackups
{
  UsherHost *host;             /* (owned) */
  UsherSettings *settings;     /* (owned) */
  const UsherOptions *options; /* (unowned) */
  GSubprocess *process;        /* (owned) (nullable): one at a time */
  UsherExchange *exchange;     /* (owned) (nullable): who asked for it */
  char *folder;                /* (owned) (nullable): what it fills */
};

static const UsherSetting backup_settings[] = {
  { GROUP,
    KEY,
    USHER_SETTING_STRING,
    "",
    0,
    0,
    "folder for backups that the admin listener is asked for, empty: it makes none" },
};

void
usher_backups_declare_settings (UsherSettings *settings)
{
  usher_settings_declare (settings, backup_settings, G_N_ELEMENTS (backup_settings), NULL);
}

/* @exchange: (transfer full) */
static void
refuse (UsherExchange *exchange, guint status, const char *message)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_reply_refuse (usher_exchange_get_reply (owned), status, message);
  usher_exchange_finish (owned);
}

static void
answer (UsherBackups *self, const char *told)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&self->exchange);
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "folder", self->folder);
  usher_json_writer_set_string (writer, "told", told);
  usher_json_writer_end_object (writer);
  usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
}

static void
on_copied (GObject *process, GAsyncResult *result, gpointer user_data)
{
  UsherBackups *self = user_data;
  g_autofree char *told = NULL;
  g_autofree char *complaint = NULL;
  gboolean ok = g_subprocess_communicate_utf8_finish (
                    G_SUBPROCESS (process), result, &told, &complaint, NULL) &&
                g_subprocess_get_successful (G_SUBPROCESS (process));

  if (ok)
    answer (self, g_strstrip (told));
  else
    refuse (g_steal_pointer (&self->exchange),
            503,
            complaint != NULL && *g_strstrip (complaint) != '\0' ? complaint
                                                                 : "The backup was broken off");
  g_clear_pointer (&self->folder, g_free);
  g_clear_object (&self->process);
}

static void
add_option (GPtrArray *argv, const char *option, const char *value)
{
  if (value == NULL)
    return;

  g_ptr_array_add (argv, (gpointer) option);
  g_ptr_array_add (argv, (gpointer) value);
}

static gboolean
copy (UsherBackups *self, GError **error)
{
  const UsherOptions *options = self->options;
  g_autofree char *program = usher_python_dup_program (error);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (program == NULL)
    return FALSE;

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (gpointer) "backup");
  add_option (argv, "--data", options->data);
  add_option (argv, "--config", options->config);
  for (guint i = 0; options->assignments != NULL && options->assignments[i] != NULL; i++)
    add_option (argv, "--set", options->assignments[i]);
  for (guint i = 0; options->plugins[i] != NULL; i++)
    add_option (argv, "--plugins", options->plugins[i]);
  g_ptr_array_add (argv, (gpointer) "--plugins-only");
  add_option (argv, "--", self->folder);
  g_ptr_array_add (argv, NULL);

  self->process =
      g_subprocess_newv ((const char *const *) argv->pdata,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                         error);
  if (self->process == NULL)
    return FALSE;

  g_subprocess_communicate_utf8_async (self->process, NULL, NULL, on_copied, self);

  return TRUE;
}

/* (transfer full) (nullable): why it is not made, and by which status that is told */
static char *
dup_refusal (UsherBackups *self, const char *name, guint *status)
{
  const char *all = usher_settings_get_string (self->settings, GROUP, KEY);
  g_autofree char *folder = g_build_filename (all, name, NULL);

  *status = 403;
  if (*all == '\0')
    return g_strdup ("No folder for backups is named by the setting admin.backups");

  *status = 400;
  if (!g_regex_match_simple ("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z", name, 0, 0))
    return g_strdup ("A backup is called by letters, digits, “.”, “_” and “-”, at most 63");

  *status = 409;
  if (self->process != NULL)
    return g_strdup ("A backup is being made already");
  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    return g_strdup_printf ("“%s” is there already: each backup wants a new folder", folder);

  self->folder = g_canonicalize_filename (folder, NULL);

  return NULL;
}

/* From the listener's thread to the main one. */
typedef struct
{
  UsherBackups *backups;   /* (unowned) */
  UsherExchange *exchange; /* (owned) */
} Order;

static gboolean
on_order (gpointer user_data)
{
  Order *order = user_data;
  UsherBackups *self = order->backups;
  UsherRequest *request = usher_exchange_get_request (order->exchange);
  guint status = 0;
  g_autofree char *refusal =
      dup_refusal (self, usher_request_get_parameter (request, "name"), &status);
  g_autoptr (GError) error = NULL;

  if (refusal != NULL)
    {
      refuse (order->exchange, status, refusal);
      return G_SOURCE_REMOVE;
    }

  self->exchange = order->exchange;
  if (!copy (self, &error))
    {
      refuse (g_steal_pointer (&self->exchange), 503, error->message);
      g_clear_pointer (&self->folder, g_free);
    }

  return G_SOURCE_REMOVE;
}

static void
on_request (UsherExchange *exchange, gpointer user_data)
{
  Order *order = g_new0 (Order, 1);

  order->backups = user_data;
  order->exchange = exchange;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, on_order, order, g_free);
}

/* The host stops, and waits for no copy. */
static void
on_drained (UsherHost *host, gpointer user_data)
{
  UsherBackups *self = user_data;

  if (self->process != NULL)
    g_subprocess_force_exit (self->process);
  while (self->process != NULL)
    g_main_context_iteration (NULL, TRUE);
}

UsherBackups *
usher_backups_new (UsherSetup *setup, GError **error)
{
  g_autoptr (UsherBackups) self = g_new0 (UsherBackups, 1);

  self->host = g_object_ref (setup->host);
  self->settings = g_object_ref (setup->settings);
  self->options = setup->options;
  g_signal_connect (self->host, "drained", G_CALLBACK (on_drained), self);
  if (!usher_host_add_admin_route (
          self->host, "POST", "/backups/:name", on_request, self, NULL, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
usher_backups_free (UsherBackups *self)
{
  g_signal_handlers_disconnect_by_data (self->host, self);
  g_clear_object (&self->host);
  g_clear_object (&self->settings);
  g_free (self);
}
