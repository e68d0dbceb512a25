/* usher-host-admin.c: what the host itself answers on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-host-private.h"

static void
answer_json (UsherExchange *exchange, char *json)
{
  usher_reply_take_json (usher_exchange_get_reply (exchange), json);
  usher_exchange_finish (exchange);
}

static void
on_healthz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  answer_json (owned, g_strdup ("{\"status\":\"alive\"}"));
}

static void
on_readyz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autofree char *reason = NULL;

  if (usher_host_is_ready (user_data, &reason))
    {
      answer_json (owned, g_strdup ("{\"status\":\"ready\"}"));
      return;
    }

  usher_reply_refuse (usher_exchange_get_reply (owned), 503, reason);
  usher_exchange_finish (owned);
}

static gboolean
has_bus (UsherHost *self, UsherExchange *exchange)
{
  g_autoptr (GError) error = NULL;

  if (self->bus != NULL)
    return TRUE;

  g_set_error (&error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "This host has no bus");
  usher_exchange_fail (exchange, error);

  return FALSE;
}

/* The page that was asked for, with what the bus understands of its query. */
static char *
make_question (UsherRequest *request, const char *page)
{
  static const char *const names[] = { "subs", "limit", "offset", "channel", "client" };
  GString *question = g_string_new (page);
  char separator = '?';

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = usher_request_get_query (request, names[i]);

      if (value == NULL)
        continue;
      g_string_append_c (question, separator);
      g_string_append_printf (question, "%s=", names[i]);
      g_string_append_uri_escaped (question, value, NULL, FALSE);
      separator = '&';
    }

  return g_string_free (question, FALSE);
}

static void
describe (UsherHost *self, UsherExchange *exchange, const char *page)
{
  g_autofree char *question = make_question (usher_exchange_get_request (exchange), page);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (!has_bus (self, exchange))
    return;

  text = usher_bus_describe (self->bus, question, &error);
  if (text != NULL)
    answer_json (exchange, text);
  else
    usher_exchange_fail (exchange, error);
}

static void
on_streaming (UsherExchange *exchange, gpointer user_data)
{
  static const char *const pages[] = { "serverz", "storez", "clientsz", "channelsz", NULL };
  g_autoptr (UsherExchange) owned = exchange;
  UsherRequest *request = usher_exchange_get_request (owned);
  const char *page = usher_request_get_parameter (request, "page");
  g_autoptr (GError) error = NULL;

  if (g_strv_contains (pages, page))
    {
      describe (user_data, owned, page);
      return;
    }

  g_set_error (&error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no page “%s”", page);
  usher_exchange_fail (owned, error);
}

static void
on_parked (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  describe (user_data, owned, "parked");
}

typedef gboolean (*ParkedFunc) (UsherBus *bus, const char *id, GError **error);

static void
treat_parked (UsherHost *self, UsherExchange *exchange, ParkedFunc func)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GError) error = NULL;

  if (!has_bus (self, exchange))
    return;

  if (!func (self->bus, usher_request_get_parameter (request, "id"), &error))
    {
      usher_exchange_fail (exchange, error);
      return;
    }

  usher_reply_set_status (usher_exchange_get_reply (exchange), 204);
  usher_exchange_finish (exchange);
}

static void
on_replay_parked (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  treat_parked (user_data, owned, usher_bus_replay_parked);
}

static void
on_drop_parked (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  treat_parked (user_data, owned, usher_bus_drop_parked);
}

gboolean
usher_host_add_admin_routes (UsherHost *self, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/healthz", on_healthz },
    { "GET", "/readyz", on_readyz },
    { "GET", "/streaming/:page", on_streaming },
    { "GET", "/parked", on_parked },
    { "POST", "/parked/:id/replay", on_replay_parked },
    { "DELETE", "/parked/:id", on_drop_parked },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (
            self, routes[i].method, routes[i].pattern, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}

/**
 * usher_host_add_admin_route:
 * @self: a host that does not listen yet
 * @method: the HTTP method
 * @pattern: the path, `:name` stands for one segment
 * @func: (scope notified) (closure user_data) (destroy destroy): what answers
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 * @error: return location for a [error@Error]
 *
 * Adds a route to the admin listener, for the program around the host.
 *
 * Returns: whether it was added; `USHER_ERROR_CONFLICT` when it is taken
 */
gboolean
usher_host_add_admin_route (UsherHost *self,
                            const char *method,
                            const char *pattern,
                            UsherRouteFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy,
                            GError **error)
{
  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (self->front == NULL && self->admin == NULL, FALSE);

  return usher_router_add (
      self->admin_router, method, pattern, USHER_ROUTE_ADMIN, func, user_data, destroy, error);
}
