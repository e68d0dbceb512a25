/* usher-run.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usher-bus-metrics.h"
#include "usher-bus.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-hub.h"
#include "usher-notify.h"
#include "usher-plugin-page.h"
#include "usher-program.h"
#include "usher-setup.h"
#include "usher-sources.h"

#define ENDPOINT   "inproc://usher-bus"
#define BUS_FOLDER "bus"

/* milliseconds between looks whether the host is ready, and how many before it is said that it is not */
#define LOOK_INTERVAL     5
#define LOOKS_BEFORE_WORD 200

/* A host that runs: with a hub in the same process, a member of one elsewhere, or nothing but a hub for others. */
typedef struct
{
  UsherSetup *setup;     /* (owned) */
  UsherPluginPage *page; /* (owned) */
  gboolean is_hub;       /* no services run here */
  UsherHub *hub;         /* (owned) (nullable) */
  char *endpoint;        /* (owned) (nullable): where others join the hub */
  UsherBus *bus;         /* (owned) (nullable) */
  GMainLoop *loop;       /* (owned) */
  guint n_looks;         /* for readiness */
  gboolean is_ready;     /* and that was said */
  gboolean has_failed;   /* after the start */
} Run;

static void
run_clear (Run *self)
{
  /* the host uses the bus until it is gone, and the page until its listener is */
  g_clear_object (&self->setup->host);
  g_clear_object (&self->bus);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->setup, usher_setup_free);
  g_clear_pointer (&self->page, usher_plugin_page_free);
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
report_failed (const char *name,
               UsherManifest *manifest,
               UsherPluginState state,
               const char *reason,
               gpointer user_data)
{
  if (state == USHER_PLUGIN_FAILED)
    g_printerr ("usher: plugin “%s” failed: %s\n", name, reason);
}

typedef struct
{
  UsherCatalog *catalog;
  UsherPluginState from;
  UsherPluginState to;
  const char *reason;
} Move;

static void
move_state (const char *name,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  const Move *move = user_data;

  if (state == move->from)
    usher_catalog_set_state (move->catalog, name, move->to, move->reason);
}

static void
note_state (Run *self, UsherPluginState from, UsherPluginState to, const char *reason)
{
  Move move = { self->setup->catalog, from, to, reason };

  usher_catalog_foreach (self->setup->catalog, move_state, &move);
  usher_plugin_page_update (self->page, self->setup->catalog);
}

static gboolean
open_hub (Run *self, GError **error)
{
  UsherSettings *settings = self->setup->settings;
  const char *data = self->setup->options->data;
  g_autofree char *directory = g_build_filename (data, BUS_FOLDER, NULL);
  const UsherHubLimits limits = {
    .max_messages = (guint64) usher_settings_get_integer (settings, "bus", "max-messages"),
    .max_bytes = (guint64) usher_settings_get_integer (settings, "bus", "max-bytes"),
    .max_age = usher_settings_get_integer (settings, "bus", "max-age") * G_TIME_SPAN_SECOND,
  };

  self->hub = usher_hub_new (directory, self->setup->clock, &limits, error);

  return self->hub != NULL;
}

