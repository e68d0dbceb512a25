/* usher-host-listeners.c: where a host listens, and what the admin listener answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-class.h"

#include "usher-host-private.h"

static void
on_idle (gpointer user_data)
{
  usher_tenants_end_reads (user_data);
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
 * usher_host_listen:
 * @self: a host that has started
 * @listen: (nullable): `ADDR:PORT`, `unix:PATH` or `fd:N` of the public listener
 * @admin: (nullable): the same of the admin listener
 * @error: return location for a [error@Error]
 *
 * Opens the listeners. Port 0 takes any that is free.
 *
 * Returns: whether both listen; `USHER_ERROR_BUSY` names an address that is in use
 */
gboolean
usher_host_listen (UsherHost *self, const char *listen, const char *admin, GError **error)
{
  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (self->started, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (admin != NULL)
    {
      self->admin = usher_admin_listener_new (self->admin_router, self->settings);
      if (!usher_admin_listener_start (self->admin, admin, error))
        return FALSE;
    }

  if (listen != NULL)
    {
      self->front = usher_front_new (self->router, self->sessions, self->settings, self->clock);
      usher_front_set_idle_func (self->front, on_idle, self->tenants, NULL);
      if (!usher_front_start (self->front, listen, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * usher_host_get_uri:
 * @self: a host
 *
 * Gets the address of the public listener, `http://ADDR:PORT` or `unix:PATH`.
 *
 * Returns: (nullable): the address, `NULL` when there is none
 */
const char *
usher_host_get_uri (UsherHost *self)
{
  g_return_val_if_fail (USHER_IS_HOST (self), NULL);

  return self->front != NULL ? usher_front_get_uri (self->front) : NULL;
}

/**
 * usher_host_get_admin_uri:
 * @self: a host
 *
 * Gets the address of the admin listener, `http://ADDR:PORT` or `unix:PATH`.
 *
 * Returns: (nullable): the address, `NULL` when there is none
 */
const char *
usher_host_get_admin_uri (UsherHost *self)
{
  g_return_val_if_fail (USHER_IS_HOST (self), NULL);

  return self->admin != NULL ? usher_admin_listener_get_uri (self->admin) : NULL;
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
