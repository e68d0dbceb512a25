/* usher-gateway-command.c: the command “usher gateway”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commands.h"
#include "usher-gateway-page.h"
#include "usher-life.h"

/* A gateway for hosts that somebody else starts, and a host without services, by which it can be asked. */
typedef struct
{
  UsherLife life;
  UsherGateway *gateway; /* (owned) (nullable) */
  GMutex mutex;          /* so that the host is told last what came last */
} GatewayCommand;

static UsherSetup *
set_up (UsherLife *life, const UsherOptions *options)
{
  return usher_setup_new_bare (options, USHER_SETUP_LOOK, FALSE);
}

/* Whom nobody could serve is not ready. */
static void
on_trouble (GObject *object, GParamSpec *spec, gpointer user_data)
{
  GatewayCommand *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autofree char *trouble = usher_gateway_dup_trouble (self->gateway);

  usher_host_set_trouble (self->life.setup->host, trouble);
}

static gboolean
start (UsherLife *life, GError **error)
{
  GatewayCommand *self = (GatewayCommand *) life;
  const UsherSetup *setup = life->setup;

  self->gateway = usher_gateway_new (setup->options->run, setup->settings, setup->clock);
  g_signal_connect (self->gateway, "notify::trouble", G_CALLBACK (on_trouble), self);
  on_trouble (NULL, NULL, self);
  usher_admin_set_gateway (life->admin, self->gateway);
  usher_admin_add_metrics (life->admin, usher_gateway_page_add_metrics, self->gateway, NULL);

  return usher_host_add_admin_route (setup->host,
                                     "GET",
                                     "/copies",
                                     usher_gateway_page_answer,
                                     self->gateway,
                                     NULL,
                                     error) &&
         usher_host_start (setup->host, NULL, error) && usher_life_listen (life, NULL, error) &&
         usher_gateway_start (self->gateway, setup->options->listen, error);
}

/* Its port is open; the hosts may come later. */
static int
look (UsherLife *life, guint n_looks)
{
  return 0;
}

static gboolean
announce (UsherLife *life, GError **error)
{
  usher_life_print_addresses (life, usher_gateway_get_uri (((GatewayCommand *) life)->gateway));

  return TRUE;
}

static char *
describe (UsherLife *life)
{
  return g_strdup_printf ("The public port is ready, %s",
                          usher_gateway_get_uri (((GatewayCommand *) life)->gateway));
}

static gboolean
stop (UsherLife *life, gint64 timeout, GError **error)
{
  GatewayCommand *self = (GatewayCommand *) life;

  usher_gateway_stop (self->gateway, timeout);

  return usher_host_stop (life->setup->host, timeout, error);
}

static void
clear (UsherLife *life)
{
  GatewayCommand *self = (GatewayCommand *) life;

  /* the loop of one tells the other, whose listener asks the first */
  if (self->gateway != NULL)
    usher_gateway_stop (self->gateway, 0);
  g_clear_object (&life->setup->host);
  g_clear_object (&self->gateway);
}

int
usher_run_gateway (const UsherOptions *options)
{
  static const UsherLifeKind kind = {
    .has_no_data = TRUE,
    .set_up = set_up,
    .start = start,
    .look = look,
    .announce = announce,
    .describe = describe,
    .stop = stop,
    .clear = clear,
  };
  GatewayCommand self = { 0 };

  return usher_life_run (&self.life, &kind, options);
}
