/* usher-admin.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin.h"

#include <string.h>

#include "usher-about-page-private.h"
#include "usher-description-page-private.h"
#include "usher-desk-private.h"
#include "usher-history-private.h"
#include "usher-host-metrics-private.h"
#include "usher-host-view-private.h"
#include "usher-monitor-private.h"
#include "usher-otlp-exporter-private.h"
#include "usher-page-private.h"
#include "usher-service-page-private.h"
#include "usher-timer-page-private.h"

typedef struct
{
  UsherMetricsFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Source;

/**
 * UsherAdmin:
 *
 * What operators see of a host, and what they can do: pages of JSON, one page for people, and numbers for Prometheus.
 *
 * The program around a host makes one when it wants them on the host's admin listener, where `/healthz` and `/readyz` are without it too.
 * It sees the host as anybody can, and learns of its stop by its signals.
 */
struct _UsherAdmin
{
  GObject parent_instance;

  UsherHost *host;                    /* (unowned): its routes keep this */
  char *directory;                    /* (owned) (nullable): where its data are */
  gint64 since;                       /* when it began */
  UsherDesk *desk;                    /* (owned) */
  UsherDescriptionPage *descriptions; /* (owned) */
  UsherHistory *history;              /* (owned) */
  UsherMonitor *monitor;              /* (owned) */
  UsherTimerPage *timers;             /* (owned) */
  UsherOtlpExporter *exporter;        /* (owned) (nullable): nobody wants spans */
  GPtrArray *sources;                 /* (owned) (element-type Source) */
};

G_DEFINE_FINAL_TYPE (UsherAdmin, usher_admin, G_TYPE_OBJECT)

static void
free_source (gpointer data)
{
  Source *source = data;

  if (source->destroy != NULL)
    source->destroy (source->user_data);
  g_free (source);
}

static void
usher_admin_finalize (GObject *object)
{
  UsherAdmin *self = USHER_ADMIN (object);

  usher_desk_free (self->desk);
  g_clear_pointer (&self->descriptions, usher_description_page_free);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->history, usher_history_free);
  g_clear_pointer (&self->monitor, usher_monitor_free);
  g_clear_pointer (&self->timers, usher_timer_page_free);
  g_clear_pointer (&self->exporter, usher_otlp_exporter_free);
  g_clear_pointer (&self->sources, g_ptr_array_unref);

  G_OBJECT_CLASS (usher_admin_parent_class)->finalize (object);
}

static void
usher_admin_class_init (UsherAdminClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_admin_finalize;
}

static void
usher_admin_init (UsherAdmin *self)
{
  self->desk = usher_desk_new ();
  self->sources = g_ptr_array_new_with_free_func (free_source);
}

static void
on_drained (UsherHost *host, UsherAdmin *self)
{
  usher_desk_drain (self->desk);
  usher_monitor_drain (self->monitor);
}

/* What waited for the hub has an answer now, and what looks at a store must be done. */
static void
on_bus_closed (UsherHost *host, UsherAdmin *self)
{
  usher_desk_stop (self->desk);
  usher_history_stop (self->history);
  usher_monitor_stop (self->monitor);
  if (self->exporter != NULL)
    usher_otlp_exporter_stop (self->exporter);
}

static void
answer_services (UsherExchange *exchange, gpointer user_data)
{
  UsherAdmin *self = user_data;

  usher_exchange_answer_json (exchange, usher_service_page_make (self->host));
}

static void
on_services (UsherExchange *exchange, gpointer user_data)
{
  UsherAdmin *self = user_data;

  usher_desk_push (self->desk, exchange, answer_services, self);
}

static void
answer_metrics (UsherExchange *exchange, gpointer user_data)
{
  UsherAdmin *self = user_data;
  g_autoptr (UsherMetrics) metrics = usher_metrics_new ();
  g_autoptr (GBytes) body = NULL;
  char *text = NULL;

  usher_host_metrics_fill (self->host, metrics);
  if (self->exporter != NULL)
    usher_otlp_exporter_add_metrics (self->exporter, metrics);
  for (guint i = 0; i < self->sources->len; i++)
    {
      const Source *source = g_ptr_array_index (self->sources, i);

      source->func (metrics, source->user_data);
    }

  text = usher_metrics_dup_text (metrics);
  body = g_bytes_new_take (text, strlen (text));
  usher_reply_set_body (usher_exchange_get_reply (exchange), body, USHER_METRICS_MEDIA_TYPE);
  usher_exchange_finish (exchange);
}

static void
on_metrics (UsherExchange *exchange, gpointer user_data)
{
  UsherAdmin *self = user_data;

  usher_desk_push (self->desk, exchange, answer_metrics, self);
}

static void
on_about (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherAdmin *self = user_data;
  gboolean has_bus = usher_host_get_bus (self->host) != NULL;
  gint64 now = usher_clock_get_time (usher_host_get_clock (self->host));

  usher_exchange_answer_json (owned,
                              usher_about_page_make (self->directory, has_bus, self->since, now));
}

static void
on_history (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherAdmin *self = user_data;

  usher_exchange_answer_json (owned, usher_history_print (self->history));
}

static void
open_exporter (UsherAdmin *self)
{
  UsherTracer *tracer = usher_host_get_tracer (self->host);
  const char *endpoint = NULL;

  if (tracer == NULL)
    return;

  endpoint =
      usher_settings_get_string (usher_host_get_settings (self->host), "trace", "otlp-endpoint");
  self->exporter = usher_otlp_exporter_new (tracer, endpoint);
}

