/* usher-up.c: the command “usher up”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>

#include "usher-bus.h"
#include "usher-commands.h"
#include "usher-notify.h"
#include "usher-program.h"
#include "usher-sources.h"
#include "usher-up-private.h"

#define MEMBER "supervisor"

/* milliseconds between looks whether all is ready: so many quick ones, then slow ones */
#define QUICK_LOOK  5
#define QUICK_LOOKS 400
#define SLOW_LOOK   200

static gboolean wants_watch = FALSE;

const GOptionEntry usher_up_entries[] = {
  { "watch",
    0,
    0,
    G_OPTION_ARG_NONE,
    &wants_watch,
    "Reload a service when its module is built anew",
    NULL },
  { NULL },
};

static void
usher_up_clear (UsherUp *self)
{
  g_clear_pointer (&self->watch, usher_watch_free);
  g_clear_pointer (&self->supervisor, usher_supervisor_free);
  g_clear_object (&self->gateway);
  if (self->setup != NULL)
    g_clear_object (&self->setup->host);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->profile, usher_profile_free);
  g_clear_pointer (&self->setup, usher_setup_free);
  g_clear_pointer (&self->plugins, usher_plugin_page_free);
  g_clear_pointer (&self->processes, usher_process_page_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->defeat, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherUp, usher_up_clear)

static void
note_plugins (gpointer data, gpointer user_data)
{
  UsherUp *self = user_data;
  UsherSlot *slot = data;
  const char *const *services = usher_slot_get_services (slot);
  static const UsherPluginState states[] = {
    [USHER_SLOT_STARTING] = USHER_PLUGIN_STARTING, [USHER_SLOT_READY] = USHER_PLUGIN_READY,
    [USHER_SLOT_RELOADING] = USHER_PLUGIN_READY,   [USHER_SLOT_WAITING] = USHER_PLUGIN_STARTING,
    [USHER_SLOT_FAILED] = USHER_PLUGIN_FAILED,     [USHER_SLOT_STOPPING] = USHER_PLUGIN_DRAINING,
    [USHER_SLOT_STOPPED] = USHER_PLUGIN_STOPPED,
  };

  for (guint i = 0; services != NULL && services[i] != NULL; i++)
    usher_catalog_set_state (self->setup->catalog,
                             services[i],
                             states[usher_slot_get_state (slot)],
                             usher_slot_get_reason (slot));
}

static void
give_up (UsherUp *self)
{
  self->defeat = usher_supervisor_dup_defeat (self->supervisor);
  if (self->defeat != NULL)
    g_main_loop_quit (self->loop);
}

static void
on_supervisor (gpointer user_data)
{
  UsherUp *self = user_data;
  g_autofree char *trouble = NULL;

  if (self->supervisor == NULL)
    return;

  trouble = self->stopping ? g_strdup ("the host is stopping")
                           : usher_supervisor_dup_trouble (self->supervisor);
  usher_host_set_trouble (self->setup->host, trouble != NULL ? trouble : self->setup->trouble);
  usher_supervisor_foreach (self->supervisor, note_plugins, self);
  usher_plugin_page_update (self->plugins, self->setup->catalog);
  usher_process_page_update (self->processes, self->profile, self->supervisor);

  if (self->stopping && usher_supervisor_is_quiet (self->supervisor))
    g_main_loop_quit (self->loop);
  else if (!self->stopping && self->defeat == NULL)
    give_up (self);
}

static void
on_watch_reloaded (UsherSlot *slot, const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_printerr ("usher: %s\n", error->message);
  else
    g_printerr ("usher: process “%s” is a new one\n", usher_slot_get_name (slot));
}

static void
on_built (const char *service, gpointer user_data)
{
  UsherUp *self = user_data;

  g_printerr ("usher: service “%s” was built anew\n", service);
  usher_supervisor_reload (self->supervisor, service, on_watch_reloaded, NULL);
}

static gboolean
open_gateway (UsherUp *self, GError **error)
{
  const UsherSetup *setup = self->setup;

  self->gateway = usher_gateway_new (setup->options->run, setup->settings, setup->clock);
  usher_host_serve_operators (setup->host, self->gateway);

  return usher_gateway_start (self->gateway, NULL, error);
}

static gboolean
start (UsherUp *self, GError **error)
{
  UsherSetup *setup = self->setup;

  if (!usher_up_add_routes (self, error) || !usher_host_share (setup->host, error))
    return FALSE;

  self->supervisor = usher_supervisor_new (setup, self->profile, on_supervisor, self, error);
  if (self->supervisor == NULL)
    return FALSE;

  self->bus = usher_bus_open (self->profile->bus,
                              setup->options->name != NULL ? setup->options->name : MEMBER,
                              setup->clock,
                              usher_program_get_keys (setup->settings),
                              error);
  if (self->bus == NULL || !usher_host_start (setup->host, self->bus, error) ||
      !open_gateway (self, error) ||
      !usher_host_listen (setup->host, NULL, setup->options->admin, error) ||
      !usher_host_listen_probe (setup->host, setup->options->probe, error))
    return FALSE;

  if (wants_watch)
    self->watch = usher_watch_new (setup->catalog, on_built, self);
  on_supervisor (self);

  return TRUE;
}

