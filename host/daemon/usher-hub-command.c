/* usher-hub-command.c: the command “usher hub”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commands.h"
#include "usher-life.h"
#include "usher-own-hub.h"
#include "usher-plugin-page.h"
#include "usher-program.h"

/* on its own bus, unless it is named */
#define MEMBER "host"

/* A hub for others, and a host without services, by which it can be asked. */
typedef struct
{
  UsherLife life;
  UsherPluginPage *page; /* (owned) */
  UsherOwnHub own;
  char *endpoint; /* (owned) (nullable): where others join it */
} HubCommand;

static UsherSetup *
set_up (UsherLife *life, const UsherOptions *options)
{
  return usher_setup_new_bare (options, USHER_SETUP_SHARED, FALSE);
}

/* Where others come in. */
static gboolean
open_entrance (HubCommand *self, GError **error)
{
  const UsherSetup *setup = self->life.setup;
  const char *keys = usher_program_get_keys (setup->settings);
  g_autofree char *endpoint = g_strdup (setup->options->bus);

  if (endpoint == NULL)
    endpoint = g_strdup_printf ("ipc://%s/bus", setup->options->run);
  if (g_str_has_prefix (endpoint, "tcp://") && keys != NULL &&
      !usher_hub_set_keys (self->own.hub, keys, error))
    return FALSE;

  self->endpoint = usher_hub_bind (self->own.hub, endpoint, error);

  return self->endpoint != NULL;
}

static gboolean
open_bus (HubCommand *self, GError **error)
{
  const UsherSetup *setup = self->life.setup;
  const char *name = setup->options->name;

  return usher_own_hub_open (&self->own, setup, error) && open_entrance (self, error) &&
         usher_own_hub_join (&self->own, setup, name != NULL ? name : MEMBER, error);
}

static gboolean
start (UsherLife *life, GError **error)
{
  HubCommand *self = (HubCommand *) life;
  const UsherSetup *setup = life->setup;

  self->page = usher_plugin_page_new ();
  usher_plugin_page_update (self->page, setup->catalog);
  if (!usher_host_add_admin_route (
          setup->host, "GET", "/plugins", usher_plugin_page_answer, self->page, NULL, error) ||
      !usher_program_make_run_directory (setup->options->run, error) || !open_bus (self, error))
    return FALSE;

  usher_admin_add_metrics (life->admin, usher_own_hub_add_metrics, self->own.bus, NULL);

  return usher_host_start (setup->host, self->own.bus, error) &&
         usher_life_listen (life, NULL, error);
}

static gboolean
announce (UsherLife *life, GError **error)
{
  usher_program_print_line ("bus", ((HubCommand *) life)->endpoint);
  usher_life_print_addresses (life, NULL);

  return TRUE;
}

static char *
describe (UsherLife *life)
{
  return g_strdup_printf ("The hub is ready, %s", ((HubCommand *) life)->endpoint);
}

static gboolean
stop (UsherLife *life, gint64 timeout, GError **error)
{
  return usher_own_hub_stop (&((HubCommand *) life)->own, life->setup, timeout, error);
}

static void
clear (UsherLife *life)
{
  HubCommand *self = (HubCommand *) life;

  /* the host uses the page until its listener is gone */
  usher_own_hub_clear (&self->own, life->setup);
  g_clear_pointer (&self->page, usher_plugin_page_free);
  g_clear_pointer (&self->endpoint, g_free);
}

int
usher_run_hub (const UsherOptions *options)
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
  HubCommand self = { 0 };

  return usher_life_run (&self.life, &kind, options);
}