static gboolean
add_routes (UsherAdmin *self, GError **error)
{
  static const struct
  {
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "/about", on_about },
    { "/history", on_history },
    { "/services", on_services },
    { "/metrics", on_metrics },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (self->host,
                                     "GET",
                                     routes[i].pattern,
                                     routes[i].func,
                                     g_object_ref (self),
                                     g_object_unref,
                                     error))
      return FALSE;

  return usher_page_add_routes (self->host, error) &&
         usher_description_page_add_routes (self->descriptions, error) &&
         usher_monitor_add_routes (self->monitor, error) &&
         usher_timer_page_add_routes (self->timers, error);
}

/**
 * usher_admin_new:
 * @host: a host that does not listen yet
 * @error: return location for a [error@Error]
 *
 * Adds its pages to the host's admin listener. The host keeps it.
 *
 * Returns: (transfer full): it, or `NULL` with `USHER_ERROR_CONFLICT` where a route is taken
 */
UsherAdmin *
usher_admin_new (UsherHost *host, GError **error)
{
  g_autoptr (UsherAdmin) self = NULL;

  g_return_val_if_fail (USHER_IS_HOST (host), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (USHER_TYPE_ADMIN, NULL);
  self->host = host;
  self->since = usher_clock_get_time (usher_host_get_clock (host));
  self->descriptions = usher_description_page_new (host, self->desk);
  self->history = usher_history_new (host);
  self->monitor = usher_monitor_new (host, self->desk);
  self->timers = usher_timer_page_new (host, self->desk);
  open_exporter (self);
  if (!add_routes (self, error))
    return NULL;

  g_signal_connect_object (host, "drained", G_CALLBACK (on_drained), self, 0);
  g_signal_connect_object (host, "bus-closed", G_CALLBACK (on_bus_closed), self, 0);

  return g_steal_pointer (&self);
}

/**
 * usher_admin_add_metrics:
 * @self: of a host that does not listen yet
 * @func: (scope notified) (closure user_data) (destroy destroy): adds what it knows, on a thread of @self
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data with @self
 *
 * Lets the program around the host tell its numbers too, each time `/metrics` is asked for.
 */
void
usher_admin_add_metrics (UsherAdmin *self,
                         UsherMetricsFunc func,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  Source *source = NULL;

  g_return_if_fail (USHER_IS_ADMIN (self));
  g_return_if_fail (func != NULL);

  source = g_new0 (Source, 1);
  source->func = func;
  source->user_data = user_data;
  source->destroy = destroy;
  g_ptr_array_add (self->sources, source);
}

/**
 * usher_admin_set_directory:
 * @self: of a host that does not listen yet
 * @directory: the data directory, as the operator knows it
 *
 * Lets the page for people say where the data of the host are.
 */
void
usher_admin_set_directory (UsherAdmin *self, const char *directory)
{
  g_return_if_fail (USHER_IS_ADMIN (self));
  g_return_if_fail (directory != NULL);

  g_free (self->directory);
  self->directory = g_strdup (directory);
}

/**
 * usher_admin_set_process:
 * @self: of a host that does not listen yet
 * @name: the name of the process among those of its host
 *
 * Lets who reads the spans of the host tell this process from others.
 */
void
usher_admin_set_process (UsherAdmin *self, const char *name)
{
  g_return_if_fail (USHER_IS_ADMIN (self));
  g_return_if_fail (name != NULL);

  if (self->exporter != NULL)
    usher_otlp_exporter_set_instance (self->exporter, name);
}

/**
 * usher_admin_set_gateway:
 * @self: one that has not started
 * @gateway: the gateway in this process
 *
 * Lets `/history` tell the gateway's requests instead of the host's.
 */
void
usher_admin_set_gateway (UsherAdmin *self, UsherGateway *gateway)
{
  g_return_if_fail (USHER_IS_ADMIN (self));
  g_return_if_fail (USHER_IS_GATEWAY (gateway));

  usher_history_set_gateway (self->history, gateway);
}

/**
 * usher_admin_set_describer:
 * @self: of a host that does not listen yet
 * @func: (scope forever) (closure user_data): describes the services
 * @user_data: data for @func, which lives as long as the host listens
 *
 * Lets `/describe/…` tell of services that other processes have, where the host has none itself.
 */
void
usher_admin_set_describer (UsherAdmin *self, UsherDescribeFunc func, gpointer user_data)
{
  g_return_if_fail (USHER_IS_ADMIN (self));
  g_return_if_fail (func != NULL);

  usher_description_page_set_func (self->descriptions, func, user_data);
}

/**
 * usher_admin_start:
 * @self: of a host that has started
 * @error: return location for a [error@Error]
 *
 * Begins to look every 5 s, on a thread of its own, for what `/history` tells: without it that has no points. Begins to export spans,
 * on another one, where the settings say where to. The host's stop ends both.
 *
 * Returns: whether it has begun; else `USHER_ERROR_UNAVAILABLE`, since there is no thread to be had
 */
gboolean
usher_admin_start (UsherAdmin *self, GError **error)
{
  g_return_val_if_fail (USHER_IS_ADMIN (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->exporter != NULL && !usher_otlp_exporter_start (self->exporter, error))
    return FALSE;

  return usher_history_start (self->history, error);
}
