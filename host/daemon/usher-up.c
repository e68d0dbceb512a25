/* usher-up.c: the command “usher up”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "usher-bus.h"
#include "usher-commands.h"
#include "usher-error.h"
#include "usher-own-hub.h"
#include "usher-program.h"
#include "usher-resources.h"
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
    "Reload a service when its module is built anew, or its file in Python edited",
    NULL },
  { NULL },
};

static UsherSetup *
set_up (UsherLife *life, const UsherOptions *options)
{
  return usher_setup_new_bare (options, USHER_SETUP_TAKE_OVER, TRUE);
}

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
    usher_catalog_set_state (self->life.setup->catalog,
                             services[i],
                             states[usher_slot_get_state (slot)],
                             usher_slot_get_reason (slot));
}

static void
give_up (UsherUp *self)
{
  g_autofree char *defeat = usher_supervisor_dup_defeat (self->supervisor);

  if (defeat != NULL)
    usher_life_fail (&self->life, defeat);
}

/* (transfer full) (nullable) */
static char *
dup_trouble (UsherUp *self)
{
  char *trouble = NULL;

  if (self->life.is_stopping)
    return g_strdup ("the host is stopping");

  trouble = usher_supervisor_dup_trouble (self->supervisor);
  if (trouble == NULL && self->gateway != NULL)
    trouble = usher_gateway_dup_trouble (self->gateway);

  return trouble != NULL ? trouble : g_strdup (self->life.setup->trouble);
}

static void
on_supervisor (gpointer user_data)
{
  UsherUp *self = user_data;
  g_autofree char *trouble = NULL;

  if (self->supervisor == NULL)
    return;

  trouble = dup_trouble (self);
  usher_host_set_trouble (self->life.setup->host, trouble);
  usher_supervisor_foreach (self->supervisor, note_plugins, self);
  usher_up_update_pages (self);

  if (self->life.is_stopping && usher_supervisor_is_quiet (self->supervisor))
    g_main_loop_quit (self->life.loop);
  else if (!self->life.is_stopping && !self->life.has_failed)
    give_up (self);
}

/* A service that was built anew. */
typedef struct
{
  UsherUp *up;   /* (unowned) */
  char *service; /* (owned) */
} Built;

static void
on_watch_reloaded (UsherSlot *slot, const GError *error, gpointer user_data)
{
  Built *built = user_data;
  /* it starts, or somebody else is reloading it: what it takes may be older than the file */
  gboolean is_busy = g_error_matches (error, USHER_ERROR, USHER_ERROR_BUSY);

  if (error == NULL)
    g_printerr ("usher: service “%s” was built anew, process “%s” is a new one\n",
                built->service,
                usher_slot_get_name (slot));
  else if (!is_busy)
    g_printerr ("usher: service “%s” was built anew, but %s\n", built->service, error->message);

  /* there is none any more while the host stops */
  if (built->up->watch != NULL)
    usher_watch_settle (built->up->watch, built->service, !is_busy);
  g_free (built->service);
  g_free (built);
}

static void
on_built (const char *service, gpointer user_data)
{
  UsherUp *self = user_data;
  Built *built = g_new0 (Built, 1);

  built->up = self;
  built->service = g_strdup (service);
  usher_supervisor_reload (self->supervisor, service, on_watch_reloaded, built);
}

static gboolean
on_gateway_idle (gpointer user_data)
{
  on_supervisor (user_data);

  return G_SOURCE_REMOVE;
}

/* on a thread of the gateway's */
static void
on_gateway_trouble (GObject *object, GParamSpec *spec, gpointer user_data)
{
  g_idle_add (on_gateway_idle, user_data);
}

static gboolean
open_gateway (UsherUp *self, GError **error)
{
  const UsherSetup *setup = self->life.setup;

  self->gateway = usher_gateway_new (setup->options->run, setup->settings, setup->clock);
  usher_host_serve_operators (setup->host, self->gateway);
  usher_admin_set_gateway (self->life.admin, self->gateway);
  g_signal_connect (self->gateway, "notify::trouble", G_CALLBACK (on_gateway_trouble), self);

  return usher_gateway_start (self->gateway, NULL, error);
}

static gboolean
check_resources (const UsherProfile *profile, GError **error)
{
  guint n_children = 1;
  guint n_services = 0;

  for (guint i = 0; i < profile->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (profile->places, i);

      n_children += place->copies;
      n_services = MAX (n_services, g_strv_length (place->services));
    }

  return usher_resources_check_children (n_children, n_services, error);
}

