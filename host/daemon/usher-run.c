/* usher-run.c: the command “usher run”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <unistd.h>

#include "usher-commands.h"
#include "usher-life.h"
#include "usher-own-hub.h"
#include "usher-plugin-page.h"
#include "usher-profile.h"
#include "usher-program.h"
#include "usher-python.h"
#include "usher-up-private.h"

static gboolean wants_watch = FALSE;

const GOptionEntry usher_run_entries[] = {
  { "watch",
    0,
    0,
    G_OPTION_ARG_NONE,
    &wants_watch,
    "Reload a service when its module is built anew, or its file in Python edited",
    NULL },
  { NULL },
};

/* A host with services, and with a hub in the same process or as a member of one elsewhere. */
typedef struct
{
  UsherLife life;
  UsherPluginPage *page; /* (owned) */
  UsherOwnHub own;
} Run;

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

static UsherSetup *
set_up (UsherLife *life, const UsherOptions *options)
{
  UsherSetup *setup =
      usher_setup_new (options, options->bus != NULL ? USHER_SETUP_SHARED : USHER_SETUP_ALONE);

  usher_catalog_foreach (setup->catalog, report_failed, NULL);

  return setup;
}

static void
on_service_changed (UsherHost *host, const char *name, Run *self)
{
  UsherCatalog *catalog = self->life.setup->catalog;
  g_autofree char *reason = NULL;
  UsherPluginState state = usher_host_get_service_state (host, name, &reason);

  usher_catalog_set_state (catalog, name, state, reason);
  usher_plugin_page_update (self->page, catalog);
}

/* (transfer full): how this process is called on the bus. */
static char *
choose_name (const Run *self)
{
  const UsherOptions *options = self->life.setup->options;

  if (options->name != NULL)
    return g_strdup (options->name);
  if (self->own.hub != NULL)
    return g_strdup ("host");

  return g_strdup_printf ("%s.%d", g_get_host_name (), (int) getpid ());
}

static gboolean
open_bus (Run *self, GError **error)
{
  const UsherSetup *setup = self->life.setup;
  g_autofree char *name = NULL;

  if (setup->options->bus == NULL && !usher_own_hub_open (&self->own, setup, error))
    return FALSE;

  name = choose_name (self);

  return usher_own_hub_join (&self->own, setup, name, error);
}

static gboolean
start (UsherLife *life, GError **error)
{
  Run *self = (Run *) life;
  const UsherSetup *setup = life->setup;
  UsherProgramWait wait;
  gboolean ok = FALSE;

  self->page = usher_plugin_page_new ();
  if (!usher_host_add_admin_route (
          setup->host, "GET", "/plugins", usher_plugin_page_answer, self->page, NULL, error) ||
      (setup->options->has_run && !usher_program_make_run_directory (setup->options->run, error)) ||
      !open_bus (self, error))
    return FALSE;

  /* where many share a hub, the one that has it tells its numbers */
  if (self->own.hub != NULL)
    usher_admin_add_metrics (life->admin, usher_own_hub_add_metrics, self->own.bus, NULL);
  usher_plugin_page_update (self->page, setup->catalog);
  g_signal_connect (setup->host, "service-changed", G_CALLBACK (on_service_changed), self);
  /* it may wait for a server, and no main loop hears of a signal meanwhile */
  usher_program_begin_wait (&wait);
  ok = usher_host_start (setup->host, self->own.bus, error);
  usher_program_end_wait (&wait);
  if (!ok)
    return FALSE;

  usher_host_set_trouble (setup->host, setup->trouble);

  return usher_life_listen (life, setup->options->listen, error);
}

/* Others find this host first, if that was asked for. */
static gboolean
announce (UsherLife *life, GError **error)
{
  const UsherOptions *options = life->setup->options;
  g_autofree char *name = choose_name ((Run *) life);

  if (options->has_run && !usher_host_register (life->setup->host, options->run, name, error))
    return FALSE;

  usher_life_print_addresses (life, usher_host_get_uri (life->setup->host));

  return TRUE;
}

static char *
describe (UsherLife *life)
{
  const char *uri = usher_host_get_uri (life->setup->host);

  return g_strdup_printf ("%u services are ready, %s",
                          life->setup->n_services,
                          uri != NULL ? uri : "on the bus alone");
}

static gboolean
stop (UsherLife *life, gint64 timeout, GError **error)
{
  Run *self = (Run *) life;

  return usher_own_hub_stop (&self->own, life->setup, timeout, error);
}

static void
clear (UsherLife *life)
{
  Run *self = (Run *) life;

  /* the host uses the page until its listener is gone */
  usher_own_hub_clear (&self->own, life->setup);
  g_clear_pointer (&self->page, usher_plugin_page_free);
}

static int
refuse (const char *message)
{
  g_printerr ("usher: %s\n", message);

  return EXIT_USAGE;
}

/* Whether any of the services is in Python; what is wrong is found, and told, by who runs them. */
static gboolean
has_python (const UsherOptions *options)
{
  g_autoptr (UsherCatalog) catalog = usher_catalog_new ();

  for (guint i = 0; options->arguments != NULL && options->arguments[i] != NULL; i++)
    if (usher_python_is_file (options->arguments[i]))
      return TRUE;
  for (guint i = 0; options->plugins[i] != NULL; i++)
    usher_catalog_scan (catalog, options->plugins[i], NULL);

  return usher_python_is_among (catalog, (const char *const *) options->arguments);
}

/* What has a process of its own, and may come again in another, needs who looks after it: these are the processes of “usher up”. */
static int
run_apart (const UsherOptions *options)
{
  UsherOptions apart = *options;

  apart.profile = (char *) USHER_PROFILE_TOGETHER;

  return usher_up_live (&apart, wants_watch);
}

int
usher_run (const UsherOptions *options)
{
  static const UsherLifeKind kind = {
    .set_up = set_up,
    .start = start,
    .look = usher_life_look_at_host,
    .announce = announce,
    .describe = describe,
    .stop = stop,
    .clear = clear,
  };
  Run self = { 0 };

  if (options->adopts && options->bus != NULL)
    return refuse ("--adopt is for whoever has the log: “usher hub”, not a member of --bus");
  if (options->bus == NULL && (wants_watch || has_python (options)))
    return run_apart (options);
  if (wants_watch && usher_python_get_loader () == NULL && !has_python (options))
    return refuse ("with --bus, --watch is for services in Python: “usher up --watch” reloads "
                   "others");

  return usher_life_run (&self.life, &kind, options);
}
