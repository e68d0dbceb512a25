/* usher-tenants.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tenants-private.h"

#include "usher-error.h"
#include "usher-intake-private.h"
#include "usher-upkeep-private.h"

struct _UsherTenants
{
  GPtrArray *tenants;  /* (owned) (element-type UsherTenant) */
  GPtrArray *left_out; /* (owned) (element-type UsherTenant) */
  UsherTenantsMovedFunc func;
  gpointer user_data; /* (unowned) */
};

UsherTenants *
usher_tenants_new (UsherTenantsMovedFunc func, gpointer user_data)
{
  UsherTenants *self = g_new0 (UsherTenants, 1);

  self->func = func;
  self->user_data = user_data;
  self->tenants = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_tenant_free);
  self->left_out = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_tenant_free);

  return self;
}

/* what ends a lane, and what came of it */
typedef struct
{
  UsherLane *lane; /* (unowned) */
  gboolean (*func) (UsherLane *lane, GError **error);
  GThread *thread; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
} Ending;

static gpointer
end_lane (gpointer data)
{
  Ending *ending = data;

  ending->func (ending->lane, &ending->error);

  return NULL;
}

/* Each store waits for a server that is away: all of them at once, so that a stop takes no longer the more services there are. */
static gboolean
end_lanes (UsherTenants *self, gboolean (*func) (UsherLane *, GError **), GError **error)
{
  g_autofree Ending *endings = g_new0 (Ending, self->tenants->len);
  GError *first = NULL;

  for (guint i = self->tenants->len; i > 0; i--)
    {
      Ending *ending = &endings[i - 1];

      ending->lane = usher_tenants_get_lane (self, i - 1);
      ending->func = func;
      if (usher_lane_is_away (ending->lane))
        ending->thread = g_thread_try_new ("usher-end", end_lane, ending, NULL);
      if (ending->thread == NULL)
        end_lane (ending);
    }

  for (guint i = self->tenants->len; i > 0; i--)
    {
      g_clear_pointer (&endings[i - 1].thread, g_thread_join);
      if (first == NULL)
        first = g_steal_pointer (&endings[i - 1].error);
      g_clear_error (&endings[i - 1].error);
    }
  if (first == NULL)
    return TRUE;

  g_propagate_error (error, first);

  return FALSE;
}

void
usher_tenants_free (UsherTenants *self)
{
  end_lanes (self, usher_lane_drop_store, NULL);
  g_ptr_array_unref (self->tenants);
  g_ptr_array_unref (self->left_out);
  g_free (self);
}

static void
move (UsherTenants *self, UsherTenant *tenant, UsherPluginState state, const char *reason)
{
  usher_tenant_set_state (tenant, state, reason);
  self->func (usher_lane_get_name (usher_tenant_get_lane (tenant)), self->user_data);
}

void
usher_tenants_move (UsherTenants *self, UsherPluginState state, const char *reason)
{
  for (guint i = 0; i < self->tenants->len; i++)
    move (self, g_ptr_array_index (self->tenants, i), state, reason);
}

static UsherDeclarations *
get_declarations (UsherTenant *tenant)
{
  return usher_lane_get_declarations (usher_tenant_get_lane (tenant));
}

/* what it says of events is what those before it say */
static gboolean
check_events (UsherTenants *self, UsherTenant *tenant, GError **error)
{
  UsherDeclarations *own = get_declarations (tenant);

  for (guint i = 0; i < self->tenants->len; i++)
    if (!usher_declarations_check_events (own,
                                          get_declarations (g_ptr_array_index (self->tenants, i)),
                                          error))
      return FALSE;

  return TRUE;
}

