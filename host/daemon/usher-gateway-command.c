/* usher-gateway-command.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "usher-admin-listener.h"
#include "usher-commands.h"
#include "usher-gateway-metrics.h"
#include "usher-gateway.h"
#include "usher-json.h"
#include "usher-notify.h"
#include "usher-program.h"
#include "usher-setup.h"
#include "usher-sources.h"

#define MAX_BODY 65536

/* A gateway alone, for hosts that somebody else starts. */
typedef struct
{
  UsherSetup *setup;         /* (owned) */
  UsherGateway *gateway;     /* (owned) (nullable) */
  UsherRouter *router;       /* (owned) */
  UsherAdminListener *admin; /* (owned) */
  UsherAdminListener *probe; /* (owned) */
  int stopping;              /* (atomic) */
  GMainLoop *loop;           /* (owned) */
} GatewayRun;

static void
gateway_run_clear (GatewayRun *self)
{
  g_clear_object (&self->admin);
  g_clear_object (&self->probe);
  g_clear_object (&self->router);
  g_clear_object (&self->gateway);
  g_clear_pointer (&self->setup, usher_setup_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GatewayRun, gateway_run_clear)

static void
answer_json (UsherExchange *exchange, char *json)
{
  usher_reply_take_json (usher_exchange_get_reply (exchange), json);
  usher_exchange_finish (exchange);
}

static void
on_health (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  answer_json (owned, g_strdup ("{\"status\":\"alive\"}"));
}

static void
on_ready (UsherExchange *exchange, gpointer user_data)
{
  GatewayRun *self = user_data;
  g_autoptr (UsherExchange) owned = exchange;

  if (!g_atomic_int_get (&self->stopping))
    {
      answer_json (owned, g_strdup ("{\"status\":\"ready\"}"));
      return;
    }

  usher_reply_refuse (usher_exchange_get_reply (owned), 503, "the gateway is stopping");
  usher_exchange_finish (owned);
}

static void
on_metrics (UsherExchange *exchange, gpointer user_data)
{
  GatewayRun *self = user_data;
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) body = NULL;

  usher_metrics_add_process (metrics);
  usher_gateway_fill_metrics (self->gateway, metrics);
  usher_admin_listener_add_metrics (self->admin, metrics);
  usher_admin_listener_add_metrics (self->probe, metrics);
  text = usher_metrics_dup_text (metrics);
  body = g_bytes_new (text, strlen (text));
  usher_reply_set_body (usher_exchange_get_reply (owned), body, USHER_METRICS_MEDIA_TYPE);
  usher_exchange_finish (owned);
}

static void
append_copy (GString *json, const UsherGatewayCopy *copy)
{
  g_string_append (json, json->len > 1 ? ",{\"name\":" : "{\"name\":");
  usher_json_append_string (json, copy->name);
  g_string_append_printf (json,
                          ",\"pid\":%" G_GINT64_FORMAT ",\"state\":\"%s\",\"in_flight\":%u,"
                          "\"requests\":%" G_GUINT64_FORMAT ",\"errors\":%" G_GUINT64_FORMAT
                          ",\"services\":[",
                          copy->pid,
                          copy->state,
                          copy->n_in_flight,
                          copy->n_requests,
                          copy->n_errors);
  for (guint i = 0; copy->services[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      usher_json_append_string (json, copy->services[i]);
    }
  g_string_append (json, "]}");
}

static void
on_copies (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (GPtrArray) copies = usher_gateway_list (((GatewayRun *) user_data)->gateway);
  GString *json = g_string_new ("[");

  for (guint i = 0; i < copies->len; i++)
    append_copy (json, g_ptr_array_index (copies, i));
  g_string_append_c (json, ']');

  answer_json (owned, g_string_free (json, FALSE));
}

static gboolean
add_routes (GatewayRun *self, GError **error)
{
  static const struct
  {
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "/copies", on_copies },
    { "/healthz", on_health },
    { "/metrics", on_metrics },
    { "/readyz", on_ready },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_router_add (
            self->router, "GET", routes[i].pattern, 0, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}

static gboolean
start_probe (GatewayRun *self, const char *address, GError **error)
{
  if (address == NULL)
    return TRUE;
  if (!usher_admin_listener_start (self->probe, address, error))
    return FALSE;

  g_message ("probes are answered on %s", usher_admin_listener_get_uri (self->probe));

  return TRUE;
}

static gboolean
start_admin (GatewayRun *self, GError **error)
{
  const UsherOptions *options = self->setup->options;

  self->router = usher_router_new (NULL, MAX_BODY);
  self->admin = usher_admin_listener_new (self->router, self->setup->settings);
  self->probe = usher_admin_listener_new_probe (self->router, self->setup->settings);

  return add_routes (self, error) &&
         (options->admin == NULL ||
          usher_admin_listener_start (self->admin, options->admin, error)) &&
         start_probe (self, options->probe, error);
}

static void
tell_ready (GatewayRun *self)
{
  g_autofree char *status =
      g_strdup_printf ("The public port is ready, %s", usher_gateway_get_uri (self->gateway));

  usher_notify_ready (status);
}

static gboolean
start (GatewayRun *self, GError **error)
{
  const UsherOptions *options = self->setup->options;

  self->gateway = usher_gateway_new (options->run, self->setup->settings, self->setup->clock);
  if (!start_admin (self, error) || !usher_gateway_start (self->gateway, options->listen, error))
    return FALSE;

  usher_program_print_line ("listening", usher_gateway_get_uri (self->gateway));
  usher_program_print_line ("admin", usher_admin_listener_get_uri (self->admin));
  tell_ready (self);

  return TRUE;
}

static gboolean
on_hangup (gpointer user_data)
{
  GatewayRun *self = user_data;

  usher_notify_reloading ();
  usher_sources_read_again (self->setup->options, self->setup->settings);
  tell_ready (self);

  return G_SOURCE_CONTINUE;
}

int
usher_run_gateway (const UsherOptions *options)
{
  g_auto (GatewayRun) self = { NULL };
  g_autoptr (GError) error = NULL;

  self.loop = g_main_loop_new (NULL, FALSE);
  usher_program_prepare (self.loop);
  g_unix_signal_add (SIGHUP, on_hangup, &self);
  self.setup = usher_setup_new_bare (options, USHER_SETUP_LOOK, FALSE);
  usher_setup_print_problems (self.setup);
  if (self.setup->problems->len > 0)
    return EXIT_FAILURE;

  if (!start (&self, &error))
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_FAILURE;
    }

  g_main_loop_run (self.loop);
  usher_notify_stopping ();
  g_atomic_int_set (&self.stopping, 1);
  usher_gateway_stop (self.gateway,
                      usher_settings_get_integer (self.setup->settings, "host", "stop-timeout") *
                          G_TIME_SPAN_SECOND);

  return EXIT_SUCCESS;
}
