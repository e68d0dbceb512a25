/* usher-up-admin.c: what operators can ask a supervisor, and tell it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-admin-forward.h"
#include "usher-error.h"
#include "usher-gateway-page.h"
#include "usher-json-writer.h"
#include "usher-up-private.h"

static void
on_reloaded (UsherSlot *slot, const GError *error, gpointer user_data)
{
  g_autoptr (UsherExchange) exchange = user_data;
  g_autoptr (UsherJsonWriter) writer = NULL;

  if (error != NULL)
    {
      gboolean is_known = !g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);

      usher_reply_refuse (usher_exchange_get_reply (exchange),
                          is_known ? 503 : 404,
                          error->message);
      usher_exchange_finish (exchange);
      return;
    }

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "process", usher_slot_get_name (slot));
  usher_json_writer_set_unsigned (writer, "generation", usher_slot_get_generation (slot));
  usher_json_writer_end_object (writer);
  usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
}

/* From the listener's thread to the main one. */
typedef struct
{
  UsherUp *up;             /* (unowned) */
  UsherExchange *exchange; /* (owned) */
} Order;

static gboolean
on_order (gpointer user_data)
{
  Order *order = user_data;
  UsherRequest *request = usher_exchange_get_request (order->exchange);

  usher_supervisor_reload (order->up->supervisor,
                           usher_request_get_parameter (request, "name"),
                           on_reloaded,
                           order->exchange);

  return G_SOURCE_REMOVE;
}

static void
on_reload (UsherExchange *exchange, gpointer user_data)
{
  Order *order = g_new0 (Order, 1);

  order->up = user_data;
  order->exchange = exchange;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, on_order, order, g_free);
}

/* A list is asked for by pages. */
static void
append_query (GString *target, UsherRequest *request, const char *name)
{
  const char *value = usher_request_get_query (request, name);

  if (value == NULL)
    return;

  g_string_append_printf (target, "%c%s=", strchr (target->str, '?') == NULL ? '?' : '&', name);
  g_string_append_uri_escaped (target, value, NULL, FALSE);
}

/* Asks the process that the path names, whose own socket an operator need not know. */
static void
forward (UsherUp *self, UsherExchange *exchange, const char *target)
{
  const char *name = usher_request_get_parameter (usher_exchange_get_request (exchange), "name");
  g_autofree char *instance = usher_process_page_dup_instance (self->processes, name);
  g_autofree char *address = NULL;

  if (instance == NULL)
    {
      g_autoptr (UsherExchange) owned = exchange;
      g_autoptr (GError) error = NULL;

      g_set_error (&error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no process “%s” runs", name);
      usher_exchange_fail (owned, error);
      return;
    }

  address = g_strdup_printf ("unix:%s/%s.admin", self->life.setup->options->run, instance);
  usher_admin_forward (exchange, address, target);
}

static void
on_process (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GString) target = g_string_new ("/");

  /* decoded it might be a head of its own */
  g_string_append_uri_escaped (target, usher_request_get_parameter (request, "page"), NULL, FALSE);
  append_query (target, request, "limit");
  append_query (target, request, "offset");
  append_query (target, request, "correlation");
  forward (user_data, exchange, target->str);
}

static void
on_description (UsherExchange *exchange, gpointer user_data)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GString) target = g_string_new ("/describe/");

  g_string_append_uri_escaped (target, usher_request_get_parameter (request, "page"), NULL, FALSE);
  forward (user_data, exchange, target->str);
}

static void
on_timer (UsherExchange *exchange, gpointer user_data)
{
  static const char *const parts[] = { "service", "timer", "key" };
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GString) target = g_string_new ("/timers");

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_string_append_c (target, '/');
      g_string_append_uri_escaped (target,
                                   usher_request_get_parameter (request, parts[i]),
                                   NULL,
                                   FALSE);
    }
  if (g_str_equal (usher_request_get_method (request), "POST"))
    g_string_append (target, "/retry");
  forward (user_data, exchange, target->str);
}

static void
add_slot (gpointer data, gpointer user_data)
{
  UsherSlot *slot = data;
  UsherChild *child = usher_slot_get_child (slot);
  UsherProcessFigures figures = {
    .name = usher_slot_get_name (slot),
    .state = usher_slot_state_to_string (usher_slot_get_state (slot)),
    .reason = usher_slot_get_reason (slot),
    .services = usher_slot_get_services (slot),
    .generation = usher_slot_get_generation (slot),
    .n_restarts = usher_slot_get_n_restarts (slot),
    .is_ready = usher_slot_is_ready (slot),
  };

  figures.last_end = usher_slot_get_last_end (slot, &figures.last_end_time);

  if (child != NULL)
    {
      figures.instance = usher_child_get_name (child);
      figures.pid = usher_child_get_pid (child);
      figures.since = usher_child_get_started (child);
    }
  g_array_append_val ((GArray *) user_data, figures);
}

void
usher_up_update_pages (UsherUp *self)
{
  g_autoptr (GArray) processes = g_array_new (FALSE, FALSE, sizeof (UsherProcessFigures));

  usher_plugin_page_update (self->plugins, self->life.setup->catalog);
  usher_supervisor_foreach (self->supervisor, add_slot, processes);
  usher_process_page_update (self->processes,
                             self->profile->name,
                             self->profile->bus,
                             (gconstpointer) processes->data,
                             processes->len);
}

static void
add_metrics (UsherMetrics *metrics, gpointer user_data)
{
  UsherUp *self = user_data;

  usher_gateway_page_add_metrics (metrics, self->gateway);
  usher_process_page_add_metrics (self->processes, metrics, self->life.setup->options->run);
}

gboolean
usher_up_add_routes (UsherUp *self, GError **error)
{
  const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
    gpointer data;
  } routes[] = {
    { "GET", "/plugins", usher_plugin_page_answer, self->plugins },
    { "GET", "/processes", usher_process_page_answer, self->processes },
    { "GET", "/processes/:name/:page", on_process, self },
    { "GET", "/processes/:name/describe/:page", on_description, self },
    { "GET", "/processes/:name/timers/:service/:timer/:key", on_timer, self },
    { "POST", "/processes/:name/timers/:service/:timer/:key/retry", on_timer, self },
    { "DELETE", "/processes/:name/timers/:service/:timer/:key", on_timer, self },
    { "POST", "/services/:name/reload", on_reload, self },
  };

  usher_admin_add_metrics (self->life.admin, add_metrics, self, NULL);
  usher_admin_set_describer (self->life.admin, usher_up_describe, self);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (self->life.setup->host,
                                     routes[i].method,
                                     routes[i].pattern,
                                     routes[i].func,
                                     routes[i].data,
                                     NULL,
                                     error))
      return FALSE;

  return TRUE;
}
