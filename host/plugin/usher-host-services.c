/* usher-host-services.c: how far the services of a host have come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-class.h"

#include "usher-host-private.h"

static UsherStore *
open_store (const char *service,
            const char *uri,
            const UsherStoreOptions *options,
            gpointer user_data,
            GError **error)
{
  UsherHost *self = user_data;

  return self->open_store (self, service, uri, options, self->open_store_data, error);
}

/**
 * usher_host_set_store_func:
 * @self: a host without services
 * @func: (scope notified) (closure user_data) (destroy destroy): opens the database of a service, in the place of
 *   [func@Store.open]; on the thread of the life-cycle methods
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data, with the host
 *
 * Lets the program around the host say what store the services get: one of its own, or one that it looks into.
 */
void
usher_host_set_store_func (UsherHost *self,
                           UsherHostStoreFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_HOST (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->open_store == NULL && usher_tenants_get_n (self->tenants) == 0);

  self->open_store = func;
  self->open_store_data = user_data;
  self->open_store_destroy = destroy;
}

/**
 * usher_host_add_service:
 * @self: a host that is not started
 * @name: the name of the service
 * @service: the service
 * @error: return location for an error
 *
 * Adds a service and lets it configure itself. One that fails is left out.
 *
 * Returns: whether the service was added; the error names it
 */
gboolean
usher_host_add_service (UsherHost *self, const char *name, UsherService *service, GError **error)
{
  UsherTenant *tenant = NULL;
  UsherLaneGround ground;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (USHER_IS_SERVICE (service), FALSE);
  g_return_val_if_fail (!self->started, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  ground = (UsherLaneGround){
    .directory = self->directory,
    .is_shared = self->is_shared,
    .settings = self->settings,
    .clock = self->clock,
    .workers = self->workers,
    .solitude = self->solitude,
    .tracer = self->tracer,
    .open_store = self->open_store != NULL ? open_store : NULL,
    .user_data = self,
  };
  tenant = usher_tenant_new (name, service, self->sessions, &ground);

  if (usher_tenants_add (self->tenants, tenant, self->router, self->admin_router, error))
    return TRUE;

  g_prefix_error (error, "service “%s” did not configure: ", name);

  return FALSE;
}

/**
 * usher_host_get_service_state:
 * @self: a host
 * @name: the name of a service
 * @reason: (out) (optional) (transfer full): why, for a person
 *
 * Tells how far a service has come; [signal@Host::service-changed] tells when that changes. The thread of the life-cycle
 * methods.
 *
 * Returns: the state; `USHER_PLUGIN_FAILED` when there is no such service
 */
UsherPluginState
usher_host_get_service_state (UsherHost *self, const char *name, char **reason)
{
  UsherTenant *tenant = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), USHER_PLUGIN_FAILED);
  g_return_val_if_fail (name != NULL, USHER_PLUGIN_FAILED);

  tenant = usher_tenants_find (self->tenants, name);
  if (tenant == NULL)
    {
      if (reason != NULL)
        *reason = g_strdup ("the host has no such service");
      return USHER_PLUGIN_FAILED;
    }

  if (reason != NULL)
    *reason = g_strdup (usher_tenant_get_reason (tenant));

  return usher_tenant_get_state (tenant);
}

/**
 * usher_host_foreach_listener:
 * @self: a host
 * @func: (scope call) (closure user_data): called for each
 * @user_data: data for @func
 *
 * Tells which events the services of the host listen to, and in which groups. Any thread, once all are added.
 */
void
usher_host_foreach_listener (UsherHost *self, UsherHostListenerFunc func, gpointer user_data)
{
  g_return_if_fail (USHER_IS_HOST (self));
  g_return_if_fail (func != NULL);

  for (guint i = 0; i < usher_tenants_get_n (self->tenants); i++)
    {
      UsherLane *lane = usher_tenants_get_lane (self->tenants, i);
      GPtrArray *listeners = usher_declarations_get_listeners (usher_lane_get_declarations (lane));

      for (guint j = 0; j < listeners->len; j++)
        {
          const UsherListener *listener = g_ptr_array_index (listeners, j);

          func (usher_lane_get_name (lane),
                usher_listener_get_channel (listener),
                usher_listener_get_group (listener),
                user_data);
        }
    }
}

/* segment by segment; “:name” is any but an empty one */
static gboolean
fits (const char *pattern, const char *path)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  g_auto (GStrv) found = g_strsplit (path, "/", -1);

  if (g_strv_length (wanted) != g_strv_length (found))
    return FALSE;

  for (guint i = 0; wanted[i] != NULL; i++)
    if (*wanted[i] == ':' ? *found[i] == '\0' : !g_str_equal (wanted[i], found[i]))
      return FALSE;

  return TRUE;
}

/**
 * usher_host_has_path:
 * @self: a host
 * @path: a path, without a query
 *
 * Tells whether a service of the host has a route for this path, whatever the method. Any thread, once all are added.
 *
 * Returns: whether one has
 */
gboolean
usher_host_has_path (UsherHost *self, const char *path)
{
  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  for (guint i = 0; i < usher_tenants_get_n (self->tenants); i++)
    {
      UsherLane *lane = usher_tenants_get_lane (self->tenants, i);
      GPtrArray *endpoints = usher_declarations_get_endpoints (usher_lane_get_declarations (lane));

      for (guint j = 0; j < endpoints->len; j++)
        if (fits (usher_route_get_pattern (
                      usher_endpoint_get_route (g_ptr_array_index (endpoints, j))),
                  path))
          return TRUE;
    }

  return FALSE;
}
