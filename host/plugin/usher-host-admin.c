/* usher-host-admin.c: what the host itself answers on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

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
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (
            self, routes[i].method, routes[i].pattern, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}

/**
 * usher_host_serve_operators:
 * @self: a host that does not listen yet
 * @gateway: a gateway that has not started
 *
 * Lets the admin listener serve what the services behind a gateway offer on theirs.
 */
void
usher_host_serve_operators (UsherHost *self, UsherGateway *gateway)
{
  g_return_if_fail (USHER_IS_HOST (self));
  g_return_if_fail (USHER_IS_GATEWAY (gateway));

  usher_gateway_serve_operators (gateway, self->admin_router);
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

/**
 * usher_host_listen_probe:
 * @self: a host that has started
 * @address: (nullable): `ADDR:PORT`, `unix:PATH` or `fd:N`, `NULL`: nowhere
 * @error: return location for a [error@Error]
 *
 * Tells anybody who asks there for `/healthz`, `/readyz` or `/metrics`, and nothing else, until the host has stopped. While
 * it is stopping, `/readyz` answers 503.
 *
 * Returns: whether it listens; `USHER_ERROR_BUSY` names an address that is in use
 */
gboolean
usher_host_listen_probe (UsherHost *self, const char *address, GError **error)
{
  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (self->started && self->probe == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (address == NULL)
    return TRUE;

  self->probe = usher_admin_listener_new_probe (self->admin_router, self->settings);
  if (!usher_admin_listener_start (self->probe, address, error))
    return FALSE;

  g_message ("probes are answered on %s", usher_admin_listener_get_uri (self->probe));

  return TRUE;
}
