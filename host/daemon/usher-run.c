/* usher-run.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <czmq.h>
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "usher-commands.h"
#include "usher-hub.h"
#include "usher-plugin-page.h"
#include "usher-setup.h"
#include "usher-zmq-bus.h"

#define ENDPOINT   "inproc://usher-bus"
#define BUS_FOLDER "bus"

/* milliseconds between looks whether the host is ready, and how many before it is said that it is not */
#define LOOK_INTERVAL     5
#define LOOKS_BEFORE_WORD 200

/* A host that runs, with the bus in the same process. */
typedef struct
{
  UsherSetup *setup;     /* (owned) */
  UsherPluginPage *page; /* (owned) */
  UsherHub *hub;         /* (owned) (nullable) */
  UsherBus *bus;         /* (owned) (nullable) */
  GMainLoop *loop;       /* (owned) */
  guint n_looks;         /* for readiness */
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
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
raise_file_limit (void)
{
  struct rlimit limit = { 0 };

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;

  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_message ("the limit of open files stays as it is: %s", g_strerror (errno));
}

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
open_bus (Run *self, GError **error)
{
  UsherSettings *settings = self->setup->settings;
  const char *data = self->setup->options->data;
  g_autofree char *directory = g_build_filename (data, BUS_FOLDER, NULL);
  g_autofree char *endpoint = NULL;
  const UsherHubLimits limits = {
    .max_messages = (guint64) usher_settings_get_integer (settings, "bus", "max-messages"),
    .max_bytes = (guint64) usher_settings_get_integer (settings, "bus", "max-bytes"),
    .max_age = usher_settings_get_integer (settings, "bus", "max-age") * G_TIME_SPAN_SECOND,
  };

  self->hub = usher_hub_new (directory, self->setup->clock, &limits, error);
  if (self->hub == NULL)
    return FALSE;

  endpoint = usher_hub_bind (self->hub, ENDPOINT, error);
  if (endpoint == NULL)
    return FALSE;

  self->bus = usher_zmq_bus_new (endpoint, "host", self->setup->clock, error);

  return self->bus != NULL;
}

static gboolean
start (Run *self, GError **error)
{
  UsherSetup *setup = self->setup;

  if (!usher_host_add_admin_route (
          setup->host, "GET", "/plugins", usher_plugin_page_answer, self->page, NULL, error) ||
      !open_bus (self, error))
    return FALSE;

  note_state (self, USHER_PLUGIN_CONFIGURED, USHER_PLUGIN_STARTING, "its store is being opened");
  if (!usher_host_start (setup->host, self->bus, error))
    return FALSE;

  note_state (self, USHER_PLUGIN_STARTING, USHER_PLUGIN_READY, "its subscriptions are confirmed");
  usher_host_set_trouble (setup->host, setup->trouble);

  return usher_host_listen (setup->host, setup->options->listen, setup->options->admin, error);
}

/* Scripts read these two lines. */
static void
announce_ready (UsherHost *host)
{
  printf ("listening on %s\nadmin on %s\n",
          usher_host_get_uri (host),
          usher_host_get_admin_uri (host));
  fflush (stdout);
  sd_notify (0, "READY=1");
}

/* The bus may take a moment to connect; a plugin that failed does not come back. */
static gboolean
announce (gpointer user_data)
{
  Run *self = user_data;
  UsherHost *host = self->setup->host;
  g_autofree char *reason = NULL;

  if (usher_host_is_ready (host, &reason))
    {
      announce_ready (host);
      return G_SOURCE_REMOVE;
    }

  if (self->setup->trouble != NULL || self->n_looks++ == LOOKS_BEFORE_WORD)
    g_printerr ("usher: not ready: %s; listening on %s, admin on %s\n",
                reason,
                usher_host_get_uri (host),
                usher_host_get_admin_uri (host));

  return self->setup->trouble == NULL;
}

static gboolean
on_stop_signal (gpointer user_data)
{
  Run *self = user_data;

  /* the second signal ends the program at once */
  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  g_main_loop_quit (self->loop);

  return G_SOURCE_CONTINUE;
}

static void
watch_signals (Run *self)
{
  g_unix_signal_add (SIGTERM, on_stop_signal, self);
  g_unix_signal_add (SIGINT, on_stop_signal, self);
  signal (SIGPIPE, SIG_IGN);
  /* else czmq takes the signals with its first socket */
  zsys_handler_set (NULL);
}

static gboolean
stop (Run *self, GError **error)
{
  gint64 timeout = usher_settings_get_integer (self->setup->settings, "host", "stop-timeout") *
                   G_TIME_SPAN_SECOND;
  gboolean ok = FALSE;

  sd_notify (0, "STOPPING=1");
  note_state (self, USHER_PLUGIN_READY, USHER_PLUGIN_DRAINING, "the host is stopping");
  ok = usher_host_stop (self->setup->host, timeout, error);

  return usher_hub_close (self->hub, timeout, ok ? error : NULL) && ok;
}

int
usher_run (const UsherOptions *options)
{
  g_auto (Run) self = { NULL };
  g_autoptr (GError) error = NULL;

  self.loop = g_main_loop_new (NULL, FALSE);
  watch_signals (&self);
  raise_file_limit ();

  self.page = usher_plugin_page_new ();
  self.setup = usher_setup_new (options, options->data);
  usher_catalog_foreach (self.setup->catalog, report_failed, NULL);
  usher_setup_print_problems (self.setup);
  if (self.setup->problems->len > 0)
    return EXIT_FAILURE;

  if (start (&self, &error))
    {
      if (announce (&self))
        g_timeout_add (LOOK_INTERVAL, announce, &self);
      g_main_loop_run (self.loop);
      if (stop (&self, &error))
        return EXIT_SUCCESS;
    }

  g_printerr ("usher: %s\n", error->message);

  return EXIT_FAILURE;
}