static gboolean
start (UsherLife *life, GError **error)
{
  UsherUp *self = (UsherUp *) life;
  UsherSetup *setup = life->setup;

  self->plugins = usher_plugin_page_new ();
  self->processes = usher_process_page_new ();
  self->profile = usher_profile_new (setup, error);
  if (self->profile == NULL || !check_resources (self->profile, error) ||
      !usher_up_add_routes (self, error) || !usher_own_hub_adopt (setup, error) ||
      !usher_host_share (setup->host, error))
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
      !open_gateway (self, error) || !usher_life_listen (life, NULL, error))
    return FALSE;

  if (self->watches)
    self->watch = usher_watch_new (setup->catalog, on_built, self);
  on_supervisor (self);

  return TRUE;
}

static gboolean
is_announced (UsherUp *self, const UsherPlace *place)
{
  g_autoptr (GPtrArray) services = g_ptr_array_new ();

  for (guint i = 0; place->services[i] != NULL; i++)
    if (!usher_supervisor_is_left_out (self->supervisor, place->services[i]))
      g_ptr_array_add (services, place->services[i]);
  g_ptr_array_add (services, NULL);

  return usher_gateway_has_services (self->gateway, (const char *const *) services->pdata);
}

/* Each copy is ready, and the gateway knows all services; but for those that are left out. */
static gboolean
is_ready (UsherUp *self)
{
  g_autofree char *trouble = usher_gateway_dup_trouble (self->gateway);

  if (trouble != NULL || !usher_supervisor_is_complete (self->supervisor) ||
      !usher_host_is_ready (self->life.setup->host, NULL))
    return FALSE;

  for (guint i = 0; i < self->profile->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (self->profile->places, i);

      if (!is_announced (self, place))
        return FALSE;
    }

  return TRUE;
}

static void
pass_hangup (gpointer data, gpointer user_data)
{
  UsherChild *child = usher_slot_get_child (data);

  if (child != NULL)
    usher_child_signal (child, SIGHUP);
}

/* One that is not ready may not know yet what to do with the signal. */
static void
hang_up (UsherLife *life)
{
  if (life->is_ready)
    usher_supervisor_foreach (((UsherUp *) life)->supervisor, pass_hangup, NULL);
}

/* Not before the services are there: who came earlier would be told that they do not exist. */
static gboolean
open_port (UsherUp *self)
{
  const char *listen = self->life.setup->options->listen;
  g_autoptr (GError) error = NULL;

  if (self->is_open || !usher_supervisor_is_settled (self->supervisor))
    return TRUE;

  self->is_open = TRUE;
  if (listen == NULL || usher_gateway_listen (self->gateway, listen, &error))
    return TRUE;

  usher_life_fail (&self->life, error->message);

  return FALSE;
}

static int
look (UsherLife *life, guint n_looks)
{
  UsherUp *self = (UsherUp *) life;

  if (!open_port (self))
    return USHER_LIFE_NEVER;
  if (self->is_open && is_ready (self))
    return 0;

  return n_looks < QUICK_LOOKS ? QUICK_LOOK : SLOW_LOOK;
}

static gboolean
announce (UsherLife *life, GError **error)
{
  usher_life_print_addresses (life, usher_gateway_get_uri (((UsherUp *) life)->gateway));

  return TRUE;
}

static char *
describe (UsherLife *life)
{
  return g_strdup_printf ("profile %s is ready", ((UsherUp *) life)->profile->name);
}

static void
wait_until_quiet (UsherUp *self)
{
  if (!usher_supervisor_is_quiet (self->supervisor))
    g_main_loop_run (self->life.loop);
}

static gboolean
stop (UsherLife *life, gint64 timeout, GError **error)
{
  UsherUp *self = (UsherUp *) life;
  gboolean ok = FALSE;

  usher_host_set_trouble (life->setup->host, "the host is stopping");
  g_clear_pointer (&self->watch, usher_watch_free);
  if (self->gateway != NULL)
    usher_gateway_stop (self->gateway, timeout);

  usher_supervisor_stop (self->supervisor);
  wait_until_quiet (self);
  ok = usher_host_stop (life->setup->host, timeout, error);
  usher_supervisor_stop_hub (self->supervisor);
  wait_until_quiet (self);

  return ok;
}

static void
clear (UsherLife *life)
{
  UsherUp *self = (UsherUp *) life;

  g_clear_pointer (&self->watch, usher_watch_free);
  g_clear_pointer (&self->supervisor, usher_supervisor_free);
  g_clear_object (&self->gateway);
  g_clear_object (&life->setup->host);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->profile, usher_profile_free);
  g_clear_pointer (&self->plugins, usher_plugin_page_free);
  g_clear_pointer (&self->processes, usher_process_page_free);
}

int
usher_up_live (const UsherOptions *options, gboolean watches)
{
  static const UsherLifeKind kind = {
    .set_up = set_up,
    .start = start,
    .look = look,
    .announce = announce,
    .describe = describe,
    .hang_up = hang_up,
    .stop = stop,
    .clear = clear,
  };
  UsherUp self = { .watches = watches };

  return usher_life_run (&self.life, &kind, options);
}

int
usher_up (const UsherOptions *options)
{
  return usher_up_live (options, wants_watch);
}