/* Each copy is ready, and the gateway knows all services. */
static gboolean
is_ready (UsherUp *self)
{
  if (!usher_supervisor_is_complete (self->supervisor) ||
      !usher_host_is_ready (self->setup->host, NULL))
    return FALSE;

  for (guint i = 0; i < self->profile->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (self->profile->places, i);

      if (!usher_gateway_has_services (self->gateway, (const char *const *) place->services))
        return FALSE;
    }

  return TRUE;
}

static void
tell_ready (UsherUp *self)
{
  g_autofree char *status = g_strdup_printf ("profile %s is ready", self->profile->name);

  usher_notify_ready (status);
}

static void
pass_hangup (gpointer data, gpointer user_data)
{
  UsherChild *child = usher_slot_get_child (data);

  if (child != NULL)
    usher_child_signal (child, SIGHUP);
}

static gboolean
on_hangup (gpointer user_data)
{
  UsherUp *self = user_data;

  if (!self->is_ready)
    return G_SOURCE_CONTINUE;

  usher_notify_reloading ();
  usher_sources_read_again (self->setup->options, self->setup->settings);
  usher_supervisor_foreach (self->supervisor, pass_hangup, NULL);
  tell_ready (self);

  return G_SOURCE_CONTINUE;
}

/* Not before the services are there: who came earlier would be told that they do not exist. */
static gboolean
open_port (UsherUp *self)
{
  const char *listen = self->setup->options->listen;
  g_autoptr (GError) error = NULL;

  if (self->is_open || !usher_supervisor_is_settled (self->supervisor))
    return TRUE;

  self->is_open = TRUE;
  if (listen == NULL || usher_gateway_listen (self->gateway, listen, &error))
    return TRUE;

  self->defeat = g_strdup (error->message);
  g_main_loop_quit (self->loop);

  return FALSE;
}

static gboolean
announce (gpointer user_data)
{
  UsherUp *self = user_data;

  if (self->stopping || self->defeat != NULL || !open_port (self))
    return G_SOURCE_REMOVE;

  if (!self->is_open || !is_ready (self))
    {
      g_timeout_add (self->n_looks++ < QUICK_LOOKS ? QUICK_LOOK : SLOW_LOOK, announce, self);
      return G_SOURCE_REMOVE;
    }

  usher_program_print_line ("listening", usher_gateway_get_uri (self->gateway));
  usher_program_print_line ("admin", usher_host_get_admin_uri (self->setup->host));
  self->is_ready = TRUE;
  tell_ready (self);

  return G_SOURCE_REMOVE;
}

static void
wait_until_quiet (UsherUp *self)
{
  if (!usher_supervisor_is_quiet (self->supervisor))
    g_main_loop_run (self->loop);
}

static gboolean
stop (UsherUp *self, GError **error)
{
  gint64 timeout = usher_settings_get_integer (self->setup->settings, "host", "stop-timeout") *
                   G_TIME_SPAN_SECOND;
  gboolean ok = FALSE;

  usher_notify_stopping ();
  self->stopping = TRUE;
  usher_host_set_trouble (self->setup->host, "the host is stopping");
  g_clear_pointer (&self->watch, usher_watch_free);
  if (self->gateway != NULL)
    usher_gateway_stop (self->gateway, timeout);

  usher_supervisor_stop (self->supervisor);
  wait_until_quiet (self);
  ok = usher_host_stop (self->setup->host, timeout, error);
  usher_supervisor_stop_hub (self->supervisor);
  wait_until_quiet (self);

  return ok;
}

static int
run (UsherUp *self)
{
  g_autoptr (GError) error = NULL;

  usher_setup_print_problems (self->setup);
  if (self->setup->problems->len > 0)
    return EXIT_FAILURE;

  self->profile = usher_profile_new (self->setup, &error);
  if (self->profile != NULL && start (self, &error))
    {
      announce (self);
      if (self->defeat == NULL)
        g_main_loop_run (self->loop);
      if (stop (self, &error) && self->defeat == NULL)
        return EXIT_SUCCESS;
    }

  g_printerr ("usher: %s\n", self->defeat != NULL ? self->defeat : error->message);

  return EXIT_FAILURE;
}

int
usher_up (const UsherOptions *options)
{
  g_auto (UsherUp) self = { NULL };

  self.loop = g_main_loop_new (NULL, FALSE);
  usher_program_prepare (self.loop);
  g_unix_signal_add (SIGHUP, on_hangup, &self);
  self.plugins = usher_plugin_page_new ();
  self.processes = usher_process_page_new ();
  self.setup = usher_setup_new_bare (options, USHER_SETUP_TAKE_OVER, TRUE);

  return run (&self);
}