/* For the sockets of those that are found there. */
static gboolean
make_run_directory (Run *self, GError **error)
{
  const UsherOptions *options = self->setup->options;

  if ((!self->is_hub && !options->has_run) || g_mkdir_with_parents (options->run, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "run directory “%s” cannot be made: %s",
               options->run,
               g_strerror (errno));

  return FALSE;
}

/* Where others come in. */
static gboolean
open_entrance (Run *self, GError **error)
{
  const UsherOptions *options = self->setup->options;
  g_autofree char *endpoint = g_strdup (options->bus);

  if (endpoint == NULL)
    endpoint = g_strdup_printf ("ipc://%s/bus", options->run);
  if (g_str_has_prefix (endpoint, "tcp://") &&
      usher_program_get_keys (self->setup->settings) != NULL &&
      !usher_hub_set_keys (self->hub, usher_program_get_keys (self->setup->settings), error))
    return FALSE;

  self->endpoint = usher_hub_bind (self->hub, endpoint, error);

  return self->endpoint != NULL;
}

/* (transfer full): how this process is called on the bus. */
static char *
choose_name (const Run *self)
{
  if (self->setup->options->name != NULL)
    return g_strdup (self->setup->options->name);
  if (self->hub != NULL)
    return g_strdup ("host");

  return g_strdup_printf ("%s.%d", g_get_host_name (), (int) getpid ());
}

static gboolean
open_bus (Run *self, GError **error)
{
  g_autofree char *endpoint = NULL;
  g_autofree char *name = NULL;

  if (self->is_hub || self->setup->options->bus == NULL)
    {
      if (!open_hub (self, error) || (self->is_hub && !open_entrance (self, error)))
        return FALSE;
      endpoint = usher_hub_bind (self->hub, ENDPOINT, error);
      if (endpoint == NULL)
        return FALSE;
    }
  else
    endpoint = g_strdup (self->setup->options->bus);

  name = choose_name (self);
  self->bus = usher_bus_open (
      endpoint, name, self->setup->clock, usher_program_get_keys (self->setup->settings), error);

  return self->bus != NULL;
}

/* Where many share a hub, the one that has it tells its numbers. */
static void
add_bus_metrics (UsherMetrics *metrics, gpointer user_data)
{
  Run *self = user_data;

  if (self->hub != NULL)
    usher_bus_add_metrics (self->bus, metrics, NULL);
}

static gboolean
start (Run *self, GError **error)
{
  UsherSetup *setup = self->setup;

  if (!usher_host_add_admin_route (
          setup->host, "GET", "/plugins", usher_plugin_page_answer, self->page, NULL, error) ||
      !make_run_directory (self, error) || !open_bus (self, error))
    return FALSE;

  usher_host_add_metrics (setup->host, add_bus_metrics, self, NULL);
  note_state (self, USHER_PLUGIN_CONFIGURED, USHER_PLUGIN_STARTING, "its store is being opened");
  if (!usher_host_start (setup->host, self->bus, error))
    return FALSE;

  note_state (self, USHER_PLUGIN_STARTING, USHER_PLUGIN_READY, "its subscriptions are confirmed");
  usher_host_set_trouble (setup->host, setup->trouble);

  return usher_host_listen (setup->host,
                            self->is_hub ? NULL : setup->options->listen,
                            setup->options->admin,
                            error) &&
         usher_host_listen_probe (setup->host, setup->options->probe, error);
}

/* Lets others find this host, if it was asked for. */
static gboolean
enter_registry (Run *self)
{
  const UsherOptions *options = self->setup->options;
  g_autofree char *name = choose_name (self);
  g_autoptr (GError) error = NULL;

  if (self->is_hub || !options->has_run ||
      usher_host_register (self->setup->host, options->run, name, &error))
    return TRUE;

  g_printerr ("usher: %s\n", error->message);
  self->has_failed = TRUE;
  g_main_loop_quit (self->loop);

  return FALSE;
}

/* (transfer full): for the service manager */
static char *
describe (Run *self)
{
  const char *uri = usher_host_get_uri (self->setup->host);

  if (self->is_hub)
    return g_strdup_printf ("The hub is ready, %s", self->endpoint);

  return g_strdup_printf ("%u services are ready, %s",
                          self->setup->n_services,
                          uri != NULL ? uri : "on the bus alone");
}

/* Scripts read these lines. */
static void
announce_ready (Run *self)
{
  g_autofree char *status = describe (self);

  usher_program_print_line ("bus", self->endpoint);
  usher_program_print_line ("listening", usher_host_get_uri (self->setup->host));
  usher_program_print_line ("admin", usher_host_get_admin_uri (self->setup->host));
  self->is_ready = TRUE;
  usher_notify_ready (status);
}

/* The bus may take a moment to connect; a plugin that failed does not come back. */
static gboolean
announce (gpointer user_data)
{
  Run *self = user_data;
  UsherHost *host = self->setup->host;
  const char *uri = usher_host_get_uri (host);
  const char *admin = usher_host_get_admin_uri (host);
  g_autofree char *reason = NULL;

  if (usher_host_is_ready (host, &reason))
    {
      if (enter_registry (self))
        announce_ready (self);
      return G_SOURCE_REMOVE;
    }

  if (self->setup->trouble != NULL || self->n_looks++ == LOOKS_BEFORE_WORD)
    g_printerr ("usher: not ready: %s; listening on %s, admin on %s\n",
                reason,
                uri != NULL ? uri : "nothing",
                admin != NULL ? admin : "nothing");

  return self->setup->trouble == NULL;
}

static gboolean
on_hangup (gpointer user_data)
{
  Run *self = user_data;
  g_autofree char *status = NULL;

  if (self->is_ready)
    usher_notify_reloading ();
  usher_sources_read_again (self->setup->options, self->setup->settings);
  status = describe (self);
  if (self->is_ready)
    usher_notify_ready (status);

  return G_SOURCE_CONTINUE;
}

static gboolean
stop (Run *self, GError **error)
{
  gint64 timeout = usher_settings_get_integer (self->setup->settings, "host", "stop-timeout") *
                   G_TIME_SPAN_SECOND;
  gboolean ok = FALSE;

  usher_notify_stopping ();
  note_state (self, USHER_PLUGIN_READY, USHER_PLUGIN_DRAINING, "the host is stopping");
  ok = usher_host_stop (self->setup->host, timeout, error);

  if (self->hub == NULL)
    return ok;

  return usher_hub_close (self->hub, timeout, ok ? error : NULL) && ok;
}

static int
run (Run *self)
{
  g_autoptr (GError) error = NULL;

  usher_catalog_foreach (self->setup->catalog, report_failed, NULL);
  usher_setup_print_problems (self->setup);
  if (self->setup->problems->len > 0)
    return EXIT_FAILURE;

  if (start (self, &error))
    {
      if (announce (self))
        g_timeout_add (LOOK_INTERVAL, announce, self);
      if (!self->has_failed)
        g_main_loop_run (self->loop);
      if (stop (self, &error))
        return self->has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
    }

  g_printerr ("usher: %s\n", error->message);

  return EXIT_FAILURE;
}

static void
prepare (Run *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  self->page = usher_plugin_page_new ();
  usher_program_prepare (self->loop);
  g_unix_signal_add (SIGHUP, on_hangup, self);
}

int
usher_run (const UsherOptions *options)
{
  g_auto (Run) self = { NULL };

  prepare (&self);
  self.setup =
      usher_setup_new (options, options->bus != NULL ? USHER_SETUP_SHARED : USHER_SETUP_ALONE);

  return run (&self);
}

int
usher_run_hub (const UsherOptions *options)
{
  g_auto (Run) self = { NULL };

  prepare (&self);
  self.is_hub = TRUE;
  self.setup = usher_setup_new_bare (options, USHER_SETUP_SHARED, FALSE);

  return run (&self);
}