gboolean
usher_tenants_add (UsherTenants *self,
                   UsherTenant *tenant,
                   UsherRouter *router,
                   UsherRouter *operators,
                   GError **error)
{
  GError *cause = NULL;

  if (usher_tenant_configure (tenant, &cause) && check_events (self, tenant, &cause) &&
      usher_tenant_add_routes (tenant, router, operators, &cause))
    {
      g_ptr_array_add (self->tenants, tenant);
      move (self, tenant, USHER_PLUGIN_CONFIGURED, "it has declared what it does");
      return TRUE;
    }

  g_ptr_array_add (self->left_out, tenant);
  move (self, tenant, USHER_PLUGIN_FAILED, cause->message);
  g_propagate_error (error, cause);

  return FALSE;
}

static UsherTenant *
find (GPtrArray *tenants, const char *service)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      UsherTenant *tenant = g_ptr_array_index (tenants, i);

      if (g_str_equal (usher_lane_get_name (usher_tenant_get_lane (tenant)), service))
        return tenant;
    }

  return NULL;
}

UsherTenant *
usher_tenants_find (UsherTenants *self, const char *service)
{
  UsherTenant *tenant = find (self->tenants, service);

  return tenant != NULL ? tenant : find (self->left_out, service);
}

guint
usher_tenants_get_n (UsherTenants *self)
{
  return self->tenants->len;
}

UsherLane *
usher_tenants_get_lane (UsherTenants *self, guint index)
{
  return usher_tenant_get_lane (g_ptr_array_index (self->tenants, index));
}

UsherLane *
usher_tenants_find_lane (UsherTenants *self, const char *service, GError **error)
{
  UsherTenant *tenant = find (self->tenants, service);

  if (tenant != NULL)
    return usher_tenant_get_lane (tenant);

  g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no service is named “%s”", service);

  return NULL;
}

gboolean
usher_tenants_start (UsherTenants *self, UsherBus *bus, GError **error)
{
  for (guint i = 0; i < self->tenants->len; i++)
    if (!usher_tenant_start (g_ptr_array_index (self->tenants, i), bus, error))
      {
        g_prefix_error (error,
                        "service “%s” did not start: ",
                        usher_lane_get_name (usher_tenants_get_lane (self, i)));
        return FALSE;
      }

  /* no timer fires before all of them have started */
  for (guint i = 0; i < self->tenants->len; i++)
    if (!usher_upkeep_start (usher_tenants_get_lane (self, i), bus != NULL, error))
      return FALSE;

  return TRUE;
}

gboolean
usher_tenants_subscribe (UsherTenants *self, UsherBus *bus, GError **error)
{
  for (guint i = 0; i < self->tenants->len; i++)
    if (!usher_intake_subscribe (usher_tenants_get_lane (self, i), bus, error))
      return FALSE;

  return TRUE;
}

void
usher_tenants_rest (UsherTenants *self)
{
  for (guint i = 0; i < self->tenants->len; i++)
    usher_lane_rest (usher_tenants_get_lane (self, i));
}

void
usher_tenants_give_up (UsherTenants *self)
{
  for (guint i = 0; i < self->tenants->len; i++)
    usher_waiters_expire (usher_lane_get_waiters (usher_tenants_get_lane (self, i)), TRUE);
}

gboolean
usher_tenants_is_idle (UsherTenants *self)
{
  for (guint i = 0; i < self->tenants->len; i++)
    if (!usher_lane_is_idle (usher_tenants_get_lane (self, i)))
      return FALSE;

  return TRUE;
}

void
usher_tenants_stop_tickers (UsherTenants *self)
{
  for (guint i = 0; i < self->tenants->len; i++)
    usher_lane_stop_tickers (usher_tenants_get_lane (self, i));
}

gboolean
usher_tenants_stop (UsherTenants *self, GError **error)
{
  for (guint i = self->tenants->len; i > 0; i--)
    usher_tenant_stop (g_ptr_array_index (self->tenants, i - 1));

  return end_lanes (self, usher_lane_close, error);
}

void
usher_tenants_end_reads (UsherTenants *self)
{
  for (guint i = 0; i < self->tenants->len; i++)
    usher_lane_end_reads (usher_tenants_get_lane (self, i));
}
