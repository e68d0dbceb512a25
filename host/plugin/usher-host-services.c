/* usher-host-services.c: how far the services of a host have come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-class.h"

#include "usher-host-private.h"

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
